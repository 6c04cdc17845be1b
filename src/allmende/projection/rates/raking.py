"""Control totals: components of small areas held, fully or half way, to what a larger area is told to have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Raked:
    """Values held to totals: `value` as given in, `factor` by larger area (and cell), which is what the total did to it."""

    value: Floats
    factor: Floats


def rake(values: Floats, areas: Ints, totals: Floats, *, damping: float = 1.0) -> Raked:
    """Scale a component (births, deaths, arrivals, leavers; not stocks, whose cohorts would break) to totals.

    factor = (total/sum)^damping: 1 meets the total, 0 leaves all as it is, 0.5 goes half of the way in logarithms.
    `values` [M, …], `areas` [M] the larger area of each, `totals` [K, …]. Totals that already fit leave every factor at 1.

    >>> rake(np.array([1.0, 3.0, 5.0]), np.array([0, 0, 1]), np.array([8.0, 5.0])).value.tolist()
    [2.0, 6.0, 5.0]

    Raises
    ------
    AllmendeError
        For a negative value or total, a damping outside 0 … 1, or a total above 0 where nothing can be scaled.
    """
    _check(values, areas, totals, damping)
    if (values < 0).any() or (totals < 0).any():
        raise AllmendeError("A component or a total is negative.", expected="arrivals and departures apart, no balances")
    sums = _sums(values, areas, len(totals))
    if ((sums == 0) & (totals > 0)).any():
        place = np.argwhere((sums == 0) & (totals > 0))[0]
        raise AllmendeError(
            f"Area {int(place[0])} shall have {totals[tuple(place)]:g}, but its parts are all 0.",
            expected="a total of 0, or a part above 0 that can be scaled",
        )
    factor = np.divide(totals, sums, out=np.ones_like(sums), where=sums > 0) ** damping
    return Raked(values * factor[areas], factor)


def _sums(values: Floats, areas: Ints, count: int) -> Floats:
    sums = np.zeros((count, *values.shape[1:]))
    np.add.at(sums, areas, values)
    return sums


def _check(values: Floats, areas: Ints, totals: Floats, damping: float) -> None:
    if not 0 <= damping <= 1:
        raise AllmendeError(f"A damping of {damping:g} is neither pull nor rest.", expected="a number from 0 (off) to 1 (met)")
    if len(values) != len(areas) or values.shape[1:] != totals.shape[1:] or (len(areas) and int(areas.max()) >= len(totals)):
        raise AllmendeError(
            f"Values of shape {values.shape} and totals of shape {totals.shape} do not belong together.",
            expected="one larger area for each value, one total for each larger area and cell",
        )
    if not (np.isfinite(values).all() and np.isfinite(totals).all()):
        raise AllmendeError("A component or a total is missing.", expected="finite numbers")
