"""p-tables: with which probability a true count is published as which other count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """The noise of one true count: `noise` (whole persons, ascending) and its probabilities `p`, of equal length."""

    noise: Ints
    p: Floats

    def mean(self) -> float:
        """Return the expected noise; 0 means unbiased."""
        return float(self.noise @ self.p)

    def variance(self) -> float:
        """Return the expected squared noise (persons²); the variance of an unbiased row."""
        return float(self.noise**2 @ self.p)

    def stay(self) -> float:
        """Return the probability that the count is published as it is."""
        return float(self.p[self.noise == 0].sum())


@dataclass(frozen=True, slots=True)
class PTable:
    """Rows for the true counts 0 … len(rows)-1; larger counts go round the last `period` rows.

    With period 1 the last row serves all larger counts (cell key method); with period b it repeats (rounding to base b).
    """

    rows: tuple[Row, ...]
    period: int = 1

    def __post_init__(self) -> None:
        zero = self.rows[0]
        if zero.noise.tolist() != [0]:
            raise ValueError("Row 0 of a p-table must leave 0 as it is: a zero has no key to be perturbed by.")
        for n, row in enumerate(self.rows):
            if (row.p < 0).any() or abs(row.p.sum() - 1) > 1e-6:
                raise ValueError(f"The probabilities of row {n} sum to {row.p.sum():.8f}; they must sum to 1.")
            if (row.noise + n < 0).any():
                raise ValueError(f"Row {n} publishes a negative count.")

    def row_index(self, n: Ints) -> Ints:
        """Return the row that serves each count (any shape).

        >>> from allmende.privacy.rounding import rounding_table
        >>> rounding_table(3).row_index(np.array([0, 1, 2, 3, 4, 5, 6])).tolist()
        [0, 1, 2, 3, 1, 2, 3]
        """
        counts = np.asarray(n, dtype=np.int64)
        if counts.size and counts.min() < 0:
            raise ValueError(f"Counts cannot be negative: {int(counts.min())}.")
        last = len(self.rows) - 1
        if self.period == 1:
            return np.minimum(counts, last)
        return np.where(counts <= last, counts, last - self.period + 1 + (counts - last - 1) % self.period)

    def row(self, n: int) -> Row:
        """Return the row that serves one count."""
        return self.rows[int(self.row_index(np.array(n)))]

    def tail(self) -> tuple[Row, ...]:
        """Return the rows that serve all larger counts, in turn."""
        return self.rows[-self.period :]

    def max_deviation(self) -> int:
        """Return the largest |noise| that any row can draw (persons)."""
        return max(int(np.abs(row.noise).max()) for row in self.rows)

    def variance(self) -> float:
        """Return the largest variance among the rows that serve all larger counts (persons²)."""
        return max(row.variance() for row in self.tail())


def table_from(counts: Sequence[Mapping[int, float]]) -> PTable:
    """Make a p-table from printed rows: for the counts 1, 2, …, published count to probability.

    >>> table_from([{0: .5, 2: .5}]).rows[1].noise.tolist()
    [-1, 1]
    """
    rows = [Row(np.zeros(1, dtype=np.int64), np.ones(1))]
    for n, published in enumerate(counts, start=1):
        kept = sorted((value - n, p) for value, p in published.items() if p > 0)
        rows.append(Row(np.array([v for v, _ in kept], dtype=np.int64), np.array([p for _, p in kept])))
    return PTable(tuple(rows))
