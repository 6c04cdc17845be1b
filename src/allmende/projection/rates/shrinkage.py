"""Levels of small areas that borrow strength from their neighbours: empirical Bayes, pooled step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

from allmende.errors import AllmendeError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Smoothed rates of areas: `rate` and `variance` (of the estimate) by area, `trust` in the area's own figure (0 … 1).

    `mean` is what they were drawn to, `between` the variance of the true rates around it.
    """

    rate: Floats
    variance: Floats
    trust: Floats
    mean: Floats
    between: float


def marshall(events: Floats, exposure: Floats, noise: Floats | float = 0.0, mean: Floats | float | None = None) -> Shrunk:
    """Draw raw rates to their mean by Marshall's global empirical Bayes estimator.

    θ = m + A/(A + m/E + noise/E²)(r - m), m = ΣD/ΣE, A = max(0, Σ E(r - m)²/ΣE - ΣE(m/E + noise/E²)/ΣE); for noise 0 the last
    term is m / mean(E). A is kept at 0 where the areas differ less than chance alone would make them: no rate is ever
    negative. `noise` is the variance that protection added to each count of events; `mean` takes the place of m
    where a larger area says what to expect. Areas without exposure get the mean. Source: Marshall 1991, Applied Statistics 40.

    >>> shrunk = marshall(np.array([0.0, 10.0, 40.0]), np.array([10.0, 1000.0, 1000.0]))
    >>> shrunk.rate.round(4).tolist()
    [0.0231, 0.0117, 0.0382]
    """
    events, exposure = _checked(events, exposure)
    total = exposure.sum()
    expected = np.broadcast_to(
        np.asarray(events.sum() / total if mean is None else mean, dtype=np.float64), events.shape
    ).copy()
    seen = exposure > 0
    raw = np.divide(events, exposure, out=expected.copy(), where=seen)
    within = np.divide(expected * exposure + noise, exposure**2, out=np.full(events.shape, np.inf), where=seen)
    chance = float((exposure[seen] * within[seen]).sum() / total)
    between = max(0.0, float((exposure * (raw - expected) ** 2).sum() / total) - chance)
    trust = np.divide(between, between + within, out=np.zeros_like(raw), where=seen & (between + within > 0))
    return Shrunk(expected + trust * (raw - expected), between * (1 - trust), trust, expected, between)


def poisson_gamma(events: Floats, exposure: Floats) -> tuple[float, float]:
    """Fit the gamma distribution (shape, rate) of the areas' true rates by maximum likelihood of their counts.

    The rates are θ = (D + shape)/(E + rate), their variances θ/(E + rate). Where the areas differ no more than by chance the
    likelihood has no maximum; shape and rate then are so large that every area gets the mean.

    Raises
    ------
    AllmendeError
        If no events are counted at all: nothing can be said about a distribution.
    """
    events, exposure = _checked(events, exposure)
    if events.sum() <= 0:
        raise AllmendeError("No event is counted in any area, so no distribution of rates can be fitted.", expected="events")
    mean = float(events.sum() / exposure.sum())

    def cost(logs: Floats) -> float:
        return negative_log_likelihood(events, exposure, float(np.exp(logs[1])), float(np.exp(logs[1] - logs[0])))

    def slope(logs: Floats) -> Floats:
        by_shape, by_rate = _gradient(events, exposure, float(np.exp(logs[1])), float(np.exp(logs[1] - logs[0])))
        return np.array([-by_rate, by_shape + by_rate])

    bounds = [(np.log(mean) - 10, np.log(mean) + 10), (-20.0, 20.0)]
    options = {"ftol": 1e-16, "gtol": 1e-11, "maxiter": 1000}
    found = minimize(cost, np.array([np.log(mean), 0.0]), jac=slope, method="L-BFGS-B", bounds=bounds, options=options)  # type: ignore[call-overload]
    shape = float(np.exp(found.x[1]))
    return shape, float(np.exp(found.x[1] - found.x[0]))


def negative_log_likelihood(events: Floats, exposure: Floats, shape: float, rate: float) -> float:
    """Give the negative log-likelihood of counts whose rates are gamma distributed, with every constant.

    D ~ negative binomial: lnΓ(D+α) - lnΓ(α) - ln D! + α ln(β/(β+E)) + D ln(E/(β+E)).
    """
    used = exposure > 0
    count, size = events[used], exposure[used]
    terms = gammaln(count + shape) - gammaln(shape) - gammaln(count + 1)
    return -float((terms - shape * np.log1p(size / rate) + count * np.log(size / (rate + size))).sum())


def pool(events: Floats, exposure: Floats, parents: Sequence[Ints], noise: Floats | float = 0.0) -> Shrunk:
    """Draw areas to their type, types to their district, districts to the region: partial pooling at every level.

    `parents[0]` gives each area's number on the next level, `parents[1]` that of each of those, and so on; the mean of the last
    level is that of all. From the top down each level is drawn to what its parent got (`marshall` with that mean), so that a
    hamlet without events still has the rate of places like it.

    >>> types = np.array([0, 0, 1, 1])
    >>> pool(np.array([0.0, 50, 300, 3]), np.array([10.0, 5000, 10000, 100]), [types]).rate.round(4).tolist()
    [0.0107, 0.0107, 0.0298, 0.0298]
    """
    events, exposure = _checked(events, exposure)
    noise = np.broadcast_to(np.asarray(noise, dtype=np.float64), events.shape)
    levels = [(events, exposure, noise)]
    for parent in parents:
        size = int(parent.max()) + 1
        levels.append(tuple(np.bincount(parent, weights=part, minlength=size) for part in levels[-1]))  # type: ignore[arg-type]
    top = marshall(levels[-1][0], levels[-1][1], levels[-1][2])
    for parent, (count, size_, spread) in zip(reversed(parents), reversed(levels[:-1]), strict=True):
        top = marshall(count, size_, spread, top.rate[parent])
    return top


def _gradient(events: Floats, exposure: Floats, shape: float, rate: float) -> tuple[float, float]:
    """Return the slope of the negative log-likelihood by the logarithms of shape and rate."""
    by_shape = digamma(events + shape) - digamma(shape) - np.log1p(exposure / rate)
    by_rate = shape / rate - (events + shape) / (exposure + rate)
    return -float(shape * by_shape.sum()), -float(rate * by_rate.sum())


def _checked(events: Floats, exposure: Floats) -> tuple[Floats, Floats]:
    events, exposure = np.asarray(events, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    if events.shape != exposure.shape:
        raise AllmendeError(
            f"There are {events.size} counts of events for {exposure.size} exposures.", expected="one exposure for each area"
        )
    for name, values in (("events", events), ("exposure", exposure)):
        if not np.isfinite(values).all() or (values < 0).any():
            place = int(np.flatnonzero(~(values >= 0) | ~np.isfinite(values))[0])
            raise AllmendeError(
                f"Area number {place} has {name} of {values[place]:g}.", expected="a number of persons, 0 or more"
            )
    if exposure.sum() <= 0:
        raise AllmendeError("No area has any population at risk.", expected="an exposure above 0 in at least one area")
    return events, exposure


def draw_to(values: Floats, variance: Floats, mean: Floats, weight: Floats | None = None) -> tuple[Floats, Floats]:
    """Draw figures that may be negative (balances, deviations) to a mean; return them and the variance of the result.

    θ = mean + A/(A + V)(value - mean), A = max(0, mean of (value - mean)² - V), weighted by `weight`, all by
    area on the first axis: the normal twin of `marshall`.

    >>> draw_to(np.array([4.0, -4.0]), np.array([4.0, 4.0]), np.zeros(2))[0].tolist()
    [3.0, -3.0]
    """
    between = np.maximum(np.average((values - mean) ** 2 - variance, axis=0, weights=weight), 0.0)
    trust = np.divide(between, between + variance, out=np.zeros_like(values), where=between + variance > 0)
    return mean + trust * (values - mean), trust * variance
