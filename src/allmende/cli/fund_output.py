"""Calls, elections and rehearsals in words for people."""

from __future__ import annotations

from typing import Any

from allmende.cli.output import language, say
from allmende.money import cents, show

_WORDS = {
    "de": {
        "more": "Mit {} mehr käme ein weiterer Antrag zum Zug.",
        "pivotal": "Ohne {what} käme {enters}.",
        "ratings": "{} einzelne Bewertungen, um einen Punkt anders, änderten die Auswahl.",
        "weight": "Gewicht {criterion} {weight:.2f}: die Auswahl bleibt von {from:.2f} bis {to:.2f}.",
        "year": "Beiträge {contributions}, übertragen {carried_over}, zurückgeflossen {returned}, sonstiges {other}; "
        "bewilligt {granted}, in den nächsten Aufruf {carried_to_next_call}.",
        "end": "Am Ende sind {left} übrig; {outstanding} fließen noch zurück.",
        "regret": "höchstens {} hinter der besten Regel",
        "return": "{member}: zahlt {contributed}, erhält {received} (nach gleichen Anteilen {by_equal_shares}).",
    },
    "en": {
        "more": "With {} more, another application would be funded.",
        "pivotal": "Without {what}, {enters} would be funded.",
        "ratings": "{} single ratings, if one point different, would change who is funded.",
        "weight": "Weight of {criterion} {weight:.2f}: the list stays from {from:.2f} to {to:.2f}.",
        "year": "Contributions {contributions}, carried over {carried_over}, returned {returned}, other {other}; "
        "granted {granted}, into the next call {carried_to_next_call}.",
        "end": "In the end {left} are left; {outstanding} will still flow back.",
        "regret": "at most {} behind the best rule",
        "return": "{member}: pays {contributed}, receives {received} (by equal shares {by_equal_shares}).",
    },
}


def say_election(document: dict[str, Any]) -> None:
    """Print who an election funds, and what had to be interpreted."""
    say(f"{document['sentence'][language()]} {document['ties'][language()]}")
    say(f"{len(document['selected'])}: {', '.join(document['selected'])}")
    say(f"{_number(document['cost'])} / {_number(document['budget'])}")
    for note in document["notes"]:
        say(f"  {note[language()]}")


def say_call(document: dict[str, Any]) -> None:
    """Print who a call funds, what that hangs on, and what members get back."""
    words = _WORDS[language()]
    say(document["sentence"][language()])
    for each in document["decisions"]:
        say(f"  {each['application']:<20} {each['score']:6.2f} {_money(each['grant']):>16}  {each['why'][language()]}")
    for each in document["pivotal"]:
        if each["enters"]:
            say(words["pivotal"].format(what=each["what"], enters=", ".join(each["enters"])))
    if document["next_admitted_with"]:
        say(words["more"].format(_money(document["next_admitted_with"])))
    say(words["ratings"].format(len(document["one_changed_rating"])))
    for each in document["weights"]:
        say(words["weight"].format(**each))
    for each in document["returns"]:
        say(words["return"].format(member=each["member"], **{key: _money(each[key]) for key in each if key != "member"}))


def say_years(story: dict[str, Any]) -> None:
    """Print the calls of a row one after the other, and where members stand in the end."""
    words = _WORDS[language()]
    say(story["fund"])
    for each in story["calls"]:
        money = {key: _money(amount) for key, amount in each["account"].items()}
        say(f"{each['call']}: {', '.join(each['selected']) or '–'}")
        say("  " + words["year"].format(**money))
    for name, row in story["net"].items():
        say(f"{name:<20}" + "".join(f"{_money(amount):>18}" for amount in [*row, story["cumulated"][name]]))
    say(words["end"].format(left=_money(story["left"]), outstanding=_money(story["outstanding"])))


def say_rehearsal(story: dict[str, Any]) -> None:
    """Print rule sets one after the other: each outcome's mean, its band, and how far behind the best it can fall."""
    for name, outcomes in story["rules"].items():
        say(f"{name}:")
        for outcome, each in outcomes.items():
            mean, low, high = (_number(round(each[part], 2)) for part in ("mean", "from", "to"))
            behind = _WORDS[language()]["regret"].format(_number(round(each["worst_regret"], 2)))
            say(f"  {story['outcomes'][outcome][language()]}: {mean} [{low} … {high}], {behind}")
    say(story["note"][language()])


def _number(amount: float) -> str:
    text = f"{amount:,}"
    return text if language() == "en" else text.translate(str.maketrans(",.", ".,"))


def _money(amount: str | None) -> str:
    return "–" if amount is None else show(cents(amount), language())
