"""What a release tells of the past: its tables as the counts from which a projection is estimated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.areas.region import Region
from allmende.cubes.publication import Publication, TableEntry
from allmende.cubes.released import ReleasedCube
from allmende.errors import AllmendeError
from allmende.outlook.tables import dense
from allmende.parameters.classifications import classification
from allmende.projection.counts import Counts, Figures

Floats = NDArray[np.float64]

YEAR_END = "12-31"
SEXES = ("w", "m")
DIRECTIONS = ("in", "out")
EVERYBODY = ("all",)
MARGINS = (("sex", "age"), ("age",), ("sex",), ())
"""Margins of the stock that tell something, if they are published: each was protected by itself."""
LAST = 9999
MEAN_TO_VARIANCE = np.pi / 2
"""A normal deviate of variance 1 is off by √(2/π) on average: the mean deviation, squared, times this is the variance."""


CUBES_DE = {"stock": "Bestand", "deaths": "Sterbefälle", "births": "Geburten"}
PLACES_DE = {"municipality": "Gemeinde", "region": "Region"}
NAMES_DE = {"age": "Alter", "sex": "Geschlecht"}


class TooCoarse(AllmendeError):
    """A release lacks a table without which nothing can be projected; `de` and `en` say which."""

    def __init__(self, cube: str, geography: str, names: tuple[str, ...], age: str, where: str) -> None:
        detail = " × ".join(names) + (f", {age} years" if age else "")
        detail_de = " × ".join(NAMES_DE[name] for name in names) + (", Einzelalter" if age else "")
        self.de = f"Es fehlt eine Tabelle {CUBES_DE[cube]} je {PLACES_DE[geography]} nach {detail_de}."
        self.en = f"There is no table of {cube} by {geography} with {detail}."
        super().__init__(
            self.en,
            where=where,
            expected="tables as in the default catalogue",
            todo="Release such a table; a projection is estimated from it.",
        )


@dataclass(frozen=True, slots=True)
class Places:
    """The areas that a projection tells apart: finest districts, or a municipality that has none."""

    units: tuple[str, ...]
    parents: tuple[str, ...]

    @property
    def municipalities(self) -> tuple[str, ...]:
        """AGS of all members, sorted: the order of arrays by municipality."""
        return tuple(sorted(set(self.parents)))


def find_places(region: Region) -> Places:
    """Return the units of a region, municipality by municipality."""
    units: list[str] = []
    parents: list[str] = []
    for town in sorted(region.municipalities, key=lambda each: each.ags):
        finest = [district.key for district in region.finest(town.ags)] or [town.ags]
        units += finest
        parents += [town.ags] * len(finest)
    return Places(tuple(units), tuple(parents))


def read_counts(
    publication: Publication, region: Region, audiences: Sequence[str] = ("public",), until: int | None = None
) -> Counts:
    """Gather from a release everything that a projection is estimated from, up to a year (the last one if None).

    Only tables for the `audiences` are read, so the projection may be shown to them. The noise of each table follows from its
    published mean deviation, as if deviations were normal. Persons whose district is unknown stand in their
    municipality's figures only. Groups are not told apart: a release carries nationality by age for too few places.

    Raises `AllmendeError` naming the table that a projection cannot do without.
    """
    shelf = _Shelf(publication, tuple(audiences), until or LAST)
    places = find_places(region)
    towns = places.municipalities
    by_town = shelf.need("stock", "municipality", ("age", "sex"), age="single")
    by_unit = shelf.find("stock", "district", ("age", "sex")) or shelf.find("stock", "district", ("age",))
    deaths, births = shelf.find("deaths", "municipality", ("sex",)), shelf.find("births", "municipality", ())
    moves = shelf.find("external_moves", "municipality", ("direction", "age"))
    within = shelf.find("internal_moves", "municipality", ("age",))
    pooled = shelf.find("external_moves", "municipality", ("direction", "counterpart"), pooled=True)
    crossed = shelf.find("internal_moves", "district_1", ("origin",), pooled=True)
    years = by_town.years
    stock = [_stock(by_town, years, towns, names) for names in MARGINS if by_town.shows(names)]
    if by_unit:
        stock += [_stock(by_unit, years, places.units, names, by_unit=True) for names in MARGINS if by_unit.shows(names)]
    counterparts, counterpart = _counterparts(pooled, towns) if pooled else ((), None)
    return Counts(
        units=places.units,
        parents=places.parents,
        groups=EVERYBODY,
        years=years,
        stock=tuple(stock),
        deaths_by_age=_by_region(shelf.need("deaths", "region", ("age",)), years, region.id),
        births_by_age=_by_region(shelf.need("births", "region", ("age",)), years, region.id),
        deaths=(Figures(dense(deaths.cube, {"year": years, "area": towns, "sex": SEXES}), deaths.noise()),) if deaths else (),
        births=(Figures(dense(births.cube, {"year": years, "area": towns}), births.noise()),) if births else (),
        moves=(_moves(moves, years, towns),) if moves else (),
        counterparts=counterparts,
        counterpart=counterpart,
        counterpart_years=pooled.entry.note.pooled if pooled else 1,
        within=Figures(dense(within.cube, {"year": years, "area": towns, "age": within.ages}), within.noise(), within.lows)
        if within
        else None,
        crossing=_crossing(crossed, region) if crossed else None,
    )


def noise_of(entry: TableEntry) -> float:
    """Return the variance of a protected figure, as if deviations were normal."""
    return float(MEAN_TO_VARIANCE * entry.accuracy.mean_deviation**2)


@dataclass(frozen=True, slots=True)
class _Table:
    """An opened table of a release."""

    entry: TableEntry
    cube: ReleasedCube
    until: int

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted({year for years in self.cube.areas.values() for year in years if year <= self.until}))

    @property
    def lows(self) -> tuple[int, ...]:
        """First ages of its bands; the band of unknown ages begins at 0."""
        bands = classification("age", self.entry.note.classification("age"))
        return tuple(max(low, 0) for low in bands.lows.tolist())

    @property
    def ages(self) -> tuple[str, ...]:
        return classification("age", self.entry.note.classification("age")).labels

    def shows(self, names: Sequence[str]) -> bool:
        """Return whether the margin of these dimensions is published."""
        return set(names) in [set(margin) for margin in self.cube.margins()]

    def noise(self, *, total: bool = False) -> float:
        """Return the variance of a figure, 0 for totals that the release gives exactly."""
        if total and self.entry.note.exact:
            return 0.0
        return noise_of(self.entry)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The tables of a release that the audiences may read."""

    publication: Publication
    audiences: tuple[str, ...]
    until: int

    def find(self, cube: str, geography: str, names: tuple[str, ...], *, age: str = "", pooled: bool = False) -> _Table | None:
        """Return a table of the population or of its events that publishes this margin; None without one."""
        for entry in self.publication.find(cube=cube, geography=geography, dimensions=names, key_date=YEAR_END):
            note = entry.note
            if (
                note.audience not in self.audiences
                or (note.pooled > 1) != pooled
                or (age and note.classification("age") != age)
            ):
                continue
            opened = self.publication.open(entry)
            table = _Table(entry, opened, self.until)
            if table.years and table.shows(names):
                return table
        return None

    def need(self, cube: str, geography: str, names: tuple[str, ...], *, age: str = "") -> _Table:
        """Return a table, or say that a projection cannot do without it."""
        found = self.find(cube, geography, names, age=age)
        if found is None:
            raise TooCoarse(
                cube, geography, names, age, f"release {self.publication.id}, tables for {', '.join(self.audiences)}"
            )
        return found


def _stock(
    table: _Table, years: Sequence[int], places: Sequence[str], names: Sequence[str], *, by_unit: bool = False
) -> Figures:
    """Return a margin of the stock with axes [Y, 1, P, sex or 1, band or 1]."""
    axes: dict[str, Sequence[str | int]] = {"year": years, "area": places}
    axes |= {"sex": SEXES} if "sex" in names else {}
    axes |= {"age": table.ages} if "age" in names else {}
    value = dense(table.cube, axes)[:, None]
    value = value if "sex" in names else value[:, :, :, None]
    value = value if "age" in names else value[..., None]
    return Figures(value, table.noise(total=not names), table.lows if "age" in names else (0,), by_unit)


def _by_region(table: _Table, years: Sequence[int], region: str) -> Figures:
    """Return events of the region by year and age (of the mother, at a birth); sexes or groups are not told apart [Y, 1, B]."""
    return Figures(dense(table.cube, {"year": years, "area": [region], "age": table.ages}), table.noise(), table.lows)


def _moves(table: _Table, years: Sequence[int], towns: Sequence[str]) -> Figures:
    value = dense(table.cube, {"year": years, "direction": DIRECTIONS, "area": towns, "age": table.ages})
    return Figures(value[:, :, :, None], table.noise(), table.lows)


def _counterparts(table: _Table, towns: Sequence[str]) -> tuple[tuple[str, ...], Figures]:
    """Return from where and to where people moved in the years pooled last; whatever is not abroad is the country."""
    labels = table.cube["counterpart"].labels or ()
    places = (*towns, "country", "abroad")
    value = dense(table.cube, {"year": table.years[-1:], "direction": DIRECTIONS, "area": towns, "counterpart": labels})[0]
    target = np.zeros((len(labels), len(places)))
    target[np.arange(len(labels)), [places.index(label if label in places else "country") for label in labels]] = 1
    return places, Figures(value @ target, table.noise())


def _crossing(table: _Table, region: Region) -> Floats:
    """Return the part of each municipality's moves that crosses a border between its units, NaN where it is not known.

    Known are moves between districts of the first level, unless they were too few to publish. A municipality is known if
    all its districts are published and are its units. Where units are finer, most moves that stay in a district cross borders
    of units unseen; where districts are missing, they are the small ones that most moves cross into. There "by population" is
    closer (docs/methods/projection.md, "From a release").
    """
    towns = sorted(town.ags for town in region.municipalities)
    origins = table.cube["origin"].labels or ()
    found = np.full(len(towns), np.nan)
    for at, ags in enumerate(towns):
        own = [district.key for district in region.finest(ags) if district.level == 1]
        if not own or not set(own) <= set(origins):
            continue
        moves = dense(table.cube, {"year": table.years[-1:], "area": own, "origin": own})[0]
        if np.isfinite(moves).all() and moves.sum() > 0:
            found[at] = 1 - np.trace(moves) / moves.sum()
    return found
