"""The people of the first key date: households in houses, by the character of the place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from allmende.demo.addresses import Addresses
from allmende.demo.places import Places
from allmende.demo.territory import Floats, Ints, Waves

MALE, FEMALE, DIVERSE, UNSTATED = range(4)
SOLE, MAIN, SECONDARY = range(3)
HOUSE, STUDENT_HOME, CARE_HOME, BARRACKS, ASYLUM_HOME, NEW_ESTATE = range(6)
HOMES = {STUDENT_HOME: "student_home", CARE_HOME: "care_home", BARRACKS: "barracks", ASYLUM_HOME: "asylum_home"}
"""Homes with beds, by their names in the parameters."""

GERMAN = 0
"""Number of the state Germany; a second citizenship of -1 is none."""

FIRST_YEAR = 2017


@dataclass(frozen=True, slots=True)
class People:
    """Persons in one register each, one entry per array.

    `person` numbers people, `register` their records in their municipality's register; `born` days since 1970-01-01; `sex`,
    `residence` as above; `state`, `second` numbers of citizenships; `address` position in the addresses; `household` number.
    """

    person: Ints
    register: Ints
    born: Ints
    sex: Ints
    state: Ints
    second: Ints
    residence: Ints
    address: Ints
    household: Ints

    def __len__(self) -> int:
        return len(self.person)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Self:
        """Return the chosen persons."""
        return type(self)(*(getattr(self, f.name)[rows] for f in fields(self)))

    def join(self, other: Self) -> Self:
        """Return both groups."""
        return type(self)(*(np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self)))

    def ages(self, year: int) -> Ints:
        """Return the age each person has reached on 31.12. of a year."""
        return year - (self.born.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970)

    @property
    def foreign(self) -> NDArray[np.bool_]:
        """Tell who has no German citizenship."""
        return np.asarray((self.state != GERMAN) & (self.second != GERMAN))


@dataclass(frozen=True, slots=True)
class Housing:
    """What the addresses are: `use` of each, and `room`, roughly the persons it holds (in a home exactly its beds)."""

    use: Ints
    room: Floats


def furnish(places: Places, curves: dict[str, Any], rng: np.random.Generator) -> Housing:
    """Decide which houses are homes of a kind, which are new, and how many people each can take."""
    addresses, homes = places.addresses, curves["institutions"]
    use = np.full(len(addresses), HOUSE, dtype=np.int64)
    room = np.empty(len(addresses))
    for number, member in enumerate(places.members):
        own = np.flatnonzero(addresses.municipality == number)
        tall = {"town": 9.0, "small_town": 4.5, "village": 1.4}[member["kind"]]
        room[own] = 1.0 + tall * np.clip(addresses.core[own], 0, 1) ** 2 * rng.lognormal(0, 0.5, len(own))
        edge = own[np.argsort(addresses.core[own] + rng.normal(0, 0.05, len(own)))]
        edge = edge[addresses.core[edge] >= 0]
        use[edge[: round(homes["new_estate"].get(member["flavour"], 0) * len(own))]] = NEW_ESTATE
        inner = rng.permutation(edge[len(edge) // 2 :])
        wanted = _homes(member, homes)
        for kind, count in wanted.items():
            use[inner[:count]], inner = kind, inner[count:]
        scale = min(member["population"] / 5000.0, 1.0)  # a small region has small homes
        for kind, name in HOMES.items():
            room[own[use[own] == kind]] = max(int(homes[name]["beds"] * scale), 2)
    return Housing(use, room)


def populate(places: Places, housing: Housing, curves: dict[str, Any], rng: np.random.Generator) -> People:
    """Fill the houses of each municipality with exactly as many people as it should have at the first key date."""
    groups = []
    strangers = Waves.draw(2600.0, rng)
    for number, member in enumerate(places.members):
        groups.append(_municipality(number, member, places.addresses, housing, curves, strangers, rng))
    people = groups[0]
    offset = int(people.household.max()) + 1
    for group in groups[1:]:
        people = people.join(replace(group, household=group.household + offset))
        offset = int(people.household.max()) + 1
    municipality = places.addresses.municipality[people.address]
    return replace(people, person=np.arange(len(people)), register=_numbers_within(municipality))


def draw_states(count: int, curves: dict[str, Any], rng: np.random.Generator) -> Ints:
    """Draw foreign citizenships."""
    shares = curves["nationality"]["states"]
    chance = np.array(list(shares.values()), dtype=float)
    return rng.choice(np.array([int(code) for code in shares]), count, p=chance / chance.sum())


def birthdays(ages: Ints, year: int, rng: np.random.Generator) -> Ints:
    """Return days of birth (since 1970-01-01) of people who have reached these ages on 31.12. of a year."""
    start = (year - ages - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    end = (year - ages - 1969).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    return start + (rng.random(len(ages)) * (end - start)).astype(np.int64)


def _homes(member: dict[str, Any], homes: dict[str, Any]) -> dict[int, int]:
    large = member["population"] >= homes["care_home"]["from_population"]
    counts = {
        STUDENT_HOME: homes["student_home"].get(member["flavour"], 0),
        CARE_HOME: homes["care_home"].get(member["kind"], 0) if large else 0,
        BARRACKS: homes["barracks"].get(member["flavour"], 0),
        ASYLUM_HOME: homes["asylum_home"].get(member["kind"], 0),
    }
    return {kind: count for kind, count in counts.items() if count}


def _municipality(
    number: int, member: dict[str, Any], addresses: Addresses, housing: Housing, curves: dict[str, Any], strangers: Waves,
    rng: np.random.Generator,
) -> People:  # fmt: skip
    own = np.flatnonzero(addresses.municipality == number)
    inmates = _inmates(own, housing, curves, rng)
    target = member["population"] - len(inmates)
    flavour = member["flavour"] if member["flavour"] in curves["households"] else "base"
    born_age, sex, household, rank = _households(target, curves["households"], flavour, rng)
    address = _house_them(own, household, rank, addresses, housing, rng)
    points = np.column_stack([addresses.east, addresses.north])[address]
    _, first, inverse = np.unique(household, return_index=True, return_inverse=True)
    odds = np.exp(0.9 * strangers.at(points[first]) + 0.9 * np.clip(addresses.core[address[first]], 0, 1))
    base = curves["nationality"]["foreign"] * {"town": 1.35, "small_town": 1.1, "village": 0.65}[member["kind"]]
    foreign_home = rng.random(len(first)) < np.clip(base * odds / odds.mean(), 0, 0.8)
    foreign = foreign_home[inverse] & (rng.random(target) < 0.93)
    shared = draw_states(len(first), curves, rng)[inverse]
    second = np.where(~foreign & (rng.random(target) < curves["nationality"]["second"]), draw_states(target, curves, rng), -1)
    single = np.bincount(inverse)[inverse] == 1
    secondary = single & (born_age >= 20) & (rng.random(target) < 2.2 * curves["secondary"]["ordinary"])
    elsewhere = ~secondary & (born_age >= 18) & (rng.random(target) < curves["secondary"]["main_with_second_elsewhere"])
    residence = np.where(secondary, SECONDARY, np.where(elsewhere, MAIN, SOLE))
    nobody = np.zeros(target, dtype=np.int64)
    residents = People(
        nobody, nobody, birthdays(born_age, FIRST_YEAR, rng), sex, np.where(foreign, shared, GERMAN), second, residence,
        address, household,
    )  # fmt: skip
    return residents.join(replace(inmates, household=inmates.household + int(household.max()) + 1))


def _inmates(own: Ints, housing: Housing, curves: dict[str, Any], rng: np.random.Generator) -> People:
    beds = np.where(np.isin(housing.use[own], list(HOMES)), housing.room[own], 0).astype(np.int64)
    address = np.repeat(own, beds)
    kind = housing.use[address]
    total, draw = len(address), rng.random(len(address))
    age = np.select(
        [kind == STUDENT_HOME, kind == CARE_HOME, kind == BARRACKS],
        [19 + (8 * draw**1.4), 73 + 24 * np.sqrt(draw) * rng.random(total) ** 0.35, 18 + 18 * draw**1.6],
        48 * draw**1.1,
    ).astype(np.int64)
    male = rng.random(total) < np.select([kind == CARE_HOME, kind == BARRACKS, kind == ASYLUM_HOME], [0.28, 0.86, 0.62], 0.5)
    foreign = rng.random(total) < np.select([kind == STUDENT_HOME, kind == ASYLUM_HOME], [0.24, 1.0], 0.03)
    share = np.select(
        [kind == STUDENT_HOME, kind == BARRACKS], [curves["secondary"]["student_home"], curves["secondary"]["barracks"]], 0.0
    )
    residence = np.where(rng.random(total) < share, SECONDARY, SOLE)
    state = np.where(foreign, draw_states(total, curves, rng), GERMAN)
    numbers = np.arange(total)
    nobody, none = np.zeros(total, dtype=np.int64), np.full(total, -1, dtype=np.int64)
    return People(
        nobody, nobody, birthdays(age, FIRST_YEAR, rng), np.where(male, MALE, FEMALE), state, none, residence, address, numbers
    )


def _households(target: int, rules: dict[str, Any], flavour: str, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Floats]:
    """Return age, sex, household and the household's liking for central places (one entry per person)."""
    count = target  # more households than needed: the surplus is cut
    ages = np.arange(18, 101)
    weight = np.interp(ages, rules["ages"], rules[flavour])
    head = rng.choice(ages, count, p=weight / weight.sum())
    couple = rng.random(count) < np.interp(head, rules["ages"], rules["couples"])
    head_male = np.where(
        couple, rng.random(count) < 0.98, rng.random(count) < np.interp(head, [18, 60, 75, 95], [0.53, 0.5, 0.3, 0.2])
    )
    partner = np.clip(head - np.round(rng.normal(2.4, 3.2, count)), 18, 100).astype(np.int64)
    mother = np.where(couple, partner, np.where(head_male, 0, head))
    children = np.where(
        couple,
        rng.choice(5, count, p=rules["children_couple"]),
        np.where(mother > 0, rng.choice(5, count, p=rules["children_alone"]), 0),
    )
    groups = [(np.arange(count), head, head_male), (np.flatnonzero(couple), partner[couple], np.zeros(int(couple.sum()), bool))]
    for k in range(4):
        has = np.flatnonzero(children > k)
        age = mother[has] - np.clip(np.round(rng.normal(30.6 + 1.4 * k, 5.0, len(has))), 17, 46).astype(np.int64)
        stays = (age >= 0) & (
            rng.random(len(has)) < 0.5 ** (np.clip(age - rules["at_home"]["until"], 0, 99) / rules["at_home"]["half_life"])
        )
        groups.append((has[stays], age[stays], rng.random(int(stays.sum())) < 0.513))
    household = np.concatenate([g[0] for g in groups])
    order = np.argsort(household, kind="stable")[:target]
    age, male = (np.concatenate([g[i] for g in groups])[order] for i in (1, 2))
    sex = np.where(male, MALE, FEMALE)
    rare = rng.random(target)
    sex[rare < rules["diverse"]] = DIVERSE
    sex[rare > 1 - rules["unstated"]] = UNSTATED
    size = np.bincount(household, minlength=count)
    liking = rng.normal(0, 0.55, count) + 1.1 * ((size == 1) & (head < 32)) + 0.25 * (head > 74) - 0.45 * (size > 2)
    return age, sex, household[order], liking[household[order]]


def _house_them(
    own: Ints, household: Ints, liking: Floats, addresses: Addresses, housing: Housing, rng: np.random.Generator
) -> Ints:
    numbers, first, inverse = np.unique(household, return_index=True, return_inverse=True)
    free = own[housing.use[own] == HOUSE]
    weight = housing.room[free]
    slots = np.concatenate([rng.permutation(free), rng.choice(free, len(numbers), p=weight / weight.sum())])[: len(numbers)]
    score = addresses.core[slots] + rng.normal(0, 0.3, len(slots))
    home = np.empty(len(numbers), dtype=np.int64)
    home[np.argsort(liking[first])] = slots[np.argsort(score)]
    return home[inverse]


def _numbers_within(groups: Ints | Sequence[int]) -> Ints:
    """Return each member's number within its group, from 1 in their order."""
    keys = np.asarray(groups)
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(keys[order]) != 0]))
    within = np.empty(len(keys), dtype=np.int64)
    within[order] = np.arange(len(keys)) - np.repeat(starts, np.diff(np.append(starts, len(keys)))) + 1
    return within
