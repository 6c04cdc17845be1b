"""Rehearsals of a fund in words for people: rule sets compared, and one run year by year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allmende.cli.output import language, say
from allmende.money import cents, show
from allmende.parameters import load
from allmende.sharing.page.wording import Wording


def say_rehearsal(story: dict[str, Any]) -> None:
    """Print a table for each outcome: rule sets with mean, band, and how far they fall behind the best."""
    words, rules, worlds = _words(), story["rules"].items(), len(story["worlds"])
    said = {name: story[name] for name in ("runs", "years", "seed")}
    say(words("head_one" if worlds == 1 else "head", worlds=worlds, **said))
    if story["unequal"]:
        say(story["unequal"][language()])
    heads = ["", words("mean"), words("band"), words("behind")]
    parts = {
        about[language()]: [[f"  {name}", *_summary(each[outcome], about["unit"], worlds, words)] for name, each in rules]
        for outcome, about in story["outcomes"].items()
    }
    widths = _widths([heads, *(row for rows in parts.values() for row in rows)])
    _say_row(heads, widths)
    for title, rows in parts.items():
        say(title)
        for row in rows:
            _say_row(row, widths)
    say(story["note"][language()])


def _summary(each: dict[str, Any], unit: str, worlds: int, words: Wording) -> list[str]:
    low, high = (_amount(each[end], unit, words) for end in ("from", "to"))
    behind = "–"
    if (gap := each["worst_regret"]) > 0:
        behind = _amount(gap, unit, words) if unit in ("euro", "number") else words("points", amount=words.number(100 * gap))
        behind = behind if worlds == 1 else words("world", amount=behind, world=each["worst_world"])
    # whether something happened is no quantity that has a band
    band = "" if unit == "frequency" else words("from_to", **{"from": low, "to": high})
    return [_amount(each["mean"], unit, words), band, behind]


def _amount(value: float, unit: str, words: Wording) -> str:
    if unit == "euro":
        return words.euro(100 * value)
    return words.number(value, 2) if unit == "number" else words.percent(value)


def say_replay(story: dict[str, Any]) -> None:
    """Print a run: for each year what came from outside and is left, and a line for each member."""
    words = _words()
    values = "".join(f", {name} {words.number(value, 2)}" for name, value in story["uncertain"].items())
    said = {name: story[name] for name in ("run", "seed", "world", "worlds")}
    say(words("replay", rules=words.quoted(story["rules"]), values=values, **said))
    money = ("contributed", "returned", "granted", "net")
    heads = [words(name) for name in ("member", *money, "applications", "satisfaction", "threshold")]
    for year in story["log"]:
        say(words("year", year=year["year"], outside=_money(year["outside"]), pool=_money(year["pool"])))
        rows = [[f"  {heads[0]}", *heads[1:], ""]]
        rows += [
            [
                f"  {name}",
                *(_money(each[amount]) for amount in money),
                words("funded", funded=each["funded"], applications=each["applications"]),
                *(words.number(each[value], 2) for value in ("satisfaction", "exit_threshold")),
                _leaving(each, words),
            ]
            for name, each in year["members"].items()
        ]
        for row in rows:
            _say_row(row, _widths(rows))


def _leaving(member: dict[str, Any], words: Wording) -> str:
    if member["leaves_after_year"]:
        return words("notice", year=member["leaves_after_year"])
    return "" if member["inside"] else words("out")


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]


def _say_row(row: Sequence[str], widths: Sequence[int]) -> None:
    cells = "  ".join(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
    say(f"{row[0]:<{widths[0]}}  {cells}".rstrip())


def _words() -> Wording:
    return Wording(language(), load("rehearsal_answers")[language()])


def _money(amount: str) -> str:
    return show(cents(amount), language())
