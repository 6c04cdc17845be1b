"""The stock of every unit by single age, how sure it is, and what migration must have been between two of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from allmende.projection.counts import AGES, Counts, Figures
from allmende.projection.rates.reconciling import reconcile

Floats = NDArray[np.float64]
SINGLE = tuple(range(AGES))


@dataclass(frozen=True, slots=True, eq=False)
class Stock:
    """People [Y, G, M, 2, A] without those held apart, and the variance of the last year's [G, M, 2, A].

    `missing` counts persons held apart who are more than all that were counted in their cell: they are not taken away twice.
    """

    people: Floats
    variance: Floats
    missing: float


def reckon_stock(counts: Counts) -> Stock:
    """Bring all published stocks together and take out who is held apart."""
    people = everybody(counts)
    variance = stock_variance(counts, people[-1])
    if counts.special is None:
        return Stock(people, variance, 0.0)
    apart = counts.special.sum(axis=0)
    missing = float(np.maximum(apart - people[-1], 0).sum())
    return Stock(np.maximum(people - apart, 0.0), variance, missing)


def everybody(counts: Counts) -> Floats:
    """Return all people [Y, G, M, 2, A], those held apart included."""
    shape = (len(counts.years), len(counts.groups), len(counts.units), 2, AGES)
    return reconcile(shape, counts.stock, counts.home, SINGLE)


def last_stock(counts: Counts) -> Floats:
    """Return all people of the last year [G, M, 2, A]."""
    last = tuple(replace(figures, value=figures.value[-1:]) for figures in counts.stock)
    shape = (1, len(counts.groups), len(counts.units), 2, AGES)
    return np.asarray(reconcile(shape, last, counts.home, SINGLE)[0], dtype=np.float64)


def stock_variance(counts: Counts, people: Floats) -> Floats:
    """Say how sure each cell of a reconciled stock [G, M, 2, A] is: the noise of the figures, and the sharing out of ages.

    A unit's share of the municipality's people of one age, when only its band is known, varies like a draw without
    replacement: n K/N (1 - K/N) (N - n)/(N - 1), with N people of the band in the municipality, K of them of this age, n of
    the band in the unit. To that comes the noise of the band, shared by age, and of the single age, shared by unit.
    """
    finest = max((f for f in counts.stock if f.by_unit), key=_detail, default=None)
    single = max((f for f in counts.stock if f.lows == SINGLE), key=_detail)
    town = _by_town(counts, people)
    if finest is None:
        part = np.divide(people, town, out=np.zeros_like(people), where=town > 0)
        return np.asarray(part * (1 - part) * town + part**2 * single.noise, dtype=np.float64)
    bands = np.asarray(finest.lows)
    band_of = np.searchsorted(bands, np.arange(AGES), side="right") - 1
    n, all_of_band = (np.add.reduceat(table, bands, axis=-1)[..., band_of] for table in (people, town))
    k = np.divide(town, all_of_band, out=np.zeros_like(town), where=all_of_band > 0)
    draw = k * (1 - k) * n * np.maximum(all_of_band - n, 0) / np.maximum(all_of_band - 1, 1)
    of_band = np.divide(people, n, out=np.zeros_like(n), where=n > 0)
    of_town = np.divide(people, town, out=np.zeros_like(n), where=town > 0)
    return np.asarray(draw + of_band**2 * finest.noise + of_town**2 * single.noise, dtype=np.float64)


def town_noise(counts: Counts) -> float:
    """Return the variance that protection left in a municipality's people of one age, all groups and sexes together."""
    tables = (f for f in counts.stock if f.lows == SINGLE)
    return float(min(f.noise * f.value.shape[1] * f.value.shape[3] for f in tables))


def net_migration(people: Floats, death: Floats, born: Floats) -> Floats:
    """Return what survival does not explain of each stock: net migrants by age reached [Y - 1, M, 2, A], all groups together.

    net_a(t) = P_a(t) - P_{a-1}(t-1)(1 - q_{a-1}); age 0 from the children `born` [Y - 1, M, 2], reduced by deaths already; the
    open group collects 99 and 100+. `death` [2, A] is the probability by age at the start.
    """
    everybody = people.sum(axis=1)
    alive = everybody[:-1] * (1 - death)
    expected = np.empty_like(alive)
    expected[..., 0] = born
    expected[..., 1:] = alive[..., :-1]
    expected[..., -1] += alive[..., -1]
    return np.asarray(everybody[1:] - expected, dtype=np.float64)


def reached(people: Floats) -> Floats:
    """Move people by age at the start [..., A] to the age they reach; row 0 is empty, the last row collects two."""
    moved = np.zeros_like(people)
    moved[..., 1:] = people[..., :-1]
    moved[..., -1] += people[..., -1]
    return moved


def exposure(people: Floats) -> Floats:
    """Return person-years by the age reached in the year: [Y, ..., A] → [Y - 1, ..., A], the mean of a cohort's two stocks.

    Row 0 are the children of the year, as if all of their first year counted.
    """
    before = reached(people[:-1])
    before[..., 0] = people[1:, ..., 0]
    return (before + people[1:]) / 2


def _by_town(counts: Counts, people: Floats) -> Floats:
    total = np.zeros((len(counts.municipalities), people.shape[0], *people.shape[2:]))
    np.add.at(total, counts.home, np.moveaxis(people, 1, 0))
    return np.moveaxis(total[counts.home], 0, 1)


def _detail(figures: Figures) -> int:
    return int(np.prod(figures.value.shape[1:]))
