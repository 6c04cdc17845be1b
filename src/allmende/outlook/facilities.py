"""`facilities.csv`: what is there today and what is planned, read with every defect named."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from allmende.areas.geometry import OUTSIDE, Shapes, read_geojson
from allmende.areas.hierarchy import Defect
from allmende.areas.region import Region
from allmende.files import write_whole
from allmende.needs.capacity import Facility
from allmende.needs.services import Service
from allmende.outlook.strict_tables import Kind, UnusableTable, read_table

FACILITIES = "facilities/facilities.csv"
"""Where a public folder has its facilities."""

COLUMNS = ("id", "service", "part", "name", "area", "lon", "lat", "capacity", "opens", "closes")
KIND = Kind("The facilities", COLUMNS, "formats/services.md")
SHARED = ("service", "name", "area", "lon", "lat")
"""What all rows of one id have in common: they are parts of one facility."""

THOUSANDS = re.compile(r"[1-9]\d{0,2}([.,\s]\d{3})+([.,]\d+)?")


def read_facilities(
    path: Path, services: Sequence[Service], areas: Sequence[str], shapes: Shapes | None = None
) -> tuple[Facility, ...]:
    """Read a region's facilities; all defects of the file are listed at once (`UnusableTable`).

    `areas` are the keys that the column `area` may have (`area_keys`). Where it is empty, the area is found from longitude and
    latitude in `shapes` (`unit_shapes`); with shapes, every point has to lie in one of them.
    """
    rows = read_table(path, KIND).rows()
    defects, read = [], []
    for line, row in rows:
        found, facility = _facility(line, row, services, areas)
        defects += found
        if facility:
            read.append((line, facility))
    defects += _contradictions(rows)
    if not defects:
        located, defects = _located(read, shapes)
    if defects:
        raise UnusableTable(KIND, str(path), defects)
    return located


def write_facilities(facilities: Sequence[Facility], path: Path) -> None:
    """Write facilities, the same bytes for the same facilities."""
    table = io.StringIO()
    writer = csv.writer(table, delimiter=";", lineterminator="\n")
    writer.writerow(COLUMNS)
    for facility in facilities:
        writer.writerow(_text(getattr(facility, column)) for column in COLUMNS)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, table.getvalue().encode())


def area_keys(region: Region) -> tuple[str, ...]:
    """Return the keys that a facility's area may have: municipalities, and districts of every level."""
    return (*(town.ags for town in region.municipalities), *(district.key for district in region.districts))


def unit_shapes(folder: Path, region: Region) -> Shapes:
    """Read the outlines of a region's finest areas: its finest districts, and municipalities that have none."""
    finest = [district.key for town in region.municipalities for district in region.finest(town.ags)]
    whole = [town.ags for town in region.municipalities if not region.finest(town.ags)]
    found = read_geojson(folder / "municipalities.geojson", "ags")
    polygons = {key: found[key] for key in whole}
    if finest:
        parts = read_geojson(folder / "districts.geojson", "key")
        by_key = dict(zip(parts.keys, parts.polygons, strict=True))
        polygons |= {key: by_key[key] for key in finest}
    return Shapes(tuple(polygons), tuple(polygons.values()))


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _facility(
    line: int, row: Mapping[str, str], services: Sequence[Service], areas: Sequence[str]
) -> tuple[list[Defect], Facility | None]:
    defects = list(_words(line, row, services, areas))
    numbers: dict[str, float | None] = {}
    for field, low, high in (("capacity", 0.0, 1e6), ("lon", -180.0, 180.0), ("lat", -90.0, 90.0)):
        text = row[field].replace(",", ".")
        try:
            numbers[field] = float(text) if text or field == "capacity" else None
        except ValueError:
            numbers[field] = np.nan
        value = numbers[field]
        if field == "capacity" and THOUSANDS.fullmatch(row[field]):
            defects.append(Defect(line, field, row[field], "a number without separators of thousands (1000, 12,5)"))
        elif value is not None and not low <= value <= high:
            expected = "a number of 0 or more" if field == "capacity" else f"degrees from {low:g} to {high:g}, or nothing"
            defects.append(Defect(line, field, row[field], expected))
    if (numbers["lon"] is None) != (numbers["lat"] is None):
        defects.append(Defect(line, "lon, lat", f"{row['lon']}, {row['lat']}", "both or neither"))
    days: dict[str, date | None] = {}
    for field in ("opens", "closes"):
        try:
            days[field] = date.fromisoformat(row[field]) if row[field] else None
        except ValueError:
            defects.append(Defect(line, field, row[field], "a day as YYYY-MM-DD, or nothing"))
    opens, closes = days.get("opens"), days.get("closes")
    if opens and closes and closes < opens:
        defects.append(Defect(line, "closes", row["closes"], f"a day from {opens} on, when it opens"))
    if defects:
        return defects, None
    return [], Facility(
        row["id"], row["service"], row["part"], row["name"], row["area"], numbers["capacity"] or 0.0, numbers["lon"],
        numbers["lat"], opens, closes,
    )  # fmt: skip


def _words(line: int, row: Mapping[str, str], services: Sequence[Service], areas: Sequence[str]) -> Iterator[Defect]:
    for field in ("id", "name"):
        if not row[field]:
            yield Defect(line, field, "", "words")
    service = next((each for each in services if each.id == row["service"]), None)
    if service is None:
        yield Defect(line, "service", row["service"], " or ".join(each.id for each in services))
    else:
        parts = [part.id for part in service.parts]
        if row["part"] not in (parts or [""]):
            yield Defect(line, "part", row["part"], " or ".join(parts) or f"nothing: {service.id} has no parts")
    if row["area"] and row["area"] not in areas:
        yield Defect(line, "area", row["area"], "the key of an area of the region (<ags> or <ags>.<code>)")
    if not row["area"] and not (row["lon"] and row["lat"]):
        yield Defect(line, "area", "", "an area, or longitude and latitude from which to find it")


def _contradictions(rows: Sequence[tuple[int, Mapping[str, str]]]) -> Iterator[Defect]:
    """Yield rows of one id that are no parts of one facility, and rows that say the same thing twice."""
    first: dict[str, tuple[int, Mapping[str, str]]] = {}
    known: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        if not row["id"]:
            continue
        at, earlier = first.setdefault(row["id"], (line, row))
        for field in SHARED:
            if row[field] != earlier[field]:
                yield Defect(
                    line, field, row[field], f"{earlier[field]!r} as in line {at}, which has the same id {row['id']!r}"
                )
        key = (row["id"], row["part"], row["opens"])
        if key in known:
            yield Defect(line, "id", row["id"], f"one row a part and day of opening; line {known[key]} is the same")
        known.setdefault(key, line)


def _located(read: Sequence[tuple[int, Facility]], shapes: Shapes | None) -> tuple[tuple[Facility, ...], list[Defect]]:
    if shapes is None:
        lost = [(line, facility) for line, facility in read if not facility.area]
        defects = [Defect(line, "area", "", "an area; there are no outlines to find it in") for line, _ in lost]
        return tuple(facility for _, facility in read), defects
    lon, lat = (np.array([getattr(f, name) for _, f in read], dtype=np.float64) for name in ("lon", "lat"))
    at = shapes.locate(lon, lat)
    defects, located = [], []
    for (line, facility), position in zip(read, at.tolist(), strict=True):
        if position == OUTSIDE and facility.lon is not None:
            expected = "a point inside the region, first longitude, then latitude"
            defects.append(Defect(line, "lon, lat", f"{facility.lon}, {facility.lat}", expected))
        located.append(facility if facility.area or position == OUTSIDE else replace(facility, area=shapes.keys[position]))
    return tuple(located), defects
