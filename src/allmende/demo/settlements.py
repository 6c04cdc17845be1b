"""Who belongs where: municipalities, the districts that each defines, and the settlements in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial import KDTree

from allmende.areas.region import District
from allmende.demo.territory import SEA, Floats, Ground, Ints, Waves, grow, spread

ADDRESS_SIZE = {"town": 5.3, "small_town": 4.0, "village": 3.15}
"""Persons per address by kind of municipality (assumption)."""

MAIN_SHARE = {"town": 0.86, "small_town": 0.74, "village": 0.52}
"""Share of a municipality's addresses in its main settlement (assumption); farms take 5 % in villages."""


INNER_NAMES = {
    "town": ("Altstadt", "Hochschulviertel", "Bahnhofsviertel", "Ufervorstadt", "Gartenstadt", "Werftviertel", "Mühlenviertel"),
    "small_town": ("Innenstadt", "Neustadt", "Ziegelhof"),
    "village": (),
}
"""Names of districts near the middle, before invented village names are used."""


@dataclass(frozen=True, slots=True)
class Division:
    """Cells by municipality and by part.

    `municipality` and `part` have one entry per cell (`SEA` outside); parts are numbered through the region and are the
    finest districts, or only settlements' surroundings where a municipality defines none: then `district` of the part is -1.
    """

    municipality: Ints
    part: Ints
    part_municipality: Ints
    part_district: Ints
    districts: tuple[District, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """A place where houses stand: its middle in metres, its municipality, how many addresses it should have."""

    middle: tuple[float, float]
    municipality: int
    addresses: int
    main: bool


def divide(ground: Ground, place: dict[str, Any], words: dict[str, Any], rng: np.random.Generator) -> Division:
    """Grow the municipalities from their centres, then in each of them its districts, level by level."""
    members = place["municipality"]
    slow = np.exp(0.55 * Waves.draw(3500.0, rng).at(ground.sites) + 0.35 * Waves.draw(1300.0, rng).at(ground.sites))
    west_land = place["land"][0]["code"]
    seeds = []
    for member in members:
        bank = np.flatnonzero(ground.land & (ground.west == (member["ags"][:2] == west_land)))
        seeds.append(int(bank[KDTree(ground.sites[bank]).query(np.array(member["centre"]) * 1000.0)[1]]))
    municipality = grow(ground, seeds, ground.land, slow)
    part = np.full(len(municipality), SEA, dtype=np.int64)
    owners: list[int] = []
    finest: list[int] = []
    districts: list[District] = []
    names = _district_names(words, rng)
    for number, member in enumerate(members):
        grower = _Grower(ground, slow, seeds[number], member, names, rng)
        leaves = grower.leaves(municipality == number)
        for cells, position in leaves:
            part[cells] = len(owners)
            owners.append(number)
            finest.append(position + len(districts) if position >= 0 else -1)
        districts += grower.districts
    return Division(municipality, part, np.array(owners), np.array(finest), tuple(districts))


def settle(ground: Ground, division: Division, place: dict[str, Any], rng: np.random.Generator) -> list[Settlement]:
    """Put a settlement into every part; parts in reach of a main settlement grow together with it."""
    found = []
    for number, member in enumerate(place["municipality"]):
        total = round(member["population"] / ADDRESS_SIZE[member["kind"]])
        middle = np.array(member["centre"]) * 1000.0
        reach = 12.0 * np.sqrt(member["population"]) if member["kind"] != "village" else 900.0
        spots = [_interior(ground, division.part == p, rng) for p in np.flatnonzero(division.part_municipality == number)]
        outer = [spot for spot in spots if np.hypot(*(spot - middle)) > reach]
        weights = rng.lognormal(0.0, 0.7, len(outer))
        main = MAIN_SHARE[member["kind"]] if outer else 0.95
        found.append(Settlement((float(middle[0]), float(middle[1])), number, round(main * total), True))
        for spot, weight in zip(outer, weights / max(weights.sum(), 1e-9), strict=True):
            size = max(round(weight * total * (0.95 - main)), 8)
            found.append(Settlement((float(spot[0]), float(spot[1])), number, size, False))
    return found


def _interior(ground: Ground, inside: np.ndarray, rng: np.random.Generator) -> Floats:
    own, others = ground.sites[inside], ground.sites[~inside]
    room = KDTree(others).query(own)[0] * rng.uniform(0.75, 1.0, len(own))
    return np.asarray(own[np.argmax(room)])


def _district_names(words: dict[str, Any], rng: np.random.Generator) -> list[str]:
    names = [head + tail for head in words["district_heads"] for tail in words["district_tails"]]
    return [names[i] for i in rng.permutation(len(names))]


class _Grower:
    """Divides one municipality: each area into its children, the first of which holds the centre."""

    def __init__(
        self, ground: Ground, slow: Floats, seed: int, member: dict[str, Any], names: list[str], rng: np.random.Generator
    ) -> None:
        self.ground, self.slow, self.seed, self.member, self.names, self.rng = ground, slow, seed, member, names, rng
        self.districts: list[District] = []
        offset = ground.sites - ground.sites[seed]
        radius = np.hypot(*offset.T)
        # towns have small districts inside and large ones outside: distances shrink with the way from the centre
        shrink = 1 / (radius + 450.0) if member["kind"] != "village" else np.full(len(radius), 1e-3)
        self.warped, self.cost = offset * shrink[:, None], slow * shrink
        self.inner = list(INNER_NAMES[member["kind"]])
        self.bearings = {"Nord": (0.0, 1.0), "Ost": (1.0, 0.0), "Süd": (0.0, -1.0), "West": (-1.0, 0.0)}

    def leaves(self, cells: np.ndarray) -> list[tuple[np.ndarray, int]]:
        """Return the finest areas as (mask of cells, position among own districts or -1)."""
        counts = self.member["districts"]
        if not counts:
            return [(part, -1) for part in self._split(cells, 3 + self.member["population"] // 2500)]
        areas: list[tuple[np.ndarray, District | None]] = [(cells, None)]
        for level, count in enumerate(counts, 1):
            share = [count // len(areas) + (i < count % len(areas)) for i in range(len(areas))]
            areas = [child for area, k in zip(areas, share, strict=True) for child in self._children(*area, k, level)]
        position = {d.key: i for i, d in enumerate(self.districts)}
        return [(mask, position[d.key]) for mask, d in areas if d is not None]

    def _children(
        self, cells: np.ndarray, parent: District | None, count: int, level: int
    ) -> list[tuple[np.ndarray, District]]:
        made = []
        for number, mask in enumerate(self._split(cells, count), 1):
            code = (parent.code if parent else "") + str(number)
            name = self._name(mask, level, parent, number, count)
            key = f"{self.member['ags']}.{code}"
            made.append((mask, District(key, code, name, level, parent.key if parent else "", self.member["ags"])))
            self.districts.append(made[-1][1])
        return made

    def _name(self, mask: np.ndarray, level: int, parent: District | None, number: int, count: int) -> str:
        if level == 3 and parent:
            return f"{parent.name} {number}" if count > 1 else parent.name
        if len(self.member["levels"]) == 3 and level == 1:
            return "Mitte" if number == 1 else self._bearing(mask)
        if parent is None and number == 1:
            return str(self.member["name"])
        near = np.hypot(*(self.ground.sites[mask].mean(axis=0) - self.ground.sites[self.seed])) < 3800
        return self.inner.pop(0) if near and self.inner else self.names.pop()

    def _bearing(self, mask: np.ndarray) -> str:
        offset = self.ground.sites[mask].mean(axis=0) - self.ground.sites[self.seed]
        name = max(self.bearings, key=lambda bearing: float(offset @ np.array(self.bearings[bearing])))
        del self.bearings[name]
        return name

    def _split(self, cells: np.ndarray, count: int) -> list[np.ndarray]:
        own = np.flatnonzero(cells)
        first = int(np.flatnonzero(own == self.seed)[0]) if self.seed in own else None
        seeds = own[spread(self.warped[own], count, self.rng, first)]
        labels = grow(self.ground, [int(s) for s in seeds], cells, self.cost)
        return [labels == k for k in range(count)]
