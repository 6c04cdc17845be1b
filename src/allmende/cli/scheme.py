"""`allmende scheme`: real compensation schemes, shown and run on figures."""

from __future__ import annotations

from pathlib import Path

import click

from allmende.cli.output import json_option, language, say, say_json
from allmende.cli.scheme_output import say_account, say_example, say_scheme
from allmende.cli.text_files import read_toml
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
        say_scheme(story)


@group.command("run")
@click.argument("scheme")
@click.argument("figures", required=False, type=click.Path(path_type=Path, dir_okay=False))
@json_option
def run_scheme(scheme: str, figures: Path | None, as_json: bool) -> None:
    """Run a scheme over the years of a file of figures; without one, its worked example.

    Example: allmende scheme run mine.toml figures.toml --json
    """
    chosen = _scheme(scheme)
    run = read_run(read_toml(figures), str(figures)) if figures else example_run(chosen)
    story = account_story(chosen, account_of(chosen, run))
    if as_json:
        say_json(story)
        return
    if figures is None:
        say_example(chosen.example["source"])
    say_account(story)


def _scheme(name: str) -> Scheme:
    return read_scheme(read_toml(Path(name)), name) if name.endswith(".toml") else load_scheme(name)
