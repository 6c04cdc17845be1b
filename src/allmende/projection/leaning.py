"""A projection that leans on the trend of its small areas: totals part of the way to a straight line, ages as projected."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from allmende.projection.draws import run_compiled
from allmende.projection.model import Model
from allmende.projection.run import run
from allmende.projection.simple.totals import linear

Floats = NDArray[np.float64]

ROUNDS = 6
"""Who arrives has children and moves on, so the effect of changed shares is seen only in the next run."""
BOUND = 4.0
"""No unit gets more than so many times its usual share of arrivals, nor less than the inverse."""


def lean(model: Model, past: Floats, *, weight: float, years: int) -> Model:
    """Shift arrivals between the units of each municipality until units lie part of the way to their linear trend.

    `past [Y, M]` are persons of units up to the base year. A unit is wanted to have projection + weight × (trend - projection);
    after so many `years` the distance stays as it is, for the trend was never tried further. What is wanted of units is scaled
    to their municipality's projection, which does not change, and met as far as `BOUND` allows. Averages of a cohort model
    with simple totals win on record (Wilson 2017); ages stay those of cohorts.
    """
    ours = _people(model)
    steps = np.minimum(np.arange(1, model.steps + 1), years)
    trend = np.stack([linear(past, int(step)) for step in steps])
    wanted = np.maximum(ours + weight * (trend - ours[steps - 1]), 0)
    wanted *= _ratio(_by_town(model, ours), _by_town(model, wanted))
    path = run(model)
    arrivals = (path.came + path.moved_in).sum(axis=(1, 3, 4))
    factor, leaned = np.ones_like(wanted), model
    for _ in range(ROUNDS):
        gap = wanted - _people(leaned)
        fresh = np.diff(gap, axis=0, prepend=0)
        factor = np.clip(factor + _part(fresh, arrivals), 1 / BOUND, BOUND)
        leaned = replace(model, share=_shared(model, factor))
    return leaned


def _people(model: Model) -> Floats:
    people: Floats = run_compiled(model)[1:].sum(axis=(1, 3, 4))
    return people


def _by_town(model: Model, values: Floats) -> Floats:
    """Sum [..., M] over each municipality and give every unit its municipality's sum."""
    towns = np.zeros((*values.shape[:-1], len(model.municipalities)))
    np.add.at(np.moveaxis(towns, -1, 0), model.home, np.moveaxis(values, -1, 0))
    return towns[..., model.home]


def _shared(model: Model, factor: Floats) -> Floats:
    """Multiply units' shares [T, 3, X, M] and hold those of municipalities."""
    changed = model.share * factor[:, None, None]
    return np.asarray(changed * _ratio(_by_town(model, model.share), _by_town(model, changed)), dtype=np.float64)


def _ratio(whole: Floats, part: Floats) -> Floats:
    return np.divide(whole, part, out=np.ones_like(whole), where=part > 0)


def _part(people: Floats, arrivals: Floats) -> Floats:
    return np.divide(people, arrivals, out=np.zeros_like(people), where=arrivals > 0)
