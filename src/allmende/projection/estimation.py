"""From counts to a model: every rate of a region's projection, how sure each is, and the story of how it was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.projection.counts import AGES, Counts
from allmende.projection.model import FEMALE, Model
from allmende.projection.rates.assembling import assemble
from allmende.projection.rates.clusters import cluster
from allmende.projection.rates.exceptional import base_years
from allmende.projection.rates.moving import Past, estimate_moves
from allmende.projection.rates.natural import Natural, births_of_groups, estimate_births, estimate_deaths, probabilities
from allmende.projection.rates.schedules import Schedules, national
from allmende.projection.rates.settling import estimate_settling
from allmende.projection.rates.stocks import Stock, exposure, net_migration, reached, reckon_stock, town_noise
from allmende.projection.rates.story import Explanation, Remarks, explain

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices of an estimate: how far ahead, from which years, and what takes the place of ours.

    `window` last years of events make the rates, without those `left_out`; `types` the number of kinds of municipalities
    (0: by their number); `own` sections of schedules that replace the national ones (parsed TOML, same layout).
    """

    steps: int = 30
    window: int = 5
    left_out: tuple[int, ...] = ()
    types: int = 0
    own: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Relative variance of the level of each component in each unit [M]: what few events and protection leave open.

    All of it is that of the unit's municipality, but for `settle`, the part of `arrive` that is the unit's own.
    """

    birth: Floats
    death: Floats
    leave: Floats
    arrive: Floats
    settle: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A model, how sure its levels are (`model.start_variance` holds the stock's), and its explanation.

    `log_death_error` [2, A] and `log_birth_error` [A] are standard errors of the region's schedules by age reached.
    """

    model: Model
    spread: Spread
    log_death_error: Floats
    log_birth_error: Floats
    explanation: Explanation


def estimate(counts: Counts, settings: Settings | None = None) -> Estimate:
    """Estimate a region's model from its counts.

    Stock: all margins reconciled, weighted by noise. Deaths and births: national schedules bent to the region (TOPALS), levels
    of municipalities by empirical Bayes (municipality ← type within its district ← district ← region). Moves: curves by age
    from broad counts and the balances of single ages; levels, distance and units by empirical Bayes. Formulas:
    docs/methods/projection.md. Raises `AllmendeError` for counts that cannot carry an estimate, naming what is missing.
    """
    settings = settings or Settings()
    schedules = national(settings.own)
    if settings.steps < 1:
        raise AllmendeError(f"A projection of {settings.steps} years looks nowhere.", expected="at least one year")
    years = base_years(counts.years[1:], settings.window, settings.left_out)
    at = years.at + 1
    stock = reckon_stock(counts)
    everybody = exposure(stock.people.sum(axis=1))
    types = kinds_of_towns(counts, at, stock, settings.types)
    parents = _parents(counts, types)
    deaths = estimate_deaths(counts, at, everybody, schedules, parents)
    births = estimate_births(counts, at, everybody[:, :, FEMALE], schedules, parents)
    past, by_unit = _past(counts, at, stock, deaths, births, schedules)
    moving = estimate_moves(counts, at, past, schedules.migration, schedules.levels, types, parents)
    settling = estimate_settling(counts, at, moving, *by_unit)
    change, source = naturalisation(counts, at, stock, deaths, schedules)
    model, held = assemble(counts, settings.steps, schedules, years, stock, deaths, births, moving, settling, change)
    spread = Spread(
        _relative(births)[counts.home],
        _relative(deaths)[counts.home],
        moving.spread_out[counts.home],
        moving.spread_in[counts.home] + settling.spread,
        settling.spread,
    )
    remarks = Remarks(stock.missing, held, change, source)
    size = stock.people[-1].sum(axis=(0, 2, 3))
    story = explain(counts, schedules, years, size, types, moving, settling, remarks)
    return Estimate(model, spread, deaths.error, births.error, story)


def kinds_of_towns(counts: Counts, at: Ints, stock: Stock, count: int = 0) -> Ints:
    """Sort municipalities into types by how many of each broad age come and go, and by their age structure [Z]."""
    towns = len(counts.municipalities)
    count = count or (1 if towns < 6 else min(5, 2 + towns // 12))
    people = _by_town(counts, stock.people[at - 1].sum(axis=(1, 3)).mean(axis=0))
    size = np.maximum(people.sum(axis=1), 1.0)
    profile = [np.add.reduceat(people, [0, 18, 30, 65], axis=1) / size[:, None]]
    for figures in counts.moves:
        if len(figures.lows) > 1 and figures.value.shape[1] == 2 and figures.value.shape[2] == towns:
            moves = np.nan_to_num(figures.value[at]).sum(axis=(0, 3)) / len(at)
            profile.append(np.moveaxis(moves, 0, 1).reshape(towns, -1) / size[:, None])
            break
    # small places are drawn to the mean profile, so that chance does not make types
    table = np.concatenate(profile, axis=1)
    mean = np.average(table, axis=0, weights=size)
    return cluster(mean + (table - mean) * (size / (size + 1000.0))[:, None], count)


def naturalisation(counts: Counts, at: Ints, stock: Stock, deaths: Natural, schedules: Schedules) -> tuple[float, str]:
    """Return the yearly probability of the second group to join the first, and where it comes from.

    With two groups and moves, births and stock by group: what the second lost that nothing else explains. It is taken where
    chance and noise leave it more certain than half the schedule's value; else that value stands.
    """
    if len(counts.groups) != 2:
        return 0.0, "none"
    moves = next((f for f in counts.moves if f.value.shape[3] == 2 and f.value.shape[1] == 2), None)
    children = births_of_groups(counts)
    if moves is None or children is None:
        return schedules.naturalisation, "schedule"
    people = stock.people.sum(axis=2)  # [Y, G, 2, A]
    death, newborn = probabilities(deaths.rate)
    before, after = people[at - 1, 1], people[at, 1]
    born = children[at, 1].sum() * (1 - newborn.mean())
    flows = np.nan_to_num(moves.value[at, :, :, 1]).sum(axis=(0, 2, 3))
    lost = (before * (1 - death)).sum() + born + flows[0] - flows[1] - after.sum()
    cells = 2 * len(at) * int(np.prod(moves.value.shape[2:])) // 2
    error = np.sqrt(moves.noise * cells + 0.01 * before.sum())
    rate = float(lost / before.sum()) if before.sum() > 0 else 0.0
    if before.sum() > 0 and error / before.sum() < schedules.naturalisation / 2 and rate < 0.2:
        return max(rate, 0.0), "counts"
    return schedules.naturalisation, "schedule"


def _past(
    counts: Counts, at: Ints, stock: Stock, deaths: Natural, births: Natural, schedules: Schedules
) -> tuple[Past, tuple[Floats, Floats, Floats]]:
    """Return people at the start by age reached, their balance and its noise, by municipality and by unit."""
    death, newborn = probabilities(deaths.rate)
    factor = deaths.level.rate[counts.home]
    women = exposure(stock.people.sum(axis=1))[:, :, FEMALE]
    children = (women @ births.rate) * births.level.rate[counts.home]
    part = np.array([1.0, schedules.boys_per_girl]) / (1 + schedules.boys_per_girl)
    born = children[:, :, None] * part * (1 - newborn)
    risk = np.minimum(death[None, None] * factor[None, :, None, None], 1.0)
    net = net_migration(stock.people, risk, born)[at - 1]
    start = reached(stock.people[at - 1])  # [n, G, M, 2, A]
    noise = 2 * stock.variance.sum(axis=(0, 2)) / len(at)
    by_unit = (start.sum(axis=(1, 3)).mean(axis=0), net.sum(axis=2).mean(axis=0), noise)
    towns = len(counts.municipalities)
    people_town = np.zeros((towns, len(at), len(counts.groups), AGES))
    np.add.at(people_town, counts.home, np.moveaxis(start.sum(axis=3), 2, 0))
    net_town = np.zeros((towns, len(at), 2, AGES))
    np.add.at(net_town, counts.home, np.moveaxis(net, 1, 0))
    female = start[:, :, :, FEMALE].sum(axis=(0, 1, 2))
    everybody = start.sum(axis=(0, 1, 2, 3))
    past = Past(
        np.moveaxis(people_town, 0, 1),
        np.divide(female, everybody, out=np.full(AGES, 0.5), where=everybody > 0),
        np.moveaxis(net_town, 0, 1),
        np.full((towns, AGES), 2 * town_noise(counts) / len(at)),
        len(at),
    )
    return past, by_unit


def _parents(counts: Counts, types: Ints) -> list[Ints]:
    """Return the ladder municipality → type within its district → district for partial pooling."""
    kreise = np.unique([ags[:5] for ags in counts.municipalities], return_inverse=True)[1].astype(np.int64)
    cells, of_town = np.unique(kreise * (int(types.max()) + 1) + types, return_inverse=True)
    ladder = [of_town.astype(np.int64)]
    if kreise.max() > 0:
        ladder.append((cells // (int(types.max()) + 1)).astype(np.int64))
    return ladder


def _by_town(counts: Counts, values: Floats) -> Floats:
    total = np.zeros((len(counts.municipalities), *values.shape[1:]))
    np.add.at(total, counts.home, values)
    return total


def _relative(component: Natural) -> Floats:
    level = component.level
    return np.divide(level.variance, level.rate**2, out=np.zeros_like(level.rate), where=level.rate > 0)
