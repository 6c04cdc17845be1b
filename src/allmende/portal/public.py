"""The public folder as pages read it: the release in force, its tables and places, kept in memory per release.

Nothing here can reach the confidential store: only `release.json`, released tables and the region's folder are opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from django.conf import settings

from allmende.areas import Region, load_region
from allmende.areas.geometry import Shapes, read_geojson, to_metres
from allmende.cubes import ReleasedCube
from allmende.cubes.columns import TOTAL, Ints
from allmende.cubes.publication import CURRENT, DESCRIPTION, RELEASES, Publication, TableEntry, read_publication
from allmende.errors import AllmendeError
from allmende.portal.places import Atlas


class Table:
    """A released table ready for look-ups: cells sorted by area, so that an area is a slice."""

    def __init__(self, entry: TableEntry, cube: ReleasedCube) -> None:
        area = cube["area"]
        order = np.argsort(area.codes, kind="stable")
        self.entry, self.note = entry, cube.note
        self.cube = ReleasedCube(tuple(column.take(order) for column in cube.columns), cube.value[order], cube.note, cube.areas)
        self.labels = area.labels or ()
        self._position = {label: code for code, label in enumerate(self.labels)}
        self._starts = np.searchsorted(area.codes[order], np.arange(len(self.labels) + 1))
        self._margins = margins(cube)

    def answers(self, dimensions: Iterable[str]) -> bool:
        """Return whether the margin of these dimensions (of main residences, where residence is told) was published."""
        told = {name for name, _classes in self.note.dimensions}
        return frozenset(dimensions) | (told & {"residence"}) in self._margins

    def publishes(self, area: str) -> bool:
        """Return whether the table speaks of an area in any year."""
        return bool(self.cube.areas.get(area))

    def years(self, area: str) -> tuple[int, ...]:
        """Return the years in which an area is published in this table's detail."""
        return tuple(sorted(self.cube.areas.get(area, ())))

    def of(self, area: str) -> ReleasedCube:
        """Return the cells of one area."""
        code = self._position.get(area)
        first, last = (0, 0) if code is None else (int(self._starts[code]), int(self._starts[code + 1]))
        return self._rows(np.arange(first, last))

    def at(self, year: int, members: Mapping[str, str]) -> dict[str, int]:
        """Return the value of every area of one year: `members` where named, margins (main residence) elsewhere."""
        mask = self.cube["year"].codes == year
        for name, member in {**margin_of(self.cube), **members}.items():
            labels = self.cube[name].labels or ()
            code = TOTAL if member == "total" else labels.index(member) if member in labels else TOTAL - 1
            mask &= self.cube[name].codes == code
        values = {area: 0 for area, years in self.cube.areas.items() if year in years}
        codes, found = self.cube["area"].codes[mask].tolist(), self.cube.value[mask].tolist()
        return values | {self.labels[code]: value for code, value in zip(codes, found, strict=True)}

    def _rows(self, rows: Ints) -> ReleasedCube:
        return ReleasedCube(tuple(c.take(rows) for c in self.cube.columns), self.cube.value[rows], self.note, self.cube.areas)


def margins(cube: ReleasedCube) -> frozenset[frozenset[str]]:
    """Return the combinations of dimensions that a table publishes, read from its cells."""
    dimensions = [column for column in cube.columns if column.name not in ("area", "year")]
    bits = sum(
        (np.int64(1 << i) * (column.codes != TOTAL) for i, column in enumerate(dimensions)), np.zeros(len(cube), np.int64)
    )
    found = np.unique(bits).tolist()
    return frozenset(frozenset(column.name for i, column in enumerate(dimensions) if bit >> i & 1) for bit in found)


def margin_of(cube: ReleasedCube) -> dict[str, str]:
    """Return the member that stands for "all" in each dimension: the margin, and the main residence where residence is told."""
    dimensions = [column.name for column in cube.columns if column.name not in ("area", "year")]
    return {name: "main" if name == "residence" else "total" for name in dimensions}


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

    def table(self, entry: TableEntry) -> Table:
        """Return a table, read once."""
        name = entry.note.table
        if name not in self._tables:
            self._tables[name] = Table(entry, self.publication.open(entry))
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
