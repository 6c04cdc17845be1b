"""A road network: nodes, directed edges with minutes; from GeoJSON (or `areas.edge_list`, or OpenStreetMap: `areas.osm`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from allmende.areas.grid import Ints
from allmende.errors import AllmendeError
from allmende.parameters import load

Floats = NDArray[np.float64]

EARTH = 6_371_008.8
"""Mean radius of the earth in metres (IUGG)."""


@dataclass(frozen=True, slots=True)
class Roads:
    """A directed network; `ids [nodes]` as in the source, `lon`, `lat [nodes]` (nan where unknown), edges with minutes.

    `notes` says in sentences what was left out or assumed while reading.
    """

    ids: Ints
    lon: Floats
    lat: Floats
    tail: Ints
    head: Ints
    minutes: Floats
    notes: tuple[str, ...] = ()
    header_p: int | None = None
    """Number of hosts that the header of an OR-Library file asks for."""
    names: tuple[str, ...] = ()
    """What the source calls its nodes, if not by numbers."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def labels(self) -> list[int | str]:
        """What to call each node: its name, or else its number."""
        return list(self.names or self.ids.tolist())

    def graph(self) -> csr_array:
        """Return the sparse matrix of minutes; of parallel edges the shortest counts."""
        order = np.lexsort((self.minutes, self.head, self.tail))
        tail, head, minutes = self.tail[order], self.head[order], self.minutes[order]
        first = np.ones(len(tail), dtype=np.bool_)
        first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
        return csr_array((minutes[first], (tail[first], head[first])), shape=(len(self), len(self)))


def metres_between(lon: Floats, lat: Floats, to_lon: Floats, to_lat: Floats) -> Floats:
    """Return great-circle distances in metres of points in degrees (haversine).

    >>> round(float(metres_between(np.array(8.8), np.array(53.1), np.array(8.8), np.array(53.2))))
    11120
    """
    a, b = np.radians(lat), np.radians(to_lat)
    half = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(np.radians(to_lon - lon) / 2) ** 2
    metres: Floats = 2 * EARTH * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return metres


def main_component(roads: Roads) -> Roads:
    """Keep the largest part in which every node reaches every other; the note says what was left out."""
    _, part = connected_components(roads.graph(), directed=True, connection="strong")
    keep = part == np.bincount(part).argmax()
    if keep.all():
        return roads
    number = np.cumsum(keep) - 1
    inside = keep[roads.tail] & keep[roads.head]
    note = f"{int((~keep).sum())} of {len(roads)} nodes are not connected both ways with the main network and were left out"
    return replace(
        roads,
        ids=roads.ids[keep],
        names=tuple(name for name, kept in zip(roads.names, keep, strict=False) if kept),
        lon=roads.lon[keep],
        lat=roads.lat[keep],
        tail=number[roads.tail[inside]],
        head=number[roads.head[inside]],
        minutes=roads.minutes[inside],
        notes=(*roads.notes, note),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of road: keys and positions of its vertices, km/h, direction (1 forward only, -1 backward only, 0 both)."""

    keys: Sequence[Any]
    lon: Sequence[float]
    lat: Sequence[float]
    speed: float
    direction: int = 0


def join(lines: Iterable[Line], notes: Sequence[str] = ()) -> Roads:
    """Join lines at vertices of the same key; nodes are numbered in order of appearance."""
    number: dict[Any, int] = {}
    lon: list[float] = []
    lat: list[float] = []
    edges: list[tuple[int, int, float, int]] = []
    for line in lines:
        for key, x, y in zip(line.keys, line.lon, line.lat, strict=True):
            if key not in number:
                number[key] = len(number)
                lon.append(x)
                lat.append(y)
        at = [number[key] for key in line.keys]
        edges += [(a, b, line.speed, line.direction) for a, b in pairwise(at) if a != b]
    if not edges:
        raise AllmendeError("No road was found.", expected="lines with at least two vertices", todo="Check file and classes.")
    tails, heads, speed, oneway = (np.array(column) for column in zip(*edges, strict=True))
    longitude, latitude = np.array(lon), np.array(lat)
    metres = metres_between(longitude[tails], latitude[tails], longitude[heads], latitude[heads])
    minutes = metres / (speed * 1000 / 60)
    forward, backward = oneway >= 0, oneway <= 0
    ids = np.array([key if isinstance(key, int) else position for key, position in number.items()], dtype=np.int64)
    return Roads(
        ids,
        longitude,
        latitude,
        np.concatenate([tails[forward], heads[backward]]).astype(np.int64),
        np.concatenate([heads[forward], tails[backward]]).astype(np.int64),
        np.concatenate([minutes[forward], minutes[backward]]),
        tuple(notes),
    )


def speeds() -> dict[str, float]:
    """Return km/h by OpenStreetMap class of road, from `parameters/roads.toml`."""
    return {name: float(value) for name, value in load("roads")["speed"]["values"].items()}


def read_geojson_roads(path: Path) -> Roads:
    """Read LineStrings in WGS84 as roads.

    Properties: `speed_kmh`, or `highway` with a class of OpenStreetMap; `oneway` (yes, -1, no). Vertices join where they
    agree to seven decimals (1 cm); lines of other classes are counted in the notes.
    """
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise AllmendeError("The roads are no GeoJSON.", where=path.name, expected="a FeatureCollection") from error
    by_class = speeds()
    lines = [_line(feature, number, path, by_class) for number, feature in enumerate(features)]
    unknown = sum(line is None for line in lines)
    notes = [f"{unknown} lines have no class of road that is driven, and no speed_kmh"] if unknown else []
    return join((line for line in lines if line is not None), notes)


def _line(feature: dict[str, Any], number: int, path: Path, by_class: dict[str, float]) -> Line | None:
    properties = feature.get("properties") or {}
    speed = properties.get("speed_kmh", by_class.get(properties.get("highway", "")))
    if speed is None:
        return None
    geometry = feature.get("geometry") or {}
    if geometry.get("type") != "LineString" or not isinstance(speed, int | float) or not speed > 0:
        raise AllmendeError(
            f"Feature {number} is no road.", where=path.name, expected="a LineString with a speed above 0", todo="Correct it."
        )
    points = [(float(x), float(y)) for x, y, *_ in geometry["coordinates"]]
    keys = [(round(x, 7), round(y, 7)) for x, y in points]
    return Line(keys, [x for x, _ in points], [y for _, y in points], float(speed), direction(properties.get("oneway")))


def direction(oneway: object) -> int:
    """Return 1, -1 or 0 for OpenStreetMap's values of `oneway`.

    >>> direction("yes"), direction("-1"), direction("no"), direction(None)
    (1, -1, 0, 0)
    """
    if oneway in ("yes", "true", "1", True, 1):
        return 1
    return -1 if oneway in ("-1", "reverse", -1) else 0
