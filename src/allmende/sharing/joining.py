"""Where joining costs more than staying apart: the groups at which a table of costs contradicts itself, or cooperation does."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from allmende.sharing.games import Game

MOST = 15
"""Players up to whom all 3^n pairs of groups are compared; beyond, only single players who join."""


@dataclass(frozen=True, slots=True)
class Breach:
    """Two groups without common members that are better off apart, and by how much."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    by: float


def breaches(game: Game) -> tuple[int, Breach | None]:
    """Return how many pairs of groups are better off apart (c(S ∪ T) > c(S) + c(T)), and the worst of them.

    >>> from allmende.sharing.games import game_of
    >>> breaches(game_of("cost", "AB", [("A", 6), ("B", 5), ("AB", 12)]))
    (1, Breach(first=('A',), second=('B',), by=1.0))
    """
    worth = game.as_floats().worth
    noise = 1e-9 * float(np.nanmax(np.abs(worth)))
    count, first, second, by = _compare(worth, noise, len(game) > MOST)
    return int(count), Breach(game.members(first), game.members(second), float(by)) if count else None


@numba.njit(cache=True, nogil=True)
def _compare(worth, noise, singles_only):  # type: ignore[no-untyped-def]
    count, first, second, by = 0, 0, 0, 0.0
    for whole in range(1, len(worth)):
        part = whole & -whole if singles_only else (whole - 1) & whole
        while part:
            rest = whole ^ part
            gap = worth[part] + worth[rest] - worth[whole]
            if gap > noise and rest and (singles_only or rest < part):  # each pair once
                count += 1
                if gap > by:
                    first, second, by = min(part, rest), max(part, rest), gap
            beyond = whole & ~(2 * part - 1)
            part = beyond & -beyond if singles_only else (part - 1) & whole
    return count, first, second, by
