"""Covers: as few hosts as reach everybody in time (LSCP), or as many people as p hosts reach (MCLP)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allmende.errors import Refused
from allmende.needs.siting.plan import SitingPlan, assign, check_costs, check_number
from allmende.needs.siting.program import INFINITY, NO_LIMITS, Floats, Ints, Limits, Program

Flags = NDArray[np.bool_]


def set_cover(
    cost: ArrayLike, within: float, *, limits: Limits = NO_LIMITS, names: Sequence[object] | None = None
) -> SitingPlan:
    """Choose as few hosts as have everybody within `within` (Toregas et al. 1971).

    `cost [customers, candidates]`, infinity where a candidate cannot serve. Raises `Refused` if some customers are out of reach
    of every candidate: it calls them by their `names`, by their positions if these are left out.

    >>> line = np.abs(np.subtract.outer(np.arange(7.0), np.arange(7.0)))
    >>> set_cover(line, 1.0).value
    3.0
    """
    costs, _ = check_costs(cost, None)
    reaches = costs <= within
    _refuse_unreached(costs, reaches, within, range(len(costs)) if names is None else names)
    found = cover(reaches, limits)
    hosts = found.sites if len(found.sites) else _greedy_set(reaches)
    bound = min(found.bound, float(len(hosts)))
    return SitingPlan("set-cover", hosts, float(len(hosts)), bound, assign(costs, hosts), (f"set cover within {within:g}",))


def max_cover(
    cost: ArrayLike,
    weights: ArrayLike | None = None,
    p: int = 1,
    *,
    within: float,
    limits: Limits = NO_LIMITS,
) -> SitingPlan:
    """Choose p hosts that have the most weight within `within` (Church and ReVelle 1974).

    Customers whom no host reaches are assigned to -1; they are not dropped.

    >>> line = np.abs(np.subtract.outer(np.arange(7.0), np.arange(7.0)))
    >>> plan = max_cover(line, p=1, within=1.0)
    >>> plan.value, (plan.assignment >= 0).sum()
    (3.0, np.int64(3))
    """
    costs, weight = check_costs(cost, weights)
    check_number(p, costs.shape[1])
    reaches = costs <= within
    kinds, kind = np.unique(reaches, axis=0, return_inverse=True)
    together = np.bincount(kind.ravel(), weights=weight)
    program = Program()
    opens = program.add_columns(np.zeros(costs.shape[1]), integer=True)
    covered = program.add_columns(-together)
    program.add_rows(p, p, np.zeros(len(opens)), opens, 1.0, count=1)
    row, site = np.nonzero(kinds)
    rows = np.concatenate([row, np.arange(len(kinds))])
    columns = np.concatenate([opens[site], covered])
    program.add_rows(0.0, INFINITY, rows, columns, np.repeat([1.0, -1.0], [len(row), len(kinds)]), count=len(kinds))
    greedy = greedy_cover(reaches, weight, p)
    answer = program.solve(limits, _start(program.width, opens[greedy], covered[kinds[:, greedy].any(axis=1)]))
    hosts = greedy if answer.values is None else np.flatnonzero(answer.values[opens] > 0.5)
    value = float(weight[reaches[:, hosts].any(axis=1)].sum())
    bound = min(max(-answer.bound, value), float(weight.sum()))
    if answer.values is not None and bound - value <= 1e-9 * value:
        bound = value
    assigned = assign(np.where(reaches, costs, INFINITY), hosts)
    return SitingPlan("max-cover", hosts, value, bound, assigned, (f"maximal cover within {within:g} by {p} hosts",))


def greedy_cover(reaches: Flags, weight: Floats, p: int) -> Ints:
    """Return p hosts, each the one that adds the most weight to those before it."""
    open_sites: list[int] = []
    left = weight.copy()
    closed = np.ones(reaches.shape[1], dtype=np.bool_)
    for _ in range(p):
        gains = np.where(closed, left @ reaches, -1.0)
        site = int(gains.argmax())
        open_sites.append(site)
        closed[site] = False
        left[reaches[:, site]] = 0.0
    return np.sort(np.array(open_sites, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Cover:
    """The sites of a cover (none found: empty), how many are proved to be needed, and the seconds of search."""

    sites: Ints
    bound: float
    impossible: bool
    seconds: float


def cover(reaches: Flags, limits: Limits, *, at_most: int | None = None) -> Cover:
    """Return the fewest sites that reach every row, or with `at_most` any so few; `impossible` if `at_most` is proved too few.

    Rows that contain another row's sites and columns that lie within another column's are left out first; they cannot matter.
    """
    rows, sites = _reduce(reaches)
    program = Program()
    opens = program.add_columns(np.full(len(sites), float(at_most is None)), integer=True)
    row, site = np.nonzero(rows)
    program.add_rows(1.0, INFINITY, row, opens[site], 1.0, count=len(rows))
    if at_most is not None:
        program.add_rows(-INFINITY, at_most, np.zeros(len(opens)), opens, 1.0, count=1)
    answer = program.solve(limits)
    if answer.values is None:
        return Cover(np.empty(0, dtype=np.int64), 1.0, answer.feasible is False, answer.seconds)
    # a number of hosts is whole, and so is the bound below it
    return Cover(sites[answer.values[opens] > 0.5], float(np.ceil(answer.bound - 1e-6)), False, answer.seconds)


def _greedy_set(reaches: Flags) -> Ints:
    left = np.ones(len(reaches), dtype=np.bool_)
    chosen: list[int] = []
    while left.any():
        chosen.append(int((left[:, None] & reaches).sum(axis=0).argmax()))
        left &= ~reaches[:, chosen[-1]]
    return np.sort(np.array(chosen, dtype=np.int64))


def _reduce(reaches: Flags) -> tuple[Flags, Ints]:
    rows, sites = np.unique(reaches, axis=0), np.arange(reaches.shape[1])
    for _ in range(3):
        before = rows.shape
        rows = rows[~_dominated(rows.astype(np.float32), smaller_stays=True)]
        keep = ~_dominated(np.ascontiguousarray(rows.T).astype(np.float32), smaller_stays=False)
        rows, sites = rows[:, keep], sites[keep]
        if rows.shape == before:
            break
    return rows, sites


def _dominated(lines: NDArray[np.float32], *, smaller_stays: bool) -> Flags:
    common = lines @ lines.T
    sizes = lines.sum(axis=1)
    inside = common >= sizes[:, None]  # line i lies within line j
    same = inside & inside.T
    earlier = np.tri(len(lines), k=-1, dtype=np.bool_)  # of equal lines the first stays
    if smaller_stays:
        result: Flags = ((inside.T & ~same) | (same & earlier)).any(axis=1)
    else:
        result = ((inside & ~same) | (same & earlier)).any(axis=1)
    return result


def _start(width: int, *ones: Ints) -> Floats:
    start = np.zeros(width)
    for columns in ones:
        start[columns] = 1.0
    return start


def _refuse_unreached(costs: Floats, reaches: Flags, within: float, names: Sequence[object]) -> None:
    alone = np.flatnonzero(~reaches.any(axis=1))
    if len(alone):
        shown = ", ".join(f"{names[j]} (nearest {costs[j].min():g})" for j in alone[:10]) + (" …" if len(alone) > 10 else "")
        raise Refused(
            f"{len(alone)} customers are farther than {within:g} from every candidate.",
            where=f"customers {shown}",
            expected="a candidate within reach of each customer",
            todo=f"Allow {costs[alone].min(axis=1).max():g}, or add candidates.",
        )
