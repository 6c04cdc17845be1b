"""The rule of what is told of a grid's cells ahead; in words: docs/methods/disclosure-control.md, "Cells ahead"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.outlook.cells.course import Course
from allmende.outlook.cells.file import UNTOLD, CellsAhead, Tried
from allmende.outlook.cells.grids import Grid
from allmende.parameters import load
from allmende.projection.widths import LEVELS, Widths

Floats = NDArray[np.float64]

LEVEL = LEVELS.index(0.8)
"""The interval that a direction has to be sure by."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What may be told: sizes of cells, years ahead, the least published persons of a group, and ends of classes in per cent.

    `learnt_apart` are bounds of the size classes whose intervals are learnt apart.
    """

    sizes: tuple[int, ...]
    horizons: tuple[int, ...]
    least: int
    classes: tuple[float, ...]
    learnt_apart: tuple[int, ...]


def the_rule() -> Rule:
    """Return the rule for everybody: `parameters/cells_ahead.toml`, which no region's settings change."""
    chosen = load("cells_ahead")
    lists = {name: tuple(value) for name, value in chosen.items() if isinstance(value, list)}
    return Rule(least=chosen["least"], **lists)


def tell(grid: Grid, course: Course, widths: Sequence[Widths | None], tried: Sequence[Tried], rule: Rule) -> CellsAhead | None:
    """Say of each cell and group no more than the rule lets: a class of change, and whether the 80 % interval holds both signs.

    A cell is told of if the release shows it in the base year with `least` persons or more, a group likewise; nothing is told
    of a group whose intervals the past could not teach. People are numbered for exact grids only, which stay with their hub.
    None if nothing is left to tell.
    """
    steps = [step for step in rule.horizons if step < len(course.years)]
    shown = course.figures >= (1 if grid.exact else rule.least)
    shown &= shown[:, :1] & np.array([each is not None for each in widths])
    shown &= np.isfinite(course.growth[0])
    kept = np.flatnonzero(shown.any(axis=1))
    if not (steps and len(kept)):
        return None
    growth, half = course.growth[steps][:, kept], course.half[steps][:, kept]
    now, told = course.figures[kept], shown[kept]
    percent = 100 * (growth - 1)
    wide = 100 * half * _factors(widths, now, steps) / np.where(told, now, 1)
    change = np.where(told, np.searchsorted(rule.classes, percent, side="right"), UNTOLD)
    return CellsAhead(
        size=grid.size,
        table=grid.table,
        groups=grid.groups,
        base_year=course.years[0],
        years=tuple(course.years[step] for step in steps),
        cells=tuple(grid.cells[at] for at in kept),
        now=np.where(told, now, 0).T.astype(np.int64),
        change=np.moveaxis(change, 2, 0).astype(np.int8),
        open=np.moveaxis(told & (np.abs(percent) < wide), 2, 0),
        tried=tuple(tried),
        people=np.moveaxis(np.where(told, now * growth, 0), 2, 0).round(1) if grid.exact else None,
    )


def _factors(widths: Sequence[Widths | None], now: Floats, steps: Sequence[int]) -> Floats:
    """Return the factors on half-widths [H, C, K]; 1 where nothing is told."""
    people = np.nan_to_num(now)
    by_group = [
        np.ones((len(steps), len(now))) if each is None else np.stack([each.at(people[:, k], step)[:, LEVEL] for step in steps])
        for k, each in enumerate(widths)
    ]
    return np.stack(by_group, axis=-1)
