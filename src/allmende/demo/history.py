"""Eight years of the region: deaths, births, moves, changes of status, year by year, with stock and events that balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from allmende.demo.people import (
    BARRACKS,
    CARE_HOME,
    FEMALE,
    FIRST_YEAR,
    GERMAN,
    MAIN,
    MALE,
    NEW_ESTATE,
    SECONDARY,
    SOLE,
    STUDENT_HOME,
    Housing,
    People,
    birthdays,
    draw_states,
)  # fmt: skip
from allmende.demo.places import Places
from allmende.demo.territory import Floats, Ints

BIRTH, DEATH, MOVE, IN, OUT, NATIONALITY, RESIDENCE = range(7)
ABROAD, LAND = 1000, 2000
"""Counterparts that are no member of the region: abroad, and LAND + the Land's number."""

LAST_YEAR = 2025


@dataclass(frozen=True, slots=True)
class Events:
    """What happened, one entry per array; persons as they are afterwards (deaths, departures: before).

    `kind` as above; `day` since 1970-01-01; `municipality` whose office records it; `source` the previous address, or -1;
    `counterpart` the other municipality of a move across a border, `ABROAD` or `LAND` + number, else -1; `old_state`,
    `old_second`, `old_residence` before a change (else -1); `mother_born` of a birth (else 0).
    """

    kind: Ints
    day: Ints
    municipality: Ints
    people: People
    source: Ints
    counterpart: Ints
    old_state: Ints
    old_second: Ints
    old_residence: Ints
    mother_born: Ints

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Self:
        """Return the chosen events."""
        return type(self)(*(_rows(getattr(self, f.name), rows) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class History:
    """The stock of every 31.12. and the events of the years between, in the order of their days."""

    stocks: dict[int, People]
    events: dict[int, Events]


def live(places: Places, housing: Housing, people: People, curves: dict[str, Any], rng: np.random.Generator) -> History:
    """Let the years pass from the first key date to the last."""
    world = _World(places, housing, curves, int(people.person.max()) + 1, _registers(places, people))
    stocks, events = {FIRST_YEAR: people}, {}
    for year in range(FIRST_YEAR + 1, LAST_YEAR + 1):
        people, events[year] = _Year(world, year, rng).pass_(people)
        stocks[year] = people
    return History(stocks, events)


@dataclass(slots=True)
class _World:
    places: Places
    housing: Housing
    curves: dict[str, Any]
    next_person: int
    next_register: Ints

    @property
    def municipality(self) -> Ints:
        return self.places.addresses.municipality

    def new_persons(self, count: int) -> Ints:
        self.next_person += count
        return np.arange(self.next_person - count, self.next_person)

    def new_registers(self, municipality: Ints) -> Ints:
        numbers = np.empty(len(municipality), dtype=np.int64)
        for m in np.unique(municipality):
            own = municipality == m
            numbers[own] = self.next_register[m] + np.arange(own.sum())
            self.next_register[m] += own.sum()
        return numbers


@dataclass(frozen=True, slots=True)
class _Units:
    """Groups that move together: `member` person positions sorted by unit, `unit` of each, `age` of each unit's eldest."""

    member: Ints
    unit: Ints
    age: Ints
    foreign: NDArray[np.bool_]
    size: Ints


class _Year:
    """One year of the region; collects its events."""

    def __init__(self, world: _World, year: int, rng: np.random.Generator) -> None:
        self.world, self.year, self.rng, self.parts = world, year, rng, list[Events]()
        self.first_day = int(np.datetime64(f"{year}-01-01").astype(np.int64))
        self.days = int(np.datetime64(f"{year + 1}-01-01").astype(np.int64)) - self.first_day

    def pass_(self, people: People) -> tuple[People, Events]:
        """Return the people of the year's end and what happened."""
        people = replace(people, household=np.unique(people.household, return_inverse=True)[1])
        dead = self._die(people)
        alive = people.take(~dead)
        units = self._units(alive)
        alive, moved, gone, leavers = self._move(alive, units)
        arrived = self._arrive(alive, units, leavers)
        mother, babies = self._bear(alive, ~gone, moved)
        settled = moved >= 0
        settled[mother] = True
        alive = self._change_papers(alive, ~gone & ~settled)
        together = alive.take(~gone).join(arrived).join(babies)
        events = _concatenate(self.parts)
        return together, events.take(np.lexsort([events.people.register, events.municipality, events.day]))

    def _day(self, count: int, after: Ints | None = None) -> Ints:
        start = np.zeros(count, dtype=np.int64) if after is None else after - self.first_day + 1
        return self.first_day + start + (self.rng.random(count) * np.maximum(self.days - start, 1)).astype(np.int64)

    def _record(self, kind: int, people: People, day: Ints, **more: Ints) -> None:
        count = len(people)
        none = np.full(count, -1, dtype=np.int64)
        defaults = dict.fromkeys(("source", "counterpart", "old_state", "old_second", "old_residence"), none)
        columns = defaults | {"mother_born": np.zeros(count, dtype=np.int64)} | more
        municipality = self.world.municipality[people.address]
        self.parts.append(Events(np.full(count, kind), day, municipality, people, **columns))

    def _die(self, people: People) -> NDArray[np.bool_]:
        rates = self.world.curves["mortality"]
        age = people.ages(self.year)
        risk = np.where(people.sex == FEMALE, _mortality(age, rates["female"], rates), _mortality(age, rates["male"], rates))
        risk = risk * np.where(self.world.housing.use[people.address] == CARE_HOME, rates["care_home"]["factor"], 1.0)
        dead = self.rng.random(len(people)) < 1 - np.exp(-risk)
        self._record(DEATH, people.take(dead), self._day(int(dead.sum())))
        return dead

    def _units(self, people: People) -> _Units:
        age = people.ages(self.year)
        _, home = np.unique(people.household, return_inverse=True)
        eldest = np.zeros(home.max() + 1, dtype=np.int64)
        np.maximum.at(eldest, home, age)
        leaves = (age >= 18) & (age < 30) & (eldest[home] >= age + 16)
        leaves &= self.rng.random(len(people)) < self.world.curves["moving"]["leaving_home"]["value"]
        unit = np.where(leaves, len(eldest) + np.arange(len(people)), home)
        _, unit = np.unique(unit, return_inverse=True)
        order = np.argsort(unit, kind="stable")
        first = np.flatnonzero(np.concatenate([[True], np.diff(unit[order]) != 0]))
        eldest_of = np.maximum.reduceat(age[order], first)
        foreign = np.logical_or.reduceat(people.foreign[order], first)
        size = np.diff(np.append(first, len(order)))
        # whoever leaves home in this year does move: the hump below is theirs already
        eldest_of = np.where(np.logical_or.reduceat(leaves[order], first), -1, eldest_of)
        return _Units(order, unit[order], eldest_of, foreign, size)

    def _move(self, people: People, units: _Units) -> tuple[People, Ints, NDArray[np.bool_], Ints]:
        rules = self.world.curves["moving"]
        moves = (units.age < 0) | (self.rng.random(len(units.age)) < rules["scale"] * _rogers_castro(units.age, rules) / 2)
        direction = np.where(
            units.foreign,
            self.rng.choice(4, len(moves), p=rules["foreign"]),
            self.rng.choice(4, len(moves), p=rules["german"]),
        )
        direction = np.where(moves, direction, -1)
        day = np.where(moves, self._day(len(moves)), -1)
        old = people.address[units.member]
        origin = np.zeros(len(moves), dtype=np.int64)
        origin[units.unit] = self.world.municipality[old]
        target = np.where(direction == 1, self._neighbours(origin), origin)
        address = self._homes(target, units)
        mine, here = direction[units.unit], units.member
        new_address = people.address.copy()
        stays = (mine == 0) | (mine == 1)
        new_address[here[stays]] = address[units.unit][stays]
        household = people.household.copy()
        household[here[mine >= 0]] = int(household.max()) + 1 + units.unit[mine >= 0]
        register = people.register.copy()
        across = here[mine == 1]
        register[across] = self.world.new_registers(self.world.municipality[new_address[across]])
        after = replace(people, address=new_address, household=household, register=register)
        days = np.full(len(people), -1, dtype=np.int64)
        days[here] = day[units.unit]
        self._record_moves(people, after, here[mine == 0], across, days)
        gone = np.zeros(len(people), dtype=bool)
        gone[here[mine >= 2]] = True
        self._leave(people, here, mine, units, days)
        after = self._move_again(after, here[stays], units, days)
        return after, days, gone, direction

    def _record_moves(self, before: People, after: People, inside: Ints, across: Ints, days: Ints) -> None:
        self._record(MOVE, after.take(inside), days[inside], source=before.address[inside])
        old, new = self.world.municipality[before.address[across]], self.world.municipality[after.address[across]]
        self._record(OUT, before.take(across), days[across], counterpart=new)
        self._record(IN, after.take(across), days[across], counterpart=old)

    def _leave(self, people: People, here: Ints, mine: Ints, units: _Units, days: Ints) -> None:
        land = self._laender(len(units.age))[units.unit]
        for code, counterpart in ((2, land), (3, np.full(len(mine), ABROAD))):
            leaving = mine == code
            self._record(OUT, people.take(here[leaving]), days[here[leaving]], counterpart=counterpart[leaving])

    def _move_again(self, people: People, here: Ints, units: _Units, days: Ints) -> People:
        chosen = here[self.rng.random(len(here)) < self.world.curves["moving"]["again"]["value"]]
        chosen = chosen[days[chosen] < self.first_day + self.days - 40]
        chosen = chosen[
            np.bincount(people.household[here], minlength=people.household.max() + 1)[people.household[chosen]] == 1
        ]
        target = self.world.municipality[people.address[chosen]]
        address = people.address.copy()
        address[chosen] = self._pick(target)
        after = replace(people, address=address)
        day = self._day(len(chosen), days[chosen])
        self._record(MOVE, after.take(chosen), day, source=people.address[chosen])
        days[chosen] = day
        return after

    def _arrive(self, people: People, units: _Units, direction: Ints) -> People:
        rules, groups = self.world.curves["arriving"], []
        for code, share in ((2, rules["germany"][str(self.year)]), (3, rules["abroad"][str(self.year)])):
            templates = np.flatnonzero(direction == code)
            if len(templates):
                groups.append((self.rng.choice(templates, round(share * len(templates))), code))
        influx = rules["influx"].get(str(self.year), 0) * len(people)
        families = np.flatnonzero((units.size > 1) & (units.size < 5) & (units.age > 25) & (units.age < 68))
        if influx and len(families):
            groups.append((self.rng.choice(families, round(influx / units.size[families].mean())), 4))
        arrived = [self._newcomers(people, units, chosen, code) for chosen, code in groups]
        together = arrived[0]
        for group in arrived[1:]:
            together = together.join(group)
        return together

    def _newcomers(self, people: People, units: _Units, chosen: Ints, code: int) -> People:
        start = np.concatenate([[0], np.cumsum(units.size)[:-1]])
        size = units.size[chosen]
        unit = np.repeat(np.arange(len(chosen)), size)
        within = np.arange(len(unit)) - np.repeat(np.cumsum(size) - size, size)
        model = people.take(units.member[np.repeat(start[chosen], size) + within])
        count, day = len(unit), self._day(len(chosen))[unit]
        ages = np.clip(model.ages(self.year) + self.rng.integers(-1, 2, count), 0, 100)
        born = np.minimum(birthdays(ages, self.year, self.rng), day - 1)
        state, second = model.state, model.second
        if code >= 3:
            foreign = (self.rng.random(len(chosen)) < (0.88 if code == 3 else 1.0))[unit]
            country = draw_states(len(chosen), self.world.curves, self.rng)[unit] if code == 3 else np.full(count, 166)
            state, second = np.where(foreign, country, GERMAN), np.full(count, -1)
        # men of military age could not leave in the influx year
        sex = np.where((code == 4) & (ages >= 18) & (self.rng.random(count) < 0.7), FEMALE, model.sex)
        place = self._attracted(units.age[chosen], code)
        address = self._homes_for(place, ages, unit)[unit]
        residence = np.where(
            model.residence == SECONDARY, SECONDARY, np.where(code == 2, model.residence, SOLE)
        )  # nobody from abroad keeps a main dwelling here beside another
        arrived = People(
            self.world.new_persons(count), self.world.new_registers(self.world.municipality[address]), born, sex, state, second,
            residence, address, int(people.household.max()) + 1 + code * len(people) + unit,
        )  # fmt: skip
        other = self._laender(len(chosen))[unit] if code == 2 else np.full(count, ABROAD)
        self._record(IN, arrived, day, counterpart=other)
        return arrived

    def _bear(self, people: People, present: NDArray[np.bool_], moved: Ints) -> tuple[Ints, People]:
        rules = self.world.curves["fertility"]
        age = people.ages(self.year)
        shape = np.exp(-0.5 * ((np.arange(15, 50) - rules["mean_age"]["value"]) / rules["spread"]["value"]) ** 2)
        rate = np.concatenate([np.zeros(15), shape / shape.sum() * rules["total"][str(self.year)], np.zeros(80)])
        able = present & (people.sex == FEMALE) & (people.residence != SECONDARY)
        mother = np.flatnonzero(able & (self.rng.random(len(people)) < rate[np.clip(age, 0, 110)]))
        mother = mother[moved[mother] < self.first_day + self.days - 2]
        day = self._day(len(mother), np.maximum(moved[mother], self.first_day - 1))
        count = len(mother)
        foreign = people.foreign[mother] & (self.rng.random(count) < 0.6)
        sex = np.where(self.rng.random(count) < rules["boys"]["value"], MALE, FEMALE)
        municipality = self.world.municipality[people.address[mother]]
        babies = People(
            self.world.new_persons(count), self.world.new_registers(municipality), day, sex,
            np.where(foreign, people.state[mother], GERMAN), np.full(count, -1), np.full(count, SOLE), people.address[mother],
            people.household[mother],
        )  # fmt: skip
        self._record(BIRTH, babies, day, mother_born=people.born[mother])
        return mother, babies

    def _change_papers(self, people: People, free: NDArray[np.bool_]) -> People:
        rules, chance = self.world.curves, self.rng.random(len(people))
        adult = people.ages(self.year) > 5
        citizen = free & people.foreign & adult & (chance < rules["naturalising"]["rate"][str(self.year)])
        both = self.rng.random(len(people)) < rules["naturalising"]["keeps_both"]["value"]
        keeps = citizen & both & (people.state < 990)
        after = replace(
            people, state=np.where(citizen, GERMAN, people.state),
            second=np.where(keeps, people.state, np.where(citizen, -1, people.second)),
        )  # fmt: skip
        self._record(NATIONALITY, after.take(citizen), self._day(int(citizen.sum())),
                     old_state=people.state[citizen], old_second=people.second[citizen])  # fmt: skip
        to_main = free & ~citizen & (people.residence == SECONDARY) & (chance < rules["residence"]["to_main"])
        to_second = free & ~citizen & adult & (people.residence != SECONDARY) & (chance < rules["residence"]["to_secondary"])
        changed = to_main | to_second
        settled = replace(after, residence=np.where(to_main, MAIN, np.where(to_second, SECONDARY, after.residence)))
        self._record(RESIDENCE, settled.take(changed), self._day(int(changed.sum())), old_residence=people.residence[changed])
        return settled

    def _neighbours(self, origin: Ints) -> Ints:
        members = self.world.places.members
        centre = np.array([m["centre"] for m in members])
        size = np.array([m["population"] for m in members], dtype=float)
        apart = np.hypot(*(centre[:, None] - centre[None]).transpose(2, 0, 1)) + np.eye(len(members)) * 1e9
        pull = size[None] ** 0.8 / apart**1.5
        edges = np.cumsum(pull / pull.sum(axis=1, keepdims=True), axis=1)
        return np.asarray((self.rng.random(len(origin))[:, None] > edges[origin]).sum(axis=1).clip(0, len(members) - 1))

    def _attracted(self, age: Ints, code: int) -> Ints:
        members = self.world.places.members
        size = np.array([m["population"] for m in members], dtype=float)
        young = size * np.array([2.1 if m["flavour"] == "student" else 0.6 for m in members])
        family = size * np.array([{"growing": 1.5, "commuter": 1.2, "ageing": 0.75}.get(m["flavour"], 0.95) for m in members])
        abroad = size * np.array([{"town": 1.4, "small_town": 1.2, "village": 0.7}[m["kind"]] for m in members])
        draw = {name: self.rng.choice(len(size), len(age), p=w / w.sum()) for name, w in
                (("young", young), ("family", family), ("abroad", abroad))}  # fmt: skip
        return np.where(code >= 3, draw["abroad"], np.where(age < 27, draw["young"], draw["family"]))

    def _laender(self, count: int) -> Ints:
        shares = self.world.curves["arriving"]["laender"]
        chance = np.array(list(shares.values()), dtype=float)
        return LAND + self.rng.choice(np.array([int(land) for land in shares]), count, p=chance / chance.sum())

    def _homes(self, municipality: Ints, units: _Units) -> Ints:
        return self._placed(municipality, units.age)

    def _homes_for(self, municipality: Ints, ages: Ints, unit: Ints) -> Ints:
        eldest = np.zeros(len(municipality), dtype=np.int64)
        np.maximum.at(eldest, unit, ages)
        return self._placed(municipality, eldest)

    def _placed(self, municipality: Ints, age: Ints) -> Ints:
        rules = self.world.curves["moving"]["care_home"]
        home = self._pick(municipality)
        old = (age >= rules["from_age"]) & (self.rng.random(len(age)) < rules["share"])
        home = np.where(old, self._pick(municipality, CARE_HOME, home), home)
        student = (age >= 18) & (age < 25) & (self.rng.random(len(age)) < 0.25)
        home = np.where(student, self._pick(municipality, STUDENT_HOME, home), home)
        soldier = (age >= 18) & (age < 35) & (self.rng.random(len(age)) < 0.35)
        return np.where(soldier, self._pick(municipality, BARRACKS, home), home)

    def _pick(self, municipality: Ints, use: int = -1, otherwise: Ints | None = None) -> Ints:
        """Draw an address in each municipality: by room, new estates while they fill; or one of a use, where there is any."""
        housing, estate = self.world.housing, self.world.curves["institutions"]["new_estate"]
        building = estate["first_year"] <= self.year <= estate["last_year"]
        weight = housing.room * np.where((housing.use == NEW_ESTATE) & building, 4.5, 1.0)
        allowed = (housing.use == use) if use >= 0 else np.isin(housing.use, (0, NEW_ESTATE))
        result = np.zeros(len(municipality), dtype=np.int64) if otherwise is None else otherwise.copy()
        for m in np.unique(municipality):
            own = np.flatnonzero(allowed & (self.world.municipality == m))
            here = municipality == m
            if len(own):
                result[here] = self.rng.choice(own, int(here.sum()), p=weight[own] / weight[own].sum())
        return result


def _mortality(age: Ints, sex: dict[str, float], rates: dict[str, Any]) -> Floats:
    adult = np.exp(sex["level"] + sex["slope"] * age) + np.exp(sex["adult"])
    return np.where(age == 0, sex["infant"] / 2, np.where(age < 18, rates["child"]["value"], adult))


def _rogers_castro(age: Ints, p: dict[str, Any]) -> Floats:
    x = age.astype(float)
    labour = p["a2"] * np.exp(-p["alpha2"] * (x - p["mu2"]) - np.exp(-p["lambda2"] * (x - p["mu2"])))
    return np.asarray(p["a1"] * np.exp(-p["alpha1"] * x) + labour + p["c"])


def _registers(places: Places, people: People) -> Ints:
    highest = np.zeros(len(places.members), dtype=np.int64)
    np.maximum.at(highest, places.addresses.municipality[people.address], people.register)
    return highest + 1


def _rows(value: Any, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Any:
    return value.take(rows) if isinstance(value, People) else value[rows]


def _concatenate(parts: Sequence[Events]) -> Events:
    columns: list[Any] = []
    for f in fields(Events):
        values = [getattr(part, f.name) for part in parts]
        if f.name == "people":
            joined = values[0]
            for value in values[1:]:
                joined = joined.join(value)
            columns.append(joined)
        else:
            columns.append(np.concatenate(values))
    return Events(*columns)
