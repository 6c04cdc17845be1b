"""The file of a call (docs/formats/call.md) read into a `Call`, every value looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from allmende.errors import AllmendeError
from allmende.fund.call import AGGREGATIONS, CALL_RULES, TIES, Call, Criterion, Member, Rules, check_member_cap
from allmende.fund.call_applications import Applications
from allmende.fund.call_part import Part, Table, check_distinct, parts, table_of
from allmende.fund.ranking import OVERFLOWS
from allmende.money import show

TABLES = ("call", "member", "rater", "criterion", "requirement", "application")

HEAD = (
    *("name", "rule", "overflow", "ties", "aggregation", "trim", "threshold", "funding_rate", "own_share", "least_grant"),
    *("cap_project", "cap_member", "carried_over", "returned", "other", "budget"),
)


def read_call(document: Table, name: str) -> Call:
    """Read the document of a call; `name` is the file's, for errors.

    Raises `AllmendeError` naming file, table, value and remedy.
    """
    Part(document, name).only(*TABLES)
    head = Part(table_of(document, "call", name), f"{name}, [call]").only(*HEAD)
    members = tuple(_member(part) for part in parts(document, "member", name))
    paying = [member.id for member in members]
    check_distinct(paying, f"{name}, [[member]]")
    raters = _raters(document, paying, name)
    criteria = tuple(_criterion(part) for part in parts(document, "criterion", name))
    check_distinct([criterion.id for criterion in criteria], f"{name}, [[criterion]]")
    _check_weights(criteria, name)
    requirements = {
        part.text("id"): part.only("id", "name").text("name") for part in parts(document, "requirement", name, needed=False)
    }
    rules = _rules(head)
    reader = Applications(rules, criteria, requirements, raters, paying)
    applications = tuple(reader.read(part) for part in parts(document, "application", name))
    check_distinct([application.id for application in applications], f"{name}, [[application]]")
    sources = {key: head.money(key, 0) for key in ("carried_over", "returned", "other")}
    sources = {"contributions": sum(member.contribution for member in members), **sources}
    budget = _budget(head, sources)
    return Call(head.text("name"), budget, sources, rules, criteria, requirements, members, raters, applications)


def _member(part: Part) -> Member:
    part.only("id", "name", "contribution")
    return Member(part.text("id"), part.text("name"), part.money("contribution"))


def _raters(document: Table, members: Sequence[str], name: str) -> dict[str, str]:
    raters: dict[str, str] = {}
    for part in parts(document, "rater", name):
        member = part.one_of("member", members, "member") if part.only("id", "member").table.get("member") else ""
        if part.text("id") in raters:
            check_distinct([part.text("id")] * 2, f"{name}, [[rater]]")
        raters[part.text("id")] = member
    return raters


def _criterion(part: Part) -> Criterion:
    part.only("id", "name", "weight", "low", "high", "least", "anchors")
    low, high = part.number("low"), part.number("high")
    least = part.number("least", low)
    if not low < high or not low <= least <= high:
        raise AllmendeError(
            f"The scale runs from {float(low):g} to {float(high):g}, with at least {float(least):g}.",
            where=part.where,
            expected="low below high, and least between them",
            todo="Correct low, high or least.",
        )
    weight = part.part("weight")
    if weight < 0:
        raise AllmendeError(
            f"The weight is {float(weight):g}.", where=part.where, expected="a weight of 0 or more", todo="Correct it."
        )
    anchors = {str(key): str(text) for key, text in part.tables("anchors").items()}
    return Criterion(part.text("id"), part.text("name"), weight, low, high, least, anchors)


def _check_weights(criteria: Sequence[Criterion], name: str) -> None:
    total = sum((criterion.weight for criterion in criteria), Fraction(0))
    if total != 1:
        listed = ", ".join(f"{criterion.id} {float(criterion.weight):g}" for criterion in criteria)
        raise AllmendeError(
            f"The weights sum to {float(total):g}: {listed}.",
            where=f"{name}, [[criterion]]",
            expected="weights that sum to 1",
            todo='Correct them; thirds are written as "1/3".',
        )


def _rules(head: Part) -> Rules:
    rule = head.choice("rule", CALL_RULES)
    listed = rule in ("ranking", "points-per-euro")
    aggregation = head.choice("aggregation", AGGREGATIONS)
    rules = Rules(
        rule,
        head.choice("overflow", OVERFLOWS) if listed else "skip",
        head.choice("ties", TIES) if listed else "first-id",
        aggregation,
        head.whole("trim") if aggregation == "trimmed" else 0,
        _threshold(head),
        head.share("funding_rate", Fraction(1)),
        head.share("own_share", Fraction(0)),
        head.money("least_grant", 0),
        head.cap("cap_project"),
        head.cap("cap_member"),
    )
    _check_caps(rules, head.where)
    return rules


def _threshold(head: Part) -> Fraction:
    """Return the threshold in per cent of the scale, as 50 or "50 %"."""
    written = isinstance(head.table.get("threshold"), str)
    return 100 * head.part("threshold") if written else head.number("threshold", Fraction(0))


def _check_caps(rules: Rules, where: str) -> None:
    check_member_cap(rules, where)
    if rules.own_share + rules.funding_rate > 1 and rules.own_share > 0 and rules.funding_rate < 1:
        raise AllmendeError(
            f"A funding rate of {float(rules.funding_rate):.0%} and an own share of {float(rules.own_share):.0%} contradict.",
            where=where,
            expected="both together at most 100 %",
            todo="Lower one of them.",
        )
    for key, cap in (("cap_project", rules.cap_project), ("cap_member", rules.cap_member)):
        if cap is not None and cap < rules.least_grant:
            raise AllmendeError(
                f"{key} is {show(cap, 'en')}, but the least grant is {show(rules.least_grant, 'en')}: nobody could be funded.",
                where=where,
                expected=f"{key} of at least least_grant",
                todo="Raise the cap or lower least_grant.",
            )
    if not 0 <= rules.threshold <= 100:
        raise AllmendeError(
            f"The threshold is {float(rules.threshold):g}.",
            where=where,
            expected="0 to 100 per cent of the scale",
            todo="Correct it; 12 of 24 points are 50.",
        )


def _budget(head: Part, sources: Mapping[str, int]) -> int:
    available = sum(sources.values())
    budget = head.money("budget", available)
    if budget == 0:
        raise AllmendeError(
            "The budget is 0: nothing can be funded.",
            where=head.where,
            expected="a budget, contributions or money carried over",
            todo="Write budget = …, or what members contribute.",
        )
    if budget > available:
        raise AllmendeError(
            f"The budget of {show(budget, 'en')} is more than there is ({show(available, 'en')}).",
            where=head.where,
            expected="contributions + carried_over + returned + other",
            todo="Name the source of the rest as other = …, or lower the budget.",
        )
    return budget
