"""p-center: p hosts so that the longest way to the nearest is shortest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from allmende.needs.siting.cover import cover
from allmende.needs.siting.plan import SitingPlan, assign, check_costs, check_number, unreached, weigh
from allmende.needs.siting.program import NO_LIMITS, Floats, Ints, Limits


def p_center(
    cost: ArrayLike,
    p: int = 1,
    *,
    weights: ArrayLike | None = None,
    limits: Limits = NO_LIMITS,
    names: Sequence[object] | None = None,
) -> SitingPlan:
    """Choose p hosts that minimise max_j w_j min_i c_ji, and prove it.

    `cost [customers, candidates]`; `weights [customers]`, 1 if left out (the weighted p-center of Kariv and Hakimi 1979): a
    customer of weight 2 counts as far as one of weight 1 at twice the cost, one of weight 0 only has to be reached.
    Bisection over the distinct weighted costs (Minieka 1970): a radius is enough if p sites cover everybody within it. Greedy
    farthest-point choice gives the first radius. `limits.seconds` bounds each cover; if one ends undecided, `bound` is the
    last radius that was proved too small.

    Raises `Refused` if no p candidates reach everybody; it calls customers by their `names`, else by positions.

    >>> line = np.abs(np.subtract.outer(np.arange(7.0), np.arange(7.0)))
    >>> p_center(line, 2).value
    2.0
    >>> p_center(line, 1, weights=[5, 1, 1, 1, 1, 1, 1]).hosts.tolist()
    [1]
    """
    unweighted, weight = check_costs(cost, weights)
    check_number(p, unweighted.shape[1])
    costs = weigh(unweighted, weight)
    radii = np.unique(costs[np.isfinite(costs)])
    hosts = _farthest_first(costs, p)
    low = proved = int(np.searchsorted(radii, costs.min(axis=1).max()))
    high = int(np.searchsorted(radii, _radius(costs, hosts)))  # len(radii): these hosts do not reach everybody
    covers = 0
    while low < high:
        middle = (low + high) // 2
        found = cover(costs <= radii[middle], limits, at_most=p)
        limits, covers = limits.after(found.seconds), covers + 1
        if len(found.sites):
            hosts = _fill_up(found.sites, p, costs)
            high = int(np.searchsorted(radii, _radius(costs, hosts)))
        else:
            low = middle + 1
            proved = max(proved, low) if found.impossible else proved
    if high == len(radii):
        raise unreached(unweighted, hosts, names)
    step = f"{covers} set covers between {len(radii)} distinct ways"
    return SitingPlan("center", hosts, float(radii[high]), float(radii[proved]), assign(unweighted, hosts), (step,))


def _radius(costs: Floats, hosts: Ints) -> float:
    return float(costs[:, hosts].min(axis=1).max())


def _farthest_first(costs: Floats, p: int) -> Ints:
    """Open the best single site, then again and again the site nearest to the customer who is worst off."""
    hosts = [int(costs.max(axis=0).argmin())]
    for _ in range(p - 1):
        worst = int(costs[:, hosts].min(axis=1).argmax())
        ways = costs[worst].copy()
        ways[hosts] = np.inf
        hosts.append(
            int(ways.argmin()) if np.isfinite(ways).any() else next(i for i in range(costs.shape[1]) if i not in hosts)
        )
    return np.sort(np.array(hosts, dtype=np.int64))


def _fill_up(hosts: Ints, p: int, costs: Floats) -> Ints:
    """Return exactly p hosts: a cover may need fewer, and more never make the longest way longer."""
    chosen = list(hosts)
    while len(chosen) < p:
        gains = np.minimum(costs[:, chosen].min(axis=1)[:, None], costs).sum(axis=0)
        gains[chosen] = np.inf
        free = [i for i in np.argsort(gains, kind="stable") if i not in chosen]
        chosen.append(int(free[0]))
    return np.sort(np.array(chosen, dtype=np.int64))
