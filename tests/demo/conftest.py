"""One small region for all tests of the room: the full map, one twentieth of the people."""

from dataclasses import dataclass

import numpy as np
import pytest

from allmende.demo.dirt import Soiled, soil
from allmende.demo.history import History, live
from allmende.demo.people import Housing, People, furnish, populate
from allmende.demo.pipeline import small_places
from allmende.demo.places import Places, make_places
from allmende.demo.vendors import write_book
from allmende.parameters import load


@dataclass(frozen=True)
class Small:
    places: Places
    housing: Housing
    people: People
    history: History
    soiled: Soiled


@pytest.fixture(scope="session")
def small() -> Small:
    rng = np.random.default_rng(7)
    curves = load("demo_curves")
    places = make_places(small_places(load("demo_places")), load("demo_streets"), rng)
    housing = furnish(places, curves, rng)
    people = populate(places, housing, curves, rng)
    history = live(places, housing, people, curves, rng)
    return Small(places, housing, people, history, soil(places, history, write_book(places), rng))
