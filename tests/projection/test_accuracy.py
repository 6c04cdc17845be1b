"""Errors as they are printed, and intervals that hold what they promise."""

import numpy as np
import pytest

from allmende.projection.accuracy import age_structure_error, coverage, measure_ages, measure_totals


def test_measures_of_totals() -> None:
    found = measure_totals(np.array([110.0, 95.0, 100.0, 130.0]), np.array([100.0] * 4))
    assert (found.areas, found.median, found.mean, found.bias) == (4, 7.5, 11.25, 8.75)
    assert found.ninetieth == pytest.approx(24.0)


def test_the_age_structure_error_is_who_would_have_to_change_group() -> None:
    assert age_structure_error(np.array([[60.0, 40.0]]), np.array([[50.0, 50.0]])).tolist() == [10.0]
    assert measure_ages(np.array([[[60.0, 40.0]]]), np.array([[[50.0, 50.0]]])).ages == 10.0


def test_coverage_counts_the_bounds() -> None:
    assert coverage(np.zeros(4), np.ones(4), np.array([0.0, 1.0, 2.0, 0.5])) == 75.0
