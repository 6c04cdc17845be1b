"""Facilities of the fictional region: whole steps at its streets, so many as need and character ask for."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allmende.demo.facilities_plan import Planner, Unit, share_out
from allmende.demo.facilities_sites import Streets, spread_sites
from allmende.needs.services import ASSUMPTION, Norm, Part, Quota, Service, Span
from allmende.parameters import load

WORDS = {"de": "x", "en": "x"}
BROAD = np.array([0, 18, 30, 50, 65])
PEOPLE = np.array([180.0, 120.0, 200.0, 150.0, 360.0])


def unit(key: str, times: float = 1.0) -> Unit:
    return Unit(key, f"Ort {key}", key.partition(".")[0], BROAD, PEOPLE * times)


def places(number: int) -> np.ndarray:
    grid = np.arange(number)
    return np.column_stack([6.8 + grid % 10 * 1e-3, 54.2 + grid // 10 * 1e-3])


STREETS = Streets(np.tile(places(200), (2, 1)), np.repeat([0, 1], 200), np.tile(np.arange(200) < 150, 2))
KITA = Service(
    "kita", "places", WORDS, WORDS, (8, 1),
    (
        Part("u3", WORDS, (Quota(Span(0, 2), ((2025, 0.5),), ASSUMPTION),), 15),
        Part("3-6", WORDS, (Quota(Span(3, 5), ((2025, 1.0),), ASSUMPTION),), 25),
    ),
)  # fmt: skip


def planner(flavour: str, ags: str = "98051013", times: float = 20.0) -> Planner:
    units = {0: unit(f"{ags}.1", times), 1: unit(f"{ags}.2", times / 4)}
    return Planner(units, flavour, STREETS, load("demo_facilities"), np.random.default_rng(1))


@given(st.integers(0, 60), st.lists(st.floats(0.1, 1000), min_size=1, max_size=8))
def test_seats_are_all_given_and_more_weight_never_gets_fewer(seats: int, weights: list[float]) -> None:
    given = share_out(seats, weights)
    assert sum(given) == seats
    order = sorted(range(len(weights)), key=lambda i: weights[i])
    assert all(given[a] <= given[b] for a, b in pairwise(order) if weights[a] < weights[b])


def test_a_band_that_a_span_cuts_is_shared_out_over_its_ages() -> None:
    assert unit("01").people(Span(0, 2)) == pytest.approx(30)
    assert unit("01").people(Span(0, 100)) == pytest.approx(PEOPLE.sum())
    assert unit("01").people(Span(83, 100, "f")) == pytest.approx(90)


def test_capacity_follows_need_and_the_character_of_the_place_in_whole_groups() -> None:
    plan = planner("growing").plan(KITA)
    capacity = {part: sum(f.capacity for f in plan if f.part == part) for part in ("u3", "3-6")}
    supply = load("demo_facilities")["supply"]["values"]["kita"]["growing"]
    assert capacity["u3"] == pytest.approx(supply * 0.5 * 30 * 25, abs=7.5)
    assert capacity["3-6"] == pytest.approx(supply * 30 * 25, abs=12.5)
    assert all(f.capacity % {"u3": 15, "3-6": 25}[f.part] == 0 for f in plan)


def test_a_planned_closing_is_of_the_smallest_house_and_of_all_its_parts() -> None:
    plan = planner("ageing").plan(KITA)
    closing = [f for f in plan if f.closes]
    sizes = {f.id: sum(g.capacity for g in plan if g.id == f.id) for f in plan}
    assert {f.closes for f in closing} == {date(2029, 7, 31)}
    assert {f.id for f in closing} == {min(sizes, key=lambda key: sizes[key])}


def test_a_planned_station_stands_in_the_place_farthest_from_the_others_and_moves_none() -> None:
    fire = Service("fire", "reach", WORDS, WORDS, (12, 31), (), Norm(10, ASSUMPTION, before_driving=4))
    streets = replace(STREETS, point=STREETS.point + STREETS.unit[:, None])  # the two places lie a degree apart
    there, new = replace(planner("ageing", times=1.0), streets=streets).plan(fire)
    assert new.opens == date(2029, 7, 1)
    assert {there.area, new.area} == {"98051013.1", "98051013.2"}
    (same,) = replace(planner("ageing", "98051014", times=1.0), streets=streets).plan(fire)
    assert (same.lon, same.lat) == (there.lon, there.lat), "the same site without the wish"


def test_a_planned_opening_stands_where_the_need_is_greatest() -> None:
    opening = [f for f in planner("growing", "98051011").plan(KITA) if f.opens]
    assert [(f.area, f.part, f.capacity) for f in opening] == [("98051011.1", "u3", 30), ("98051011.1", "3-6", 50)]


def test_names_are_told_apart_in_a_municipality() -> None:
    plan = planner("student", "98001000", times=200).plan(KITA)
    names = {f.id: f.name for f in plan}
    assert len(names) > len(load("demo_facilities")["names"]["kita"])
    assert len(set(names.values())) == len(names)


def test_sites_stand_at_homes_and_apart_from_one_another() -> None:
    sites = spread_sites(STREETS, [0], 6, np.random.default_rng(2))
    assert all(STREETS.residential[sites])
    assert len(set(sites)) == 6
    assert set(STREETS.unit[sites].tolist()) == {0}
