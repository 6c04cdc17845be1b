"""Cells of a grid: aged with their area's rates, given their part of its newcomers and children, and held to its projection."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.projection.accounts import Path

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOTHERS = slice(20, 45)
"""Ages in the neighbourhood of which children are born; a cell's part of an area's births is its part of these."""


def scatter(cells: Floats, lows: Ints, areas: Ints, path: Path) -> Floats:
    """Project people of cells `[N, B]`, counted by bands that begin at `lows`, along the path of their areas: `[T + 1, N, A]`.

    `areas` [N] gives each cell's unit in `path`. Expected values, fractions of persons, sexes and groups together: no cell has
    a cohort model of its own. In the base year a band is split like that of the area. Each year those who stay grow older
    with the area's probability by age; who comes settles like the people of that age (movers move to where movers live),
    children are born where people of `MOTHERS` ages live; then every age is scaled to the area's, so cells always sum to it.

    Raises `AllmendeError` for negative counts, and for an area with people but without inhabited cells.
    """
    people, stays, comes = _flows(path)
    _check(cells, areas, people)
    now = _held(_split(cells, lows, areas, people[0]), areas, people[0])
    found = [now]
    for step in range(len(stays)):
        left = now * stays[step][areas]
        older = np.zeros_like(left)
        older[:, 1:] = left[:, :-1]
        older[:, -1] += left[:, -1]
        part = _parts(now, areas, len(people[0]))
        older += comes[step][areas] * part
        mothers = now[:, MOTHERS].sum(axis=1, keepdims=True)
        older[:, :1] = people[step + 1, areas, :1] * _parts(mothers, areas, len(people[0]))
        now = _held(older, areas, people[step + 1])
        found.append(now)
    return np.stack(found)


def _flows(path: Path) -> tuple[Floats, Floats, Floats]:
    """Return people [T + 1, M, A], the probability to stay by age at the start, and arrivals by age at the end [T, M, A]."""
    people = path.population.sum(axis=(1, 3))
    comes = (path.came + path.moved_in).sum(axis=(1, 3))
    gone = (path.deaths + path.left + path.moved_out).sum(axis=(1, 3))
    start = np.zeros_like(comes)
    start[..., 1:] = people[:-1, ..., :-1]
    start[..., -1] += people[:-1, ..., -1]
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


def _parts(values: Floats, areas: Ints, count: int) -> Floats:
    """Return each cell's part of its area, by column; where the area has none, by all columns together."""
    sums, whole = np.zeros((count, values.shape[1])), np.zeros(count)
    np.add.at(sums, areas, values)
    np.add.at(whole, areas, values.sum(axis=1))
    cells = np.bincount(areas, minlength=count)
    even = np.divide(
        values.sum(axis=1), whole[areas], out=1 / np.maximum(cells, 1)[areas].astype(np.float64), where=whole[areas] > 0
    )
    parts: Floats = np.repeat(even[:, None], values.shape[1], axis=1)
    np.divide(values, sums[areas], out=parts, where=sums[areas] > 0)
    return parts


def _held(values: Floats, areas: Ints, people: Floats) -> Floats:
    """Scale every age of the cells to the area's people."""
    held: Floats = people[areas] * _parts(values, areas, len(people))
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
