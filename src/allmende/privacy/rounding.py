"""Keyed random rounding: a p-table that publishes multiples of a base only."""

from __future__ import annotations

import numpy as np

from allmende.privacy.ptable import PTable, Row


def rounding_table(base: int) -> PTable:
    """Return the table of unbiased random rounding to a base: multiples stay, others go to a neighbour multiple.

    n = q base + r is published as (q + 1) base with probability r / base, else as q base.

    >>> [row.p.round(4).tolist() for row in rounding_table(3).rows]
    [[1.0], [0.6667, 0.3333], [0.3333, 0.6667], [1.0]]
    """
    if base < 2:
        raise ValueError(f"Base {base} rounds nothing; it must be at least 2.")
    stays = Row(np.zeros(1, dtype=np.int64), np.ones(1))
    moves = tuple(Row(np.array([-r, base - r]), np.array([base - r, r]) / base) for r in range(1, base))
    return PTable((stays, *moves, stays), period=base)
