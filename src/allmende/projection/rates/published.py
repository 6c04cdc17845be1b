"""Published numbers of rates and their smoothing, small enough to quote, and the same numbers computed."""

from __future__ import annotations

import numpy as np

from allmende.comparison import Comparison
from allmende.projection.rates.flows import fit_margins
from allmende.projection.rates.rogers_castro import RogersCastro
from allmende.projection.rates.shrinkage import marshall, negative_log_likelihood, poisson_gamma

ESDA = "esda 2.9.0, Empirical_Bayes (Marshall 1991), on ten areas of our own"
TRAP = "Marshall 1991 with the variance kept at 0 or above; esda 2.9.0 prints -0.00544 for the area of 30 events"
GAMMA = "maximum likelihood of the negative binomial on ten areas of our own"
CURVE = "Rogers and Castro 1981, fundamental parameters, as in R package migest (rc9)"
WILLEKENS = "Willekens 1999, as in R package migest 1.8.6 (ipf2)"

EXPOSURE = np.array([80.0, 150, 210, 350, 600, 900, 420, 1800, 40, 4200])
EVENTS = np.array([0.0, 3, 1, 2, 18, 9, 4, 61, 1, 60])
ALIKE = np.array([0.0, 1, 3, 2, 8, 15, 4, 30, 1, 60])


def comparisons() -> tuple[Comparison, ...]:
    """Compare empirical Bayes, the migration curve and the fit of flows with what was printed."""
    return (*_empirical_bayes(), *_curve(), *_flows())


def _empirical_bayes() -> list[Comparison]:
    shrunk, alike = marshall(EVENTS, EXPOSURE), marshall(ALIKE, EXPOSURE)
    shape, rate = poisson_gamma(EVENTS, EXPOSURE)
    likelihood = negative_log_likelihood(EVENTS, EXPOSURE, shape, rate)
    return [
        Comparison("empirical Bayes: variance between areas", ESDA, 7.116335600907031e-05, shrunk.between, 1e-17),
        Comparison("empirical Bayes: area of 0 events", ESDA, 0.013836487549052458, float(shrunk.rate[0]), 1e-15),
        Comparison("empirical Bayes: area of 61 events", ESDA, 0.03193621537901327, float(shrunk.rate[7]), 1e-15),
        Comparison("empirical Bayes: areas no less alike than chance", TRAP, 0.0141714, float(alike.rate[7]), 5e-8),
        Comparison("empirical Bayes: variance between such areas", TRAP, 0.0, alike.between, 0.0),
        Comparison("Poisson-gamma: shape", GAMMA, 3.5543162745078964, shape, 1e-5),
        Comparison("Poisson-gamma: negative log-likelihood", GAMMA, 27.467978310900346, likelihood, 1e-11),
    ]


def _curve() -> list[Comparison]:
    curve = RogersCastro().rate(np.arange(101))
    return [
        Comparison("Rogers-Castro: sum of ages 0-100", CURVE, 1.05680811017, float(curve.sum()), 1e-11),
        Comparison("Rogers-Castro: age of the peak", CURVE, 23, int(curve.argmax()), 0),
        Comparison("Rogers-Castro: rate at age 0", CURVE, 0.023, float(curve[0]), 1e-12),
    ]


def _flows() -> list[Comparison]:
    fitted = fit_margins(np.array([[5.0, 2], [1, 7]]), np.array([18.0, 20]), np.array([16.0, 22]))
    printed = [[13.2501932032, 4.7498067968], [2.7498067968, 17.2501932032]]
    return [
        Comparison(f"flows of 2 × 2 areas: {i + 1} → {j + 1}", WILLEKENS, printed[i][j], float(fitted[i, j]), 1e-10)
        for i in range(2)
        for j in range(2)
    ]
