"""One small region for all tests of the room: the full map, one twentieth of the people; for shapes of ages all of them."""

from dataclasses import dataclass, replace

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


@pytest.fixture(scope="session")
def crowd(small) -> Small:
    """Return the full region's people in the small region's houses: few houses, but pyramids that chance does not blur."""
    rng = np.random.default_rng(8)
    curves = load("demo_curves")
    places = replace(small.places, members=tuple(load("demo_places")["municipality"]))
    housing = furnish(places, curves, rng)
    people = populate(places, housing, curves, rng)
    return Small(places, housing, people, live(places, housing, people, curves, rng), small.soiled)
