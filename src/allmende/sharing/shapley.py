"""The Shapley value: what each player adds on average when all join in random order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import factorial

import numpy as np
from numpy.typing import NDArray

from allmende.sharing.games import Amounts, Floats, Game, sizes


def shapley(game: Game) -> Amounts:
    """Return the Shapley value, exactly (in fractions for an exact game).

    φ_i = Σ_{S ∌ i} s! (n − 1 − s)! / n! · (c(S + i) − c(S)), summed for all players at once by folding the amounts in half n
    times (Shapley 1953). Raises `AllmendeError` if an amount is missing.

    >>> from allmende.sharing.games import game_of
    >>> shapley(game_of("cost", "AB", [("A", 6), ("B", 5), ("AB", 8)])).tolist()
    [4.5, 3.5]
    """
    game.require_complete("the Shapley value")
    n = len(game)
    number = Fraction if game.exact else float
    # the weights of c(S) for who is in S and for who is not, taken together; the second is the same for all and taken off below
    weights = [Fraction(factorial(s - 1) * factorial(n - 1 - s), factorial(n - 1)) for s in range(1, n)] + [Fraction(1, n)]
    folded = np.array([number(weight) for weight in [Fraction(0), *weights]])[sizes(n)]
    folded *= game.amounts
    shares = np.empty(n, dtype=folded.dtype)
    for player in reversed(range(n)):
        half = len(folded) // 2
        shares[player] = folded[half:].sum()
        folded[:half] += folded[half:]
        folded = folded[:half]
    shares -= (shares.sum() - game.total) / n
    return shares


@dataclass(frozen=True, slots=True)
class Sampled:
    """An estimated Shapley value, the standard error of each share, and the number of orders drawn."""

    shares: Floats
    standard_errors: Floats
    orders: int


def sample_shapley(n: int, amount: Callable[[NDArray[np.bool_]], Floats], *, orders: int, rng: np.random.Generator) -> Sampled:
    """Estimate the Shapley value of n players from random orders, each with its reverse.

    `amount` takes coalitions as rows of booleans [k, n] and returns their amounts [k]. An order and its reverse are one draw:
    their mean varies less than two independent orders. Shares sum to the amount of all together exactly as far as floats do.

    >>> def stairs(members):
    ...     return members @ np.array([3.0, 2.0, 1.0])
    >>> found = sample_shapley(3, stairs, orders=10, rng=np.random.default_rng(1))
    >>> found.shares.tolist(), found.standard_errors.tolist()
    ([3.0, 2.0, 1.0], [0.0, 0.0, 0.0])
    """
    pairs = max(orders // 2, 2)
    draws = np.empty((pairs, n))
    for k in range(pairs):
        order = rng.permutation(n)
        draws[k] = (_joining(order, amount) + _joining(order[::-1], amount)) / 2
    return Sampled(draws.mean(axis=0), draws.std(axis=0, ddof=1) / np.sqrt(pairs), 2 * pairs)


def _joining(order: NDArray[np.int64], amount: Callable[[NDArray[np.bool_]], Floats]) -> Floats:
    """Return what each player adds when they join in this order."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    members = place < np.arange(len(order) + 1)[:, None]
    added = np.empty(len(order))
    added[order] = np.diff(amount(members))
    return added
