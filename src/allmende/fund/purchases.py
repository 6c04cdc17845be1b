"""The purchases of equal shares in floating point that knows its own error: compiled, and honest about what it cannot decide.

Every price is computed with a bound on its error (from the number of additions, the error of the budgets and the slope of
what supporters can pay). A purchase is made only if no other project can be as cheap; else the caller decides in fractions.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

EPS = 2.3e-16
DONE, UNSURE = 0, 1
TOO_DEAR, CLEAR, NOBODY_SHORT, DOUBTFUL = 0, 1, 2, 3


@njit(cache=True)
def price(voter: Ints, utility: Floats, cost: float, budgets: Floats, error: float) -> tuple[int, float, float]:
    """Find the least rho at which supporters, paying min(budget, rho x utility), raise the cost: (state, rho, its error)."""
    count = len(voter)
    held = weight = 0.0
    for k in range(count):
        held += budgets[voter[k]]
        weight += utility[k]
    doubt = count * error + 2.0 * EPS * count * held + 4.0 * EPS * cost
    if held + doubt < cost:
        return TOO_DEAR, 0.0, 0.0
    rho, short = cost / weight, 0
    while True:
        poor, rich, now = 0.0, 0.0, 0
        for k in range(count):
            if budgets[voter[k]] < rho * utility[k]:
                poor += budgets[voter[k]]
                now += 1
            else:
                rich += utility[k]
        if now == short or rich == 0.0:
            break
        short = now
        rho = (cost - poor) / rich
    sure, able = 0.0, 0
    for k in range(count):
        if budgets[voter[k]] - error > rho * utility[k] * (1.0 + 1e-7):
            sure += utility[k]
            able += 1
    # who surely can pay more pays rho × utility whatever the error of its budget; only the others' errors reach the price
    vague = (count - able) * error + 2.0 * EPS * count * poor + 4.0 * EPS * cost
    spread = vague / sure + 8.0 * EPS * rho if sure > 0.0 else np.inf
    if held - doubt < cost or spread > 1e-7 * rho:
        # nothing is known of the price but what it is at least, with the steepest slope that supporters had below it
        return DOUBTFUL, (max(0.0, rho - doubt / rich) if rich > 0.0 else 0.0), np.inf
    return (NOBODY_SHORT if able == count else CLEAR), rho, spread


@njit(cache=True)
def pay(voter: Ints, utility: Floats, rho: float, spread: float, budgets: Floats, error: float) -> float:
    """Let supporters pay; return the new bound on the error of every budget."""
    largest = most = 0.0
    for k in range(len(voter)):
        due = rho * utility[k]
        largest = max(largest, due)
        most = max(most, utility[k])
        budgets[voter[k]] = max(0.0, budgets[voter[k]] - due)
    return error + spread * most + 4.0 * EPS * largest


@njit(cache=True)
def quote(
    start: Ints, voter: Ints, utility: Floats, costs: Floats, budgets: Floats, error: float, low: Floats, waiting: Flags
) -> tuple[Ints, Floats, Floats, float]:
    """Price projects, the most promising first, until no other can be as cheap: (state, rho, its error, the least upper bound).

    A state of -1 says that a project was not priced. Raises `low`, and stops `waiting` for what is too dear.
    """
    state = np.full(len(costs), -1)
    rho, spread = np.zeros(len(costs)), np.zeros(len(costs))
    best = np.inf
    while True:
        j = -1
        for k in range(len(costs)):
            if waiting[k] and state[k] < 0 and (j < 0 or low[k] < low[j]):
                j = k
        if j < 0 or low[j] > best:
            return state, rho, spread, best
        a, b = start[j], start[j + 1]
        state[j], rho[j], spread[j] = price(voter[a:b], utility[a:b], costs[j], budgets, error)
        if state[j] == TOO_DEAR:
            waiting[j] = False
            continue
        low[j] = max(low[j], rho[j] - (spread[j] if state[j] != DOUBTFUL else 0.0))
        best = min(best, rho[j] + spread[j])


@njit(cache=True)
def buy(
    start: Ints,
    voter: Ints,
    utility: Floats,
    costs: Floats,
    alone: Ints,
    budgets: Floats,
    error: float,
    low: Floats,
    waiting: Flags,
    rivals: Flags,
    bought: Ints,
    count: int,
) -> tuple[int, int, float]:
    """Buy until nothing is affordable (DONE) or a choice is too close to call (UNSURE; `rivals` says between whom).

    `alone` ranks projects by cost per utility, ids breaking ties: exact where no supporter is short of money. `low` holds what
    each project costs per utility at least (it only rises). Changes `budgets`, `low`, `waiting`, `rivals` and `bought`.
    """
    while True:
        state, rho, spread, best = quote(start, voter, utility, costs, budgets, error, low, waiting)
        chosen, clear, number = -1, True, 0
        for j in range(len(costs)):
            rivals[j] = waiting[j] and state[j] > 0 and low[j] <= best
            if rivals[j]:
                number += 1
                clear = clear and state[j] == NOBODY_SHORT
                if chosen < 0 or alone[j] < alone[chosen]:
                    chosen = j
        if number == 0:
            return DONE, count, error
        if (number > 1 and not clear) or state[chosen] == DOUBTFUL:
            return UNSURE, count, error
        a, b = start[chosen], start[chosen + 1]
        error = pay(voter[a:b], utility[a:b], rho[chosen], spread[chosen], budgets, error)
        waiting[chosen] = False
        bought[count] = chosen
        count += 1
