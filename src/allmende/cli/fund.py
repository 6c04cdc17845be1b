"""`allmende fund`: select projects of a call or an election."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from allmende.cli.fund_output import say_call, say_election, say_years
from allmende.cli.output import json_option, say_json
from allmende.cli.rehearsal_output import say_rehearsal, say_replay
from allmende.cli.text_files import read_text, read_toml
from allmende.errors import AllmendeError
from allmende.fund.call import CALL_RULES
from allmende.fund.call_file import read_call
from allmende.fund.election import UTILITIES
from allmende.fund.pabulib import parse_pabulib
from allmende.fund.ranking import OVERFLOWS
from allmende.fund.rehearsal.reading import read_rehearsal
from allmende.fund.rehearsal.story import rehearsal_story, replay_story
from allmende.fund.selection import COMPLETIONS, RULES, select
from allmende.fund.story import call_story, election_story
from allmende.fund.years import decide_in_turn, read_plan
from allmende.fund.years_story import years_story

path_argument = click.Path(path_type=Path, dir_okay=False)


@click.group("fund")
def group() -> None:
    """Select projects of a call or an election, and rehearse a fund over many years.

    Example: allmende fund select call.toml
    """


@group.command("select")
@click.argument("file", type=path_argument)
@click.option("--rule", type=click.Choice(sorted({*RULES, *CALL_RULES})), help="Default: equal-shares; a call says its own.")
@click.option("--completion", type=click.Choice(COMPLETIONS), help="After equal shares, in an election. Default: none.")
@click.option("--utility", type=click.Choice(UTILITIES), help="What supporters have, in an election. Default: cost.")
@click.option("--overflow", type=click.Choice(OVERFLOWS), help="What does not fit (greedy: skip; a call says its own).")
@json_option
def select_projects(
    file: Path, rule: str | None, completion: str | None, utility: str | None, overflow: str | None, as_json: bool
) -> None:
    """Say who is funded: of an election as Pabulib writes it (.pb), or of a call (.toml, see docs/formats/call.md).

    Example: allmende fund select election.pb --rule equal-shares --completion add1 --json
    """
    if file.suffix == ".toml":
        _check_call({"--completion": completion, "--utility": utility})
        document = _call(file, {"rule": rule, "overflow": overflow})
    else:
        election = parse_pabulib(read_text(file), str(file))
        found = select(
            election,
            rule or "equal-shares",
            completion=completion or "none",
            utility=utility or "cost",
            overflow=overflow or "skip",
        )
        document = election_story(election, found)
    if as_json:
        say_json(document)
    elif file.suffix == ".toml":
        say_call(document)
    else:
        say_election(document)


def _check_call(given: dict[str, str | None]) -> None:
    for option, value in given.items():
        if value:
            raise AllmendeError(
                f"A call takes no {option} {value}.",
                where=option,
                expected=f"{option} with an election (.pb)",
                todo="Leave it out: a call's rules stand in its file.",
            )


def _call(file: Path, choices: dict[str, str | None]) -> dict[str, Any]:
    document = read_toml(file)
    chosen = {key: value for key, value in choices.items() if value}
    if isinstance(document.get("call"), dict):
        document["call"] |= chosen
    return call_story(read_call(document, str(file)))


@group.command("years")
@click.argument("plan", type=path_argument)
@json_option
def decide_years(plan: Path, as_json: bool) -> None:
    """Decide several calls in a row: what one leaves and what flows back is there for the next (docs/formats/call.md).

    Example: allmende fund years plan.toml
    """
    read = read_plan(read_toml(plan), str(plan))
    turns = decide_in_turn(read, [read_toml(plan.parent / file) for file in read.files])
    story = years_story(read, turns)
    if as_json:
        say_json(story)
    else:
        say_years(story)


def _with_schemes(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Put the schemes that rule sets name as files (beside the document) in their place."""
    for rules in document.get("rules", {}).values():
        if isinstance(rules, dict) and str(rules.get("scheme", "")).endswith(".toml"):
            rules["scheme"] = read_toml(folder / rules["scheme"])
    return document


@group.command("rehearse")
@click.argument("file", type=path_argument)
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="The same seed gives the same result, bit for bit."
)
@click.option("--years", type=click.IntRange(1, 200), default=20, show_default=True, help="Years that are played.")
@click.option("--runs", type=click.IntRange(1, 100_000), default=200, show_default=True, help="Runs in each world.")
@click.option("--replay", type=click.IntRange(1), help="Print this of the runs (the first is 1) year by year instead.")
@click.option("--rules", help="With --replay: the rule set; the file's first if left out.")
@click.option("--world", type=click.IntRange(1), help="With --replay: the world, as the comparison names it; 1 if left out.")
@json_option
def rehearse_fund(
    file: Path,
    seed: int,
    years: int,
    runs: int,
    replay: int | None,
    rules: str | None,
    world: int | None,
    as_json: bool,
) -> None:
    """Play many years of a fund under several rule sets and compare them; the file is in docs/methods/rehearsal.md.

    Example: allmende fund rehearse fund.toml --seed 7 --years 20 --runs 200
    """
    _check_replay(replay, runs, rules, world)
    rehearsal = read_rehearsal(_with_schemes(read_toml(file), file.parent), str(file))
    if replay is None:
        story = rehearsal_story(rehearsal, years=years, seed=seed, runs=runs)
    else:
        chosen = rules or next(iter(rehearsal.rule_sets))
        story = replay_story(rehearsal, chosen, years=years, seed=seed, run=replay, world=world or 1)
    if as_json:
        say_json(story)
    elif replay is None:
        say_rehearsal(story)
    else:
        say_replay(story)


def _check_replay(replay: int | None, runs: int, rules: str | None, world: int | None) -> None:
    if replay is not None and replay > runs:
        raise AllmendeError(
            f"The comparison has no run {replay}.",
            where="--replay",
            expected=f"1 to {runs}",
            todo="Choose one of them, or ask for more --runs.",
        )
    if replay is None and (rules or world):
        raise AllmendeError(
            "A comparison takes all rules and all worlds.",
            where="--rules" if rules else "--world",
            expected="--replay with them",
            todo="Add --replay, or leave them out.",
        )
