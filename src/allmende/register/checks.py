"""Row checks: every value of stock and events understood or found wrong, each row with everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

import numpy as np
from numpy.typing import NDArray

from allmende.register.marks import Marks
from allmende.register.people import UNKNOWN, Events, People
from allmende.register.profile import Profile
from allmende.register.reading import Table
from allmende.register.schema import Kind, load_schema
from allmende.register.values import (
    EVENTS,
    MISSING,
    RESIDENCES,
    SEXES,
    WRONG,
    are_partial,
    counterpart_of,
    days,
    members,
    read_codes,
    read_dates,
    read_nationality,
    spread,
)

Ints = NDArray[np.int64]

OLDEST = 123
"""Completed years that nobody has reached (the oldest documented person lived 122 years)."""

MOTHERS = (10, 65)
"""Ages between which a mother's date of birth is believed."""

_MAIN = {"sole": "main"}
_ROUNDED = re.compile(r"\d+[.,]\d+[eE][+-]?\d+|\d+[eE]\+\d+")
"""A long number as a spreadsheet rounds it, such as 1,23457E+11."""


def check_stock(table: Table, place: Ints, profile: Profile, ags: str, as_of: date) -> tuple[People, Ints, Marks]:
    """Understand a stock; return the persons of all rows, when each moved in, and the marks of rows that are wrong."""
    marks = Marks(table)
    people = _people(marks, place, profile, ags, as_of)
    moved_in = _side_date(marks, "moved_in", profile)
    known = moved_in > MISSING
    marks.flag(known & ((moved_in < people.birth) | (moved_in > days(as_of))), "person.moved_in", "moved_in")
    return people, moved_in, marks


def check_events(
    table: Table, place: Ints, from_place: Ints, profile: Profile, ags: str, region: Collection[str], until: date
) -> tuple[Events, Marks]:
    """Understand events up to a day; return all rows and the marks of rows that are wrong."""
    marks = Marks(table)
    kind = _codes(marks, "event", members(profile, "event", EVENTS), profile, "events")
    day = _date(marks, "date", profile)
    people = _people(marks, place, profile, ags, until)
    born = people.birth > MISSING
    known = day > MISSING
    marks.flag(known & born & (day < people.birth), "event.before_birth", "date")
    marks.flag(known & (day > days(until)), "event.future", "date", until.isoformat())
    birth = kind == EVENTS.index("birth")
    marks.flag(birth & known & born & (day > people.birth), "event.birth_day", "date")
    labels, counterpart = _counterparts(marks, kind, profile, ags, region)
    events = Events(
        people=people,
        kind=kind,
        day=day,
        from_place=from_place,
        from_nationality=_previous(read_nationality(table["from_citizenships"], profile.citizenships)),
        from_residence=_previous(read_codes(table["from_residence"], members(profile, "residence", RESIDENCES, _MAIN))),
        counterpart=counterpart,
        mother=_mothers(marks, birth, day, profile),
        counterparts=labels,
    )
    _check_origins(marks, events)
    return events, marks


def _people(marks: Marks, place: Ints, profile: Profile, ags: str, until: date) -> People:
    table = marks.table
    kind: Kind = "events" if "event" in table.columns else "stock"
    birth = _date(marks, "birth_date", profile)
    marks.flag(are_partial(table["birth_date"], profile.dates), "value.date_partial", "birth_date")
    marks.flag(birth > days(until), "person.future_birth", "birth_date", until.isoformat())
    oldest = date(until.year - OLDEST, 1, 1)
    marks.flag((birth > MISSING) & (birth < days(oldest)), "person.age", "birth_date", oldest.isoformat())
    sex = _codes(marks, "sex", members(profile, "sex", SEXES), profile, kind)
    residence = _codes(marks, "residence", members(profile, "residence", RESIDENCES, _MAIN), profile, kind)
    nationality = read_nationality(table["citizenships"], profile.citizenships)
    marks.flag(nationality == MISSING, "value.missing", "citizenships")
    marks.flag(nationality == WRONG, "value.state", "citizenships")
    other = spread(table["ags"], lambda text: text not in ("", ags) and not (len(text) == 12 and text[:5] + text[9:] == ags))
    marks.flag(other.astype(bool), "value.ags", "ags", ags)
    rounded = spread(table["id"], lambda text: _ROUNDED.fullmatch(text) is not None)
    marks.flag(rounded.astype(bool), "person.id_rounded", "id")
    person = np.full(len(table), UNKNOWN, dtype=np.int64)
    return People(table.lines, person, birth, sex, nationality, residence, place)


def _date(marks: Marks, field: str, profile: Profile) -> Ints:
    found = read_dates(marks.table[field], profile.dates)
    marks.flag(found == MISSING, "value.missing", field)
    marks.flag(found == WRONG, "value.date", field, ", ".join(profile.dates))
    return found


def _side_date(marks: Marks, field: str, profile: Profile) -> Ints:
    found = read_dates(marks.table[field], profile.dates)
    marks.flag(found == WRONG, "value.date_ignored", field, ", ".join(profile.dates))
    return np.maximum(found, MISSING)


def _codes(marks: Marks, field: str, codes: dict[str, int], profile: Profile, kind: Kind) -> Ints:
    found = read_codes(marks.table[field], codes)
    marks.flag(found == MISSING, "value.missing", field)
    allowed = profile.codes[load_schema().type_of(kind, field)]
    marks.flag(found == WRONG, "value.code", field, ", ".join(code for code in allowed if code))
    return found


def _previous(found: Ints) -> Ints:
    return np.where(found > MISSING, found, UNKNOWN)


def _counterparts(
    marks: Marks, kind: Ints, profile: Profile, ags: str, region: Collection[str]
) -> tuple[tuple[str, ...], Ints]:
    table, labels = marks.table, ["unknown", "abroad"]

    def position(text: str) -> int:
        label = counterpart_of(text, ags, region, {"": "unknown", **profile.codes["counterpart"]})
        if label and label not in labels:
            labels.append(label)
        return labels.index(label) if label else WRONG

    found = spread(table["counterpart"], position)
    crosses = np.isin(kind, [EVENTS.index("in"), EVENTS.index("out")])
    marks.flag(crosses & (found == WRONG), "value.counterpart", "counterpart")
    state = read_nationality(table["counterpart_state"], profile.citizenships)
    abroad = spread(table["counterpart_state"], lambda text: text in ("998", "999")) == 0
    found = np.where((state == 1) & abroad, labels.index("abroad"), np.maximum(found, 0))
    order = sorted(labels)
    return tuple(order), np.array([order.index(label) for label in labels], dtype=np.int64)[np.where(crosses, found, 0)]


def _mothers(marks: Marks, birth: NDArray[np.bool_], day: Ints, profile: Profile) -> Ints:
    mother = np.where(birth, _side_date(marks, "mother_birth_date", profile), MISSING)
    known = mother > MISSING
    age = (day - mother) / 365.25
    odd = known & (day > MISSING) & ((age < MOTHERS[0]) | (age > MOTHERS[1]))
    marks.flag(odd, "event.mother", "mother_birth_date")
    marks.flag(birth & ~known, "event.no_mother", "mother_birth_date")
    return np.where(odd, MISSING, mother)


def _check_origins(marks: Marks, events: Events) -> None:
    for kind, before, field in (
        ("move", events.from_place, "from_street"),
        ("nationality", events.from_nationality, "from_citizenships"),
        ("residence", events.from_residence, "from_residence"),
    ):
        marks.flag(events.of(kind) & (before == UNKNOWN), "event.no_origin", field)
