"""Intervals as wide as the past taught: quantiles of draws for areas, and draws widened one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from allmende.outlook.folder import LEVELS, sum_matrix
from allmende.projection.draws import Draws, quantiles
from allmende.projection.widths import REFERENCE, Widths, as_drawn

Floats = NDArray[np.float64]


def fan_out(drawn: Draws, areas: Sequence[str], parents: Sequence[str], widths: Widths) -> Floats:
    """Return quantiles `LEVELS` of draws for areas `[Q, Y, R, K]`: the median as drawn, intervals as wide as the past taught.

    An interval of level L is the median ± factor(L, people in the base year, horizon) × half of the 80 % interval as drawn;
    nothing falls below 0. The base year is as sure as its figures: its intervals stay as drawn.
    """
    sums = sum_matrix(areas, drawn.units, parents).astype(np.float64)
    low, middle, high = quantiles(drawn, [0.1, 0.5, 0.9], totals=sums)
    half = (high - low) / 2
    fan = np.empty((len(LEVELS), *middle.shape))
    fan[LEVELS.index(0.5)] = middle
    for at, level in enumerate(widths.levels):
        below, above = LEVELS.index(round((1 - level) / 2, 3)), LEVELS.index(round((1 + level) / 2, 3))
        factor = _factors(drawn, middle, widths, at)[..., None]
        fan[below] = np.maximum(middle - factor * half, 0)
        fan[above] = middle + factor * half
    return fan


def stretch(drawn: Draws, widths: Widths, sums: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return draws of areas `[S, Y, R, K]`, drawn out around their median as far as the past taught.

    `sums [R, M]` says which units an area is made of. Every draw is moved away from the median by the factor of the 80 %
    interval, other than printed intervals, which have the factor of their own level; what would fall below 0 is 0.
    """
    value: NDArray[np.float32] = np.matmul(sums, drawn.value)
    middle = np.median(value, axis=0)
    factor = _factors(drawn, middle.astype(np.float64), widths, widths.levels.index(REFERENCE)).astype(np.float32)
    value -= middle
    value *= factor[..., None]
    value += middle
    return np.maximum(value, 0, out=value)


def _factors(drawn: Draws, middle: Floats, widths: Widths, level: int) -> Floats:
    """Return the factor on the width of each area's intervals by year `[Y, R]`; in the base year as drawn.

    An area has one size for all years, that of the base year: an interval does not jump because a median crosses a bound.
    """
    base = as_drawn(widths.levels)
    people, ahead = _people(drawn, middle[0]), [year - drawn.years[0] for year in drawn.years]
    by_year = [widths.at(people, step)[:, level] if step else np.full(len(people), base[level]) for step in ahead]
    return np.stack(by_year)


def _people(drawn: Draws, now: Floats) -> Floats:
    """Return the size of each area from its bands `[R, K]`: that of everybody, or else the largest band drawn."""
    whole = [at for at, band in enumerate(drawn.bands) if (band.low, band.high, band.sex) == (0, 100, None)]
    return np.asarray(now[..., whole[0]] if whole else now.max(axis=-1), dtype=np.float64)
