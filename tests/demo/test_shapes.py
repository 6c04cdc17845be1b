"""Eight years leave each kind of place its shape: students are replaced, families come and age, homes stay what they are.

Ranges are assumptions around Germany's rates of these years: about 9 births and 12 deaths in 1000 people.
"""

import itertools

import numpy as np
import pytest

from allmende.demo.events import ABROAD, BIRTH, DEATH, IN, MOVE, OUT
from allmende.demo.history import LAST_YEAR
from allmende.demo.people import (
    ASYLUM_HOME,
    BARRACKS,
    CARE_HOME,
    FEMALE,
    FIRST_YEAR,
    MALE,
    NEW_ESTATE,
    SECONDARY,
    STUDENT_HOME,
)  # fmt: skip

STOCKS = (FIRST_YEAR, LAST_YEAR)


@pytest.fixture(scope="module")
def residents(crowd):
    """Return the main residents of municipalities with a value (kind, flavour) in a year."""
    municipality = crowd.places.addresses.municipality

    def chosen(year, **wanted):
        people = crowd.history.stocks[year]
        return people.take((people.residence != SECONDARY) & _where(crowd, municipality[people.address], **wanted))

    return chosen


def _where(crowd, municipality, **wanted):
    fits = np.array([all(m[key] == value for key, value in wanted.items()) for m in crowd.places.members])
    return fits[municipality]


def _share(people, year, low, high):
    age = people.ages(year)
    return ((age >= low) & (age <= high)).mean()


def _net(crowd, low, high, **wanted):
    """Arrivals less departures over all years of people of an age; moves between two chosen places cancel."""
    total = 0
    for year, events in crowd.history.events.items():
        age = events.people.ages(year)
        counted = _where(crowd, events.municipality, **wanted) & (age >= low) & (age <= high)
        total += int((counted & (events.kind == IN)).sum()) - int((counted & (events.kind == OUT)).sum())
    return total


@pytest.mark.parametrize(("low", "high"), [(20, 24), (19, 26)])
def test_the_student_wave_stands(residents, low, high):
    first, last = (_share(residents(year, flavour="student"), year, low, high) for year in STOCKS)
    assert last == pytest.approx(first, rel=0.2)


@pytest.mark.parametrize("sex", [MALE, FEMALE])
def test_the_town_peaks_among_students_in_every_year(residents, sex):
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        people = residents(year, flavour="student")
        age = people.ages(year)[people.sex == sex]
        peak = 5 * int(np.bincount(age // 5).argmax())
        assert peak in (20, 25), year
        assert _share(people, year, 20, 24) > 1.3 * _share(people, year, 35, 39)


def test_students_come_to_the_town_and_leave_it_when_they_are_done(crowd):
    assert _net(crowd, 18, 22, flavour="student") > 3000
    assert _net(crowd, 26, 32, flavour="student") < -2000


def test_villages_lose_the_young_and_win_families(crowd):
    assert _net(crowd, 18, 24, kind="village") < -500
    assert _net(crowd, 28, 38, kind="village") > 1000
    assert _net(crowd, 0, 9, kind="village") > 300


def test_places_keep_their_order_of_age(residents):
    for year in STOCKS:
        mean = {f: residents(year, flavour=f).ages(year).mean() for f in ("student", "growing", "commuter", "ageing")}
        assert mean["student"] < mean["commuter"] < mean["ageing"]
        assert mean["growing"] < mean["commuter"]


def test_the_large_cohorts_grow_old(residents):
    """The peak of those above 45 lies at 50 to 54 at first, and eight years later at about 60."""
    for year, peak in ((FIRST_YEAR, {50, 51, 52, 53, 54, 55, 56}), (LAST_YEAR, {58, 59, 60, 61, 62, 63, 64})):
        numbers = np.convolve(np.bincount(residents(year).ages(year), minlength=110), np.ones(5) / 5, "same")
        assert 45 + int(numbers[45:].argmax()) in peak


@pytest.mark.parametrize(
    ("use", "median", "men", "stay"),
    [
        (STUDENT_HOME, (20, 24), (0.4, 0.6), (0.5, 0.8)),
        (CARE_HOME, (83, 87), (0.2, 0.36), (0.65, 0.85)),
        (BARRACKS, (21, 28), (0.8, 0.96), (0.6, 0.9)),
        (ASYLUM_HOME, (20, 32), (0.45, 0.7), (0.4, 0.65)),
    ],
)
def test_homes_stay_what_they_are_and_their_people_change(crowd, use, median, men, stay):
    there = {year: people.take(crowd.housing.use[people.address] == use) for year, people in crowd.history.stocks.items()}
    for year, people in there.items():
        assert median[0] <= np.median(people.ages(year)) <= median[1], year
        assert men[0] < (people.sex == MALE).mean() < men[1], year
        assert len(people) <= len(there[FIRST_YEAR]) * 1.1, year
        assert len(people) >= len(there[FIRST_YEAR]) * 0.7, year
        if year > FIRST_YEAR:
            assert stay[0] < np.isin(there[year - 1].person, people.person).mean() < stay[1], year


def test_new_estates_fill_with_families_and_age(crowd):
    there = {
        year: people.take(crowd.housing.use[people.address] == NEW_ESTATE) for year, people in crowd.history.stocks.items()
    }
    sizes = [len(people) for people in there.values()]
    assert sizes[0] == 0
    assert all(after > before for before, after in itertools.pairwise(sizes[:6]))
    ages = {year: people.ages(year) for year, people in there.items() if year > FIRST_YEAR}
    assert (ages[2022] < 10).mean() > 0.2
    assert (ages[2022] >= 65).mean() < 0.05
    assert ages[LAST_YEAR].mean() > ages[2022].mean() + 0.8


@pytest.mark.parametrize(
    ("kind", "across", "low", "high"),
    [
        (BIRTH, False, 8.0, 11.0),
        (DEATH, False, 11.0, 14.0),
        (IN, True, 20, 45),
        (OUT, True, 15, 35),
        (MOVE, False, 20, 45),
    ],
)
def test_rates_are_those_of_a_plausible_region(crowd, kind, across, low, high):
    """Per 1000 and year, in each year; arrivals and departures across the region's border."""
    for year, events in crowd.history.events.items():
        counted = (events.kind == kind) & ((events.counterpart >= ABROAD) | (not across))
        rate = 1000 * int(counted.sum()) / len(crowd.history.stocks[year])
        assert low < rate < high, year


def test_the_region_stays_about_as_large(crowd):
    assert len(crowd.history.stocks[LAST_YEAR]) == pytest.approx(170_000, rel=0.03)
