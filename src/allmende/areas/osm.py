"""Drivable roads and facilities from OpenStreetMap files (.osm, .osm.gz, .osm.bz2, .pbf); needs the extra `[osm]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allmende.areas.edge_list import read_edges
from allmende.areas.roads import Line, Roads, direction, join, main_component, read_geojson_roads, speeds
from allmende.errors import AllmendeError

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"

_CLOSED = {"no", "private"}


@dataclass(frozen=True, slots=True)
class OsmPlace:
    """A place from OpenStreetMap: its kind's id ("n123", "w456"), name, position. No mapper's name is read."""

    id: str
    name: str
    lon: float
    lat: float


def read_roads(path: Path, *, layout: str = "auto") -> Roads:
    """Read a network by the ending of its name: OpenStreetMap, GeoJSON, else an edge list (`layout` as in `read_edges`)."""
    if is_osm(path):
        return read_osm_roads(path)
    if path.name.lower().endswith((".geojson", ".json")):
        return read_geojson_roads(path)
    return read_edges(path, layout=layout)


def is_osm(path: Path) -> bool:
    """Say whether a name ends as OpenStreetMap's files do.

    >>> is_osm(Path("land.osm.pbf")), is_osm(Path("roads.txt"))
    (True, False)
    """
    return path.name.lower().endswith((".osm", ".osm.gz", ".osm.bz2", ".pbf"))


def read_osm_roads(path: Path) -> Roads:
    """Read the roads that a car may drive, at the speeds of `parameters/roads.toml`, and keep the main component.

    `oneway`, roundabouts and motorways have their direction; roads closed to cars or private are left out; a `maxspeed` below
    the class's speed wins. Names and accounts of mappers are not kept. Attribution is due: `ATTRIBUTION`.
    """
    lines = list(_lines(path, speeds()))
    if not lines:
        raise AllmendeError("No drivable road was found.", where=path.name, expected="ways with a highway tag of a known class")
    return main_component(join(lines, (ATTRIBUTION, "speeds by class of road: assumption, parameters/roads.toml")))


def read_osm_places(path: Path, key: str, value: str) -> tuple[OsmPlace, ...]:
    """Read nodes and ways with a tag, such as amenity = fire_station; a way stands at the mean of its vertices."""
    found = []
    for entity in _open(path, ways=False):
        if entity.tags.get(key) != value:
            continue
        if entity.is_node():
            where = (entity.location.lon, entity.location.lat)
        elif entity.is_way():
            points = [(node.lon, node.lat) for node in _distinct(entity.nodes)]
            where = (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
        else:
            continue
        found.append(OsmPlace(f"{'n' if entity.is_node() else 'w'}{entity.id}", entity.tags.get("name", ""), *where))
    return tuple(found)


def _distinct(nodes: Any) -> list[Any]:
    points = [node for node in nodes if node.location.valid()]
    return points[:-1] if len(points) > 1 and points[0].ref == points[-1].ref else points


def _lines(path: Path, by_class: Mapping[str, float]) -> Iterator[Line]:
    for way in _open(path, ways=True):
        tags = way.tags
        speed = by_class.get(tags.get("highway", ""))
        if speed is None or tags.get("access") in _CLOSED or tags.get("motor_vehicle") in _CLOSED:
            continue
        if tags.get("area") == "yes":
            continue
        nodes = [node for node in way.nodes if node.location.valid()]
        yield Line(
            [node.ref for node in nodes],
            [node.lon for node in nodes],
            [node.lat for node in nodes],
            min(speed, _allowed(tags.get("maxspeed"))),
            _direction(tags),
        )


def _direction(tags: Any) -> int:
    if "oneway" in tags:
        return direction(tags.get("oneway"))
    return 1 if tags.get("junction") == "roundabout" or tags.get("highway") == "motorway" else 0


def _allowed(maxspeed: str | None) -> float:
    """Return a plain maxspeed in km/h; what else the tag may say ("walk", "DE:urban") leaves the class's speed."""
    if maxspeed is None or not maxspeed.isdigit() or int(maxspeed) == 0:
        return float("inf")
    return float(maxspeed)


def _open(path: Path, *, ways: bool) -> Any:
    try:
        import osmium
    except ImportError as error:
        raise AllmendeError(
            "OpenStreetMap files need the package osmium.", where=path.name, todo="Install allmende[osm], or give an edge list."
        ) from error
    if not path.is_file():
        raise AllmendeError("The file is not there.", where=str(path), expected="an .osm, .osm.gz or .pbf file")
    processor = osmium.FileProcessor(str(path)).with_locations()
    return (entity for entity in _entities(processor, path) if not ways or entity.is_way())


def _entities(processor: Any, path: Path) -> Iterator[Any]:
    try:
        yield from processor
    except RuntimeError as error:
        raise AllmendeError("The file is no OpenStreetMap data.", where=path.name, expected="OSM XML or PBF") from error
