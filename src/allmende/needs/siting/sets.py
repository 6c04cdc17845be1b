"""All good choices of hosts for one service: enumerated in order of a Lagrangian bound, so that what is left out is proved."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from allmende.needs.siting.program import INFINITY, Floats, Ints
from allmende.needs.siting.sharing import Sharing
from allmende.needs.siting.terms import TOLERANCE, Hosting

ROUNDS = 300
"""Subgradient steps for the multipliers of each number of hosts."""


@dataclass(frozen=True, slots=True)
class Sets:
    """Sets of hosts `[sets, hosts]` that keep the service's own terms, cheapest first, and their costs.

    None that is left out costs less than `below`; `work` counts the sets and ways that were looked at.
    """

    hosting: Hosting
    cost: Floats
    below: float
    work: float


def list_sets(sharing: Sharing, service: int, *, below: float, room: int, work: float) -> Sets:
    """List the host sets of a service that cost less than `below`, the `room` cheapest at most.

    Own terms are its number of hosts, minimum load, capacity and reach; everybody goes to the nearest host. For each number p
    of hosts and multipliers u,

        cost ≥ Σ_j u_j + Σ_{i open} ρ_i,   ρ_i = f_i + Σ_j min(0, w_j t_ji - u_j)

    so sets are tried in order of ρ and a branch ends where that exceeds `below`. If `work` visits do not do, the sets that
    were not looked at may cost less: `Sets.below` is then what is proved of them.
    """
    own = sharing.services[service]
    demand = sharing.mean_demand[service]
    costs = np.ascontiguousarray((own.travel_cost * demand[:, None] * sharing.minutes).T)  # [host, origin]
    fixed = np.ascontiguousarray(sharing.fixed_cost[service], dtype=np.float64)
    loads = np.ascontiguousarray(sharing.demand[:, service] if sharing.loads == "every" else demand[None])
    limits = [_eased(own.min_load, -1.0), _eased(own.capacity, 1.0), _eased(own.reach, 1.0)]
    minutes = np.ascontiguousarray(sharing.minutes.T, dtype=np.float64)
    partners = len(fixed)
    found_sets, found_costs, proved, left = [np.zeros((0, partners), np.bool_)], [np.zeros(0)], INFINITY, work
    for p in range(1, partners + 1) if own.sites is None else [own.sites]:
        if np.sort(fixed)[:p].sum() + costs.min(axis=0).sum() >= below:
            break  # so do all larger numbers
        multipliers, bound = _ascend(costs, fixed, p)
        if bound >= below:
            continue
        sets, values, lowest, used = _enumerate(
            costs, fixed, minutes, loads, np.array(limits), multipliers, p, below, room, max(left, 0.0)
        )
        left -= used
        proved = min(proved, max(lowest, bound))
        hosting = np.zeros((len(sets), partners), dtype=np.bool_)
        np.put_along_axis(hosting, sets, True, axis=1)
        found_sets.append(hosting)
        found_costs.append(values)
        if len(values) >= room:
            below = min(below, float(values.max()))
    return _cheapest(np.concatenate(found_sets), np.concatenate(found_costs), min(proved, below), room, work - left)


def _eased(limit: float, sign: float) -> float:
    return limit + sign * TOLERANCE * max(1.0, limit) if np.isfinite(limit) else limit


def _cheapest(hosting: Hosting, cost: Floats, below: float, room: int, work: float) -> Sets:
    order = np.argsort(cost, kind="stable")[:room]
    if len(cost) > room:
        below = min(below, float(cost[order[-1]]))
    return Sets(hosting[order], cost[order], below, work)


@numba.njit(cache=True)
def _reduced(costs: Floats, fixed: Floats, multipliers: Floats) -> Floats:  # pragma: no cover - compiled
    reduced = fixed.copy()
    for i in range(costs.shape[0]):
        for j in range(costs.shape[1]):
            reduced[i] += min(0.0, costs[i, j] - multipliers[j])
    return reduced


@numba.njit(cache=True)
def _ascend(costs: Floats, fixed: Floats, p: int) -> tuple[Floats, float]:  # pragma: no cover - compiled
    """Raise the bound of p hosts by subgradient steps; return the best multipliers and their bound."""
    customers = costs.shape[1]
    current = np.empty(customers)
    for j in range(customers):
        current[j] = np.sort(costs[:, j])[min(p, len(fixed) - 1)]
    best, highest = current.copy(), -np.inf
    length, stuck = 0.5, 0
    for _ in range(ROUNDS):
        reduced = _reduced(costs, fixed, current)
        chosen = np.argsort(reduced)[:p]
        total = current.sum() + reduced[chosen].sum()
        served = np.ones(customers)
        value = fixed[chosen].sum()
        for j in range(customers):
            nearest = np.inf
            for i in chosen:
                nearest = min(nearest, costs[i, j])
                if costs[i, j] < current[j]:
                    served[j] -= 1.0
            value += nearest
        stuck += 1
        if total > highest:
            best, highest, stuck = current.copy(), total, 0
        elif stuck == 10:
            length, stuck = length * 0.7, 0
        norm = (served**2).sum()
        if norm == 0.0:
            break
        current = np.maximum(current + length * max(value - total, 1e-9 * abs(value)) / norm * served, 0.0)
    return best, highest


@numba.njit(cache=True)
def _enumerate(
    costs: Floats,
    fixed: Floats,
    minutes: Floats,
    loads: Floats,
    limits: Floats,
    multipliers: Floats,
    p: int,
    below: float,
    room: int,
    work: float,
) -> tuple[Ints, Floats, float, float]:  # pragma: no cover - compiled
    """Try sets of p hosts depth first in order of ρ; return the good ones, their costs, what is proved of others, the work."""
    hosts, customers = costs.shape
    reduced = _reduced(costs, fixed, multipliers)
    order = np.argsort(reduced)
    rho = np.concatenate((np.zeros(1), np.cumsum(reduced[order])))
    base = multipliers.sum()
    capacity = 2 * room
    sets, values, count = np.empty((capacity, p), np.int64), np.empty(capacity), 0
    at = np.zeros(p, np.int64)
    prefix = np.zeros(p + 1)
    prefix[0] = base
    depth, used = 0, 0.0
    at[0] = 0
    while depth >= 0:
        position = at[depth]
        rest = p - depth - 1
        if position + rest >= hosts:
            depth -= 1
            if depth >= 0:
                at[depth] += 1
            continue
        own = rho[position + 1] - rho[position]
        lower = prefix[depth] + own + (rho[position + 1 + rest] - rho[position + 1])
        if lower >= below:  # and so are all that follow: ρ rises
            depth -= 1
            if depth >= 0:
                at[depth] += 1
            continue
        used += 1.0
        if used > work:
            return sets[:count].copy(), values[:count].copy(), -np.inf, used
        if rest > 0:
            prefix[depth + 1] = prefix[depth] + own
            depth += 1
            at[depth] = position + 1
            continue
        used += customers * p
        chosen = np.sort(order[at])
        cost = _keeps(costs, fixed, minutes, loads, limits, chosen, below)
        if cost < below:
            sets[count] = chosen
            values[count] = cost
            count += 1
            if count == capacity:
                kept = np.argsort(values)[:room]
                sets[:room] = sets[kept]
                values[:room] = values[kept]
                count = room
                below = values[room - 1]
        at[depth] += 1
    return sets[:count].copy(), values[:count].copy(), below, used


@numba.njit(cache=True)
def _keeps(
    costs: Floats, fixed: Floats, minutes: Floats, loads: Floats, limits: Floats, chosen: Ints, below: float
) -> float:  # pragma: no cover - compiled
    """Return what a set costs, infinity if it costs `below` or more, or breaks a term."""
    cost = 0.0
    for i in chosen:
        cost += fixed[i]
    goes = np.empty(costs.shape[1], np.int64)
    for j in range(costs.shape[1]):
        nearest = 0
        for k in range(1, len(chosen)):
            if minutes[chosen[k], j] < minutes[chosen[nearest], j]:
                nearest = k
        goes[j] = nearest
        cost += costs[chosen[nearest], j]
        if cost >= below or minutes[chosen[nearest], j] > limits[2]:
            return np.inf
    for draw in range(loads.shape[0]):
        load = np.zeros(len(chosen))
        for j in range(costs.shape[1]):
            load[goes[j]] += loads[draw, j]
        for k in range(len(chosen)):
            if load[k] < limits[0] or load[k] > limits[1]:
                return np.inf
    return cost
