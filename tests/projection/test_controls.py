from dataclasses import replace

import numpy as np
import pytest

from allmende.errors import AllmendeError
from allmende.projection.controls import COMPONENTS, hold
from allmende.projection.model import still_model
from allmende.projection.run import run

AREAS = np.array([0, 0, 1])


@pytest.fixture
def model():
    quiet = still_model(np.full((1, 3, 2, 101), 10.0), units=("a", "b", "c"), parents=("a", "b", "c"), base_year=2024, steps=3)
    birth = np.zeros((3, 1, 101))
    birth[:, :, 20:40] = 0.07
    leave = np.zeros((3, 3, 1, 2, 101))
    leave[:, 1:] = 0.02
    return replace(quiet, birth=birth, death=np.full((3, 1, 2, 101), 0.01), leave=leave, arrive=np.full((3, 2, 1, 2, 101), 0.5))


def sums(model, component):
    by_unit = getattr(run(model), component).sum(axis=(1, 3, 4))
    return np.stack([by_unit[:, area == AREAS].sum(axis=1) for area in (0, 1)], axis=1)


@pytest.mark.parametrize("component", COMPONENTS)
def test_totals_are_met_and_fitting_ones_change_nothing(model, component):
    usual = sums(model, component)
    assert hold(model, component, AREAS, usual).factor == pytest.approx(np.ones((3, 2)), abs=1e-12)
    held = hold(model, component, AREAS, usual * [1.2, 0.9])
    assert sums(held.model, component) == pytest.approx(usual * [1.2, 0.9], rel=1e-4)
    assert (held.factor[:, 0] > 1.1).all()


def test_half_damping_goes_half_the_way_and_years_without_total_are_left(model):
    usual = sums(model, "births")
    totals = usual * 1.44
    totals[1] = np.nan
    held = hold(model, "births", AREAS, totals, damping=0.5)
    assert held.factor[0] == pytest.approx([1.2, 1.2], rel=1e-6)
    assert sums(held.model, "births")[1] == pytest.approx(usual[1], rel=1e-6)


@pytest.mark.parametrize(
    ("component", "totals", "says"),
    [
        ("population", np.ones((3, 2)), "'population' cannot be held"),
        ("births", np.ones((2, 2)), "totals of 2 years for 3"),
        ("deaths", np.full((3, 2), 1e6), "death"),
        ("births", np.full((3, 2), -1.0), "negative"),
    ],
)
def test_totals_that_cannot_be_held_are_named(model, component, totals, says):
    with pytest.raises(AllmendeError, match=says):
        hold(model, component, AREAS, totals)
