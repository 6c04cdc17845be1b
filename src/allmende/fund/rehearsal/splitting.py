"""Amounts of many runs split between members: between bounds, then to the cent. Compiled."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@njit(cache=True)
def clip_rows(weights: Floats, amount: Floats, low: Floats, high: Floats) -> Floats:
    """Split each run's amount by weights [run, member] so that shares stay between bounds [run, member].

    Whoever breaks a bound is set to it and the rest split again, those on the side that is broken by more first, as keys of
    `allmende.sharing` do. Where bounds do not allow the amount, shares stand at the bounds: more or less than it is paid.
    """
    runs, members = weights.shape
    shares = np.zeros((runs, members))
    for r in range(runs):
        fixed = np.zeros(members, dtype=np.bool_)
        while True:
            rest, whole = amount[r], 0.0
            for i in range(members):
                if fixed[i]:
                    rest -= shares[r, i]
                else:
                    whole += weights[r, i]
            lacking = exceeding = 0.0
            for i in range(members):
                if not fixed[i]:
                    shares[r, i] = max(rest, 0.0) * weights[r, i] / whole if whole > 0.0 else 0.0
                    lacking += max(low[r, i] - shares[r, i], 0.0)
                    exceeding += max(shares[r, i] - high[r, i], 0.0)
            if lacking == 0.0 and exceeding == 0.0:
                break
            for i in range(members):
                if not fixed[i] and lacking >= exceeding and shares[r, i] < low[r, i]:
                    shares[r, i], fixed[i] = low[r, i], True
                elif not fixed[i] and exceeding >= lacking and shares[r, i] > high[r, i]:
                    shares[r, i], fixed[i] = high[r, i], True
    return shares


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
