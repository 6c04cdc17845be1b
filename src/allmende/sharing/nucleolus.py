"""The nucleolus and its relatives: the allocation whose worst-off coalition complains least, then the next, and so on."""

from __future__ import annotations

import numpy as np

from allmende.errors import AllmendeError
from allmende.sharing.exact_levels import settle_exactly
from allmende.sharing.games import Amounts, Floats, Game
from allmende.sharing.levels import Levels, NoMeasure, Weighing, settle, weight_of


def nucleolus(game: Game, *, weighing: Weighing = "plain", rational: bool = True) -> Amounts:
    """Return the nucleolus in units of the game (costs for a cost game).

    The complaint of a coalition is what it pays above its cost alone, or lacks of its worth; `weighing` divides it by the
    number of its players ("per head") or its amount ("relative", for games without negative amounts). `rational` keeps
    everybody at the amount alone or better (the nucleolus); without it the result is the prenucleolus. An exact game gives
    fractions.

    Schmeidler 1969. Raises `AllmendeError` as `settle` does, and where relative complaints are not defined.

    >>> from allmende.sharing.games import game_from
    >>> nucleolus(game_from("cost", "ABC", lambda s: {1: 10, 2: 16, 3: 18}[len(s)])).round(9).tolist()
    [6.0, 6.0, 6.0]
    """
    if weighing == "relative":
        _check_relative(game)
    try:
        if game.exact:
            shares = settle_exactly(game.worth, weighing=weighing, rational=rational)
        else:
            shares = polished(game.worth, settle(game.worth, weighing=weighing, rational=rational), weighing)
    except NoMeasure:
        raise _no_measure(game) from None
    return -shares if game.kind == "cost" else shares


def polished(worth: Floats, found: Levels, weighing: Weighing) -> Floats:
    """Return the shares that solve exactly what binds: x(N) = v(N), x(S) + w(S) t_k = v(S), x_i = v(i) for who is held."""
    n, depth = len(found.shares), len(found.levels)
    everybody = (1 << n) - 1
    rows = [(everybody, -1, 0.0)]
    rows += [(s, k, weight_of(weighing, s, worth)) for k, level in enumerate(found.levels) for s in level.coalitions]
    rows += [(1 << i, -1, 0.0) for i in found.held]
    matrix = np.zeros((len(rows), n + depth))
    for at, (s, k, weight) in enumerate(rows):
        matrix[at, :n] = [s >> i & 1 for i in range(n)]
        if k >= 0:
            matrix[at, n + k] = weight
    return _solve(matrix, np.array([worth[s] for s, _, _ in rows]))[:n]


def _solve(matrix: Floats, right: Floats) -> Floats:
    """Solve a consistent system with more rows than unknowns, and correct the answer twice by what is left, in long floats."""
    answer = np.zeros(matrix.shape[1], dtype=np.longdouble)
    for _ in range(3):
        answer += np.linalg.lstsq(matrix, (right - matrix.astype(np.longdouble) @ answer).astype(np.float64), rcond=None)[0]
    answer[np.abs(answer) < 1e-15 * np.abs(right).max()] = 0.0
    return answer.astype(np.float64)


def _check_relative(game: Game) -> None:
    below = np.flatnonzero(game.stated & (np.where(game.stated, game.amounts, 0) < 0))
    if len(below):
        raise AllmendeError(
            "A group saves less than nothing (is worth less than nothing): no complaint can be a part of it.",
            where=f"{' + '.join(game.members(int(below[0])))}: {float(game.amounts[below[0]]):,.2f}",
            expected="groups that cost at most as much together as their members alone",
            todo="Check this amount; if it is right, choose nucleolus or per-capita-nucleolus.",
        )
    free = np.flatnonzero(game.stated & (game.amounts == 0))[1:]
    if game.kind == "cost" and len(free):
        raise AllmendeError(
            "A group pays nothing alone: no complaint can be a part of it.",
            where=" + ".join(game.members(int(free[0]))),
            expected="a cost above 0 for every group",
            todo="Check this amount; if it is right, choose nucleolus or per-capita-nucleolus.",
        )


def _no_measure(game: Game) -> AllmendeError:
    nothing = np.flatnonzero(game.stated & (game.amounts == 0)).tolist()
    groups = [" + ".join(game.members(s)) for s in nothing if s.bit_count() > 1]
    named = ", ".join(groups[:4]) + (f" and {len(groups) - 4} more" if len(groups) > 4 else "")
    return AllmendeError(
        "Relative complaints do not determine the shares: too few groups save (or are worth) anything by themselves.",
        where=f"nothing without the others: {named}" if groups else "no group between one partner and all together is stated",
        expected="enough groups of two or more that are better off than their members alone, since the complaint of a group is"
        " divided by what it saves",
        todo="Check the amounts of these groups; if they are right, choose nucleolus or per-capita-nucleolus.",
    )
