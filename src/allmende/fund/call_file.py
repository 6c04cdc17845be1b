"""The file of a call (docs/formats/call.md) read into a `Call`, every value looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from allmende.errors import AllmendeError
from allmende.fund.call import AGGREGATIONS, CALL_RULES, TIES, Application, Call, Criterion, Member, Rules
from allmende.fund.ranking import OVERFLOWS
from allmende.money import cents, show

Table = Mapping[str, Any]


def read_call(document: Table, name: str) -> Call:
    """Read the document of a call; `name` is the file's, for errors.

    Raises `AllmendeError` naming file, table, value and remedy.
    """
    head = _Part(_table(document, "call", name), f"{name}, [call]")
    members = tuple(_member(part) for part in _parts(document, "member", name))
    _distinct([member.id for member in members], f"{name}, [[member]]")
    raters = _raters(document, {member.id for member in members}, name)
    criteria = tuple(_criterion(part) for part in _parts(document, "criterion", name))
    _distinct([criterion.id for criterion in criteria], f"{name}, [[criterion]]")
    _check_weights(criteria, name)
    requirements = {part.text("id"): part.text("name") for part in _parts(document, "requirement", name, needed=False)}
    rules = _rules(head)
    reader = _Applications(rules, criteria, requirements, raters, {member.id for member in members})
    applications = tuple(reader.read(part) for part in _parts(document, "application", name))
    _distinct([application.id for application in applications], f"{name}, [[application]]")
    sources = {key: head.money(key, 0) for key in ("carried_over", "returned", "other")}
    sources = {"contributions": sum(member.contribution for member in members), **sources}
    budget = _budget(head, sources)
    return Call(head.text("name"), budget, sources, rules, criteria, requirements, members, raters, applications)


@dataclass(frozen=True, slots=True)
class _Part:
    """One table of the file, asked for values by name."""

    table: Table
    where: str

    def text(self, key: str) -> str:
        value = self._needed(key)
        return value if isinstance(value, str) else str(value)

    def choice(self, key: str, among: Sequence[str]) -> str:
        value = self.text(key) if key in self.table else ""
        if value not in among:
            raise AllmendeError(
                f"{key} is {value!r}." if value else f"{key} is not chosen, and it decides who gets money.",
                where=self.where,
                expected=f"one of {', '.join(among)}",
                todo=f"Write {key} = …; the page on calls says what each does.",
            )
        return value

    def money(self, key: str, default: int | None = None) -> int:
        if default is not None and key not in self.table:
            return default
        amount = cents(self._needed(key), where=f"{self.where}, {key}")
        if amount < 0:
            raise AllmendeError(f"{key} is {show(amount)}.", where=self.where, expected="0 or more", todo="Correct the amount.")
        return amount

    def cap(self, key: str) -> int | None:
        return self.money(key) if key in self.table else None

    def number(self, key: str, default: Fraction | None = None) -> Fraction:
        if default is not None and key not in self.table:
            return default
        return number(self._needed(key), f"{self.where}, {key}")

    def share(self, key: str, default: Fraction) -> Fraction:
        value = self.number(key, default)
        if not 0 <= value <= 1:
            raise AllmendeError(f"{key} is {float(value):g}.", where=self.where, expected="a share from 0 to 1")
        return value

    def _needed(self, key: str) -> Any:
        if key not in self.table:
            raise AllmendeError(f"{key} is missing.", where=self.where, expected=f"{key} = …", todo="Add it.")
        return self.table[key]


def number(value: object, where: str) -> Fraction:
    """Read a number exactly as it is written: 0.3, "0.3" or "1/3".

    >>> number(0.3, ""), number("1/3", "")
    (Fraction(3, 10), Fraction(1, 3))
    """
    try:
        text = "" if isinstance(value, bool) else str(value)
        return Fraction(text) if "/" in text else Fraction(Decimal(text))
    except (InvalidOperation, ValueError, OverflowError, ZeroDivisionError):
        raise AllmendeError(f"{value!r} is no number.", where=where, expected='a number such as 0.3 or "1/3"') from None


def _table(document: Table, key: str, name: str) -> Table:
    table = document.get(key)
    if not isinstance(table, Mapping):
        raise AllmendeError(f"The table [{key}] is missing.", where=name, expected=f"[{key}] with the rules of the call")
    return table


def _parts(document: Table, key: str, name: str, *, needed: bool = True) -> Iterable[_Part]:
    tables = document.get(key, [])
    if not isinstance(tables, list) or (needed and not tables):
        raise AllmendeError(f"There is no [[{key}]].", where=name, expected=f"at least one [[{key}]]", todo="Add it.")
    for position, table in enumerate(tables, 1):
        yield _Part(table, f"{name}, {key} {table.get('id', f'no. {position}')}")


def _distinct(ids: Sequence[str], where: str) -> None:
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise AllmendeError(
            f"The id {twice[0]} is given twice.", where=where, expected="ids that differ", todo="Rename or remove one."
        )


def _member(part: _Part) -> Member:
    return Member(part.text("id"), part.text("name"), part.money("contribution"))


def _raters(document: Table, members: set[str], name: str) -> dict[str, str]:
    raters: dict[str, str] = {}
    for part in _parts(document, "rater", name):
        member = str(part.table.get("member", ""))
        if member and member not in members:
            raise AllmendeError(f"The member {member} is not listed.", where=part.where, expected="the id of a [[member]]")
        if part.text("id") in raters:
            _distinct([part.text("id")] * 2, f"{name}, [[rater]]")
        raters[part.text("id")] = member
    return raters


def _criterion(part: _Part) -> Criterion:
    low, high = part.number("low"), part.number("high")
    least = part.number("least", low)
    if not low < high or not low <= least <= high:
        raise AllmendeError(
            f"The scale runs from {float(low):g} to {float(high):g}, with at least {float(least):g}.",
            where=part.where,
            expected="low below high, and least between them",
            todo="Correct low, high or least.",
        )
    weight = part.number("weight")
    if weight < 0:
        raise AllmendeError(f"The weight is {float(weight):g}.", where=part.where, expected="a weight of 0 or more")
    anchors = {str(key): str(text) for key, text in dict(part.table.get("anchors", {})).items()}
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


def _rules(head: _Part) -> Rules:
    rule = head.choice("rule", CALL_RULES)
    listed = rule in ("ranking", "points-per-euro")
    aggregation = head.choice("aggregation", AGGREGATIONS)
    rules = Rules(
        rule,
        head.choice("overflow", OVERFLOWS) if listed else "skip",
        head.choice("ties", TIES) if listed else "first-id",
        aggregation,
        int(head.number("trim")) if aggregation == "trimmed" else 0,
        head.number("threshold", Fraction(0)),
        head.share("funding_rate", Fraction(1)),
        head.share("own_share", Fraction(0)),
        head.money("least_grant", 0),
        head.cap("cap_project"),
        head.cap("cap_member"),
    )
    _check_caps(rules, head.where)
    return rules


def _check_caps(rules: Rules, where: str) -> None:
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
                f"{key} is {show(cap)}, but the least grant is {show(rules.least_grant)}: nobody could be funded.",
                where=where,
                expected=f"{key} of at least least_grant",
                todo="Raise the cap or lower least_grant.",
            )
    if not 0 <= rules.threshold <= 100:
        raise AllmendeError(
            f"The threshold is {float(rules.threshold):g}.", where=where, expected="0 to 100 per cent of the scale"
        )


def _budget(head: _Part, sources: Mapping[str, int]) -> int:
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
            f"The budget of {show(budget)} is more than there is ({show(available)}).",
            where=head.where,
            expected="contributions + carried_over + returned + other",
            todo="Name the source of the rest as other = …, or lower the budget.",
        )
    return budget


@dataclass(frozen=True, slots=True)
class _Applications:
    rules: Rules
    criteria: Sequence[Criterion]
    requirements: Mapping[str, str]
    raters: Mapping[str, str]
    members: set[str]

    def read(self, part: _Part) -> Application:
        member, cost = part.text("member"), part.money("cost")
        if member not in self.members:
            raise AllmendeError(f"The member {member} is not listed.", where=part.where, expected="the id of a [[member]]")
        if cost == 0:
            raise AllmendeError("The cost is 0.", where=part.where, expected="a cost above 0", todo="Correct the cost.")
        asks = part.money("asks", int(cost * self.rules.funding_rate))
        if not 0 < asks <= cost:
            raise AllmendeError(
                f"The application asks for {show(asks)} of a cost of {show(cost)}.",
                where=part.where,
                expected="more than 0, at most the cost",
                todo="Correct asks or cost.",
            )
        meets = dict(part.table.get("meets", {}))
        for key in self.requirements:
            if not isinstance(meets.get(key), bool):
                raise AllmendeError(
                    f"Whether the requirement {key} is met is not said.",
                    where=part.where,
                    expected=f"meets.{key} = true or false",
                    todo="Add it.",
                )
        return Application(part.text("id"), part.text("name"), member, cost, asks, self._ratings(part), meets)

    def _ratings(self, part: _Part) -> dict[str, dict[str, Fraction]]:
        given = part.table.get("ratings", {})
        abstained = set(part.table.get("abstained", []))
        unknown = sorted((given.keys() | abstained) - self.raters.keys())
        if unknown:
            raise AllmendeError(f"The rater {unknown[0]} is not listed.", where=part.where, expected="the id of a [[rater]]")
        voting = [rater for rater in self.raters if rater not in abstained]
        if len(voting) <= 2 * self.rules.trim:
            raise AllmendeError(
                f"{len(voting)} ratings are too few.",
                where=part.where,
                expected=f"more than {2 * self.rules.trim}, of which {self.rules.trim} above and below are left out",
                todo="Lower trim, or choose median.",
            )
        return {each.id: {rater: self._rating(part, each, rater) for rater in voting} for each in self.criteria}

    def _rating(self, part: _Part, criterion: Criterion, rater: str) -> Fraction:
        where = f"{part.where}, rater {rater}, {criterion.id}"
        given = part.table.get("ratings", {}).get(rater, {})
        if criterion.id not in given:
            raise AllmendeError(
                "The rating is missing.", where=where, expected="a rating", todo=f'Add it, or abstained = ["{rater}"].'
            )
        value = number(given[criterion.id], where)
        if not criterion.low <= value <= criterion.high:
            raise AllmendeError(
                f"The rating {float(value):g} is outside its scale.",
                where=where,
                expected=f"{float(criterion.low):g} to {float(criterion.high):g}",
                todo="Correct the rating.",
            )
        return value
