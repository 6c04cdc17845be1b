"""Intervals that were earned: widths stretched until they held what came in the region's own past (conformal calibration)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError

Floats = NDArray[np.float64]

LEVELS = (0.5, 0.8, 0.95)
"""Coverage of the intervals that are published."""

FEWEST = 100
"""So many past errors tell a 95 % interval from an 80 % one: of 100 errors five are beyond the first (assumption)."""


@dataclass(frozen=True, slots=True)
class Widths:
    """Factors on the half-width of an interval, by size class of area, horizon and level.

    `sizes` are the upper bounds of the classes (persons), the last one infinite; `horizons` in years; `factor [C, H, L]`;
    `scores [C, H]` how many past errors each rests on.
    """

    sizes: tuple[float, ...]
    horizons: tuple[int, ...]
    levels: tuple[float, ...]
    factor: Floats
    scores: NDArray[np.int64]

    def at(self, people: Floats, horizon: int) -> Floats:
        """Return factors `[M, L]` for areas of so many people; between horizons interpolated, beyond them the last."""
        known = np.array(self.horizons, dtype=np.float64)
        by_class = np.apply_along_axis(lambda factors: np.interp(horizon, known, factors), 1, self.factor)
        return np.asarray(by_class[np.searchsorted(np.array(self.sizes), people, side="left")], dtype=np.float64)


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
    levels: Sequence[float] = LEVELS,
) -> Widths:
    """Fit factors by size class and horizon; `scores[i] [n]` and `people[i] [n]` belong to `horizons[i]`.

    A class with fewer than `FEWEST` past errors at a horizon borrows those of the nearest horizons until it has as many, or
    all of the class: an interval learnt from a dozen errors is as wide as their largest, or as narrow as luck.

    Raises `AllmendeError` for a size class that no past error belongs to: an interval for it would be a guess.
    """
    bounds = (*sizes, np.inf)
    steps = tuple(sorted(set(horizons)))
    place = [np.searchsorted(np.array(bounds), each, side="left") for each in people]
    factor = np.zeros((len(bounds), len(steps), len(levels)))
    count = np.zeros((len(bounds), len(steps)), dtype=np.int64)
    for c, bound in enumerate(bounds):
        by_step = {
            step: np.concatenate([scores[i][place[i] == c] for i, horizon in enumerate(horizons) if horizon == step])
            for step in steps
        }
        if not sum(map(len, by_step.values())):
            raise AllmendeError(
                f"No area of the past has up to {bound:g} people, so the width of its interval cannot be learnt.",
                expected="areas of every size class in the back-test",
                todo="Choose wider size classes.",
            )
        for h, step in enumerate(steps):
            own = _borrow(by_step, step)
            count[c, h] = len(own)
            factor[c, h] = [conformal_factor(own, level) for level in levels]
    return Widths(bounds, steps, tuple(levels), factor, count)


def _borrow(by_step: Mapping[int, Floats], step: int) -> Floats:
    """Return the scores of a horizon and, while there are too few, of the next nearest ones."""
    gathered: list[Floats] = []
    for near in sorted(by_step, key=lambda each: (abs(each - step), each)):
        if sum(map(len, gathered)) >= FEWEST:
            break
        gathered.append(by_step[near])
    return np.concatenate(gathered)
