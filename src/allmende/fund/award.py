"""A call decided: who gets how much, in which order, and why not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from allmende.fund.call import Application, Call, check_member_cap
from allmende.fund.election import ballots_of
from allmende.fund.equal_shares import Market, raised
from allmende.fund.knapsack import best_set
from allmende.fund.scoring import Rated, rate, score


@dataclass(frozen=True, slots=True)
class Decision:
    """One application: its score (per cent of the scale), what it may get at most, what it gets, and why not more."""

    application: str
    member: str
    score: Fraction
    eligible: int
    grant: int
    reason: str


@dataclass(frozen=True, slots=True)
class Award:
    """All decisions in their order; `left` is carried over."""

    decisions: tuple[Decision, ...]
    left: int

    @property
    def funded(self) -> dict[str, int]:
        """Grants by application."""
        return {each.application: each.grant for each in self.decisions if each.grant}


def decide(call: Call, rated: Rated | None = None) -> Award:
    """Decide a call by its own rules; `rated` are its applications rated, for those who decide often.

    The grant of a project is what it asks for, at most the funding rate of its cost, its cost less the own share, and the
    cap. A member's cap binds its projects together and never ends the list. Raises `AllmendeError` for equal shares with a cap
    per member.
    """
    check_member_cap(call.rules, call.name)
    rated = rated or rate(call)
    barred, scores = rated.barred, rated.scores
    grants = {each.id: grantable(call, each) for each in call.applications}
    order = sorted(call.applications, key=lambda each: _rank(call, each, scores[each.id], grants[each.id]))
    able = [each for each in order if not barred[each.id] and grants[each.id] >= max(call.rules.least_grant, 1)]
    paid, reasons = _spend(call, able, scores, grants)
    decisions = [
        Decision(
            *(each.id, each.member, scores[each.id], grants[each.id], paid.get(each.id, 0)),
            ", ".join(barred[each.id]) or reasons.get(each.id, "" if each.id in paid else "below least_grant"),
        )
        for each in order
    ]
    return Award(tuple(decisions), call.budget - sum(paid.values()))


def grantable(call: Call, application: Application) -> int:
    """Return the most an application may get, in cents rounded down."""
    rules = call.rules
    bounds = [application.asks, int(application.cost * min(rules.funding_rate, 1 - rules.own_share))]
    return min(bounds if rules.cap_project is None else [*bounds, rules.cap_project])


def _rank(call: Call, application: Application, points: Fraction, grant: int) -> tuple[Fraction, int, str]:
    worth = points / max(grant, 1) if call.rules.rule == "points-per-euro" else points
    tie = {"cheaper": grant, "dearer": -grant, "first-id": 0}[call.rules.ties]
    return -worth, tie, application.id


def _spend(
    call: Call, able: Sequence[Application], scores: Mapping[str, Fraction], grants: Mapping[str, int]
) -> tuple[dict[str, int], dict[str, str]]:
    if call.rules.rule in ("ranking", "points-per-euro"):
        return _down_the_list(call, able, grants)
    able = sorted(able, key=lambda each: each.id)
    chosen = _best(call, able, scores, grants) if call.rules.rule == "knapsack" else guaranteed(call, able, scores, grants)
    paid = {able[k].id: grants[able[k].id] for k in chosen}
    return paid, {each.id: f"not chosen by {call.rules.rule}" for each in able if each.id not in paid}


def _down_the_list(call: Call, able: Sequence[Application], grants: Mapping[str, int]) -> tuple[dict[str, int], dict[str, str]]:
    rules, left, ended = call.rules, call.budget, False
    used = dict.fromkeys((each.id for each in call.members), 0)
    paid: dict[str, int] = {}
    reasons: dict[str, str] = {}
    for each in able:
        wanted = grants[each.id]
        allowed = wanted if rules.cap_member is None else min(wanted, rules.cap_member - used[each.member])
        possible = min(allowed, left)
        if ended:
            reasons[each.id] = "the list had ended"
            continue
        if possible < wanted:
            by_budget = left < allowed
            reasons[each.id] = "budget" if by_budget else "cap of the member"
            ended = by_budget and rules.overflow != "skip"
            if rules.overflow != "partial" or possible < max(rules.least_grant, 1):
                continue
            reasons[each.id] += ", funded in part"
        paid[each.id] = possible
        left -= possible
        used[each.member] += possible
    return paid, reasons


def _best(call: Call, able: Sequence[Application], scores: Mapping[str, Fraction], grants: Mapping[str, int]) -> list[int]:
    worth, asked = _whole([scores[each.id] for each in able]), [grants[each.id] for each in able]
    return best_set(worth, asked, call.budget, groups=[each.member for each in able], cap=call.rules.cap_member)


def guaranteed(call: Call, able: Sequence[Application], scores: Mapping[str, Fraction], grants: Mapping[str, int]) -> list[int]:
    """Buy by equal shares with endowments in proportion to contributions: a group gets back what it agrees on.

    A member has of a project the score that its own raters give it, or, if it sent none, the score of all. Endowments add up to
    the budget; they grow by a thousandth while something still fits.
    """
    payers = [k for k, member in enumerate(call.members) if member.contribution]
    each_has = _whole([_own_score(call, each, call.members[i].id, scores[each.id]) for each in able for i in payers])
    pairs = [(j, i) for j in range(len(able)) for i in payers]
    support = [(j, i, value) for (j, i), value in zip(pairs, each_has, strict=True) if value > 0]
    votes = ballots_of(len(call.members), len(able), support)
    paying = max(sum(member.contribution for member in call.members), 1)
    market = Market(tuple(grants[each.id] * paying * 1000 for each in able), votes, votes.points)

    def endowments(k: int) -> list[int]:
        return [call.budget * member.contribution * (1000 + k) for member in call.members]

    found: list[int] = []
    for _, found in raised(market, call.budget * paying * 1000, endowments, limit=10_000):  # noqa: B007
        pass
    return found


def _own_score(call: Call, application: Application, member: str, common: Fraction) -> Fraction:
    own = [rater for rater, sender in call.raters.items() if sender == member]
    rated = {key: [value for rater, value in given.items() if rater in own] for key, given in application.ratings.items()}
    if not own or not all(rated.values()):
        return common
    return score(call.criteria, {key: Fraction(sum(values), len(values)) for key, values in rated.items()})


def _whole(numbers: Sequence[Fraction]) -> list[int]:
    """Return numbers as whole multiples of one common part, so that nothing is rounded.

    >>> _whole([Fraction(1, 2), Fraction(1, 3)])
    [3, 2]
    """
    common = math.lcm(*(each.denominator for each in numbers))
    return [int(each * common) for each in numbers]
