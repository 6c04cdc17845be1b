"""Polygons with keys: read and written as GeoJSON, asked which of them a point lies in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from allmende.areas.projection import WGS84, Floats, to_laea, to_wgs84
from allmende.errors import AllmendeError

Ints = NDArray[np.int64]

OUTSIDE = -1
"""Position of a point that lies in no polygon."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """Areas by key, as polygons or multipolygons in longitude and latitude (EPSG:4326)."""

    keys: tuple[str, ...]
    polygons: tuple[BaseGeometry, ...]

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, key: str) -> BaseGeometry:
        return self.polygons[self.keys.index(key)]

    def locate(self, lon: ArrayLike, lat: ArrayLike) -> Ints:
        """Return the position in `keys` of the polygon around each point, `OUTSIDE` (-1) where there is none.

        Arrays of equal length. A point on a border, or in an overlap, belongs to the touching polygon of the smallest key,
        so that it counts once and the order of the polygons in their file does not matter. Missing coordinates (NaN) are
        outside.
        """
        x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        # a tree of the points asked by polygons lets GEOS prepare each polygon once; the other way round is slower by far
        points = np.asarray(shapely.points(np.column_stack([x[known], y[known]])), dtype=object)
        polygon, hit = shapely.STRtree(points).query(self._array(), predicate="intersects")
        order = np.array(sorted(range(len(self)), key=self.keys.__getitem__), dtype=np.int64)
        first = np.full(len(x), len(self), dtype=np.int64)
        np.minimum.at(first, known[hit], np.argsort(order)[polygon])
        return np.append(order, OUTSIDE)[first]

    def square_metres(self) -> Floats:
        """Return the area of each polygon in m², measured in the equal-area projection EPSG:3035."""
        return np.asarray(shapely.area(to_metres(self)._array()), dtype=np.float64)

    def _array(self) -> NDArray[np.object_]:
        return np.array(self.polygons, dtype=object)


def to_metres(shapes: Shapes) -> Shapes:
    """Return the shapes in metres of EPSG:3035."""

    def project(points: Floats) -> Floats:
        return np.column_stack(to_laea(points[:, 0], points[:, 1], WGS84))

    return Shapes(shapes.keys, tuple(shapely.transform(shapes._array(), project)))


def read_geojson(path: Path, key_property: str) -> Shapes:
    """Read the polygons of a GeoJSON file, in EPSG:4326 as RFC 7946 demands, keyed by one property.

    Raises AllmendeError for what is no collection of polygons, for a feature without the key, and for a key that occurs twice.
    """
    try:
        features = [dict(feature) for feature in json.loads(path.read_text(encoding="utf-8"))["features"]]
    except (ValueError, KeyError, TypeError) as error:
        raise AllmendeError(
            "This is no GeoJSON file.",
            where=str(path),
            expected="a FeatureCollection in UTF-8 (RFC 7946)",
            todo="Export the areas as GeoJSON in EPSG:4326.",
        ) from error
    found: dict[str, BaseGeometry] = {}
    for number, feature in enumerate(features, 1):
        key = (feature.get("properties") or {}).get(key_property)
        polygon = _polygon(feature.get("geometry"))
        defect = _defect(key, polygon, found, key_property)
        if polygon is None or defect:
            raise AllmendeError(defect, where=f"{path}, feature {number}", expected="a polygon with a key of its own",
                                todo="Correct the feature.")  # fmt: skip
        found[str(key)] = polygon
    return Shapes(tuple(found), tuple(found.values()))


def write_geojson(
    shapes: Shapes,
    path: Path,
    key_property: str,
    properties: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    digits: int = 6,
) -> None:
    """Write shapes as GeoJSON sorted by key, coordinates of `digits` decimals (6: about 0.1 m), the same bytes each time.

    `properties` maps a key to further properties of its feature.
    """
    features = []
    for key in sorted(shapes.keys):
        rounded = shapely.set_precision(shapes[key], 10.0**-digits)
        geometry = json.loads(shapely.to_geojson(shapely.orient_polygons(shapely.normalize(rounded))))
        features.append(
            {
                "type": "Feature",
                "properties": {key_property: key, **(properties or {}).get(key, {})},
                "geometry": {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"], digits)},
            }
        )
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8")


def _polygon(geometry: Any) -> BaseGeometry | None:
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        return None
    shape: BaseGeometry | None = shapely.from_geojson(json.dumps(geometry), on_invalid="ignore")
    return shape


def _defect(key: object, polygon: BaseGeometry | None, found: Mapping[str, BaseGeometry], key_property: str) -> str:
    if key in (None, ""):
        return f"A feature has no property {key_property!r}."
    if polygon is None or polygon.is_empty:
        return f"Area {key} has no polygon."
    if str(key) in found:
        return f"The key {key} occurs twice."
    return ""


def _rounded(coordinates: Any, digits: int) -> Any:
    if isinstance(coordinates[0], (int, float)):
        return [round(value, digits) for value in coordinates]
    return [_rounded(part, digits) for part in coordinates]


def simplify(shapes: Shapes, metres: float) -> Shapes:
    """Return the shapes with fewer corners, for maps: details below about `metres` vanish (Visvalingam-Whyatt).

    Borders that neighbours share stay shared, as far as they are drawn with the same corners in the source.
    """
    measured = to_metres(shapes)
    slim = np.asarray(shapely.coverage_simplify(measured._array(), metres), dtype=object)

    def unproject(points: Floats) -> Floats:
        return np.column_stack(to_wgs84(points[:, 0], points[:, 1]))

    return Shapes(shapes.keys, tuple(shapely.transform(slim, unproject)))
