"""Births and deaths: a schedule for the region, a factor for each municipality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.projection.counts import AGES, Counts, Figures
from allmende.projection.rates.schedules import Schedules
from allmende.projection.rates.shrinkage import Shrunk, pool
from allmende.projection.rates.topals import fit_topals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOTHERS = (15, 20, 25, 30, 35, 40, 45)
"""Knots of the births' schedule: the lower ends of the groups in which births are published."""
MOST_CHILDREN = 12
"""More children per woman than any population has had: beyond this births and women do not belong together."""
BARREN = -18.0
"""Log rate that stands for no births at all: less than one in ten million."""


@dataclass(frozen=True, slots=True, eq=False)
class Natural:
    """A component's schedule by the age reached in the year, and how far municipalities are from it.

    `rate` [2, A] (deaths) or [A] (births per woman); `error` of its logarithm; `level` the factors of municipalities.
    """

    rate: Floats
    error: Floats
    level: Shrunk


def estimate_deaths(counts: Counts, at: Ints, people: Floats, schedules: Schedules, parents: Sequence[Ints]) -> Natural:
    """Bend the national mortality until it fits the region's deaths of the years `at`, then compare the municipalities.

    `people` [Y - 1, M, 2, A] are person-years by age reached, row 0 the children of the year; year `at` is row `at` - 1.
    """
    years = _known(at, counts.deaths_by_age)
    table = counts.deaths_by_age
    lived = people[years - 1].sum(axis=(0, 1))
    standard = first_year(schedules)
    seen, noise = table.value[years].sum(axis=0), table.noise * len(years)
    if len(seen) == 1:  # both sexes together: shared out as the standard expects
        seen = seen * _part(lived, standard, table.lows)
    fits = [fit_topals(seen[sex], lived[sex], standard[sex], lows=table.lows, noise=noise) for sex in (0, 1)]
    rate = np.exp(np.stack([fit.log_rate for fit in fits]))
    level = _levels(counts, counts.deaths, at, people * rate, parents)
    return Natural(rate, np.stack([fit.log_rate_error for fit in fits]), level)


def estimate_births(counts: Counts, at: Ints, women: Floats, schedules: Schedules, parents: Sequence[Ints]) -> Natural:
    """Bend the national births by age until they fit the region's of the years `at`, then compare the municipalities.

    `women` [Y - 1, M, A] person-years by age reached. Births of mothers of unknown age, who are published below the first
    band from 15 on, are shared out like the others.
    """
    years = _known(at, counts.births_by_age)
    table = counts.births_by_age
    lows = np.asarray(table.lows)
    seen, noise = table.value[years].sum(axis=(0, 1)), table.noise * len(years) * table.value.shape[1]
    told = lows >= MOTHERS[0]
    lived = women[years - 1].sum(axis=(0, 1))
    standard = np.log(np.maximum(schedules.births * schedules.total_fertility, np.exp(BARREN)))
    if not told.any():
        rate, error = np.exp(standard), np.zeros(AGES)
        told = np.ones(len(lows), dtype=bool)
    else:
        first = int(lows[told][0])
        bands = tuple(int(low) - first for low in lows[told])
        fit = fit_topals(
            seen[told], lived[first:], standard[first:], lows=bands, noise=noise, knots=tuple(k - first for k in MOTHERS)
        )
        rate = np.append(np.zeros(first), np.exp(fit.log_rate))
        error = np.append(np.zeros(first), fit.log_rate_error)
    rate = np.where(standard > BARREN, rate, 0.0)
    expected = float((lived * rate).sum())
    rate *= seen.sum() / expected if expected > 0 else 1.0
    if not expected > 0 or rate.sum() > MOST_CHILDREN:
        raise AllmendeError(
            f"{seen.sum():g} births cannot come from {lived[15:50].sum():.0f} years lived by women of childbearing age.",
            where="stock",
            expected=f"women of 15 to 49, fewer than {MOST_CHILDREN} children each",
        )
    level = _levels(counts, counts.births, at, women * rate, parents)
    return Natural(rate, error, level)


def births_of_groups(counts: Counts) -> Floats | None:
    """Return the region's births by the group of the child [Y, G], or nothing where they are not published."""
    if counts.births_by_group is not None:
        return counts.births_by_group.value
    table = counts.births_by_age.value
    return np.asarray(table.sum(axis=2), dtype=np.float64) if table.shape[1] == len(counts.groups) else None


def first_year(schedules: Schedules) -> Floats:
    """Return the standard of log death rates by age reached [2, A]: row 0 and 1 share out the deaths under one.

    Of the deaths under one the part `born_this_year` falls before the first 31.12.; the rest, with half a year of the next age,
    falls on those who reach 1.
    """
    standard = schedules.log_death.copy()
    infant = np.exp(standard[:, 0])
    standard[:, 0] = np.log(infant * schedules.born_this_year)
    standard[:, 1] = np.log(infant * (1 - schedules.born_this_year) + np.exp(standard[:, 1]) / 2)
    return standard


def probabilities(rate: Floats) -> tuple[Floats, Floats]:
    """Turn rates by age reached [..., A] into probabilities by age at the start [..., A], and of the newborn [...].

    q = 1 - exp(-m); who is a at the start reaches a + 1. The open group has the rate of its row; those of 99 lie half way to
    it.
    """
    death = 1 - np.exp(-np.concatenate([rate[..., 1:], rate[..., -1:]], axis=-1))
    death[..., -2] = 1 - np.exp(-np.sqrt(rate[..., -2] * rate[..., -1]))
    return death, np.asarray(1 - np.exp(-rate[..., 0]), dtype=np.float64)


def combined(margins: Sequence[Figures], years: Ints) -> tuple[Floats, Floats]:
    """Sum the figures [Y, P, …] of each place over years, and give the variance of the sums [P].

    Of several margins that tell the same total, the one with the least noise in its sum is taken.
    """
    chosen = min(margins, key=lambda table: table.noise * int(np.prod(table.value.shape[2:])))
    known = np.isfinite(chosen.value[years])
    if not known.all():
        raise AllmendeError(
            "Events of a municipality are missing in a year.", expected="figures of every municipality and year"
        )
    total = chosen.value[years].sum(axis=(0, *range(2, chosen.value.ndim)))
    cells = len(years) * int(np.prod(chosen.value.shape[2:]))
    return total, np.full(len(total), chosen.noise * cells)


def _levels(counts: Counts, margins: Sequence[Figures], at: Ints, each: Floats, parents: Sequence[Ints]) -> Shrunk:
    expected = np.zeros(len(counts.municipalities))
    np.add.at(expected, counts.home, each[at - 1].sum(axis=(0, *range(2, each.ndim))))
    if not margins:
        flat = np.ones(len(expected))
        return Shrunk(flat, np.zeros_like(flat), np.zeros_like(flat), flat, 0.0)
    seen, noise = combined(margins, at)
    level = pool(seen, expected, parents, noise)
    # the schedule carries the region's total already
    total = (level.rate * expected).sum() / expected.sum()
    return Shrunk(level.rate / total, level.variance / total**2, level.trust, level.mean / total, level.between)


def _known(at: Ints, table: Figures) -> Ints:
    known = at[np.isfinite(table.value[at]).all(axis=tuple(range(1, table.value.ndim)))]
    if not len(known):
        raise AllmendeError("No year has events by age.", expected="events of the region by age in at least one base year")
    return known


def _part(lived: Floats, standard: Floats, lows: Sequence[int]) -> Floats:
    expected = np.add.reduceat(lived * np.exp(standard), np.asarray(lows), axis=1)
    total = expected.sum(axis=0)
    return np.asarray(np.divide(expected, total, out=np.full_like(expected, 0.5), where=total > 0), dtype=np.float64)
