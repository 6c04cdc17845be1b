"""Go down a list until the money is gone: skip, stop, or fund the first that does not fit in part."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from allmende.errors import AllmendeError

OVERFLOWS = ("skip", "stop", "partial")
"""What happens to a project that does not fit: the list goes on, ends there, or it gets what is left and the list ends."""


def fill(order: Sequence[int], costs: Sequence[int], budget: int, overflow: str) -> dict[int, int]:
    """Return who gets how much, going down the list `order` (positions in `costs`).

    >>> costs = [60, 50, 30]
    >>> fill([0, 1, 2], costs, 100, "skip"), fill([0, 1, 2], costs, 100, "stop"), fill([0, 1, 2], costs, 100, "partial")
    ({0: 60, 2: 30}, {0: 60}, {0: 60, 1: 40})
    """
    if overflow not in OVERFLOWS:
        raise AllmendeError(
            f"“{overflow}” is no rule for what does not fit.",
            where="overflow",
            expected=", ".join(OVERFLOWS),
            todo="Choose one of them.",
        )
    granted: dict[int, int] = {}
    left = budget
    for project in order:
        if costs[project] <= left:
            granted[project] = costs[project]
            left -= costs[project]
        elif overflow != "skip":
            if overflow == "partial" and left > 0:
                granted[project] = left
            break
    return granted


def by_value_per_cost(values: Sequence[int], costs: Sequence[int]) -> list[int]:
    """Order positions by value per cost, dearest value first; equal ones by position. What costs nothing leads.

    >>> by_value_per_cost([6, 9, 2], [3, 3, 1])
    [1, 0, 2]
    """
    return sorted(
        range(len(costs)), key=lambda k: (costs[k] > 0, -Fraction(values[k], costs[k]) if costs[k] else -values[k], k)
    )
