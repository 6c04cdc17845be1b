"""`allmende scheme`: real compensation schemes, shown and run on figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from allmende.cli.fund import read_toml
from allmende.cli.output import json_option, language, say, say_json
from allmende.schemes.figures_file import example_run, read_run
from allmende.schemes.reading import SCHEMES, load_scheme, read_scheme
from allmende.schemes.scheme import Scheme
from allmende.schemes.story import account_story, scheme_story
from allmende.schemes.years import run_years


@click.group("scheme")
def group() -> None:
    """Show real compensation schemes, and run them on figures over years.

    Example: allmende scheme run rendsburg figures.toml
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

    Example: allmende scheme run kif figures.toml --json
    """
    chosen = _scheme(scheme)
    run = read_run(read_toml(figures), figures.name) if figures else example_run(chosen)
    account = run_years(chosen, run.figures, run.years, stays=run.stays, choices=run.choices, opening=run.opening)
    story = account_story(chosen, account)
    if as_json:
        say_json(story)
    else:
        _say_account(story, list(run.years))


def _scheme(name: str) -> Scheme:
    return read_scheme(read_toml(Path(name)), Path(name).name) if name.endswith(".toml") else load_scheme(name)


_WORDS = {
    "de": {"required": "ist anzugeben", "assumptions": "Angenommen", "not_known": "Nicht bekannt", "sources": "Quellen"},
    "en": {"required": "is required", "assumptions": "Assumed", "not_known": "Not known", "sources": "Sources"},
}


def _say_scheme(story: dict[str, Any]) -> None:
    words = _WORDS[language()]
    say(f"{story['title'][language()]} ({story['period']})")
    say(story["sentence"][language()])
    for name, each in story["parameters"].items():
        amount = words["required"] if "required" in each else each.get("by_year", each.get("value"))
        say(f"  {name}: {amount} [{each['unit']}]")
    _say_limits(story, ("sources", "assumptions", "not_known"))


def _say_limits(story: dict[str, Any], parts: tuple[str, ...]) -> None:
    for part in parts:
        if story[part]:
            say(f"{_WORDS[language()][part]}:")
            for line in story[part]:
                say(f"  - {line if isinstance(line, str) else line[language()]}")


def _say_account(story: dict[str, Any], years: list[int]) -> None:
    say(f"{'':<20}" + "".join(f"{year:>16}" for year in years) + f"{'Σ':>18}")
    for name, row in story["net"].items():
        say(f"{name:<20}" + "".join(f"{amount or '-':>16}" for amount in row) + f"{story['cumulated'][name][-1]:>18}")
    for name, day in story["exits"].items():
        say(f"  {name}: {day}")
    _say_limits(story, ("assumptions", "not_known"))
