"""TOPALS: the mortality of a small population as a standard bent by a few straight pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError

Floats = NDArray[np.float64]
KNOTS = (0, 1, 10, 20, 40, 70)
"""Ages where the pieces meet, as in Gonzaga and Schmertmann 2016; the last piece ends at the last age."""


@dataclass(frozen=True, slots=True)
class Topals:
    """A fitted schedule: `alpha` and `covariance` by knot, `log_rate` and its standard error by single age."""

    alpha: Floats
    covariance: Floats
    log_rate: Floats
    log_rate_error: Floats
    objective: float
    steps: int


def hats(ages: int, knots: Sequence[int] = KNOTS) -> Floats:
    """Return linear hat functions [ages, knots + 1] for ages 0 … ages - 1: 1 at their knot, 0 at its neighbours.

    >>> hats(5, (0, 2))[:, 1].tolist()
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    corners = np.array([*knots, ages - 1], dtype=np.float64)
    age = np.arange(ages, dtype=np.float64)
    return np.stack([np.interp(age, corners, row) for row in np.eye(len(corners))], axis=1)


def fit_topals(
    deaths: Floats,
    exposure: Floats,
    standard: Floats,
    *,
    lows: Sequence[int] | None = None,
    noise: Floats | float = 0.0,
    knots: Sequence[int] = KNOTS,
    precision: float = 2.0,
) -> Topals:
    """Bend the log rates of a standard until they fit the deaths.

    ln m = ln m* + B α maximises Σ(D ln m - N m) - ½ α'Kα with K = precision Δ'Δ (first differences); scoring steps
    α ← (J'WJ + K)⁻¹ J'W(D - D̂ + Jα), J = ∂D̂/∂α, W = 1/(D̂ + noise) until α moves by less than 5e-5.

    Parameters
    ----------
    deaths
        By single age, or by the bands that begin at `lows`; the last band is open.
    exposure, standard
        Person-years at risk and ln m* (natural logarithm), both by single age from 0.
    noise
        Variance that protection added to each figure of `deaths`: such figures weigh less.

    Raises
    ------
    AllmendeError
        For lengths that do not match, negative counts, a standard that is not finite, or a fit that does not settle.

    Source: Gonzaga and Schmertmann 2016 (TOPALS regression); the steps as in schmert/TOPALS.
    """
    starts = np.arange(len(exposure)) if lows is None else np.asarray(lows)
    _check(deaths, exposure, standard, starts)
    basis = hats(len(exposure), knots)
    steps = np.diff(np.eye(basis.shape[1]), axis=0)
    penalty = precision * steps.T @ steps
    alpha = np.zeros(basis.shape[1])
    for step in range(1, 101):
        with np.errstate(over="ignore", invalid="ignore"):  # rates that leave the range of numbers end the search below
            each = exposure * np.exp(standard + basis @ alpha)
            expected = np.add.reduceat(each, starts)
            slope = np.add.reduceat(each[:, None] * basis, starts, axis=0)
            weight = np.divide(1.0, expected + noise, out=np.zeros_like(expected), where=expected > 0)
            information = slope.T @ (weight[:, None] * slope) + penalty
            wanted = slope.T @ (weight * (deaths - expected + slope @ alpha))
        before, alpha = alpha, _solve(information, wanted)
        if np.abs(alpha - before).max() < 5e-5:
            covariance = np.linalg.inv(information)
            log_rate = standard + basis @ alpha
            error = np.sqrt(np.einsum("ai,ij,aj->a", basis, covariance, basis))
            fitted = np.add.reduceat(exposure * np.exp(log_rate), starts)
            gain = deaths @ np.log(
                np.divide(fitted, np.add.reduceat(exposure, starts), out=np.ones_like(fitted), where=fitted > 0)
            )
            return Topals(alpha, covariance, log_rate, error, float(gain - fitted.sum() - alpha @ penalty @ alpha / 2), step)
    raise _unfit()


def _solve(information: Floats, wanted: Floats) -> Floats:
    if not (np.isfinite(information).all() and np.isfinite(wanted).all()):
        raise _unfit()
    try:
        return np.asarray(np.linalg.solve(information, wanted), dtype=np.float64)
    except np.linalg.LinAlgError as error:
        raise _unfit() from error


def _unfit() -> AllmendeError:
    return AllmendeError(
        "No mortality schedule near the standard fits these deaths.",
        expected="deaths and person-years of one population, and a standard of log rates near it",
        todo="Look for deaths at ages with hardly any population, or give another standard.",
    )


def _check(deaths: Floats, exposure: Floats, standard: Floats, starts: NDArray[np.int64]) -> None:
    if len(deaths) != len(starts) or len(exposure) != len(standard):
        raise AllmendeError(
            f"{len(deaths)} counts of deaths, {len(starts)} bands, {len(exposure)} exposures, {len(standard)} standard rates.",
            expected="one count for each band, one exposure and one standard log rate for each single age",
        )
    if not (np.all(deaths >= 0) and np.all(exposure >= 0)):
        raise AllmendeError("Deaths or person-years are negative or missing.", expected="numbers of 0 or more")
    if not np.isfinite(standard).all():
        age = int(np.flatnonzero(~np.isfinite(standard))[0])
        raise AllmendeError(
            f"The standard has no finite log rate at age {age}.", expected="the natural logarithm of a rate above 0"
        )
    if not np.sum(deaths) > 0:
        raise AllmendeError(
            "No deaths are counted, and no deaths would fit any level of mortality.",
            todo="Fit a larger area or more years, and shrink this one to it.",
        )
    lost = np.add.reduceat(exposure, starts) == 0
    if (np.asarray(deaths)[lost] > 0).any():
        band = int(np.flatnonzero(lost & (np.asarray(deaths) > 0))[0])
        raise AllmendeError(
            f"Deaths are counted from age {int(starts[band])} on, where nobody lived.",
            expected="person-years wherever deaths are",
        )
