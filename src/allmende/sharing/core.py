"""Would anybody be better off alone? The core, the least core, and the proof when no shares satisfy everybody."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from allmende.errors import AllmendeError
from allmende.sharing.exact import solve_exactly
from allmende.sharing.exact_levels import best_balance, solve_level
from allmende.sharing.games import Amounts, Floats, Game, coalition_sums
from allmende.sharing.growing import INFINITY, Programme, Unlimited
from allmende.sharing.levels import CLOSE, POSITIVE, frame_of, normal_form, settle
from allmende.sharing.scan import Free, complaints
from allmende.sharing.span import Span


@dataclass(frozen=True, slots=True)
class CoreReport:
    """Whether shares satisfy every coalition, and who would leave if not.

    `overcharged` is the group that is worst off against its amount alone (in a value game the one that lacks most), `by` how
    much; both empty if all are satisfied. `closest` is then the group that comes next to leaving, `room` what it has to spare.
    `unsatisfied` counts all groups that would be better off alone.
    """

    member: bool
    overcharged: tuple[str, ...]
    by: Any
    closest: tuple[str, ...]
    room: Any
    unsatisfied: int


def core_report(game: Game, shares: Amounts, *, tolerance: Any = None) -> CoreReport:
    """Test shares against the amount of every coalition whose amount is stated.

    Complaints up to `tolerance` (`game.noise` where not given) are none.
    Raises `AllmendeError` if the shares do not sum to the total.

    >>> from allmende.sharing.games import game_from
    >>> game = game_from("cost", "ABC", lambda s: {1: 10, 2: 16, 3: 18}[len(s)])
    >>> report = core_report(game, np.array([8.0, 9.0, 1.0]))
    >>> report.member, report.overcharged, float(report.by)
    (False, ('A', 'B'), 1.0)
    """
    allowed = game.noise if tolerance is None else tolerance
    check_total(game, shares, allowed)
    complaint = complaints_of(game, shares)
    if not game.stated[1:-1].any():
        return CoreReport(True, (), 0, (), 0, 0)
    worst = int(np.nanargmax(complaint[1:-1].astype(np.float64))) + 1
    if complaint[worst] > allowed:
        unsatisfied = int(np.count_nonzero(complaint[1:-1] > allowed))
        return CoreReport(False, game.members(worst), complaint[worst], (), 0, unsatisfied)
    return CoreReport(True, (), 0, game.members(worst), 0 - complaint[worst], 0)


def complaints_of(game: Game, shares: Amounts) -> Amounts:
    """Return for every coalition what it pays above its cost alone (in a value game: what it lacks); NaN where not stated."""
    sums = coalition_sums(np.asarray(shares, dtype=game.amounts.dtype))
    return sums - game.amounts if game.kind == "cost" else game.amounts - sums


def check_total(game: Game, shares: Amounts, allowed: Any) -> None:
    """Raise `AllmendeError` unless there is a share for each player and they sum to the amount of all together."""
    if len(shares) != len(game):
        raise AllmendeError(
            f"{len(shares)} shares for {len(game)} players.", expected="one share a player", todo="Give each player one share."
        )
    gap = sum(shares) - game.total
    if abs(gap) > allowed * len(game):
        raise AllmendeError(
            f"The shares sum to {float(sum(shares)):.10g}.",
            where="allocation",
            expected=f"{float(game.total):.10g}, the amount of all together",
            todo="Split the whole amount.",
        )


@dataclass(frozen=True, slots=True)
class Balance:
    """Whether the core has members, and the proof if not.

    `weights` are the balanced weights of coalitions (each player's coalitions sum to 1) with which the coalitions' amounts
    alone are better than the total, `alone` their sum: no shares can satisfy them all. Bondareva 1963, Shapley 1967.
    """

    nonempty: bool
    weights: tuple[tuple[tuple[str, ...], Any], ...]
    alone: Any


def core_balance(game: Game) -> Balance:
    """Say whether any shares satisfy every coalition; in an exact game the weights and their sum are fractions.

    >>> from allmende.sharing.games import game_from
    >>> game = game_from("cost", "ABC", lambda s: {1: 10, 2: 10, 3: 18}[len(s)])
    >>> found = core_balance(game)
    >>> found.nonempty, found.alone, [weight for _, weight in found.weights]
    (False, 15.0, [0.5, 0.5, 0.5])
    """
    if game.exact:
        weights = best_balance(game.worth)
    else:
        binding = _all_satisfied(game.worth)
        member = [[s >> i & 1 for s in binding] for i in range(len(game))]
        weights = dict(zip(binding, solve_exactly(member, [1] * len(game)), strict=True)) if binding else {}
    alone = sum((weight * Fraction(game.amounts[s]) for s, weight in weights.items()), Fraction(0))
    better = game.total - alone if game.kind == "cost" else alone - game.total
    if not weights or better <= game.noise:
        return Balance(True, (), game.total)
    number = Fraction if game.exact else float
    listed = tuple((game.members(s), number(weight)) for s, weight in weights.items())
    return Balance(False, listed, number(alone))


def _all_satisfied(worth: Floats) -> list[int]:
    """Return the coalitions whose balanced weights are best: those that bind the least shares that give each its worth.

    None if no stated coalitions can be balanced: then the shares that satisfy them are not limited.
    """
    n = len(worth).bit_length() - 1
    free = Free.of(Span(n).normal())
    normal, _, _ = normal_form(worth, "plain")
    normal[[0, -1]] = np.nan
    programme = Programme(np.full(n, -INFINITY), level=False)
    begin = frame_of(normal).tolist()
    while begin:
        programme.require(begin, normal[begin], [0.0] * len(begin))
        try:
            shares, _ = programme.solve()
        except Unlimited:
            return []
        found, _ = complaints(normal, shares, free, factor=1.0, above=CLOSE, most=64)
        begin = sorted(set(found.tolist()) - set(programme.rows))
    return [s for s, dual in programme.binding() if dual > POSITIVE]


def least_core(game: Game) -> tuple[Any, Amounts]:
    """Return the smallest possible largest complaint (below 0: the core is wide) and one allocation that has it.

    In an exact game both are fractions. Raises `AllmendeError` if the stated coalitions do not limit complaints.

    >>> from allmende.sharing.games import game_from
    >>> level, _ = least_core(game_from("cost", "ABC", lambda s: {1: 10, 2: 10, 3: 18}[len(s)]))
    >>> round(level, 9)
    2.0
    """
    if len(game) == 1:
        return 0, game.amounts[1:]
    sign = -1 if game.kind == "cost" else 1
    if not game.exact:
        found = settle(game.worth, rational=False, first_only=True)
        return found.levels[0].complaint, sign * found.shares
    proper = np.flatnonzero(game.stated)[1:-1]
    whole = [(game.everybody, game.worth[-1])]
    shares, level, _ = solve_level(game.worth, game.amounts * 0 + 1, proper, whole, [])
    return level, sign * shares
