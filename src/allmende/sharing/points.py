"""Allocations from a few amounts each: alone, last, equal savings, separable costs, tau and Gately's point.

All take a game and return shares in its units (costs for a cost game), in fractions for an exact one. Formulas are written for
costs c; a value game is treated as the costs −v, which gives the usual definitions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from allmende.errors import AllmendeError
from allmende.sharing.games import Amounts, Game, coalition_sums


def stand_alone(game: Game) -> Amounts:
    """Return the amount of each alone, c(i): what everybody compares with, not a split of the total."""
    return _stated(game, 1 << np.arange(len(game)), "the amount alone")


def separable(game: Game) -> Amounts:
    """Return what each adds when joining last, c(N) − c(N without i): the least each must bear if nobody is to subsidise it."""
    last: Amounts = game.total - _stated(game, game.everybody ^ (1 << np.arange(len(game))), "the separable cost")
    return last


def equal_savings(game: Game) -> Amounts:
    """Return c(i) − (Σ c(j) − c(N)) / n: everybody saves the same amount (CIS value).

    >>> from allmende.sharing.games import game_of
    >>> equal_savings(game_of("cost", "AB", [("A", 6), ("B", 5), ("AB", 8)])).tolist()
    [4.5, 3.5]
    """
    alone = stand_alone(game)
    shares: Amounts = alone - (alone.sum() - game.total) / len(game)
    return shares


def proportional_to_alone(game: Game) -> Amounts:
    """Return c(N) c(i) / Σ c(j): everybody saves the same percentage."""
    alone = stand_alone(game)
    if alone.sum() == 0:
        raise AllmendeError(
            "The amounts alone sum to nothing: there is no percentage that everybody could save.",
            where=", ".join(game.players),
            expected="an amount alone other than 0",
            todo="Choose another method (equal split of savings, Shapley value, nucleolus).",
        )
    return proportional(game, alone)


def proportional(game: Game, weights: Sequence[Any] | Amounts) -> Amounts:
    """Return c(N) k_i / Σ k for the figures of a key; raises `AllmendeError` if they sum to nothing."""
    figures = np.array(weights, dtype=game.amounts.dtype)
    if figures.sum() == 0:
        raise AllmendeError(
            "The figures of the key sum to nothing.",
            where=", ".join(game.players),
            expected="a figure above 0 for a partner",
            todo="Enter the figures, or choose another key.",
        )
    shares: Amounts = game.total * figures / figures.sum()
    return shares


def equal_non_separable(game: Game) -> Amounts:
    """Return m_i + (c(N) − Σ m) / n: joint cost in equal parts (ENSC)."""
    marginal = separable(game)
    shares: Amounts = marginal + (game.total - marginal.sum()) / len(game)
    return shares


def separable_remaining(game: Game, benefits: Sequence[Any] | None = None) -> Amounts:
    """Return separable cost plus a part of the joint cost in proportion to the remaining benefit (SCRB; also ACA).

    r_i = min(benefit_i, c(i)) − m_i, with c(i) alone where no benefits are given; x_i = m_i + NSC r_i / Σ r. If Σ r = 0 the
    joint cost is split equally. Raises `AllmendeError` for a remaining benefit below 0, which the method cannot share by.

    >>> from allmende.sharing.games import game_of
    >>> separable_remaining(game_of("cost", "AB", [("A", 6), ("B", 5), ("AB", 8)])).tolist()
    [4.5, 3.5]
    """
    marginal, alone = separable(game), stand_alone(game)
    limit = alone if benefits is None else np.minimum(np.array(benefits, dtype=alone.dtype), alone)
    remaining = limit - marginal if game.kind == "cost" else marginal - alone
    below = np.flatnonzero(remaining < -game.noise)
    if len(below):
        raise AllmendeError(
            "A partner adds more to the joint cost than its cost alone or its benefit.",
            where=game.players[int(below[0])],
            expected="separable costs of at most cost alone and benefit",
            todo="Leave this partner out, or choose the nucleolus.",
        )
    if remaining.sum() <= game.noise:
        return equal_non_separable(game)
    shares: Amounts = marginal + (game.total - marginal.sum()) * remaining / remaining.sum()
    return shares


def tau_value(game: Game) -> Amounts:
    """Return the efficient point between everybody's least right and utopia (Tijs 1981).

    M_i = v(N) − v(N without i); a_i = max over S with i of v(S) − Σ_{j in S, j ≠ i} M_j. Raises `AllmendeError` if a is not
    below M (the game is not quasi-balanced).
    """
    game.require_complete("the tau value")
    worth = game.worth
    utopia = separable(game) * _sign(game)
    gap = worth - coalition_sums(utopia)
    position = np.arange(len(worth))
    least = np.array([gap[position >> i & 1 == 1].max() for i in range(len(game))], dtype=worth.dtype) + utopia
    room = utopia.sum() - least.sum()
    total, noise = game.total * _sign(game), game.noise
    if (least > utopia + noise).any() or least.sum() > total + noise or total > utopia.sum() + noise:
        raise AllmendeError(
            "The tau value is not defined: the game is not quasi-balanced.",
            where=game.players[int(np.argmax((least - utopia).astype(np.float64)))],
            expected="least rights of at most what each adds as the last",
            todo="Choose the nucleolus.",
        )
    part = (total - least.sum()) / room if room else room * 0
    shares: Amounts = (least + part * (utopia - least)) * _sign(game)
    return shares


def gately(game: Game) -> Amounts:
    """Return Gately's point: everybody is as tempted to leave as all others lose by it (Gately 1974).

    v(i) + (M_i − v(i)) (v(N) − Σ v(j)) / Σ (M_j − v(j)); raises `AllmendeError` if Σ (M − v) is 0.
    """
    alone, marginal = stand_alone(game), separable(game)
    distance = marginal - alone
    if abs(distance.sum()) <= game.noise:
        if abs(game.total - alone.sum()) <= game.noise:
            return alone
        raise AllmendeError(
            "Gately's point is not defined.",
            where="Σ (M − v) = 0",
            expected="somebody who adds more than alone",
            todo="Choose another method, as the nucleolus.",
        )
    shares: Amounts = alone + distance * (game.total - alone.sum()) / distance.sum()
    return shares


def _sign(game: Game) -> int:
    return -1 if game.kind == "cost" else 1


def _stated(game: Game, coalitions: Any, purpose: str) -> Amounts:
    missing = coalitions[~game.stated[coalitions]]
    if len(missing):
        raise AllmendeError(
            "The amount of a coalition is missing.",
            where=" + ".join(game.members(int(missing[0]))),
            expected=f"its amount, for {purpose}",
            todo="State it, or choose a method for partial games.",
        )
    amounts: Amounts = game.amounts[coalitions]
    return amounts
