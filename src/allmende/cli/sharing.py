"""`allmende sharing`: solve cost games, check proposals, compare keys, prove savings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from allmende.cli.case_files import read_case, read_savings
from allmende.cli.deal_output import deal_document, deal_lines, proof_document
from allmende.cli.game_files import (
    core_document,
    read_allocation,
    read_benefits,
    read_game,
    read_structured,
    structured_document,
    within,
)
from allmende.cli.output import json_option, language, say, say_json
from allmende.errors import AllmendeError
from allmende.files import write_whole
from allmende.money import show
from allmende.sharing.compare import compare
from allmende.sharing.core import CoreReport, core_balance, core_report
from allmende.sharing.games import Game
from allmende.sharing.joining import breaches
from allmende.sharing.kohlberg import verify_nucleolus
from allmende.sharing.methods import METHODS, solve
from allmende.sharing.page import page, proof_page
from allmende.sharing.proof import prove
from allmende.sharing.structure_file import Searched, Structured

game_argument = click.argument("game_file", metavar="GAME.json", type=click.Path(path_type=Path))


@click.group("sharing")
def group() -> None:
    """Share costs and benefits: solve games, check proposals, compare keys, prove savings.

    Example: allmende sharing solve game.json --method nucleolus
    """


@group.command("solve")
@game_argument
@click.option("--method", type=click.Choice([*METHODS]), default="nucleolus", show_default=True)
@click.option("--exact", is_flag=True, help="Compute in fractions (small games); amounts count as written.")
@click.option(
    "--orders",
    type=click.IntRange(min=4, max=1_000_000),
    default=10_000,
    show_default=True,
    help="Orders of joining drawn where a Shapley value has to be sampled (a cost function of more than 25 players).",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of that draw.")
@json_option
def solve_game(game_file: Path, method: str, exact: bool, orders: int, seed: int, as_json: bool) -> None:
    """Split the amount of all together, and say which group would be better off alone.

    GAME.json: {"kind": "cost" | "value", "players": [...], "coalitions": [{"members": [...], "amount": 12.3}, ...]}, with
    "partial": true if only some coalitions are costed, and "benefits": {player: amount} for SCRB if they are known. Kinds
    "airport", "tree", "blocks" and "cost-function" take any number of players: docs/formats/sharing-case.md. Beyond 25 players
    the Shapley value of a cost function with steps or powers is an estimate with standard errors.

    Example: allmende sharing solve game.json --method shapley --json
    """
    structured = read_structured(game_file, method, orders=orders, seed=seed)
    if structured is not None:
        _say_structured(structured, seed=seed, as_json=as_json)
        return
    game = read_game(game_file, exact=exact)
    found = solve(game, method, benefits=read_benefits(game_file, game) if method == "scrb" else None)
    report, balance = core_report(game, found.shares), core_balance(game)
    warnings = _warnings(game)
    document: dict[str, Any] = {
        "method": method,
        "kind": game.kind,
        "total": float(game.total),
        "allocation": found.by_player(),
        "core": core_document(report) | {"nonempty": balance.nonempty},
        "sentence": found.words["sentence"],
        "warnings": warnings,
    }
    if exact:
        document["exact"] = {name: str(share) for name, share in zip(game.players, found.shares, strict=True)}
    if not balance.nonempty:
        document["core"]["proof"] = [
            {"members": list(members), "weight": str(weight) if exact else weight} for members, weight in balance.weights
        ]
    if as_json:
        say_json(document)
        return
    for name, share in zip(game.players, found.shares, strict=True):
        say(f"{name}: {share if exact else format(float(share), 'z,.4f')}")
    say(_core_line(game, report, nonempty=balance.nonempty))
    for warning in warnings:
        say(f"Warning: {warning}")


@group.command("verify")
@game_argument
@click.argument("allocation_file", metavar="ALLOCATION.json", type=click.Path(path_type=Path))
@click.option("--nucleolus", "claim", flag_value="nucleolus", help="Is it the nucleolus (Kohlberg's criterion)?")
@click.option("--per-capita-nucleolus", "claim", flag_value="per-capita-nucleolus", help="Is it the per-capita nucleolus?")
@click.option("--prenucleolus", "claim", flag_value="prenucleolus", help="Is it the prenucleolus?")
@click.option("--core", "claim", flag_value="core", default="core", help="Is every group satisfied? (the default)")
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    help="Complaints this close count as equal. Default: a billionth of the largest amount, at most 0.001; 0 with --exact.",
)
@click.option("--exact", is_flag=True, help="Prove every step in fractions; amounts count as written.")
@json_option
@click.pass_context
def verify(
    ctx: click.Context, game_file: Path, allocation_file: Path, claim: str, tolerance: float | None, exact: bool, as_json: bool
) -> None:
    """Check a proposed allocation without trusting how it was found; exit code 1 if it is not what is claimed.

    Example: allmende sharing verify game.json allocation.json --nucleolus --json
    """
    game = read_game(game_file, exact=exact)
    shares = read_allocation(allocation_file, game)
    report = _report(game, shares, tolerance)
    document: dict[str, Any] = {"claim": claim, "core": None if report is None else core_document(report)}
    document["tolerance"] = float(game.noise if tolerance is None else tolerance)
    if claim == "core":
        accepted = report is not None and report.member
        reason = "The shares do not sum to the total." if report is None else _core_line(game, report, nonempty=True)
    else:
        per_head, rational = claim == "per-capita-nucleolus", claim != "prenucleolus"
        verdict = verify_nucleolus(game, shares, per_head=per_head, rational=rational, tolerance=tolerance)
        accepted, reason = verdict.accepted, verdict.reason
        document["levels"] = [float(level) for level in verdict.levels]
        document["complaining"] = [list(members) for members in verdict.complaining]
        document["move"] = dict(zip(game.players, verdict.move, strict=False))
    document |= {"accepted": accepted, "reason": reason}
    if as_json:
        say_json(document)
    else:
        say(f"{'Yes' if accepted else 'No'}: {reason}")
        for members in document.get("complaining", []):
            say(f"  {' + '.join(members)}")
    ctx.exit(0 if accepted else 1)


case_argument = click.argument("case_file", metavar="CASE.toml", type=click.Path(path_type=Path))


@group.command("compare")
@case_argument
@click.option("--html", type=click.Path(path_type=Path), help="Write the comparison as one page that needs nothing else.")
@click.option("--language", "chosen", type=click.Choice(["de", "en"]), help="Of words and page; left out, the page has both.")
@json_option
def compare_case(case_file: Path, html: Path | None, chosen: str | None, as_json: bool) -> None:
    """Set all keys and methods side by side: who pays what, who would leave, what holds and what breaks.

    The file's format is in docs/formats/sharing-case.md.

    Example: allmende sharing compare bauhof.toml --html bauhof.html
    """
    deal = within(case_file, lambda: compare(read_case(case_file)))
    if html is not None:
        write_whole(html, page(deal, chosen).encode())
    if as_json:
        say_json(deal_document(deal))
        return
    for line in deal_lines(deal, chosen or language()):
        say(line)
    for warning in _warnings(deal.case.game):
        say(f"Warning: {warning}")
    if html is not None:
        say(f"Page: {html}")


@group.command("proof")
@case_argument
@click.option("--land", default="HE", show_default=True, help="Whose conditions are asked.")
@click.option("--count-one-off", is_flag=True, help="Hold the saving with one-off costs against the threshold.")
@click.option("--html", type=click.Path(path_type=Path), help="Write the sheet as one page that needs nothing else, to print.")
@click.option("--language", "chosen", type=click.Choice(["de", "en"]), help="Of the page; left out, it has both.")
@json_option
@click.pass_context
def prove_savings(
    ctx: click.Context, case_file: Path, land: str, count_one_off: bool, html: Path | None, chosen: str | None, as_json: bool
) -> None:
    """Compute the proof of savings for a grant (Hesse: at least 15 %); exit code 1 if a condition does not hold.

    The case needs [savings] with years and what each partner pays before and after, personnel and material apart if known.

    Example: allmende sharing proof kasse.toml --html nachweis.html
    """
    changes, years = read_savings(case_file)
    proof = within(case_file, lambda: prove(changes, years, land=land, count_one_off=count_one_off))
    if html is not None:
        write_whole(html, proof_page(within(case_file, lambda: read_case(case_file)), proof, chosen).encode())
    if as_json:
        say_json(proof_document(proof, partners=tuple(change.partner for change in changes)))
    else:
        for change in changes:
            say(f"{change.partner}: {show(change.before)} -> {show(change.after)}, one-off {show(change.one_off)}")
        say(f"Together: {show(proof.before)} -> {show(proof.after)}, one-off {show(proof.one_off)}")
        for item, (before, after) in proof.items.items():
            say(f"  {item}: {show(before)} -> {show(after)}")
        say(f"Saving {float(proof.saving):.2%}; with one-off costs over {years} years {float(proof.saving_with_one_off):.2%}")
        for condition in proof.conditions:
            say(f"{'holds' if condition.holds else 'FAILS'}  {condition.name}: {condition.found} (asked: {condition.asked})")
        say(f"{proof.rule[language()]} [{proof.source}]")
        if html is not None:
            say(f"Page: {html}")
    ctx.exit(0 if proof.holds else 1)


def _say_structured(found: Structured, *, seed: int, as_json: bool) -> None:
    if as_json:
        say_json(structured_document(found, seed))
        return
    errors = None if found.sample is None else found.sample.standard_errors.tolist()
    for k, (name, share) in enumerate(found.shares.items()):
        each = "" if found.per_user is None else f" ({float(found.per_user[name]):,.4f} a user)"
        unsure = "" if errors is None else f" ± {errors[k]:,.4f}"
        say(f"{name}: {float(share):z,.4f}{each}{unsure}")
    if found.sample is not None:
        say(f"Estimated from {found.sample.orders:,} orders of joining (seed {seed}); ± is one standard error.")
    say(_searched_line(found.core, list(found.shares)))


def _searched_line(core: Searched, players: list[str]) -> str:
    if core.member:
        return "No group would be better off alone."
    if core.member is None:
        return f"Not decided whether a group would be better off alone; none pays more than {core.at_most:,.2f} too much."
    others = [name for name in players if name not in core.overcharged]
    many = len(core.overcharged) > 2 * len(others)
    who = f"All but {' + '.join(others)}" if many else " + ".join(core.overcharged)
    worst = "No other group pays more." if core.proven else f"No group pays more than {core.at_most:,.2f} too much."
    line = f"{who} would be better off alone: they pay {core.by:,.2f} too much. {worst}"
    return line if core.nonempty is not False else line + " No allocation can satisfy every group."


def _report(game: Game, shares: Any, tolerance: float | None) -> CoreReport | None:
    try:
        return core_report(game, shares, tolerance=tolerance)
    except AllmendeError:
        return None


def _core_line(game: Game, report: CoreReport, *, nonempty: bool) -> str:
    if report.member:
        return "No group would be better off alone."
    what = ("pay", "too much") if game.kind == "cost" else ("get", "too little")
    line = f"{' + '.join(report.overcharged)} would be better off alone: they {what[0]} {float(report.by):,.4f} {what[1]}."
    return line if nonempty else line + " No allocation can satisfy every group."


def _warnings(game: Game) -> list[str]:
    count, worst = breaches(game)
    if worst is None:
        return []
    first, second = " + ".join(worst.first), " + ".join(worst.second)
    more = "more than" if game.kind == "cost" else "less than"
    return [
        f"Groups that are better off apart: {count} pairs, worst ({first}) and ({second}): together {worst.by:g} {more} apart."
    ]
