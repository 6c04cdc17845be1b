"""Eight years of the region, with stock and events that balance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from allmende.demo.events import Events
from allmende.demo.people import FIRST_YEAR, Housing, People
from allmende.demo.places import Places
from allmende.demo.territory import Ints
from allmende.demo.year import World, Year

LAST_YEAR = 2025


@dataclass(frozen=True, slots=True)
class History:
    """The stock of every 31.12. and the events of the years between, in the order of their days."""

    stocks: dict[int, People]
    events: dict[int, Events]


def live(places: Places, housing: Housing, people: People, curves: dict[str, Any], rng: np.random.Generator) -> History:
    """Let the years pass from the first key date to the last."""
    world = World(places, housing, curves, int(people.person.max()) + 1, _registers(places, people))
    stocks, events = {FIRST_YEAR: people}, {}
    for year in range(FIRST_YEAR + 1, LAST_YEAR + 1):
        people, events[year] = Year(world, year, rng).pass_(people)
        stocks[year] = people
    return History(stocks, events)


def _registers(places: Places, people: People) -> Ints:
    highest = np.zeros(len(places.members), dtype=np.int64)
    np.maximum.at(highest, places.addresses.municipality[people.address], people.register)
    return highest + 1
