"""Make the largest complaint as small as possible, then the next, and so on: the linear programmes behind every nucleolus.

At each level the programme  min t,  x(S) + w(S) · t ≥ v(S) for free coalitions S  is solved with few coalitions; those that
complain more than t are added until there is none. Coalitions with a positive dual complain exactly t in every optimum: they
are settled, and with them all coalitions in the span of the settled ones. After at most n − 1 levels one point is left.
(Sequential programmes: Maschler, Peleg, Shapley 1979; the span: Huberman 1980.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.sharing.games import Amounts, Floats, coalition_sums
from allmende.sharing.growing import INFINITY, Programme
from allmende.sharing.scan import Free, complaints
from allmende.sharing.span import Span

Weighing = Literal["plain", "per head", "relative"]
"""What a complaint v(S) − x(S) is divided by: nothing, the number of players, the size of the worth."""

CLOSE = 1e-9
"""Worths are scaled to 1; a complaint this little above the level counts as at the level."""
POSITIVE = 1e-8
"""A dual above this is not 0: duals are ratios of determinants of small 0/1 matrices."""
CUTS = 64
ROOM = 0.1
"""Coalitions added at a time, and how far (scaled) from complaining one must be to be forgotten after a level."""
SMALL = 126
"""Games of at most so many proper coalitions (complete ones of seven players) begin with all of them."""


class NoMeasure(Exception):
    """Every coalition that is still free is worth nothing: no complaint can be a part of it."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level: its complaint, and the coalitions that have it in every optimum."""

    complaint: float
    coalitions: tuple[int, ...]
    duals: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Levels:
    """What the programmes found: levels from the worst complaint on, players held at their least share, and a point.

    `rounds` counts linear programmes solved.
    """

    levels: tuple[Level, ...]
    held: tuple[int, ...]
    shares: Floats
    rounds: int


def settle(worth: Floats, *, weighing: Weighing = "plain", rational: bool = True, first_only: bool = False) -> Levels:
    """Return the levels of a value game (NaN: not stated); `rational` holds everybody at v(i) or more.

    Raises `AllmendeError` if no shares are individually rational, or the stated coalitions leave more than one point, and
    `NoMeasure` if relative complaints leave more than one point.
    """
    normal, shift, scale = normal_form(worth, weighing)
    search = _Search(normal, weighing, rational=rational)
    while not search.span.complete:
        search.settle_level()
        if first_only:
            break
    levels = tuple(Level(level.complaint * (scale if weighing != "relative" else 1.0), level.coalitions, level.duals)
                   for level in search.levels)  # fmt: skip
    return Levels(levels, tuple(search.held), search.shares * scale + shift, search.rounds)


def weight_of(weighing: Weighing, coalition: int, worth: Amounts) -> float:
    """Return what a coalition's complaint is divided by."""
    if weighing == "relative":
        return float(abs(worth[coalition]))
    return float(coalition.bit_count()) if weighing == "per head" else 1.0


def normal_form(worth: Floats, weighing: Weighing) -> tuple[Floats, Floats, float]:
    """Return worths shifted so that nobody alone is worth anything and scaled to 1, with the shift and the scale."""
    alone = worth[1 << np.arange(len(worth).bit_length() - 1)]
    shift = np.where(np.isfinite(alone), alone, 0.0) if weighing != "relative" else np.zeros(len(alone))
    normal = worth - coalition_sums(shift)
    scale = float(np.nanmax(np.abs(normal)))
    noise = float(np.nanmax(np.abs(worth))) * 1e-13
    scale = scale if scale > noise else 1.0
    normal /= scale
    return normal, shift, scale


def frame_of(worth: Amounts) -> NDArray[np.int64]:
    """Return the coalitions to begin with: single players and all but one; or all if they are few, or singles are missing.

    Without the amounts of single players, few coalitions would not limit the programme.
    """
    singles = 1 << np.arange(len(worth).bit_length() - 1)
    stated = worth == worth
    few = np.count_nonzero(stated[1:-1]) <= SMALL or not stated[singles].all()
    frame = np.arange(1, len(worth) - 1) if few else np.unique([singles, len(worth) - 1 ^ singles])
    begin: NDArray[np.int64] = frame[stated[frame]]
    return begin


def worse_than_alone() -> AllmendeError:
    """Return the refusal of a game that has no individually rational shares."""
    return AllmendeError(
        "Together is worse than everybody alone: no shares leave each player at least as well off.",
        where="all together",
        expected="a cost of all together of at most (a worth of at least) the sum of the amounts alone",
        todo="Use prenucleolus, which leaves some players worse off than alone.",
    )


def more_than_one_point(levels: int) -> AllmendeError:
    """Return the refusal of a partial game that does not determine shares."""
    return AllmendeError(
        "The coalitions whose amounts are stated leave more than one point.",
        where=f"after {levels} levels",
        expected="amounts of single players and of enough coalitions",
        todo="State more coalitions.",
    )


class _Search:
    """The programmes of one game in normal form, from level to level."""

    def __init__(self, worth: Floats, weighing: Weighing, *, rational: bool) -> None:
        self.worth, self.weighing = worth, weighing
        self.sign = -1.0 if np.nanmin(worth) < 0 else 1.0
        self.n = len(worth).bit_length() - 1
        self.span = Span(self.n)
        everybody = len(worth) - 1
        self.span.add(everybody)
        singles = 1 << np.arange(self.n)
        self.least = np.where(np.isfinite(worth[singles]) & rational, worth[singles], -INFINITY)
        if self.least.sum() > worth[everybody] + CLOSE:
            raise worse_than_alone()
        self.programme = Programme(self.least, level=True)
        self.programme.require([everybody], [worth[everybody]], [0.0], exactly=True)
        self.frame = frame_of(worth)
        self._require(self.frame.tolist())
        self.levels: list[Level] = []
        self.held: list[int] = []
        self.shares = np.full(self.n, worth[everybody] / self.n)
        self.rounds = 0

    def settle_level(self) -> None:
        """Solve one level, settle what binds in it, and forget what no longer matters."""
        level = self._solve()
        before = self.span.rank
        settled = [(s, dual) for s, dual in self.programme.binding() if dual > POSITIVE]
        for s, _ in settled:
            if self.span.add(s):
                self.programme.fix(s, self.worth[s] - self._weight(s) * level)
        for i in np.flatnonzero(self.programme.bounded() > POSITIVE).tolist():
            if i not in self.held:
                self.held.append(i)
            if self.span.add(1 << i):
                self.programme.fix_share(i, self.least[i])
        if self.span.rank == before:
            raise more_than_one_point(len(self.levels))
        self.levels.append(Level(level, tuple(s for s, _ in settled), tuple(dual for _, dual in settled)))
        self._forget()

    def _solve(self) -> float:
        free = Free.of(self.span.normal())
        if self.weighing == "relative" and not free[np.flatnonzero(np.abs(self.worth) > CLOSE)].any():
            raise NoMeasure
        while True:
            self.shares, level = self.programme.solve()
            self.rounds += 1
            factor, shares, above = self._complaint_terms(level)
            found, _ = complaints(self.worth, shares, free, factor=factor, above=above + CLOSE, most=CUTS)
            new = sorted(set(found.tolist()) - set(self.programme.rows))
            if not new:
                return level
            self._require(new)

    def _complaint_terms(self, level: float) -> tuple[float, Floats, float]:
        """Return factor, shares and threshold with which factor · v(S) − x(S) > threshold says that S breaks its row."""
        if self.weighing == "relative":
            return 1.0 - level * self.sign, self.shares, 0.0
        if self.weighing == "per head":
            return 1.0, self.shares + level, 0.0
        return 1.0, self.shares, level

    def _require(self, coalitions: list[int]) -> None:
        if coalitions:
            self.programme.require(coalitions, self.worth[coalitions], [self._weight(s) for s in coalitions])

    def _weight(self, coalition: int) -> float:
        return weight_of(self.weighing, coalition, self.worth)

    def _forget(self) -> None:
        if self.span.complete:
            return
        rows = np.array(self.programme.rows)
        determined = ~Free.of(self.span.normal())[rows]
        distant = (self.programme.slack() > ROOM) & ~np.isin(rows, self.frame)  # the frame bounds the next level
        self.programme.drop(rows[determined | distant].tolist())
