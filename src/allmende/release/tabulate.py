"""Exact tables: one fold on the engine per table, its margins folded from the result. Confidential throughout."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from allmende.areas.hierarchy import Region
from allmende.areas.keys import LAENDER
from allmende.cubes import Cells, Column, Manifest, fold
from allmende.cubes.base import MEMBERS
from allmende.cubes.columns import Ints
from allmende.cubes.released import EVERYWHERE
from allmende.engine import Engine, Frame, fold_cells
from allmende.errors import AllmendeError
from allmende.parameters.classifications import classification
from allmende.release.catalogue import EACH, Catalogue, Margin, Table
from allmende.release.geographies import GRIDS, area_column, areas_of, base_column, district_of, regroup

Year = TypeVar("Year", int, Ints)

NO_COLUMN = -1
"""Code of members that a classification leaves without a column: they stand in totals only."""


class Store(Protocol):
    """Where base cells lie: the hub's store."""

    def frame(self, engine: Engine, kind: str, series: str) -> Frame:
        """Open all base cells of a kind and series."""

    def manifests(self) -> Sequence[Manifest]:
        """Return what every delivered cube says of itself."""


@dataclass(frozen=True, slots=True)
class Source:
    """The base cells of a region on an engine; what was folded once is kept for the next table."""

    store: Store
    engine: Engine
    region: Region
    _folded: dict[tuple[str, ...], Cells] = field(default_factory=dict)
    _delivered: dict[tuple[str, str], dict[int, set[str]]] = field(default_factory=dict)

    def fold(self, kind: str, series: str, by: tuple[str, ...], residence: str = "all") -> Cells:
        """Return base cells folded by some of their columns, of persons with a main or secondary residence or of all."""
        asked = (kind, series, residence, *by)
        if asked not in self._folded:
            frame = self.store.frame(self.engine, kind, series)
            counted = frame if residence == "all" else frame.filter(nw.col("residence") == residence)
            self._folded[asked] = fold_cells(counted, by)
        return self._folded[asked]

    def delivered(self, kind: str, series: str) -> Mapping[int, set[str]]:
        """Return which municipalities delivered, by year, of a kind and series."""
        if not self._delivered:
            for manifest in self.store.manifests():
                years = self._delivered.setdefault((manifest.kind, f"{manifest.key_date:%m-%d}"), {})
                years.setdefault(manifest.key_date.year, set()).add(manifest.ags)
        return self._delivered.get((kind, series), {})


@dataclass(frozen=True, slots=True)
class Counted:
    """A table's exact cells: for each published margin the cells by `area`, `year` and the margin's dimensions.

    `areas` says which areas are counted in which years, as `ReleasedCube.areas`.
    """

    table: Table
    years: tuple[int, ...]
    margins: Mapping[Margin, Cells]
    areas: Mapping[str, tuple[int, ...]]


def tabulate(source: Source, table: Table) -> Counted:
    """Count a table with all its margins; without cells if the store has no year of it (with `pooled`: no complete window)."""
    place = base_column(table.geography)
    cells = _count(source, table, (place,), table.names) if published_years(source, table) else _nobody(table, source.region)
    area = area_column(cells[place], table.geography, source.region)
    placed = Cells((area, *cells.columns[1:]), cells.n, cells.key)
    finest = fold(placed, ("area", "year", *table.names))
    margins = {margin: fold(_with_columns(finest, margin), ("area", "year", *margin)) for margin in table.margins}
    return Counted(table, published_years(source, table), margins, _areas(source, table))


def tabulate_by(source: Source, table: Table, places: tuple[str, ...], margin: Margin) -> Cells:
    """Count one margin of a table by base columns (`ags`, `district`, `cell`), its published years and bands."""
    return _with_columns(_count(source, table, places, margin), margin)


def _count(source: Source, table: Table, places: tuple[str, ...], margin: Margin) -> Cells:
    """Count a margin with those whose members have no column, for they belong to the totals above."""
    columns = tuple("origin_district" if name == "origin" else name for name in margin)
    base = source.fold(table.cube, table.series, (*places, *columns, "year"), table.residence)
    year = Column("year", _window(base["year"].codes, table.pooled))
    classified = [_classify(base[column], name, table, source.region) for column, name in zip(columns, margin, strict=True)]
    kept = np.isin(year.codes, published_years(source, table))
    cells = Cells((*(base[place] for place in places), year, *classified), base.n, base.key).take(kept)
    return fold(cells, (*places, "year", *margin))


def _with_columns(cells: Cells, margin: Margin) -> Cells:
    """Return the cells whose members have a column of their own in every dimension of a margin."""
    kept = np.ones(len(cells), dtype=np.bool_)
    for name in margin:
        kept &= cells[name].codes != NO_COLUMN
    return cells if kept.all() else cells.take(kept)


def published_years(source: Source, table: Table) -> tuple[int, ...]:
    """Return a table's years: those that anybody delivered, or complete windows of them."""
    delivered = source.delivered(table.cube, table.series)
    return tuple(year for year in sorted(delivered) if ends_window(year, table.pooled) and _complete(delivered, year, table))


def counted_in(source: Source, table: Table) -> dict[int, frozenset[str]]:
    """Return which municipalities are counted in each of a table's years."""
    delivered = source.delivered(table.cube, table.series)
    return {year: frozenset(_complete(delivered, year, table)) for year in published_years(source, table)}


def with_data(source: Source, catalogue: Catalogue, elsewhere: Collection[str] = ()) -> tuple[Catalogue, tuple[str, ...]]:
    """Return the catalogue's tables of which anything was delivered, and a sentence for each of the others.

    `elsewhere` names tables of which there is something beside the store. Raises AllmendeError if nothing was delivered of any.
    """
    empty = [table for table in catalogue.tables if table.id not in elsewhere and not published_years(source, table)]
    errors = [_nothing_to_show(source, table) for table in empty]
    if len(empty) == len(catalogue.tables):
        raise errors[0]
    kept = tuple(table for table in catalogue.tables if table not in empty)
    return Catalogue(catalogue.title, kept), tuple(f"{error.what} {error.where}" for error in errors)


def _nothing_to_show(source: Source, table: Table) -> AllmendeError:
    return AllmendeError(
        f"Table {table.id!r} has nothing to show.",
        where=f"store of {table.cube}, series {table.series}: years {sorted(source.delivered(table.cube, table.series))}",
        expected=f"a complete window of {table.pooled} years" if table.pooled > 1 else "at least one year",
        todo="Let the offices deliver these years, or take the table out of the catalogue.",
    )


def _nobody(table: Table, region: Region) -> Cells:
    """Return no cells, with the columns of a table's count."""
    none = np.zeros(0, dtype=np.int64)
    numbered = base_column(table.geography) == "cell"
    place = Column(base_column(table.geography), none, None if numbered else ())
    columns = [Column(name, none, members(name, table, region)) for name in table.names]
    return Cells((place, Column("year", none), *columns), none, none.astype(np.uint32))


def _complete(delivered: Mapping[int, set[str]], end: int, table: Table) -> set[str]:
    """Return who delivered every year of the window that ends with a year."""
    return set.intersection(*(delivered.get(year, set()) for year in range(end - table.pooled + 1, end + 1)))


def ends_window(year: int | Ints, length: int) -> NDArray[np.bool_]:
    """Say of a year, or of each, whether it is the last of a window of so many years."""
    return np.asarray(_window(np.asarray(year), length) == year)


def _window(year: Year, length: int) -> Year:
    """Return the last year of the window of a year."""
    return year // length * length + length - 1


def _areas(source: Source, table: Table) -> dict[str, tuple[int, ...]]:
    """Say which areas are counted when: districts of whoever delivered; cells everywhere, as their list would tell much."""
    years = published_years(source, table)
    delivered = source.delivered(table.cube, table.series)
    if table.geography in GRIDS:
        return {EVERYWHERE: years}
    found: dict[str, set[int]] = {}
    for year in years:
        for ags in sorted(_complete(delivered, year, table)):
            for area in areas_of(source.region, ags, table.geography):
                found.setdefault(area, set()).add(year)
    return {area: tuple(sorted(found[area])) for area in sorted(found)}


def members(dimension: str, table: Table, region: Region) -> tuple[str, ...]:
    """Return all labels of a dimension of a table, occurring or not: a list of what occurs would be a leak."""
    bands = table.labels(dimension)
    if bands is not None:
        return bands
    if dimension == "counterpart":
        lands = sorted({*LAENDER, *(m.ags[:2] for m in region.municipalities)})
        return (*sorted(m.ags for m in region.municipalities), *lands, "abroad", "unknown")
    if dimension == "origin":
        level = dict(table.dimensions)["origin"]
        return tuple(sorted({area for m in region.municipalities for area in areas_of(region, m.ags, level)}))
    return MEMBERS[dimension]


def _classify(column: Column, name: str, table: Table, region: Region) -> Column:
    labels = members(name, table, region)
    classes = dict(table.dimensions)[name]
    if name == "origin":
        return regroup(column, name, district_of(region, classes)).relabel(labels)
    if classes == EACH:
        return column.relabel(labels)
    if name != "age":
        codes = {label: code for code, label in enumerate(labels)}
        lookup = np.array([codes.get(label, NO_COLUMN) for label in MEMBERS[name]], dtype=np.int64)
        return Column(name, lookup[column.relabel(MEMBERS[name]).codes], labels)
    return Column(name, classification(name, classes).code(column.codes), labels)
