"""The applications of a call's file: who asks for what, and how it was rated."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from allmende.errors import AllmendeError
from allmende.fund.call import Application, Criterion, Rules
from allmende.fund.call_part import Part, check_listed, number
from allmende.money import show


@dataclass(frozen=True, slots=True)
class Applications:
    """Reads applications by the rules, criteria, requirements, raters and members of their call."""

    rules: Rules
    criteria: Sequence[Criterion]
    requirements: Mapping[str, str]
    raters: Mapping[str, str]
    members: Collection[str]

    def read(self, part: Part) -> Application:
        """Read one application; raises `AllmendeError` naming it and the value that does not fit."""
        part.only("id", "name", "member", "cost", "asks", "meets", "ratings", "abstained")
        member, cost = part.one_of("member", self.members, "member"), part.money("cost")
        if cost == 0:
            raise AllmendeError("The cost is 0.", where=part.where, expected="a cost above 0", todo="Correct the cost.")
        asks = part.money("asks", int(cost * self.rules.funding_rate))
        if not 0 < asks <= cost:
            raise AllmendeError(
                f"The application asks for {show(asks, 'en')} of a cost of {show(cost, 'en')}.",
                where=part.where,
                expected="more than 0, at most the cost",
                todo="Correct asks or cost.",
            )
        meets = dict(part.tables("meets"))
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
        ratings, abstained = Part(part.tables("ratings"), part.where), part.table.get("abstained", [])
        if not isinstance(abstained, list):
            raise AllmendeError(
                f"abstained is {abstained!r}.", where=part.where, expected='a list, as ["r1"]', todo="Correct it."
            )
        check_listed([*ratings.table, *abstained], self.raters, "rater", part.where)
        voting = [rater for rater in self.raters if rater not in abstained]
        if len(voting) <= 2 * self.rules.trim:
            raise AllmendeError(
                f"{len(voting)} ratings are too few.",
                where=part.where,
                expected=f"more than {2 * self.rules.trim}, of which {self.rules.trim} above and below are left out",
                todo="Lower trim, or choose median.",
            )
        return {each.id: {rater: self._rating(ratings, each, rater) for rater in voting} for each in self.criteria}

    def _rating(self, ratings: Part, criterion: Criterion, rater: str) -> Fraction:
        where = f"{ratings.where}, rater {rater}, {criterion.id}"
        given = ratings.tables(rater)
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
