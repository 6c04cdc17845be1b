"""Accuracy measures against the printed examples."""

import numpy as np
import pytest

from allmende.privacy import load_profile
from allmende.privacy.utility import (
    accuracy,
    additivity,
    clustering_loss,
    hellinger,
    mean_absolute_error,
    mean_squared_error,
    morans_i,
)

X = np.array([0, 0, 0, 0, 0, 4, 1, 0, 0, 4, 1, 0, 0, 0, 0, 0])
MAPS = [  # Möhler et al. 2024, information loss: map, Hellinger of counts, of shares, MSE, MAE
    ([1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1], 3.16, 1.0, 2.75, 1.25),
    ([0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0], 1.92, 0.606, 3.38, 0.75),
    ([0, 0, 0, 0, 0, 5, 1, 0, 0, 3, 1, 0, 0, 0, 0, 0], 0.25, 0.08, 0.13, 0.13),
    ([0, 0, 0, 0, 0, 4, 2, 0, 0, 4, 0, 0, 0, 0, 0, 0], 0.77, 0.242, 0.13, 0.13),
]


@pytest.mark.parametrize(("drawn", "counts", "shares", "squared", "absolute"), MAPS)
def test_distances_of_the_printed_maps(drawn, counts, shares, squared, absolute):
    y = np.array(drawn)
    assert hellinger(X, y) == pytest.approx(counts, abs=6e-3)
    assert hellinger(X, y, shares=True) == pytest.approx(shares, abs=6e-4)
    assert mean_squared_error(X, y) == pytest.approx(squared, abs=6e-3)
    assert mean_absolute_error(X, y) == pytest.approx(absolute, abs=6e-3)


def test_moran_of_the_printed_grid():
    grid = np.array(
        [
            [2, 4, 0, 0, 0, 0],
            [4, 2, 0, 0, 0, 0],
            [0, 0, 2, 3, 2, 0],
            [0, 0, 0, 5, 4, 1],
            [0, 0, 3, 4, 2, 0],
            [0, 0, 0, 4, 0, 2],
        ]
    )
    evened = np.array([[3, 3, 0, 0, 0, 0]] * 2 + [[0, 0, 2, 2, 2, 2]] * 4)
    assert morans_i(grid) == pytest.approx(0.288, abs=5e-4)
    assert morans_i(evened) == pytest.approx(0.502, abs=5e-4)
    assert clustering_loss(grid, evened) == pytest.approx(0.107, abs=5e-4)


def test_a_flat_grid_has_no_moran():
    with pytest.raises(ValueError, match="equal values"):
        morans_i(np.ones((3, 3)))


def test_false_zeros_count_and_true_zeros_do_not():
    report = accuracy(np.array([0, 0, 1, 5, 9]), np.array([0, 0, 0, 9, 9]))
    assert report.cells == 3
    assert report.mean_deviation == pytest.approx(5 / 3)
    assert (report.unchanged, report.within_one, report.three_or_more) == pytest.approx((1 / 3, 2 / 3, 1 / 3))
    assert (report.four_or_more, report.largest, report.false_zeros, report.zeros_changed) == (
        pytest.approx(1 / 3),
        4,
        pytest.approx(1 / 3),
        0,
    )


def test_a_table_of_nobody_is_not_wrong():
    assert accuracy(np.zeros(4, dtype=np.int64), np.zeros(4, dtype=np.int64)).zeros_changed == 0


def test_the_accuracy_profile_keeps_what_destatis_states_for_its_own():
    rng = np.random.default_rng(1)
    n = rng.integers(10, 500, 100_000)
    shown = load_profile("accuracy", bytes(32)).protect(n, rng.integers(0, 2**32, len(n), dtype=np.uint32))
    report = accuracy(n, shown)
    assert report.mean_deviation < 0.5
    assert report.within_one >= 0.9
    assert report.three_or_more <= 0.05
    assert report.four_or_more <= 0.005
    assert abs(report.bias_z) < 4


def test_the_standard_keeps_its_accuracy_on_districts_by_age_and_sex():
    rng = np.random.default_rng(2)
    n = rng.negative_binomial(2, 2 / (2 + 19), 40 * 20 * 2)  # 30,000 persons in 40 districts, 20 age groups, 2 sexes
    shown = load_profile("standard", bytes(32)).protect(n, rng.integers(0, 2**32, len(n), dtype=np.uint32))
    report = accuracy(n, shown)
    assert report.mean_deviation <= 1.1
    assert report.hellinger <= 0.06
    assert report.zeros_changed == 0


def test_parts_need_not_add_up():
    found = additivity(np.array([[3, 4], [0, 5]]), np.array([9, 5]))
    assert (found.mean, found.largest) == (1.0, 2)
