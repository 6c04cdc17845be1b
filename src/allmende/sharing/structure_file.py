"""Structured games as files hold them: an airport's classes, a tree's edges, blocks of cost; read and solved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from allmende.errors import AllmendeError
from allmende.sharing.structured import (
    Block,
    airport,
    airport_nucleolus,
    airport_shapley,
    blocks_shapley,
    tree_blocks,
)

STRUCTURES = {
    "airport": '"classes": [{"name", "users", "cost"}, …], cheapest first',
    "tree": '"edges": [{"player", "towards", "cost"}, …], towards "" at the source',
    "blocks": '"players": [...], "blocks": [{"players", "cost"}, …]',
}
"""What a file of each kind holds."""


@dataclass(frozen=True, slots=True)
class Structured:
    """The split of a structured game, in fractions: by player, or by class of users with what each user pays.

    The costs of all three kinds are concave, so that the Shapley value and the nucleolus satisfy every group: no core test of
    2^n coalitions is needed (Shapley 1971).
    """

    kind: str
    method: str
    shares: Mapping[str, Fraction]
    per_user: Mapping[str, Fraction] | None = None

    @property
    def total(self) -> Fraction:
        """What all pay together."""
        return sum(self.shares.values(), Fraction(0))


def solve_structured(document: Mapping[str, Any], method: str) -> Structured:
    """Split the cost of a structured game; raises `AllmendeError` for what is missing and for methods not known for the kind.

    >>> pipes = [{"player": "A", "towards": "", "cost": 6}, {"player": "B", "towards": "A", "cost": 2}]
    >>> found = solve_structured({"kind": "tree", "edges": pipes}, "shapley")
    >>> {name: int(share) for name, share in found.shares.items()}
    {'A': 3, 'B': 5}
    """
    kind = document["kind"]
    known = ("shapley", "nucleolus") if kind == "airport" else ("shapley",)
    if method not in known:
        raise AllmendeError(
            f"The method {method!r} is not known for a game of kind {kind!r}.",
            where="method",
            expected=" or ".join(known),
            todo="Choose it, or state the amount of every coalition (up to 25 players).",
        )
    try:
        return _airport(document, method) if kind == "airport" else _blocks(document, method)
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        raise AllmendeError(
            f"The game of kind {kind!r} is not complete, or an entry is of the wrong kind.",
            where=str(error),
            expected=STRUCTURES[kind],
        ) from None


def _airport(document: Mapping[str, Any], method: str) -> Structured:
    rows = document["classes"]
    names = _once([str(row["name"]) for row in rows], "classes")
    classes = airport([(_users(row), row["cost"]) for row in rows])
    fees = (airport_shapley if method == "shapley" else airport_nucleolus)(classes)
    shares = {name: fee * entry.users for name, fee, entry in zip(names, fees, classes, strict=True)}
    return Structured("airport", method, shares, dict(zip(names, fees, strict=True)))


def _users(row: Mapping[str, Any]) -> int:
    if not isinstance(row["users"], int):
        raise AllmendeError(
            f"{row['users']} is no number of users.", where=f"class {row['name']}", expected="a whole number above 0"
        )
    return row["users"]


def _blocks(document: Mapping[str, Any], method: str) -> Structured:
    if document["kind"] == "tree":
        edges = document["edges"]
        players = _once([str(row["player"]) for row in edges], "edges")
        blocks = tree_blocks(
            {str(row["player"]): str(row["towards"] or "") for row in edges}, {str(row["player"]): row["cost"] for row in edges}
        )
    else:
        players = _once([str(name) for name in document["players"]], "players")
        blocks = [
            Block(tuple(_once([str(name) for name in row["players"]], "blocks")), Fraction(str(row["cost"])))
            for row in document["blocks"]
        ]
    return Structured(str(document["kind"]), method, blocks_shapley(players, blocks))


def _once(names: list[str], where: str) -> list[str]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not names:
        what = f"{twice[0]!r} is named twice." if twice else "Nobody is named."
        raise AllmendeError(what, where=where, expected="at least one name, each once")
    return names
