"""Widths of intervals: learnt from past errors, continuous in size and time, and never surer for long than what was drawn."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from allmende.errors import AllmendeError
from allmende.projection.widths import LEVELS, Widths, as_drawn, calibrate, conformal_factor, score

SIZES = [2000.0, 10_000.0]


def learn(seed: int, towns: tuple[int, int, int] = (50, 20, 12)) -> Widths:
    """Learn from areas of three classes whose errors are small, large or odd, as the seed says; they repeat in part."""
    rng = np.random.default_rng(seed)
    people = np.concatenate(
        [
            rng.uniform(low, high, n)
            for (low, high), n in zip([(100, 2000), (2001, 10_000), (10_001, 90_000)], towns, strict=True)
        ]
    )
    scale = np.repeat(rng.uniform(0.2, 2.0, 3), towns)
    own = rng.standard_t(3, len(people))
    scores = [np.abs(0.7 * own + 0.7 * rng.standard_t(3, len(people))) * scale for _ in range(5)]
    return calibrate(scores, [people] * 5, [1, 2, 3, 4, 5], SIZES)


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
    assert widths.at(np.array([500.0]), 30) == pytest.approx(far[:1]), "what is wider than drawn stays so"


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


@example(0, 1999.0, 5)
@example(0, 9995.0, 30)
@given(st.integers(0, 300), st.floats(1, 500_000), st.integers(1, 30))
def test_one_more_inhabitant_changes_nothing(seed: int, people: float, horizon: int) -> None:
    """Continuous in size: a thousandth more people changes a factor by no more than the steepest line between two centres."""
    widths = learn(seed)
    here, there = widths.at(np.array([people, people * 1.001]), horizon)
    span = np.ptp(widths.at(np.array(widths.centres), horizon), axis=0)
    assert (np.abs(here - there) <= 1e-9 + span * np.log(1.001) / np.diff(np.log(widths.centres)).min()).all()


@given(st.integers(0, 300), st.floats(0, 500_000))
def test_levels_stay_in_their_order(seed: int, people: float) -> None:
    widths = learn(seed)
    for horizon in (1, 3, 5, 6, 9, 10, 30):
        assert (np.diff(widths.at(np.array([people]), horizon)) > 0).all()


@given(st.integers(0, 300), st.floats(0, 500_000))
def test_what_five_years_taught_to_narrow_is_not_narrowed_for_thirty(seed: int, people: float) -> None:
    """From the last horizon on factors only grow, by equal steps, and at twice its years nothing is surer than as drawn."""
    widths = learn(seed)
    later = np.stack([widths.at(np.array([people]), horizon)[0] for horizon in range(5, 31)])
    steps = np.diff(later, axis=0)
    assert (steps >= -1e-12).all()
    assert (later[5:] >= as_drawn(LEVELS) - 1e-12).all()
    np.testing.assert_allclose(steps[5:], 0, atol=1e-12)
    np.testing.assert_allclose(steps[:5], np.tile(steps[0], (5, 1)), atol=1e-12)


def test_beyond_the_last_horizon_by_hand() -> None:
    widths = Widths(
        (2000.0, np.inf),
        (100.0, 10_000.0),
        (5,),
        LEVELS,
        np.array([[[0.3, 0.6, 1.0]], [[0.4, 1.2, 1.4]]]),
        np.ones((2, 1), int),
    )
    people = np.array([50.0, 1000.0, 80_000.0])
    np.testing.assert_allclose(widths.at(people, 5)[:, 1], [0.6, 0.9, 1.2])
    np.testing.assert_allclose(widths.at(people, 6)[:, 1], [0.68, 0.94, 1.2])
    np.testing.assert_allclose(widths.at(people, 10)[:, 1], [1.0, 1.1, 1.2])
    np.testing.assert_array_equal(widths.at(people, 10), widths.at(people, 30))


def test_a_dozen_towns_lean_on_all_and_only_to_be_less_sure() -> None:
    """Towns that were hit well by luck are drawn half way to all; those that were missed stay as wide as they were missed."""
    rng = np.random.default_rng(3)
    people = np.repeat([500.0, 20_000.0], [300, 20])
    few = np.repeat([False, True], [300, 20])
    for luck in (0.3, 3.0):
        scores = [np.abs(rng.normal(size=320)) * np.where(few, luck, 1.0) for _ in range(5)]
        together = conformal_factor(scores[0], 0.8)
        alone = conformal_factor(np.concatenate([each[few] for each in scores]), 0.8)
        wide = calibrate(scores, [people] * 5, [1, 2, 3, 4, 5], [2000]).factor[1, 0, 1]
        assert wide == pytest.approx(max(alone, (alone + together) / 2))


def test_intervals_hold_in_a_world_where_errors_grow_with_size() -> None:
    """New areas of any size, learnt from 160 that were wrong again and again; 40 worlds."""
    held = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        people = np.exp(rng.uniform(np.log(200), np.log(60_000), 400))
        scale = 0.5 + 0.1 * np.log(people / 200)
        wrong = rng.normal(size=400)
        scores = [np.abs(np.sqrt(0.5) * (wrong + rng.normal(size=400))) * scale for _ in range(3)]
        known, new = slice(0, 160), slice(160, None)
        widths = calibrate([each[known] for each in scores], [people[known]] * 3, [1, 2, 3], SIZES)
        factors = [widths.at(people[new], step) for step in (1, 2, 3)]
        held.append([each[new, None] <= factor for each, factor in zip(scores, factors, strict=True)])
    share = np.mean(held, axis=(0, 1, 2))
    for found, level in zip(share, LEVELS, strict=True):
        assert level - 0.015 <= found <= level + 0.06
