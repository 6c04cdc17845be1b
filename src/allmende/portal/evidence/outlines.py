"""Which areas lie in a place, and their shapes: polygons in metres for drawing, GeoJSON in degrees for the movable map."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from allmende.areas.projection import to_wgs84
from allmende.portal.evidence.reader import Reader
from allmende.portal.metres import cells_in
from allmende.portal.places import Place


@lru_cache(maxsize=512)
def inside(reader: Reader, geography: str, place: Place) -> tuple[str, ...]:
    """Return the keys of a geography's areas inside a place: published ones, and with outlines also those that are not."""
    if geography.startswith("grid_"):
        return _cells_inside(reader, geography, place)
    if geography == "municipality":
        known = reader.shelf.outlines["municipality"].keys
        return tuple(key for key in known if place.kind == "region" or key == place.key)
    wanted = {d.key for d in reader.shelf.atlas.districts if geography in d.geographies}
    within = place.key if place.kind == "district" else place.key[:8]
    region = reader.shelf.region
    undivided = [m.ags for m in region.municipalities if not m.levels] if geography == "district" else []
    levels = {key: [region.ancestor(key, n) for n in range(region.district(key).level + 1)] for key in wanted}
    inner = [key for key in wanted if place.kind == "region" or within in levels[key]]
    return tuple(sorted(inner + [ags for ags in undivided if place.kind == "region"]))


def sketches(reader: Reader, keys: Sequence[str]) -> dict[str, Any]:
    """Return the polygons of municipalities and districts for drawing, in metres; areas without an outline are left out."""
    known = reader.shelf.sketches
    return {key: known[key] for key in keys if key in known}


def km2(reader: Reader) -> Mapping[str, float]:
    """Return the size of every municipality and district."""
    return reader.shelf.km2


def areas_in_degrees(reader: Reader, keys: Sequence[str]) -> dict[str, Any]:
    """Return municipalities and districts as GeoJSON geometries, no finer than a screen shows."""
    both = (reader.shelf.municipalities, reader.shelf.districts)
    known = {key: polygon for shapes in both for key, polygon in zip(shapes.keys, shapes.polygons, strict=True)}
    return {key: _simple(known[key]) for key in keys if key in known}


def label_points(reader: Reader, keys: Sequence[str]) -> dict[str, list[float]]:
    """Return a point in degrees inside each area, where its name may stand."""
    inner = [polygon.representative_point() for polygon in sketches(reader, keys).values()]
    lon, lat = to_wgs84(np.array([point.x for point in inner]), np.array([point.y for point in inner]))
    return dict(zip(keys, np.column_stack((lon, lat)).round(5).tolist(), strict=True))


def _cells_inside(reader: Reader, geography: str, place: Place) -> tuple[str, ...]:
    table = reader.covering("stock", geography, {})
    cells = tuple(key for key in table.areas if key.startswith("CRS")) if table else ()
    return cells_in(reader.shelf, cells, int(geography[5:]), place)


def _simple(polygon: Any) -> Any:
    # 30 m: finer than a screen shows at the scale of a municipality
    return json.loads(shapely.to_geojson(shapely.set_precision(shapely.simplify(polygon, 0.0003), 1e-5)))
