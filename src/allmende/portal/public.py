"""The public folder as pages read it: the release in force, its tables and places, kept in memory per release.

Nothing here can reach the confidential store: only `release.json`, released tables and the region's folder are opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.conf import settings

from allmende.areas import Region, load_region
from allmende.areas.geometry import Shapes, read_geojson, to_metres
from allmende.cubes import ReleasedCube
from allmende.cubes.publication import CURRENT, DESCRIPTION, RELEASES, Publication, TableEntry, read_publication
from allmende.cubes.released import EVERYWHERE
from allmende.errors import AllmendeError
from allmende.parameters.classifications import classification
from allmende.portal.combining import coarser, combine, nests
from allmende.portal.places import Atlas, Place


class Table:
    """A released table ready for look-ups: cells sorted by area, so that an area is a slice.

    `parts` says of how many published figures each figure is the sum; 1 for a table as it was released.
    """

    def __init__(self, entry: TableEntry, cube: ReleasedCube, parts: int = 1) -> None:
        area = cube["area"]
        order = np.argsort(area.codes, kind="stable")
        self.entry, self.note, self.parts = entry, cube.note, parts
        self.cube = ReleasedCube(tuple(column.take(order) for column in cube.columns), cube.value[order], cube.note, cube.areas)
        self.labels = area.labels or ()
        self._position = {label: code for code, label in enumerate(self.labels)}
        self._starts = np.searchsorted(area.codes[order], np.arange(len(self.labels) + 1))
        self._margins = frozenset(frozenset(margin) for margin in cube.margins())

    def answers(self, dimensions: Iterable[str]) -> bool:
        """Return whether the margin of these dimensions was published."""
        return frozenset(dimensions) in self._margins

    def publishes(self, area: str) -> bool:
        """Return whether the table speaks of an area in any year."""
        return bool(self.years(area))

    def years(self, area: str) -> tuple[int, ...]:
        """Return the years in which an area is published in this table's detail."""
        return tuple(sorted(self.cube.areas.get(area) or self.cube.areas.get(EVERYWHERE, ())))

    @property
    def areas(self) -> tuple[str, ...]:
        """All areas that are named: published ones, and where everything is published those with anybody."""
        return tuple(sorted({*self.cube.areas, *self.labels} - {EVERYWHERE}))

    @property
    def all_years(self) -> tuple[int, ...]:
        """All years in which any area is published."""
        return tuple(sorted({year for years in self.cube.areas.values() for year in years}))

    def of(self, area: str) -> ReleasedCube:
        """Return the cells of one area."""
        code = self._position.get(area)
        first, last = (0, 0) if code is None else (int(self._starts[code]), int(self._starts[code + 1]))
        rows = np.arange(first, last)
        return ReleasedCube(tuple(c.take(rows) for c in self.cube.columns), self.cube.value[rows], self.note, self.cube.areas)

    def at(self, year: int, members: Mapping[str, str]) -> dict[str, int]:
        """Return the value of every area of one year: `members` where named, margins in the other dimensions."""
        cells = self.cube.select(year=year, **{**margin_of(self.cube), **members})
        values = {area: 0 for area, years in self.cube.areas.items() if year in years and area != EVERYWHERE}
        codes = cells["area"].codes.tolist()
        return values | {self.labels[code]: value for code, value in zip(codes, cells.value.tolist(), strict=True)}


def margin_of(cube: ReleasedCube) -> dict[str, str]:
    """Return the member that stands for "all" in each dimension."""
    return {column.name: "total" for column in cube.columns if column.name not in ("area", "year")}


class Shelf:
    """One release, opened: what it says of itself, its places, and its tables when somebody asks."""

    def __init__(self, folder: Path) -> None:
        self.publication: Publication = read_publication(folder)
        self.region: Region = load_region(folder / "region")
        self._tables: dict[str, Table] = {}

    @cached_property
    def atlas(self) -> Atlas:
        """The places that tables speak of, by key."""
        return Atlas(self.region)

    @cached_property
    def municipalities(self) -> Shapes:
        """The outlines of the municipalities, in degrees."""
        return read_geojson(self.publication.folder / "region" / "municipalities.geojson", "ags")

    @cached_property
    def districts(self) -> Shapes:
        """The outlines of all districts, in degrees; none if the region has none."""
        path = self.publication.folder / "region" / "districts.geojson"
        return read_geojson(path, "key") if path.is_file() else Shapes((), ())

    @cached_property
    def outlines(self) -> dict[str, Shapes]:
        """Municipalities and districts in metres of EPSG:3035, for drawing."""
        return {"municipality": to_metres(self.municipalities), "district": to_metres(self.districts)}

    @cached_property
    def sketches(self) -> dict[str, Any]:
        """The same outlines by key, without what a drawing cannot show (15 m)."""
        found: dict[str, Any] = {}
        for shapes in self.outlines.values():
            found |= zip(shapes.keys, shapely.simplify(np.array(shapes.polygons, dtype=object), 15), strict=True)
        return found

    @cached_property
    def km2(self) -> dict[str, float]:
        """The size of every municipality and district."""
        every = [
            (key, polygon)
            for shapes in self.outlines.values()
            for key, polygon in zip(shapes.keys, shapes.polygons, strict=True)
        ]
        return {key: float(polygon.area) / 1e6 for key, polygon in every}

    def table(self, entry: TableEntry, ages: str = "") -> Table | None:
        """Return a table, read once; in the bands of another classification of age if its own nest in them, else None."""
        own = entry.note.classification("age")
        if ages in ("", own):
            return self._kept(entry.note.table, lambda: Table(entry, self.publication.open(entry)))
        fine, coarse = classification("age", own), classification("age", ages)
        if not nests(fine, coarse):
            return None
        most = int(np.bincount(coarse.code(fine.lows)).max())
        source = self.publication.open
        return self._kept(f"{entry.note.table}/{ages}", lambda: Table(entry, coarser(source(entry), fine, coarse), most))

    def summed(self, table: Table, place: Place, members: Iterable[str]) -> Table:
        """Return a table of one place alone, added up from its parts."""
        group_of = dict.fromkeys(members, place.key)
        name = f"{table.note.table}/{table.note.classification('age')}/{place.key}"
        return self._kept(name, lambda: Table(table.entry, combine(table.cube, "area", group_of), table.parts * len(group_of)))

    def _kept(self, name: str, make: Callable[[], Table]) -> Table:
        if name not in self._tables:
            self._tables[name] = make()
        return self._tables[name]


@lru_cache(maxsize=3)
def _open(folder: Path) -> Shelf:
    return Shelf(folder)


def shelf(release: str = "") -> Shelf:
    """Return the release in force, or another one by its id.

    Raises AllmendeError if nothing was released yet or there is no such release.
    """
    public: Path = settings.ALLMENDE_PUBLIC
    folder = public / RELEASES / release if release else public / CURRENT
    if release and release not in releases():
        raise AllmendeError(f"There is no release {release!r}.", expected="one of the list", todo="Choose one from the list.")
    if not (folder / DESCRIPTION).is_file():
        raise AllmendeError(
            "There is no release in force.",
            where=str(public),
            expected="a public folder",
            todo="Publish a release with `allmende release build`, and name the folder with --public.",
        )
    return _open(folder.resolve())


def releases() -> list[str]:
    """Return the ids of all published releases, the newest name last."""
    folder: Path = settings.ALLMENDE_PUBLIC / RELEASES
    return sorted(path.name for path in folder.iterdir() if (path / DESCRIPTION).is_file()) if folder.is_dir() else []
