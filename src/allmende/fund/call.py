"""A call for applications: what is rated and how, who pays in, who asks for what. Money is whole cents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from allmende.errors import AllmendeError
from allmende.money import show

AGGREGATIONS = ("mean", "median", "trimmed")
"""How several ratings become one; trimmed leaves out the highest and the lowest `trim` ratings."""

TIES = ("cheaper", "dearer", "first-id")
"""Who leads among equal scores; what is equal after that goes by id."""

CALL_RULES = ("ranking", "points-per-euro", "knapsack", "equal-shares")


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is rated, from `low` to `high`; `anchors` say in words what a rating means, `least` is what an application needs."""

    id: str
    name: str
    weight: Fraction
    low: Fraction
    high: Fraction
    least: Fraction
    anchors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Member:
    """Who pays in how many cents."""

    id: str
    name: str
    contribution: int


@dataclass(frozen=True, slots=True)
class Application:
    """Who asks for how much of which cost; `ratings[criterion][rater]`, `meets[requirement]`."""

    id: str
    name: str
    member: str
    cost: int
    asks: int
    ratings: Mapping[str, Mapping[str, Fraction]]
    meets: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Rules:
    """How a call decides. Shares lie between 0 and 1; a cap of None is none."""

    rule: str
    overflow: str
    ties: str
    aggregation: str
    trim: int
    threshold: Fraction
    funding_rate: Fraction
    own_share: Fraction
    least_grant: int
    cap_project: int | None
    cap_member: int | None


def check_member_cap(rules: Rules, where: str) -> None:
    """Raise `AllmendeError` for equal shares with a cap per member, which would take away what that rule promises."""
    if rules.rule == "equal-shares" and rules.cap_member is not None:
        raise AllmendeError(
            "Equal shares promise every group of members what its contributions buy; a cap per member would break the promise.",
            where=f"{where}, cap_member {show(rules.cap_member, 'en')}",
            expected="cap_member with ranking, points-per-euro or knapsack",
            todo="Leave cap_member out, or choose another rule.",
        )


@dataclass(frozen=True, slots=True)
class Call:
    """A call with everything that decides it; `raters` maps a rater to the member that sent it, or to ""."""

    name: str
    budget: int
    sources: Mapping[str, int]
    rules: Rules
    criteria: tuple[Criterion, ...]
    requirements: Mapping[str, str]
    members: tuple[Member, ...]
    raters: Mapping[str, str]
    applications: tuple[Application, ...]
