"""Schemes and their years in words for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from allmende.cli.output import language, say
from allmende.money import cents, show

_WORDS = {
    "de": {
        "required": "anzugeben",
        "optional": "nach Bedarf",
        "parameters": "Werte",
        "figures": "Zahlen der Partner",
        "lines": "Zahlungen",
        "assumptions": "Angenommen",
        "not_known": "Nicht bekannt",
        "sources": "Quellen",
        "example": "Beispiel",
        "earliest_exit": "Frühester Austritt",
        "notice_months": "Kündigungsfrist in Monaten",
        "lock_in_years": "Bindung in Jahren",
        "on_exit": "Beim Austritt",
        "contributed": "zahlt",
        "received": "erhält",
        "net": "Saldo",
        "cumulated": "Saldo seit {year}",
        "sum": "Summe",
        "opening": "Topf am Jahresanfang",
        "pool": "Topf am Jahresende",
        "outside": "von oder nach außen",
        "without_figures": "Ohne Angaben, deshalb als 0 gezählt",
        "leaves": "{name} scheidet am {day} aus; in diesen Jahren gezahlt {contributed}, erhalten {received}, Saldo {net}.",
        "owed": "Was {name} dabei mitnimmt oder schuldet: {rule}",
        "not_ruled": "nicht geregelt.",
    },
    "en": {
        "required": "required",
        "optional": "if wanted",
        "parameters": "Values",
        "figures": "Figures of partners",
        "lines": "Payments",
        "assumptions": "Assumed",
        "not_known": "Not known",
        "sources": "Sources",
        "example": "Example",
        "earliest_exit": "Earliest exit",
        "notice_months": "Months of notice",
        "lock_in_years": "Years of lock-in",
        "on_exit": "On exit",
        "contributed": "pays",
        "received": "receives",
        "net": "net",
        "cumulated": "net since {year}",
        "sum": "Sum",
        "opening": "Pool at the start",
        "pool": "Pool at the end",
        "outside": "from or to outside",
        "without_figures": "No figures, hence counted as 0",
        "leaves": "{name} leaves on {day}; in these years paid {contributed}, received {received}, net {net}.",
        "owed": "What {name} takes along or owes: {rule}",
        "not_ruled": "not ruled.",
    },
}
_OUTSIDE = ("outside-in", "outside-out")
_DIRECTIONS = {"in": "→", "out": "←", "outside-in": "⇒", "outside-out": "⇐"}


def say_scheme(story: dict[str, Any]) -> None:
    """Print what a scheme does, what it needs, what is assumed and what is not known."""
    words, tongue = _WORDS[language()], language()
    say(f"{story['title'][tongue]} ({story['period'][tongue]})")
    say(story["sentence"][tongue])
    say(f"{words['parameters']}:")
    for name, each in story["parameters"].items():
        say(f"  {name}: {each['title'][tongue]}, {_value(each)} [{each['unit'][tongue]}]")
    say(f"{words['figures']}:")
    for name, each in story["figures"].items():
        say(f"  {name}: {each['title'][tongue]}" + (f" ({words['optional']})" if each["optional"] else ""))
    say(f"{words['lines']}:")
    for line in story["lines"]:
        say(f"  {_DIRECTIONS[line['direction']]} {line['title'][tongue]}")
    for rule, amount in story["membership"].items():
        if amount:
            said = _day(amount.isoformat()) if isinstance(amount, date) else amount
            say(f"{words[rule]}: {said[tongue] if isinstance(said, dict) else said}")
    if story["example"]:
        say(f"{words['example']}: {story['example'][tongue]}")
    _say_limits(story, ("sources", "assumptions", "not_known"))


def _value(parameter: dict[str, Any]) -> str:
    tongue = language()
    if "required" in parameter:
        return f"{_WORDS[tongue]['required']}: {parameter['required'][tongue]}"
    if "by_year" in parameter:
        return ", ".join(f"{year}: {_number(each)}" for year, each in parameter["by_year"].items())
    return _number(parameter["value"])


def _number(amount: float) -> str:
    text = f"{amount:,.15g}" if amount == int(amount) else f"{amount:g}"
    return text if language() == "en" else text.translate(str.maketrans(",.", ".,"))


def _say_limits(story: dict[str, Any], parts: tuple[str, ...]) -> None:
    for part in parts:
        if story[part]:
            say(f"{_WORDS[language()][part]}:")
            for line in story[part]:
                say(f"  - {line if isinstance(line, str) else line[language()]}")


def say_example(source: Mapping[str, str]) -> None:
    """Print where the figures of a worked example come from."""
    say(f"{_WORDS[language()]['example']}: {source[language()]}")


def say_account(story: dict[str, Any]) -> None:
    """Print each year's payments and net positions, who leaves with what, and what is assumed and not known."""
    words, years = _WORDS[language()], story["years"]
    say(story["title"][language()])
    if len(years) == 1:
        _say_lines(years[0])
    width = max(len(name) for name in (*story["net"], words["opening"], words["outside"])) + 2
    for place, year in enumerate(years):
        _say_year(year, {name: row[place] for name, row in story["cumulated"].items()}, years[0]["year"], width)
    if len(years) > 1 and story["without_figures"]:
        say(f"{words['without_figures']}: {', '.join(title[language()] for title in story['without_figures'])}")
    for name, exit_ in story["exits"].items():
        _say_exit(name, exit_)
    _say_limits(story, ("assumptions", "not_known"))


def _say_year(year: dict[str, Any], cumulated: Mapping[str, str], first: int, width: int) -> None:
    """Print a row for each member of the year: pays, receives, net and, from the second year on, net so far."""
    words, flows = _WORDS[language()], ("contributed", "received", "net")
    heads, columns = [words[flow] for flow in flows], [year[flow] for flow in flows]
    if year["year"] > first:
        heads, columns = [*heads, words["cumulated"].format(year=first)], [*columns, cumulated]
    say(f"{year['year']:<{width}}" + "".join(f"{head:>20}" for head in heads))
    if cents(year["opening"]):
        _say_amounts(f"  {words['opening']}", [cents(year["opening"])], width)
    for name in year["net"]:
        _say_amounts(f"  {name}", [cents(column[name]) for column in columns], width)
    _say_amounts(f"  {words['sum']}", [sum(map(cents, year[flow].values())) for flow in flows], width)
    outside = [sum(cents(each["outside"]) for each in year["lines"] if each["direction"] == way) for way in _OUTSIDE]
    if any(outside):
        _say_amounts(f"  {words['outside']}", outside, width)
    _say_amounts(f"  {words['pool']}", [cents(year["closing"])], width)


def _say_amounts(name: str, amounts: Sequence[int], width: int) -> None:
    say(f"{name:<{width}}" + "".join(f"{show(amount, language()):>20}" for amount in amounts))


def _say_exit(name: str, account: dict[str, Any]) -> None:
    words = _WORDS[language()]
    money = {flow: _money(account[flow]) for flow in ("contributed", "received", "net")}
    say(words["leaves"].format(name=name, day=_day(account["day"]), **money))
    say(words["owed"].format(name=name, rule=account["rule"][language()] if account["rule"] else words["not_ruled"]))


def _day(iso: str) -> str:
    return f"{date.fromisoformat(iso):%d.%m.%Y}" if language() == "de" else iso


def _say_lines(year: dict[str, Any]) -> None:
    for line in year["lines"]:
        say(f"{_DIRECTIONS[line['direction']]} {line['title'][language()]}: {line['step'][language()]}")
        for name, amount in line["by_partner"].items():
            if cents(amount):
                say(f"    {name:<16}{_money(amount):>18}")
        if cents(line["outside"]):
            say(f"    {_WORDS[language()]['outside']:<16}{_money(line['outside']):>18}")


def _money(amount: str) -> str:
    return show(cents(amount), language())
