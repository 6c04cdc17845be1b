"""What a balance says in one sentence, by cases, and its rounding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allmende.needs.balance import weigh
from allmende.needs.demand import Need
from allmende.needs.findings import Finding, chance, find, supported
from allmende.needs.services import Part, Quota, Service, Span

WORDS = {"de": "x", "en": "x"}
COUNT = {"de": "eigene Zählung", "en": "own count"}
YEARS = (2027, 2028, 2029)


def service(step: float = 1.0) -> Service:
    quota = Quota(Span(3, 3), ((2020, 0.5),), COUNT)
    return Service("s", "places", WORDS, WORDS, (12, 31), (Part("p", WORDS, (quota,), step),))


def said(need: list[list[float]], capacity: list[float], step: float = 1.0) -> Finding:
    """Return the finding for the need of each draw (rows) and year (columns)."""
    value = np.array(need, dtype=float)[:, :, None, None]
    balance = weigh(Need(service(step), YEARS, ("C",), value), np.array(capacity, dtype=float)[:, None, None])
    return find(balance, service(step))[0][0]


TEN = [0.9, 0.92, 0.94, 0.96, 0.98, 1.02, 1.04, 1.06, 1.08, 1.1]
"""Draws around 1."""


def around(*years: float) -> list[list[float]]:
    return [[level * middle for middle in years] for level in TEN]


def test_a_shortfall_is_told_of_the_year_in_which_most_is_missing() -> None:
    found = said(around(80, 105, 200), [100, 100, 100], step=25)
    assert (found.kind, found.year, found.first_year, found.last_year) == ("short", 2029, 2028, 2029)
    assert found.amount == 100
    assert found.steps == 4
    assert (found.probability, found.bound) == (0.95, "above")
    assert found.coverage == 50


def test_what_comes_after_the_last_year_asked_for_is_not_told() -> None:
    value = np.array(around(80, 105, 200))[:, :, None, None]
    balance = weigh(Need(service(25), YEARS, ("C",), value), np.full((3, 1, 1), 100.0))
    found = find(balance, service(25), until=2028)[0][0]
    assert (found.kind, found.year, found.last_year) == ("short", 2028, 2028)
    assert find(balance, service(25), until=2027)[0][0].kind == "enough"


def test_a_shortfall_that_passes_names_its_last_year() -> None:
    found = said(around(150, 120, 50), [100, 100, 100])
    assert (found.kind, found.year, found.first_year, found.last_year) == ("short", 2027, 2027, 2028)


def test_a_few_unlucky_draws_leave_it_open() -> None:
    found = said(around(80, 95, 80), [100, 100, 100])
    assert (found.kind, found.year, found.probability, found.bound) == ("open", 2028, 0.3, "about")
    assert found.amount == pytest.approx(3)  # the median of 0.7, 2.6 and 4.5 rounded to a place


def test_what_suffices_in_every_draw_is_enough_to_the_last_year() -> None:
    found = said(around(80, 82, 84), [100, 100, 100], step=25)
    assert (found.kind, found.year, found.probability, found.bound) == ("enough", 2029, 0.95, "above")
    assert found.steps == 0


def test_what_is_free_in_every_year_is_named_from_a_step_on() -> None:
    found = said(around(60, 50, 55), [100, 100, 100], step=25)
    assert (found.kind, found.year, found.amount, found.steps) == ("spare", 2029, 40, 1)
    assert said(around(60, 95 / 1.2, 55), [100, 100, 100], step=25).kind == "enough"


def test_a_catchment_without_any_place_is_served_elsewhere() -> None:
    found = said(around(43, 44, 45), [0, 0, 0])
    assert (found.kind, found.year, found.amount, found.coverage) == ("elsewhere", 2027, 43, 0)
    assert said(around(0, 0, 0), [0, 0, 0]).kind == "nobody"


def test_a_catchment_whose_first_places_open_later_is_short_until_then() -> None:
    found = said(around(40, 40, 40), [0, 0, 60])
    assert (found.kind, found.year, found.first_year, found.last_year) == ("short", 2027, 2027, 2028)


def test_halves_of_practices_are_told_in_tenths() -> None:
    assert said(around(2.3, 2.3, 2.3), [2, 2, 2], step=0.5).amount == 0.3


@given(st.floats(0.01, 1e5), st.floats(0, 1e5), st.sampled_from([1.0, 0.1]))
def test_rounding_stays_within_an_eighth_of_the_interval_or_half_the_smallest_amount(
    value: float, width: float, smallest: float
) -> None:
    said = supported(value, width, smallest)
    assert said > 0
    assert abs(said - value) <= max(width / 8, smallest / 2 if value >= smallest else smallest) + 1e-6


@given(st.floats(0, 1))
def test_probabilities_are_said_in_five_points_and_never_as_certain(probability: float) -> None:
    rounded, bound = chance(probability)
    assert 0.05 <= rounded <= 0.95
    if bound == "about":
        assert abs(rounded - probability) <= 0.025 + 1e-9
    else:
        assert probability >= rounded if bound == "above" else probability <= rounded
