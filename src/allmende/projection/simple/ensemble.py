"""Averages of forecasts: weights that made the smallest errors on the region's own past, kept from running wild."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

Floats = NDArray[np.float64]


def fit_weights(
    forecasts: Sequence[Mapping[str, Floats]], actual: Sequence[Floats], *, caution: float = 0.5, floor: float = 1.0
) -> dict[str, float]:
    """Find weights of at least 0 that sum to 1 and make the mean absolute percentage error of past forecasts least.

    `forecasts` holds for every past origin the forecast `[M]` of each model, `actual` what came. Least absolute errors are
    a linear programme (exact, HiGHS); they do not chase a few odd areas as squares would. The result is drawn half way
    (`caution`) to equal weights, because few origins are known: averages of simple models win on record (Wilson 2017).
    Areas of fewer than `floor` people are left out.
    """
    names = list(forecasts[0])
    table = np.concatenate([np.column_stack([each[name] for name in names]) for each in forecasts])
    truth = np.concatenate(list(actual))
    judged = truth >= floor
    if not judged.any():
        raise ValueError("no area is large enough to fit weights")
    relative = table[judged] / truth[judged, None]
    areas, models = relative.shape
    slack = np.eye(areas)
    solved = linprog(
        c=np.concatenate([np.zeros(models), np.full(2 * areas, 1 / areas)]),
        A_eq=np.block([[relative, -slack, slack], [np.ones((1, models)), np.zeros((1, 2 * areas))]]),
        b_eq=np.ones(areas + 1),
        method="highs",
    )
    fitted: Floats = np.asarray(solved.x)[:models]
    weights = (1 - caution) * fitted + caution / models
    return dict(zip(names, (float(weight) for weight in weights / weights.sum()), strict=True))


def average(forecasts: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """Average forecasts of one shape by their weights; every weight needs its forecast."""
    total: Floats = np.sum([weight * forecasts[name] for name, weight in weights.items()], axis=0)
    return total
