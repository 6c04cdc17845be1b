"""What a rehearsal is about: members and how they behave, the fund's rules, the world and its shocks. Money is cents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

ORDERS = ("ranking", "points-per-euro", "equal-shares")
OVERFLOWS = ("skip", "stop", "partial")
SHOCKS = ("tax", "price", "outside")
"""Falls or rises of one or all members' tax strength, of building prices, of what comes from outside."""


NO_CAP = 2**53
"""More cents than any fund holds, still exact in floating point."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """How a member behaves: whether it ever leaves, and how many times as often it applies while it is behind."""

    name: str
    leaves: bool = True
    push: float = 1.0


@dataclass(frozen=True, slots=True)
class Member:
    """One member.

    `applications` a year on average (at most three in a year), their mean `quality` (0 to 100) and mean `cost`. It gives notice
    when its satisfaction, a smoothed (received - paid) / paid between -1 and 1, falls below `exit_threshold`. `figures` are
    what else contributions may follow.
    """

    id: str
    inhabitants: int
    tax_strength: int
    applications: float
    quality: float
    cost: int
    strategy: str
    exit_threshold: float
    figures: Mapping[str, Fraction] = field(default_factory=dict)


class Paying(Protocol):
    """A rule by which members pay."""

    def pay(self, setting: Setting, rules: Rules, year: int, tax: Floats, inside: Flags) -> tuple[Ints, Ints]:
        """Return cents by member [run, member] and from outside [run], of tax strengths and members inside [run, member]."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The levers: what is to be decided about a fund.

    `volume` is what members pay a year together, split by tax strength (`weight_tax`) and inhabitants, or as `paying` says:
    exactly one of the two. `match` is what comes from outside for each euro of it. `guarantee` is the part of its
    contribution that a member gets back first if it applies. `returns` of each grant flow back after `returns_after` years.
    If `others_bear`, those who stay pay for those who leave.
    """

    volume: int = 0
    weight_tax: float | None = None
    match: float = 0.0
    order: str = "ranking"
    overflow: str = "skip"
    threshold: float = 0.0
    funding_rate: float = 1.0
    cap_project: int = NO_CAP
    cap_member: int = NO_CAP
    guarantee: float = 0.0
    returns: float = 0.0
    returns_after: int = 5
    lock_in: int = 0
    notice: int = 1
    others_bear: bool = False
    least_members: int = 2
    paying: Paying | None = None

    def __post_init__(self) -> None:
        if (self.weight_tax is None) == (self.paying is None):
            raise AllmendeError(
                "How members pay is said twice or not at all.",
                where="rules",
                expected="exactly one of weight_tax, key, scheme",
                todo="Choose one.",
            )


@dataclass(frozen=True, slots=True)
class World:
    """What nobody decides: growth and spread of tax strength, building prices, quality, memory, worth of the common good.

    `spillover` is what an application is worth to every other member, in parts of what it is worth to its own: equal shares
    let others pay for it.
    """

    growth: float = 0.02
    growth_spread: float = 0.05
    price_growth: float = 0.03
    cost_spread: float = 0.5
    quality_spread: float = 12.0
    memory: float = 0.6
    common_good: float = 0.0
    spillover: float = 0.0


@dataclass(frozen=True, slots=True)
class Shock:
    """`size` (-0.3 is a fall of 30 %) to one member or to all, in each year with this probability or surely in `year`.

    Years count from 1; 0 is no year.
    """

    kind: str
    size: float
    probability: float = 0.0
    year: int = 0
    everybody: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """Members, their strategies and the shocks; columns as arrays for the step."""

    members: tuple[Member, ...]
    strategies: dict[str, Strategy]
    shocks: tuple[Shock, ...] = field(default=())

    def column(self, name: str) -> Floats:
        """Return one field of all members."""
        return np.array([getattr(member, name) for member in self.members], dtype=np.float64)

    def leaves(self) -> NDArray[np.bool_]:
        """Who may ever leave."""
        return np.array([self.strategies[member.strategy].leaves for member in self.members])

    def push(self) -> Floats:
        """How many times as often members apply while they are behind."""
        return np.array([self.strategies[member.strategy].push for member in self.members])
