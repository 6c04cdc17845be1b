"""`allmende scheme`: real compensation schemes, shown and run on figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from allmende.cli.output import json_option, language, say, say_json
from allmende.cli.text_files import read_toml
from allmende.money import cents, show
from allmende.schemes.figures_file import account_of, example_run, read_run
from allmende.schemes.reading import SCHEMES, load_scheme, read_scheme
from allmende.schemes.scheme import Scheme
from allmende.schemes.story import account_story, scheme_story


@click.group("scheme")
def group() -> None:
    """Show real compensation schemes, and run them on figures over years.

    Example: allmende scheme run mine.toml figures.toml
    """


@group.command("show")
@click.argument("scheme", required=False)
@json_option
def show_scheme(scheme: str | None, as_json: bool) -> None:
    """Show a scheme of the package or a file of your own; without a name, list what there is.

    Example: allmende scheme show kif
    """
    if scheme is None:
        listed = {name: dict(load_scheme(name).title) for name in SCHEMES}
        if as_json:
            say_json(listed)
        else:
            for name, title in listed.items():
                say(f"{name:<20} {title[language()]}")
        return
    story = scheme_story(_scheme(scheme))
    if as_json:
        say_json(story)
    else:
        _say_scheme(story)


@group.command("run")
@click.argument("scheme")
@click.argument("figures", required=False, type=click.Path(path_type=Path, dir_okay=False))
@json_option
def run_scheme(scheme: str, figures: Path | None, as_json: bool) -> None:
    """Run a scheme over the years of a file of figures; without one, its worked example.

    Example: allmende scheme run mine.toml figures.toml --json
    """
    chosen = _scheme(scheme)
    run = read_run(read_toml(figures), figures.name) if figures else example_run(chosen)
    story = account_story(chosen, account_of(chosen, run))
    if as_json:
        say_json(story)
        return
    if figures is None:
        say(f"{_WORDS[language()]['example']}: {chosen.example['source'][language()]}")
    _say_account(story, list(run.years))


def _scheme(name: str) -> Scheme:
    return read_scheme(read_toml(Path(name)), Path(name).name) if name.endswith(".toml") else load_scheme(name)


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
        "net": "Saldo",
        "sum": "Summe",
        "pool": "Topf am Jahresende",
        "outside": "von oder nach außen",
        "leaves": "scheidet aus am",
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
        "net": "Net",
        "sum": "Sum",
        "pool": "Pool at the end",
        "outside": "from or to outside",
        "leaves": "leaves on",
    },
}
_DIRECTIONS = {"in": "→", "out": "←", "outside-in": "⇒", "outside-out": "⇐"}


def _say_scheme(story: dict[str, Any]) -> None:
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
            say(f"{words[rule]}: {amount}")
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


def _say_account(story: dict[str, Any], years: list[int]) -> None:
    words = _WORDS[language()]
    say(story["title"][language()])
    if len(years) == 1:
        _say_lines(story["years"][0])
    say(f"{words['net']:<20}" + "".join(f"{year:>18}" for year in years) + f"{words['sum']:>18}")
    for name, row in story["net"].items():
        cells = [*row, story["cumulated"][name][-1]]
        say(f"{name:<20}" + "".join(f"{_money(amount):>18}" for amount in cells))
    say(f"{words['pool']:<20}" + "".join(f"{_money(year['closing']):>18}" for year in story["years"]))
    for name, day in story["exits"].items():
        say(f"  {name} {words['leaves']} {day}")
    _say_limits(story, ("assumptions", "not_known"))


def _say_lines(year: dict[str, Any]) -> None:
    for line in year["lines"]:
        say(f"{_DIRECTIONS[line['direction']]} {line['title'][language()]}: {line['step'][language()]}")
        for name, amount in line["by_partner"].items():
            if cents(amount):
                say(f"    {name:<16}{_money(amount):>18}")
        if cents(line["outside"]):
            say(f"    {_WORDS[language()]['outside']:<16}{_money(line['outside']):>18}")


def _money(amount: str | None) -> str:
    return "–" if amount is None else show(cents(amount), language())
