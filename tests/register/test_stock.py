"""Rolling a stock through consistent events, back and forward."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allmende.errors import AllmendeError
from allmende.register.keydates import KeyDateRule
from allmende.register.people import UNKNOWN, Events, People
from allmende.register.stock import Stock, extend, roll, stock_of, units_of
from allmende.register.values import EVENTS


@st.composite
def histories(draw):
    """A stock on day 100 and the consistent events of the days before and after, from simulated lives."""
    rows, last, before = [], [], []
    for person in range(draw(st.integers(1, 6))):
        state = [draw(st.integers(0, 3)), draw(st.integers(0, 1)), draw(st.integers(0, 1))]
        there = draw(st.booleans())
        before.append((person, there, *state))
        for day in sorted(draw(st.lists(st.integers(1, 100), max_size=4, unique=True))):
            kind = draw(st.sampled_from(["move", "nationality", "residence", "out", "death"] if there else ["in", "birth"]))
            old = list(state)
            if kind in ("in", "birth"):
                state = [draw(st.integers(0, 3)), draw(st.integers(0, 1)), draw(st.integers(0, 1))]
            elif kind == "move":
                state[0] = draw(st.integers(0, 3))
            elif kind == "nationality":
                state[1] = 1 - state[1]
            elif kind == "residence":
                state[2] = 1 - state[2]
            there = kind not in ("out", "death")
            known = [old[i] if kind == name else UNKNOWN for i, name in enumerate(("move", "nationality", "residence"))]
            rows.append((person, day, EVENTS.index(kind), *state, *known))
        last.append((person, there, *state))
    return before, rows, last


def people(rows):
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    zero = np.zeros(len(table), dtype=np.int64)
    return People(zero, table[:, 0], zero, zero, table[:, 2], table[:, 3], table[:, 1])


def stock(day, entries):
    return stock_of(people([(p, *state) for p, there, *state in entries if there]), day)


def events_of(rows):
    t = np.array(rows, dtype=np.int64).reshape(-1, 9)
    zero = np.zeros(len(t), dtype=np.int64)
    who = people(t[:, [0, 3, 4, 5]])
    return Events(who, t[:, 2], t[:, 1], t[:, 6], t[:, 7], t[:, 8], zero, zero, ("unknown",)).in_order()


def content(found: Stock):
    p = found.persons()
    return list(zip(p.person.tolist(), p.place.tolist(), p.nationality.tolist(), p.residence.tolist(), strict=True))


@given(histories())
@settings(max_examples=200, deadline=None)
def test_back_and_forward_give_the_simulated_lives_and_are_inverse(history):
    before, rows, last = history
    events = events_of(rows)
    now = stock(100, last)
    now = extend(now, units_of(events, now), events.people)
    past = roll(now, events, 0)
    assert content(past) == content(stock(0, before))
    assert content(roll(past, events, 100)) == content(now)
    assert content(roll(roll(now, events, 40), events, 0)) == content(past)


def test_a_second_dwelling_beside_the_main_one_is_an_entry_of_its_own():
    both = stock_of(people([(7, 0, 0, 0), (7, 1, 0, 1)]), 100)
    assert both.unit.tolist() == [14, 15]
    events = events_of([(7, 50, EVENTS.index("in"), 1, 0, 1, -1, -1, -1)])
    assert content(roll(both, events, 0)) == [(7, 0, 0, 0)]


@pytest.mark.parametrize("text", ["", "31-12", "12-32", "02-29", "12-31@", "1-1", "12-31@08-01@07-01", "heute"])
def test_a_rule_that_no_year_or_not_every_year_has_is_refused(text):
    with pytest.raises(AllmendeError, match="no rule"):
        KeyDateRule.parse(text)
