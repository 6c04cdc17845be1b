"""One year's awards of many runs: compiled, whole cents."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from allmende.fund.rehearsal.setting import NO_CAP

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

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
def buy_by_shares(score: Floats, asks: Ints, budget: Ints, paid: Ints, spillover: float, threshold: float) -> Flags:
    """Buy each run's applications by equal shares, endowments being parts of the budget as members paid; [run, member, slot].

    An application is worth its score to its member and `spillover` times as much to every other. Equal ones go to the
    member and slot that come first. Floating point: a rehearsal's ties decide nobody's money.
    """
    runs, members, slots = asks.shape
    bought = np.zeros(asks.shape, dtype=np.bool_)
    for r in range(runs):
        held = paid[r] * (budget[r] / max(paid[r].sum(), 1))
        low = np.zeros(members * slots)
        for k in range(members * slots):
            i, s = k // slots, k % slots
            if asks[r, i, s] == 0 or score[r, i, s] < threshold or score[r, i, s] <= 0.0:
                low[k] = np.inf
        left = budget[r]
        while True:
            best, pick = np.inf, -1
            looked = np.zeros(members * slots, dtype=np.bool_)
            while True:
                k = -1
                for j in range(members * slots):
                    if not looked[j] and low[j] < np.inf and (k < 0 or low[j] < low[k]):
                        k = j
                if k < 0 or low[k] > best:
                    break
                looked[k] = True
                # budgets only shrink, so the price found here is a lower bound for all rounds that follow
                i, s = k // slots, k % slots
                low[k] = _price(held, i, score[r, i, s], spillover, asks[r, i, s]) if asks[r, i, s] <= left else np.inf
                if low[k] < best or (low[k] == best and k < pick):
                    best, pick = low[k], k
            if pick < 0:
                break
            i, s = pick // slots, pick % slots
            for j in range(members):
                held[j] -= min(held[j], best * score[r, i, s] * (1.0 if j == i else spillover))
            bought[r, i, s], low[pick] = True, np.inf
            left -= asks[r, i, s]
    return bought


@njit(cache=True)
def _price(held: Floats, owner: int, score: float, spillover: float, cost: int) -> float:
    """Find the least rho at which everybody, paying min(held, rho x utility), raises the cost; infinity if they cannot."""
    able = 0.0
    for j in range(len(held)):
        able += held[j] if j == owner or spillover > 0.0 else 0.0
    if able < cost * (1.0 - 1e-12):
        return np.inf
    rho, short = 0.0, -1
    while True:
        poor, weight, now = 0.0, 0.0, 0
        for j in range(len(held)):
            utility = score * (1.0 if j == owner else spillover)
            if utility > 0.0 and held[j] < rho * utility:
                poor, now = poor + held[j], now + 1
            else:
                weight += utility
        if now == short or weight == 0.0:
            return rho
        rho, short = max((cost - poor) / weight, rho), now


def award_by_shares(score: Floats, asks: Ints, budget: Ints, paid: Ints, spillover: float, threshold: float) -> Ints:
    """Buy by equal shares; what is left is spent by points per euro, skipping what does not fit. Grants [run, member, slot]."""
    bought = buy_by_shares(score, asks, budget, paid, spillover, threshold)
    grants: Ints = np.where(bought, asks, 0)
    left = budget - grants.sum(axis=(1, 2))
    nothing = np.zeros(asks.shape[:2], dtype=np.int64)
    more: Ints = award(score, np.where(bought, 0, asks), left, nothing, NO_CAP, threshold, True, SKIP)
    return grants + more
