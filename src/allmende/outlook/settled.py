"""Where people live and by which roads they go: released cells with their municipality, and minutes to places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from allmende.areas.geometry import read_geojson
from allmende.areas.grid import corner, parse_cell_id
from allmende.areas.projection import to_wgs84
from allmende.areas.region import Region
from allmende.areas.roads import Roads, main_component, metres_between, read_geojson_roads
from allmende.cubes.publication import Publication
from allmende.needs.reach import nearest_facility, snap, straight_ways, travel_minutes
from allmende.outlook.tables import dense
from allmende.parameters import load

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROADS = "facilities/roads.geojson"
"""Where a public folder has its roads."""

SIZES = (500, 1000, 5000)
"""Cells in metres from which people start, the finest that was released."""

YEAR_END = "12-31"


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """People of the last released year, by place `[places]`: position in degrees, and the position of their municipality.

    `size` is that of the cells in metres, 0 where a municipality is one point. Names are those of `towns` (AGS).
    """

    year: int
    size: int
    towns: tuple[str, ...]
    lon: Floats
    lat: Floats
    people: Floats
    town: Ints

    def of(self, ags: str) -> Ints:
        """Return the positions of a municipality's places."""
        return np.flatnonzero(self.town == self.towns.index(ags))

    def middle(self, ags: str) -> tuple[float, float]:
        """Return the place of a municipality to which its people have the shortest ways in sum, as the crow flies."""
        at = self.of(ags)
        lon, lat = self.lon[at], self.lat[at]
        apart = metres_between(lon[:, None], lat[:, None], lon[None], lat[None])
        best = at[int((self.people[at] @ apart).argmin())]
        return float(self.lon[best]), float(self.lat[best])

    def means(self, values: Floats) -> Floats:
        """Return means over the people of each municipality `[towns, k]` of values `[places, k]`."""
        weight = np.zeros((len(self.towns), len(self.people)))
        weight[self.town, np.arange(len(self.people))] = self.people
        means: Floats = weight @ values / weight.sum(axis=1)[:, None]
        return means


def read_settled(publication: Publication, region: Region) -> Settled:
    """Read where people live from the finest grid that a release has for everybody.

    A cell belongs to the municipality in which its middle lies, or to the nearest one. A municipality without a populated cell
    is one point within its outline with all its people, and so are all where no grid was released.
    """
    shapes = read_geojson(publication.folder / "region" / "municipalities.geojson", "ags")
    towns = tuple(town.ags for town in region.municipalities)
    polygons = [shapes[ags] for ags in towns]
    size, year, lon, lat, people = _cells(publication)
    town = np.asarray(shapely.STRtree(polygons).nearest(shapely.points(lon, lat)), dtype=np.int64)
    alone = np.setdiff1d(np.arange(len(towns)), town)
    if len(alone):
        table = publication.find(cube="stock", geography="municipality", key_date=YEAR_END, audience="public")[0]
        year = table.years[-1]
        of_towns = dense(publication.open(table), {"area": towns, "year": [year]})[:, 0]
        points = [polygons[at].representative_point() for at in alone.tolist()]
        lon, lat = np.append(lon, [p.x for p in points]), np.append(lat, [p.y for p in points])
        people, town = np.append(people, np.nan_to_num(of_towns[alone])), np.append(town, alone)
    return Settled(year, size, towns, lon, lat, people, town)


def _cells(publication: Publication) -> tuple[int, int, Floats, Floats, Floats]:
    """Return size, year, position and people of the finest cells; nothing if there are none."""
    for size in SIZES:
        found = publication.find(cube="stock", geography=f"grid_{size}", key_date=YEAR_END, audience="public")
        if not found:
            continue
        cube, year = publication.open(found[0]), found[0].years[-1]
        labels = [label for label in cube["area"].labels or () if label.startswith("CRS")]
        people = np.nan_to_num(dense(cube, {"area": labels, "year": [year]})[:, 0])
        there = np.flatnonzero(people > 0)
        east, north = corner(np.array([parse_cell_id(labels[at])[0] for at in there], dtype=np.int64))
        lon, lat = to_wgs84(east + size / 2, north + size / 2)
        return size, year, lon, lat, people[there]
    nothing = np.empty(0)
    return 0, 0, nothing, nothing, nothing


@dataclass(frozen=True, slots=True, eq=False)
class Journeys:
    """How people go: by road where a region's roads are known, else as the crow flies with a detour."""

    roads: Roads | None

    @property
    def by_road(self) -> bool:
        """Whether roads are known; pages must say so if they are not."""
        return self.roads is not None

    def far(self, settled: Settled) -> float:
        """Return the people who live farther from any road than parameters/roads.toml allows; their ways are too short."""
        if self.roads is None:
            return 0.0
        found = snap(self.roads, settled.lon, settled.lat, farthest=load("roads")["snap"]["value"])
        return float(settled.people[found.far].sum())

    def minutes_to(self, settled: Settled, places: Sequence[tuple[float, float]]) -> Floats:
        """Return minutes `[people's places, places]` of people who go to places (lon, lat)."""
        lonlat = np.array(places, dtype=np.float64)
        if self.roads is None:
            return self._straight(settled, lonlat)
        homes, targets = snap(self.roads, settled.lon, settled.lat).node, snap(self.roads, *lonlat.T).node
        return travel_minutes(self.roads, targets, homes).T

    def minutes_from_nearest(self, settled: Settled, places: Sequence[tuple[float, float]]) -> Floats:
        """Return minutes `[people's places]` of engines that leave the nearest of places (lon, lat)."""
        lonlat = np.array(places, dtype=np.float64)
        if self.roads is None:
            return np.asarray(self._straight(settled, lonlat).min(axis=1))
        found = nearest_facility(self.roads, snap(self.roads, *lonlat.T).node, outward=True)
        return found.minutes[snap(self.roads, settled.lon, settled.lat).node]

    def _straight(self, settled: Settled, lonlat: Floats) -> Floats:
        known = load("roads")
        ways = straight_ways(
            np.column_stack([settled.lon, settled.lat]),
            lonlat,
            limit=np.inf,
            speed=known["straight_speed"]["value"],
            detour=known["detour"]["value"],
        )
        return ways.minutes.reshape(len(settled.lon), len(lonlat))


def read_journeys(public: Path) -> Journeys:
    """Read the roads of a public folder, as far as they are connected both ways."""
    path = public / ROADS
    return Journeys(main_component(read_geojson_roads(path)) if path.is_file() else None)
