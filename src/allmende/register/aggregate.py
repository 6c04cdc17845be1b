"""From clean persons and events to base cubes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from allmende.areas.grid import UNLOCATED
from allmende.areas.hierarchy import UNLOCATED_CODE
from allmende.cubes import BaseCube, Cells, Column, Manifest, fold
from allmende.cubes.base import KINDS
from allmende.cubes.folding import Keys
from allmende.register.geocoding import Places
from allmende.register.identity import Identities
from allmende.register.keys import event_keys, person_keys
from allmende.register.people import Events, People
from allmende.register.secret import Secret
from allmende.register.values import MISSING, NATIONALITIES, RESIDENCES, SEXES, completed_years, years

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Imprint:
    """What all manifests of a run share."""

    ags: str
    territory_date: date
    secret: Secret
    source: str

    def manifest(self, kind: str, key_date: date, age_date: date, notes: Mapping[str, int]) -> Manifest:
        """Return the manifest of one cube; notes that are 0 are left out."""
        return Manifest(
            kind=kind,
            ags=self.ags,
            key_date=key_date,
            age_date=age_date,
            territory_date=self.territory_date,
            epoch=self.secret.epoch,
            key_check=self.secret.check_value(),
            source=self.source,
            notes=tuple(sorted((name, count) for name, count in notes.items() if count)),
        )


def stock_cube(
    people: People, places: Places, identities: Identities, imprint: Imprint, dates: tuple[date, date], notes: Mapping[str, int]
) -> BaseCube:
    """Count who is there on a key date; whoever was born after the age date has age 0 and is noted.

    `dates` are key date and age date.
    """
    key_date, age_date = dates
    age = completed_years(people.birth, age_date)
    unborn = int((age < 0).sum())
    keys = person_keys(imprint.secret, imprint.ags, identities)[people.person]
    columns = _columns(people, places, imprint.ags, np.maximum(age, 0), key_date.year)
    manifest = imprint.manifest("stock", key_date, age_date, {**notes, "born_after_age_date": unborn})
    return _cube(columns, keys, manifest)


def event_cubes(
    events: Events, places: Places, identities: Identities, imprint: Imprint, year: int, notes: Mapping[str, int]
) -> list[BaseCube]:
    """Count the births, deaths, internal and external moves of a calendar year.

    Ages are those reached on 31 December of the year; births have the age of the mother, -1 if unknown.
    """
    counted = events.of("birth", "death", "move", "in", "out") & (years(events.day) == year)
    events = events.take(np.flatnonzero(counted)).in_order()
    keys = event_keys(imprint.secret, imprint.ags, identities, events, year)
    day = date(year, 12, 31)
    cubes = []
    for kind, members in (("births", ("birth",)), ("deaths", ("death",)), ("internal_moves", ("move",)),
                          ("external_moves", ("in", "out"))):  # fmt: skip
        rows = np.flatnonzero(events.of(*members))
        columns = _event_columns(events.take(rows), places, imprint.ags, year, kind)
        cubes.append(_cube(columns, keys[rows], imprint.manifest(kind, day, day, notes)))
    return cubes


def _event_columns(e: Events, places: Places, ags: str, year: int, kind: str) -> dict[str, Column]:
    age = year - years(e.people.birth)
    if kind == "births":
        known = e.mother > MISSING
        age = np.where(known, year - years(np.where(known, e.mother, 0)), -1)
    columns = _columns(e.people, places, ags, age, year)
    if kind == "internal_moves":
        origin = _districts(np.maximum(e.from_place, 0), places)
        nowhere = f"{ags}.{UNLOCATED_CODE}"
        labels = tuple(sorted({*places.district, nowhere}))
        codes = np.where(e.from_place < 0, labels.index(nowhere), origin.relabel(labels).codes)
        columns["origin_district"] = Column("origin_district", codes, labels)
        cell = np.where(e.from_place < 0, UNLOCATED, places.cell[np.maximum(e.from_place, 0)])
        columns["origin_cell"] = Column("origin_cell", cell)
    if kind == "external_moves":
        columns["direction"] = Column("direction", e.of("out").astype(np.int64), ("in", "out"))
        columns["counterpart"] = Column("counterpart", e.counterpart, e.counterparts)
    return columns


def _columns(people: People, places: Places, ags: str, age: Ints, year: int) -> dict[str, Column]:
    size = len(people)
    return {
        "ags": Column("ags", np.zeros(size, dtype=np.int64), (ags,)),
        "district": _districts(people.place, places),
        "cell": Column("cell", places.cell[people.place]),
        "age": Column("age", age),
        "sex": Column("sex", people.sex, SEXES),
        "nationality": Column("nationality", people.nationality, NATIONALITIES),
        "residence": Column("residence", people.residence, RESIDENCES),
        "year": Column("year", np.full(size, year, dtype=np.int64)),
    }


def _districts(place: Ints, places: Places) -> Column:
    labels = tuple(sorted(set(places.district)))
    position = {label: code for code, label in enumerate(labels)}
    codes = np.array([position[label] for label in places.district], dtype=np.int64)
    return Column("district", codes[place], labels)


def _cube(columns: Mapping[str, Column], keys: Keys, manifest: Manifest) -> BaseCube:
    dimensions = KINDS[manifest.kind]
    ones = np.ones(len(keys), dtype=np.int64)
    return BaseCube(fold(Cells(tuple(columns[name] for name in dimensions), ones, keys), dimensions), manifest)
