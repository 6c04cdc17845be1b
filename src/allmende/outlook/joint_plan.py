"""A siting plan as pages and files have it: plain data, money a year, partners by AGS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner: its place (lon, lat), money a year alone and together, and what it gains with the ends of 80 %."""

    ags: str
    name: str
    lon: float
    lat: float
    alone: float
    pays: float
    gain: float
    gain_low: float
    gain_high: float
    worse: float
    """Share of draws in which it pays more than alone."""


@dataclass(frozen=True, slots=True)
class Hosted:
    """One function in the plan, by partner (AGS): who goes where in how many minutes on average, and demand a year.

    `load` is the median demand that comes to each host, `at_risk` the share of draws in which it misses a term. `quotas` says
    what a person needs in the plan's year: ages from `low` to `high`, sex, value, source, and spread.
    """

    id: str
    title: Mapping[str, str]
    unit: Mapping[str, str]
    source: Mapping[str, str]
    fixed_cost: float
    ways: float
    terms: Mapping[str, float]
    hosts: tuple[str, ...]
    assigned: Mapping[str, str]
    minutes: Mapping[str, float]
    minutes_alone: Mapping[str, float]
    demand: Mapping[str, float]
    load: Mapping[str, float]
    at_risk: Mapping[str, float]
    quotas: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class JointPlan:
    """A siting plan of a region, with money a year as means over draws and 80 % intervals of what is saved.

    `bound`: no plan costs less; `regret` is what the plan costs more than the best plan for a draw alone: the largest and the
    mean over `tried` draws, and the share of them in which it is the best (`best`). `infeasible` counts those in which no plan
    keeps all terms. `size` is that of the cells where people start, `far` those people who live far from any road.
    """

    id: str
    title: Mapping[str, str]
    outlook: str
    release: str
    year: int
    draws: int
    minute_value: float
    minute_source: Mapping[str, str]
    rule: str
    participation: bool
    terms: Mapping[str, float]
    by_road: bool
    size: int
    far: float
    settled: int
    partners: tuple[Partner, ...]
    functions: tuple[Hosted, ...]
    cost: float
    bound: float
    alone: float
    saved: float
    saved_low: float
    saved_high: float
    regret: float
    regret_mean: float
    best: float
    tried: int
    infeasible: int
    game: bool

    @property
    def gap(self) -> float:
        """Relative distance between the plan and the bound; 0 is a proved optimum."""
        return abs(self.cost - self.bound) / max(abs(self.cost), 1e-12)

    def name(self, ags: str) -> str:
        """Return a partner's name."""
        return next(partner.name for partner in self.partners if partner.ags == ags)
