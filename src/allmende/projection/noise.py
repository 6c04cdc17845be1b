"""What chance does to few people: the variance of bands when every rate is known, and that of a protected start."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from allmende.projection.bands import Band, sum_bands
from allmende.projection.model import ABROAD, COUNTRY, FEMALE, INSIDE, Floats, Model

PORTION = 64
"""Units whose variances fit the cache together."""


class Noise(NamedTuple):
    """A band's noise in the chosen years [Y, M, K]: e(y) = carry · e(the year chosen before) + spread · a normal number."""

    variance: Floats
    carry: Floats
    spread: Floats


def band_noise(model: Model, people: Floats, bands: Sequence[Band], rows: Sequence[int], *, threads: int) -> Noise:
    """Return the noise of bands along the central path `people` [T + 1, G, M, 2, A] in the years `rows` (0 = base year).

    Persons act independently of one another. With p the probability of being in the unit at the end of the year, the
    variance of a cell follows Pollard's moments: V' = p² V + p (1 - p) N + arrivals (Poisson); V of newborns = births
    (Poisson) + what the variance of mothers adds. V starts with the variance of the protected input. A band keeps Σ p V
    of its cells that stay in it as covariance with its next year, which gives `carry`. Covariances between cells are left out.
    """
    portions = [slice(first, first + PORTION) for first in range(0, len(model.units), PORTION)]
    with ThreadPoolExecutor(threads) as pool:
        moments = list(pool.map(lambda part: _moments(model, people, bands, part), portions))
    variances, kept = (np.concatenate(of_all, axis=1) for of_all in zip(*moments, strict=True))
    return _thin(variances, kept, rows)


def _moments(model: Model, people: Floats, bands: Sequence[Band], part: slice) -> tuple[Floats, Floats]:
    """Return the variance of bands and what they keep of it from the year before, each [T + 1, M, K], for some units."""
    variance = model.start_variance[:, part]
    in_bands = sum_bands(variance[None], bands)[0]
    variances, kept = [in_bands], [np.zeros_like(in_bands)]
    for step in range(model.steps):
        stays = _staying(model, step, part)
        kept.append(_covariance(variance * stays, bands))
        variance = _advance(model, step, people[step][:, part], people[step + 1][:, part], variance, stays, part)
        variances.append(sum_bands(variance[None], bands)[0])
    return np.stack(variances), np.stack(kept)


def _staying(model: Model, step: int, part: slice) -> Floats:
    """Return the probability [G, M, 2, A] that a person of the start is still in the unit at the end."""
    leave = [
        model.leave[step, level][:, None] * model.leave_factor[step, level][model.age_class, part].T[None, :, None]
        for level in (INSIDE, COUNTRY, ABROAD)
    ]
    death = model.death[step][:, None] * model.death_factor[step, part][None, :, None, None]
    stays: Floats = np.maximum((1 - death) * (1 - leave[COUNTRY] - leave[ABROAD]) * (1 - leave[INSIDE]), 0)
    return stays


def _advance(model: Model, step: int, start: Floats, end: Floats, variance: Floats, stays: Floats, part: slice) -> Floats:
    moved = np.zeros_like(variance)
    own = stays**2 * variance + stays * (1 - stays) * start
    remaining = stays * start
    moved[..., 1:] = own[..., :-1]
    moved[..., -1] += own[..., -1]
    here = np.zeros_like(variance)
    here[..., 1:] = remaining[..., :-1]
    here[..., -1] += remaining[..., -1]
    moved[..., 1:] += np.maximum(end - here, 0)[..., 1:]
    mothers = np.einsum("ga,gma->gm", model.birth[step] ** 2, variance[:, :, FEMALE]) * model.birth_factor[step, part] ** 2
    share = np.array([1.0, model.boys_per_girl]) / (1 + model.boys_per_girl)
    moved[..., 0] = end[..., 0] + (model.child_group.T**2 @ mothers)[..., None] * share**2
    return moved


def _covariance(kept: Floats, bands: Sequence[Band]) -> Floats:
    """Return Σ p V over the cells of each band that are in the band a year later, too [M, K]."""
    last = kept.shape[-1] - 1
    one_shorter = [
        Band(band.name, band.low, band.high if band.high == last else max(band.high - 1, band.low), band.sex) for band in bands
    ]
    sums: Floats = sum_bands(kept[None], one_shorter)[0]
    single = np.array([band.low == band.high != last for band in bands], dtype=bool)
    sums[:, single] = 0
    return sums


def _thin(variance: Floats, kept: Floats, rows: Sequence[int]) -> Noise:
    """Chain the yearly steps of the noise between the chosen years."""
    yearly = np.zeros_like(variance)
    np.divide(kept[1:], variance[:-1], out=yearly[1:], where=variance[:-1] > 0)
    carry, before = [], 0
    for at, row in enumerate(rows):
        carry.append(np.prod(yearly[before + 1 : row + 1], axis=0) if at else np.zeros_like(variance[0]))
        before = row
    chosen, carried = variance[list(rows)], np.stack(carry)
    earlier = np.concatenate([np.zeros_like(chosen[:1]), chosen[:-1]])
    new = np.maximum(chosen - carried**2 * earlier, 0)
    return Noise(chosen, carried, np.sqrt(new))
