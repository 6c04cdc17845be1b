"""Search a tree of opened and closed sites with Lagrangian bounds: small p, where integer programming is slow."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from allmende.needs.siting.program import Floats, Ints

Marks = NDArray[np.int8]

FREE, OPEN, CLOSED = 0, 1, 2
ROUNDS = 40
"""Subgradient steps in a node; the root's multipliers are good already and are handed down."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the search left: the best sites (empty if none beats what was known), their cost, and the proved bound."""

    hosts: Ints
    value: float
    bound: float
    nodes: int
    finished: bool


def search_tree(
    costs: Floats, p: int, multipliers: Floats, *, value: float, step: float, must: NDArray[np.bool_], work: float
) -> Found:
    """Look for p sites that cost at most `value - step`, depth first.

    `costs [sites, customers]`; `work` bounds the visits of a cost, so that the same call gives the same answer on every
    machine.
    """
    hosts, best, bound, nodes, finished = _search(costs, p, multipliers, value, step, must.astype(np.int8), work)
    return Found(np.sort(hosts), float(best), float(best if finished else min(bound, best)), int(nodes), bool(finished))


@numba.njit(cache=True, fastmath={"reassoc", "nsz"})
def _reduce(costs: Floats, mark: Marks, current: Floats, reduced: Floats) -> int:  # pragma: no cover - compiled
    visits = 0
    for i in range(costs.shape[0]):
        if mark[i] != CLOSED:
            total = 0.0
            for j in range(costs.shape[1]):
                total += min(0.0, costs[i, j] - current[j])
            reduced[i] = total
            visits += costs.shape[1]
        else:
            reduced[i] = np.inf
    return visits


@numba.njit(cache=True)
def _cost_of(costs: Floats, hosts: Ints) -> float:  # pragma: no cover - compiled
    total = 0.0
    for j in range(costs.shape[1]):
        nearest = np.inf
        for i in hosts:
            nearest = min(nearest, costs[i, j])
        total += nearest
    return total


@numba.njit(cache=True)
def _choose(reduced: Floats, mark: Marks, p: int) -> Ints:  # pragma: no cover - compiled
    """Return the opened sites, the cheapest free ones up to p, and the next free one (or -1)."""
    chosen = np.full(p + 1, -1, dtype=np.int64)
    k = 0
    for i in range(len(mark)):
        if mark[i] == OPEN:
            chosen[k] = i
            k += 1
    for i in np.argsort(reduced):
        if k > p or mark[i] == CLOSED:
            break
        if mark[i] == FREE:
            chosen[k] = i
            k += 1
    return chosen


@numba.njit(cache=True)
def _search(
    costs: Floats, p: int, multipliers: Floats, known: float, step: float, must: Marks, work: float
) -> tuple[Ints, float, float, int, bool]:  # pragma: no cover - compiled
    sites, customers = costs.shape
    slack = 1e-7 * min(1.0, step)
    marks = np.zeros((2 * sites + 2, sites), dtype=np.int8)
    duals = np.empty((2 * sites + 2, customers))
    bounds = np.empty(2 * sites + 2)
    marks[0] = must
    duals[0] = multipliers
    bounds[0] = -np.inf
    depth, nodes, visits = 1, 0, 0
    best = np.empty(0, dtype=np.int64)
    value = known
    mark = np.empty(sites, dtype=np.int8)
    current = np.empty(customers)
    highest_dual = np.empty(customers)
    kept = np.empty(sites)
    picks = np.empty(sites)
    while depth > 0 and visits < work:
        depth -= 1
        if bounds[depth] > value - step + slack:
            continue
        nodes += 1
        mark[:] = marks[depth]
        current[:] = duals[depth]
        inherited = bounds[depth]
        highest, work_done = _bound(costs, p, mark, current, value, value - step + slack, highest_dual, kept, picks)
        visits += work_done
        if highest > value - step + slack:
            continue
        chosen = _choose(kept, mark, p)
        cost = _cost_of(costs, chosen[:p])
        if cost < value - step + slack:
            value = cost
            best = chosen[:p].copy()
        if chosen[p] < 0:
            continue
        opened = _fix(mark, kept, chosen, p, highest, value - step + slack)
        if opened >= p:
            opens = np.flatnonzero(mark == OPEN)
            if opened == p:
                cost = _cost_of(costs, opens)
                if cost < value - step + slack:
                    value = cost
                    best = opens
            continue
        branch = _undecided(mark, picks)
        if branch < 0:
            continue
        for choice in (CLOSED, OPEN):
            marks[depth] = mark
            marks[depth, branch] = choice
            duals[depth] = highest_dual
            bounds[depth] = max(highest, inherited)
            depth += 1
    lowest = value
    for k in range(depth):
        lowest = min(lowest, bounds[k])
    return best, value, lowest, nodes, depth == 0


@numba.njit(cache=True)
def _bound(
    costs: Floats, p: int, mark: Marks, current: Floats, value: float, better: float, dual: Floats, kept: Floats, picks: Floats
) -> tuple[float, int]:  # pragma: no cover - compiled
    """Raise a node's bound until it exceeds `better`; leave multipliers, ρ and counts of picks in the last three."""
    reduced = np.empty(costs.shape[0])
    served = np.empty(costs.shape[1])
    picks[:] = 0.0
    highest, length, stuck, visits = -np.inf, 0.3, 0, 0
    for _ in range(ROUNDS):
        visits += _reduce(costs, mark, current, reduced)
        chosen = _choose(reduced, mark, p)
        if chosen[p - 1] < 0:
            return np.inf, visits
        total = current.sum()
        for i in chosen[:p]:
            total += reduced[i]
            picks[i] += 1.0
        stuck += 1
        if total > highest:
            highest, stuck = total, 0
            dual[:] = current
            kept[:] = reduced
        elif stuck == 5:
            length, stuck = length * 0.6, 0
        if highest > better:
            break
        served[:] = 1.0
        for i in chosen[:p]:
            for j in range(costs.shape[1]):
                if costs[i, j] < current[j]:
                    served[j] -= 1.0
        visits += p * costs.shape[1]
        norm = (served**2).sum()
        if norm == 0.0:
            break
        current += length * (1.001 * value - total) / norm * served
    return highest, visits


@numba.njit(cache=True)
def _fix(mark: Marks, reduced: Floats, chosen: Ints, p: int, bound: float, better: float) -> int:  # pragma: no cover - compiled
    """Close and open what the reduced costs decide; return how many sites are open now."""
    last = -np.inf
    for i in chosen[:p]:
        if mark[i] == FREE:
            last = max(last, reduced[i])
    following = reduced[chosen[p]]
    inside = np.zeros(len(mark), dtype=np.bool_)
    inside[chosen[:p]] = True
    opened = 0
    for i in range(len(mark)):
        if mark[i] == FREE and not inside[i] and bound - last + reduced[i] > better:
            mark[i] = CLOSED
        elif mark[i] == FREE and inside[i] and bound - reduced[i] + following > better:
            mark[i] = OPEN
        if mark[i] == OPEN:
            opened += 1
    return opened


@numba.njit(cache=True)
def _undecided(mark: Marks, picks: Floats) -> int:  # pragma: no cover - compiled
    """Return the free site that was picked most nearly half the time."""
    most = picks.max()
    branch, nearest = -1, np.inf
    for i in range(len(mark)):
        if mark[i] == FREE:
            distance = abs(picks[i] - 0.5 * most)
            if distance < nearest:
                branch, nearest = i, distance
    return branch
