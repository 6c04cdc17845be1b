"""Cells tried on the past: how wide their intervals have to be, and how often a direction would have been right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.outlook.cells.course import EIGHTY, Course, follow
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
    """What would have been said of a group in some cells [N] at a horizon, and what came, of cells of which all is known."""

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
    courses = [_course(grid, forecast) for forecast in test.forecasts if forecast.origin in grid.years]
    widths, tried = list[Widths | None](), list[Tried]()
    for k, group in enumerate(grid.groups):
        said = [each for course in courses for each in _say(grid, course, k, rule.least)]
        widths.append(_widths(said, rule.learnt_apart))
        tried += _try(group, said, widths[-1], rule.learnt_apart)
    return Lesson(tuple(widths), tuple(tried))


def _course(grid: Grid, forecast: Forecast) -> Course:
    units = len(forecast.model.units)
    spread = relative(*(each[:, :units, 0] for each in (forecast.low, forecast.middle, forecast.high)))
    return follow(grid, run(forecast.model), np.concatenate([np.zeros((1, units)), spread]))


def _say(grid: Grid, course: Course, group: int, least: float) -> list[_Said]:
    """Return what was said of a group in one year, horizon by horizon."""
    found = []
    for step, year in enumerate(course.years):
        if step and year in grid.years:
            now, came = course.figures[:, group], grid.figures[grid.years.index(year), :, group]
            half = np.sqrt(course.half[step, :, group] ** 2 + EIGHTY**2 * grid.noise)
            columns = np.stack([now, course.middle[step, :, group], half, came])
            known = np.isfinite(columns).all(axis=0) & (now >= least)
            found.append(_Said(course.years[0], step, *columns[:, known]))
    return found


def _widths(said: Sequence[_Said], sizes: Sequence[float]) -> Widths | None:
    """Learn the factors on half-widths, if the past errors are enough."""
    if sum(len(each.now) for each in said) < FEWEST:
        return None
    people, horizons = [each.now for each in said], [each.horizon for each in said]
    scores = [score(each.middle, each.half, each.came) for each in said]
    return calibrate(scores, people, horizons, known_sizes(people, horizons, sizes))


def _try(group: str, said: Sequence[_Said], whole: Widths | None, sizes: Sequence[float]) -> Iterator[Tried]:
    """Judge what was said at every horizon, by widths that do not know its origin where others reach as far."""
    unknowing = {
        origin: _widths([each for each in said if each.origin != origin], sizes) for origin in {s.origin for s in said}
    }
    for step in sorted({each.horizon for each in said}):
        then = [each for each in said if each.horizon == step]
        judged = [_judge(each, unknowing[each.origin] if len(then) > 1 else whole) for each in then]
        cells, held, sure, right = np.sum(judged, axis=0).tolist()
        if cells:
            yield Tried(group, step, cells, 100 * held / cells, sure, right)


def _judge(said: _Said, widths: Widths | None) -> tuple[int, int, int, int]:
    """Count cells, intervals that held, directions called sure, and those of them that came."""
    if widths is None:
        return 0, 0, 0, 0
    wide = said.half * widths.at(said.now, said.horizon)[:, LEVEL]
    sure = np.abs(said.middle - said.now) > wide
    right = sure & ((said.came - said.now) * (said.middle - said.now) > 0)
    return len(said.now), int((np.abs(said.came - said.middle) <= wide).sum()), int(sure.sum()), int(right.sum())
