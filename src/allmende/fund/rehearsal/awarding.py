"""One year's awards of many runs: compiled, whole cents."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SKIP, STOP, PARTIAL = 0, 1, 2


@njit(cache=True)
def award(
    score: Floats, asks: Ints, budget: Ints, claim: Ints, cap: int, threshold: float, per_euro: bool, overflow: int
) -> Ints:
    """Go down each run's list: score and asks [run, member, slot] (0 asks nothing), budget [run], claim [run, member].

    First everybody's best applications within its claim, then all others by the rule. Returns grants [run, member, slot].
    """
    runs, members, slots = asks.shape
    grants = np.zeros(asks.shape, dtype=np.int64)
    for r in range(runs):
        worth = np.full(members * slots, -np.inf)
        for k in range(members * slots):
            i, s = k // slots, k % slots
            if asks[r, i, s] > 0 and score[r, i, s] >= threshold:
                worth[k] = score[r, i, s] / asks[r, i, s] if per_euro else score[r, i, s]
        order = np.argsort(-worth, kind="mergesort")
        left, got = budget[r], np.zeros(members, dtype=np.int64)
        for k in order:
            i, s = k // slots, k % slots
            if worth[k] == -np.inf:
                break
            if asks[r, i, s] <= min(claim[r, i] - got[i], left, cap - got[i]):
                grants[r, i, s] = asks[r, i, s]
                got[i] += asks[r, i, s]
                left -= asks[r, i, s]
        for k in order:
            i, s = k // slots, k % slots
            if worth[k] == -np.inf:
                break
            if grants[r, i, s] > 0:
                continue
            allowed = min(asks[r, i, s], cap - got[i])
            short = left < allowed
            if (short or allowed < asks[r, i, s]) and overflow != PARTIAL:
                allowed = 0
            paid = min(allowed, left)
            grants[r, i, s] = paid
            got[i] += paid
            left -= paid
            if short and overflow != SKIP:
                break
    return grants


@njit(cache=True)
def split_rows(amount: Ints, weights: Floats) -> Ints:
    """Split each run's amount by its weights [run, member] to the cent: largest remainder, ties to the first."""
    runs, members = weights.shape
    parts = np.zeros((runs, members), dtype=np.int64)
    for r in range(runs):
        total = weights[r].sum()
        if total <= 0.0 or amount[r] == 0:
            continue
        exact = weights[r] * (amount[r] / total)
        parts[r] = np.floor(exact).astype(np.int64)
        order = np.argsort(parts[r] - exact, kind="mergesort")
        over = amount[r] - parts[r].sum()
        k = 0
        while over > 0:
            if weights[r, order[k % members]] > 0.0:
                parts[r, order[k % members]] += 1
                over -= 1
            k += 1
        k = members - 1
        while over < 0:
            if parts[r, order[k % members]] > 0:
                parts[r, order[k % members]] -= 1
                over += 1
            k -= 1
    return parts
