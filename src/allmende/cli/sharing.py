"""`allmende sharing`: solve cost games, check proposals, compare keys, prove savings."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from allmende.cli.case_files import read_case, read_savings
from allmende.cli.deal_output import deal_document, deal_lines, proof_document, proof_lines
from allmende.cli.game_files import (
    core_document,
    read_allocation,
    read_benefits,
    read_game,
    read_structured,
    structured_document,
    within,
)
from allmende.cli.game_output import LANGUAGES, answers, because, core_sentence, solved_lines, structured_lines, warnings
from allmende.cli.output import json_option, language, say, say_json
from allmende.errors import AllmendeError
from allmende.files import write_whole
from allmende.sharing.compare import compare
from allmende.sharing.core import CoreReport, core_balance, core_report
from allmende.sharing.games import Game
from allmende.sharing.kohlberg import Verdict, verify_nucleolus
from allmende.sharing.methods import METHODS, solve
from allmende.sharing.page import page, proof_page
from allmende.sharing.proof import prove

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
        if as_json:
            say_json(structured_document(structured, seed))
        else:
            _say_all(structured_lines(structured, seed=seed, say=answers(language())))
        return
    game = read_game(game_file, exact=exact)
    found = solve(game, method, benefits=read_benefits(game_file, game) if method == "scrb" else None)
    report, balance = core_report(game, found.shares), core_balance(game)
    document: dict[str, Any] = {
        "method": method,
        "kind": game.kind,
        "total": float(game.total),
        "allocation": found.by_player(),
        "core": core_document(report) | {"nonempty": balance.nonempty},
        "sentence": found.words["sentence"],
        "warnings": warnings(game),
    }
    if exact:
        document["exact"] = {name: str(share) for name, share in zip(game.players, found.shares, strict=True)}
    if not balance.nonempty:
        document["core"]["proof"] = [
            {"members": list(members), "weight": str(weight) if exact else weight} for members, weight in balance.weights
        ]
    if as_json:
        say_json(document)
    else:
        _say_all(solved_lines(game, found, report, nonempty=balance.nonempty, say=answers(language())))


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
    tongues = {tongue: answers(tongue) for tongue in LANGUAGES}
    if claim == "core" and report is not None:
        accepted = report.member
        reason = {tongue: core_sentence(game, report, nonempty=True, say=words) for tongue, words in tongues.items()}
    else:
        verdict = _verdict(game, shares, claim, tolerance)
        accepted = verdict.accepted
        reason = {tongue: because(game, shares, verdict, words) for tongue, words in tongues.items()}
        document["levels"] = [float(level) for level in verdict.levels]
        document["complaining"] = [list(members) for members in verdict.complaining]
        document["move"] = dict(zip(game.players, verdict.move, strict=False))
    document |= {"accepted": accepted, "reason": reason}
    if as_json:
        say_json(document)
    else:
        words = tongues[language()]
        say(f"{words('accepted' if accepted else 'rejected')}: {reason[language()]}")
        for members in document.get("complaining", []):
            say(f"  {words.group(members)}")
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

    Example: allmende sharing compare bauhof-ilveland.toml --html bauhof.html
    """
    deal = within(case_file, lambda: compare(read_case(case_file)))
    if html is not None:
        write_whole(html, page(deal, chosen).encode())
    if as_json:
        say_json(deal_document(deal))
        return
    _say_all(deal_lines(deal, chosen or language()))
    _say_page(html, chosen)


@group.command("proof")
@case_argument
@click.option("--land", default="HE", show_default=True, help="Whose conditions are asked.")
@click.option("--count-one-off", is_flag=True, help="Hold the saving with one-off costs against the threshold.")
@click.option("--html", type=click.Path(path_type=Path), help="Write the sheet as one page that needs nothing else, to print.")
@click.option("--language", "chosen", type=click.Choice(["de", "en"]), help="Of words and page; left out, the page has both.")
@json_option
@click.pass_context
def prove_savings(
    ctx: click.Context, case_file: Path, land: str, count_one_off: bool, html: Path | None, chosen: str | None, as_json: bool
) -> None:
    """Compute the proof of savings for a grant (Hesse: at least 15 %); exit code 1 if a condition does not hold.

    The case needs [savings] with years and what each partner pays before and after, personnel and material apart if known.

    Example: allmende sharing proof kasse-ilveland.toml --html nachweis.html
    """
    changes, years = read_savings(case_file)
    proof = within(case_file, lambda: prove(changes, years, land=land, count_one_off=count_one_off))
    if html is not None:
        write_whole(html, proof_page(within(case_file, lambda: read_case(case_file)), proof, chosen).encode())
    if as_json:
        say_json(proof_document(proof, partners=tuple(change.partner for change in changes)))
    else:
        _say_all(proof_lines(proof, answers(chosen or language())))
        _say_page(html, chosen)
    ctx.exit(0 if proof.holds else 1)


def _verdict(game: Game, shares: Any, claim: str, tolerance: float | None) -> Verdict:
    if claim == "core":
        return Verdict(False, "sum", ())
    per_head, rational = claim == "per-capita-nucleolus", claim != "prenucleolus"
    return verify_nucleolus(game, shares, per_head=per_head, rational=rational, tolerance=tolerance)


def _say_all(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)


def _say_page(html: Path | None, chosen: str | None) -> None:
    if html is not None:
        say(answers(chosen or language())("page_written", file=html))


def _report(game: Game, shares: Any, tolerance: float | None) -> CoreReport | None:
    try:
        return core_report(game, shares, tolerance=tolerance)
    except AllmendeError:
        return None
