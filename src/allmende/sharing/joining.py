"""Where joining costs more than staying apart: the groups at which a table of costs contradicts itself, or cooperation does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allmende.sharing.games import Game, coalition_sums

MOST = 12
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
    noise = game.noise
    n = len(game)
    count, by, pair = 0, 0.0, (0, 0)
    for part in range(1, len(worth)) if n <= MOST else (1 << np.arange(n)).tolist():
        others = coalition_sums(np.array([1 << i for i in range(n) if not part >> i & 1], dtype=np.int64))
        rest = others[others < part] if n <= MOST else others  # each pair once
        gap = np.nan_to_num(worth[part] + worth[rest] - worth[part | rest], nan=0.0)
        gap[0] = 0.0  # nobody joins
        broken = int(np.count_nonzero(gap > noise))
        count += broken
        if broken and gap.max() > by:
            by, pair = float(gap.max()), (int(rest[gap.argmax()]), part)
    if not count:
        return 0, None
    first, second = sorted(pair)
    return count, Breach(game.members(first), game.members(second), by)
