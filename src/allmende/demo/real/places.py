"""The places of Region Bremen: municipalities with their real borders, and the Ortsteile of the city."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely

from allmende.areas.gemeindeverzeichnis import Entry, Gemeindeverzeichnis
from allmende.areas.geo_files import read_areas
from allmende.areas.geometry import Shapes, read_geojson, simplify, write_geojson
from allmende.areas.hierarchy import District, Municipality, Region, write_region
from allmende.areas.keys import LAENDER
from allmende.errors import AllmendeError


def members(directory: Gemeindeverzeichnis, kreise: Sequence[str]) -> tuple[Entry, ...]:
    """Return the municipalities of the region's Kreise."""
    return tuple(sorted((entry for entry in directory.entries if entry.ags[:5] in kreise), key=lambda entry: entry.ags))


def read_borders(path: Path, entries: Sequence[Entry], merged: Mapping[str, Sequence[str]]) -> Shapes:
    """Read borders of an older date and merge the areas of municipalities that were united since.

    Raises AllmendeError if a municipality is left without borders.
    """
    older = read_areas(path, "AGS")
    polygons = {key: older[key] for key in older.keys if key in {entry.ags for entry in entries}}
    polygons |= {key: shapely.union_all([older[part] for part in parts]) for key, parts in merged.items()}
    missing = [entry.ags for entry in entries if entry.ags not in polygons]
    if missing:
        raise AllmendeError(
            f"{len(missing)} municipalities have no borders, {missing[0]} first.",
            where=str(path),
            expected="an area for every municipality of the region",
            todo="Name in region_bremen.toml what they were merged from.",
        )
    return Shapes(tuple(entry.ags for entry in entries), tuple(polygons[entry.ags] for entry in entries))


def read_outlines(path: Path, ortsteile: Sequence[str], city: str) -> Shapes:
    """Read the outlines of Ortsteile as far as there are any, keyed as districts."""
    shapes = read_geojson(path, "schluessel")
    kept = [(key, polygon) for key, polygon in zip(shapes.keys, shapes.polygons, strict=True) if key in set(ortsteile)]
    return Shapes(tuple(district_key(city, key) for key, _ in kept), tuple(polygon for _, polygon in kept))


def district_key(city: str, official: str) -> str:
    """Return the district of an official key: its digits after those of the Kreis are the code.

    >>> district_key("04011000", "04011437")
    '04011000.437'
    """
    return f"{city}.{official[5:]}"


def divide_city(city: str, ortsteile: Sequence[str], names: Mapping[str, str]) -> tuple[District, ...]:
    """Return Stadtbezirke, Stadtteile and Ortsteile.

    An Ortsteil that belongs to no Stadtteil stands on that level by itself, so that every level divides the whole city.
    """
    districts = []
    for level, digits in enumerate((6, 7, 8), 1):
        for key in sorted({ortsteil[:digits] for ortsteil in ortsteile}):
            name = names.get(key) or next(names[ortsteil] for ortsteil in ortsteile if ortsteil.startswith(key))
            parent = district_key(city, key[:-1]) if level > 1 else ""
            districts.append(District(district_key(city, key), key[5:], name, level, parent, city))
    return tuple(districts)


def make_region(
    settings: Mapping[str, Any], directory: Gemeindeverzeichnis, entries: Sequence[Entry], districts: Sequence[District]
) -> Region:
    """Describe the region on the directory's date of territory."""
    city = settings["city"]
    municipalities = tuple(
        Municipality(e.ags, e.name, LAENDER[e.ags[:2]], e.title or e.kind, tuple(settings["levels"]) if e.ags == city else ())
        for e in entries
    )
    # one text, for it stands below every figure: who published, and that places and single ages are modelled
    attribution = "; ".join([*(source["attribution"] for source in settings["source"]), settings["modelled"]["attribution"]])
    return Region(
        settings["id"], settings["name"], False, directory.territory_date, attribution, municipalities, tuple(districts)
    )


def write_places(
    region: Region, entries: Sequence[Entry], borders: Shapes, outlines: Shapes, simplified: Mapping[str, float], folder: Path
) -> None:
    """Write the region folder with outlines simplified for the web."""
    write_region(region, folder)
    associations = {entry.ags: {"name": entry.name, "association": entry.association} for entry in entries}
    write_geojson(simplify(borders, simplified["municipalities"]), folder / "municipalities.geojson", "ags", associations)
    names = {district.key: {"name": district.name} for district in region.districts}
    write_geojson(simplify(outlines, simplified["districts"]), folder / "districts.geojson", "key", names)
