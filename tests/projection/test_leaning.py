"""Leaning moves people between units of a municipality towards their trend, and nothing else."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from allmende.projection.draws import run_compiled
from allmende.projection.leaning import lean
from allmende.projection.model import Model
from allmende.projection.run import run
from allmende.projection.simple.totals import linear

Maker = Callable[..., Model]


@pytest.fixture
def settled(region: Maker) -> Model:
    """A region whose rates are those of people, not of a random number generator."""
    model = region(4, steps=8, builds=False)
    few = {"death": 0.02, "leave": 0.05, "birth": 0.01}
    return replace(model, arrive=model.arrive / 4, **{name: np.full_like(getattr(model, name), x) for name, x in few.items()})


def towns(model: Model, values: np.ndarray) -> np.ndarray:
    return values @ (model.home[:, None] == np.arange(len(model.municipalities)))


def people(model: Model) -> np.ndarray:
    return run_compiled(model)[1:].sum(axis=(1, 3, 4))


def test_units_reach_what_is_wanted_and_municipalities_stay(settled: Model) -> None:
    model = settled
    ours = people(model)
    now = run(model).population[0].sum(axis=(0, 2, 3))
    past = now + np.arange(-4, 1)[:, None] * np.random.default_rng(1).uniform(-0.01, 0.02, len(now)) * now
    trend = np.stack([linear(past, min(step, 3)) for step in range(1, 9)])
    wanted = ours + 0.5 * (trend - ours[np.minimum(np.arange(8), 2)])
    wanted *= (towns(model, ours) / towns(model, wanted))[:, model.home]
    leaned = people(lean(model, past, weight=0.5, years=3))
    np.testing.assert_allclose(leaned, wanted, rtol=5e-3)
    assert np.abs(wanted - ours).max() > 0.01 * ours.max()
    np.testing.assert_allclose(towns(model, leaned), towns(model, ours), rtol=5e-3)


def test_without_weight_nothing_changes(settled: Model) -> None:
    past = np.random.default_rng(2).gamma(50, 10, (5, len(settled.units)))
    np.testing.assert_allclose(people(lean(settled, past, weight=0.0, years=5)), people(settled), rtol=1e-9)


def test_what_cannot_be_reached_stays_in_bounds(settled: Model) -> None:
    """A trend to nothing cannot be met by fewer arrivals: shares stay above a quarter, and below four times what they were."""
    now = run(settled).population[0].sum(axis=(0, 2, 3))
    past = np.stack([now * 3, now])
    past[:, 0] = now[0]
    model = lean(settled, past, weight=1.0, years=5)
    assert (model.share >= 0).all()
    np.testing.assert_allclose(towns(model, model.share), towns(model, settled.share))
    assert np.isfinite(people(model)).all()
