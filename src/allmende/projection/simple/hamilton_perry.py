"""Hamilton-Perry: cohorts carried forward by how they changed before, with or without a view to the neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.projection.rates.shrinkage import marshall

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AgeGrid:
    """Age groups of equal width, the last one open, at intervals in which a cohort moves up `shift` groups.

    `mothers` are the first group and the one after the last of women whose number children are compared with. Single ages
    every year: shift 1, mothers 20 to 44; five-year groups every ten years: shift 2, mothers from group 3 to 9.
    """

    shift: int
    mothers: tuple[int, int]


def hamilton_perry(past: Floats, grid: AgeGrid, steps: int, *, shrink: bool = False) -> Floats:
    """Carry `past [Y, M, 2, K]` (persons by area, sex, age group; equal intervals) forward by `steps` intervals: `[M, 2, K]`.

    `CCR_x = P_x(t) / P_{x-s}(t-1)` over all intervals of `past`; `P_x(t+1) = CCR_x P_{x-s}(t)`; the open group collects all
    who reach it; children by their ratio to women of `mothers`. Where nobody was there before, the region's ratio holds.
    With `shrink` each ratio is drawn to the region's by empirical Bayes (Marshall), as far as the areas differ no more than
    chance would make them. Source: Hamilton and Perry 1962; Wilson and Grossman 2022 for smoothed ratios.
    """
    if len(past) < 2:
        raise ValueError("cohort change ratios need two points in time")
    ratios = _ratios(past, grid, shrink)
    now: Floats = past[-1]
    for _ in range(steps):
        now = _carry(now, ratios, grid)
    return now


def _moved_up(people: Floats, shift: int) -> Floats:
    """Those who will be in each group after one interval if nobody came or went: `[..., K - shift]` from group `shift` on."""
    upper: Floats = people[..., :-shift].copy()
    upper[..., -1] += people[..., -shift:].sum(axis=-1)
    return upper


def _ratios(past: Floats, grid: AgeGrid, shrink: bool) -> Floats:
    """Ratios `[M, 2, K]`: of a cohort to itself before; for the first `shift` groups, of children to women."""
    low, high = grid.mothers
    after = np.zeros(past.shape[1:])
    before = np.zeros(past.shape[1:])
    after[..., grid.shift :] = past[1:, ..., grid.shift :].sum(axis=0)
    before[..., grid.shift :] = _moved_up(past[:-1], grid.shift).sum(axis=0)
    after[..., : grid.shift] = past[..., : grid.shift].sum(axis=0)
    before[..., : grid.shift] = past[:, :, 0, low:high].sum(axis=(0, 2))[:, None, None]
    region = np.divide(after.sum(axis=0), before.sum(axis=0), out=np.ones(after.shape[1:]), where=before.sum(axis=0) > 0)
    own: Floats = np.divide(after, before, out=np.broadcast_to(region, after.shape).copy(), where=before > 0)
    if not shrink:
        return own
    drawn: Floats = own.copy()
    for sex, group in np.ndindex(own.shape[1:]):
        if region[sex, group] > 0 and before[:, sex, group].any():
            drawn[:, sex, group] = marshall(after[:, sex, group], before[:, sex, group]).rate
    return drawn


def _carry(now: Floats, ratios: Floats, grid: AgeGrid) -> Floats:
    later: Floats = np.zeros_like(now)
    later[..., grid.shift :] = ratios[..., grid.shift :] * _moved_up(now, grid.shift)
    women = later[:, 0, grid.mothers[0] : grid.mothers[1]].sum(axis=-1)
    later[..., : grid.shift] = ratios[..., : grid.shift] * women[:, None, None]
    return later


def hold_to(people: Floats, total: Floats) -> Floats:
    """Scale every area `[M, 2, K]` to a total `[M]`; an area without people stays empty."""
    have = people.sum(axis=(1, 2))
    factor = np.divide(total, have, out=np.zeros_like(have), where=have > 0)
    held: Floats = people * factor[:, None, None]
    return held
