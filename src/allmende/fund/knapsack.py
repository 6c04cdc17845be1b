"""The set of projects worth most that the budget pays for, exactly; if wanted, none of some groups above a cap of its own.

Method: G. L. Nemhauser, Z. Ullmann, Management Science 15 (1969): keep the sets of which none is both cheaper and better
than another, first within each group up to its cap, then group by group up to the budget; here without the sets that cannot
reach the best known value even if the rest of the money were spent in fractions.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.fund.ranking import by_value_per_cost

LIMIT = 4_000_000
"""Sets looked at in one step; beyond, the question is refused rather than the machine exhausted."""

BITS = 62
"""Projects that one word of `Sets.held` can tell apart."""

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sets:
    """Sets of which none is both cheaper and better: cost and value [set], and who is in, [set, word], the first highest."""

    spent: Numbers
    worth: Numbers
    held: Numbers

    def __getitem__(self, kept: NDArray[np.bool_]) -> Sets:
        return Sets(self.spent[kept], self.worth[kept], self.held[kept])


def best_set(
    values: Sequence[int],
    costs: Sequence[int],
    budget: int,
    *,
    groups: Sequence[Hashable] | None = None,
    cap: int | None = None,
) -> list[int]:
    """Return the positions of the set of largest value within the budget, no group's part of it above the cap.

    `groups` names the group of each position (None: each its own), `cap` holds for each of them (None: no cap).
    Ties: of equally good sets the cheapest; then the one that holds the earliest position the other does not.
    Values and costs are whole numbers of at least 0; their sums must stay below 2**62.

    >>> best_set([60, 100, 120], [10, 20, 30], 50), best_set([1, 1], [5, 5], 5)
    ([1, 2], [0])
    >>> best_set([60, 100, 120], [10, 20, 30], 50, groups="xyy", cap=30)
    [0, 2]
    """
    _check(values, costs, budget)
    limit = budget if cap is None else min(cap, budget)
    items = [k for k in range(len(costs)) if costs[k] <= limit and values[k] > 0]
    named = list(range(len(costs))) if groups is None else list(groups)
    floor = _within_reach(values, costs, items, budget, named, limit)
    words = -(-len(costs) // BITS) or 1
    found = _nothing(words)
    waiting = list(items)
    for group in dict.fromkeys(named[k] for k in reversed(items)):
        own = _nothing(words)
        for item in (k for k in items if named[k] == group):
            own = _joined(own, _alone(item, costs[item], values[item], words), limit)
        waiting = [k for k in waiting if named[k] != group]
        found = _joined(found, own, budget)
        found = found[found.worth + _ceiling(values, costs, waiting, budget - found.spent) >= floor]
    held = found.held[int(found.worth.argmax())]
    return [k for k in items if held[k // BITS] >> (BITS - 1 - k % BITS) & 1]


def _check(values: Sequence[int], costs: Sequence[int], budget: int) -> None:
    if min(values, default=0) < 0 or min(costs, default=0) < 0 or budget < 0:
        raise AllmendeError(
            "A value, a cost or the budget is negative.",
            where="knapsack",
            expected="whole numbers of at least 0",
            todo="Correct it.",
        )
    if max(sum(values), sum(costs), budget) >= 2**62:
        raise AllmendeError(
            "Values or costs are too large to be added exactly.",
            where="knapsack",
            expected="sums below 2**62",
            todo="State values and costs in larger units.",
        )


def _within_reach(
    values: Sequence[int], costs: Sequence[int], items: Sequence[int], budget: int, named: Sequence[Hashable], limit: int
) -> int:
    """Return what a list by value per cost reaches: no best set is worth less."""
    left, used, reached = budget, dict.fromkeys(named, 0), 0
    wanted = set(items)
    for k in by_value_per_cost(values, costs):
        if k in wanted and costs[k] <= left and used[named[k]] + costs[k] <= limit:
            left, reached = left - costs[k], reached + values[k]
            used[named[k]] += costs[k]
    return reached


def _nothing(words: int) -> Sets:
    return Sets(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), np.zeros((1, words), dtype=np.int64))


def _alone(item: int, cost: int, value: int, words: int) -> Sets:
    held = np.zeros((2, words), dtype=np.int64)
    held[1, item // BITS] = 1 << (BITS - 1 - item % BITS)
    return Sets(np.array([0, cost], dtype=np.int64), np.array([0, value], dtype=np.int64), held)


def _joined(some: Sets, others: Sets, limit: int) -> Sets:
    """Return the sets made of one of each that cost no more than the limit, of equal ones the first by the rule for ties."""
    if len(some.spent) * len(others.spent) > LIMIT:
        raise AllmendeError(
            f"The exact best set needs more than {LIMIT:,} sets at once.",
            where="knapsack",
            expected="a question that fits into memory",
            todo="Round the costs, or choose the rule greedy.",
        )
    spent = np.add.outer(some.spent, others.spent).ravel()
    fits = np.flatnonzero(spent <= limit)
    a, b = np.divmod(fits, len(others.spent))
    every = Sets(spent[fits], some.worth[a] + others.worth[b], some.held[a] | others.held[b])
    order = np.lexsort((*-every.held.T[::-1], -every.worth, every.spent))
    worth = every.worth[order]
    kept = order[np.r_[True, worth[1:] > np.maximum.accumulate(worth)[:-1]]]
    return Sets(every.spent[kept], every.worth[kept], every.held[kept])


def _ceiling(values: Sequence[int], costs: Sequence[int], rest: Sequence[int], money: Numbers) -> NDArray[np.float64]:
    """Return what the money could still buy of the rest if projects could be cut, never too little."""
    order = sorted(rest, key=lambda k: -Fraction(values[k], max(costs[k], 1)))
    cost = np.cumsum([0, *(costs[k] for k in order)])
    value = np.cumsum([0, *(values[k] for k in order)])
    full = np.searchsorted(cost, money, side="right") - 1
    rate = np.array([*(values[k] / max(costs[k], 1) for k in order), 0.0])
    ceiling: NDArray[np.float64] = (value[full] + rate[full] * (money - cost[full])) * (1 + 1e-12) + 1
    return ceiling
