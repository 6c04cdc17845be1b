"""Games with a structure, for as many players as one likes: airports, trees, additive blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from allmende.errors import AllmendeError
from allmende.sharing.games import Game, checked_players


@dataclass(frozen=True, slots=True)
class UserClass:
    """Users who all need a facility of one size: their number, and what the facility costs if it is built for them."""

    users: int
    cost: Fraction


def airport(classes: Sequence[tuple[int, Any]]) -> tuple[UserClass, ...]:
    """Return checked classes of (users, cost), cheapest first; the dearest class needs everything that the others need.

    Raises `AllmendeError` for classes without users, negative costs, and costs that do not rise.
    """
    made = tuple(UserClass(int(users), Fraction(str(cost))) for users, cost in classes)
    costs = [entry.cost for entry in made]
    if not made or min(costs) < 0 or costs != sorted(costs) or min(entry.users for entry in made) < 1:
        raise AllmendeError(
            "These are no classes of an airport game.",
            where="classes",
            expected="at least one user a class, costs of 0 or more, cheapest class first",
            todo="Correct the classes, and put them in order of cost.",
        )
    return made


def airport_shapley(classes: Sequence[UserClass]) -> tuple[Fraction, ...]:
    """Return what each user of a class pays: every step of cost is borne equally by those who need it.

    fee_j = Σ_{q ≤ j} (C_q − C_{q−1}) / users of the classes from q on (Littlechild and Owen 1973).

    >>> [str(fee) for fee in airport_shapley(airport([(2, 10), (1, 16)]))]
    ['10/3', '28/3']
    """
    fees, fee, before = [], Fraction(0), Fraction(0)
    for q, entry in enumerate(classes):
        fee += (entry.cost - before) / sum(later.users for later in classes[q:])
        before = entry.cost
        fees.append(fee)
    return tuple(fees)


def airport_nucleolus(classes: Sequence[UserClass]) -> tuple[Fraction, ...]:
    """Return what each user of a class pays in the nucleolus (Littlechild 1974).

    With `paid` so far and first open class f: r = min(min_{j<t} (C_j − paid) / (users f..j + 1), (C_t − paid) / users f..t);
    the users of the classes up to the (last) smallest pay r.

    >>> [str(fee) for fee in airport_nucleolus(airport([(2, 10), (1, 16)]))]
    ['10/3', '28/3']
    """
    fees: list[Fraction] = []
    paid = Fraction(0)
    while len(fees) < len(classes):
        first = len(fees)
        users, offers = 0, []
        for j in range(first, len(classes)):
            users += classes[j].users
            last = j == len(classes) - 1
            offers.append(((classes[j].cost - paid) / (users if last else users + 1), j, users))
        rate = min(offer[0] for offer in offers)
        _, upto, bearing = max(offer for offer in offers if offer[0] == rate)
        fees += [rate] * (upto + 1 - first)
        paid += rate * bearing
    return tuple(fees)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the cost that arises once as soon as one of these players takes part (a shared pipe, road or machine)."""

    players: tuple[str, ...]
    cost: Fraction


def blocks_shapley(players: Sequence[str], blocks: Sequence[Block]) -> dict[str, Fraction]:
    """Return the Shapley value of a cost that is the sum of blocks: who needs a block bears it in equal parts.

    >>> shares = blocks_shapley(["A", "B"], [Block(("A", "B"), Fraction(10)), Block(("B",), Fraction(4))])
    >>> {name: int(share) for name, share in shares.items()}
    {'A': 5, 'B': 9}
    """
    shares = {name: Fraction(0) for name in players}
    for block in blocks:
        _check(block, players)
        for name in block.players:
            shares[name] += block.cost / len(block.players)
    return shares


def blocks_game(players: Sequence[str], blocks: Sequence[Block], *, exact: bool = False) -> Game:
    """Return the game in which every coalition pays the blocks that one of its players needs, up to `MOST_PLAYERS` players.

    >>> blocks_game(["A", "B"], [Block(("A", "B"), Fraction(10)), Block(("B",), Fraction(4))]).amounts.tolist()
    [0.0, 10.0, 14.0, 14.0]
    """
    names = checked_players("cost", players)
    number = Fraction if exact else float
    amounts = np.full(1 << len(names), number(0), dtype=object if exact else np.float64)
    position = np.arange(len(amounts))
    for block in blocks:
        _check(block, names)
        needed = sum(1 << names.index(name) for name in block.players)
        amounts[position & needed > 0] += number(block.cost)
    return Game("cost", names, amounts)


def _check(block: Block, players: Sequence[str]) -> None:
    unknown = [name for name in block.players if name not in players]
    if unknown or not block.players or block.cost < 0:
        raise AllmendeError(
            "A block has no players, an unknown one, or a cost below 0.",
            where=", ".join(unknown) or "blocks",
            expected="some of " + ", ".join(players),
            todo="Correct the block.",
        )


def tree_blocks(parent: dict[str, str], cost: dict[str, Any]) -> list[Block]:
    """Return the blocks of a tree of pipes or roads: the edge from a player to its `parent` is needed by all beyond it.

    `parent` names for each player the next one towards the source, "" at the source. Raises `AllmendeError` if the edges do
    not form a tree.

    >>> [block.players for block in tree_blocks({"A": "", "B": "A"}, {"A": 6, "B": 2})]
    [('A', 'B'), ('B',)]
    """
    beyond: dict[str, list[str]] = {name: [] for name in parent}
    for name in parent:
        at, seen = name, set()
        while at:
            if at in seen or at not in parent:
                raise AllmendeError(
                    "The edges form no tree.",
                    where=f"{name} … {at}",
                    expected="a way from everybody to the source",
                    todo='Correct towards; at the source it is "".',
                )
            seen.add(at)
            beyond[at].append(name)
            at = parent[at]
    return [Block(tuple(players), Fraction(str(cost[name]))) for name, players in beyond.items()]
