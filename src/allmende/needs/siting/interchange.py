"""Interchange: open one site, close another, as long as it pays (Teitz and Bart 1968; fast form by Whitaker 1983)."""

from __future__ import annotations

import numba
import numpy as np

from allmende.needs.siting.program import Floats, Ints


def interchange(costs: Floats, p: int, rng: np.random.Generator, *, starts: int = 20) -> tuple[Ints, float]:
    """Return p good sites (sorted) and what they cost.

    `costs [sites, customers]` is what it costs to serve a customer from a site, finite. The first start is random, each later
    one leaves the best sites found so far at a growing number of places (variable neighbourhood search, Hansen and Mladenović
    1997).

    >>> line = np.abs(np.subtract.outer(np.arange(6.0), np.arange(6.0)))
    >>> interchange(line, 2, np.random.default_rng(0))[1]
    4.0
    """
    sites = costs.shape[0]
    orders = rng.permuted(np.tile(np.arange(sites), (starts, 1)), axis=1)
    chosen, value = _search(costs, p, orders)
    return np.sort(chosen), float(value)


def improve(costs: Floats, chosen: Ints) -> tuple[Ints, float]:
    """Return the sites that interchange reaches from `chosen`, and what they cost."""
    sites = chosen.astype(np.int64).copy()
    value = _descend(costs, sites, np.arange(costs.shape[0]))
    return np.sort(sites), float(value)


@numba.njit(cache=True)
def _search(costs: Floats, p: int, orders: Ints) -> tuple[Ints, float]:  # pragma: no cover - compiled
    best = orders[0, :p].copy()
    lowest = _descend(costs, best, orders[0])
    depth = 1
    for start in range(1, orders.shape[0]):
        trial = best.copy()
        _shake(trial, orders[start], min(depth + 1, p))
        value = _descend(costs, trial, orders[start])
        depth += 1
        if value < lowest:
            best, lowest, depth = trial, value, 1
    return best, lowest


@numba.njit(cache=True)
def _shake(chosen: Ints, order: Ints, places: int) -> None:  # pragma: no cover - compiled
    is_open = np.zeros(len(order), dtype=np.bool_)
    is_open[chosen] = True
    position = order[0] % len(chosen)
    for site in order:
        if places == 0:
            return
        if not is_open[site]:
            chosen[position % len(chosen)] = site
            position += 1
            places -= 1


@numba.njit(cache=True)
def _descend(costs: Floats, chosen: Ints, order: Ints) -> float:  # pragma: no cover - compiled
    """Swap, in place, until no other site pays; candidates are tried in `order`, the best site to close is closed."""
    sites, customers = costs.shape
    p = len(chosen)
    is_open = np.zeros(sites, dtype=np.bool_)
    is_open[chosen] = True
    nearest = np.empty(customers, dtype=np.int64)
    first = np.empty(customers)
    second = np.empty(customers)
    loss = np.empty(p)
    _assign(costs, chosen, nearest, first, second)
    since = 0
    while since < sites:
        for site in order:
            since += 1
            if is_open[site] or since > sites:
                continue
            gain = 0.0
            loss[:] = 0.0
            for j in range(customers):
                cost = costs[site, j]
                if cost < first[j]:
                    gain += first[j] - cost
                else:
                    loss[nearest[j]] += min(cost, second[j]) - first[j]
            out = np.argmin(loss)
            if gain - loss[out] > 1e-9 * (1.0 + abs(gain)):
                is_open[chosen[out]] = False
                is_open[site] = True
                chosen[out] = site
                _assign(costs, chosen, nearest, first, second)
                since = 0
    return float(first.sum())


@numba.njit(cache=True)
def _assign(costs: Floats, chosen: Ints, nearest: Ints, first: Floats, second: Floats) -> None:  # pragma: no cover - compiled
    first[:] = np.inf
    second[:] = np.inf
    for k in range(len(chosen)):
        row = costs[chosen[k]]
        for j in range(len(first)):
            cost = row[j]
            if cost < first[j]:
                second[j] = first[j]
                first[j] = cost
                nearest[j] = k
            elif cost < second[j]:
                second[j] = cost
