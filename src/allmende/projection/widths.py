"""Intervals that were earned: widths stretched until they held what came in the region's own past (conformal calibration)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError

Floats = NDArray[np.float64]

LEVELS = (0.5, 0.8, 0.95)
"""Coverage of the intervals that are published."""

REFERENCE = 0.8
"""Widths are measured in half-widths of the 80 % interval as drawn."""

FEWEST = 100
"""So many past errors tell a 95 % interval from an 80 % one: of 100 errors five are beyond the first (assumption)."""

TRUSTED = 20
"""A size class of so many areas is trusted half; the other half is what all areas taught together (assumption)."""


@dataclass(frozen=True, slots=True)
class Widths:
    """Factors on half of the 80 % interval as drawn, by size class of area, horizon and level.

    `sizes` are the upper bounds of the classes (persons), the last one infinite; `centres` the geometric means of the areas
    that taught them, ascending; `horizons` in years; `factor [C, H, L]`; `scores [C, H]` how many past errors of its own each
    rests on.
    """

    sizes: tuple[float, ...]
    centres: tuple[float, ...]
    horizons: tuple[int, ...]
    levels: tuple[float, ...]
    factor: Floats
    scores: NDArray[np.int64]

    def at(self, people: Floats, horizon: int) -> Floats:
        """Return factors `[M, L]` for areas of so many people in the base year.

        Between horizons they are interpolated, between the centres of size classes in the logarithm of people; outside, the
        nearest centre holds. Beyond the last horizon H what the past narrowed widens again, until at 2 H no interval is
        narrower than it was drawn: errors of a few years teach nobody to be surer of thirty.
        """
        known = np.array(self.horizons, dtype=np.float64)
        by_class = np.apply_along_axis(lambda factors: np.interp(horizon, known, factors), 1, self.factor)
        beyond = np.clip(horizon / known[-1] - 1, 0, 1)
        by_class += beyond * np.maximum(as_drawn(self.levels) - by_class, 0)
        at, centres = np.log(np.maximum(people, 1)), np.log(np.array(self.centres))
        return np.stack([np.interp(at, centres, factors) for factors in by_class.T], axis=-1)


def as_drawn(levels: Sequence[float]) -> Floats:
    """Return the factors `[L]` that leave intervals as they were drawn, if draws are normal.

    >>> as_drawn(LEVELS).round(2).tolist()
    [0.53, 1.0, 1.53]
    """
    half = [NormalDist().inv_cdf((1 + level) / 2) for level in (*levels, REFERENCE)]
    return np.array(half[:-1]) / half[-1]


def score(forecast: Floats, half_width: Floats, actual: Floats) -> Floats:
    """Return how many half-widths a forecast was off: `|y - ŷ| / w`."""
    if (half_width <= 0).any():
        raise AllmendeError(
            "An interval has no width, so its past errors cannot be measured in widths.",
            expected="half-widths above 0",
            todo="Draw more scenarios, or leave out areas without people.",
        )
    scores: Floats = np.abs(actual - forecast) / half_width
    return scores


def conformal_factor(scores: Floats, level: float) -> float:
    """Return the `⌈(n + 1) level⌉`-th smallest score: stretched by it, intervals hold a new value at least that often.

    Holds for exchangeable areas and any model (split conformal prediction). With too few scores for the level the largest is
    taken, and the promise is weaker: `n / (n + 1)`.

    >>> conformal_factor(np.arange(1.0, 10.0), 0.8)
    8.0
    """
    if not len(scores):
        raise ValueError("no past errors to learn from")
    rank = int(np.ceil((len(scores) + 1) * level))
    return float(np.sort(scores)[min(rank, len(scores)) - 1])


def calibrate(
    scores: Sequence[Floats],
    people: Sequence[Floats],
    horizons: Sequence[int],
    sizes: Sequence[float],
) -> Widths:
    """Fit factors by size class and horizon; `scores[i] [n]` and `people[i] [n]` belong to `horizons[i]` and n different areas.

    `people` are those of the year of the forecast. Classes of few areas lean on what all areas taught together (`_lean`).

    Raises `AllmendeError` for a size class that no past error belongs to: an interval for it would be a guess.
    """
    bounds = (*sizes, np.inf)
    steps = tuple(sorted(set(horizons)))
    place = [np.searchsorted(np.array(bounds), each, side="left") for each in people]
    together, _ = _learn(scores, horizons, steps)
    centres, factors, counts = [], [], []
    for c, bound in enumerate(bounds):
        of_class = [each == c for each in place]
        areas = max(int(each.sum()) for each in of_class)
        if not areas:
            raise AllmendeError(
                f"No area of the past has up to {bound:g} people, so the width of its interval cannot be learnt.",
                expected="areas of every size class in the back-test",
                todo="Choose wider size classes.",
            )
        own, count = _learn([each[of] for each, of in zip(scores, of_class, strict=True)], horizons, steps)
        taught = np.concatenate([each[of] for each, of in zip(people, of_class, strict=True)])
        centres.append(float(np.exp(np.log(np.maximum(taught, 1)).mean())))
        factors.append(_lean(own, together, areas / (areas + TRUSTED)))
        counts.append(count)
    return Widths(bounds, tuple(centres), steps, LEVELS, np.array(factors), np.array(counts))


def _learn(scores: Sequence[Floats], horizons: Sequence[int], steps: Sequence[int]) -> tuple[Floats, NDArray[np.int64]]:
    """Return factors `[H, L]` and how many past errors each horizon rests on.

    A horizon with fewer than `FEWEST` borrows those of the nearest horizons until it has as many, or all: an interval learnt
    from a dozen errors is as wide as their largest, or as narrow as luck.
    """
    by_step = {
        step: np.concatenate([each for each, horizon in zip(scores, horizons, strict=True) if horizon == step])
        for step in steps
    }
    own = [_borrow(by_step, step) for step in steps]
    factor = np.array([[conformal_factor(each, level) for level in LEVELS] for each in own])
    return factor, np.array([len(each) for each in own], dtype=np.int64)


def _lean(own: Floats, together: Floats, trust: float) -> Floats:
    """Lean factors `[H, L]` of a class on those of all areas: the 80 % interval only to be wider, the others in their shape.

    Errors of a dozen towns, which repeat from year to year, tell 50 and 95 % from 80 % by luck; and that few areas were hit
    well is no reason to be surer of all of their size.
    """
    at = LEVELS.index(REFERENCE)
    wide, all_wide = own[:, at, None], together[:, at, None]
    shape = trust * _shape(own) + (1 - trust) * _shape(together)
    return np.asarray(shape * np.maximum(wide, trust * wide + (1 - trust) * all_wide), dtype=np.float64)


def _shape(factor: Floats) -> Floats:
    """Return factors `[H, L]` relative to that of the 80 % interval; as drawn where that held everything at no width."""
    reference = factor[:, LEVELS.index(REFERENCE), None]
    drawn = np.tile(as_drawn(LEVELS), (len(factor), 1))
    return np.divide(factor, reference, out=drawn, where=reference > 0)


def _borrow(by_step: Mapping[int, Floats], step: int) -> Floats:
    """Return the scores of a horizon and, while there are too few, of the next nearest ones."""
    gathered: list[Floats] = []
    for near in sorted(by_step, key=lambda each: (abs(each - step), each)):
        if sum(map(len, gathered)) >= FEWEST:
            break
        gathered.append(by_step[near])
    return np.concatenate(gathered)
