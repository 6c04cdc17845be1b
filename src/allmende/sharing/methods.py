"""Methods by name: what splits the total of a game, in which words, and with which result for whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from allmende.errors import AllmendeError
from allmende.parameters import load
from allmende.sharing.core import least_core
from allmende.sharing.games import Amounts, Game, coalition_sums
from allmende.sharing.nucleolus import nucleolus
from allmende.sharing.points import (
    equal_non_separable,
    equal_savings,
    gately,
    proportional_to_alone,
    separable_remaining,
    tau_value,
)
from allmende.sharing.shapley import shapley


@dataclass(frozen=True, slots=True)
class Allocation:
    """Shares by a method, in units of the game, with the method's words: name, sentence (by language), formula and source."""

    method: str
    players: tuple[str, ...]
    shares: Amounts
    words: dict[str, Any]

    def by_player(self) -> dict[str, float]:
        """Return the shares as floats by player."""
        return {name: float(share) for name, share in zip(self.players, self.shares, strict=True)}


def solve(game: Game, method: str, *, benefits: Sequence[Any] | None = None) -> Allocation:
    """Split the total of a game by a method of `METHODS`; raises `AllmendeError` if there is none or it is not defined here.

    `benefits`, in the order of the players, count in SCRB alone; without them the cost alone stands for the benefit.

    >>> from allmende.sharing.games import game_of
    >>> solve(game_of("cost", "AB", [("A", 6), ("B", 5), ("AB", 8)]), "shapley").by_player()
    {'A': 4.5, 'B': 3.5}
    """
    if method not in METHODS:
        raise AllmendeError(
            f"There is no method {method!r}.", where="method", expected=", ".join(METHODS), todo="Choose one of them."
        )
    stated = method == "scrb" and benefits is not None
    shares = separable_remaining(game, benefits) if stated else METHODS[method](game)
    return Allocation(method, game.players, shares, words_of(method, game.kind))


def words_of(method: str, kind: str = "cost", *, loss: bool = False) -> dict[str, Any]:
    """Return a method's words by language (name, sentence, formula, source), and whether it is additive.

    `loss`: all together are worse off than apart, so that there is nothing saved that could be shared.

    >>> words_of("nucleolus", "value")["formula"]["en"]
    'lexicographic minimum of the sorted complaints v(S) − x(S), x_i ≥ v(i)'
    """
    words: dict[str, Any] = dict(load("sharing_methods")[SAME.get(method, method)])
    gains = words.pop("value", {})
    if kind == "value":
        words |= {"loss": {}} | gains
    losses = words.pop("loss", {})
    if loss:
        words |= losses
    return {term: {"de": word, "en": word} if isinstance(word, str) else word for term, word in words.items()}


def savings_game(game: Game) -> Game:
    """Return what every coalition of a cost game saves against its members alone; a value game as it is.

    >>> from allmende.sharing.games import game_of
    >>> savings_game(game_of("cost", "AB", [("A", 6), ("B", 5), ("AB", 8)])).amounts.tolist()
    [0.0, 0.0, 0.0, 3.0]
    """
    if game.kind == "value":
        return game
    saved = coalition_sums(game.alone) - game.amounts
    if not game.exact:  # costs that differ by rounding alone save nothing
        saved[np.abs(saved) <= 1e-12 * np.nanmax(game.amounts)] = 0.0
    return Game("value", game.players, saved)


def _proportional_nucleolus(game: Game) -> Amounts:
    saved = nucleolus(savings_game(game), weighing="relative")
    return game.alone - saved if game.kind == "cost" else saved


METHODS: dict[str, Callable[[Game], Amounts]] = {
    "equal-savings": equal_savings,
    "proportional": proportional_to_alone,
    "ensc": equal_non_separable,
    "scrb": separable_remaining,
    "aca": separable_remaining,
    "shapley": shapley,
    "nucleolus": nucleolus,
    "per-capita-nucleolus": lambda game: nucleolus(game, weighing="per head"),
    "prenucleolus": lambda game: nucleolus(game, rational=False),
    "proportional-nucleolus": _proportional_nucleolus,
    "cost-proportional-nucleolus": lambda game: nucleolus(game, weighing="relative"),
    "tau": tau_value,
    "gately": gately,
    "least-core": lambda game: least_core(game)[1],
}
"""Methods that split the total, by the name of the command line."""

SAME = {"aca": "scrb"}
"""Names of one method: the alternate cost avoided is SCRB with the cost alone as the benefit."""
