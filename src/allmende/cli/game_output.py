"""How `sharing solve` and `sharing verify` answer people, in German or English."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from allmende.parameters import load
from allmende.sharing.core import CoreReport
from allmende.sharing.games import Amounts, Game
from allmende.sharing.joining import breaches
from allmende.sharing.kohlberg import Verdict
from allmende.sharing.methods import Allocation
from allmende.sharing.page.reasons import clash
from allmende.sharing.page.wording import Wording, wording
from allmende.sharing.structure_file import Searched, Structured

LANGUAGES = ("de", "en")


def answers(language: str) -> Wording:
    """Return the words of the page with those of the commands."""
    return Wording(language, wording(language).words | load("sharing_answers")[language])


def solved_lines(game: Game, found: Allocation, report: CoreReport, *, nonempty: bool, say: Wording) -> Iterator[str]:
    """Yield who gets which share, and whether somebody would leave."""
    for name, share in zip(game.players, found.shares, strict=True):
        yield f"{name}: {_amount(share, say)}"
    yield core_sentence(game, report, nonempty=nonempty, say=say)
    yield from (warning[say.language] for warning in warnings(game))


def core_sentence(game: Game, report: CoreReport, *, nonempty: bool, say: Wording) -> str:
    """Say who would be better off alone, and by how much."""
    if report.member:
        return say("nobody_leaves")
    name = "leaves_one" if len(report.overcharged) == 1 else "leaves"
    line = say.about(game.kind, name, group=say.group(report.overcharged), by=_amount(report.by, say))
    return line if nonempty else f"{line} {say('core_empty')}"


def warnings(game: Game) -> list[dict[str, str]]:
    """Return, in both languages, at which groups cooperation costs more than staying apart."""
    count, worst = breaches(game)
    if worst is None:
        return []
    said = [answers(language) for language in LANGUAGES]
    return [{say.language: clash(worst, count, game.kind, _amount(worst.by, say), say) for say in said}]


def because(game: Game, shares: Amounts, verdict: Verdict, say: Wording) -> str:
    """Say why shares are the nucleolus, or why not."""
    found, asked = _amount(sum(shares), say), _amount(game.total, say)
    return say(f"because_{verdict.reason}", found=found, asked=asked)


def structured_lines(found: Structured, *, seed: int, say: Wording) -> Iterator[str]:
    """Yield the split of a game that states its structure, and what the search among its groups found."""
    errors = None if found.sample is None else found.sample.standard_errors.tolist()
    for k, (name, share) in enumerate(found.shares.items()):
        each = "" if found.per_user is None else f" ({say('per_user', fee=_rounded(found.per_user[name], say))})"
        unsure = "" if errors is None else f" ± {_rounded(errors[k], say)}"
        yield f"{name}: {_rounded(share, say)}{each}{unsure}"
    if found.sample is not None:
        yield say("sampled", orders=say.number(found.sample.orders), seed=seed)
    yield _searched_sentence(found.core, list(found.shares), say)


def _searched_sentence(core: Searched, players: list[str], say: Wording) -> str:
    if core.member:
        return say("nobody_leaves")
    at_most = say.number(core.at_most, 2)
    if core.member is None:
        return say("undecided", at_most=at_most)
    others = [name for name in players if name not in core.overcharged]
    many = len(core.overcharged) > 2 * len(others)
    who = say("all_but", group=say.group(others)) if many and others else say.group(core.overcharged)
    line = say("leaves_one" if len(core.overcharged) == 1 else "leaves", group=who, by=say.number(core.by, 2))
    line += " " + (say("worst_proven") if core.proven else say("worst_bound", at_most=at_most))
    return line if core.nonempty is not False else f"{line} {say('core_empty')}"


def _amount(value: Any, say: Wording) -> str:
    """Return a fraction as it is, anything else to four decimals."""
    return str(value) if isinstance(value, Fraction) else _rounded(value, say)


def _rounded(value: Any, say: Wording) -> str:
    return say.number(round(float(value), 4) + 0.0, 4)
