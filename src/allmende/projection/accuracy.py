"""How wrong a forecast was: measures that the literature prints, and whether its intervals kept their promise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Errors of totals in per cent of what came: median, mean and 90th percentile of their size, mean with sign (bias).

    `ages`: mean over areas of the age-structure error, the share of people in per cent who would have to change their age
    group (or appear) to make the forecast true, `100 Σ|P̂ - P| / (2 ΣP)`; NaN where only totals were compared.
    """

    areas: int
    median: float
    mean: float
    ninetieth: float
    bias: float
    ages: float = float("nan")
    ages_median: float = float("nan")


def measure_totals(forecast: Floats, actual: Floats) -> Accuracy:
    """Compare totals `[M]`; areas where nobody came to live are left out of percentages.

    >>> measure_totals(np.array([110.0, 90.0, 50.0]), np.array([100.0, 100.0, 0.0]))  # doctest: +ELLIPSIS
    Accuracy(areas=2, median=10.0, mean=10.0, ninetieth=10.0, bias=0.0, ages=nan, ages_median=nan)
    """
    lived = actual > 0
    error = 100 * (forecast[lived] - actual[lived]) / actual[lived]
    size = np.abs(error)
    return Accuracy(
        int(lived.sum()), float(np.median(size)), float(size.mean()), float(np.quantile(size, 0.9)), float(error.mean())
    )


def measure_ages(forecast: Floats, actual: Floats) -> Accuracy:
    """Compare people by age `[M, K]` (or with more axes after the area's)."""
    flat, truth = forecast.reshape(len(forecast), -1), actual.reshape(len(actual), -1)
    totals = measure_totals(flat.sum(axis=1), truth.sum(axis=1))
    lived = truth.sum(axis=1) > 0
    wrong = age_structure_error(flat[lived], truth[lived])
    return Accuracy(
        totals.areas,
        totals.median,
        totals.mean,
        totals.ninetieth,
        totals.bias,
        float(wrong.mean()),
        float(np.median(wrong)),
    )


def age_structure_error(forecast: Floats, actual: Floats) -> Floats:
    """Return `100 Σ|P̂ - P| / (2 ΣP)` of each area; axes after the first are summed over."""
    axes = tuple(range(1, actual.ndim))
    error: Floats = 100 * np.abs(forecast - actual).sum(axis=axes) / (2 * actual.sum(axis=axes))
    return error


def coverage(low: Floats, high: Floats, actual: Floats) -> float:
    """Return the share of what came that lay within the intervals (bounds included), in per cent."""
    return float(100 * np.mean((actual >= low) & (actual <= high)))
