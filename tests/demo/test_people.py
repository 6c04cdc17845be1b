"""The people of the first key date: as many as described, and of the character of their places."""

import numpy as np
import pytest

from allmende.demo.people import FEMALE, FIRST_YEAR, SECONDARY, STUDENT_HOME
from allmende.demo.year import _mortality
from allmende.parameters import load


def test_every_municipality_has_exactly_its_people(small):
    counts = np.bincount(small.places.addresses.municipality[small.people.address])
    assert counts.tolist() == [m["population"] for m in small.places.members]


def test_ages_follow_the_character_of_the_place(small):
    ages = small.people.ages(FIRST_YEAR)
    flavour = np.array([m["flavour"] for m in small.places.members])[small.places.addresses.municipality[small.people.address]]
    young = {f: ((ages >= 18) & (ages < 30))[flavour == f].mean() for f in ("student", "ageing")}
    children = {f: (ages < 10)[flavour == f].mean() for f in ("growing", "ageing")}
    assert young["student"] > 1.6 * young["ageing"]
    assert children["growing"] > 1.3 * children["ageing"]


def test_shares_are_those_of_an_ordinary_region(small):
    people, ages = small.people, small.people.ages(FIRST_YEAR)
    assert 0.07 < people.foreign.mean() < 0.16
    assert 0.005 < (people.residence == SECONDARY).mean() < 0.04
    assert 0.48 < (people.sex == FEMALE).mean() < 0.54
    assert 0.13 < (ages < 18).mean() < 0.20
    assert 0.17 < (ages >= 65).mean() < 0.27
    assert np.median(ages[small.housing.use[people.address] == STUDENT_HOME]) in range(19, 26)


def test_citizens_of_one_state_live_near_each_other(small):
    """Two foreigners of one house share their citizenship far more often than two foreigners at large."""
    foreign = small.people.take(small.people.foreign)
    order = np.lexsort([foreign.state, foreign.address])
    same_house = np.diff(foreign.address[order]) == 0
    alike = (np.diff(foreign.state[order]) == 0)[same_house].mean()
    shares = np.bincount(foreign.state) / len(foreign)
    assert alike > 2 * (shares**2).sum()


@pytest.mark.parametrize(("sex", "expected"), [("male", 78.7), ("female", 83.2)])
def test_mortality_gives_the_life_expectancy_it_was_fitted_to(sex, expected):
    """UN WPP 2022, Germany 2015-2020: 78.7 and 83.4 years within half a year."""
    rates = load("demo_curves")["mortality"]
    age = np.arange(0, 111)
    alive = np.concatenate([[1.0], np.cumprod(np.exp(-_mortality(age, rates[sex], rates)))])
    assert (alive[:-1] + alive[1:]).sum() / 2 == pytest.approx(expected, abs=0.6)
