"""Fold cells that agree in their dimensions into one: counts add, key sums add modulo 2³²."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from allmende.cubes.columns import Column, Ints

Keys = NDArray[np.uint32]

DENSE_LIMIT = 1 << 24
"""Up to this many possible cells (128 MB of counts) adding into a full array beats sorting."""

WIDEST = 1 << 62
"""So many possible cells an int64 can number."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells with an exact count and key sum: near-microdata, to be kept as such.

    `n` (int64, persons or events) and `key` (uint32, sum of record keys mod 2³²) have one entry per cell, as has
    every column. Cells without anybody do not occur.
    """

    columns: tuple[Column, ...]
    n: Ints
    key: Keys

    def __len__(self) -> int:
        return len(self.n)

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"No dimension {name!r}; there are {[column.name for column in self.columns]}.")

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Cells:
        """Return the chosen cells."""
        return Cells(tuple(column.take(rows) for column in self.columns), self.n[rows], self.key[rows])

    def replace(self, *columns: Column) -> Cells:
        """Return the cells with columns of the same name replaced and new ones appended."""
        new = {column.name: column for column in columns}
        kept = tuple(new.pop(column.name, column) for column in self.columns)
        return Cells(kept + tuple(new.values()), self.n, self.key)


def fold(cells: Cells, by: Sequence[str]) -> Cells:
    """Sum counts and keys over every dimension not named in `by`.

    The result is sorted by `by` in that order, so equal contents give equal arrays whatever the order of the rows.

    >>> from allmende.cubes import numbers, texts
    >>> cells = Cells((texts("sex", "mwm"), numbers("age", [3, 3, 4])), np.array([2, 1, 5]),
    ...               np.array([7, 8, 2**32 - 1], dtype=np.uint32))
    >>> folded = fold(cells, ["sex"])
    >>> folded["sex"].values(), folded.n.tolist(), folded.key.tolist()
    (['m', 'w'], [7, 1], [6, 8])
    """
    columns = [cells[name] for name in by]
    if not len(cells):
        return Cells(tuple(columns), cells.n, cells.key)
    ranges = [_Range.of(column) for column in columns]
    size = prod(r.span for r in ranges)
    if size >= WIDEST:
        return _in_columns(columns, cells)
    place = _places(columns, ranges, len(cells))
    summed = _dense if size <= min(DENSE_LIMIT, 64 * len(cells) + 1024) else _sorted
    places, n, key = summed(place, cells.n, cells.key, size)
    unpacked: list[Column] = []
    for column, r in zip(reversed(columns), reversed(ranges), strict=True):
        places, ranks = np.divmod(places, r.span)
        unpacked.append(Column(column.name, ranks + r.low, column.labels))
    return Cells(tuple(reversed(unpacked)), n, key)


def _places(columns: Sequence[Column], ranges: Sequence[_Range], count: int) -> Ints:
    """Return a number per cell, by its members, the first column slowest."""
    place = np.zeros(count, dtype=np.int64)
    for column, r in zip(columns, ranges, strict=True):
        place *= r.span
        place += column.codes - r.low
    return place


@dataclass(frozen=True, slots=True)
class _Range:
    """The codes of a column lie in `low` … `low` + `span` - 1."""

    low: int
    span: int

    @classmethod
    def of(cls, column: Column) -> _Range:
        low = int(column.codes.min())
        return cls(low, int(column.codes.max()) - low + 1)


def _dense(place: Ints, n: Ints, key: Keys, size: int) -> tuple[Ints, Ints, Keys]:
    # bincount adds in float64: exact for counts below 2⁵³, and for keys when they are added in halves of 16 bits
    counts = np.bincount(place, weights=n, minlength=size).astype(np.int64)
    low = np.bincount(place, weights=key & np.uint32(0xFFFF), minlength=size).astype(np.uint64)
    high = np.bincount(place, weights=key >> np.uint32(16), minlength=size).astype(np.uint64)
    filled = np.flatnonzero(np.bincount(place, minlength=size))
    keys = (low[filled] + (high[filled] << np.uint64(16))).astype(np.uint32)
    return filled.astype(np.int64), counts[filled], keys


def _sorted(place: Ints, n: Ints, key: Keys, size: int) -> tuple[Ints, Ints, Keys]:
    order = np.argsort(place, kind="stable")
    ranked = place[order]
    starts = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    return ranked[starts], *_sums(n[order], key[order], starts)


def _in_columns(columns: Sequence[Column], cells: Cells) -> Cells:
    """Fold cells whose members, all multiplied, are more than one integer can tell apart."""
    order = np.lexsort([column.codes for column in reversed(columns)])
    sorted_columns = [column.take(order) for column in columns]
    first = np.zeros(len(cells), dtype=np.bool_)
    first[0] = True
    for column in sorted_columns:
        first[1:] |= column.codes[1:] != column.codes[:-1]
    starts = np.flatnonzero(first)
    n, key = _sums(cells.n[order], cells.key[order], starts)
    return Cells(tuple(column.take(starts) for column in sorted_columns), n, key)


def _sums(n: Ints, key: Keys, starts: Ints) -> tuple[Ints, Keys]:
    """Add sorted counts and keys from each start to the next."""
    return np.add.reduceat(n, starts), np.add.reduceat(key, starts, dtype=np.uint32)
