"""The figures of a place, computed from released tables: NumPy and plain numbers, no words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations

from allmende.parameters.classifications import classification
from allmende.portal.evidence.reader import Reader, counts
from allmende.portal.places import Place
from allmende.portal.public import Table

AGES = ("broad", "three", "five", "ten", "kita")
"""Classifications of age that a page may offer, the plainest first."""

MALE, FEMALE = "m", "w"


@dataclass(frozen=True, slots=True)
class Series:
    """Persons of a place at each key date, with the table that says so."""

    years: tuple[int, ...]
    values: tuple[int, ...]
    table: Table

    def at(self, year: int) -> int:
        """Return the value of a year."""
        return self.values[self.years.index(year)]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Persons of a place by the members of one dimension, per year: `values[year]` follows `members`."""

    members: tuple[str, ...]
    years: tuple[int, ...]
    values: Mapping[int, tuple[int, ...]]
    totals: Mapping[int, int]
    table: Table


@dataclass(frozen=True, slots=True)
class Pyramid:
    """Men and women by five-year band, youngest first."""

    bands: tuple[str, ...]
    men: tuple[int, ...]
    women: tuple[int, ...]
    total: int
    table: Table


@dataclass(frozen=True, slots=True)
class Movements:
    """Births, deaths, arrivals and departures per year; None where one of them is not published."""

    years: tuple[int, ...]
    births: tuple[int, ...] | None
    deaths: tuple[int, ...] | None
    arrivals: tuple[int, ...] | None
    departures: tuple[int, ...] | None
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Partners:
    """Moves by place on the other side, the strongest first, over the years first … last; None: not published.

    `dimension` is the one of the table whose members `keys` are.
    """

    keys: tuple[str, ...]
    inward: tuple[int, ...]
    outward: tuple[int | None, ...]
    years: tuple[int, int]
    dimension: str
    table: Table


@dataclass(frozen=True, slots=True)
class Exchange:
    """Moves from one member to another, by (from, to), over the years first … last: the mean of what both registers say.

    `unknown` are pairs of which neither register is published, `silent` the members whose own register is not.
    """

    flows: Mapping[tuple[str, str], float]
    unknown: frozenset[tuple[str, str]]
    silent: tuple[str, ...]
    years: tuple[int, int]
    table: Table


def population(reader: Reader, place: Place) -> Series | None:
    """Return the population of a place over all published years; None if nothing is published."""
    table = reader.table("stock", place)
    return _series(table, place, {}) if table else None


def pyramid(reader: Reader, place: Place, year: int) -> Pyramid | None:
    """Return men and women by five-year band; None if the place is not published in this detail."""
    table = reader.table("stock", place, {"age": "five", "sex": ""})
    if table is None or year not in table.years(place.key):
        return None
    cells = table.of(place.key).select(year=year)
    bands = classification("age", "five").labels
    men, women = counts(cells, "age", {"sex": MALE}), counts(cells, "age", {"sex": FEMALE})
    total = next(iter(counts(cells, "year").values()), 0)
    return Pyramid(bands, tuple(men.get(b, 0) for b in bands), tuple(women.get(b, 0) for b in bands), total, table)


def age_years(reader: Reader, place: Place) -> tuple[int, ...]:
    """Return the years whose pyramid is published for a place."""
    table = reader.table("stock", place, {"age": "five", "sex": ""})
    return table.years(place.key) if table else ()


def age_classes(reader: Reader, place: Place) -> list[str]:
    """Return the classifications of age in which a place is published."""
    return [name for name in AGES if ages(reader, place, name)]


def ages(reader: Reader, place: Place, name: str) -> Breakdown | None:
    """Return persons by the bands of one classification of age."""
    key_date = "10-01" if name == "kita" else "12-31"
    table = reader.table("stock", place, {"age": name}, key_date=key_date)
    if table and name == "kita" and table.note.key_date != key_date:
        return None
    return _breakdown(table, place, "age", classification("age", name).labels) if table else None


def life_stages(reader: Reader, place: Place) -> Breakdown | None:
    """Return persons by stages of life, or by three age groups where no more is published."""
    return ages(reader, place, "broad") or ages(reader, place, "three")


def nationality(reader: Reader, place: Place) -> Breakdown | None:
    """Return Germans and others."""
    table = reader.table("stock", place, {"nationality": ""})
    return _breakdown(table, place, "nationality", ("german", "other")) if table else None


def movements(reader: Reader, place: Place) -> Movements | None:
    """Return births, deaths and moves across the border of a place; None if none of them is published."""
    births, deaths = reader.table("births", place), reader.table("deaths", place)
    moves = reader.table("external_moves", place, {"direction": ""})
    tables = tuple(table for table in (births, deaths, moves) if table)
    if not tables:
        return None
    years = tuple(sorted(set.intersection(*(set(table.years(place.key)) for table in tables))))

    def values(table: Table | None, members: Mapping[str, str]) -> tuple[int, ...] | None:
        if table is None:
            return None
        found = counts(table.of(place.key), "year", members)
        return tuple(found.get(year, 0) for year in years)

    inward, outward = values(moves, {"direction": "in"}), values(moves, {"direction": "out"})
    return Movements(years, values(births, {}), values(deaths, {}), inward, outward, tables)


def partners(reader: Reader, place: Place) -> Partners | None:
    """Return where people came from and went to, pooled over the newest years; None if that is not published.

    A municipality's partners are municipalities and the Länder, a district's the other districts of its municipality.
    """
    wanted = {"municipality": ("external_moves", "counterpart"), "district": ("internal_moves", "origin")}.get(place.kind)
    found = reader.pooled(wanted[0], place, wanted[1]) if wanted else None
    if wanted is None or found is None:
        return None
    year = found.years(place.key)[-1]
    if wanted[1] == "counterpart":
        cells = found.of(place.key).select(year=year)
        inward = counts(cells, "counterpart", {"direction": "in"})
        outward = counts(cells, "counterpart", {"direction": "out"})
    else:
        inward = counts(found.of(place.key).select(year=year), "origin")
        outward = {
            area: moved for area, moved in found.at(year, {"origin": place.key}).items() if area.startswith(place.key[:8])
        }
    keys = sorted(
        {str(key) for key in (*inward, *outward)} - {place.key}, key=lambda key: -inward.get(key, 0) - outward.get(key, 0)
    )
    complete = wanted[1] == "counterpart"
    return Partners(
        tuple(keys),
        tuple(inward.get(key, 0) for key in keys),
        tuple(outward.get(key, 0) if complete or key in outward else None for key in keys),
        (year - found.note.pooled + 1, year),
        wanted[1],
        found,
    )


def exchange(reader: Reader) -> Exchange | None:
    """Return who moved between the members, pooled over the newest years; None if that is not published."""
    towns = reader.shelf.atlas.municipalities
    tables = (reader.pooled("external_moves", town, "counterpart") for town in towns)
    table = next((one for one in tables if one is not None), None)
    if table is None or len(towns) < 2:
        return None
    year = table.all_years[-1]
    told = {town.key: table.of(town.key).select(year=year) for town in towns if year in table.years(town.key)}
    gone, come = (
        {key: counts(cells, "counterpart", {"direction": direction}) for key, cells in told.items()}
        for direction in ("out", "in")
    )
    flows, unknown = {}, set()
    for one, other in permutations([town.key for town in towns], 2):
        said = [gone[one].get(other, 0)] if one in gone else []
        said += [come[other].get(one, 0)] if other in come else []
        if said:
            flows[one, other] = sum(said) / len(said)
        else:
            unknown.add((one, other))
    silent = tuple(town.key for town in towns if town.key not in told)
    return Exchange(flows, frozenset(unknown), silent, (year - table.note.pooled + 1, year), table)


def _series(table: Table, place: Place, members: Mapping[str, str]) -> Series:
    found = counts(table.of(place.key), "year", members)
    years = table.years(place.key)
    return Series(years, tuple(found.get(year, 0) for year in years), table)


def _breakdown(table: Table, place: Place, dimension: str, members: tuple[str, ...]) -> Breakdown:
    cells, years = table.of(place.key), table.years(place.key)
    totals = counts(cells, "year")
    values = {}
    for year in years:
        found = counts(cells.select(year=year), dimension)
        values[year] = tuple(found.get(member, 0) for member in members)
    return Breakdown(members, years, values, {year: totals.get(year, 0) for year in years}, table)
