"""Errors as they are printed, and intervals that hold what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allmende.errors import AllmendeError
from allmende.projection.accuracy import age_structure_error, coverage, measure_ages, measure_totals, shelf_life
from allmende.projection.widths import calibrate, conformal_factor, score


def test_measures_of_totals() -> None:
    found = measure_totals(np.array([110.0, 95.0, 100.0, 130.0]), np.array([100.0] * 4))
    assert (found.areas, found.median, found.mean, found.bias) == (4, 7.5, 11.25, 8.75)
    assert found.ninetieth == pytest.approx(24.0)


def test_the_age_structure_error_is_who_would_have_to_change_group() -> None:
    assert age_structure_error(np.array([[60.0, 40.0]]), np.array([[50.0, 50.0]])).tolist() == [10.0]
    assert measure_ages(np.array([[[60.0, 40.0]]]), np.array([[[50.0, 50.0]]])).ages == 10.0


def test_shelf_life_ends_at_the_first_horizon_that_is_too_wrong() -> None:
    fine, bad = np.full(10, 5.0), np.array([5.0] * 7 + [20.0] * 3)
    assert shelf_life({1: fine, 5: fine, 10: bad, 15: fine}) == 5
    assert shelf_life({1: bad}) == 0


@given(st.integers(0, 200), st.sampled_from([0.5, 0.8, 0.95]))
def test_calibrated_intervals_hold_new_values_as_often_as_promised(seed: int, level: float) -> None:
    """Whatever the distribution: 300 past errors with heavy tails, 4,000 new ones; 4 standard errors of the two samples are
    allowed."""
    rng = np.random.default_rng(seed)
    factor = conformal_factor(np.abs(rng.standard_t(2, 300)), level)
    held = np.mean(np.abs(rng.standard_t(2, 4000)) <= factor)
    assert held == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) * (1 / 300 + 1 / 4000)))


def test_widths_differ_by_size_and_horizon() -> None:
    rng = np.random.default_rng(1)
    people = [np.array([100.0] * 150 + [9000.0] * 150)] * 2
    spread = np.array([3.0] * 150 + [1.0] * 150)
    scores = [np.abs(rng.normal(size=300)) * spread, np.abs(rng.normal(size=300)) * spread * 2]
    widths = calibrate(scores, people, [5, 10], [2000])
    assert widths.scores.tolist() == [[150, 150], [150, 150]]
    near, mid, far = (widths.at(np.array([500.0, 5000.0]), horizon) for horizon in (5, 7, 10))
    assert (near[0] > near[1]).all()
    assert (far > near).all()
    assert mid == pytest.approx(near + (far - near) * 0.4)
    assert widths.at(np.array([500.0]), 30) == pytest.approx(far[:1])


def test_few_errors_are_joined_by_those_of_the_nearest_horizons() -> None:
    scores = [np.full(60, float(step)) for step in (1, 2, 3)]
    widths = calibrate(scores, [np.full(60, 500.0)] * 3, [1, 2, 3], [])
    assert widths.scores.tolist() == [[120, 120, 120]]
    assert widths.factor[0, :, 0].tolist() == [2.0, 2.0, 3.0]


def test_a_size_class_without_a_past_is_refused() -> None:
    with pytest.raises(AllmendeError, match="up to 2000 people"):
        calibrate([np.ones(5)], [np.full(5, 9000.0)], [5], [2000])


def test_an_interval_without_width_has_no_score() -> None:
    with pytest.raises(AllmendeError, match="no width"):
        score(np.ones(2), np.zeros(2), np.ones(2))


def test_coverage_counts_the_bounds() -> None:
    assert coverage(np.zeros(4), np.ones(4), np.array([0.0, 1.0, 2.0, 0.5])) == 75.0
