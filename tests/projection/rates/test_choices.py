import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allmende.errors import AllmendeError
from allmende.parameters import load
from allmende.projection.rates.clusters import cluster
from allmende.projection.rates.exceptional import base_years, unusual
from allmende.projection.rates.published import comparisons
from allmende.projection.rates.schedules import national


@given(st.permutations(range(12)))
def test_types_do_not_depend_on_the_order_of_areas(order):
    rng = np.random.default_rng(1)
    profiles = rng.normal(size=(12, 3)) + np.repeat([0, 5, 10], 4)[:, None]
    types = cluster(profiles, 3)
    assert np.array_equal(cluster(profiles[order], 3), types[order])
    assert types.tolist() == [0] * 4 + [1] * 4 + [2] * 4


@pytest.mark.parametrize("profiles", [np.ones((5, 2)), np.ones((1, 2)), np.zeros((0, 2))])
def test_areas_that_are_alike_are_one_type(profiles):
    assert (cluster(profiles, 3) == 0).all()


def test_profiles_with_gaps_are_refused():
    with pytest.raises(AllmendeError, match="cannot be sorted"):
        cluster(np.array([[1.0], [np.nan]]), 2)


def test_years_left_out_are_told():
    years = base_years(range(2018, 2026), 6, (2020, 2022, 2018))
    assert years.kept == (2021, 2023, 2024, 2025)
    assert years.left_out == (2020, 2022), "2018 lies outside the window anyhow"
    assert years.at.tolist() == [3, 5, 6, 7]


@pytest.mark.parametrize(("out", "says"), [((2002,), "2002 cannot be left out"), ((2024, 2025), "Every year is left out")])
def test_years_that_cannot_be_left_out_are_refused(out, says):
    with pytest.raises(AllmendeError, match=says):
        base_years((2024, 2025), 5, out)


def test_few_or_steady_years_are_not_called_unusual():
    assert unusual((2024, 2025), np.array([1.0, 100.0])) == ()
    assert unusual(range(6), np.array([100.0, 101, 102, 103, 104, 105])) == ()


def test_national_mortality_has_the_published_life_expectancy():
    log_death = national().log_death
    exact = np.exp(np.append(log_death[:, :100], log_death[:, [100]].repeat(20, axis=1), axis=1))
    life = np.exp(-np.cumsum(exact, axis=1)).sum(axis=1) + 0.5
    # UN World Population Prospects 2022, Germany, mean of 2015-2019
    assert life == pytest.approx([83.42, 78.59], abs=0.6)


def test_every_parameter_has_unit_and_source():
    for assumption in national().assumptions:
        assert assumption.unit
        assert assumption.source


def test_own_schedules_take_the_place_of_ours():
    own = {"naturalisation": {"value": 0.03, "unit": "per foreign person and year", "source": "own count 2025"}}
    schedules = national(own)
    assert schedules.naturalisation == 0.03
    assert any(entry.source == "own count 2025" for entry in schedules.assumptions)


@pytest.mark.parametrize(
    ("own", "says"),
    [
        ({"naturalisation": {}}, "lacks 'value'"),
        ({"threshold": {"value": -1, "unit": "persons", "source": "x"}}, "threshold is -1"),
        ({"mortality": load("schedules")["mortality"] | {"knots": [1, 2]}}, "15 values|14 values"),
    ],
)
def test_schedules_that_cannot_be_are_refused(own, says):
    with pytest.raises(AllmendeError, match=says):
        national(own)


def test_published_numbers_are_reproduced():
    assert [entry.name for entry in comparisons() if not entry.holds] == []
