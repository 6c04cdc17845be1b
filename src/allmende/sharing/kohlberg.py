"""Check a proposed nucleolus without trusting how it was found (Kohlberg 1971).

An imputation is the nucleolus if and only if, for every size of complaint, the coalitions that complain at least so much can be
weighted so that every player counts alike (with players held at their amount alone weighted at will): otherwise money could be
moved from somewhere to them. Levels are walked from the worst complaint on until the coalitions determine everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.sharing.core import complaints_of
from allmende.sharing.directions import find_direction, proved
from allmende.sharing.games import Amounts, Game, coalition_sums, sizes
from allmende.sharing.span import PRIME, Span


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether shares are the nucleolus, and why not.

    `reason` is "balanced" (they are), "sum" (not the total), "alone" (somebody is better off alone), "helped", "many" (the
    stated coalitions leave more than one point) or "unproved". `levels` are the complaints walked. `complaining` is the first
    collection of coalitions that could be helped (or who is better off alone), `move` how: shares changed in these proportions
    lower one of these complaints and raise none.
    """

    accepted: bool
    reason: str
    levels: tuple[Any, ...]
    complaining: tuple[tuple[str, ...], ...] = ()
    move: tuple[float, ...] = ()


def verify_nucleolus(
    game: Game, shares: Amounts, *, per_head: bool = False, rational: bool = True, tolerance: float | None = None
) -> Verdict:
    """Say whether shares are the nucleolus (prenucleolus without `rational`; of complaints per head with `per_head`).

    Complaints closer than `tolerance` count as equal: by default `game.noise`. In an exact game that is 0 and every step is
    proved in fractions.

    >>> from allmende.sharing.games import game_from
    >>> game = game_from("cost", "ABC", lambda s: {1: 10, 2: 16, 3: 18}[len(s)])
    >>> verify_nucleolus(game, np.array([6.0, 6.0, 6.0])).accepted
    True
    >>> verify_nucleolus(game, np.array([6.0, 6.5, 5.5])).accepted
    False
    """
    allowed = game.noise if tolerance is None else type(game.noise)(tolerance)
    proposal = np.asarray(shares, dtype=game.amounts.dtype)
    if abs(sum(proposal) - game.total) > allowed * len(game):
        return Verdict(False, "sum", ())
    complaint = complaints_of(game, proposal)
    singles = complaint[1 << np.arange(len(game))]
    if rational and any(single > allowed for single in singles):
        worse = tuple((game.players[i],) for i, single in enumerate(singles) if single > allowed)
        return Verdict(False, "alone", (), worse)
    held = tuple(i for i, single in enumerate(singles) if rational and single >= -allowed)
    if per_head:
        complaint[1:] = complaint[1:] / sizes(len(game))[1:]
    return _walk(game, complaint, held, allowed)


def _walk(game: Game, complaint: Amounts, held: tuple[int, ...], allowed: Any) -> Verdict:
    span = Span(len(game))
    span.add(game.everybody)
    settled = [game.everybody]
    levels: list[Any] = []
    stated = game.stated
    while not span.complete:
        free = np.flatnonzero(stated & ~_determined(span))
        if not len(free):
            return Verdict(False, "many", tuple(levels))
        worst = complaint[free].max()
        least = complaint[free][complaint[free] >= worst - allowed].min()
        level = free[complaint[free] >= least - game.noise]  # none of those that are equal but for noise is left out
        found = find_direction(len(game), level, settled, held)
        if found.move is not None:
            helped = tuple(game.members(int(s)) for s in level[:12])
            return Verdict(False, "helped", tuple(levels), helped, tuple(found.move.round(6).tolist()))
        if game.exact and not proved(len(game), level, settled, held, found):
            return Verdict(False, "unproved", tuple(levels))
        settled += [s for s in level.tolist() if span.add(s)]
        levels.append(worst)
    return Verdict(True, "balanced", tuple(levels))


def _determined(span: Span) -> NDArray[np.bool_]:
    normal = span.normal()
    known: NDArray[np.bool_] = coalition_sums(normal) % np.uint64(PRIME) == 0
    return known
