"""What protection costs: accuracy of published counts against true ones, as a release reports it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.privacy.ptable import Ints


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Accuracy over the cells with anybody in them; true zeros are counted apart, none may change.

    `mean_deviation` E|v| and `root_mean_square` in persons; `unchanged`, `within_one`, `three_or_more`, `four_or_more`
    shares of cells by |v| (the form in which Destatis reports); `largest` |v|; `hellinger` of the counts per filled
    cell, `false_zeros` share of filled cells published as 0; `bias_z` mean noise over its standard error.
    """

    cells: int
    mean_deviation: float
    root_mean_square: float
    unchanged: float
    within_one: float
    three_or_more: float
    four_or_more: float
    largest: int
    hellinger: float
    false_zeros: float
    zeros_changed: int
    bias_z: float


def accuracy(true: Ints, published: Ints) -> Accuracy:
    """Measure published against true counts (arrays of equal shape, persons).

    `hellinger` is √(½ Σ (√p' - √p)²) of the shares, each taken from its own total.

    >>> report = accuracy(np.array([0, 4, 9]), np.array([0, 3, 9]))
    >>> report.mean_deviation, report.within_one, report.zeros_changed
    (0.5, 1.0, 0)
    """
    filled = true > 0
    noise = (published - true)[filled]
    cells = len(noise)
    if not cells:
        return Accuracy(0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0, 0.0, 0.0, int(np.count_nonzero(published)), 0.0)
    size = np.abs(noise)
    deviation = float(noise.std())
    return Accuracy(
        cells=cells,
        mean_deviation=float(size.mean()),
        root_mean_square=float(np.sqrt(np.mean(noise.astype(np.float64) ** 2))),
        unchanged=float((size == 0).mean()),
        within_one=float((size <= 1).mean()),
        three_or_more=float((size >= 3).mean()),
        four_or_more=float((size >= 4).mean()),
        largest=int(size.max()),
        hellinger=hellinger(true, published, shares=True),
        false_zeros=float((published[filled] == 0).mean()),
        zeros_changed=int(np.count_nonzero(published[~filled])),
        bias_z=float(noise.mean()) / (deviation / np.sqrt(cells)) if deviation else 0.0,
    )


def hellinger(true: Ints, published: Ints, *, shares: bool = False) -> float:
    """Return √(½ Σ (√x' - √x)²), of the counts or of shares of each total (0 equal … 1 apart; Möhler et al. 2024)."""
    x, y = true.astype(np.float64), published.astype(np.float64)
    if shares:
        x, y = x / max(x.sum(), 1.0), y / max(y.sum(), 1.0)
    return float(np.sqrt(0.5 * np.sum((np.sqrt(y) - np.sqrt(x)) ** 2)))


def mean_squared_error(true: Ints, published: Ints) -> float:
    """Return the mean squared deviation over all cells, empty ones too (persons²)."""
    return float(np.mean((published - true).astype(np.float64) ** 2))


def mean_absolute_error(true: Ints, published: Ints) -> float:
    """Return the mean absolute deviation over all cells, empty ones too (persons)."""
    return float(np.mean(np.abs(published - true)))


@dataclass(frozen=True, slots=True)
class Additivity:
    """How far published parts sum past the published total: mean and largest |difference| (persons)."""

    mean: float
    largest: int


def additivity(parts: Ints, totals: Ints) -> Additivity:
    """Compare sums of published parts (totals × parts) with the published totals."""
    error = np.abs(parts.sum(axis=1) - totals)
    return Additivity(float(error.mean()), int(error.max(initial=0)))


def morans_i(grid: NDArray[np.number]) -> float:
    """Return Moran's I of a full grid (rows × columns): queen neighbours, row-standardised weights.

    I = Σ_i z_i · mean(z of the neighbours of i) / Σ z². A grid of one value has none: ValueError.
    """
    z = np.asarray(grid, dtype=np.float64)
    z = z - z.mean()
    if not z.any():
        raise ValueError("Moran's I is not defined for a grid of equal values.")
    around, count = np.zeros_like(z), np.zeros_like(z)
    rows, columns = z.shape
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            if down or right:
                here = _shifted(rows, down), _shifted(columns, right)
                there = _shifted(rows, -down), _shifted(columns, -right)
                around[here] += z[there]
                count[here] += 1
    return float((z * around / count).sum() / (z**2).sum())


def _shifted(length: int, by: int) -> slice:
    return slice(max(0, by), length + min(0, by))


def clustering_loss(true: NDArray[np.number], published: NDArray[np.number]) -> float:
    """Return (I' - I) / 2, the loss measure on Moran's I (Möhler et al. 2024): 0 keeps the pattern."""
    return (morans_i(published) - morans_i(true)) / 2
