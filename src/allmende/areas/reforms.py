"""Dated territorial reforms: carry a table from one date's municipalities to another's, and prove that nobody was lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError, Refused

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

POPULATION, AREA, EMPLOYEES = "population", "area", "employees"

ROUNDED = 1e-3
"""Weights of one old area may miss 1 by this much, for official tables print four decimals; they are then scaled to 1."""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures by key: `values` has one row a key and one column a name of `columns`."""

    keys: tuple[str, ...]
    columns: tuple[str, ...]
    values: Floats

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.keys), len(self.columns)):
            raise ValueError(
                f"{len(self.keys)} keys and {len(self.columns)} columns need values of that shape, not {self.values.shape}."
            )
        if len(set(self.keys)) != len(self.keys):
            raise ValueError("A key occurs twice; add its rows first.")

    def totals(self) -> dict[str, float]:
        """Return the sum of each column."""
        return dict(zip(self.columns, self.values.sum(axis=0).tolist(), strict=True))

    def row(self, key: str) -> dict[str, float]:
        """Return the figures of one key."""
        return dict(zip(self.columns, self.values[self.keys.index(key)].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Step:
    """One change of territory: link i moves the share `weights[basis][i]` of `source[i]` to `target[i]`.

    `start` and `end` date the territories it leads from and to. A `complete` step lists every area, changed or not; otherwise
    areas that are not listed stay as they are. Weights that nobody knows are NaN.
    """

    start: date
    end: date
    source: tuple[str, ...]
    target: tuple[str, ...]
    weights: Mapping[str, Floats]
    complete: bool
    origin: str


@dataclass(frozen=True, slots=True)
class Loss:
    """A key with people (or whatever was counted) that a complete step does not know."""

    key: str
    step: Step
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Report:
    """What happened on the way: `residual` is after minus before, by column; `lost` explains it, key by key.

    `empty` names the keys that a complete step does not know either, but that count nothing.

    `split` names the old areas that were divided, `by_area` those of them for which the weights asked for were missing or
    unusable (uninhabited areas above all), so that area decided.
    """

    territory_date: date
    residual: Mapping[str, float]
    lost: tuple[Loss, ...]
    empty: tuple[str, ...]
    split: tuple[str, ...]
    by_area: tuple[str, ...]


@dataclass(slots=True)
class _Notes:
    lost: list[Loss] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    split: list[str] = field(default_factory=list)
    by_area: list[str] = field(default_factory=list)


def carry(
    table: Table, steps: Sequence[Step], *, by: str = POPULATION, whole: bool = False, tolerance: float = 1e-9
) -> tuple[Table, Report]:
    """Carry a table through steps in order of time: target = Σ source × weight.

    `by` chooses the weights; `whole` divides integer counts into integers by the largest remainder (ties: the smaller key), so
    that each old area's parts add up to it. Raises Refused if a column changes by more than `tolerance` (share of its total),
    naming the keys that lose; AllmendeError for steps that do not follow one another and for weights that cannot be used.

    >>> step = Step(date(2022, 12, 31), date(2023, 12, 31), ("a", "b", "b"), ("a", "a", "c"),
    ...             {"population": np.array([1, 0.25, 0.75])}, complete=True, origin="example")
    >>> table, report = carry(Table(("a", "b"), ("people",), np.array([[10.0], [6.0]])), [step], whole=True)
    >>> table.keys, table.values.ravel().tolist(), report.split  # 1.5 and 4.5: one half is enough for the smaller key
    (('a', 'c'), [12.0, 4.0], ('b',))
    """
    _check_order(steps)
    if whole and (table.values != np.floor(table.values)).any():
        raise AllmendeError(
            "Only whole counts can be divided into whole parts.", expected="integers in every column", todo="Leave `whole` out."
        )
    notes, now = _Notes(), table
    for step in steps:
        now = _apply(now, step, by, whole, notes)
    residual = now.values.sum(axis=0) - table.values.sum(axis=0)
    _check_mass(table, residual, notes.lost, tolerance)
    return now, Report(
        steps[-1].end,
        dict(zip(table.columns, residual.tolist(), strict=True)),
        tuple(notes.lost),
        tuple(notes.empty),
        tuple(notes.split),
        tuple(notes.by_area),
    )


def _check_order(steps: Sequence[Step]) -> None:
    if not steps:
        raise ValueError("Give at least one step.")
    for before, after in pairwise(steps):
        if after.start < before.end:
            raise AllmendeError(
                f"The step from {after.start} follows a step that already leads to {before.end}.",
                expected="steps in order of time that do not overlap",
                todo="Sort the steps, or leave one out.",
            )


def _check_mass(table: Table, residual: Floats, lost: Sequence[Loss], tolerance: float) -> None:
    total = np.abs(table.values).sum(axis=0)
    if not (np.abs(residual) > tolerance * total).any():
        return
    column = int(np.argmax(np.abs(residual) / np.maximum(total, 1)))
    name = table.columns[column]
    worst = sorted(lost, key=lambda loss: -abs(loss.values[name]))[:10]
    named = ", ".join(f"{loss.key} ({loss.values[name]:,.0f}, absent from {loss.step.origin})" for loss in worst)
    raise Refused(
        f"Carrying {name!r} would change its total of {total[column]:,.0f} by {residual[column]:,.3f}.",
        where=f"{named} and {len(lost) - len(worst)} more" if len(lost) > len(worst) else named,
        expected=f"a change of at most {tolerance:g} of the total",
        todo="Check that the keys are of the date that the first step starts from, or accept the loss by a tolerance.",
    )


def _apply(table: Table, step: Step, by: str, whole: bool, notes: _Notes) -> Table:
    position = {key: row for row, key in enumerate(table.keys)}
    linked = [link for link, source in enumerate(step.source) if source in position]
    rows = np.array([position[step.source[link]] for link in linked], dtype=np.int64)
    targets = [step.target[link] for link in linked]
    weights = _weights(step, by, np.array(linked, dtype=np.int64), rows, table, notes)
    absent = np.setdiff1d(np.arange(len(table.keys)), rows)
    if step.complete:
        for row in absent:
            key = table.keys[row]
            if table.values[row].any():
                notes.lost.append(Loss(key, step, table.row(key)))
            else:
                notes.empty.append(key)
    else:
        rows = np.concatenate([rows, absent])
        targets += [table.keys[row] for row in absent]
        weights = np.concatenate([weights, np.ones(len(absent))])
    keys = tuple(sorted(set(targets)))
    place = {key: row for row, key in enumerate(keys)}
    to = np.array([place[key] for key in targets], dtype=np.int64)
    parts = table.values[rows] * weights[:, None]
    if whole:
        _make_whole(parts, rows, to)
    values = np.zeros((len(keys), len(table.columns)))
    np.add.at(values, to, parts)
    return Table(keys, table.columns, values)


def _weights(step: Step, by: str, links: Ints, rows: Ints, table: Table, notes: _Notes) -> Floats:
    """Return one weight per link, scaled so that those of each old area sum to 1."""
    count = len(table.keys)
    asked, asked_sum = _sums(step, by, links, rows, count)
    usable = np.abs(asked_sum - 1) <= ROUNDED
    weights, sums = asked, asked_sum
    doubtful = np.unique(rows[~usable[rows]])
    if len(doubtful):
        area, area_sum = _sums(step, AREA, links, rows, count)
        hopeless = doubtful[~(np.abs(area_sum[doubtful] - 1) <= ROUNDED)]
        if len(hopeless):
            raise AllmendeError(
                f"The weights of {[table.keys[row] for row in hopeless[:10]]} do not sum to 1, neither by {by} nor by area.",
                where=step.origin,
                expected="shares of each old area that sum to 1",
                todo="Correct these rows of the table.",
            )
        weights, sums = np.where(usable[rows], asked, area), np.where(usable, asked_sum, area_sum)
    divided = np.flatnonzero(np.bincount(rows, minlength=count) > 1)
    notes.split.extend(table.keys[row] for row in divided)
    notes.by_area.extend(table.keys[row] for row in doubtful if row in divided)
    return weights / sums[rows]


def _sums(step: Step, by: str, links: Ints, rows: Ints, count: int) -> tuple[Floats, Floats]:
    if by not in step.weights:
        raise AllmendeError(
            f"There are no weights by {by}.",
            where=step.origin,
            expected=f"one of {sorted(step.weights)}",
            todo="Choose weights that every step has.",
        )
    weights = step.weights[by][links]
    return weights, np.bincount(rows, weights=weights, minlength=count).astype(np.float64)


def _make_whole(parts: Floats, rows: Ints, to: Ints) -> None:
    """Round the parts of each old area in place so that they stay its count: floor, then the largest remainders."""
    for row in np.flatnonzero(np.bincount(rows) > 1) if len(rows) else ():
        links = np.flatnonzero(rows == row)
        links = links[np.argsort(to[links], kind="stable")]
        exact = parts[links]
        floor = np.floor(exact + 1e-9)
        short = np.rint(exact.sum(axis=0) - floor.sum(axis=0)).astype(int)
        for column, missing in enumerate(short):
            largest = np.argsort(floor[:, column] - exact[:, column], kind="stable")[:missing]
            floor[largest, column] += 1
        parts[links] = floor
