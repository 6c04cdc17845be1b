"""Need against capacity: how probable it is that there is too little, from when, and how much is missing."""

from __future__ import annotations

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
    gap = need.value - capacity
    short = gap > 1e-9
    step = np.array([part.step for part in need.service.parts])
    return Balance(
        years=need.years,
        catchments=need.catchments,
        parts=tuple(part.id for part in need.service.parts),
        need=np.quantile(need.value, LEVELS, axis=0),
        capacity=capacity,
        probability=short.mean(axis=0),
        missing=_median_where(gap, short),
        spare=np.median(np.maximum(-gap, 0), axis=0),
        steps=np.quantile(np.ceil(need.value / step - 1e-9), LEVELS, axis=0, method="inverted_cdf"),
        offered=np.floor(capacity / step + 1e-9),
    )


def _median_where(values: Floats, chosen: NDArray[np.bool_]) -> Floats:
    """Median over draws of the chosen values, 0 where none is chosen."""
    count = chosen.sum(axis=0)
    ordered = np.sort(np.where(chosen, values, np.inf), axis=0)
    low = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0)[None], axis=0)[0]
    high = np.take_along_axis(ordered, np.minimum(count // 2, len(values) - 1)[None], axis=0)[0]
    return np.where(count > 0, (low + high) / 2, 0.0)
