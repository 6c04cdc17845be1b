"""Bounds for the p-median from the Lagrangian of the assignment, and what they rule out."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from allmende.needs.siting.program import Floats, Ints

LEANING = 0.8
"""How much of the last direction the next one keeps."""


@dataclass(frozen=True, slots=True)
class Bound:
    """No p sites cost less than `value`; `multipliers [customers]` prove it, `chosen` are the p sites they prefer."""

    value: float
    multipliers: Floats
    chosen: Ints


def ascend(costs: Floats, p: int, upper: float, multipliers: Floats, *, rounds: int = 1500) -> Bound:
    """Raise the bound by subgradient steps (Held, Wolfe and Crowder 1974), each leaning on those before it.

    Without leaning (Camerini, Fratta and Maffioli 1975) the steps zigzag and end early: on a thousand points in a plane
    0.37 % below the optimum, with it 0.00 %.

    With multipliers u the bound is Σ u_j + the p smallest of ρ_i = Σ_j min(0, c_ij - u_j). `costs [sites, customers]` may hold
    infinity (cannot serve); `upper` is the cost of a known solution and scales the steps.

    >>> line = np.abs(np.subtract.outer(np.arange(6.0), np.arange(6.0)))
    >>> round(ascend(line, 2, 4.0, np.ones(6)).value, 2)
    4.0
    """
    value, best, chosen = _ascend(costs, p, upper, multipliers, rounds)
    return Bound(float(value), best, np.sort(chosen))


def rule_out(costs: Floats, p: int, bound: Bound, better: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which sites no solution of at most `better` can open, and which every such solution opens."""
    reduced = _reduced(costs, bound.multipliers)
    order = np.argsort(reduced, kind="stable")
    last, following = reduced[order[p - 1]], reduced[order[p]] if p < len(order) else np.inf
    total = bound.multipliers.sum() + reduced[order[:p]].sum()
    inside = np.zeros(len(reduced), dtype=np.bool_)
    inside[order[:p]] = True
    return ~inside & (total - last + reduced > better), inside & (total - reduced + following > better)


def farthest(costs: Floats, p: int, bound: Bound, better: float) -> Floats:
    """Return, per customer, a cost above which no solution of at most `better` serves it.

    If all sites up to a cost are closed for a customer, the p smallest ρ come from the others, and its multiplier may rise to
    the next cost for nothing; where that bound exceeds `better`, the customer is always served from nearer.
    """
    limits: Floats = _farthest(np.ascontiguousarray(costs.T), p, bound.multipliers, _reduced(costs, bound.multipliers), better)
    return limits


@numba.njit(cache=True, fastmath={"reassoc", "nsz"})
def _reduced(costs: Floats, multipliers: Floats) -> Floats:  # pragma: no cover - compiled
    reduced = np.empty(costs.shape[0])
    for i in range(costs.shape[0]):
        total = 0.0
        for j in range(costs.shape[1]):
            total += min(0.0, costs[i, j] - multipliers[j])
        reduced[i] = total
    return reduced


@numba.njit(cache=True)
def _ascend(
    costs: Floats, p: int, upper: float, multipliers: Floats, rounds: int
) -> tuple[float, Floats, Ints]:  # pragma: no cover - compiled
    current = multipliers.copy()
    best, highest = current.copy(), -np.inf
    chosen = np.arange(p)
    step, stuck = 1.0, 0
    direction = np.zeros(len(current))
    for _ in range(rounds):
        reduced = _reduced(costs, current)
        picked = np.argsort(reduced)[:p]
        value = current.sum() + reduced[picked].sum()
        if value > highest + 1e-7 * abs(upper):
            stuck = 0
        else:
            stuck += 1
        if value > highest:
            highest = value
            best[:] = current
            chosen = picked.copy()
        if stuck >= 20:
            step, stuck = step * 0.7, 0
            current[:] = best
            direction[:] = 0.0
            if step < 1e-4:
                break
            continue
        served = np.zeros(len(current))
        for i in picked:
            for j in range(len(current)):
                if costs[i, j] < current[j]:
                    served[j] += 1.0
        if (served == 1.0).all():
            break
        direction = LEANING * direction + (1.0 - served)
        current += step * (1.001 * upper - value) / (direction**2).sum() * direction
    return highest, best, chosen


@numba.njit(cache=True)
def _farthest(
    by_customer: Floats, p: int, multipliers: Floats, reduced: Floats, better: float
) -> Floats:  # pragma: no cover - compiled
    customers, sites = by_customer.shape
    ranking = np.argsort(reduced)
    limits = np.full(customers, np.inf)
    for j in range(customers):
        row = by_customer[j]
        order = np.argsort(row)
        closed = np.zeros(sites, dtype=np.bool_)
        inside = np.zeros(sites, dtype=np.bool_)
        inside[ranking[:p]] = True
        reserve = p
        total = multipliers.sum() + reduced[ranking[:p]].sum()
        for k in range(sites):
            site = order[k]
            if k > 0 and row[site] > row[order[k - 1]] and total + max(0.0, row[site] - multipliers[j]) > better:
                limits[j] = row[order[k - 1]]
                break
            closed[site] = True
            if inside[site]:
                while reserve < sites and closed[ranking[reserve]]:
                    reserve += 1
                if reserve == sites:
                    limits[j] = row[site]
                    break
                total += reduced[ranking[reserve]] - reduced[site]
                inside[ranking[reserve]] = True
                reserve += 1
    return limits
