"""A region that is known: people move, die and are born by chance at rates of our own, and tables of them are protected."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from allmende.parameters.classifications import classification
from allmende.projection.counts import AGES, IN, OUT, Counts, Figures
from allmende.projection.rates.natural import first_year
from allmende.projection.rates.rogers_castro import RogersCastro
from allmende.projection.rates.schedules import national

YEARS = tuple(range(2018, 2026))
SINGLE = tuple(range(AGES))
LOWS = {name: tuple(classification("age", name).lows.tolist()) for name in ("five", "ten", "broad", "mother")}
FAR = {OUT: np.array([0.3, 0.5, 0.2]), IN: np.array([0.3, 0.5, 0.2])}


@dataclass
class Truth:
    """Rates by the age reached, what happened, and who lives there at the end of each year [Y, G, M, 2, A]."""

    home: np.ndarray
    death: np.ndarray
    death_factor: np.ndarray
    birth: np.ndarray
    birth_factor: np.ndarray
    leave: np.ndarray
    leave_factor: np.ndarray
    student_town: int
    people: np.ndarray
    events: dict
    sizes: tuple = ()


def draw_region(sizes, units, seed=1, years=YEARS):
    """Let years pass in municipalities of these sizes, each of so many units; the last is a student town."""
    rng = np.random.default_rng(seed)
    home = np.repeat(np.arange(len(sizes)), units)
    towns, places = len(sizes), len(home)
    schedules = national()
    ages = np.arange(AGES)
    death = np.exp(first_year(schedules)) * np.where(ages > 60, 1.1, 0.95)
    leave = np.stack([RogersCastro().rate(ages), 2.5 * RogersCastro().rate(ages)])
    truth = Truth(
        home,
        death,
        np.exp(rng.normal(0, 0.08, towns)),
        schedules.births * 1.5,
        np.exp(rng.normal(0, 0.08, towns)),
        leave,
        np.exp(rng.normal(0, 0.15, towns)),
        towns - 1,
        np.zeros((len(years), 2, places, 2, AGES)),
        {},
    )
    pyramid = np.interp(ages, [0, 20, 35, 58, 75, 90, 100], [0.9, 1.0, 1.15, 1.6, 1.0, 0.3, 0.01])
    weight = np.concatenate([rng.dirichlet(np.full(count, 8.0)) * size for size, count in zip(sizes, units, strict=True)])
    start = weight[None, :, None, None] * np.array([0.87, 0.13])[:, None, None, None] * pyramid / pyramid.sum() / 2
    now = rng.poisson(np.broadcast_to(start, (2, places, 2, AGES)))
    kinds = ("deaths", "births", "moves", "counterpart", "within")
    record = {kind: [] for kind in kinds}
    truth.people[0] = now
    for year in range(1, len(years)):
        now = pass_year(truth, now, rng, record, weight)
        truth.people[year] = now
    truth.events = {kind: np.stack([np.zeros_like(entries[0]), *entries]) for kind, entries in record.items()}
    truth.sizes = sizes
    return truth


def pass_year(truth, now, rng, record, weight):
    home, places = truth.home, len(truth.home)
    towns = len(truth.death_factor)
    alive = np.zeros_like(now)
    alive[..., 1:] = now[..., :-1]
    alive[..., -1] += now[..., -1]
    women = alive[:, :, 0]
    q = 1 - np.exp(-truth.death * truth.death_factor[home][:, None, None])
    died = rng.binomial(alive, q)
    alive = alive - died
    p = truth.leave[:, None] * truth.leave_factor[home][None, :, None]
    gone = rng.binomial(alive, p[:, :, None])
    alive = alive - gone
    moves, table = np.zeros((2, towns, 2, AGES)), np.zeros((2, towns, towns + 2))
    np.add.at(moves[OUT], home, gone.sum(axis=2).swapaxes(0, 1))
    inside, rest = split(gone, FAR[OUT] * [towns > 1, 1, 1], rng)
    np.add.at(table[OUT][:, towns], home, rest[0].sum(axis=(0, 2, 3)))
    np.add.at(table[OUT][:, towns + 1], home, rest[1].sum(axis=(0, 2, 3)))
    attraction = weight / weight.sum()
    came = np.zeros_like(now)
    for town in range(towns if towns > 1 else 0):
        pull = np.where(home == town, 0.0, attraction)
        part = rng.multinomial(inside[:, home == town].sum(axis=1).astype(int), pull / pull.sum())  # [G, 2, A, M]
        came += np.moveaxis(part, 3, 1)
        np.add.at(table[OUT][town], home, part.sum(axis=(0, 1, 2)))
        np.add.at(table[IN][:, town], home, part.sum(axis=(0, 1, 2)))
    outside = np.array([0.75, 0.25])[:, None, None] * p.mean(axis=(0, 1)) * weight[:, None] * 0.011
    outside[:, home == truth.student_town, 19:24] *= 4.0
    for level, part in ((0, 0.7), (1, 0.3)):
        newcomers = rng.poisson(np.repeat(outside[:, :, None] * part / 2, 2, axis=2))
        came = came + newcomers
        np.add.at(table[IN][:, towns + level], home, newcomers.sum(axis=(0, 2, 3)))
    np.add.at(moves[IN], home, came.sum(axis=2).swapaxes(0, 1))
    alive = alive + came
    within = np.zeros((towns, AGES))
    for town in np.flatnonzero(np.bincount(home) > 1):
        own = np.flatnonzero(home == town)
        moved = rng.binomial(alive[:, own], 0.8 * truth.leave[0] * np.ones((2, 1, 1, 1)))
        within[town] = moved.sum(axis=(0, 1, 2))
        pull = weight[own] / weight[own].sum()
        alive[:, own] += np.moveaxis(rng.multinomial(moved.sum(axis=1), pull), 3, 1) - moved
    mothers = (women + alive[:, :, 0]) / 2
    born = rng.poisson(mothers * truth.birth * truth.birth_factor[home][None, :, None])  # [G, M, A]
    german = born[0] + rng.binomial(born[1], 0.4)
    children = np.stack([german, born.sum(axis=0) - german])
    boys = rng.binomial(children.sum(axis=2), 0.513)
    newborn = np.stack([children.sum(axis=2) - boys, boys], axis=2)  # [G, M, 2]
    lost = rng.binomial(newborn, q[:, :, 0])
    died[..., 0] = lost
    alive[..., 0] = newborn - lost
    record["deaths"].append(by_town(died.sum(axis=0), home, towns))
    record["births"].append(by_town(children.swapaxes(0, 1), home, towns))  # [Z, G, A]
    record["moves"].append(moves)
    record["counterpart"].append(table)
    record["within"].append(within)
    assert places == alive.shape[1]
    return alive


def split(gone, far, rng):
    inside = rng.binomial(gone, far[0])
    country = rng.binomial(gone - inside, far[1] / (far[1] + far[2]))
    return inside, (country, gone - inside - country)


def by_town(values, home, towns):
    total = np.zeros((towns, *values.shape[1:]))
    np.add.at(total, home, values)
    return total


def protect(values, rng, on=True):
    """Round to multiples of 3 without bias: zeros stay, ones and twos vanish; the variance is at most 2."""
    low = np.floor(values / 3) * 3
    return low + 3.0 * (rng.random(values.shape) < (values - low) / 3) if on else np.asarray(values, float)


def banded(values, name):
    return np.add.reduceat(values, np.maximum(np.array(LOWS[name]), 0), axis=-1)


def publish(truth, seed=2, protected=True, years=YEARS, **more):
    """Put the tables of a release together as `Counts`."""
    rng, noise = np.random.default_rng(seed), 2.0 if protected else 0.0
    home, events = truth.home, truth.events
    towns = len(truth.death_factor)
    town = np.moveaxis(by_town(np.moveaxis(truth.people, 2, 0), home, towns), 0, 2)
    five = banded(truth.people, "five")
    shown = lambda values, name="", by_unit=False: Figures(  # noqa: E731
        protect(values, rng, protected), noise, LOWS.get(name, SINGLE if name == "single" else (0,)), by_unit
    )
    stock = (
        shown(five, "five", True),
        shown(five.sum(axis=1, keepdims=True), "five", True),
        shown(five.sum(axis=(1, 3, 4), keepdims=True), "", True),
        shown(town, "single"),
        shown(town.sum(axis=1, keepdims=True), "single"),
        Figures(town.sum(axis=(1, 3, 4), keepdims=True), 0.0, (0,)),
    )
    moves = banded(events["moves"], "broad")
    mothers = np.concatenate(
        [
            events["births"].sum(axis=1)[..., :15].sum(axis=-1, keepdims=True),
            np.add.reduceat(events["births"].sum(axis=1)[..., 15:], np.array(LOWS["mother"][1:]) - 15, axis=-1),
        ],
        axis=-1,
    )
    fields = {
        "units": tuple(f"990010{z:02d}.{u}" for u, z in enumerate(home)),
        "parents": tuple(f"990010{z:02d}" for z in home),
        "groups": ("german", "other"),
        "years": years,
        "stock": stock,
        "deaths_by_age": shown(banded(events["deaths"].sum(axis=1), "ten"), "ten"),
        "births_by_age": shown(mothers, "mother"),
        "deaths": (shown(events["deaths"].sum(axis=3)),),
        "births": (shown(events["births"].sum(axis=(2, 3))),),
        "moves": (
            shown(moves, "broad"),
            shown(moves.sum(axis=3, keepdims=True), "broad"),
            shown(moves.sum(axis=(3, 4), keepdims=True)),
        ),
        "counterparts": (*(f"990010{z:02d}" for z in range(towns)), "country", "abroad"),
        "counterpart": shown(events["counterpart"][-3:].sum(axis=0)),
        "counterpart_years": 3,
        "within": shown(banded(events["within"], "broad"), "broad"),
    }
    return Counts(**(fields | more))


SIZES, UNITS = (900, 2500, 3000, 6000, 9000, 15000, 30000, 60000), (1, 2, 3, 4, 5, 5, 8, 10)


@pytest.fixture(scope="session")
def made():
    """Return the makers of regions for tests that want one of their own."""
    return SimpleNamespace(draw_region=draw_region, publish=publish)


@pytest.fixture(scope="session")
def truth():
    return draw_region(SIZES, UNITS)


@pytest.fixture(scope="session")
def counts(truth):
    return publish(truth)
