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
