import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from allmende.errors import AllmendeError
from allmende.projection.rates.flows import fit_margins
from allmende.projection.rates.raking import rake

AREAS = np.array([0, 0, 1, 1, 1])
positive = arrays(np.float64, (5, 3), elements=st.floats(0.1, 1e4))


@given(positive)
def test_totals_that_fit_leave_factors_at_one(values):
    totals = np.stack([values[:2].sum(axis=0), values[2:].sum(axis=0)])
    assert rake(values, AREAS, totals).factor == pytest.approx(np.ones((2, 3)), abs=1e-12)


def test_damping_goes_half_way_in_logarithms_and_none_leaves_all():
    values, totals = np.array([1.0, 1.0, 4.0, 0.0, 0.0]), np.array([8.0, 1.0])
    assert rake(values, AREAS, totals, damping=0.5).factor.tolist() == [2.0, 0.5]
    assert rake(values, AREAS, totals, damping=0.0).value.tolist() == values.tolist()


@pytest.mark.parametrize(
    ("values", "totals", "damping", "says"),
    [
        ([1.0, 1, 1, 1, 1], [1.0, 1], 2.0, "damping of 2"),
        ([1.0, -1, 1, 1, 1], [1.0, 1], 1.0, "negative"),
        ([0.0, 0, 1, 1, 1], [3.0, 1], 1.0, "Area 0 shall have 3, but its parts are all 0"),
        ([1.0, 1, 1, 1, 1], [3.0], 1.0, "do not belong together"),
        ([np.nan, 1, 1, 1, 1], [3.0, 1], 1.0, "missing"),
    ],
)
def test_totals_that_cannot_be_met_are_named(values, totals, damping, says):
    with pytest.raises(AllmendeError, match=says):
        rake(np.array(values), AREAS, np.array(totals), damping=damping)


@given(arrays(np.float64, (4, 4), elements=st.floats(0.5, 50)), st.integers(0, 2**31))
def test_flows_meet_their_margins_and_keep_zeros(pattern, seed):
    rng = np.random.default_rng(seed)
    np.fill_diagonal(pattern, 0.0)
    goal = pattern * rng.uniform(0.5, 2, (4, 1)) * rng.uniform(0.5, 2, 4)
    fitted = fit_margins(pattern, goal.sum(axis=1), goal.sum(axis=0))
    assert fitted.sum(axis=1) == pytest.approx(goal.sum(axis=1), rel=1e-9)
    assert (np.diag(fitted) == 0).all()
    assert fitted == pytest.approx(goal, rel=1e-6), "a pattern scaled by rows and columns is found again"


@pytest.mark.parametrize(
    ("seed", "rows", "columns", "says"),
    [
        ([[1, 1], [1, 1]], [1, 2], [1, 3], "add up to 3, the column totals to 4"),
        ([[0, 0], [1, 1]], [1, 2], [1, 2], "The row north shall total 1, but the seed is empty"),
        ([[0, 1], [0, 1]], [1, 2], [1, 2], "The column north shall total 1"),
        ([[1, 0], [0, 1]], [1, 2], [2, 1], "row .* stays"),
        ([[1, 1]], [1, 2], [1, 2], "shape"),
        ([[1, -1], [1, 1]], [1, 2], [1, 2], "negative"),
    ],
)
def test_margins_that_contradict_are_named(seed, rows, columns, says):
    with pytest.raises(AllmendeError, match=says):
        fit_margins(
            np.array(seed, float), np.array(rows, float), np.array(columns, float), names=("north", "south"), sweeps=200
        )
