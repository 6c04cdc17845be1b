"""The programmes of `levels` in fractions, for small games: no tolerance decides who complains alike.

A level is solved as its dual, best weights of coalitions. Those that complain more than its prices say are added until there
is none; weights above 0 tell who complains alike in every optimum.
"""

from __future__ import annotations

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


def settle_exactly(worth: Amounts, *, weighing: Weighing = "plain", rational: bool = True) -> Amounts:
    """Return the shares of a value game in fractions; parameters and errors as those of `settle`.

    >>> worth = np.array([Fraction(a) for a in (0, 0, 0, 1, 0, 1, 1, 1)], dtype=object)
    >>> [str(share) for share in settle_exactly(worth)]
    ['1/3', '1/3', '1/3']
    """
    n = len(worth).bit_length() - 1
    alone = worth[1 << np.arange(n)]
    held = [i for i in range(n) if rational and alone[i] == alone[i]]
    if len(held) == n and sum(alone) > worth[-1]:
        raise worse_than_alone()
    span = Span(n)
    span.add(len(worth) - 1)
    settled = [(len(worth) - 1, worth[-1])]
    shares, depth = np.array([worth[-1]], dtype=object), 0
    while not span.complete:
        level = _Level(worth, _measure(worth, weighing), span, held)
        for coalition, amount in settled:
            level.fix(coalition, amount)
        shares, complaint = level.solve()
        binding = [s for s in level.binding() if span.add(s)]
        if not binding:
            raise more_than_one_point(depth)
        settled += [(s, worth[s] - level.measure[s] * complaint if s in level.own else worth[s]) for s in binding]
        depth += 1
    return shares
