"""p-tables against published ones, and what every row must keep."""

import numpy as np
import pytest

from allmende.errors import AllmendeError
from allmende.privacy import PTable, Row, design_ptable, printed_table, profile_names, profile_table
from allmende.privacy.design import row_count, support

R_VIGNETTE = {
    (2, 1.0): [
        [0.36648551, 0.3664855, 0.1675725, 0.09945652],
        [0.06382714, 0.2446915, 0.3829628, 0.24469145, 0.06382714],
    ],
    (2, 0.9): [
        [0.3625, 0.3625, 0.1875, 0.0875],
        [0.05154609, 0.24381564, 0.40927654, 0.24381564, 0.05154609],
    ],
}  # R package ptable 1.0.0, vignette; printed with 8 digits


@pytest.mark.parametrize(("parameters", "rows"), R_VIGNETTE.items(), ids=str)
def test_published_tables_are_reproduced(parameters, rows):
    deviation, variance = parameters
    table = design_ptable(deviation, variance).table
    for ours, printed in zip(table.rows[1:], rows, strict=True):
        assert np.abs(ours.p - printed).max() <= 1e-6


FOUR_DIGITS = [  # further solver rows, measured by an independent solver
    ({"max_deviation": 4, "variance": 1.8, "block_small": 1}, 1, [0.6090, 0.2348, 0.1061, 0.0388, 0.0115]),
    ({"max_deviation": 4, "variance": 1.8, "block_small": 1}, 6, [0.0036, 0.0248, 0.0984, 0.2250, 0.2963]),
    ({"max_deviation": 6, "variance": 2.5, "block_small": 2}, 1, [0.7039, 0.2073, 0.0693, 0.0164, 0.0028, 0.0003]),
    ({"max_deviation": 6, "variance": 2.5, "block_small": 2}, 9, [0.0002, 0.0017, 0.0103, 0.0417, 0.1134, 0.2065, 0.2523]),
    ({"max_deviation": 4, "variance": 0.7, "stay": 0.7}, 4, [0.0009, 0.0084, 0.0397, 0.1010, 0.7000]),
]


@pytest.mark.parametrize(("parameters", "n", "printed"), FOUR_DIGITS)
def test_rows_known_to_four_digits(parameters, n, printed):
    row = design_ptable(**parameters).table.rows[n]
    assert row.p[: len(printed)].round(4).tolist() == printed
    if len(printed) < len(row.p):
        assert np.allclose(row.p, row.p[::-1], atol=1e-8)


RETRIES = [  # stay after the retries, and the tries: R package ptable, vignette (failing and good cases)
    ({"max_deviation": 4, "variance": 1.5, "stay": (0.8, 0.9, 0.9, 0.9)}, [0.38585, 0.6, 0.7, 0.8], [20, 7, 5, 3]),
    ({"max_deviation": 4, "variance": 1.0, "stay": 0.5}, [0.5] * 4, [1] * 4),
    ({"max_deviation": 4, "variance": 1.0, "stay": (0.5, 0.5, 0.7, 0.8)}, [0.5, 0.5, 0.7, 0.8], [1] * 4),
    ({"max_deviation": 4, "variance": 0.7, "stay": 0.7}, [0.65, 0.7, 0.7, 0.7], [2, 1, 1, 1]),
    (
        {"max_deviation": 4, "variance": 2.25, "block_small": 2, "stay": 0.5},
        [0, 0, 0.5, 0.5, 0.4, 0.5, 0.5],
        [1, 1, 1, 1, 3, 1, 1],
    ),
]


@pytest.mark.parametrize(("parameters", "stays", "tries"), RETRIES)
def test_stay_gives_way_as_published(parameters, stays, tries):
    achieved = design_ptable(**parameters).achieved
    assert [row.tries for row in achieved] == tries
    assert [row.stay for row in achieved] == pytest.approx(stays, abs=1e-5)


def test_a_missed_variance_is_told_as_data():
    first, second = design_ptable(2, 1.0).achieved
    assert (first.as_asked, first.tries) == (False, 20)
    assert first.variance == pytest.approx(0.93188, abs=5e-6)
    assert second.as_asked
    assert design_ptable(4, 1.5, stay=(0.8, 0.9, 0.9, 0.9)).achieved[0].variance == pytest.approx(1.22497, abs=5e-6)


@pytest.mark.parametrize(
    "parameters", [(2, 1.05, 1), (4, 1.8, 1), (5, 3.0, 2), (6, 2.5, 2), (4, 0.7, 0), (3, 2.0, 2), (5, 4.0, 3)]
)
def test_every_row_keeps_the_rules(parameters):
    deviation, variance, blocked = parameters
    design = design_ptable(deviation, variance, block_small=blocked)
    assert len(design.table.rows) == 1 + row_count(deviation, blocked)
    for n, (row, achieved) in enumerate(zip(design.table.rows[1:], design.achieved, strict=True), start=1):
        assert row.noise.tolist() == support(n, deviation, blocked).tolist()
        assert np.abs(row.noise).max() <= deviation
        assert not set((row.noise + n).tolist()) & set(range(1, blocked + 1))
        assert row.p.sum() == pytest.approx(1, abs=1e-9)
        assert row.mean() == pytest.approx(0, abs=1e-6)
        assert row.p.min() >= 1e-8 * 0.99
        if achieved.as_asked:
            assert row.variance() == pytest.approx(variance, abs=5e-6)
        left = row.p[row.noise <= 0]
        assert (np.diff(left) >= -1e-9).all()


def test_rows_may_fall_towards_zero_where_asked():
    free = design_ptable(2, 1.05, block_small=1, monotone=(True, True, False, True))
    assert free.achieved[2].as_asked
    assert not design_ptable(2, 1.05, block_small=1).achieved[2].as_asked


REFUSED = [
    ((2, 1.0, 2), "Raise the largest deviation to 3"),
    ((4, 1.9, 2), "Raise the variance to 2"),
    ((5, 3.9, 3), "Raise the variance to 4"),
    ((5, 5.9, 4), "Raise the variance to 6"),
    ((2, 4.1, 0), "Lower the variance"),
    ((0, 1.0, 0), "at least 1"),
    ((2, 0.0, 0), "above 0"),
    ((100_000, 2.0, 0), "at most 50"),
]


@pytest.mark.parametrize(("parameters", "remedy"), REFUSED)
def test_impossible_parameters_are_refused_with_the_remedy(parameters, remedy):
    deviation, variance, blocked = parameters
    with pytest.raises(AllmendeError) as refusal:
        design_ptable(deviation, variance, block_small=blocked)
    assert remedy in str(refusal.value)


@pytest.mark.parametrize(("blocked", "least", "tightest"), [(1, 1, 1), (2, 2, 1), (3, 4, 2), (4, 6, 2)])
def test_the_least_variance_that_blocks_small_counts_does(blocked, least, tightest):
    row = design_ptable(blocked + 3, least, block_small=blocked).achieved[tightest - 1]
    assert row.variance == pytest.approx(least, abs=5e-6)


def test_vectors_must_fit_the_rows():
    with pytest.raises(AllmendeError, match="4 rows"):
        design_ptable(4, 1.0, stay=(0.5, 0.5))


@pytest.mark.parametrize("name", profile_names())
def test_profiles_are_unbiased_and_leave_zero(name):
    table = profile_table(name)
    assert table.rows[0].noise.tolist() == [0]
    for row in table.rows[1:]:
        assert row.p.sum() == pytest.approx(1, abs=1e-6)
        assert row.mean() == pytest.approx(0, abs=1e-6)


def test_the_printed_table_has_the_standards_parameters_and_other_probabilities():
    printed, standard = printed_table("hoehne_hoeninger_2018"), profile_table("standard")
    for n, (row, ours) in enumerate(zip(printed.rows[1:], standard.rows[1:], strict=True), start=1):
        assert row.variance() == pytest.approx(2.25, abs=2e-3), n
        assert row.mean() == pytest.approx(0, abs=2e-4)
        assert set(row.noise.tolist()) <= set(ours.noise.tolist())
    assert (printed.rows[5].stay(), round(standard.rows[5].stay(), 6)) == (0.5, 0.4)


def test_a_table_cannot_publish_what_cannot_be():
    zero, one = Row(np.array([0]), np.ones(1)), Row(np.array([-2, 2]), np.array([0.5, 0.5]))
    with pytest.raises(ValueError, match="negative"):
        PTable((zero, one))
    with pytest.raises(ValueError, match="Row 0"):
        PTable((one,))
