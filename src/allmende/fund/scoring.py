"""From ratings to a score: several raters to one value, values to per cent of the scale, weighted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from allmende.errors import AllmendeError
from allmende.fund.call import Application, Call, Criterion


def combine(ratings: Sequence[Fraction], aggregation: str, trim: int = 0) -> Fraction:
    """Make one value of several raters'.

    >>> combine([Fraction(n) for n in (0, 3, 4, 9)], "mean"), combine([Fraction(n) for n in (0, 3, 4, 9)], "trimmed", 1)
    (Fraction(4, 1), Fraction(7, 2))
    """
    if aggregation == "median":
        return Fraction(median(ratings))
    kept = sorted(ratings)[trim : len(ratings) - trim] if aggregation == "trimmed" else ratings
    if not kept:
        raise AllmendeError(
            "No rating is left to be combined.",
            where="ratings",
            expected="at least one rating",
            todo="Lower trim, or let more raters vote.",
        )
    return Fraction(sum(kept, Fraction(0)), len(kept))


def levels(call: Call, application: Application) -> dict[str, Fraction]:
    """Return the combined rating of each criterion, on its own scale."""
    rules = call.rules
    return {
        each.id: combine(list(application.ratings[each.id].values()), rules.aggregation, rules.trim) for each in call.criteria
    }


def score(criteria: Sequence[Criterion], level: Mapping[str, Fraction]) -> Fraction:
    """Return the weighted score in per cent of the scale: sum of w (level - low) / (high - low), times 100."""
    return sum((100 * each.weight * _part(each, level[each.id]) for each in criteria), Fraction(0))


def _part(criterion: Criterion, level: Fraction) -> Fraction:
    return (level - criterion.low) / (criterion.high - criterion.low)


def shortfalls(call: Call, application: Application, level: Mapping[str, Fraction]) -> tuple[str, ...]:
    """Return why an application may not be funded at all: requirements not met, criteria below their least, threshold."""
    reasons = [f"requirement {key}" for key in call.requirements if not application.meets[key]]
    reasons += [f"least of {each.id}" for each in call.criteria if level[each.id] < each.least]
    if score(call.criteria, level) < call.rules.threshold:
        reasons.append("threshold")
    return tuple(reasons)


@dataclass(frozen=True, slots=True)
class Rated:
    """All applications rated, by id: score, why it may not be funded, and the combined rating of each criterion."""

    scores: Mapping[str, Fraction]
    barred: Mapping[str, tuple[str, ...]]
    levels: Mapping[str, Mapping[str, Fraction]]


def rate(call: Call) -> Rated:
    """Rate every application of a call."""
    return weigh(call, {each.id: levels(call, each) for each in call.applications})


def weigh(call: Call, combined: Mapping[str, Mapping[str, Fraction]]) -> Rated:
    """Rate applications whose ratings are combined already: other weights need no more."""
    return Rated(
        {each.id: score(call.criteria, combined[each.id]) for each in call.applications},
        {each.id: shortfalls(call, each, combined[each.id]) for each in call.applications},
        combined,
    )


def rerate(call: Call, rated: Rated, application: Application) -> Rated:
    """Rate again with one application changed."""
    level = levels(call, application)
    return Rated(
        {**rated.scores, application.id: score(call.criteria, level)},
        {**rated.barred, application.id: shortfalls(call, application, level)},
        {**rated.levels, application.id: level},
    )
