"""p-median: p hosts so that the weighted sum of the ways to the nearest is smallest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allmende.needs.siting.interchange import improve, interchange
from allmende.needs.siting.lagrange import Bound, ascend, farthest, rule_out
from allmende.needs.siting.plan import SitingPlan, assign, check_costs, check_number, unreached, weigh
from allmende.needs.siting.program import INFINITY, NO_LIMITS, Answer, Floats, Ints, Limits, Program
from allmende.needs.siting.tree import search_tree

PHASES = 12
"""Rounds of bounding and ruling out; one that changes little ends them."""

VISITS_PER_SECOND = 3e9
"""What a second of a limit is worth in the tree, which counts work: the same call answers the same on every machine."""

STARTS = 120
"""Starts of the interchange: 900 nodes take half a second, and more starts found hardly anything better."""

SMALL, LONG, SHORT = 25, 100.0, 1.0
"""Up to SMALL hosts the tree is searched for LONG seconds before HiGHS, above for SHORT: there HiGHS is faster."""


def p_median(
    cost: ArrayLike,
    weights: ArrayLike | None = None,
    p: int = 1,
    *,
    rng: np.random.Generator,
    limits: Limits = NO_LIMITS,
    starts: int = STARTS,
    names: Sequence[object] | None = None,
) -> SitingPlan:
    """Choose p hosts that minimise Σ_j w_j · min_i c_ji, and prove it.

    `cost [customers, candidates]` (infinity: cannot serve), `weights [customers]`. Interchange finds a plan; Lagrangian bounds
    rule out candidates and far ways, and often prove the plan; else a tree is searched with such bounds, and what that leaves
    open goes to HiGHS in the radius form (Elloumi 2010; García, Labbé and Marín 2011). `limits.seconds` bounds tree and HiGHS;
    if it ends them, `bound` is what was proved until then.

    Raises `Refused` if no p candidates reach everybody; it calls customers by their `names`, else by positions.

    >>> line = np.abs(np.subtract.outer(np.arange(6.0), np.arange(6.0)))
    >>> plan = p_median(line, p=2, rng=np.random.default_rng(0))
    >>> plan.hosts.tolist(), plan.value, plan.gap
    ([1, 4], 4.0, 0.0)
    """
    costs, weight = check_costs(cost, weights)
    check_number(p, costs.shape[1])
    search = _begin(np.ascontiguousarray((weigh(costs, weight)).T), p, rng, starts)
    steps = [f"interchange, {starts} starts: {search.value:g}"]
    search = _tighten(search, limits, steps)
    if not search.closed(limits.gap):
        search, limits = _search_tree(search, limits, steps)
    if not search.closed(limits.gap):
        search = _prove(search, limits, steps)
    if not np.isfinite(search.value):
        raise unreached(costs, search.hosts, names)
    hosts = search.hosts
    value = float(costs[np.arange(len(costs)), assign(costs, hosts)] @ weight)
    return SitingPlan("median", hosts, value, min(search.bound, value), assign(costs, hosts), tuple(steps))


def p_median_heuristic(
    cost: ArrayLike, weights: ArrayLike | None = None, p: int = 1, *, rng: np.random.Generator, starts: int = STARTS
) -> tuple[Ints, float]:
    """Return p good hosts by interchange alone, and their cost; no bound is proved."""
    costs, weight = check_costs(cost, weights)
    check_number(p, costs.shape[1])
    search = _begin(np.ascontiguousarray(weigh(costs, weight).T), p, rng, starts)
    return search.hosts, search.value


@dataclass(frozen=True, slots=True)
class _Search:
    costs: Floats
    """[sites, customers], weighted; only sites that are still possible."""
    sites: Ints
    """Their positions among all candidates."""
    must: NDArray[np.bool_]
    p: int
    hosts: Ints
    value: float
    bound: float
    multipliers: Floats
    step: float
    """A better plan is better by at least this (1 if all costs are whole numbers)."""

    @property
    def better(self) -> float:
        """The most that a better plan costs, with room for rounding."""
        return self.value - self.step + 1e-7 * min(1.0, self.step) if np.isfinite(self.value) else INFINITY

    def closed(self, gap: float) -> bool:
        """Whether no better plan can exist, or the gap asked for is reached."""
        return self.bound >= self.value - max(gap * self.value, 1e-9 * self.value)


def _begin(costs: Floats, p: int, rng: np.random.Generator, starts: int) -> _Search:
    finite = costs[np.isfinite(costs)]
    penalised = np.where(np.isfinite(costs), costs, _penalty(costs))
    hosts, _ = interchange(penalised, p, rng, starts=starts)
    value = float(costs[hosts].min(axis=0).sum())
    whole = bool((finite == np.rint(finite)).all()) and finite.sum() < 2**52
    first = np.sort(penalised[hosts], axis=0)
    multipliers = first[0] if p == 1 else (first[0] + np.minimum(first[1], 2 * first[0] + 1.0)) / 2
    step = 1.0 if whole else 1e-9 * (value if np.isfinite(value) else 1.0)
    everything = np.arange(len(costs))
    return _Search(costs, everything, np.zeros(len(costs), np.bool_), p, hosts, value, -INFINITY, multipliers, step)


def _penalty(costs: Floats) -> float:
    # so large that a plan that reaches everybody beats any that does not
    worst = np.where(np.isfinite(costs), costs, 0.0).max(axis=0)
    return float(worst.sum() + 1.0)


def _tighten(search: _Search, limits: Limits, steps: list[str]) -> _Search:
    if not np.isfinite(search.value):
        return search
    for _ in range(PHASES):
        before = search
        bound = ascend(search.costs, search.p, search.value, search.multipliers)
        search = _polish(_better_bound(search, bound), bound)
        search = _rule_out(search, bound)
        if search.closed(limits.gap):
            break
        fewer = len(search.sites) < 0.95 * len(before.sites)
        if not fewer and search.bound - before.bound < 2e-5 * abs(search.value) and search.value == before.value:
            break
    left = f"{len(search.sites)} candidates left" if not search.closed(limits.gap) else "proved"
    steps.append(f"Lagrangian bound {search.bound:g}, best plan {search.value:g}: {left}")
    return search


def _better_bound(search: _Search, bound: Bound) -> _Search:
    raised = search.value if bound.value > search.better else max(search.bound, bound.value)
    return replace(search, bound=raised, multipliers=bound.multipliers)


def _polish(search: _Search, bound: Bound) -> _Search:
    penalised = np.where(np.isfinite(search.costs), search.costs, _penalty(search.costs))
    chosen, _ = improve(penalised, bound.chosen)
    value = float(search.costs[chosen].min(axis=0).sum())
    if value < search.value - 1e-12 * abs(search.value):
        return replace(search, hosts=search.sites[chosen], value=value)
    return search


def _rule_out(search: _Search, bound: Bound) -> _Search:
    never, always = rule_out(search.costs, search.p, bound, search.better)
    keep = ~never
    if keep.sum() <= search.p:  # only one plan is left; nothing better than the known one can be there
        return replace(search, bound=search.value)
    return replace(
        search, costs=np.ascontiguousarray(search.costs[keep]), sites=search.sites[keep], must=(search.must | always)[keep]
    )


def _search_tree(search: _Search, limits: Limits, steps: list[str]) -> tuple[_Search, Limits]:
    if not np.isfinite(search.value):
        return search, limits
    seconds = min(limits.seconds, LONG if search.p <= SMALL else SHORT)
    work = seconds * VISITS_PER_SECOND
    found = search_tree(
        search.costs, search.p, search.multipliers, value=search.value, step=search.step, must=search.must, work=work
    )
    hosts = search.sites[found.hosts] if len(found.hosts) else search.hosts
    bound = min(max(found.bound, search.bound), found.value)
    steps.append(f"tree of {found.nodes} nodes: {found.value:g}, bound {bound:g}")
    return replace(search, hosts=hosts, value=found.value, bound=bound), limits.after(seconds)


def _prove(search: _Search, limits: Limits, steps: list[str]) -> _Search:
    reach = np.full(search.costs.shape[1], INFINITY)
    if np.isfinite(search.value):
        bound = Bound(search.bound, search.multipliers, search.hosts)
        reach = farthest(search.costs, search.p, bound, search.better)
    program, opens = _radius_form(search, reach)
    answer = program.solve(limits)
    steps.append(
        f"radius form, {program.width} columns, {program.height} rows: "
        + (f"{answer.objective:g}, bound {answer.bound:g}" if answer.feasible else _WITHOUT[answer.feasible])
    )
    return _conclude(search, answer, opens)


_WITHOUT = {False: "nothing better", None: "undecided when time ran out"}


def _conclude(search: _Search, answer: Answer, opens: Ints) -> _Search:
    hosts, value = search.hosts, search.value
    if answer.values is not None:
        found = search.sites[answer.values[opens] > 0.5]
        cost = float(search.costs[answer.values[opens] > 0.5].min(axis=0).sum())
        if cost < value:
            hosts, value = found, cost
    bound = value if answer.feasible is False else min(max(search.bound, answer.bound), value)
    if bound > value - search.step * 0.999:
        bound = value
    return replace(search, hosts=hosts, value=value, bound=bound)


def _radius_form(search: _Search, reach: Floats) -> tuple[Program, Ints]:
    """Write what is left as an integer program.

    Per customer, D_1 < D_2 < … are its distinct costs; z_k = 1 if no open site costs at most D_k:
    min Σ_j [ D_1 + Σ_k (D_{k+1} - D_k) z_jk ], z_jk + Σ_{i: c_ij = D_k} y_i ≥ z_j,k-1 (z_j0 = 1), Σ y = p.
    """
    sites, customers = search.costs.shape
    program = Program()
    opens = program.add_columns(np.zeros(sites), lower=search.must.astype(np.float64), integer=True)
    program.add_rows(search.p, search.p, np.zeros(sites), opens, 1.0, count=1)
    for j in range(customers):
        _add_customer(program, opens, search.costs[:, j], search.p, reach[j])
    return program, opens


def _add_customer(program: Program, opens: Ints, costs: Floats, p: int, reach: float) -> None:
    order = np.argsort(costs, kind="stable")
    farthest_needed = min(costs[order[len(order) - p]], reach)
    served = order[(costs[order] <= farthest_needed) & np.isfinite(costs[order])]
    distances, level = np.unique(costs[served], return_inverse=True)
    levels = len(distances)
    chain = program.add_columns(np.diff(distances)) if levels > 1 else np.empty(0, np.int64)
    base = program.add_columns([distances[0]], lower=1.0)  # the cost of the nearest site is always paid
    before = np.concatenate([base, chain])  # z_{k-1} of each level k, with z_0 = 1
    rows = np.concatenate([level, np.arange(levels), np.arange(levels - 1)])
    columns = np.concatenate([opens[served], before, chain])
    values = np.concatenate([np.ones(len(served)), -np.ones(levels), np.ones(levels - 1)])
    program.add_rows(0.0, INFINITY, rows, columns, values, count=levels)
