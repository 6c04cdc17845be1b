"""The fictional region's places: municipalities, districts, roads and addresses, written as a region folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from allmende.areas.geometry import Shapes, write_geojson
from allmende.areas.hierarchy import Municipality, Region, write_region
from allmende.areas.projection import to_laea, to_wgs84
from allmende.demo.addresses import Addresses, Streets, build_houses, name_streets
from allmende.demo.borders import draw_areas
from allmende.demo.roads import Network, Owners, connect, lay_streets
from allmende.demo.settlements import Division, divide, settle
from allmende.demo.territory import Floats, Ints, make_ground

UTM = "EPSG:25832"
KINDS = {"town": "Stadt", "small_town": "Stadt", "village": "Gemeinde"}


@dataclass(frozen=True, slots=True)
class Places:
    """Everything about the region's ground.

    `members` are the entries of demo_places.toml; `addresses` in metres of `UTM`; `district` the position of each address
    in `region.districts`, -1 where its municipality defines none.
    """

    region: Region
    members: tuple[dict[str, Any], ...]
    municipalities: Shapes
    districts: Shapes
    addresses: Addresses
    streets: Streets
    district: Ints
    network: Network
    river: Floats


def make_places(place: dict[str, Any], words: dict[str, Any], rng: np.random.Generator) -> Places:
    """Make the ground of the region described by `place` (demo_places.toml) with the names of `words`."""
    origin = np.array([place["origin"]["east"], place["origin"]["north"]], dtype=float)

    def lonlat(points: Floats) -> Floats:
        return degrees_of(points + origin)

    ground = make_ground(place, rng)
    division = divide(ground, place, words, rng)
    areas = draw_areas(ground, division.part, lonlat)
    settlements = settle(ground, division, place, rng)
    network = connect(settlements, ground, place["river"]["bridges"], rng)
    owners = Owners.of(ground, division.municipality)
    for number, settlement in enumerate(settlements):
        lay_streets(network, number, settlement, owners, rng)
    houses, _ = build_houses(network, settlements, owners, rng)
    finest = {d: areas[p] for p, d in enumerate(division.part_district.tolist()) if d >= 0}
    region, municipal, districts = _region(place, division, areas, finest)
    at = lonlat(np.column_stack([houses.east, houses.north]))
    inside = municipal.locate(*at.T) == houses.municipality
    addresses, streets = name_streets(
        houses.take(np.flatnonzero(inside)), network, settlements, words, place["municipality"], rng
    )
    district = _districts_of(at[inside], Shapes(tuple(districts.keys), districts.polygons), region)
    moved = Addresses(addresses.east + origin[0], addresses.north + origin[1],
                      *(getattr(addresses, n) for n in addresses.__slots__[2:]))  # fmt: skip
    network.points = [(x + origin[0], y + origin[1]) for x, y in network.points]
    return Places(region, tuple(place["municipality"]), municipal, districts, moved, streets, district, network,
                  ground.river + origin)  # fmt: skip


def write_places(places: Places, folder: Path) -> None:
    """Write the region folder: region.toml, districts.csv, both outlines, roads.geojson and waters.geojson."""
    write_region(places.region, folder)
    names = {m.ags: {"name": m.name} for m in places.region.municipalities}
    write_geojson(places.municipalities, folder / "municipalities.geojson", "ags", names)
    labels = {d.key: {"name": d.name, "level": d.level} for d in places.region.districts}
    write_geojson(places.districts, folder / "districts.geojson", "key", labels)
    degrees = degrees_of(np.array(places.network.points)).tolist()
    roads = [({"class": line.grade}, [degrees[v] for v in line.vertices]) for line in places.network.lines]
    _write_lines(folder / "roads.geojson", roads)
    _write_lines(folder / "waters.geojson", [({"class": "river"}, degrees_of(places.river).tolist())])


def degrees_of(points: Floats) -> Floats:
    """Return metres of `UTM` (n × 2) as longitude and latitude (n × 2), rounded to about 0.1 m as the files hold them."""
    east, north = to_laea(points[:, 0], points[:, 1], UTM)
    degrees: Floats = np.stack(to_wgs84(east, north), axis=1).astype(np.float64)
    return np.round(degrees, 6)


def _region(
    place: dict[str, Any], division: Division, areas: dict[int, Any], finest: dict[int, Any]
) -> tuple[Region, Shapes, Shapes]:
    lands = {land["code"]: land["name"] for land in place["land"]}
    members = tuple(
        Municipality(m["ags"], m["name"], lands[m["ags"][:2]], KINDS[m["kind"]], tuple(m["levels"]))
        for m in place["municipality"]
    )
    region = Region(
        place["id"], place["name"], True, place["territory_date"], place["attribution"], members, division.districts
    )
    owned = [np.flatnonzero(division.part_municipality == number).tolist() for number in range(len(members))]
    outlines = Shapes(
        tuple(m.ags for m in members), tuple(shapely.coverage_union_all([areas[p] for p in parts]) for parts in owned)
    )
    shapes = {division.districts[d].key: polygon for d, polygon in finest.items()}
    for district in reversed(division.districts):
        if district.key not in shapes:
            shapes[district.key] = shapely.coverage_union_all(
                [shapes[d.key] for d in division.districts if d.parent == district.key]
            )
    keys = tuple(d.key for d in division.districts)
    return region, outlines, Shapes(keys, tuple(shapes[key] for key in keys))


def _districts_of(at: Floats, districts: Shapes, region: Region) -> Ints:
    finest = {d.key for m in region.municipalities if m.levels for d in region.finest(m.ags)}
    position = [i for i, key in enumerate(districts.keys) if key in finest]
    shapes = Shapes(tuple(districts.keys[i] for i in position), tuple(districts.polygons[i] for i in position))
    found = shapes.locate(*at.T)
    return np.where(found >= 0, np.array(position)[found], -1)


def _write_lines(path: Path, lines: list[tuple[dict[str, str], list[list[float]]]]) -> None:
    features = [
        json.dumps(
            {"type": "Feature", "properties": properties, "geometry": {"type": "LineString", "coordinates": coordinates}},
            ensure_ascii=False, separators=(",", ":"),
        )
        for properties, coordinates in lines
    ]  # fmt: skip
    path.write_text('{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n", encoding="utf-8")
