"""Games and allocations as JSON files, and how commands print what was found."""

from __future__ import annotations

import gc
import json
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from allmende.errors import AllmendeError
from allmende.sharing.core import CoreReport
from allmende.sharing.games import MOST_PLAYERS, Amounts, Game, game_of
from allmende.sharing.structure_file import STRUCTURES, Structured, explicit_game, solve_structured

Found = TypeVar("Found")


def read_game(path: Path, *, exact: bool = False) -> Game:
    """Return the game of a JSON file: {"kind", "players", "coalitions": [{"members", "amount"}, …], "partial"}.

    The answer of `allmende needs share --game --json` is taken too, and a tree, blocks or a cost function of up to 25 players.
    """
    gc.disable()  # a million coalitions are two million small objects, none of them in a cycle
    try:
        document = _read(path, exact=exact)
        document = document.get("game", document) if isinstance(document, dict) else document
        if isinstance(document, dict) and document.get("kind") in tuple(STRUCTURES):
            return within(path, lambda: _made_explicit(document, exact=exact))
        if not isinstance(document, dict) or not {"kind", "players", "coalitions"} <= document.keys():
            raise AllmendeError(
                "The file holds no game.",
                where=str(path),
                expected="an object with kind, players and coalitions",
                todo="Write it as in docs/examples/game.json.",
            )
        return within(path, lambda: game_of_table(document, exact=exact))
    finally:
        gc.enable()


def _made_explicit(document: dict[str, Any], *, exact: bool) -> Game:
    game = explicit_game(document, exact=exact)
    if game is not None:
        return game
    if document["kind"] == "airport":
        what, todo = "The players of an airport are its users, not its classes.", "Ask for the Shapley value or the nucleolus."
    else:
        count = len(document.get("players", document.get("edges", ())))
        what = f"{count} players make too many coalitions to look at each."
        todo = "Ask for the Shapley value, which takes any number of players."
    expected = f"a tree, blocks or a cost function of at most {MOST_PLAYERS} players here"
    raise AllmendeError(what, where="players", expected=expected, todo=todo)


def read_structured(path: Path, method: str, *, orders: int, seed: int) -> Structured | None:
    """Return the split of a game that states its structure; None for a table of coalitions, or a game small enough for one."""
    if b'"coalitions"' in path.read_bytes():  # a million coalitions take seconds to parse, and `read_game` does
        return None
    document = _read(path)
    if not isinstance(document, dict) or document.get("kind") not in tuple(STRUCTURES):
        return None
    if document["kind"] == "cost-function" and len(document.get("players", ())) <= MOST_PLAYERS:
        return None
    if document["kind"] in ("tree", "blocks") and method != "shapley":
        return None
    return within(path, lambda: solve_structured(document, method, orders=orders, seed=seed))


def read_benefits(path: Path, game: Game) -> list[Any] | None:
    """Return the benefits that a game's file states, in the order of the players; None if it states none."""
    document = _read(path)
    document = document.get("game", document)
    if "benefits" not in document:
        return None
    table = document["benefits"]
    if not isinstance(table, dict) or set(table) != set(game.players):
        raise AllmendeError(
            "The benefits are not those of the players.",
            where=f"{path}, benefits",
            expected="an amount for each of " + ", ".join(game.players),
            todo="Name each player once under benefits.",
        )
    try:
        stated = [Fraction(str(table[name])) for name in game.players]
    except (ValueError, ZeroDivisionError):
        raise AllmendeError(
            "A benefit is not a number.", where=f"{path}, benefits", expected="amounts as 12.5", todo="Correct it."
        ) from None
    return stated if game.exact else [float(benefit) for benefit in stated]


def game_of_table(document: dict[str, Any], *, exact: bool = False) -> Game:
    """Return the game of a table as files hold it."""
    try:
        coalitions = [(_names(entry["members"]), entry["amount"]) for entry in document["coalitions"]]
    except (TypeError, KeyError) as error:
        raise AllmendeError(
            "A coalition lacks its members or amount.",
            where="coalitions",
            expected=str(error),
            todo="Give every coalition members and amount, as in docs/examples/game.json.",
        ) from None
    players = _names(document["players"])
    if not isinstance(players, list) or not all(isinstance(name, str) for name in players):
        raise AllmendeError(
            f"{players!r} are no players.",
            where="players",
            expected='a list of names, ["A", "B"] or [1, 2]',
            todo="Correct the list.",
        )
    return game_of(document["kind"], players, coalitions, partial=bool(document.get("partial")), exact=exact)


def _names(listed: Any) -> Any:
    """Return players as files name them, whole numbers as texts: JSON can name a share by text only."""
    if not isinstance(listed, list) or all(type(name) is str for name in listed):
        return listed
    return [str(name) if type(name) is int else name for name in listed]


def read_allocation(path: Path, game: Game) -> Amounts:
    """Return shares in the order of the game's players from {"allocation": {player: amount}} or {player: amount}.

    For an exact game the fractions that `solve --exact` writes beside its allocation count.
    """
    document = _read(path)
    answer = isinstance(document, dict) and isinstance(document.get("allocation"), dict)
    table = document["allocation"] if answer else document
    if game.exact and answer:
        table = document.get("exact", table)
    if not isinstance(table, dict) or set(table) != set(game.players):
        raise AllmendeError(
            "The file holds no allocation of this game.",
            where=str(path),
            expected="an amount for each of " + ", ".join(game.players),
            todo='Write {"allocation": {player: amount}} as in docs/examples/allocation.json.',
        )
    try:
        exact = [Fraction(str(table[name])) for name in game.players]
    except (ValueError, ZeroDivisionError):
        raise AllmendeError(
            "A share is not a number.", where=str(path), expected='amounts as 12.5 or "25/2"', todo="Correct it."
        ) from None
    return np.array(exact, dtype=object) if game.exact else np.array([float(share) for share in exact])


def core_document(report: CoreReport) -> dict[str, Any]:
    """Return a core report as `--json` prints it."""
    return {
        "member": report.member,
        "overcharged": list(report.overcharged),
        "by": float(report.by),
        "unsatisfied": report.unsatisfied,
        "closest": list(report.closest),
        "room": float(report.room),
    }


def structured_document(found: Structured, seed: int) -> dict[str, Any]:
    """Return the split of a structured game as `--json` prints it."""
    core = found.core
    document: dict[str, Any] = {
        "method": found.method,
        "kind": found.kind,
        "total": float(found.total),
        "allocation": {name: float(share) for name, share in found.shares.items()},
        "core": {
            "member": core.member,
            "overcharged": list(core.overcharged),
            "by": core.by,
            "nonempty": core.nonempty,
            "at_most": core.at_most,
            "proven": core.proven,
        },
    }
    if found.exact:
        document["exact"] = {name: str(share) for name, share in found.shares.items()}
    if found.per_user is not None:
        document["per_user"] = {name: float(fee) for name, fee in found.per_user.items()}
    if found.sample is not None:
        errors = found.sample.standard_errors.tolist()
        document["standard_errors"] = dict(zip(found.shares, errors, strict=True))
        document["sampled"] = {"orders": found.sample.orders, "seed": seed}
    return document


def within(path: Path, make: Callable[[], Found]) -> Found:
    """Run a reader and put the file's name into what it refuses."""
    try:
        return make()
    except AllmendeError as error:
        if error.where.startswith(str(path)):
            raise
        where = f"{path}, {error.where}" if error.where else str(path)
        raise type(error)(error.what, where=where, expected=error.expected, todo=error.todo) from None


def _read(path: Path, *, exact: bool = True) -> Any:
    try:
        text = path.read_text(encoding="utf-8-sig")
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)  # one machine's ü is another's u and dots
        return json.loads(text, parse_float=Decimal if exact else None)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise AllmendeError(
            f"The file is no JSON: {error}.",
            where=str(path),
            expected="one JSON document in UTF-8",
            todo="Correct the line; docs/examples/game.json shows the form.",
        ) from None
