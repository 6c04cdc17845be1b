"""Linear equations in fractions."""

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
