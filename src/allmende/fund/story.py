"""A decision told as data: the same document that is printed, sent as JSON and shown on a page."""

from __future__ import annotations

from typing import Any

from allmende.fund import questions
from allmende.fund.award import Award, decide
from allmende.fund.call import Call
from allmende.fund.election import Election
from allmende.fund.questions import Change
from allmende.fund.returns import returns
from allmende.fund.selection import Selection
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
    extra = questions.next_budget(call, award)
    return {
        "selected": sorted(award.funded),
        "call": call.name,
        "rule": call.rules.rule,
        "overflow": call.rules.overflow,
        "ties": call.rules.ties,
        "sentence": _sentence(call),
        "account": account(call, award),
        "decisions": decisions(award),
        "pivotal": [_change(each) for each in questions.pivotal(call, award)],
        "one_more_euro": _change(questions.one_more_euro(call, award)),
        "next_admitted_with": None if extra is None else decimal(extra),
        "one_changed_rating": [_change(each) for each in questions.one_changed_rating(call, award)],
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


def decisions(award: Award) -> list[dict[str, Any]]:
    """Tell every application's score and grant, and why not more, in the order of decision."""
    return [
        {
            "application": each.application,
            "member": each.member,
            "score": float(each.score),
            "at_most": decimal(each.eligible),
            "grant": decimal(each.grant),
            "reason": each.reason,
            "why": _why(each.reason),
        }
        for each in award.decisions
    ]


REASONS = {
    "requirement": "Voraussetzung",
    "least of": "Mindestwert",
    "threshold": "Mindestpunktzahl",
    "budget": "Budget",
    "cap of the member": "Höchstbetrag des Mitglieds",
    "the list had ended": "Liste beendet",
    "below least_grant": "unter dem Mindestbetrag",
    "funded in part": "teilweise gefördert",
    "not chosen by": "nicht gewählt:",
}
"""German for what a reason begins with; an id may follow."""


def _why(reason: str) -> dict[str, str]:
    """Say a reason in both languages.

    >>> _why("requirement budget, threshold")["de"]
    'Voraussetzung budget, Mindestpunktzahl'
    """
    parts = reason.split(", ") if reason else []
    begun = [next((begin for begin in REASONS if part.startswith(begin)), "") for part in parts]
    german = [REASONS.get(begin, "") + part.removeprefix(begin) for begin, part in zip(begun, parts, strict=True)]
    return {"de": ", ".join(german), "en": reason}


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
        for each in questions.stability(call, award)
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
