"""A dimension's column: which member each cell belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

TOTAL = -9
"""Code of a margin: the cell sums over this dimension (released tables only)."""


@dataclass(frozen=True, slots=True)
class Column:
    """The members of one dimension, one per cell.

    `codes` (int64, one per cell) are the members themselves when `labels` is None (age in years, year,
    packed grid cell), otherwise positions in `labels`.
    """

    name: str
    codes: Ints
    labels: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Column:
        """Return the column of the chosen cells."""
        return Column(self.name, self.codes[rows], self.labels)

    def values(self) -> list[int] | list[str]:
        """Return one readable member per cell; a margin reads "total"."""
        if self.labels is None:
            return [int(code) for code in self.codes]
        return ["total" if code == TOTAL else self.labels[code] for code in self.codes]

    def relabel(self, labels: Sequence[str]) -> Column:
        """Return the same members as codes of another list of labels that holds them all.

        >>> texts("sex", ["m", "w", "m"]).relabel(["w", "m"]).codes.tolist()
        [1, 0, 1]
        """
        if self.labels is None:
            raise TypeError(f"Column {self.name!r} holds numbers; only labelled columns can be relabelled.")
        position = {label: code for code, label in enumerate(labels)}
        absent = [label for label in self.labels if label not in position]
        if absent:
            raise ValueError(f"Column {self.name!r} holds {absent[:5]}, which the new labels lack.")
        lookup = np.array([position[label] for label in self.labels], dtype=np.int64)
        kept = self.codes == TOTAL
        codes = np.where(kept, TOTAL, lookup[np.where(kept, 0, self.codes)]) if len(lookup) else self.codes
        return Column(self.name, codes, tuple(labels))


def numbers(name: str, values: Iterable[int] | NDArray[np.integer]) -> Column:
    """Make a column whose codes are the values (ages, years, packed cells)."""
    array = values if isinstance(values, np.ndarray) else np.fromiter(values, dtype=np.int64)
    return Column(name, array.astype(np.int64, copy=False))


def texts(name: str, values: Iterable[str]) -> Column:
    """Make a column of labels, sorted, with one code per value.

    >>> texts("sex", ["w", "m", "w"])
    Column(name='sex', codes=array([1, 0, 1]), labels=('m', 'w'))
    """
    rows = list(values)
    labels = tuple(sorted(set(rows)))
    position = {label: code for code, label in enumerate(labels)}
    return Column(name, np.fromiter((position[row] for row in rows), dtype=np.int64, count=len(rows)), labels)


def stack(parts: Sequence[Column]) -> Column:
    """Put columns of one dimension under one another, with the union of their labels in sorted order."""
    first = parts[0]
    if first.labels is None:
        return Column(first.name, np.concatenate([part.codes for part in parts]))
    labels = sorted({label for part in parts for label in part.labels or ()})
    return Column(first.name, np.concatenate([part.relabel(labels).codes for part in parts]), tuple(labels))
