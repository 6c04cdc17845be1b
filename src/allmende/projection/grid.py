"""Cells of a grid: aged with their area's rates, given their part of its newcomers and children, and held to its projection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allmende.errors import AllmendeError
from allmende.projection.accounts import Path, aged

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOTHERS = slice(20, 45)
"""Ages in the neighbourhood of which children are born; a cell's part of an area's births is its part of these."""


@dataclass(frozen=True, slots=True, eq=False)
class Scattered:
    """People of cells at the end of a year `[N, A]`, and the variance that chance among few has brought since the base year."""

    people: Floats
    variance: Floats


def scatter(cells: Floats, lows: Ints, areas: Ints, path: Path) -> Iterator[Scattered]:
    """Project people of cells `[N, B]`, counted by bands that begin at `lows`, along the path of their areas, year by year.

    `areas` [N] gives each cell's unit in `path`. Expected values, fractions of persons, sexes and groups together: no cell has
    a cohort model of its own. In the base year, which comes first, a band is split like that of the area. Each year those who
    stay grow older with the area's probability by age; who comes settles like the people of that age (movers move to where
    movers live), children are born where people of `MOTHERS` ages live; then every age is scaled to the area's, so cells
    always sum to it. The variance is Pollard's (V' = s² V + s (1 - s) N) with Poisson arrivals and births, as if all were
    alone: households, and what nobody knows of a cell, come on top.

    Raises `AllmendeError` for negative counts, and for an area with people but without inhabited cells.
    """
    people, stays, comes = _flows(path)
    _check(cells, areas, people)
    sums = csr_array((np.ones(len(areas)), (areas, np.arange(len(areas)))), shape=(people.shape[1], len(areas)))
    now = _held(_split(cells, lows, areas, people[0]), areas, sums, people[0])
    variance = np.zeros_like(now)
    yield Scattered(now, variance)
    for step in range(len(stays)):
        stay = stays[step][areas]
        arrived = comes[step][areas] * _parts(now, areas, sums)
        mothers = now[:, MOTHERS].sum(axis=1, keepdims=True)
        born = people[step + 1, areas, :1] * _parts(mothers, areas, sums)
        older, unsure = aged(now * stay) + arrived, aged(stay**2 * variance + stay * (1 - stay) * now) + arrived
        older[:, :1], unsure[:, :1] = born, born
        now, variance = _held(older, areas, sums, people[step + 1]), unsure
        yield Scattered(now, variance)


def _flows(path: Path) -> tuple[Floats, Floats, Floats]:
    """Return people [T + 1, M, A], the probability to stay by age at the start, and arrivals by age at the end [T, M, A]."""
    people = path.population.sum(axis=(1, 3))
    comes = (path.came + path.moved_in).sum(axis=(1, 3))
    gone = (path.deaths + path.left + path.moved_out).sum(axis=(1, 3))
    start = aged(people[:-1])
    kept = 1 - np.divide(gone, start, out=np.zeros_like(gone), where=start > 0)
    stays = np.concatenate([kept[..., 1:], kept[..., -1:]], axis=-1)
    return people, np.clip(stays, 0, 1), comes


def _split(cells: Floats, lows: Ints, areas: Ints, people: Floats) -> Floats:
    """Split bands into ages like those of the area; a band that nobody of the area is in, evenly."""
    ages = people.shape[-1]
    band = np.searchsorted(lows, np.arange(ages), side="right") - 1
    whole = np.add.reduceat(people, lows, axis=-1)[:, band]
    even = 1 / np.bincount(band)[band]
    part = np.divide(people, whole, out=np.broadcast_to(even, people.shape).copy(), where=whole > 0)
    return np.asarray(cells[:, band] * part[areas], dtype=np.float64)


def _parts(values: Floats, areas: Ints, sums: csr_array) -> Floats:
    """Return each cell's part of its area, by column; where the area has none, by all columns together."""
    by_column, all_columns = sums @ values, sums @ values.sum(axis=1)
    cells = np.bincount(areas, minlength=sums.shape[0])
    even = np.divide(
        values.sum(axis=1),
        all_columns[areas],
        out=1 / np.maximum(cells, 1)[areas].astype(np.float64),
        where=all_columns[areas] > 0,
    )
    parts: Floats = np.repeat(even[:, None], values.shape[1], axis=1)
    np.divide(values, by_column[areas], out=parts, where=by_column[areas] > 0)
    return parts


def _held(values: Floats, areas: Ints, sums: csr_array, people: Floats) -> Floats:
    """Scale every age of the cells to the area's people."""
    held: Floats = people[areas] * _parts(values, areas, sums)
    return held


def _check(cells: Floats, areas: Ints, people: Floats) -> None:
    if not (cells >= 0).all():
        raise AllmendeError("A cell has fewer than no people, or an unknown number.", expected="counts of 0 or more")
    inhabited = np.bincount(areas, weights=cells.sum(axis=1), minlength=people.shape[1])
    empty = np.flatnonzero((inhabited == 0) & (people[0].sum(axis=-1) > 0))
    if len(empty):
        raise AllmendeError(
            f"Area number {int(empty[0])} has people, but none of its cells has.",
            expected="at least one inhabited cell in every area with people",
            todo="Give cells that cover the area.",
        )
