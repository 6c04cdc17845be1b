"""Eight years: everybody who is there came from somewhere, everybody who is gone went somewhere."""

import numpy as np
import pytest

from allmende.demo.events import ABROAD, BIRTH, DEATH, IN, MOVE, NATIONALITY, OUT, RESIDENCE
from allmende.demo.history import LAST_YEAR
from allmende.demo.people import FIRST_YEAR, GERMAN, SECONDARY

YEARS = range(FIRST_YEAR + 1, LAST_YEAR + 1)


@pytest.mark.parametrize("year", YEARS)
def test_stock_and_events_balance_by_municipality_and_cohort(small, year):
    municipality = small.places.addresses.municipality
    before, events, after = small.history.stocks[year - 1], small.history.events[year], small.history.stocks[year]

    def cells(people, rows):
        table = np.zeros((12, 140), dtype=int)
        np.add.at(table, (municipality[people.address[rows]], people.ages(LAST_YEAR)[rows] + 1), 1)
        return table

    def happened(kind):
        return cells(events.people, np.flatnonzero(events.kind == kind))

    start, end = (cells(people, np.arange(len(people))) for people in (before, after))
    assert (start + happened(BIRTH) - happened(DEATH) + happened(IN) - happened(OUT) == end).all()


@pytest.mark.parametrize("year", YEARS)
def test_moves_within_papers_and_addresses_carry_from_one_stock_to_the_next(small, year):
    """Replaying each register entry's events on the stock before gives the stock after, to the last field."""
    before, events, after = small.history.stocks[year - 1], small.history.events[year], small.history.stocks[year]
    municipality = small.places.addresses.municipality

    def facts(people, i):
        return tuple(int(getattr(people, f)[i]) for f in ("born", "sex", "state", "second", "residence", "address"))

    def key(people, i):
        return int(municipality[people.address[i]]), int(people.register[i])

    register = {key(before, i): facts(before, i) for i in range(len(before))}
    for i in np.argsort(events.day, kind="stable"):
        entry = key(events.people, i)
        if events.kind[i] in (DEATH, OUT):
            assert register.pop(entry) == facts(events.people, i)
        elif events.kind[i] in (BIRTH, IN):
            assert entry not in register
            register[entry] = facts(events.people, i)
        else:
            old = dict(zip(("born", "sex", "state", "second", "residence", "address"), register[entry], strict=True))
            if events.kind[i] == MOVE:
                assert old["address"] == events.source[i]
            if events.kind[i] == NATIONALITY:
                assert (old["state"], old["second"]) == (events.old_state[i], events.old_second[i])
            if events.kind[i] == RESIDENCE:
                assert old["residence"] == events.old_residence[i]
            register[entry] = facts(events.people, i)
    assert register == {key(after, i): facts(after, i) for i in range(len(after))}


def test_every_move_between_members_is_known_to_both(small):
    for events in small.history.events.values():
        within = (events.counterpart >= 0) & (events.counterpart < ABROAD)
        left, arrived = (events.take(within & (events.kind == kind)) for kind in (OUT, IN))
        sides = [sorted(zip(e.people.person.tolist(), e.day.tolist(), strict=True)) for e in (left, arrived)]
        assert sides[0] == sides[1] != []


def test_nobody_lives_twice_and_events_fall_into_their_year(small):
    for year, people in small.history.stocks.items():
        assert len(np.unique(people.person)) == len(people)
        if year > FIRST_YEAR:
            days = small.history.events[year].day.astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
            assert set(days.tolist()) == {year}


def test_mothers_are_of_an_age_and_newborns_have_main_dwellings(small):
    for events in small.history.events.values():
        births = events.take(events.kind == BIRTH)
        age = (births.day - births.mother_born) / 365.25
        assert age.min() > 14
        assert age.max() < 51
        assert (births.people.residence != SECONDARY).all()
        assert (births.people.born == births.day).all()


def test_2022_brings_an_influx_from_abroad(small):
    arrivals = {year: int(((e.kind == IN) & (e.counterpart == ABROAD)).sum()) for year, e in small.history.events.items()}
    assert arrivals[2022] > 1.8 * arrivals[2021]


def test_naturalised_people_were_foreign_and_are_german(small):
    for events in small.history.events.values():
        new = events.take(events.kind == NATIONALITY)
        assert (new.old_state != GERMAN).all()
        assert (new.people.state == GERMAN).all()
