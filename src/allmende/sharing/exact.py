"""Linear equations and programmes in fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any


def solve_exactly(matrix: Sequence[Sequence[Any]], right: Sequence[Any]) -> list[Fraction]:
    """Return the one solution of a consistent system, which may have more rows than unknowns.

    Raises `ArithmeticError` if it has no solution or several.

    >>> solve_exactly([[1, 1], [1, 0], [2, 1]], [Fraction(1, 3), 0, Fraction(1, 3)])
    [Fraction(0, 1), Fraction(1, 3)]
    """
    rows = [[Fraction(entry) for entry in (*row, value)] for row, value in zip(matrix, right, strict=True)]
    width = len(rows[0]) - 1
    for column in range(width):
        pivot = next((at for at in range(column, len(rows)) if rows[at][column]), None)
        if pivot is None:
            raise ArithmeticError("The equations leave more than one solution.")
        rows[column], rows[pivot] = rows[pivot], rows[column]
        lead = rows[column][column]
        rows[column] = [entry / lead for entry in rows[column]]
        for at, row in enumerate(rows):
            if at != column and row[column]:
                factor = row[column]
                rows[at] = [a - factor * b if b else a for a, b in zip(row, rows[column], strict=True)]
    if any(row[-1] for row in rows[width:]):
        raise ArithmeticError("The equations contradict one another.")
    return [row[-1] for row in rows[:width]]


class Weights:
    """Maximise Σ y_k · gain_k over weights y ≥ 0 with Σ y_k · column_k = right ≥ 0; columns may be added after a solution.

    Dantzig's simplex method with Bland's rule, which ends whatever the ties; the inverse of the basis is kept in fractions.

    >>> best = Weights([1, 1])
    >>> for column, gain in (((1, 0), 2), ((0, 1), 3), ((1, 1), 6)):
    ...     best.add(column, gain)
    >>> best.solve()
    True
    >>> best.positive(), sum(best.prices)
    ({2: Fraction(1, 1)}, Fraction(6, 1))
    """

    def __init__(self, right: Sequence[int]) -> None:
        size = len(right)
        self.columns: list[tuple[Any, ...]] = []
        self.gains: list[Any] = []
        self.prices: list[Fraction] = []
        self._inverse = [[Fraction(int(i == j)) for j in range(size)] for i in range(size)]
        self._basis = [-1 - i for i in range(size)]  # artificial: to be driven out
        self._values = [Fraction(value) for value in right]

    def add(self, column: Sequence[Any], gain: Any) -> None:
        """Add a column and what one unit of it gains."""
        self.columns.append(tuple(column))
        self.gains.append(gain)

    def solve(self) -> bool:
        """Find the best weights and the price of every row; return False if no weights sum to the right side."""
        if any(at < 0 and value for at, value in zip(self._basis, self._values, strict=True)):
            self._climb(first=True)
            if any(at < 0 and value for at, value in zip(self._basis, self._values, strict=True)):
                return False
        self._climb(first=False)
        return True

    def positive(self) -> dict[int, Fraction]:
        """Return the weights above 0 by the number of their column."""
        return {at: value for at, value in zip(self._basis, self._values, strict=True) if at >= 0 and value}

    def _climb(self, *, first: bool) -> None:
        size = range(len(self._basis))
        while True:
            cost = [(-1 if first else 0) if at < 0 else (0 if first else self.gains[at]) for at in self._basis]
            self.prices = [sum((cost[i] * self._inverse[i][j] for i in size if cost[i]), Fraction(0)) for j in size]
            entering = next((at for at in range(len(self.columns)) if self._gain(at, first=first) > 0), None)
            if entering is None:
                return
            column = self.columns[entering]
            step = [sum((row[j] * column[j] for j in size if column[j]), Fraction(0)) for row in self._inverse]
            self._pivot(self._leaving(step, first=first), entering, step)

    def _gain(self, at: int, *, first: bool) -> Any:
        own = 0 if first else self.gains[at]
        return own - sum(price * entry for price, entry in zip(self.prices, self.columns[at], strict=True) if entry)

    def _leaving(self, step: list[Fraction], *, first: bool) -> int:
        ratios = [
            (self._values[i] / length if length > 0 else Fraction(0), self._basis[i], i)
            for i, length in enumerate(step)
            if length > 0 or (length and not first and self._basis[i] < 0)  # an artificial one at 0 goes out first
        ]
        if not ratios:
            raise ArithmeticError("The weights are not limited.")
        return min(ratios)[2]

    def _pivot(self, out: int, entering: int, step: list[Fraction]) -> None:
        row = [entry / step[out] for entry in self._inverse[out]]
        value = self._values[out] / step[out]
        for i, factor in enumerate(step):
            if i != out and factor:
                self._inverse[i] = [a - factor * b if b else a for a, b in zip(self._inverse[i], row, strict=True)]
                self._values[i] -= factor * value
        self._inverse[out], self._values[out], self._basis[out] = row, value, entering
