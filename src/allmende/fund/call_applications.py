"""The applications of a call's file: who asks for what, and how it was rated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from allmende.errors import AllmendeError
from allmende.fund.call import Application, Criterion, Rules
from allmende.fund.call_part import Part, number
from allmende.money import show


@dataclass(frozen=True, slots=True)
class Applications:
    """Reads applications by the rules, criteria, requirements, raters and members of their call."""

    rules: Rules
    criteria: Sequence[Criterion]
    requirements: Mapping[str, str]
    raters: Mapping[str, str]
    members: set[str]

    def read(self, part: Part) -> Application:
        """Read one application; raises `AllmendeError` naming it and the value that does not fit."""
        part.only("id", "name", "member", "cost", "asks", "meets", "ratings", "abstained")
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

    def _ratings(self, part: Part) -> dict[str, dict[str, Fraction]]:
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

    def _rating(self, part: Part, criterion: Criterion, rater: str) -> Fraction:
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
