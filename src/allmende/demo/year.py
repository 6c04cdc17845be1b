"""One year of the region: who dies, moves, comes, is born, and changes papers, in this order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.demo.beds import Beds
from allmende.demo.events import (
    ABROAD,
    BIRTH,
    DEATH,
    IN,
    MOVE,
    NATIONALITY,
    OUT,
    RESIDENCE,
    Events,
    join_events,
)  # fmt: skip
from allmende.demo.homes import Homes, Seekers
from allmende.demo.people import (
    BARRACKS,
    CARE_HOME,
    FEMALE,
    GERMAN,
    MAIN,
    MALE,
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
from allmende.demo.units import Units, choose_ways, group_units, pair_up


@dataclass(slots=True)
class World:
    """What lasts through the years, and the numbers that persons and register entries get next."""

    places: Places
    housing: Housing
    curves: dict[str, Any]
    next_person: int
    next_register: Ints

    @property
    def municipality(self) -> Ints:
        """Return the municipality of each address."""
        return self.places.addresses.municipality

    def new_persons(self, count: int) -> Ints:
        """Return numbers for new people."""
        self.next_person += count
        return np.arange(self.next_person - count, self.next_person)

    def new_registers(self, municipality: Ints) -> Ints:
        """Return numbers for new entries in the registers of these municipalities."""
        numbers = np.empty(len(municipality), dtype=np.int64)
        for m in np.unique(municipality):
            own = municipality == m
            numbers[own] = self.next_register[m] + np.arange(own.sum())
            self.next_register[m] += own.sum()
        return numbers


class Year:
    """One year of the region; collects its events."""

    def __init__(self, world: World, year: int, rng: np.random.Generator) -> None:
        self.world, self.year, self.rng, self.parts = world, year, rng, list[Events]()
        self.homes = Homes(world.places, world.housing, world.curves, rng)
        self.first_day = int(np.datetime64(f"{year}-01-01").astype(np.int64))
        self.days = int(np.datetime64(f"{year + 1}-01-01").astype(np.int64)) - self.first_day

    def pass_(self, people: People) -> tuple[People, Events]:
        """Return the people of the year's end and what happened."""
        people = replace(people, household=np.unique(people.household, return_inverse=True)[1])
        dead = self._die(people)
        alive = people.take(~dead)
        municipality, use = self.world.municipality[alive.address], self.world.housing.use[alive.address]
        units = group_units(alive, self.year, municipality, use, self.world.curves, self.rng)
        leavers = choose_ways(units, self.homes, self.world.curves, self.rng)
        staying = alive.address[units.member[leavers[units.unit] < 0]]
        beds = Beds(self.world.places, self.world.housing, self.world.curves, self.year, staying, self.rng)
        alive, moved, gone = self._move(alive, units, leavers, beds)
        arrived, since = self._arrive(alive, units, leavers, beds)
        here, moved = alive.take(~gone).join(arrived), np.concatenate([moved[~gone], since])
        mother, babies = self._bear(here, moved)
        settled = moved >= 0
        settled[mother] = True
        together = self._change_papers(here, ~settled).join(babies)
        events = join_events(self.parts)
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

    def _move(self, people: People, units: Units, direction: Ints, beds: Beds) -> tuple[People, Ints, NDArray[np.bool_]]:
        day = np.where(direction >= 0, self._day(len(direction)), -1)
        target = np.where(direction == 1, self.homes.neighbours(units.origin, units.age), units.origin)
        partner = pair_up(units, direction, target, self.world.curves["moving"]["pairing"], self.rng)
        follows = partner >= 0
        inside = np.flatnonzero(((direction == 0) | (direction == 1)) & ~follows)
        address = np.full(len(direction), -1, dtype=np.int64)
        size = units.size + np.bincount(partner[follows], minlength=len(partner))
        nobody = np.zeros(len(inside), dtype=bool)
        seekers = Seekers(target[inside], units.age[inside], size[inside], units.male[inside], units.foreign[inside],
                          units.frail[inside], nobody)  # fmt: skip
        address[inside] = self.homes.placed(seekers, beds)
        address[follows] = address[partner[follows]]
        joined = np.where(follows, partner, np.arange(len(partner)))
        mine, here = direction[units.unit], units.member
        new_address = people.address.copy()
        stays = (mine == 0) | (mine == 1)
        new_address[here[stays]] = address[units.unit][stays]
        household = people.household.copy()
        household[here[mine >= 0]] = int(household.max()) + 1 + joined[units.unit[mine >= 0]]
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
        return self._move_again(after, here[stays], days), days, gone

    def _record_moves(self, before: People, after: People, inside: Ints, across: Ints, days: Ints) -> None:
        self._record(MOVE, after.take(inside), days[inside], source=before.address[inside])
        old, new = self.world.municipality[before.address[across]], self.world.municipality[after.address[across]]
        self._record(OUT, before.take(across), days[across], counterpart=new)
        self._record(IN, after.take(across), days[across], counterpart=old)

    def _leave(self, people: People, here: Ints, mine: Ints, units: Units, days: Ints) -> None:
        land = self.homes.laender(len(units.age))[units.unit]
        for code, counterpart in ((2, land), (3, np.full(len(mine), ABROAD))):
            leaving = mine == code
            self._record(OUT, people.take(here[leaving]), days[here[leaving]], counterpart=counterpart[leaving])

    def _move_again(self, people: People, here: Ints, days: Ints) -> People:
        chosen = here[self.rng.random(len(here)) < self.world.curves["moving"]["again"]["value"]]
        chosen = chosen[days[chosen] < self.first_day + self.days - 40]
        chosen = chosen[
            np.bincount(people.household[here], minlength=people.household.max() + 1)[people.household[chosen]] == 1
        ]
        target = self.world.municipality[people.address[chosen]]
        address = people.address.copy()
        address[chosen] = self.homes.pick(target)
        after = replace(people, address=address)
        day = self._day(len(chosen), days[chosen])
        self._record(MOVE, after.take(chosen), day, source=people.address[chosen])
        days[chosen] = day
        return after

    def _arrive(self, people: People, units: Units, direction: Ints, beds: Beds) -> tuple[People, Ints]:
        rules, groups = self.world.curves["arriving"], []
        for code, level in ((2, rules["germany"][str(self.year)]), (3, rules["abroad"][str(self.year)])):
            templates = np.flatnonzero(direction == code)
            weight = (
                np.interp(units.age[templates], rules["ages"], rules["per_leaver"]) if code == 2 else np.ones(len(templates))
            )
            if len(templates):
                count = round(level * float(weight.sum()))
                groups.append((self.rng.choice(templates, count, p=weight / weight.sum()), code))
        influx = rules["influx"].get(str(self.year), 0) * len(people)
        families = np.flatnonzero((units.size > 1) & (units.size < 5) & (units.age > 25) & (units.age < 68))
        if influx and len(families):
            groups.append((self.rng.choice(families, round(influx / units.size[families].mean())), 4))
        together, days = self._newcomers(people, units, *groups[0], beds)
        for chosen, code in groups[1:]:
            arrived, day = self._newcomers(people, units, chosen, code, beds)
            together, days = together.join(arrived), np.concatenate([days, day])
        return together, days

    def _newcomers(self, people: People, units: Units, chosen: Ints, code: int, beds: Beds) -> tuple[People, Ints]:
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
        place = self.homes.attracted(units.age[chosen], from_abroad=code >= 3)
        strange = np.zeros(len(chosen), dtype=bool)
        strange[unit] = state != GERMAN
        seekers = Seekers(place, _eldest(ages, unit, len(place)), size, units.male[chosen], strange, units.frail[chosen],
                          strange & (code >= 3))  # fmt: skip
        address = self.homes.placed(seekers, beds)[unit]
        residence = self._residence(model, address, code)
        arrived = People(
            self.world.new_persons(count), self.world.new_registers(self.world.municipality[address]), born, sex, state, second,
            residence, address, int(people.household.max()) + 1 + code * len(people) + unit,
        )  # fmt: skip
        other = self.homes.laender(len(chosen))[unit] if code == 2 else np.full(count, ABROAD)
        self._record(IN, arrived, day, counterpart=other)
        return arrived, day

    def _residence(self, model: People, address: Ints, code: int) -> Ints:
        if code != 2:  # nobody from abroad keeps a main dwelling here beside another
            return np.where(model.residence == SECONDARY, SECONDARY, SOLE)
        use, shares = self.world.housing.use[address], self.world.curves["secondary"]
        second = np.select([use == STUDENT_HOME, use == BARRACKS], [shares["student_home"], shares["barracks"]], 0.0)
        return np.where(self.rng.random(len(address)) < second, SECONDARY, model.residence)

    def _bear(self, people: People, moved: Ints) -> tuple[Ints, People]:
        rules = self.world.curves["fertility"]
        age = people.ages(self.year)
        shape = np.exp(-0.5 * ((np.arange(15, 50) - rules["mean_age"]["value"]) / rules["spread"]["value"]) ** 2)
        rate = np.concatenate([np.zeros(15), shape / shape.sum() * rules["total"][str(self.year)], np.zeros(80)])
        able = (people.sex == FEMALE) & (people.residence != SECONDARY)
        able &= ~np.isin(self.world.housing.use[people.address], (STUDENT_HOME, BARRACKS))
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


def _mortality(age: Ints, sex: dict[str, float], rates: dict[str, Any]) -> Floats:
    adult = np.exp(sex["level"] + sex["slope"] * age) + np.exp(sex["adult"])
    return np.where(age == 0, sex["infant"] / 2, np.where(age < 18, rates["child"]["value"], adult))


def _eldest(age: Ints, unit: Ints, count: int) -> Ints:
    eldest = np.zeros(count, dtype=np.int64)
    np.maximum.at(eldest, unit, age)
    return eldest
