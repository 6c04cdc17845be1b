"""Attack A5, the stock-flow identity: S(t) = S(t-1) + births - deaths + in - out ties published figures together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allmende.privacy.ptable import Floats

FLOWS = (1, -1, 1, -1)
"""Births, deaths, in-moves, out-moves, as they change a stock."""


@dataclass(frozen=True, slots=True)
class StockFlowRisk:
    """Variance that the identity leaves, as a share of V: of each year's stock, and of each year's flows (years × 4)."""

    stocks: Floats
    flows: Floats


def assess_stock_flow(years: int) -> StockFlowRisk:
    """Compute diag(I - C'(CC')⁻¹C) for the identities of a number of years, all figures perturbed with equal variance.

    >>> assess_stock_flow(1).stocks.round(2).tolist()
    [0.83, 0.83]
    """
    if years < 1:
        raise ValueError("The identity needs at least one year between two stocks.")
    width = len(FLOWS)
    constraints = np.zeros((years, years + 1 + years * width))
    for year in range(years):
        constraints[year, [year, year + 1]] = 1, -1
        first = years + 1 + year * width
        constraints[year, first : first + width] = FLOWS
    tied = np.linalg.solve(constraints @ constraints.T, constraints)
    left = 1 - (constraints * tied).sum(axis=0)
    return StockFlowRisk(left[: years + 1], left[years + 1 :].reshape(years, width))
