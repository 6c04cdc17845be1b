"""What a call's decision hangs on: who is pivotal, one more euro, one changed rating, other weights; all by deciding again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, pairwise

from allmende.fund.award import Award, decide, grantable
from allmende.fund.call import Application, Call, Criterion
from allmende.fund.scoring import rate, rerate, score, weigh

EURO = 100

Levels = Mapping[str, Mapping[str, Fraction]]


@dataclass(frozen=True, slots=True)
class Change:
    """What a change does to the list of the funded: who comes in, who goes out."""

    what: str
    enters: tuple[str, ...]
    leaves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rerating:
    """One rating, one step higher or lower, and what it does to the list."""

    application: str
    criterion: str
    rater: str
    old: Fraction
    new: Fraction
    change: Change


def difference(what: str, before: Award, after: Award) -> Change:
    """Compare two decisions by who gets anything."""
    old, new = before.funded.keys(), after.funded.keys()
    return Change(what, tuple(sorted(new - old)), tuple(sorted(old - new)))


def pivotal(call: Call, award: Award) -> list[Change]:
    """Say for each funded application whose place it takes: who would come in if it were withdrawn."""
    rated = rate(call)
    return [
        difference(each, award, decide(replace(call, applications=tuple(a for a in call.applications if a.id != each)), rated))
        for each in award.funded
        if len(call.applications) > 1
    ]


def one_more_euro(call: Call, award: Award) -> Change:
    """Decide again with a euro more."""
    return difference("budget + 1.00", award, decide(replace(call, budget=call.budget + EURO)))


def next_budget(call: Call, award: Award) -> int | None:
    """Return the least addition (cents) that lets somebody else in, None where nobody waits for money.

    Exact for rules that go down a list: until somebody's turn is reached with enough, nothing changes. For the other rules
    whole euro, found by halving: nobody comes in for a euro less.
    """
    if call.rules.rule in ("ranking", "points-per-euro"):
        for extra in sorted(_missing(call, award)):
            if difference("", award, decide(replace(call, budget=call.budget + extra))).enters:
                return extra
    return _by_halving(call, award)


def _missing(call: Call, award: Award) -> list[int]:
    """Return what each who waits for money lacks at its turn."""
    left, found = call.budget, []
    for each in award.decisions:
        waits = each.reason.startswith("budget") or each.reason == "the list had ended"
        if waits and not each.grant:
            need = max(call.rules.least_grant, 1) if call.rules.overflow == "partial" else each.eligible
            found.append(max(need - left, 1))
        # a list that ends at the first who does not fit pays it in full before it reaches the next
        left -= each.eligible if waits and call.rules.overflow != "skip" else each.grant
    return found


def _by_halving(call: Call, award: Award) -> int | None:
    low, high = 0, sum(each.eligible for each in award.decisions) // EURO + 1

    def changes(euro: int) -> bool:
        return bool(difference("", award, decide(replace(call, budget=call.budget + euro * EURO))).enters)

    if not changes(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if changes(middle) else (middle, high)
    return high * EURO


def one_changed_rating(call: Call, award: Award) -> list[Rerating]:
    """List the single ratings that, one step (1) higher or lower, would change who is funded."""
    found, rated = [], rate(call)
    for application, criterion, rater, other in _neighbours(call):
        old, given = application.ratings[criterion.id][rater], {**application.ratings[criterion.id], rater: other}
        changed = replace(application, ratings={**application.ratings, criterion.id: given})
        what = f"{application.id}, {criterion.id}, {rater}: {float(old):g} → {float(other):g}"
        change = difference(what, award, decide(call, rerate(call, rated, changed)))
        if change.enters or change.leaves:
            found.append(Rerating(application.id, criterion.id, rater, old, other, change))
    return found


def _neighbours(call: Call) -> Iterator[tuple[Application, Criterion, str, Fraction]]:
    for application in call.applications:
        for criterion in call.criteria:
            for rater, value in application.ratings[criterion.id].items():
                for other in (value - 1, value + 1):
                    if criterion.low <= other <= criterion.high:
                        yield application, criterion, rater, other


@dataclass(frozen=True, slots=True)
class WeightRange:
    """Between which weights of one criterion the list stays, the others keeping their proportions; `exact` or to 0.01."""

    criterion: str
    weight: Fraction
    lowest: Fraction
    highest: Fraction
    exact: bool


def stability(call: Call, award: Award) -> list[WeightRange]:
    """Find for each criterion the range of weights within which the same applications are funded."""
    combined = rate(call).levels
    return [_range(call, award, each, combined) for each in call.criteria]


def _range(call: Call, award: Award, criterion: Criterion, combined: Levels) -> WeightRange:
    exact = call.rules.rule in ("ranking", "points-per-euro")
    turns = _turns(call, criterion, combined) if exact else [Fraction(k, 100) for k in range(101)]
    now = criterion.weight
    above = [now, *sorted(t for t in turns if t > now)]
    below = [now, *sorted((t for t in turns if t < now), reverse=True)]
    if criterion.weight == 1:
        above = [now]
    lowest = _last_same(call, award, criterion, below, combined)
    highest = _last_same(call, award, criterion, above, combined)
    return WeightRange(criterion.id, now, lowest, highest, exact)


def _last_same(call: Call, award: Award, criterion: Criterion, weights: list[Fraction], combined: Levels) -> Fraction:
    """Walk from turn to turn; between two turns nothing changes, so the middle speaks for all."""
    for here, there in pairwise(weights):
        for probe in ((here + there) / 2, there):
            probed = weighted(call, criterion, probe)
            change = difference("", award, decide(probed, weigh(probed, combined)))
            if change.enters or change.leaves:
                return here if probe != there else there
    return weights[-1]


def weighted(call: Call, criterion: Criterion, weight: Fraction) -> Call:
    """Give one criterion another weight; the others keep their proportions (equal parts if they had none)."""
    others = [each for each in call.criteria if each.id != criterion.id]
    rest = sum((each.weight for each in others), Fraction(0))

    def share(each: Criterion) -> Fraction:
        return each.weight / rest if rest else Fraction(1, len(others))

    changed = (replace(e, weight=weight if e.id == criterion.id else (1 - weight) * share(e)) for e in call.criteria)
    return replace(call, criteria=tuple(changed))


def _turns(call: Call, criterion: Criterion, combined: Levels) -> list[Fraction]:
    """Weights at which two applications change places or one crosses the threshold; scores are linear in the weight."""
    ends = [weighted(call, criterion, Fraction(end)).criteria for end in (0, 1)]
    points = {each.id: (score(ends[0], combined[each.id]), score(ends[1], combined[each.id])) for each in call.applications}
    per_euro = call.rules.rule == "points-per-euro"
    by = {each.id: max(grantable(call, each), 1) if per_euro else 1 for each in call.applications}
    ordering = [(low / by[each], high / by[each]) for each, (low, high) in points.items()]
    limit = call.rules.threshold
    crossings = [_crossing(a, b) for a, b in combinations(ordering, 2)]
    crossings += [_crossing(line, (limit, limit)) for line in points.values()]
    return sorted({Fraction(0), Fraction(1), *(turn for turn in crossings if turn is not None and 0 < turn < 1)})


Line = tuple[Fraction, Fraction]


def _crossing(a: Line, b: Line) -> Fraction | None:
    gap, turn = a[0] - b[0], (a[1] - a[0]) - (b[1] - b[0])
    return -gap / turn if turn else None
