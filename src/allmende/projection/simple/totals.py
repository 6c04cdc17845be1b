"""Totals of areas carried forward without ages: constant, linear, shares of the region.

`past [Y, M]` are persons at equal intervals, the last one the launch; `steps` intervals are looked ahead; results are `[M]`.
Sources: Wilson 2017 (constant and variable share); Baker, Swanson, Tayman 2021 (linear totals control Hamilton-Perry).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def constant(past: Floats, steps: int) -> Floats:
    """Nothing changes."""
    launch: Floats = past[-1].copy()
    return launch


def linear(past: Floats, steps: int) -> Floats:
    """Every area gains or loses as many people an interval as between the first and the last of `past`; none falls below zero.

    >>> linear(np.array([[100.0, 10.0], [110.0, 4.0]]), 2).tolist()
    [130.0, 0.0]
    """
    later: Floats = np.maximum(past[-1] + steps * _pace(past), 0.0)
    return later


def constant_share(past: Floats, steps: int, region: float) -> Floats:
    """Every area keeps its share of a region that will have `region` people: `P_i / P_R · region`."""
    shares: Floats = past[-1] / past[-1].sum()
    return shares * region


def share_of_growth(past: Floats, steps: int, region: float) -> Floats:
    """Every area has the share of the region's growth that it had before; gains and losses stretch apart (plus-minus method).

    Changes `d_i` of the base period become `w_+ d_i` for gains and `w_- d_i` for losses, with `w_+ w_- = 1`, so that they
    sum to the region's change: `w_+` solves `w_+ G - L / w_+ = D` with gains `G`, losses `L` and the region's change `D`.
    No area falls below zero; what that leaves over is taken from all alike.
    """
    change = steps * _pace(past)
    gains, losses = change[change > 0].sum(), -change[change < 0].sum()
    wanted = region - past[-1].sum()
    if gains == 0 or losses == 0:
        side = gains - losses
        scaled = change * (wanted / side) if side and wanted / side > 0 else wanted * past[-1] / past[-1].sum()
    else:
        stretch = (wanted + np.sqrt(wanted**2 + 4 * gains * losses)) / (2 * gains)
        scaled = np.where(change > 0, change * stretch, change / stretch)
    kept = np.maximum(past[-1] + scaled, 0.0)
    held: Floats = kept * (region / kept.sum())
    return held


def _pace(past: Floats) -> Floats:
    if len(past) < 2:
        raise ValueError("a trend needs two points in time")
    pace: Floats = (past[-1] - past[0]) / (len(past) - 1)
    return pace
