"""A model held to totals that somebody else has projected: by component, fully or half way, with every factor shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.projection.model import ABROAD, COUNTRY, Model
from allmende.projection.rates.raking import rake
from allmende.projection.run import run

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COMPONENTS = ("births", "deaths", "came", "left")
"""What may be held to a total; stocks may not, for that would break cohorts."""
ROUNDS = 4
"""Births of one year are mothers of another, so a run after the factors is needed to see what they did."""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """The model with its factors changed, and what each total did: `factor` [T, K] by year and larger area, 1 for nothing.

    `aimed` [T, K] is what the damped totals asked for; NaN: nothing.
    """

    model: Model
    factor: Floats
    aimed: Floats


def hold(model: Model, component: str, areas: Ints, totals: Floats, *, damping: float | Floats = 1.0) -> Held:
    """Hold a component of the projection to totals [T, K] of larger areas; `areas` [M] gives each unit's.

    The factors of births, deaths, arrivals from outside or leavers to outside of an area's units are scaled until the component
    sums to the total (damping 1) or goes part of the way in logarithms (0: not at all), by year and area where `damping` is
    [T, K]. NaN: no total for that year.

    Raises
    ------
    AllmendeError
        For a component that cannot be held, totals of another shape, or a total that scaled rates cannot reach.
    """
    if component not in COMPONENTS:
        raise AllmendeError(f"{component!r} cannot be held to a total.", expected=f"one of {', '.join(COMPONENTS)}")
    if len(totals) != model.steps:
        raise AllmendeError(
            f"There are totals of {len(totals)} years for {model.steps}.", expected="one row a year; NaN for none"
        )
    first = _sums(model, component, areas, totals.shape[1])
    wanted = np.where(np.isfinite(totals), first * _ratio(totals, first) ** damping, first)
    factor, held = np.ones_like(totals), model
    for _ in range(ROUNDS):
        now = _sums(held, component, areas, totals.shape[1])
        for year in range(model.steps):
            factor[year] *= rake(now[year], np.arange(totals.shape[1]), wanted[year]).factor
        held = _scaled(model, component, factor[:, areas])
    return Held(held, factor, np.where(np.isfinite(totals), wanted, np.nan))


def _sums(model: Model, component: str, areas: Ints, count: int) -> Floats:
    by_unit = getattr(run(model), component).sum(axis=(1, 3, 4))
    sums = np.zeros((model.steps, count))
    np.add.at(sums.T, areas, by_unit.T)
    return sums


def _ratio(totals: Floats, sums: Floats) -> Floats:
    return np.divide(totals, sums, out=np.ones_like(sums), where=(sums > 0) & np.isfinite(totals))


def _scaled(model: Model, component: str, factor: Floats) -> Model:
    match component:
        case "births":
            return replace(model, birth_factor=model.birth_factor * factor)
        case "deaths":
            return replace(model, death_factor=model.death_factor * factor)
        case "came":
            return replace(model, arrive_factor=model.arrive_factor * factor[:, None])
        case _:
            leave = model.leave_factor.copy()
            leave[:, [COUNTRY, ABROAD]] *= factor[:, None, None]
            return replace(model, leave_factor=leave)
