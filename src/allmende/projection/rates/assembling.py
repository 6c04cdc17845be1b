"""A model put together from its estimated parts: ages at the start, levels of migration, factors of units."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.projection.counts import AGES, Counts
from allmende.projection.model import ABROAD, COUNTRY, FEMALE, INSIDE, Model, no_builds
from allmende.projection.rates.exceptional import BaseYears
from allmende.projection.rates.moving import CLASS_OF, CLASSES, Moving
from allmende.projection.rates.natural import Natural, births_of_groups, probabilities
from allmende.projection.rates.schedules import Schedules
from allmende.projection.rates.settling import Settling
from allmende.projection.rates.stocks import Stock, exposure, reached

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST = 0.6
"""No class of a municipality loses more than this part of its people in a year to one level: rates above are held, and said."""


def assemble(
    counts: Counts,
    steps: int,
    schedules: Schedules,
    years: BaseYears,
    stock: Stock,
    deaths: Natural,
    births: Natural,
    moving: Moving,
    settling: Settling,
    naturalisation: float,
) -> tuple[Model, int]:
    """Return the model, and how many rates of leaving had to be held at `MOST`."""
    groups, units = len(counts.groups), len(counts.units)
    ahead = np.arange(1, steps + 1) + counts.years[-1] - float(np.mean(years.kept))
    rates = deaths.rate * np.exp(-schedules.decline * ahead[:, None, None])  # [T, 2, A]
    death, newborn = probabilities(rates)
    worst = death.max()
    death_factor = np.minimum(deaths.level.rate, 1 / worst)[counts.home]
    leave, leave_factor, held = _leaving(counts, stock, moving, settling, death[0])
    apart = counts.special if counts.special is not None else np.zeros((0, groups, units, 2, AGES))
    arrive = _arriving(moving)
    swap = np.zeros((groups, groups, 2, AGES))
    if groups == 2:
        swap[1, 0] = naturalisation
    model = Model(
        units=counts.units,
        parents=counts.parents,
        groups=counts.groups,
        base_year=counts.years[-1],
        start=stock.people[-1],
        start_variance=stock.variance,
        special_kinds=counts.special_kinds,
        special=apart,
        special_share=np.ones((steps + 1, len(counts.special_kinds), units)),
        death=_group(death, groups),
        newborn_death=_group(newborn, groups),
        death_factor=np.tile(death_factor, (steps, 1)),
        birth=np.tile(np.append(births.rate[1:], 0.0), (steps, groups, 1)),
        birth_factor=np.tile(births.level.rate[counts.home], (steps, 1)),
        boys_per_girl=schedules.boys_per_girl,
        child_group=_children(counts, years.at + 1, stock, births, schedules),
        age_class=_at_start(CLASS_OF),
        leave=np.tile(leave[None], (steps, 1, 1, 1, 1)),
        leave_factor=np.tile(leave_factor[None], (steps, 1, 1, 1)),
        arrive=np.tile(arrive[None], (steps, 1, 1, 1, 1)),
        arrive_factor=np.ones((steps, 2, units)),
        share=np.tile(settling.share[None], (steps, 1, 1, 1)),
        flows=settling.flows,
        change=np.tile(swap[None], (steps, 1, 1, 1, 1)),
        builds=no_builds(steps, groups, AGES, len(counts.municipalities)),
        trend_dwellings=counts.dwellings if counts.dwellings is not None else np.zeros(units),
    )
    return model, held


def _leaving(counts: Counts, stock: Stock, moving: Moving, settling: Settling, death: Floats) -> tuple[Floats, Floats, int]:
    """Return rates by level and age at the start [3, G, 2, A], factors by class and unit [3, X, M], and how many were held."""
    wanted = moving.out.copy()
    wanted[INSIDE] += settling.own
    people = np.zeros((len(counts.municipalities), len(counts.groups), AGES))
    np.add.at(people, counts.home, np.moveaxis(reached(stock.people[-2:-1])[0].sum(axis=2), 1, 0))
    usual = np.add.reduceat((people * moving.leave).sum(axis=1), np.asarray(CLASSES), axis=1)  # [Z, X]
    level = np.divide(wanted.sum(axis=1), usual.sum(axis=0), out=np.zeros((3, len(CLASSES))), where=usual.sum(axis=0) > 0)
    by_age = level[:, None, CLASS_OF] * moving.leave  # [3, G, A] by age reached
    rates = np.repeat(_at_start(by_age)[:, :, None], 2, axis=2)
    away = rates[COUNTRY] + rates[ABROAD]
    # inside the region only who is alive and has not left: there are fewer of them than at the start
    rates[INSIDE] /= (1 - np.minimum(away, 0.9)) * (1 - np.minimum(death, 0.9))
    expected = level[:, None] * usual
    factor = np.divide(wanted, expected, out=np.ones_like(wanted), where=expected > 0)
    highest = np.zeros((3, len(CLASSES)))
    for klass in range(len(CLASSES)):
        highest[:, klass] = rates[..., _at_start(CLASS_OF) == klass].max(axis=(1, 2, 3))
    most = MOST / np.maximum(highest, 1e-9) * np.array([1.0, 0.75, 0.75])[:, None]
    held = int((factor > most[:, None]).sum())
    factor = np.minimum(factor, most[:, None])
    return rates, np.moveaxis(factor, 1, 2)[:, :, counts.home], held


def _arriving(moving: Moving) -> Floats:
    """Return arrivals from the country and abroad by group, sex and age at the start [2, G, 2, A]."""
    total = moving.into.sum(axis=(0, 1))  # [X]
    part = np.divide(moving.into[1:].sum(axis=1), total, out=np.zeros((2, len(CLASSES))), where=total > 0)
    by_age = moving.arrive * part[:, None, None, CLASS_OF]
    by_age[..., -1] /= 2  # who reaches 100 or more was 99 or more: both rows share them
    return _at_start(by_age)


def _children(counts: Counts, at: Ints, stock: Stock, births: Natural, schedules: Schedules) -> Floats:
    """Return the groups of the children of mothers of each group [G, G].

    With two groups and births by the child's group: if women of both groups have children at the same rate, the second group's
    mothers have Σ f N of them; those that are not counted in it are born into the first.
    """
    groups = len(counts.groups)
    table = np.eye(groups)
    if groups != 2:
        return table
    joined = schedules.german_children
    children = births_of_groups(counts)
    if children is not None:
        women = exposure(stock.people[:, :, :, FEMALE].sum(axis=2))[at - 1, 1].sum(axis=0)
        mothers = float((women * births.rate).sum())
        own = float(np.nansum(children[at, 1]))
        joined = float(np.clip(1 - own / mothers, 0.0, 1.0)) if mothers > 0 else joined
    table[1] = joined, 1 - joined
    return table


def _at_start(by_reached: NDArray[Any]) -> NDArray[Any]:
    """Read values by age reached [..., A] at the age of the start: who is a reaches a + 1; the open group stays in its row."""
    return np.concatenate([by_reached[..., 1:], by_reached[..., -1:]], axis=-1)


def _group(values: Floats, groups: int) -> Floats:
    return np.repeat(values[:, None], groups, axis=1)
