"""Need against capacity: how probable it is that there is too little, from when, and how much is missing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.needs.demand import Need
from allmende.needs.services import Floats

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""Quantiles that a balance keeps: the ends of the 95, 80 and 50 % intervals and the median."""


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """What a committee asks. Axes: quantile `Q` (`LEVELS`), year `Y`, catchment `C`, part `P`; units of the service.

    `need [Q, Y, C, P]`; `capacity [Y, C, P]`; `probability [Y, C, P]` that the need exceeds the capacity; `missing [Y, C, P]`
    the median of what is missing where something is missing (0 where nothing ever is); `spare [Y, C, P]` the median of
    what is not used; `steps [Q, Y, C, P]` groups, classes or practices needed, whole ones; `offered [Y, C, P]` those that the
    capacity fills.
    """

    years: tuple[int, ...]
    catchments: tuple[str, ...]
    parts: tuple[str, ...]
    need: Floats
    capacity: Floats
    probability: Floats
    missing: Floats
    spare: Floats
    steps: Floats
    offered: Floats

    def first_year(self, level: float) -> NDArray[np.int64]:
        """Return for each catchment and part `[C, P]` the first year with a shortfall more probable than `level`; 0: none."""
        over = self.probability > level
        return np.where(over.any(axis=0), np.asarray(self.years)[over.argmax(axis=0)], 0)

    def up_to(self, year: int) -> Balance:
        """Return the balance of the years up to this one, at least of the first."""
        n = max(sum(each <= year for each in self.years), 1)
        return Balance(
            self.years[:n], self.catchments, self.parts, self.need[:, :n], self.capacity[:n], self.probability[:n],
            self.missing[:n], self.spare[:n], self.steps[:, :n], self.offered[:n],
        )  # fmt: skip

    def coverage(self) -> Floats:
        """Return capacity in per cent of need `[Q, Y, C, P]`, lowest first; NaN where nobody needs anything.

        For doctors this is the Versorgungsgrad of the Bedarfsplanungs-Richtlinie.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.need > 0, 100 * self.capacity / self.need, np.nan)[::-1]


def weigh(need: Need, capacity: Floats) -> Balance:
    """Set the need of every draw against a capacity `[Y, C, P]`.

    Steps make the loss non-linear (one child more may open a group), so everything is computed draw by draw first.
    """
    if capacity.shape != need.value.shape[1:]:
        raise ValueError(f"capacity has shape {capacity.shape}; expected {need.value.shape[1:]}")
    ordered, draws = np.sort(np.moveaxis(need.value, 0, -1)), len(need.value)  # every figure below follows from the order
    there = capacity[..., None]
    short = (ordered - there > 1e-9).sum(axis=-1)
    step = np.array([part.step for part in need.service.told()])
    steps = np.ceil(ordered / step[:, None] - 1e-9)
    middle = ordered[..., [(draws - 1) // 2, draws // 2]]
    return Balance(
        years=need.years,
        catchments=need.catchments,
        parts=tuple(part.id for part in need.service.told()),
        need=_quantiles(ordered, LEVELS),
        capacity=capacity,
        probability=short / draws,
        missing=_median_of_last(ordered - there, short),
        spare=np.maximum(there - middle, 0).mean(axis=-1),
        steps=np.moveaxis(steps[..., [max(math.ceil(level * draws) - 1, 0) for level in LEVELS]], -1, 0),
        offered=np.floor(capacity / step + 1e-9),
    )


def quantiles(values: Floats, levels: Sequence[float]) -> Floats:
    """Return quantiles over the first axis (draws), linear between neighbours, as `numpy.quantile` and several times faster.

    >>> quantiles(np.array([4.0, 1.0, 3.0]), [0, 0.5, 0.75]).tolist()
    [1.0, 3.0, 3.5]
    """
    return _quantiles(np.sort(np.moveaxis(values, 0, -1)), levels)


def _quantiles(ordered: Floats, levels: Sequence[float]) -> Floats:
    place = np.asarray(levels) * (ordered.shape[-1] - 1)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, ordered.shape[-1] - 1)
    found: Floats = np.moveaxis(ordered[..., low] + (ordered[..., high] - ordered[..., low]) * (place - low), -1, 0)
    return found


def _median_of_last(ordered: Floats, count: NDArray[np.int64]) -> Floats:
    """Return the median of the last `count` of ordered values (last axis), 0 where there are none."""
    draws = ordered.shape[-1]
    pair = [np.minimum(draws - count + each, draws - 1) for each in (np.maximum(count - 1, 0) // 2, count // 2)]
    median = np.take_along_axis(ordered, np.stack(pair, axis=-1), axis=-1).mean(axis=-1)
    return np.where(count > 0, median, 0.0)
