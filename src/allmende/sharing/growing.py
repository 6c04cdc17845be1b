"""A linear programme over shares that grows by coalitions, solved by HiGHS from where it stood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

import highspy
import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.sharing.games import Floats

INFINITY = float("inf")
PRECISION = 1e-10
"""Of the solver, on worths scaled to 1; final shares are computed again from the coalitions that bind."""

OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "presolve": "off",
    "solver": "simplex",
    "primal_feasibility_tolerance": PRECISION,
    "dual_feasibility_tolerance": PRECISION,
}


class Unlimited(AllmendeError):
    """The coalitions whose amounts are stated do not limit a programme."""

    def __init__(self) -> None:
        super().__init__(
            "The coalitions whose amounts are stated do not determine shares.",
            where="all together",
            expected="amounts of single players and of enough coalitions",
            todo="State more coalitions.",
        )


class Programme:
    """Minimise over shares x and a level t: Σ x over S + weight · t ≥ bound, one row a coalition; see `least`.

    >>> split = Programme(np.array([0.0, 0.0]), level=True)
    >>> split.require([3], [1.0], [0.0], exactly=True)
    >>> split.require([1, 2], [0.4, 0.2], [1.0, 1.0])
    >>> shares, level = split.solve()
    >>> round(level, 9), [s for s, dual in split.binding() if dual]
    (-0.2, [1, 2])
    """

    def __init__(self, least: Floats, *, level: bool) -> None:
        """Begin with no rows; with `level` minimise t, else the sum of the shares. `least` bounds the shares below."""
        self.n = len(least)
        self._least = least
        self._lp = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in OPTIONS.items():
            self._lp.setOptionValue(name, value)
        for bound in least:
            self._lp.addVar(float(bound), INFINITY)
        self._lp.addVar(-INFINITY, INFINITY)
        costs = [0.0] * self.n + [1.0] if level else [1.0] * self.n + [0.0]
        for column, cost in enumerate(costs):
            self._lp.changeColCost(column, cost)
        self.rows: list[int] = []
        self._fixed: list[bool] = []

    def set_gain(self, gain: Floats, *, upper: float) -> None:
        """Maximise the sum of gain · share instead, shares at most `upper`."""
        for player, each in enumerate(gain):
            self._lp.changeColCost(player, -float(each))
            self._lp.changeColBounds(player, self._least[player], upper)

    def require(
        self,
        coalitions: Sequence[int],
        bounds: Sequence[float] | Floats,
        weights: Sequence[float] | Floats,
        *,
        exactly: bool = False,
    ) -> None:
        """Add a row for each coalition."""
        columns = [[*(i for i in range(self.n) if s >> i & 1), self.n] for s in coalitions]
        entries = [[1.0] * (len(c) - 1) + [float(w)] for c, w in zip(columns, weights, strict=True)]
        starts = np.cumsum([0] + [len(c) for c in columns[:-1]], dtype=np.int32)
        lower = np.array(bounds, dtype=np.float64)
        upper = lower if exactly else np.full(len(lower), INFINITY)
        flat, values = np.array([*chain(*columns)], dtype=np.int32), np.array([*chain(*entries)])
        self._lp.addRows(len(lower), lower, upper, len(flat), starts, flat, values)
        self.rows += coalitions
        self._fixed += [exactly] * len(coalitions)

    def solve(self) -> tuple[Floats, float]:
        """Return the best shares and the level; raises `Unlimited` if the coalitions do not limit the programme."""
        self._lp.run()
        status = self._lp.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            unlimited = (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible)
            if status in unlimited:
                raise Unlimited
            raise ArithmeticError(f"Linear programme: {self._lp.modelStatusToString(status)}")
        values = np.array(self._lp.getSolution().col_value)
        return values[: self.n], float(values[self.n])

    def binding(self) -> list[tuple[int, float]]:
        """Return the coalitions of rows that are not fixed, each with its dual (0 or more)."""
        duals = self._lp.getSolution().row_dual
        return [(s, dual) for s, dual, fixed in zip(self.rows, duals, self._fixed, strict=True) if not fixed]

    def bounded(self) -> Floats:
        """Return the dual of each player's least share."""
        return np.array(self._lp.getSolution().col_dual)[: self.n]

    def fix(self, coalition: int, amount: float) -> None:
        """Fix what a coalition of the programme gets, at whatever level."""
        row = self.rows.index(coalition)
        self._lp.changeCoeff(row, self.n, 0.0)
        self._lp.changeRowBounds(row, amount, amount)
        self._fixed[row] = True

    def fix_share(self, player: int, amount: float) -> None:
        """Fix a player's share."""
        self._lp.changeColBounds(player, amount, amount)

    def drop(self, needless: Iterable[int]) -> None:
        """Remove the rows of these coalitions, unless they are fixed."""
        gone = set(needless)
        places = [row for row, s in enumerate(self.rows) if s in gone and not self._fixed[row]]
        if places:
            self._lp.deleteRows(len(places), np.array(places, dtype=np.int32))
            kept = np.setdiff1d(np.arange(len(self.rows)), places)
            self.rows = [self.rows[row] for row in kept]
            self._fixed = [self._fixed[row] for row in kept]

    def slack(self) -> NDArray[np.float64]:
        """Return for each row how far it is above its bound."""
        above: Floats = np.array(self._lp.getSolution().row_value) - np.array(self._lp.getLp().row_lower_)
        return above
