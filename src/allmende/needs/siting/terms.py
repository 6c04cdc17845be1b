"""The terms of a sharing, each by its name, and which of them a choice of hosts breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from allmende.needs.siting.program import Floats, Ints
from allmende.needs.siting.sharing import Rule, Sharing, share_matrix

Kind = Literal["sites", "min_load", "capacity", "reach", "max_functions", "min_share", "nesting", "participation"]
Hosting = NDArray[np.bool_]

TOLERANCE = 1e-6
"""How far a load, a share or a way may miss its term, relative to the term: that of the solver."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its kind and, where it belongs to one, the number of its service (-1: to all)."""

    kind: Kind
    service: int = -1

    def asked(self, sharing: Sharing) -> float:
        """Return the figure that is asked for; participation asks for 0 money more than alone."""
        if self.service < 0:
            return {"max_functions": float(sharing.max_functions or 0), "min_share": sharing.min_share}.get(self.kind, 0.0)
        service = sharing.services[self.service]
        figures = {
            "sites": float(service.sites or 0),
            "min_load": service.min_load,
            "capacity": service.capacity,
            "reach": service.reach,
        }
        return figures.get(self.kind, 0.0)


def terms(sharing: Sharing) -> tuple[Term, ...]:
    """Return the terms that a sharing has."""
    found: list[Term] = []
    for number, service in enumerate(sharing.services):
        if service.sites is not None:
            found.append(Term("sites", number))
        if service.min_load > 0:
            found.append(Term("min_load", number))
        if np.isfinite(service.capacity):
            found.append(Term("capacity", number))
        if np.isfinite(service.reach):
            found.append(Term("reach", number))
        if service.within is not None:
            found.append(Term("nesting", number))
    if sharing.max_functions is not None:
        found.append(Term("max_functions"))
    if sharing.min_share > 0:
        found.append(Term("min_share"))
    if sharing.participation is not None:
        found.append(Term("participation"))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a choice of hosts means: computed from the hosts alone, without the solver."""

    hosting: Hosting
    """`[services, hosts]`"""
    assignment: Ints
    """`[services, partners]` nearest host, ties to the lower position."""
    ways: Floats
    """`[services, partners]` minutes to it."""
    loads: Floats
    """`[draws, services, hosts]` demand that comes to each."""
    costs: Floats
    """`[draws]`"""

    @property
    def cost(self) -> float:
        """Mean cost over draws."""
        return float(self.costs.mean())


def outcome(sharing: Sharing, hosting: Hosting) -> Outcome:
    """Send everybody to the nearest host and add up; every service needs a host."""
    partners = hosting.shape[1]
    masked = np.where(hosting[:, None, :], sharing.minutes[None], np.inf)
    assignment = masked.argmin(axis=2)
    ways = np.take_along_axis(masked, assignment[:, :, None], axis=2)[:, :, 0]
    goes = (assignment[:, :, None] == np.arange(partners)).astype(np.float64)
    loads = np.einsum("ksi,sij->ksj", sharing.demand, goes)
    costs = (sharing.fixed_cost * hosting).sum() + np.einsum("s,ksi,si->k", sharing.travel_costs, sharing.demand, ways)
    return Outcome(hosting, assignment, ways, loads, costs)


def shares(sharing: Sharing, found: Outcome, rule: Rule) -> Floats:
    """Return `[draws, partners]` what each pays under a rule; a draw's shares sum to its cost."""
    own_ways = np.einsum("s,ksi,si->ki", sharing.travel_costs, sharing.demand, found.ways)
    fixed = [
        np.einsum("sij,sj,sj->i", share_matrix(sharing, rule, demand), sharing.fixed_cost, found.hosting.astype(np.float64))
        for demand in sharing.demand
    ]
    paid: Floats = np.array(fixed) + own_ways
    return paid


def broken(sharing: Sharing, found: Outcome) -> dict[Term, float]:
    """Return the terms that are not kept and by how much, in the term's own unit."""
    misses = {term: _miss(sharing, found, term) for term in terms(sharing)}
    return {term: miss for term, miss in misses.items() if miss > TOLERANCE * max(1.0, abs(term.asked(sharing)))}


def _miss(sharing: Sharing, found: Outcome, term: Term) -> float:
    s, asked = term.service, term.asked(sharing)
    hosting = found.hosting
    loads = found.loads if sharing.loads == "every" else found.loads.mean(axis=0, keepdims=True)
    if term.kind == "sites":
        return abs(float(hosting[s].sum()) - asked)
    if term.kind == "min_load":
        return float((asked - loads[:, s][:, hosting[s]]).max(initial=0.0))
    if term.kind == "capacity":
        return float((loads[:, s] - asked).max(initial=0.0))
    if term.kind == "reach":
        return float((found.ways[s] - asked).max(initial=0.0))
    if term.kind == "nesting":
        return float((hosting[s] & ~hosting[sharing.services[s].within]).sum())
    if term.kind == "max_functions":
        return float(hosting.sum(axis=0).max() - asked)
    if term.kind == "min_share":
        weights = np.array([service.weight for service in sharing.services])
        return float((asked - weights @ hosting).max())
    return float(pays_more(sharing, found).max(initial=0.0))


def pays_more(sharing: Sharing, found: Outcome) -> Floats:
    """Return `[partners]` how much more than alone each pays for the mean demand."""
    assert sharing.participation is not None  # noqa: S101 - only asked where the term is there
    own_ways = (sharing.travel_costs[:, None] * sharing.mean_demand * found.ways).sum(axis=0)
    parts = share_matrix(sharing, sharing.participation, sharing.mean_demand)
    fixed = np.einsum("sij,sj->i", parts, sharing.fixed_cost * found.hosting)
    more: Floats = fixed + own_ways - sharing.alone_by_draw().mean(axis=0)
    return more
