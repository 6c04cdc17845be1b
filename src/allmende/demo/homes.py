"""Where movers go: which municipality, which Land, which house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.demo.beds import Beds
from allmende.demo.events import LAND
from allmende.demo.people import ASYLUM_HOME, BARRACKS, CARE_HOME, HOUSE, NEW_ESTATE, STUDENT_HOME, Housing
from allmende.demo.places import Places
from allmende.demo.territory import Floats, Ints


@dataclass(frozen=True, slots=True)
class Seekers:
    """Households that look for a home, one entry each: `age` of the eldest; `refugee` came from abroad without papers."""

    municipality: Ints
    age: Ints
    size: Ints
    male: NDArray[np.bool_]
    foreign: NDArray[np.bool_]
    frail: NDArray[np.bool_]
    refugee: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Homes:
    """The houses of one year, and how they attract people."""

    places: Places
    housing: Housing
    curves: dict[str, Any]
    rng: np.random.Generator

    def departing(self, origin: Ints, age: Ints) -> Floats:
        """Return the factor on departures from each origin at each age."""
        return self._by_age("departure", age)[np.arange(len(age)), origin]

    def neighbours(self, origin: Ints, age: Ints) -> Ints:
        """Draw another municipality for movers from each origin: by size, nearness and what attracts their age."""
        members = self.places.members
        centre = np.array([m["centre"] for m in members])
        apart = np.hypot(*(centre[:, None] - centre[None]).transpose(2, 0, 1)) + np.eye(len(members)) * 1e9
        pull = self._sizes()[None] ** 0.8 / apart**1.5
        return self._draw(pull[origin] * self._by_age("attraction", age))

    def attracted(self, age: Ints, *, from_abroad: bool) -> Ints:
        """Draw a municipality for each household that comes into the region, by the age of its eldest."""
        pull = self._sizes()[None] * self._by_age("attraction", age)
        if from_abroad:
            pull = np.sqrt(pull * self._sizes()) * [
                self.curves["arriving"]["abroad_attraction"][m["kind"]] for m in self.places.members
            ]
        return self._draw(pull)

    def laender(self, count: int) -> Ints:
        """Draw the Länder of moves from and to the rest of Germany, as counterparts."""
        shares = self.curves["arriving"]["laender"]
        chance = np.array(list(shares.values()), dtype=float)
        return LAND + self.rng.choice(np.array([int(land) for land in shares]), count, p=chance / chance.sum())

    def placed(self, seekers: Seekers, beds: Beds) -> Ints:
        """Draw an address in each household's municipality: a bed or a new house for those who want one, else any house."""
        rules, s = self.curves["institutions"], seekers
        alone, age, chance = s.size == 1, s.age, self.rng.random(len(s.age))
        wishes = {
            CARE_HOME: s.frail,
            ASYLUM_HOME: s.refugee & (age < 50) & (s.male | ~alone | (chance < rules["asylum_home"]["women_alone"])),
            STUDENT_HOME: alone & (age >= 18) & (age < 24) & (s.foreign | (chance < rules["student_home"]["germans"])),
            BARRACKS: alone & (age >= 18) & (age < 28) & ~s.foreign & (s.male | (chance < rules["barracks"]["women"])),
            NEW_ESTATE: ~alone & (age >= 26) & (age < 45) & ((s.size > 2) | (chance < rules["new_estate"]["couples"])),
        }
        names = {STUDENT_HOME: "student_home", BARRACKS: "barracks", ASYLUM_HOME: "asylum_home", NEW_ESTATE: "new_estate"}
        given = np.full(len(age), -1, dtype=np.int64)
        for use, wanted in wishes.items():
            share = rules[names[use]]["wanted"] if use in names else 1.0
            wanted = wanted & (given < 0) & (self.rng.random(len(age)) < share)
            given = np.maximum(given, beds.give(use, s.municipality, s.size, wanted))
        return np.where(given >= 0, given, self.pick(s.municipality))

    def pick(self, municipality: Ints) -> Ints:
        """Draw an ordinary house in each municipality, by room."""
        room, ordinary = self.housing.room, self.housing.use == HOUSE
        result = np.zeros(len(municipality), dtype=np.int64)
        for m in np.unique(municipality):
            own = np.flatnonzero(ordinary & (self.places.addresses.municipality == m))
            here = municipality == m
            result[here] = self.rng.choice(own, int(here.sum()), p=room[own] / room[own].sum())
        return result

    def _sizes(self) -> Floats:
        return np.array([m["population"] for m in self.places.members], dtype=float)

    def _by_age(self, name: str, age: Ints) -> Floats:
        """Return the curves of all municipalities (columns) at each age (rows)."""
        rules = self.curves["settling"]
        curves = [np.interp(np.arange(131), rules["ages"], rules[name][m["flavour"]]) for m in self.places.members]
        return np.asarray(np.array(curves).T[np.clip(age, 0, 130)])

    def _draw(self, weight: Floats) -> Ints:
        edges = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
        return np.asarray((self.rng.random(len(weight))[:, None] > edges).sum(axis=1).clip(0, weight.shape[1] - 1))
