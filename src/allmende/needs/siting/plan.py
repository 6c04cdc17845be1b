"""What a siting answer says, and the checks on what it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from allmende.errors import AllmendeError, Refused
from allmende.needs.siting.program import Floats, Ints


@dataclass(frozen=True, slots=True)
class SitingPlan:
    """Where the hosts are, what that costs, and how good it is proved to be.

    `objective` says what was minimised (or, for `max_cover`, maximised): "median", "center", "set-cover", "max-cover".
    """

    objective: str
    hosts: Ints
    """Positions of the open candidates, ascending."""
    value: float
    bound: float
    """No plan is better than this: at most `value` where cost is minimised, at least `value` where cover is maximised."""
    assignment: Ints
    """`[customers]` the nearest host of each (ties to the lower position); -1 where none reaches it (covers only)."""
    steps: tuple[str, ...]
    """How the answer was found, as sentences."""

    @property
    def gap(self) -> float:
        """Relative distance between value and bound; 0 is a proved optimum."""
        if self.value == self.bound:
            return 0.0
        return abs(self.value - self.bound) / max(abs(self.value), 1e-12)

    @property
    def proved(self) -> bool:
        """Whether the optimum is proved, to 1e-9 of the value."""
        return self.gap <= 1e-9


def check_costs(cost: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    """Return cost `[customers, candidates]` and weights `[customers]` as arrays, or say what is wrong with them."""
    costs = np.ascontiguousarray(cost, dtype=np.float64)
    if costs.ndim != 2 or 0 in costs.shape:
        raise AllmendeError(
            f"The costs have the shape {costs.shape}.",
            expected="a table with a row per customer and a column per candidate",
            todo="Give at least one customer and one candidate.",
        )
    weight = np.ones(len(costs)) if weights is None else np.asarray(weights, dtype=np.float64)
    if weight.shape != (len(costs),):
        raise AllmendeError(f"{weight.size} weights for {len(costs)} customers.", expected="one weight per customer")
    for name, values in (("cost", costs), ("weight", weight)):
        wrong = np.argwhere(~(values >= 0))
        if len(wrong):
            at = tuple(int(k) for k in wrong[0])
            raise AllmendeError(
                f"A {name} is {values[at]:g}.",
                where=f"customer {at[0]}" + (f", candidate {at[1]}" if len(at) > 1 else ""),
                expected="a number of at least 0" + ("; infinity where a candidate cannot serve" if name == "cost" else ""),
            )
    if not np.isfinite(weight).all():
        raise AllmendeError("A weight is infinite.", expected="finite weights")
    alone = np.flatnonzero(~np.isfinite(costs).any(axis=1))
    if len(alone):
        shown = ", ".join(map(str, alone[:10])) + (" …" if len(alone) > 10 else "")
        raise AllmendeError(
            f"{len(alone)} customers can be reached from no candidate.",
            where=f"customers {shown}",
            expected="a way from each customer to at least one candidate",
            todo="Connect them, add candidates, or leave them out and say so.",
        )
    return costs, weight


def unreached(costs: Floats, hosts: Ints, names: Sequence[object] | None = None) -> Refused:
    """Return the error for hosts that cannot reach everybody: into how many parts the ways fall, or whom these hosts leave out.

    >>> split = np.array([[0.0, 1, np.inf], [1, 0, np.inf], [np.inf, np.inf, 0]])
    >>> unreached(split, np.array([0]), ["a", "b", "c"]).where
    'a, c: one of each part'
    """
    called = range(len(costs)) if names is None else names
    customer, candidate = np.nonzero(np.isfinite(costs))
    nodes = sum(costs.shape)
    ways = csr_matrix((np.ones(len(customer)), (customer, candidate + len(costs))), shape=(nodes, nodes))
    _count, part = connected_components(ways, directed=False)
    _part, first = np.unique(part[: len(costs)], return_index=True)
    parts, told = len(first), f"{len(hosts)} host" + "s" * (len(hosts) != 1)
    if parts > len(hosts):
        return Refused(
            f"{told} cannot reach everybody: there are {parts} parts without a way between them.",
            where=f"{_some(called, np.sort(first))}: one of each part",
            expected="a host in each part",
            todo=f"Allow {parts} hosts or more, or add the ways that are missing.",
        )
    alone = np.flatnonzero(~np.isfinite(costs[:, hosts]).any(axis=1))
    return Refused(
        f"No {told} were found that reach everybody." if len(hosts) != 1 else "No host was found that reaches everybody.",
        where=f"out of reach of the best ones found: {_some(called, alone)}",
        expected="for each customer a host with a finite cost",
        todo="Allow more hosts; the objective set-cover says how many are needed within a limit.",
    )


def _some(names: Sequence[object], at: Ints) -> str:
    return ", ".join(str(names[each]) for each in at[:10].tolist()) + (" …" if len(at) > 10 else "")


def weigh(costs: Floats, weights: Floats) -> Floats:
    """Return costs times the customers' weights; one that weighs nothing still must be reached.

    >>> weigh(np.array([[2.0, np.inf], [2.0, np.inf]]), np.array([3.0, 0.0])).tolist()
    [[6.0, inf], [0.0, inf]]
    """
    finite = np.isfinite(costs)
    return np.where(finite, np.where(finite, costs, 0.0) * weights[:, None], np.inf)


def check_number(p: int, candidates: int) -> None:
    """Refuse a number of hosts that is not among 1 … candidates."""
    if not 1 <= p <= candidates:
        raise AllmendeError(f"{p} hosts among {candidates} candidates.", where="p", expected=f"a number from 1 to {candidates}")


def assign(costs: Floats, hosts: Ints) -> Ints:
    """Return the nearest host of each customer, ties to the lower position; -1 where none can serve.

    >>> assign(np.array([[2.0, 1.0, 1.0], [np.inf, np.inf, np.inf]]), np.array([1, 2])).tolist()
    [1, -1]
    """
    ordered = np.sort(hosts)
    among = costs[:, ordered]
    nearest = ordered[among.argmin(axis=1)]
    return np.where(np.isfinite(among.min(axis=1)), nearest, -1)
