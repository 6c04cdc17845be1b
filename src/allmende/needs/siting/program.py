"""A mixed-integer program that grows by blocks, and HiGHS that solves it."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

import highspy
import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

INFINITY = float("inf")


@dataclass(frozen=True, slots=True)
class Limits:
    """When the solver may stop before it has proved the optimum: seconds of search, relative gap.

    The answer always carries the bound that was proved, so stopping early is seen.
    """

    seconds: float = INFINITY
    gap: float = 0.0

    def until(self, moment: float) -> Limits:
        """Return what is left to a moment of `time.monotonic`."""
        return Limits(max(moment - monotonic(), 0.0), self.gap)

    def after(self, seconds: float) -> Limits:
        """Return what is left when `seconds` have been used."""
        return Limits(max(self.seconds - seconds, 0.0), self.gap)


NO_LIMITS = Limits()
"""Until the optimum is proved."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the solver found: values of the columns (none if it found no solution), objective and proved bound."""

    feasible: bool | None
    """True with a solution, False if there is none, None if the time ended before either was known."""
    values: Floats | None
    objective: float
    bound: float
    seconds: float


class Program:
    """Minimise a linear cost over columns and rows that are added in blocks.

    >>> program = Program()
    >>> open_ = program.add_columns(np.array([3.0, 2.0]), integer=True)
    >>> program.add_rows(1.0, INFINITY, np.array([0, 0]), open_, 1.0, count=1)
    >>> program.solve().values.tolist()
    [0.0, 1.0]
    """

    def __init__(self) -> None:
        self._columns: list[tuple[Floats, Floats, Floats, Floats]] = []
        self._rows: list[tuple[Floats, Floats]] = []
        self._entries: list[tuple[Ints, Ints, Floats]] = []
        self.width = 0
        self.height = 0

    def add_columns(self, cost: ArrayLike, *, lower: ArrayLike = 0.0, upper: ArrayLike = 1.0, integer: bool = False) -> Ints:
        """Add one column per cost and return their numbers."""
        costs = np.atleast_1d(np.asarray(cost, dtype=np.float64)).ravel()
        count = len(costs)
        self._columns.append((costs, _fill(lower, count), _fill(upper, count), _fill(float(integer), count)))
        self.width += count
        return np.arange(self.width - count, self.width)

    def add_rows(
        self, lower: ArrayLike, upper: ArrayLike, row: ArrayLike, column: ArrayLike, value: ArrayLike, *, count: int
    ) -> None:
        """Add `count` rows lower ≤ Σ value · column ≤ upper; `row` numbers the entries' rows from 0 within the block."""
        rows = np.asarray(row, dtype=np.int64).ravel()
        self._rows.append((_fill(lower, count), _fill(upper, count)))
        self._entries.append((rows + self.height, _fill(column, len(rows)).astype(np.int64), _fill(value, len(rows))))
        self.height += count

    def solve(self, limits: Limits = NO_LIMITS, start: Floats | None = None) -> Answer:
        """Solve; `start` is a solution to begin with (one value per column)."""
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("mip_rel_gap", limits.gap)
        solver.setOptionValue("time_limit", limits.seconds)
        solver.passModel(self._model())
        if start is not None:
            solver.setSolution(len(start), np.arange(len(start), dtype=np.int32), start)
        solver.run()
        return _read(solver)

    def _model(self) -> highspy.HighsLp:
        cost, lower, upper, integer = (np.concatenate(parts) for parts in zip(*self._columns, strict=True))
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self.width, self.height
        model.col_cost_, model.col_lower_, model.col_upper_ = cost, lower, upper
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(flag)] for flag in integer]
        model.row_lower_ = np.concatenate([low for low, _ in self._rows] or [np.empty(0)])
        model.row_upper_ = np.concatenate([high for _, high in self._rows] or [np.empty(0)])
        row, column, value = (np.concatenate(parts) for parts in zip(*self._entries, strict=True))
        order = np.argsort(row, kind="stable")
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=self.height))]).astype(np.int32)
        model.a_matrix_.index_ = column[order].astype(np.int32)
        model.a_matrix_.value_ = value[order]
        return model


def _fill(values: ArrayLike, count: int) -> Floats:
    return np.broadcast_to(np.asarray(values, dtype=np.float64).ravel(), count).copy()


def _read(solver: highspy.Highs) -> Answer:
    status, info = solver.getModelStatus(), solver.getInfo()
    seconds = float(solver.getRunTime())
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Answer(False, None, INFINITY, INFINITY, seconds)
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.array(solver.getSolution().col_value, dtype=np.float64) if found else None
    objective = float(info.objective_function_value) if found else INFINITY
    bound = objective if status == highspy.HighsModelStatus.kOptimal and info.mip_node_count < 0 else float(info.mip_dual_bound)
    return Answer(True if found else None, values, objective, bound, seconds)
