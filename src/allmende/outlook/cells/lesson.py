"""Cells tried on the past: how wide their intervals have to be, and how often a direction would have been right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.outlook.cells.course import EIGHTY, follow
from allmende.outlook.cells.file import Tried
from allmende.outlook.cells.grids import Grid
from allmende.outlook.cells.rule import LEVEL, Rule
from allmende.outlook.track import BackTest, Forecast, known_sizes
from allmende.projection.run import run
from allmende.projection.widths import FEWEST, Widths, calibrate, score

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What the past teaches of a grid: factors on half-widths by group, None where it is too short, and how it went."""

    widths: tuple[Widths | None, ...]
    tried: tuple[Tried, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """What would have been said of cells and groups [C, K] at a horizon, and what came; NaN where either is not known."""

    origin: int
    horizon: int
    now: Floats
    middle: Floats
    half: Floats
    came: Floats


def relative(low: Floats, middle: Floats, high: Floats) -> Floats:
    """Return half of an interval as a part of its middle, 0 where nobody is expected."""
    return np.divide((high - low) / 2, middle, out=np.zeros_like(middle), where=middle > 0)


def learn(grid: Grid, test: BackTest, rule: Rule) -> Lesson:
    """Repeat what is said of cells from every origin of a back-test, and compare it with the figures that came.

    Only groups of `rule.least` persons or more count, as only these are told of. A figure that came has noise of its own, which
    no interval has to hold; it is taken off. A group with fewer than `FEWEST` past errors teaches nothing.
    """
    said = [each for forecast in test.forecasts for each in _say(grid, forecast, rule.least)]
    groups, sizes = range(len(grid.groups)), rule.learnt_apart
    tried = [
        found for k in groups for step in sorted({each.horizon for each in said}) for found in _try(grid, said, k, step, sizes)
    ]
    return Lesson(tuple(_widths(said, k, sizes) for k in groups), tuple(tried))


def _say(grid: Grid, forecast: Forecast, least: float) -> list[_Said]:
    if forecast.origin not in grid.years:
        return []
    units = len(forecast.model.units)
    spread = relative(*(each[:, :units, 0] for each in (forecast.low, forecast.middle, forecast.high)))
    course = follow(grid, run(forecast.model), np.concatenate([np.zeros((1, units)), spread]))
    now = np.where(course.figures >= least, course.figures, np.nan)
    return [
        _Said(
            forecast.origin,
            step,
            now,
            course.middle[step],
            np.sqrt(course.half[step] ** 2 + EIGHTY**2 * grid.noise),
            grid.figures[grid.years.index(year)],
        )
        for step, year in enumerate(course.years)
        if step and year in grid.years
    ]


def _known(each: _Said, group: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return now, middle, half-width and what came, of cells of which all are known."""
    columns = np.stack([each.now, each.middle, each.half, each.came])[..., group]
    now, middle, half, came = columns[:, np.isfinite(columns).all(axis=0)]
    return now, middle, half, came


def _widths(said: Sequence[_Said], group: int, sizes: Sequence[float]) -> Widths | None:
    known = [(each.horizon, *_known(each, group)) for each in said]
    if sum(len(now) for _, now, *_ in known) < FEWEST:
        return None
    people, horizons = [now for _, now, *_ in known], [horizon for horizon, *_ in known]
    scores = [score(middle, half, came) for _, _, middle, half, came in known]
    return calibrate(scores, people, horizons, known_sizes(people, horizons, sizes))


def _try(grid: Grid, said: Sequence[_Said], group: int, step: int, sizes: Sequence[float]) -> list[Tried]:
    cells, held, sure, right = 0, 0, 0, 0
    for each in said:
        others = [one for one in said if one.origin != each.origin]
        reach = any(one.horizon == step for one in others)
        widths = _widths(others if reach else said, group, sizes) if each.horizon == step else None
        if widths is None:
            continue
        now, middle, half, came = _known(each, group)
        wide = half * widths.at(now, step)[:, LEVEL]
        called = np.abs(middle - now) > wide
        cells += len(now)
        held += int((np.abs(came - middle) <= wide).sum())
        sure += int(called.sum())
        right += int((called & ((came - now) * (middle - now) > 0)).sum())
    return [Tried(grid.groups[group], step, cells, 100 * held / cells, sure, right)] if cells else []
