"""A decision told as data: the same document that is printed, sent as JSON and shown on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allmende.fund import sensitivity
from allmende.fund.award import Award, decide
from allmende.fund.call import Call
from allmende.fund.election import Election
from allmende.fund.returns import returns
from allmende.fund.selection import Selection
from allmende.fund.sensitivity import Change, Rerating
from allmende.money import decimal

RULE_SENTENCES = {
    "ranking": {
        "de": "Gefördert wird nach Punkten, solange das Geld reicht.",
        "en": "Grants go by score while the money lasts.",
    },
    "points-per-euro": {
        "de": "Gefördert wird nach Punkten je Euro, solange das Geld reicht.",
        "en": "Grants go by score per euro while the money lasts.",
    },
    "knapsack": {
        "de": "Gefördert wird die Auswahl mit den meisten Punkten, die ins Budget passt.",
        "en": "Funded is the set with the highest sum of scores that fits into the budget.",
    },
    "equal-shares": {
        "de": "Jedes Mitglied hält seinen Beitrag; ein Antrag wird gekauft, wenn die Mitglieder ihn nach ihrem "
        "Nutzen bezahlen können.",
        "en": "Every member holds its contribution; an application is bought when members can pay for it by what "
        "it is worth to them.",
    },
}
"""What each rule of a call does, in one sentence."""

OVERFLOW_SENTENCES = {
    "skip": {"de": "Was nicht passt, wird übersprungen.", "en": "What does not fit is skipped."},
    "stop": {"de": "Beim ersten, das nicht passt, endet die Liste.", "en": "The list ends at the first that does not fit."},
    "partial": {
        "de": "Das erste, das nicht passt, bekommt den Rest; dann endet die Liste.",
        "en": "The first that does not fit gets what is left; then the list ends.",
    },
}


TIE_SENTENCE = {
    "de": "Bei Gleichstand geht die Kennung vor, die als Text früher kommt.",
    "en": "Ties go to the id that is first as text.",
}


def election_story(election: Election, selection: Selection) -> dict[str, Any]:
    """Tell what an election funds; `selected` is in string order, `steps` in the order of decision."""
    cost = sum(election.costs[j] for j in selection.chosen)
    return {
        "selected": sorted(election.projects[j] for j in selection.chosen),
        "budget": election.amount(election.budget),
        "cost": election.amount(cost),
        "left": election.amount(election.budget - cost),
        "rule": selection.rule,
        "completion": selection.completion,
        "utility": selection.utility,
        "ties": TIE_SENTENCE,
        "voters": election.ballots.voters,
        "sentence": selection.sentence,
        "steps": list(selection.steps),
        "notes": [dict(each) for each in election.notes],
    }


def call_story(call: Call) -> dict[str, Any]:
    """Decide a call and tell who gets what, why, what it hangs on, and what members get back."""
    award = decide(call)
    extra = sensitivity.next_budget(call, award)
    return {
        "selected": sorted(award.funded),
        "call": call.name,
        "rule": call.rules.rule,
        "overflow": call.rules.overflow,
        "ties": call.rules.ties,
        "names": names(call),
        "sentence": _sentence(call),
        "account": account(call, award),
        "decisions": decisions(call, award),
        "pivotal": [_change(each) for each in sensitivity.pivotal(call, award)],
        "one_more_euro": _change(sensitivity.one_more_euro(call, award)),
        "next_admitted_with": None if extra is None else decimal(extra),
        "one_changed_rating": [_rerating(each) for each in sensitivity.one_changed_rating(call, award)],
        "weights": _weights(call, award),
        "returns": _returns(call, award),
    }


def _sentence(call: Call) -> dict[str, str]:
    rule = RULE_SENTENCES[call.rules.rule]
    if call.rules.rule not in ("ranking", "points-per-euro"):
        return rule
    return {language: f"{text} {OVERFLOW_SENTENCES[call.rules.overflow][language]}" for language, text in rule.items()}


def account(call: Call, award: Award) -> dict[str, str]:
    """Tell where a call's money comes from and where it goes; it adds up."""
    spent = call.budget - award.left
    sources = {key: decimal(amount) for key, amount in call.sources.items()}
    reserve = sum(call.sources.values()) - call.budget
    totals = {"budget": call.budget, "granted": spent, "not_in_budget": reserve, "carried_to_next_call": award.left + reserve}
    return sources | {key: decimal(amount) for key, amount in totals.items()}


def decisions(call: Call, award: Award) -> list[dict[str, Any]]:
    """Tell every application's score and grant, and why not more, in the order of decision."""
    called = names(call)
    return [
        {
            "application": each.application,
            "member": each.member,
            "score": float(each.score),
            "at_most": decimal(each.eligible),
            "grant": decimal(each.grant),
            "reason": each.reason,
            "why": _why(each.reason, called),
        }
        for each in award.decisions
    ]


def names(call: Call) -> dict[str, dict[str, str]]:
    """Return what people call applications, members, criteria and requirements, by id."""
    return {
        "application": {each.id: each.name for each in call.applications},
        "member": {each.id: each.name for each in call.members},
        "criterion": {each.id: each.name for each in call.criteria},
        "requirement": dict(call.requirements),
    }


REASONS = {
    "requirement": {"de": "Voraussetzung fehlt", "en": "requirement not met"},
    "least of": {"de": "Mindestwert verfehlt", "en": "below the least rating"},
    "threshold": {"de": "Mindestpunktzahl verfehlt", "en": "below the threshold"},
    "budget": {"de": "Budget reicht nicht", "en": "budget does not suffice"},
    "cap of the member": {"de": "Höchstbetrag des Mitglieds", "en": "cap of the member"},
    "the list had ended": {"de": "Liste beendet", "en": "the list had ended"},
    "below least_grant": {"de": "unter dem Mindestbetrag", "en": "below the least grant"},
    "funded in part": {"de": "teilweise gefördert", "en": "funded in part"},
    "not chosen by": {"de": "nicht gewählt nach der Regel", "en": "not chosen by the rule"},
}
"""Words for what a reason begins with; an id may follow."""

NAMED = {"requirement": "requirement", "least of": "criterion"}
"""Of what kind the id is that follows."""


def _why(reason: str, called: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Say a reason in both languages, what has a name by its name.

    >>> _why("requirement council, threshold", {"requirement": {"council": "Ratsbeschluss"}})["de"]
    'Voraussetzung fehlt: Ratsbeschluss, Mindestpunktzahl verfehlt'
    """
    told: dict[str, list[str]] = {"de": [], "en": []}
    for part in reason.split(", ") if reason else []:
        begin = next(begin for begin in REASONS if part.startswith(begin))
        rest = part.removeprefix(begin).strip()
        name = called.get(NAMED.get(begin, ""), {}).get(rest, rest)
        for language, listed in told.items():
            listed.append(REASONS[begin][language] + (f": {name}" if name else ""))
    return {language: ", ".join(listed) for language, listed in told.items()}


def _rerating(found: Rerating) -> dict[str, Any]:
    points = {"from": float(found.old), "to": float(found.new)}
    place = {"application": found.application, "criterion": found.criterion, "rater": found.rater}
    return {**_change(found.change), **place, **points}


def _change(change: Change) -> dict[str, Any]:
    return {"what": change.what, "enters": list(change.enters), "leaves": list(change.leaves)}


def _weights(call: Call, award: Award) -> list[dict[str, Any]]:
    return [
        {
            "criterion": each.criterion,
            "weight": float(each.weight),
            "from": float(each.lowest),
            "to": float(each.highest),
            "exact": each.exact,
        }
        for each in sensitivity.stability(call, award)
    ]


def _returns(call: Call, award: Award) -> list[dict[str, str]]:
    return [
        {
            "member": each.member,
            "contributed": decimal(each.contributed),
            "received": decimal(each.received),
            "net": decimal(each.net),
            "by_equal_shares": decimal(each.by_equal_shares),
        }
        for each in returns(call, award)
    ]
