"""Where movers go: which municipality, which Land, which house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from allmende.demo.events import LAND
from allmende.demo.people import BARRACKS, CARE_HOME, HOUSE, NEW_ESTATE, STUDENT_HOME, Housing
from allmende.demo.places import Places
from allmende.demo.territory import Ints


@dataclass(frozen=True, slots=True)
class Homes:
    """The houses of one year, and how they attract people."""

    places: Places
    housing: Housing
    curves: dict[str, Any]
    year: int
    rng: np.random.Generator

    def neighbours(self, origin: Ints) -> Ints:
        """Draw another municipality for movers from each origin: by size and nearness."""
        members = self.places.members
        centre = np.array([m["centre"] for m in members])
        size = np.array([m["population"] for m in members], dtype=float)
        apart = np.hypot(*(centre[:, None] - centre[None]).transpose(2, 0, 1)) + np.eye(len(members)) * 1e9
        pull = size[None] ** 0.8 / apart**1.5
        edges = np.cumsum(pull / pull.sum(axis=1, keepdims=True), axis=1)
        return np.asarray((self.rng.random(len(origin))[:, None] > edges[origin]).sum(axis=1).clip(0, len(members) - 1))

    def attracted(self, age: Ints, *, from_abroad: bool) -> Ints:
        """Draw a municipality for each household that comes into the region, by the age of its eldest."""
        members = self.places.members
        size = np.array([m["population"] for m in members], dtype=float)
        young = size * np.array([2.1 if m["flavour"] == "student" else 0.6 for m in members])
        family = size * np.array([{"growing": 1.5, "commuter": 1.2, "ageing": 0.75}.get(m["flavour"], 0.95) for m in members])
        abroad = size * np.array([{"town": 1.4, "small_town": 1.2, "village": 0.7}[m["kind"]] for m in members])
        draw = {name: self.rng.choice(len(size), len(age), p=w / w.sum()) for name, w in
                (("young", young), ("family", family), ("abroad", abroad))}  # fmt: skip
        return draw["abroad"] if from_abroad else np.where(age < 27, draw["young"], draw["family"])

    def laender(self, count: int) -> Ints:
        """Draw the Länder of moves from and to the rest of Germany, as counterparts."""
        shares = self.curves["arriving"]["laender"]
        chance = np.array(list(shares.values()), dtype=float)
        return LAND + self.rng.choice(np.array([int(land) for land in shares]), count, p=chance / chance.sum())

    def placed(self, municipality: Ints, age: Ints) -> Ints:
        """Draw an address in each municipality for households whose eldest has this age."""
        rules = self.curves["moving"]["care_home"]
        home = self.pick(municipality)
        old = (age >= rules["from_age"]) & (self.rng.random(len(age)) < rules["share"])
        home = np.where(old, self.pick(municipality, CARE_HOME, home), home)
        student = (age >= 18) & (age < 25) & (self.rng.random(len(age)) < 0.25)
        home = np.where(student, self.pick(municipality, STUDENT_HOME, home), home)
        soldier = (age >= 18) & (age < 35) & (self.rng.random(len(age)) < 0.35)
        return np.where(soldier, self.pick(municipality, BARRACKS, home), home)

    def pick(self, municipality: Ints, use: int = -1, otherwise: Ints | None = None) -> Ints:
        """Draw an address in each municipality: by room, new estates while they fill; or one of a use, where there is any."""
        housing, estate = self.housing, self.curves["institutions"]["new_estate"]
        building = estate["first_year"] <= self.year <= estate["last_year"]
        weight = housing.room * np.where((housing.use == NEW_ESTATE) & building, 4.5, 1.0)
        allowed = (housing.use == use) if use >= 0 else np.isin(housing.use, (HOUSE, NEW_ESTATE))
        result = np.zeros(len(municipality), dtype=np.int64) if otherwise is None else otherwise.copy()
        for m in np.unique(municipality):
            own = np.flatnonzero(allowed & (self.places.addresses.municipality == m))
            here = municipality == m
            if len(own):
                result[here] = self.rng.choice(own, int(here.sum()), p=weight[own] / weight[own].sum())
        return result
