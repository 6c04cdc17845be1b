"""Neighbours who share functions: what they need, what it costs, and the terms of their agreement."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from allmende.errors import AllmendeError
from allmende.needs.siting.program import Floats, Ints

Rule = Literal["demand", "equal", "host"]

RULES: dict[Rule, str] = {
    "demand": "fixed costs by demand, each partner's ways by itself",
    "equal": "fixed costs in equal parts, each partner's ways by itself",
    "host": "fixed costs by the host, each partner's ways by itself",
}
"""How costs are split where a partner's share is spoken of."""


@dataclass(frozen=True, slots=True)
class Service:
    """One function that partners may share.

    `sites`: how many hosts exactly (None: as many as are cheapest, at least one). `travel_cost`: money per unit of demand and
    minute. `min_load`, `capacity`: demand that a host must have, can have. `reach`: most minutes to the host. `weight`: how
    much hosting it counts in a fair split. `within`: number of the service that a host of this one must host as well.
    """

    name: str
    sites: int | None = None
    travel_cost: float = 1.0
    min_load: float = 0.0
    capacity: float = float("inf")
    reach: float = float("inf")
    weight: float = 1.0
    within: int | None = None


@dataclass(frozen=True, slots=True)
class Sharing:
    """Partners, services and terms; every partner is origin of demand and possible host.

    `minutes [partners, partners]` from row to column, `demand [draws, services, partners]`, `fixed_cost [services, partners]`
    of hosting. `max_functions`: most functions of one host; `min_share`: least sum of weights that each partner hosts.
    `participation`: nobody pays more than alone when costs are split by this rule. `alone [services, partners]`: what a
    partner pays on its own; if left out, the cost of hosting everything for itself, whatever load that has.
    `loads`: whether minimum load and capacity must hold for the mean demand or in every draw.

    Raises `AllmendeError` for shapes that do not fit, negative numbers, and numbers of sites that cannot be.
    """

    partners: tuple[str, ...]
    services: tuple[Service, ...]
    minutes: Floats
    demand: Floats
    fixed_cost: Floats
    max_functions: int | None = None
    min_share: float = 0.0
    participation: Rule | None = None
    alone: Floats | None = None
    loads: Literal["mean", "every"] = "mean"
    order: Ints = field(init=False)
    """`[partners, rank]` hosts by nearness, ties to the lower position."""

    def __post_init__(self) -> None:
        partners, services = len(self.partners), len(self.services)
        demand = np.asarray(self.demand, dtype=np.float64)
        object.__setattr__(self, "demand", demand[None] if demand.ndim == 2 else demand)
        _check("minutes", self.minutes, (partners, partners))
        _check("demand", self.demand, (len(self.demand), services, partners))
        _check("fixed_cost", self.fixed_cost, (services, partners))
        if self.alone is not None:
            _check("alone", self.alone, (services, partners))
        if len(set(self.partners)) < partners:
            raise AllmendeError("Two partners have the same name.", where="partners", expected="distinct names")
        for number, service in enumerate(self.services):
            _check_service(service, number, partners, services)
        object.__setattr__(self, "order", np.argsort(self.minutes, axis=1, kind="stable"))

    @property
    def mean_demand(self) -> Floats:
        """`[services, partners]` mean over draws."""
        mean: Floats = self.demand.mean(axis=0)
        return mean

    @property
    def travel_costs(self) -> Floats:
        """`[services]` money per unit of demand and minute."""
        return np.array([service.travel_cost for service in self.services])

    def alone_by_draw(self) -> Floats:
        """Return `[draws, partners]` what each pays on its own."""
        if self.alone is not None:
            given: Floats = np.tile(self.alone.sum(axis=0), (len(self.demand), 1))
            return given
        own_way = np.diag(self.minutes)
        ways = np.einsum("s,ksi,i->ki", self.travel_costs, self.demand, own_way)
        costs: Floats = self.fixed_cost.sum(axis=0) + ways
        return costs


def share_matrix(sharing: Sharing, rule: Rule, demand: Floats) -> Floats:
    """Return `[services, partners, hosts]`: which part of a host's fixed cost a partner bears.

    `demand [services, partners]`. A service that nobody demands is split equally.
    """
    services, partners = demand.shape
    if rule == "host":
        return np.tile(np.eye(partners), (services, 1, 1))
    equal = np.full((services, partners), 1.0 / partners)
    total = demand.sum(axis=1, keepdims=True)
    parts = np.where(total > 0, demand / np.where(total > 0, total, 1.0), equal) if rule == "demand" else equal
    return np.repeat(parts[:, :, None], partners, axis=2)


def _check(name: str, values: Floats, shape: tuple[int, ...]) -> None:
    if np.shape(values) != shape or 0 in shape:
        raise AllmendeError(f"{name} has the shape {np.shape(values)}.", where=name, expected=f"the shape {shape}")
    wrong = np.argwhere(~((np.asarray(values) >= 0) & np.isfinite(values)))
    if len(wrong):
        at = tuple(int(k) for k in wrong[0])
        raise AllmendeError(
            f"{name} holds {np.asarray(values)[at]:g}.", where=f"{name}{list(at)}", expected="finite numbers of at least 0"
        )


def _check_service(service: Service, number: int, partners: int, services: int) -> None:
    if service.sites is not None and not 1 <= service.sites <= partners:
        raise AllmendeError(
            f"{service.sites} hosts for {service.name} among {partners} partners.",
            where=service.name,
            expected=f"a number from 1 to {partners}",
        )
    figures = (service.travel_cost, service.min_load, service.capacity, service.reach, service.weight)
    if not all(figure >= 0 for figure in figures):
        raise AllmendeError("A figure of a service is negative.", where=service.name, expected="figures of at least 0")
    if service.within is not None and (service.within == number or not 0 <= service.within < services):
        raise AllmendeError(
            f"{service.name} is to be nested in service {service.within}.",
            where=service.name,
            expected="the number of another service, from 0",
        )
