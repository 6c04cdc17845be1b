"""Houses along the streets: positions, street names and keys, numbers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.demo.roads import Line, Network, Owners
from allmende.demo.settlements import Settlement
from allmende.demo.territory import Floats, Ints

Texts = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Streets:
    """Named streets: `name`, `municipality`, `key` (five digits, unique in the municipality)."""

    name: tuple[str, ...]
    municipality: Ints
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Houses, one entry each in every array.

    `east`, `north` in metres of the frame; `municipality` its position; `street` position in `Streets`; `number`, `suffix`
    the house number; `settlement` its position; `core` how central the house lies in its settlement (1 middle, 0 edge; farms
    outside have -1).
    """

    east: Floats
    north: Floats
    municipality: Ints
    street: Ints
    number: Ints
    suffix: Texts
    settlement: Ints
    core: Floats

    def __len__(self) -> int:
        return len(self.east)

    def take(self, rows: Ints) -> Addresses:
        """Return the chosen houses."""
        return Addresses(*(getattr(self, name)[rows] for name in self.__slots__))


@dataclass(slots=True)
class _House:
    x: float
    y: float
    line: int
    municipality: int
    number: int
    settlement: int
    core: float


def build_houses(
    network: Network, settlements: Sequence[Settlement], owners: Owners, rng: np.random.Generator
) -> tuple[Addresses, Ints]:
    """Put houses along every line and keep each settlement's most central ones; also return the line of each house."""
    built: set[tuple[int, int]] = set()
    houses: list[_House] = []
    middles = np.array([s.middle for s in settlements])
    reach = np.array([_reach(network, number, place) for number, place in enumerate(settlements)])
    for number, line in enumerate(network.lines):
        houses += _along(network, number, line, settlements, middles, reach, owners, built, rng)
    arrays = {name: np.array([getattr(h, name) for h in houses]) for name in _House.__slots__}
    kept = _most_central(arrays, settlements, rng)
    chosen = {name: values[kept] for name, values in arrays.items()}
    suffix = np.full(len(kept), "", dtype=object)
    addresses = Addresses(
        chosen["x"], chosen["y"], chosen["municipality"], chosen["line"], chosen["number"], suffix, chosen["settlement"],
        chosen["core"],
    )  # fmt: skip
    return addresses, chosen["line"]


def name_streets(
    addresses: Addresses, network: Network, settlements: Sequence[Settlement], words: dict[str, Any],
    members: Sequence[dict[str, Any]], rng: np.random.Generator,
) -> tuple[Addresses, Streets]:  # fmt: skip
    """Name each line once per municipality it has houses in; number houses that share a street and a number with letters."""
    pairs, street = np.unique(np.column_stack([addresses.municipality, addresses.street]), axis=0, return_inverse=True)
    names: list[str] = [""] * len(pairs)
    keys: list[str] = [""] * len(pairs)
    for municipality in range(len(members)):
        own = np.flatnonzero(pairs[:, 0] == municipality)
        bag = _names(words, rng)
        used: set[str] = set()
        for position in own:
            line = network.lines[pairs[position, 1]]
            name = _main_name(line, network, settlements, members, municipality) if line.settlement < 0 else ""
            names[position] = name if name and name not in used else next(n for n in bag if n not in used)
            used.add(names[position])
        for rank, position in enumerate(sorted(own, key=lambda p: names[p]), 1):
            keys[position] = f"{rank * 5:05d}"
    named = Streets(tuple(names), pairs[:, 0].astype(np.int64), tuple(keys))
    suffix = _letters(street, addresses.number)
    fields = {name: getattr(addresses, name) for name in addresses.__slots__}
    return Addresses(**(fields | {"street": street.astype(np.int64), "suffix": suffix})), named


def _reach(network: Network, number: int, place: Settlement) -> float:
    ends = [network.points[v] for line in network.lines if line.settlement == number for v in line.vertices[1:]]
    if len(ends) < 20:
        return 180.0 + 22.0 * float(np.sqrt(place.addresses))
    return float(np.quantile(np.hypot(*(np.array(ends) - place.middle).T), 0.9))


def _along(
    network: Network, number: int, line: Line, settlements: Sequence[Settlement], middles: Floats, reach: Floats,
    owners: Owners, built: set[tuple[int, int]], rng: np.random.Generator,
) -> list[_House]:  # fmt: skip
    points = np.array([network.points[v] for v in line.vertices])
    houses: list[_House] = []
    counters = [1, 2]
    for (ax, ay), (bx, by) in itertools.pairwise(points):
        away = np.hypot(middles[:, 0] - ax, middles[:, 1] - ay) / reach
        nearest = line.settlement if line.settlement >= 0 else int(np.argmin(away))
        inside = line.settlement >= 0 or away[nearest] < 1.0
        length = float(np.hypot(bx - ax, by - ay)) or 1.0
        dense = 2 if inside and settlements[nearest].main and away[nearest] < 0.3 else 1
        for side in (0, 1):
            for slot in range(dense):
                if rng.random() > (0.84 if inside else 0.045):
                    counters[side] += 0 if rng.random() < 0.7 else 2
                    continue
                t = (slot + 0.5 + rng.uniform(-0.15, 0.15)) / dense
                off = (rng.uniform(13, 19) if inside else rng.uniform(25, 110)) * (1 if side else -1)
                x, y = ax + t * (bx - ax) - off * (by - ay) / length, ay + t * (by - ay) + off * (bx - ax) / length
                spot, municipality = (int(x // 11), int(y // 11)), owners.at(x, y)
                if spot in built or municipality < 0:
                    continue
                built.add(spot)
                core = max(1.0 - float(away[nearest]), 0.0) if inside else -1.0
                houses.append(_House(x, y, number, municipality, counters[side], nearest, core))
                counters[side] += 2
    return houses


def _most_central(houses: dict[str, Any], settlements: Sequence[Settlement], rng: np.random.Generator) -> Ints:
    kept = []
    rank = houses["core"] + rng.normal(0, 0.03, len(houses["core"]))
    for number, place in enumerate(settlements):
        own = np.flatnonzero((houses["settlement"] == number) & (houses["core"] >= 0))
        own = own[houses["municipality"][own] == place.municipality]
        kept.append(own[np.argsort(-rank[own])][: place.addresses])
    for municipality in sorted({place.municipality for place in settlements}):
        farms = np.flatnonzero((houses["core"] < 0) & (houses["municipality"] == municipality))
        total = sum(place.addresses for place in settlements if place.municipality == municipality)
        kept.append(rng.permutation(farms)[: round(0.055 * total)])
    return np.sort(np.concatenate(kept))


def _names(words: dict[str, Any], rng: np.random.Generator) -> list[str]:
    endings = sorted(set(words["suffixes"]))
    pairs = [(stem, ending) for stem in words["stems"] for ending in endings]
    pairs += [(adjective, ending) for adjective in words["adjectives"] for ending in ("Straße", "Allee", "Twiete")]
    chance = np.array([max(words["suffixes"].count(ending), 1) for _, ending in pairs], dtype=float)
    usual = ["".join(pairs[i]) for i in rng.choice(len(pairs), len(pairs), replace=False, p=chance / chance.sum())]
    rare = [phrase + thing for thing in words["things"] for phrase in words["phrases"]]
    rare += [f"{person.replace(' ', '-')}-Straße" for person in words["persons"]]
    rare = [rare[i] for i in rng.permutation(len(rare))]
    mixed = [name for three in zip(usual[::2], usual[1::2], rare, strict=False) for name in three]
    return list(dict.fromkeys([*mixed, *usual, *rare]))


def _main_name(
    line: Line, network: Network, settlements: Sequence[Settlement], members: Sequence[dict[str, Any]], municipality: int
) -> str:
    ends = [min(range(len(settlements)), key=lambda s: np.hypot(*np.subtract(settlements[s].middle, network.points[v])))
            for v in (line.vertices[0], line.vertices[-1])]  # fmt: skip
    foreign = [settlements[e] for e in ends if settlements[e].municipality != municipality]
    if not foreign:
        return "Hauptstraße" if any(settlements[e].main for e in ends) else "Dorfstraße"
    return _demonym(members[foreign[0].municipality]["name"]) + " Straße"


def _demonym(name: str) -> str:
    return name + "r" if name.endswith("e") else name + "er"


def _letters(street: Ints, number: Ints) -> Texts:
    suffix = np.full(len(street), "", dtype=object)
    order = np.lexsort([number, street])
    run = 0
    for before, here in itertools.pairwise(order):
        run = run + 1 if street[before] == street[here] and number[before] == number[here] else 0
        suffix[here] = chr(ord("a") + run - 1) if run else ""
    return suffix
