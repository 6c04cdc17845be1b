"""Calls and elections in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allmende.cli.output import language, say
from allmende.money import cents, show
from allmende.parameters import load
from allmende.sharing.page.wording import Wording


def say_election(document: dict[str, Any]) -> None:
    """Print who an election funds, and what had to be interpreted."""
    say(f"{document['sentence'][language()]} {document['ties'][language()]}")
    say(f"{len(document['selected'])}: {', '.join(document['selected'])}")
    say(f"{_number(document['cost'])} / {_number(document['budget'])}")
    for note in document["notes"]:
        say(f"  {note[language()]}")


def say_call(document: dict[str, Any]) -> None:
    """Print who a call funds, what that hangs on, and what members get back."""
    words, names = _words(), document["names"]
    say(f"{document['sentence'][language()]} {words('ties_' + document['ties'])}")
    say(words("account", **_amounts(document["account"])))
    width = max(len(name) for name in names["application"].values())
    for each in document["decisions"]:
        points = words("points", score=words.number(each["score"], 2))
        name = names["application"][each["application"]]
        say(f"  {name:<{width}} {points:>16} {_money(each['grant']):>16}  {each['why'][language()]}".rstrip())
    _say_changes(document, words)
    for each in document["weights"]:
        numbers = {key: words.number(each[key], 2) for key in ("weight", "from", "to")}
        say(words("weight", criterion=names["criterion"][each["criterion"]], **numbers))
    for each in document["returns"]:
        say(words("return", **{**_amounts(each, but="member"), "member": names["member"][each["member"]]}))


def _say_changes(document: dict[str, Any], words: Wording) -> None:
    """Answer what the list hangs on: who is pivotal, one more euro, one changed rating."""
    names = document["names"]
    for each in document["pivotal"]:
        what = words.quoted(names["application"][each["what"]])
        say(words("pivotal" if each["enters"] else "pivotal_none", what=what, enters=_listed(each["enters"], document, words)))
    say(_change("euro", document["one_more_euro"], document, words))
    if document["next_admitted_with"]:
        say(words("more", amount=_money(document["next_admitted_with"])))
    changes = document["one_changed_rating"]
    say(words("ratings" if changes else "ratings_none", count=len(changes)))
    for each in changes:
        who, criterion = words.quoted(names["application"][each["application"]]), names["criterion"][each["criterion"]]
        points = {key: f"{each[key]:g}".replace(".", "," if language() == "de" else ".") for key in ("from", "to")}
        say(_change("rating", each, document, words, who=who, criterion=criterion, rater=each["rater"], **points))


def _change(sentence: str, change: Mapping[str, Any], document: dict[str, Any], words: Wording, **filled: str) -> str:
    sides = {side: _listed(change[side], document, words) for side in ("enters", "leaves")}
    moved = "_".join(side for side, who in sides.items() if who) or "same"
    return words(f"{sentence}_{moved}", **sides, **filled)


def _listed(ids: list[str], document: dict[str, Any], words: Wording) -> str:
    return words.group([words.quoted(document["names"]["application"][each]) for each in ids])


def say_years(story: dict[str, Any]) -> None:
    """Print the calls of a row one after the other, and where members stand in the end."""
    words, names = _words(), story["names"]
    say(story["fund"])
    for each in story["calls"]:
        say(f"{each['call']}: {words.group([words.quoted(names['application'][one]) for one in each['selected']]) or '–'}")
        say(words("year", **_amounts(each["account"])))
    heads = [*(each["call"] for each in story["calls"]), words("sum")]
    widths = [max(18, len(head) + 2) for head in heads]
    first = max(len(name) for name in [words("net"), *names["member"].values()])
    say(f"{words('net'):<{first}}" + "".join(f"{head:>{width}}" for head, width in zip(heads, widths, strict=True)))
    for member, row in story["net"].items():
        amounts = [_money(amount) for amount in [*row, story["cumulated"][member]]]
        cells = "".join(f"{amount:>{width}}" for amount, width in zip(amounts, widths, strict=True))
        say(f"{names['member'][member]:<{first}}{cells}")
    say(words("end", left=_money(story["left"]), outstanding=_money(story["outstanding"])))


def _words() -> Wording:
    return Wording(language(), load("fund_answers")[language()])


def _number(amount: float) -> str:
    text = f"{amount:,}"
    return text if language() == "en" else text.translate(str.maketrans(",.", ".,"))


def _amounts(given: Mapping[str, Any], *, but: str = "") -> dict[str, str]:
    return {key: _money(amount) for key, amount in given.items() if key != but}


def _money(amount: str | None) -> str:
    return "–" if amount is None else show(cents(amount), language())
