"""Simple models: what they promise, and the sums they keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from allmende.projection.simple.ensemble import average, fit_weights
from allmende.projection.simple.hamilton_perry import AgeGrid, hamilton_perry, hold_to
from allmende.projection.simple.totals import constant, constant_share, linear, share_of_growth

people = st.floats(1, 1000)
FIVE = AgeGrid(shift=1, mothers=(3, 9))


@given(arrays(np.float64, (3, 5), elements=people), st.integers(1, 5), st.floats(100, 10_000))
def test_shares_sum_to_the_region(past: np.ndarray, steps: int, region: float) -> None:
    assert constant_share(past, steps, region).sum() == pytest.approx(region)
    grown = share_of_growth(past, steps, region)
    assert grown.sum() == pytest.approx(region)
    assert (grown >= 0).all()


def test_share_of_growth_repeats_the_trend_where_the_region_does() -> None:
    past = np.array([[100.0, 200.0, 300.0], [110.0, 190.0, 330.0]])
    assert share_of_growth(past, 1, linear(past, 1).sum()) == pytest.approx(linear(past, 1))


def test_share_of_growth_turns_a_shrinking_region_though_all_areas_grew() -> None:
    grown = share_of_growth(np.array([[100.0, 100.0], [110.0, 120.0]]), 1, 220.0)
    assert grown.sum() == pytest.approx(220)
    assert (grown < [110, 120]).all()


def test_a_trend_needs_two_points() -> None:
    with pytest.raises(ValueError, match="two points"):
        linear(np.ones((1, 2)), 1)


def closed_town() -> np.ndarray:
    """Two areas where nobody moves or dies before the open group, and births keep the number of children."""
    past = np.zeros((2, 2, 2, 19))
    past[0] = np.linspace(100, 190, 19)
    past[1, ..., 1:] = past[0, ..., :-1]
    past[1, ..., -1] += past[0, ..., -1]
    past[:, ..., 0] = 100
    return past


def test_where_nobody_moves_cohorts_just_age() -> None:
    past = closed_town()
    later = hamilton_perry(past, FIVE, 1)
    assert later[..., 1:-1] == pytest.approx(past[1][..., :-2])
    assert later[..., -1] == pytest.approx(past[1][..., -2] + past[1][..., -1])


@given(arrays(np.float64, (2, 4, 2, 19), elements=people), st.permutations(range(4)))
def test_permuting_areas_permutes_the_forecast(past: np.ndarray, order: list[int]) -> None:
    for shrink in (False, True):
        assert hamilton_perry(past[:, order], FIVE, 2, shrink=shrink) == pytest.approx(
            hamilton_perry(past, FIVE, 2, shrink=shrink)[order]
        )


def test_an_area_that_was_empty_takes_the_region_s_ratios() -> None:
    past = closed_town()
    past[0, 1] = 0
    assert np.isfinite(hamilton_perry(past, FIVE, 3)).all()


def test_ratios_that_differ_by_chance_alone_are_drawn_to_the_region_s() -> None:
    rng = np.random.default_rng(3)
    past = np.zeros((2, 60, 2, 19))
    past[0] = 20
    past[1] = rng.poisson(20, size=(60, 2, 19))
    raw, drawn = (hamilton_perry(past, FIVE, 1, shrink=shrink)[..., 5] / past[-1][..., 4] for shrink in (False, True))
    assert drawn.std() < raw.std() / 2


def test_holding_to_a_total_keeps_the_ages() -> None:
    held = hold_to(closed_town()[1], np.array([1000.0, 10.0]))
    assert held.sum(axis=(1, 2)) == pytest.approx([1000, 10])
    assert held[0] / 1000 == pytest.approx(held[1] / 10)


def test_weights_find_the_model_that_was_right() -> None:
    rng = np.random.default_rng(4)
    truth = [rng.uniform(500, 5000, 40) for _ in range(3)]
    forecasts = [{"right": t, "high": t * 1.2, "wild": rng.uniform(500, 5000, 40)} for t in truth]
    sure = fit_weights(forecasts, truth, caution=0)
    assert sure == pytest.approx({"right": 1, "high": 0, "wild": 0}, abs=1e-9)
    careful = fit_weights(forecasts, truth, caution=0.5)
    assert careful["right"] == pytest.approx(0.5 + 0.5 / 3)
    assert sum(careful.values()) == pytest.approx(1)


def test_two_models_that_are_wrong_in_opposite_ways_are_averaged() -> None:
    truth = [np.linspace(100, 1000, 30)]
    weights = fit_weights([{"low": truth[0] * 0.9, "high": truth[0] * 1.1}], truth, caution=0)
    assert average({"low": truth[0] * 0.9, "high": truth[0] * 1.1}, weights) == pytest.approx(truth[0])


def test_the_constant_is_no_view_of_the_past() -> None:
    past = np.ones((2, 3))
    constant(past, 1)[0] = 5
    assert past[-1, 0] == 1


def test_an_age_that_nobody_has_reached_yet_stays_empty_or_follows_the_region() -> None:
    past = np.full((3, 2, 2, 8), 5.0)
    past[:, :, 1, 5:] = 0
    past[-1, 0, 1, 6] = 1
    later = hamilton_perry(past, AgeGrid(shift=1, mothers=(2, 5)), 2, shrink=True)
    assert np.isfinite(later).all()
    assert (later >= 0).all()
