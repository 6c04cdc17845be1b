"""Who moves together, who moves at all, how far, and who moves in with whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.demo.homes import Homes
from allmende.demo.people import CARE_HOME, HOMES, HOUSE, MALE, NEW_ESTATE, People
from allmende.demo.territory import Floats, Ints


@dataclass(frozen=True, slots=True)
class Units:
    """Groups that move together: `member` person positions sorted by unit, `unit` of each; then one entry per unit.

    `age` and `male` of the eldest, `origin` municipality and `use` of the house; who `leaves` home, who is `frail`.
    """

    member: Ints
    unit: Ints
    age: Ints
    foreign: NDArray[np.bool_]
    size: Ints
    male: NDArray[np.bool_]
    origin: Ints
    use: Ints
    leaves: NDArray[np.bool_]
    frail: NDArray[np.bool_]


def group_units(
    people: People, year: int, municipality: Ints, use: Ints, curves: dict[str, Any], rng: np.random.Generator
) -> Units:
    """Return households, with those apart who leave their parents or need a care home.

    `municipality` and `use` of each person's house.
    """
    rules, age = curves["moving"], people.ages(year)
    _, home = np.unique(people.household, return_inverse=True)
    eldest = np.zeros(home.max() + 1, dtype=np.int64)
    np.maximum.at(eldest, home, age)
    chance = rng.random(len(people))
    leaves = (age >= 18) & (age < 30) & (eldest[home] >= age + 16) & (chance < rules["leaving_home"]["value"])
    need = np.interp(age, rules["care_home"]["ages"], rules["care_home"]["entry"])
    need = need * np.where(people.sex == MALE, rules["care_home"]["men"], 1.0)
    frail = ~leaves & (use != CARE_HOME) & (chance < need)
    unit = np.where(leaves | frail, len(eldest) + np.arange(len(people)), home)
    _, unit = np.unique(unit, return_inverse=True)
    order = np.lexsort([-age, unit])
    first = np.flatnonzero(np.concatenate([[True], np.diff(unit[order]) != 0]))
    head = order[first]
    foreign = np.logical_or.reduceat(people.foreign[order], first)
    size = np.diff(np.append(first, len(order)))
    male = people.sex[head] == MALE
    return Units(order, unit[order], age[head], foreign, size, male, municipality[head], use[head], leaves[head], frail[head])


def choose_ways(units: Units, homes: Homes, curves: dict[str, Any], rng: np.random.Generator) -> Ints:
    """Return where each unit goes: 0 own municipality, 1 another member, 2 elsewhere in Germany, 3 abroad; -1 nowhere."""
    rules, institutions = curves["moving"], curves["institutions"]
    ways = np.where(units.foreign[:, None], [rules["foreign"]], [rules["german"]])
    ways[:, 1:] *= homes.departing(units.origin, units.age)[:, None]
    risk = rules["scale"] * _rogers_castro(units.age, rules) * ways.sum(axis=1)
    risk *= np.where(units.use == NEW_ESTATE, institutions["new_estate"]["moving"], 1.0)
    for use, name in HOMES.items():
        risk = np.where(units.use == use, institutions[name]["leaving"], risk)
    moves = units.leaves | units.frail | (rng.random(len(risk)) < risk)
    near = np.array(rules["care_home"]["ways"])[None]
    ways = np.where(units.frail[:, None], near, ways)
    edges = np.cumsum(ways / ways.sum(axis=1, keepdims=True), axis=1)
    way = (rng.random(len(ways))[:, None] > edges).sum(axis=1).clip(0, 3)
    return np.where(moves, way, -1)


def pair_up(units: Units, direction: Ints, target: Ints, rules: dict[str, Any], rng: np.random.Generator) -> Ints:
    """Return for each unit the one it moves in with, or -1: men and women who live alone and move within one municipality."""
    alone = (units.size == 1) & ~units.frail & np.isin(units.use, (HOUSE, NEW_ESTATE)) & np.isin(direction, (0, 1))
    alone &= (units.age >= rules["from_age"]) & (units.age <= rules["to_age"]) & (rng.random(len(direction)) < rules["share"])
    partner = np.full(len(direction), -1, dtype=np.int64)
    for m in np.unique(target[alone]):
        men, women = (np.flatnonzero(alone & (target == m) & (units.male == sex)) for sex in (True, False))
        count = min(len(men), len(women))
        men, women = (np.sort(rng.permutation(group)[:count]) for group in (men, women))
        partner[women[np.argsort(units.age[women], kind="stable")]] = men[np.argsort(units.age[men], kind="stable")]
    return partner


def _rogers_castro(age: Ints, p: dict[str, Any]) -> Floats:
    x = age.astype(float)
    labour = p["a2"] * np.exp(-p["alpha2"] * (x - p["mu2"]) - np.exp(-p["lambda2"] * (x - p["mu2"])))
    return np.asarray(p["a1"] * np.exp(-p["alpha1"] * x) + labour + p["c"])
