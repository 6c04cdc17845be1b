"""Fans of areas: one size for all years, so that no interval jumps because a place grows past a bound."""

import numpy as np

from allmende.outlook.fans import fan_out, stretch
from allmende.outlook.folder import LEVELS, sum_matrix
from allmende.projection.bands import Band
from allmende.projection.draws import Draws
from allmende.projection.widths import LEVELS as WIDTH_LEVELS
from allmende.projection.widths import Widths

YEARS = tuple(range(2025, 2056))
AREAS = ("a", "b", "region")


def growing() -> Draws:
    """A town that grows from 9,400 to 10,600 people and one that stays at 800; what is drawn spreads by equal steps."""
    rng = np.random.default_rng(1)
    middle = np.stack([np.linspace(9400, 10_600, 31), np.full(31, 800.0)], axis=-1)
    spread = np.stack([np.linspace(20, 900, 31), np.linspace(5, 80, 31)], axis=-1)
    value = middle + spread * rng.normal(size=(400, 1, 2))
    return Draws(value[..., None].astype(np.float32), YEARS, ("a", "b"), (Band("all", 0, 100),), np.zeros((31, 2, 1)), 0)


def taught() -> Widths:
    """Five years taught to narrow the middle class and to widen the large one."""
    factor = np.array([[0.87], [0.56], [1.07]])[:, :, None] * np.array([0.5, 1.0, 1.6])
    sizes, centres = (2000.0, 10_000.0, np.inf), (700.0, 4600.0, 19_000.0)
    return Widths(sizes, centres, (5,), WIDTH_LEVELS, factor, np.full((3, 1), 100))


def test_intervals_widen_by_even_steps_where_a_town_passes_ten_thousand() -> None:
    fan = fan_out(growing(), AREAS, ("a", "b"), taught())[..., 0]
    for low, high in ((0.25, 0.75), (0.1, 0.9), (0.025, 0.975)):
        width = fan[LEVELS.index(high)] - fan[LEVELS.index(low)]
        assert (np.diff(width, axis=0) > 0).all()
        assert (width[2:] / width[1:-1] < 1.8).all()
        later = width[10:]
        np.testing.assert_allclose(np.diff(later, 2, axis=0), 0, atol=later.max() * 1e-3)


def test_no_year_far_ahead_is_surer_than_it_was_drawn() -> None:
    drawn = growing()
    fan = fan_out(drawn, AREAS, ("a", "b"), taught())[..., 0]
    sums = sum_matrix(AREAS, drawn.units, ("a", "b"))
    totals = np.matmul(sums, drawn.value)[..., 0]
    low, high = np.quantile(totals, [0.1, 0.9], axis=0)
    width = fan[LEVELS.index(0.9)] - fan[LEVELS.index(0.1)]
    assert (width[10:] >= (high - low)[10:] - 1e-2).all()
    assert (width[3:6, 0] < (high - low)[3:6, 0]).all(), "near years are as narrow as they were taught"
    wide = stretch(drawn, taught(), sums)[..., 0]
    low, high = np.quantile(wide, [0.1, 0.9], axis=0)
    np.testing.assert_allclose(high - low, width, rtol=0.01)


def test_the_base_year_keeps_its_intervals_apart() -> None:
    fan = fan_out(growing(), AREAS, ("a", "b"), taught())[:, 0, :, 0]
    assert (np.diff(fan, axis=0) > 0).all()
