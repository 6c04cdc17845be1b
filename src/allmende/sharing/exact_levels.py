"""The programmes of `levels` in fractions, for small games: no tolerance decides who complains alike.

A level is solved as its dual, best weights of coalitions. Those that complain more than its prices say are added until there
is none; weights above 0 tell who complains alike in every optimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.sharing.exact import Weights
from allmende.sharing.games import Amounts, coalition_sums, sizes
from allmende.sharing.growing import Unlimited
from allmende.sharing.levels import NoMeasure, Weighing, frame_of, more_than_one_point, worse_than_alone
from allmende.sharing.span import PRIME, Span

COLUMNS = 32
"""Coalitions added at a time."""
Settled = tuple[int, Any]
"""A coalition, and what it gets at every later level."""


def settle_exactly(worth: Amounts, *, weighing: Weighing = "plain", rational: bool = True) -> Amounts:
    """Return the shares of a value game in fractions; parameters and errors as those of `settle`.

    >>> worth = np.array([Fraction(a) for a in (0, 0, 0, 1, 0, 1, 1, 1)], dtype=object)
    >>> [str(share) for share in settle_exactly(worth)]
    ['1/3', '1/3', '1/3']
    """
    n = len(worth).bit_length() - 1
    alone = [(1 << i, worth[1 << i]) for i in range(n) if rational and worth[1 << i] == worth[1 << i]]
    if len(alone) == n and sum(amount for _, amount in alone) > worth[-1]:
        raise worse_than_alone()
    measure = {"plain": worth * 0 + 1, "per head": sizes(n).astype(object), "relative": np.abs(worth)}[weighing]
    span = Span(n)
    span.add(len(worth) - 1)
    settled: list[Settled] = [(len(worth) - 1, worth[-1])]
    shares, depth = worth[-1:], 0
    while not span.complete:
        free = np.flatnonzero(_free(span) & (worth == worth))
        if weighing == "relative" and not worth[free].any():
            raise NoMeasure
        shares, _, binding = solve_level(worth, measure, free, settled, alone)
        new = [entry for entry in binding if span.add(entry[0])]
        if not new:
            raise more_than_one_point(depth)
        settled += new
        depth += 1
    return shares


def solve_level(
    worth: Amounts, measure: Amounts, free: NDArray[np.int64], settled: Sequence[Settled], least: Sequence[Settled]
) -> tuple[Amounts, Fraction, list[Settled]]:
    """Return shares with the least complaint t, x(S) + measure(S) · t ≥ v(S) for free coalitions, t, and what binds.

    `settled` coalitions get their amount, those of `least` at least theirs. Raises `Unlimited` if t can be as low as one likes.
    """
    n = len(worth).bit_length() - 1
    weights = Weights([0] * n + [1])
    named: list[tuple[int, Any, Any]] = []

    def enter(coalition: int, amount: Any, scale: Any, sign: int = 1) -> None:
        named.append((coalition, amount, scale))
        weights.add((*(sign * (coalition >> i & 1) for i in range(n)), scale), sign * amount)

    for coalition, amount in settled:
        enter(coalition, amount, 0)
        enter(coalition, amount, 0, sign=-1)
    for coalition, amount in least:
        enter(coalition, amount, 0)
    new = np.intersect1d(frame_of(worth), free)
    while True:
        for coalition in new.tolist():
            enter(coalition, worth[coalition], measure[coalition])
        if not weights.solve():
            raise Unlimited
        shares, level = np.array(weights.prices[:n], dtype=object), weights.prices[n]
        new = _complaining(worth[free] - coalition_sums(shares)[free] - measure[free] * level, free)
        if not len(new):
            binding = [named[at] for at in weights.positive()]
            return shares, level, [(coalition, amount - scale * level) for coalition, amount, scale in binding]


def best_balance(worth: Amounts) -> dict[int, Fraction]:
    """Return the balanced weights of coalitions whose worths sum to most, without all together; empty if none is balanced.

    >>> worth = np.array([Fraction(a) for a in (0, 0, 0, 1, 0, 1, 1, 1)], dtype=object)
    >>> {coalition: str(weight) for coalition, weight in sorted(best_balance(worth).items())}
    {3: '1/2', 5: '1/2', 6: '1/2'}
    """
    n = len(worth).bit_length() - 1
    weights = Weights([1] * n)
    proper = np.flatnonzero(worth == worth)[1:-1]
    named: list[int] = []
    new = frame_of(worth)
    while len(new):
        for coalition in new.tolist():
            named.append(coalition)
            weights.add([coalition >> i & 1 for i in range(n)], worth[coalition])
        if not weights.solve():
            return {}
        shares = np.array(weights.prices, dtype=object)
        new = _complaining(worth[proper] - coalition_sums(shares)[proper], proper)
    return {named[at]: weight for at, weight in weights.positive().items()}


def _complaining(complaints: Amounts, coalitions: NDArray[np.int64]) -> NDArray[np.int64]:
    worst = [at for at in np.argsort(-complaints)[:COLUMNS].tolist() if complaints[at] > 0]
    return coalitions[worst]


def _free(span: Span) -> NDArray[np.bool_]:
    free: NDArray[np.bool_] = coalition_sums(span.normal()) % np.uint64(PRIME) != 0
    return free
