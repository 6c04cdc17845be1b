"""`allmende fund`: select projects of a call or an election."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import click

from allmende.cli.output import json_option, language, say, say_json
from allmende.errors import AllmendeError
from allmende.fund.call import CALL_RULES
from allmende.fund.call_file import read_call
from allmende.fund.chain import decide_in_turn, read_plan
from allmende.fund.chain_story import chain_story
from allmende.fund.election import UTILITIES
from allmende.fund.pabulib import parse_pabulib
from allmende.fund.ranking import OVERFLOWS
from allmende.fund.rehearsal.reading import read_rehearsal
from allmende.fund.rehearsal.story import rehearsal_story, replay_story
from allmende.fund.selection import COMPLETIONS, RULES, select
from allmende.fund.story import call_story, election_story
from allmende.money import cents, show

path_argument = click.Path(path_type=Path, dir_okay=False)


@click.group("fund")
def group() -> None:
    """Select projects of a call or an election, and rehearse a fund over many years.

    Example: allmende fund select call.toml
    """


@group.command("select")
@click.argument("file", type=path_argument)
@click.option("--rule", type=click.Choice(sorted({*RULES, *CALL_RULES})), help="Default: equal-shares; a call says its own.")
@click.option("--completion", type=click.Choice(COMPLETIONS), default="none", show_default=True, help="After equal shares.")
@click.option("--utility", type=click.Choice(UTILITIES), default="cost", show_default=True, help="What supporters have.")
@click.option("--overflow", type=click.Choice(OVERFLOWS), help="What does not fit (greedy: skip; a call says its own).")
@json_option
def select_projects(file: Path, rule: str | None, completion: str, utility: str, overflow: str | None, as_json: bool) -> None:
    """Say who is funded: of an election as Pabulib writes it (.pb), or of a call (.toml, see docs/formats/call.md).

    Example: allmende fund select election.pb --rule equal-shares --completion add1 --json
    """
    if file.suffix == ".toml":
        document = _call(file, {"rule": rule, "overflow": overflow})
    else:
        election = parse_pabulib(_text(file), file.name)
        found = select(election, rule or "equal-shares", completion=completion, utility=utility, overflow=overflow or "skip")
        document = election_story(election, found)
    if as_json:
        say_json(document)
    elif file.suffix == ".toml":
        _say_call(document)
    else:
        _say_election(document)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise AllmendeError(
            "The file is no UTF-8 text.", where=f"{file.name}, byte {error.start}", expected="UTF-8", todo="Save it as UTF-8."
        ) from error


def read_toml(file: Path) -> dict[str, Any]:
    """Read a TOML file; raises `AllmendeError` with the line that cannot be read."""
    try:
        return tomllib.loads(_text(file))
    except tomllib.TOMLDecodeError as error:
        raise AllmendeError(f"The file is no TOML: {error}.", where=file.name, expected="TOML", todo="Correct it.") from error


def _call(file: Path, choices: dict[str, str | None]) -> dict[str, Any]:
    document = read_toml(file)
    chosen = {key: value for key, value in choices.items() if value}
    if isinstance(document.get("call"), dict):
        document["call"] |= chosen
    return call_story(read_call(document, file.name))


def _say_election(document: dict[str, Any]) -> None:
    say(f"{document['sentence'][language()]} {document['ties'][language()]}")
    say(f"{len(document['selected'])}: {', '.join(document['selected'])}")
    say(f"{_number(document['cost'])} / {_number(document['budget'])}")
    for note in document["notes"]:
        say(f"  {note[language()]}")


def _number(amount: float) -> str:
    text = f"{amount:,}"
    return text if language() == "en" else text.translate(str.maketrans(",.", ".,"))


_WORDS = {
    "de": {
        "more": "Mit {} mehr käme ein weiterer Antrag zum Zug.",
        "pivotal": "Ohne {what} käme {enters}.",
        "ratings": "{} einzelne Bewertungen, um einen Punkt anders, änderten die Auswahl.",
        "weight": "Gewicht {criterion} {weight:.2f}: die Auswahl bleibt von {from:.2f} bis {to:.2f}.",
        "year": "Beiträge {contributions}, übertragen {carried_over}, zurückgeflossen {returned}, sonstiges {other}; "
        "bewilligt {granted}, in den nächsten Aufruf {carried_to_next_call}.",
        "end": "Am Ende sind {left} übrig; {outstanding} fließen noch zurück.",
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
        "return": "{member}: pays {contributed}, receives {received} (by equal shares {by_equal_shares}).",
    },
}


_REASONS = {
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


def _reason(reason: str) -> str:
    for english, german in _REASONS.items() if language() == "de" else ():
        reason = reason.replace(english, german)
    return reason


def _say_call(document: dict[str, Any]) -> None:
    words = _WORDS[language()]
    say(document["sentence"][language()])
    for each in document["decisions"]:
        say(f"  {each['application']:<20} {each['score']:6.2f} {_money(each['grant']):>16}  {_reason(each['reason'])}")
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


@group.command("years")
@click.argument("plan", type=path_argument)
@json_option
def decide_years(plan: Path, as_json: bool) -> None:
    """Decide several calls in a row: what one leaves and what flows back is there for the next (docs/formats/call.md).

    Example: allmende fund years plan.toml
    """
    read = read_plan(read_toml(plan), plan.name)
    turns = decide_in_turn(read, [read_toml(plan.parent / file) for file in read.files])
    story = chain_story(read, turns)
    if as_json:
        say_json(story)
    else:
        _say_years(story)


def _say_years(story: dict[str, Any]) -> None:
    words = _WORDS[language()]
    say(story["fund"])
    for each in story["calls"]:
        money = {key: _money(amount) for key, amount in each["account"].items()}
        say(f"{each['call']}: {', '.join(each['selected']) or '–'}")
        say("  " + words["year"].format(**money))
    for name, row in story["net"].items():
        say(f"{name:<20}" + "".join(f"{_money(amount):>18}" for amount in [*row, story["cumulated"][name]]))
    say(words["end"].format(left=_money(story["left"]), outstanding=_money(story["outstanding"])))


def _money(amount: str | None) -> str:
    return "–" if amount is None else show(cents(amount), language())


def _with_schemes(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Put the schemes that rule sets name as files (beside the document) in their place."""
    for rules in document.get("rules", {}).values():
        if isinstance(rules, dict) and str(rules.get("scheme", "")).endswith(".toml"):
            rules["scheme"] = read_toml(folder / rules["scheme"])
    return document


@group.command("rehearse")
@click.argument("file", type=path_argument)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same result, bit for bit.")
@click.option("--years", type=click.IntRange(1, 200), default=20, show_default=True, help="Years that are played.")
@click.option("--runs", type=click.IntRange(1, 100_000), default=200, show_default=True, help="Runs in each world.")
@click.option("--replay", type=click.IntRange(0), help="Print this run year by year instead of the comparison.")
@click.option("--rules", help="With --replay: the rule set; the file's first if left out.")
@json_option
def rehearse_fund(file: Path, seed: int, years: int, runs: int, replay: int | None, rules: str | None, as_json: bool) -> None:
    """Play many years of a fund under several rule sets and compare them; the file is in docs/methods/rehearsal.md.

    Example: allmende fund rehearse fund.toml --seed 7 --years 20 --runs 200
    """
    rehearsal = read_rehearsal(_with_schemes(read_toml(file), file.parent), file.name)
    if replay is not None:
        chosen = rules or next(iter(rehearsal.rule_sets))
        if chosen not in rehearsal.rule_sets:
            raise AllmendeError(f"There are no rules {chosen!r}.", where="--rules", expected=", ".join(rehearsal.rule_sets))
        say_json(replay_story(rehearsal, chosen, years=years, seed=seed, run=replay))
        return
    story = rehearsal_story(rehearsal, years=years, seed=seed, runs=runs)
    if as_json:
        say_json(story)
        return
    for name, outcomes in story["rules"].items():
        say(f"{name}:")
        for outcome, each in outcomes.items():
            band = f"{each['mean']:>14,.2f}  [{each['from']:,.2f} … {each['to']:,.2f}]"
            say(f"  {outcome:<10}{band:<48} regret {each['worst_regret']:,.2f}  ({story['outcomes'][outcome][language()]})")
    say(story["note"][language()])
