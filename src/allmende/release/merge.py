"""One table as it leaves the house: what the hub protected, and what offices protected, put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from allmende.areas.geometry import Shapes
from allmende.areas.hierarchy import Region
from allmende.cubes import Column, ReleasedCube
from allmende.cubes.columns import TOTAL, Ints, stack
from allmende.cubes.publication import Words
from allmende.cubes.released import EVERYWHERE, TableNote
from allmende.release.catalogue import Table
from allmende.release.crossing import crossing_cells
from allmende.release.geographies import GRIDS
from allmende.release.shares import NOT_THEN, YEARS_APART, Missing, Shares, by_area

Areas = Mapping[str, tuple[int, ...]]
Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A table as it is published, `missing` with what it lacks.

    `draws` says of each value how many separately protected parts were added up in it: so many draws of noise it carries
    (0: an exact total). `at_source` marks the values in which an office's own part stands.
    """

    table: Table
    cube: ReleasedCube
    draws: Ints
    at_source: Marks
    missing: tuple[Missing, ...]

    @property
    def years(self) -> tuple[int, ...]:
        """The years that are published of at least one area."""
        return tuple(sorted({year for years in self.cube.areas.values() for year in years}))

    @property
    def summed(self) -> int:
        """The number of values that are sums of several protected parts."""
        return int((self.draws > 1).sum())


@dataclass(frozen=True, slots=True)
class Part:
    """One source of a table: whom it counts in which year, and its protected values."""

    counts: Mapping[int, frozenset[str]]
    cube: ReleasedCube

    def speaks(self, area: str, year: int, of: frozenset[str]) -> bool:
        """Say whether an area is published here for people of some municipalities."""
        return bool(self.counts.get(year, frozenset()) & of) and self.cube.covers(area, year)


def put_together(own: Part | None, shares: Shares, note: TableNote, region: Region, outlines: Shapes | None) -> Outgoing:
    """Put the hub's own part of a table, if it has one, and the offices' shares together.

    Districts belong to one office each and are taken as they are. The region, and grid cells on borders, are sums of parts
    that were protected separately; they are published only if every part is there, since a sum without one is too low.
    """
    if own and not shares.offices and shares.table.geography != "region":
        draws = np.where(_exact(own.cube, shares.table), 0, 1)
        return Outgoing(shares.table, own.cube, draws, np.zeros(len(own.cube), dtype=np.bool_), ())
    parts = ([own] if own else []) + [Part(dict.fromkeys(s.years, frozenset({s.ags})), s.cube) for s in shares.parts]
    columns = [_under_one_another([part.cube[name] for part in parts]) for name in ("area", "year", *shares.table.names)]
    value = np.concatenate([part.cube.value for part in parts])
    source = np.repeat(np.arange(len(parts)), [len(part.cube) for part in parts])
    areas, left_out = _coverage(parts, shares, columns, region, outlines)
    kept = _covered(columns[0], columns[1].codes, areas)
    codes = np.array([column.codes[kept] for column in columns])
    unique, place, draws = np.unique(codes, axis=1, return_inverse=True, return_counts=True)
    total, quiet = np.zeros(unique.shape[1], dtype=np.int64), np.zeros(unique.shape[1], dtype=np.bool_)
    np.add.at(total, place.ravel(), value[kept])
    np.logical_or.at(quiet, place.ravel(), source[kept] >= (1 if own else 0))
    merged = [replace(column, codes=row) for column, row in zip(columns, unique, strict=True)]
    cube = ReleasedCube((_used_labels(merged[0]), *merged[1:]), total, note, areas)
    draws = np.where(_exact(cube, shares.table), 0, draws)
    return Outgoing(shares.table, cube, draws, quiet, (*shares.missing, *_not_then(parts, shares), *left_out))


def _exact(cube: ReleasedCube, table: Table) -> Marks:
    rows = np.full(len(cube), table.exact_totals)
    for column in cube.columns[2:]:
        rows &= column.codes == TOTAL
    return rows


def _not_then(parts: Sequence[Part], shares: Shares) -> Iterator[Missing]:
    """Name the years that an office at the source lacks and others have."""
    spoken = {year for part in parts for year in part.counts}
    for ags in dict.fromkeys(share.ags for share in shares.parts):
        absent = spoken.difference(*(share.years for share in shares.parts if share.ags == ags))
        if absent:
            yield Missing(shares.table.id, (ags,), tuple(sorted(absent)), NOT_THEN)


def _coverage(
    parts: Sequence[Part], shares: Shares, columns: Sequence[Column], region: Region, outlines: Shapes | None
) -> tuple[Areas, tuple[Missing, ...]]:
    """Say which areas are published when, and what had to be left out because a part is missing."""
    if shares.table.geography in GRIDS:
        return _grid(parts, shares, columns, region, outlines)
    if shares.table.geography == "region":
        return _whole_region(parts, shares.table, region)
    areas: dict[str, set[int]] = {}
    for part in parts:
        for area, years in part.cube.areas.items():
            areas.setdefault(area, set()).update(years)
    return {area: tuple(sorted(areas[area])) for area in sorted(areas)}, ()


def _whole_region(parts: Sequence[Part], table: Table, region: Region) -> tuple[Areas, tuple[Missing, ...]]:
    everybody = frozenset(municipality.ags for municipality in region.municipalities)
    why = Words("ohne sie wäre die Summe der Region zu niedrig", "without them the region's sum would be too low")
    complete, missing = [], []
    for year in sorted({year for part in parts for years in part.cube.areas.values() for year in years}):
        counted = frozenset[str]().union(*(part.counts.get(year, ()) for part in parts if part.cube.covers(region.id, year)))
        if counted == everybody:
            complete.append(year)
        else:
            missing.append(Missing(table.id, tuple(sorted(everybody - counted)), (year,), why))
    return {region.id: tuple(complete)} if complete else {}, tuple(missing)


def _grid(
    parts: Sequence[Part], shares: Shares, columns: Sequence[Column], region: Region, outlines: Shapes | None
) -> tuple[Areas, tuple[Missing, ...]]:
    """Publish a cell that several offices count only if each of its parts is published.

    If all speak of a year and there is no least count, a cell that is not there has nobody; else the cells are listed, for
    of the others nothing is known.
    """
    area, pairs = columns[0], np.unique(columns[0].codes * YEARS_APART + columns[1].codes)
    trusted = frozenset(m.ags for m in region.municipalities) - set(shares.offices)
    parties = [frozenset({ags}) for ags in shares.offices] + ([trusted] if trusted else [])
    size = GRIDS[shares.table.geography]
    crossing = crossing_cells(
        [(area.labels or ())[code] for code in np.unique(area.codes)], size, region, outlines, shares.offices
    )
    listed, left_out = [], set()
    for label, years in by_area(area, pairs).items():
        needed = [party for party in parties if party & crossing.get(label, frozenset())]
        for year in years:
            if all(any(part.speaks(label, year, party) for part in parts) for party in needed):
                listed.append((label, year))
            else:
                left_out.add((label, year))
    areas = _areas_of_cells(listed, parts, parties)
    return areas, _why_left_out(left_out, crossing, shares, outlines)


def _areas_of_cells(
    listed: Sequence[tuple[str, int]], parts: Sequence[Part], parties: Sequence[frozenset[str]]
) -> dict[str, tuple[int, ...]]:
    spoken = {year for part in parts for year in part.cube.areas.get(EVERYWHERE, ())}
    everywhere = {
        year for year in spoken if all(any(part.speaks(EVERYWHERE, year, party) for part in parts) for party in parties)
    }
    areas: dict[str, list[int]] = {EVERYWHERE: sorted(everywhere)} if everywhere else {}
    for label, year in listed:
        if year not in everywhere:
            areas.setdefault(label, []).append(year)
    return {label: tuple(areas[label]) for label in sorted(areas)}


def _why_left_out(
    left_out: set[tuple[str, int]], crossing: Mapping[str, frozenset[str]], shares: Shares, outlines: Shapes | None
) -> tuple[Missing, ...]:
    missing = []
    if left_out:
        quiet = sorted({ags for label, _ in left_out for ags in crossing[label] if ags in shares.offices})
        cells, years = len({label for label, _ in left_out}), tuple(sorted({year for _, year in left_out}))
        why = Words(
            f"Zellen auf Gemeindegrenzen: {cells} fehlen, weil der Anteil einer Gemeinde fehlt oder zu klein ist",
            f"cells on borders: {cells} left out, as the part of one municipality is missing or too small",
        )
        missing.append(Missing(shares.table.id, tuple(quiet), years, why))
    if outlines is None:
        why = Words(
            "ohne Umrisse der Gemeinden ist nicht bekannt, welche Zellen auf Grenzen liegen: dort können Werte zu niedrig sein",
            "without outlines of municipalities nobody knows which cells lie on borders: values may be too low there",
        )
        missing.append(Missing(shares.table.id, shares.offices, (), why))
    return tuple(missing)


def _covered(area: Column, year: Ints, areas: Areas) -> Marks:
    labels = area.labels or ()
    shown = [code * YEARS_APART + each for code, name in enumerate(labels) for each in areas.get(name, ())]
    return np.isin(area.codes * YEARS_APART + year, shown) | np.isin(year, areas.get(EVERYWHERE, ()))


def _used_labels(area: Column) -> Column:
    """Drop labels of areas without a value: on grids their list would tell which cells are inhabited."""
    used, codes = np.unique(area.codes, return_inverse=True)
    return replace(area, codes=codes.astype(np.int64), labels=tuple((area.labels or ())[code] for code in used))


def _under_one_another(parts: Sequence[Column]) -> Column:
    """Put columns under one another; equal labels keep their order, as bands of ages must."""
    if all(part.labels == parts[0].labels for part in parts):
        return replace(parts[0], codes=np.concatenate([part.codes for part in parts]))
    return stack(parts)
