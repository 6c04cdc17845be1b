"""Life tables: the ways in agree with one another, and what the definitions imply holds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allmende.projection.lifetable import from_probabilities, from_rates, survival_ratios


@given(seed=st.integers(0, 2**32 - 1), width=st.sampled_from([1, 5, 10]))
def test_rates_and_probabilities_are_two_ways_to_the_same_table(seed, width):
    rng = np.random.default_rng(seed)
    m, a = rng.uniform(0.001, 0.1, (2, 12)), rng.uniform(0.1, 0.9, (2, 12)) * width
    a[:, -1] = 1 / m[:, -1]
    table = from_rates(m, a, width=width)
    other = from_probabilities(table.q, a, width=width)
    for name in ("m", "q", "l", "L", "S", "T", "e"):
        assert getattr(other, name) == pytest.approx(getattr(table, name), rel=1e-9), name
    assert table.d.sum(axis=-1) == pytest.approx(100_000)
    assert pytest.approx(table.m) == table.d / table.L


def test_an_open_group_without_its_years_takes_those_of_its_rate():
    table = from_rates(np.array([0.1, 0.25]), np.array([0.5, np.nan]))
    assert table.e[-1] == 4


def test_where_nobody_is_left_nobody_survives():
    ratios = survival_ratios(np.array([80_000.0, 0.0, 0.0]))
    assert ratios.tolist() == [0.8, 0, 0]
    assert from_probabilities(np.array([1.0, 0.5, 1.0]), np.array([0.5, 0.5, 1.0])).e.tolist() == [0.5, 0, 0]


AUSTRIA = (
    *((47925, 419, 0.068, 100000, 99192), (189127, 70, 1.626, 99133, 396183), (234793, 36, 2.5, 98986, 494741)),
    *((238790, 46, 3.143, 98910, 494375), (254996, 249, 2.724, 98815, 492980), (326831, 420, 2.520, 98334, 490106)),
    *((355086, 403, 2.481, 97704, 487127), (324222, 441, 2.601, 97151, 484175), (269963, 508, 2.701, 96492, 480384)),
    *((261971, 769, 2.663, 95588, 474686), (238011, 1154, 2.698, 94195, 465777), (261612, 1866, 2.676, 91937, 452188)),
    *((181385, 2043, 2.645, 88711, 432096), (187962, 3496, 2.624, 83845, 401480), (153832, 4366, 2.619, 76377, 357713)),
    *((105169, 4337, 2.593, 66225, 301224), (73694, 5279, 2.518, 53803, 228404), (57512, 6460, 2.423, 37441, 145182)),
    (32248, 6146, 5.247, 21134, None),
)
"""Men of Austria 1992, ages 0, 1-4, 5-9 … 85+: people, deaths, a, survivors, years lived; Preston et al. 2001, Box 3.1."""


def test_an_abridged_life_table_as_printed():
    people, deaths, a, survivors, lived = (np.array(column, dtype=float) for column in zip(*AUSTRIA, strict=True))
    widths = np.array([1, 4, *[5] * 16, np.nan])
    table = from_rates(deaths / people, a, width=widths)
    assert np.abs(table.l - survivors).max() < 0.6
    assert np.abs(table.L[:-1] - lived[:-1]).max() < 0.6
    assert table.e[0] == pytest.approx(72.889, abs=5e-4)
    assert from_probabilities(table.q, a, width=widths).e == pytest.approx(table.e, rel=1e-12)
    assert table.S[0] == pytest.approx((99192 + 396183) / 500_000, abs=1e-5)
    assert np.isnan(table.S[1])
    assert table.S[2] == pytest.approx(494741 / (99192 + 396183), abs=1e-5)
    assert table.S[-1] == pytest.approx(table.T[-1] / table.T[-2])
