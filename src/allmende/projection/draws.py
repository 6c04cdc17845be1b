"""Draw many futures of a region, and summarise them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.projection.accounts import held_apart
from allmende.projection.bands import Band, check_bands, sum_bands
from allmende.projection.compiled import simulate
from allmende.projection.drivers import Drivers, chances, still_drivers
from allmende.projection.layout import Sheets, Tables, tables
from allmende.projection.model import Floats, Model
from allmende.projection.noise import Noise, band_noise

WIDTH = 32
"""Scenarios in a block at most: enough to share the work on a unit's rates, few enough for the cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Futures of a region: `value` is [S, Y, M, K] (float32) for S draws, the Y chosen years, M units and K bands.

    `noise` is the variance [Y, M, K] that chance among few people and the protected start add; it is in `value` already.
    `cut` counts how many values the noise would have made negative: they are 0.
    """

    value: NDArray[np.float32]
    years: tuple[int, ...]
    units: tuple[str, ...]
    bands: tuple[Band, ...]
    noise: Floats
    cut: int


def draw(
    model: Model,
    drivers: Drivers,
    bands: Sequence[Band],
    *,
    years: Sequence[int] | None = None,
    draws: int,
    seed: int,
    threads: int | None = None,
) -> Draws:
    """Draw futures of the bands in the chosen years (all, the base year first, unless named).

    Draw s is the same for any number of draws and threads and any order of units. Raises `AllmendeError` for years
    outside the model, bands beyond its ages and fewer than one draw.
    """
    rows = _rows(model, years)
    check_bands(bands, model.start.shape[-1])
    if draws < 1:
        raise AllmendeError(f"{draws} draws were asked for.", expected="at least 1")
    layout = tables(model)
    noise = _noise(model, layout, drivers, bands, rows, _threads(threads))
    sheets = _sheets(model, layout, bands, rows, draws, noise)
    simulate(layout, chances(model, drivers, seed, draws), sheets, threads=_threads(threads), width=_width(draws, threads))
    value = np.moveaxis(sheets.value, -1, 0)
    return Draws(
        value, tuple(model.years[row] for row in rows), model.units, tuple(bands), noise.variance, int(sheets.cut.sum())
    )


def run_compiled(model: Model) -> Floats:
    """Return the central path's population [T + 1, G, M, 2, A] from the kernel, those held apart included."""
    return _central(model, tables(model)) + held_apart(model)


def quantiles(draws: Draws, probabilities: Sequence[float], *, totals: NDArray[np.float64] | None = None) -> Floats:
    """Return quantiles [Q, Y, M, K] of draws over scenarios; with `totals` [R, M] those of sums of units [Q, Y, R, K].

    A row of `totals` says which units (and how much of each) a sum is made of: municipalities, the region, catchments.
    """
    ordered = np.moveaxis(draws.value, 0, -1)
    if totals is not None:
        ordered = np.einsum("rm,ymks->yrks", totals.astype(np.float32), ordered, optimize=True)
    return quantiles_of(ordered, probabilities)


def quantiles_of(ordered: NDArray[np.float32], probabilities: Sequence[float]) -> Floats:
    """Return quantiles [Q, …] over the last axis, interpolated between order statistics (Hyndman and Fan's type 7)."""
    count = ordered.shape[-1]
    places = np.asarray(probabilities, dtype=np.float64) * (count - 1)
    below = np.floor(places).astype(np.int64)
    above = np.minimum(below + 1, count - 1)
    result = np.empty((len(places), *ordered.shape[:-1]))
    flat, out = ordered.reshape(-1, count), result.reshape(len(places), -1)

    def portion(first: int) -> None:
        parted = np.sort(flat[first : first + 512], axis=-1)
        low, high = parted[:, below], parted[:, above]
        out[:, first : first + 512] = (low + (high.astype(np.float64) - low) * (places - below)).T

    with ThreadPoolExecutor(_threads(None)) as pool:
        list(pool.map(portion, range(0, len(flat), 512)))
    return result


def draw_quantiles(
    model: Model,
    drivers: Drivers,
    bands: Sequence[Band],
    probabilities: Sequence[float],
    *,
    years: Sequence[int] | None = None,
    draws: int,
    seed: int,
    threads: int | None = None,
    memory: float = 3e9,
) -> Floats:
    """Return quantiles [Q, Y, M, K] of draws, holding at most `memory` bytes of them at a time.

    What does not fit at once is drawn in portions of years; the same scenario is drawn again for each portion.
    Noise between the first year of a portion and the last of the one before is then independent; quantiles do not see it.
    """
    rows = _rows(model, years)
    portion = max(1, int(memory // (4 * draws * len(model.units) * max(1, len(bands)))))
    parts = []
    for first in range(0, len(rows), portion):
        chosen = [model.years[row] for row in rows[first : first + portion]]
        drawn = draw(model, drivers, bands, years=chosen, draws=draws, seed=seed, threads=threads)
        parts.append(quantiles(drawn, probabilities))
    return np.concatenate(parts, axis=1)


def _rows(model: Model, years: Sequence[int] | None) -> list[int]:
    chosen = list(model.years if years is None else years)
    if not chosen or chosen != sorted(set(chosen)) or not set(chosen) <= set(model.years):
        raise AllmendeError(
            f"The years {chosen} cannot be drawn.",
            expected=f"years from {model.years[0]} to {model.years[-1]}, each once, in order",
        )
    return [year - model.base_year for year in chosen]


def _noise(model: Model, layout: Tables, drivers: Drivers, bands: Sequence[Band], rows: list[int], threads: int) -> Noise:
    if drivers.noise:
        return band_noise(model, _central(model, layout), bands, rows, threads=threads)
    nothing = np.zeros((len(rows), len(model.units), len(bands)))
    return Noise(nothing, nothing, nothing)


def _central(model: Model, layout: Tables) -> Floats:
    """Return who is projected on the central path [T + 1, G, M, 2, A]."""
    groups, units, _, ages = model.start.shape
    nothing = np.zeros((0, units, 0))
    people = np.zeros((1, model.steps + 1, *layout.start.shape))
    sheets = _sheets(model, layout, (), [], 1, Noise(nothing, nothing, nothing))._replace(people=people)
    simulate(layout, chances(model, still_drivers(), 0, 1), sheets, threads=1, width=1)
    central: Floats = people[0].reshape(-1, units, groups, 2, layout.birth.shape[2])[..., :ages].transpose(0, 2, 1, 3, 4)
    return central


def _sheets(model: Model, layout: Tables, bands: Sequence[Band], rows: list[int], draws: int, noise: Noise) -> Sheets:
    row_of_year = np.full(model.steps + 1, -1)
    row_of_year[rows] = np.arange(len(rows))
    units, ages = len(model.units), np.arange(len(layout.age_class))
    return Sheets(
        row_of_year=row_of_year,
        members=np.array([(ages >= band.low) & (ages <= band.high) for band in bands], float).reshape(len(bands), len(ages)),
        sex=np.array([2 if band.sex is None else band.sex for band in bands], dtype=np.int64),
        apart=_apart(model, bands, rows),
        carry=noise.carry,
        spread=noise.spread,
        noisy=np.array([noise.spread.any()], dtype=np.int64),
        value=np.zeros((len(rows), units, len(bands), draws), dtype=np.float32),
        cut=np.zeros(draws, dtype=np.int64),
        people=np.zeros((0, 0, 0, 0)),
    )


def _apart(model: Model, bands: Sequence[Band], rows: list[int]) -> Floats:
    by_kind = sum_bands(model.special, bands)  # [H, M, K]
    apart: Floats = np.einsum("yhm,hmk->ymk", model.special_share[rows], by_kind)
    return apart


def _threads(threads: int | None) -> int:
    return threads or len(os.sched_getaffinity(0))


def _width(draws: int, threads: int | None) -> int:
    """Return how many scenarios make a block, so that all threads get as many blocks."""
    rounds = -(-draws // (WIDTH * _threads(threads)))
    return -(-draws // (rounds * _threads(threads)))
