"""Find the group that would leave without looking at all 2^n: a mixed-integer programme over a cost function.

The complaint of a group S is Σ x_i − c(S). Parts that are fixed or in proportion are linear in who takes part; a step is a
whole number of at least V(S) / step; a power is held from below, by chords between breakpoints where it is concave and by
tangents where it is convex. The programme then bounds every complaint from above; the cost function itself says what the group
it found really complains. Where both differ, the volume of that group becomes a further breakpoint, until they meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import highspy
import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.sharing.cost_function import CostFunction
from allmende.sharing.games import Floats
from allmende.sharing.growing import INFINITY, Programme
from allmende.sharing.services import Part

CENT = 0.005
ROUNDS = 40
"""Programmes solved for one search at most; what is left between group and bound is told."""
OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 1e-6,
    "mip_max_nodes": 100_000,
}
"""Of the solver. Beyond so many nodes the group and the bound so far count."""
CUTS = 400
"""Groups that may be added to the programme of a least core."""
NOTHING = np.empty(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Found:
    """The group that complains most, as far as it was found: its complaint in euro, and what no group complains more than."""

    members: NDArray[np.bool_]
    complaint: float
    at_most: float

    @property
    def proven(self) -> bool:
        """Whether no other group complains more, to the cent."""
        return self.at_most <= self.complaint + 2 * CENT


def worst_group(game: CostFunction, shares: Floats) -> Found:
    """Return the group, neither nobody nor everybody, that pays most above its own cost.

    >>> parts = (Part({}, "fixed", 6_00), Part({}, "per-step", 2_00, "km", step=5))
    >>> game = CostFunction(("A", "B", "C"), parts, {"km": np.array([2.0, 3.0, 4.0])})
    >>> found = worst_group(game, np.array([5.0, 4.0, 1.0]))
    >>> found.members.tolist(), round(found.complaint, 9), found.proven
    ([True, True, False], 1.0, True)
    """
    points = {k: _first_points(part, float(game.volumes[part.measure].sum())) for k, part in enumerate(game.bent)}
    found = last = _search(game, shares, points)
    for _ in range(ROUNDS):
        fresh = [
            _add(points[k], float(game.volumes[part.measure][last.members].sum()) / part.step)
            for k, part in enumerate(game.bent)
            if part.kind == "power"
        ]
        if found.proven or not any(fresh):
            break
        last = _search(game, shares, points)
        worst = max(found, last, key=lambda one: one.complaint)
        found = Found(worst.members, worst.complaint, min(found.at_most, last.at_most))
    return found


def _search(game: CostFunction, shares: Floats, points: dict[int, list[float]]) -> Found:
    members, at_most = _Programme(game, shares, points).solve()
    return Found(members, float(shares[members].sum() - game.cost(members[None, :])[0]), at_most)


def _first_points(part: Part, most: float) -> list[float]:
    end = most / part.step
    return [0.0, *(end / 2**k for k in range(6, -1, -1))] if part.kind == "power" else []


def _add(points: list[float], volume: float) -> bool:
    if min(abs(volume - known) for known in points) <= 1e-9 * points[-1]:
        return False
    points.append(volume)
    points.sort()
    return True


class _Programme:
    """Columns: players (0 or 1), then for each bent part its cost (a step: how many) and what its chords need."""

    def __init__(self, game: CostFunction, shares: Floats, points: dict[int, list[float]]) -> None:
        n = len(game)
        self.n, self.base = n, game.base
        self.gain: list[float] = (shares - game.own).tolist()
        self.most: list[float] = [1.0] * n
        self.whole: list[int] = [1] * n
        self.rows: list[dict[int, float]] = [dict.fromkeys(range(n), 1.0)]
        self.low, self.high = [1.0], [n - 1.0]
        for k, part in enumerate(game.bent):
            volumes = {i: float(v) / part.step for i, v in enumerate(game.volumes[part.measure])}
            if part.kind == "per-step":
                self._step(part, volumes)
            elif part.exponent > 1:
                self._tangents(part, volumes, points[k])
            else:
                self._chords(part, volumes, points[k])

    def solve(self) -> tuple[NDArray[np.bool_], float]:
        """Return the best group and what no group complains more than."""
        lp = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in OPTIONS.items():
            lp.setOptionValue(option, value)
        for column, (gain, most, whole) in enumerate(zip(self.gain, self.most, self.whole, strict=True)):
            lp.addCol(-gain, 0.0, most, 0, NOTHING, np.empty(0))
            if whole:
                lp.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        for row, low, high in zip(self.rows, self.low, self.high, strict=True):
            lp.addRow(low, high, len(row), np.array([*row], dtype=np.int32), np.array([*row.values()]))
        lp.run()
        info = lp.getInfo()
        at_most = -float(info.mip_dual_bound) - self.base
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:  # within the limit: anybody alone
            return np.eye(self.n, dtype=np.bool_)[int(np.argmax(self.gain[: self.n]))], at_most
        return np.array(lp.getSolution().col_value[: self.n]) > 0.5, at_most

    def _column(self, gain: float, most: float, *, whole: bool = False) -> int:
        self.gain.append(gain)
        self.most.append(most)
        self.whole.append(int(whole))
        return len(self.gain) - 1

    def _row(self, row: dict[int, float], low: float, high: float = np.inf) -> None:
        self.rows.append(row)
        self.low.append(low)
        self.high.append(high)

    def _step(self, part: Part, volumes: dict[int, float]) -> None:
        steps = self._column(-part.amount / 100, np.inf, whole=True)
        self._row({steps: 1.0} | {i: -v for i, v in volumes.items()}, -1e-9)

    def _tangents(self, part: Part, volumes: dict[int, float], points: Sequence[float]) -> None:
        cost, a, e = self._column(-1.0, np.inf), part.amount / 100, part.exponent
        for u in points:
            slope = a * e * u ** (e - 1)
            self._row({cost: 1.0} | {i: -slope * v for i, v in volumes.items()}, a * u**e - slope * u)

    def _chords(self, part: Part, volumes: dict[int, float], points: Sequence[float]) -> None:
        a, e = part.amount / 100, part.exponent
        reached = {i: -v for i, v in volumes.items()}
        chosen: dict[int, float] = {}
        for begin, end in pairwise(points):
            low, high = a * begin**e, a * end**e
            here = self._column(-low, 1.0, whole=True)
            beyond = self._column(-(high - low) / (end - begin), end - begin)
            self._row({beyond: 1.0, here: -(end - begin)}, -np.inf, 0.0)
            chosen[here] = 1.0
            reached |= {here: begin, beyond: 1.0}
        self._row(chosen, 1.0, 1.0)
        self._row(reached, 0.0, 0.0)


def least_core(game: CostFunction) -> tuple[float, Floats]:
    """Return the smallest possible largest complaint in euro (below 0: all can be satisfied), and shares that have it.

    A linear programme over the shares grows by the group that complains most, until none complains more than it says. Raises
    `AllmendeError` if that does not end within `CUTS` groups, with the bounds reached.

    >>> parts = (Part({}, "fixed", 6_00), Part({}, "per-unit", 1_00, "km"))
    >>> level, shares = least_core(CostFunction(("A", "B", "C"), parts, {"km": np.array([2.0, 3.0, 4.0])}))
    >>> round(level, 6), shares.round(6).tolist()
    (-2.0, [4.0, 5.0, 6.0])
    """
    n, scale = len(game), game.total
    everybody = (1 << n) - 1
    programme = Programme(np.full(n, -INFINITY), level=True)
    programme.require([everybody], [-1.0], [0.0], exactly=True)
    singles = [1 << i for i in range(n)]
    _require(programme, singles, game.alone / scale)
    _require(programme, [everybody ^ s for s in singles], (scale - game.separable) / scale)
    for _ in range(CUTS):
        least, level = programme.solve()
        shares, level = -least * scale, level * scale
        found = worst_group(game, shares)
        if found.at_most <= level + 2 * CENT:
            return level, shares
        coalition = sum(1 << int(i) for i in np.flatnonzero(found.members))
        if coalition in programme.rows:
            break
        _require(programme, [coalition], game.cost(found.members[None, :]) / scale)
    raise AllmendeError(
        f"The least core of {n} players was not settled with {len(programme.rows)} groups.",
        where=f"a largest complaint between {level:,.2f} and {found.at_most:,.2f} euro",
        expected=f"a cost function that {CUTS} groups determine",
        todo="Choose shapley or scrb, which are tested against every group.",
    )


def _require(programme: Programme, coalitions: list[int], costs: Floats) -> None:
    programme.require(coalitions, -costs, [1.0] * len(coalitions))
