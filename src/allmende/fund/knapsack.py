"""The set of projects worth most that the budget pays for, exactly.

Method: G. L. Nemhauser, Z. Ullmann, Management Science 15 (1969): extend the list of sets of which none is
both cheaper and better than another, here without the sets that cannot reach the best known value even if the rest of the
money were spent in fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.fund.ranking import by_value_per_cost, fill

LIMIT = 4_000_000
"""Sets kept at once; beyond, the question is refused rather than the machine exhausted."""

Numbers = NDArray[np.int64]


def best_set(values: Sequence[int], costs: Sequence[int], budget: int) -> list[int]:
    """Return the positions of the set of largest value within the budget.

    Ties: of equally good sets the cheapest; then the one that holds the earliest position the other does not.
    Values and costs are whole numbers of at least 0; their sums must stay below 2**62.

    >>> best_set([60, 100, 120], [10, 20, 30], 50), best_set([1, 1], [5, 5], 5)
    ([1, 2], [0])
    """
    _check(values, costs, budget)
    items = [k for k in range(len(costs)) if costs[k] <= budget and values[k] > 0]
    greedy = fill(by_value_per_cost(values, costs), costs, budget, "skip")
    floor = sum(values[k] for k in greedy)
    spent = worth = np.zeros(1, dtype=np.int64)
    steps: list[tuple[Numbers, NDArray[np.bool_]]] = []
    for at in range(len(items) - 1, -1, -1):
        spent, worth, parent, taken = _extend(spent, worth, costs[items[at]], values[items[at]], budget)
        keep = worth + _ceiling(values, costs, items[:at], budget - spent) >= floor
        spent, worth = spent[keep], worth[keep]
        steps.append((parent[keep], taken[keep]))
        if len(spent) > LIMIT:
            raise AllmendeError(
                f"The exact best set needs more than {LIMIT:,} sets at once.",
                where="knapsack",
                expected="a question that fits into memory",
                todo="Round the costs, or choose the rule greedy.",
            )
    return _walk_back(steps, items, int(worth.argmax()))


def _check(values: Sequence[int], costs: Sequence[int], budget: int) -> None:
    if min(values, default=0) < 0 or min(costs, default=0) < 0 or budget < 0:
        raise AllmendeError(
            "A value, a cost or the budget is negative.", where="knapsack", expected="whole numbers of at least 0"
        )
    if max(sum(values), sum(costs), budget) >= 2**62:
        raise AllmendeError("Values or costs are too large to be added exactly.", where="knapsack", expected="sums below 2**62")


def _extend(
    spent: Numbers, worth: Numbers, cost: int, value: int, budget: int
) -> tuple[Numbers, Numbers, Numbers, NDArray[np.bool_]]:
    fits = np.flatnonzero(spent + cost <= budget)
    all_spent = np.concatenate([spent[fits] + cost, spent])
    all_worth = np.concatenate([worth[fits] + value, worth])
    parent = np.concatenate([fits, np.arange(len(spent))])
    # sets with the item come first: a stable sort then prefers them among equals, which is the rule for ties
    order = np.lexsort((-all_worth, all_spent))
    better = np.r_[True, all_worth[order][1:] > np.maximum.accumulate(all_worth[order])[:-1]]
    kept = order[better]
    return all_spent[kept], all_worth[kept], parent[kept], kept < len(fits)


def _ceiling(values: Sequence[int], costs: Sequence[int], rest: Sequence[int], money: Numbers) -> NDArray[np.float64]:
    """Return what the money could still buy of the rest if projects could be cut, never too little."""
    order = sorted(rest, key=lambda k: -Fraction(values[k], max(costs[k], 1)))
    cost = np.cumsum([0, *(costs[k] for k in order)])
    value = np.cumsum([0, *(values[k] for k in order)])
    full = np.searchsorted(cost, money, side="right") - 1
    rate = np.array([*(values[k] / max(costs[k], 1) for k in order), 0.0])
    ceiling: NDArray[np.float64] = (value[full] + rate[full] * (money - cost[full])) * (1 + 1e-12) + 1
    return ceiling


def _walk_back(steps: Sequence[tuple[Numbers, NDArray[np.bool_]]], items: Sequence[int], state: int) -> list[int]:
    chosen = []
    for item, (parent, taken) in zip(items, reversed(steps), strict=True):
        if taken[state]:
            chosen.append(item)
        state = int(parent[state])
    return chosen
