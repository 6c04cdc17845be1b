"""Structured games as files hold them: an airport's classes, a tree's edges, blocks of cost, a function; read and solved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from allmende.errors import AllmendeError
from allmende.sharing.case_costs import part_from
from allmende.sharing.cost_function import METHODS, CostFunction, cost_function, split
from allmende.sharing.games import MOST_PLAYERS, Floats, Game, check_size
from allmende.sharing.search import CENT, least_core, worst_group
from allmende.sharing.services import cost_function_game
from allmende.sharing.shapley import Sampled
from allmende.sharing.structured import (
    Block,
    airport,
    airport_nucleolus,
    airport_shapley,
    blocks_game,
    blocks_shapley,
    tree_blocks,
)

STRUCTURES = {
    "airport": '"classes": [{"name", "users", "cost"}, …], cheapest first',
    "tree": '"edges": [{"player", "towards", "cost"}, …], towards "" at the source',
    "blocks": '"players": [...], "blocks": [{"players", "cost"}, …]',
    "cost-function": '"players": [...], "volumes": {measure: {player: number}}, "parts": [{"kind", "amount", "measure", …}, …]',
}
"""What a file of each kind holds."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search among all groups found: `member` None if it could not be decided, `proven` whether nobody complains more.

    `at_most` is what no group is overcharged by more than; `nonempty` whether any shares satisfy all (None: not known).
    """

    member: bool | None
    overcharged: tuple[str, ...] = ()
    by: float = 0.0
    at_most: float = 0.0
    proven: bool = True
    nonempty: bool | None = True


@dataclass(frozen=True, slots=True)
class Structured:
    """The split of a structured game: by player, or by class of users with what each user pays; fractions where exact.

    The costs of airports, trees and blocks are concave, so that the Shapley value and the nucleolus satisfy every group: no
    core test of 2^n coalitions is needed (Shapley 1971). Costs that follow a function are searched. `sample` is there where
    the Shapley value was estimated.
    """

    kind: str
    method: str
    shares: Mapping[str, Fraction | float]
    per_user: Mapping[str, Fraction] | None = None
    core: Searched = Searched(member=True)
    sample: Sampled | None = None

    @property
    def total(self) -> Fraction | float:
        """What all pay together."""
        return sum(self.shares.values(), Fraction(0))

    @property
    def exact(self) -> bool:
        """Whether shares are fractions."""
        return all(isinstance(share, Fraction) for share in self.shares.values())


def solve_structured(document: Mapping[str, Any], method: str, *, orders: int = 10_000, seed: int = 1) -> Structured:
    """Split the cost of a structured game; raises `AllmendeError` for what is missing and for methods not known for the kind.

    `orders` and `seed` count where a Shapley value has to be sampled.

    >>> pipes = [{"player": "A", "towards": "", "cost": 6}, {"player": "B", "towards": "A", "cost": 2}]
    >>> found = solve_structured({"kind": "tree", "edges": pipes}, "shapley")
    >>> {name: int(share) for name, share in found.shares.items()}
    {'A': 3, 'B': 5}
    """
    kind = document["kind"]
    known = {"airport": ("shapley", "nucleolus"), "cost-function": (*METHODS, "least-core")}.get(kind, ("shapley",))
    if method not in known:
        raise AllmendeError(
            f"The method {method!r} is not known for a game of kind {kind!r}.",
            where="method",
            expected=" or ".join(known),
            todo=f"Choose it, or state the amount of every coalition (up to {MOST_PLAYERS} players).",
        )
    try:
        if kind == "cost-function":
            return _by_function(_function(document), method, orders, seed)
        if kind == "airport":
            return _airport(document, method)
        return Structured(kind, method, blocks_shapley(*_listed(document)))
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        raise _incomplete(kind, error) from None


def explicit_game(document: Mapping[str, Any], *, exact: bool = False) -> Game | None:
    """Return the table of coalitions of a tree, of blocks, or (to the cent) of a cost function; None where there is none.

    There is none for airports, whose players are their users, and for more than `MOST_PLAYERS` players.

    >>> parts = [{"kind": "fixed", "amount": 6}, {"kind": "joint", "amount": 1}]
    >>> explicit_game({"kind": "cost-function", "players": ["A", "B"], "parts": parts}).amounts.tolist()
    [0.0, 6.0, 6.0, 7.0]
    """
    kind = document["kind"]
    if kind == "airport" or len(document.get("edges" if kind == "tree" else "players", ())) > MOST_PLAYERS:
        return None
    try:
        if kind != "cost-function":
            return blocks_game(*_listed(document), exact=exact)
        made = _function(document)
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        raise _incomplete(kind, error) from None
    game = cost_function_game(made.players, made.parts, {m: tuple(map(Fraction, v)) for m, v in made.volumes.items()})
    if not exact:
        return game
    amounts = np.array([Fraction(round(amount * 100), 100) for amount in game.amounts.tolist()], dtype=object)
    return Game(game.kind, game.players, amounts)


def _incomplete(kind: str, error: Exception) -> AllmendeError:
    return AllmendeError(
        f"The game of kind {kind!r} is not complete, or an entry is of the wrong kind.",
        where=str(error),
        expected=STRUCTURES[kind],
        todo="Complete it as in docs/formats/sharing-case.md.",
    )


def _function(document: Mapping[str, Any]) -> CostFunction:
    players = _once([str(name) for name in document["players"]], "players")
    parts = tuple(part_from(row, f"parts, {k}") for k, row in enumerate(document["parts"], 1))
    return cost_function(players, parts, document.get("volumes", {}))


def _by_function(game: CostFunction, method: str, orders: int, seed: int) -> Structured:
    if method == "least-core":
        level, shares = least_core(game)
        core = _searched(game, shares, nonempty=level <= CENT)
        return Structured("cost-function", method, _named(game, shares), core=core)
    shares, sample = split(game, method, orders=orders, rng=np.random.default_rng(seed))
    core = _searched(game, shares, nonempty=True if game.concave else None)
    return Structured("cost-function", method, _named(game, shares), core=core, sample=sample)


def _named(game: CostFunction, shares: Floats) -> dict[str, float]:
    return dict(zip(game.players, shares.tolist(), strict=True))


def _searched(game: CostFunction, shares: Floats, *, nonempty: bool | None) -> Searched:
    found = worst_group(game, shares)
    names = tuple(name for name, inside in zip(game.players, found.members, strict=True) if inside)
    if found.complaint > CENT:
        return Searched(False, names, found.complaint, found.at_most, found.proven, nonempty)
    member = True if found.at_most <= CENT else None
    return Searched(member, at_most=max(found.at_most, 0.0), proven=member is True, nonempty=nonempty or member)


def _airport(document: Mapping[str, Any], method: str) -> Structured:
    rows = document["classes"]
    names = _once([str(row["name"]) for row in rows], "classes")
    classes = airport([(_users(row), _cost(row, f"class {row['name']}")) for row in rows])
    fees = (airport_shapley if method == "shapley" else airport_nucleolus)(classes)
    shares = {name: fee * entry.users for name, fee, entry in zip(names, fees, classes, strict=True)}
    return Structured("airport", method, shares, dict(zip(names, fees, strict=True)))


def _users(row: Mapping[str, Any]) -> int:
    if not isinstance(row["users"], int):
        raise AllmendeError(
            f"{row['users']} is no number of users.",
            where=f"class {row['name']}",
            expected="a whole number above 0",
            todo="Correct it.",
        )
    return row["users"]


def _cost(row: Mapping[str, Any], where: str) -> Fraction:
    cost = Fraction(str(row["cost"]))
    check_size(cost, where)
    return cost


def _listed(document: Mapping[str, Any]) -> tuple[list[str], list[Block]]:
    if document["kind"] == "tree":
        edges = document["edges"]
        players = _once([str(row["player"]) for row in edges], "edges")
        towards = {str(row["player"]): str(row["towards"] or "") for row in edges}
        return players, tree_blocks(towards, {str(row["player"]): _cost(row, f"edge of {row['player']}") for row in edges})
    blocks = [
        Block(tuple(_once([str(name) for name in row["players"]], "blocks")), _cost(row, "blocks"))
        for row in document["blocks"]
    ]
    return _once([str(name) for name in document["players"]], "players"), blocks


def _once(names: list[str], where: str) -> list[str]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not names:
        what = f"{twice[0]!r} is named twice." if twice else "Nobody is named."
        raise AllmendeError(what, where=where, expected="at least one name, each once", todo="Correct the names.")
    return names
