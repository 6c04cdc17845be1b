"""Released tables as CSV, with a metadata file in the form of CSV on the Web (W3C, 2015)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import numpy as np

from allmende.cubes import ReleasedCube
from allmende.cubes.publication import Publication, TableEntry
from allmende.portal.public import Table

CHUNK = 5000
BOM = "\ufeff"
"""Lets Excel read the file as UTF-8."""


def chosen(table: Table, area: str, year: int | None) -> ReleasedCube:
    """Return the cells of a table, of one area or year if named."""
    cube = table.of(area) if area else table.cube
    return cube.select(year=year) if year is not None else cube


def csv_lines(cube: ReleasedCube) -> Iterator[str]:
    """Write cells as CSV text in pieces: semicolons (as German spreadsheets expect), margins as "total", UTF-8 with BOM."""
    yield BOM + ";".join([column.name for column in cube.columns] + ["value"]) + "\r\n"
    for start in range(0, len(cube), CHUNK):
        rows = np.arange(start, min(start + CHUNK, len(cube)))
        columns = [column.take(rows).values() for column in cube.columns]
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerows(zip(*columns, cube.value[rows].tolist(), strict=True))
        yield text.getvalue()


def metadata(publication: Publication, entry: TableEntry, url: str) -> dict[str, Any]:
    """Describe the CSV file of a table: columns, titles, source, what a missing row means."""
    note = entry.note
    described = {
        "area": ("Gebiet", "Area", "string"),
        "year": ("Jahr", "Year", "gYear"),
        **{name: (name, name, "string") for name, _classes in note.dimensions},
        "value": ("Wert", "Value", "integer"),
    }
    columns = [
        {"name": name, "titles": {"de": german, "en": english}, "datatype": kind, "required": True}
        for name, (german, english, kind) in described.items()
    ]
    classes = ", ".join(f"{name}: {value}" for name, value in note.dimensions)
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "de"}],
        "url": url,
        "dialect": {"delimiter": ";", "header": True, "encoding": "utf-8"},
        "dc:title": {"de": entry.title.de, "en": entry.title.en},
        "dc:identifier": f"{publication.id}/{note.table}",
        "dc:issued": publication.created.isoformat(),
        "dc:source": note.source,
        "dc:rights": publication.region.attribution,
        "dc:description": {
            "de": f"Geschützte Werte ({publication.method.de}) Stichtag {note.key_date}, Gebietsstand {note.territory_date}. "
            f"Gliederung: {classes or 'keine'}. Summen sind für sich geschützt (total). Fehlt eine Zeile für ein Gebiet und "
            "Jahr, die sonst vorkommen, ist der Wert 0; kommen sie nicht vor, ist nichts veröffentlicht.",
            "en": f"Protected values ({publication.method.en}) Key date {note.key_date}, territory of {note.territory_date}. "
            f"Broken down by: {classes or 'nothing'}. Totals are protected by themselves (total). A row that is missing for an "
            "area and year that occur otherwise means 0; if they do not occur, nothing is published.",
        },
        "tableSchema": {"columns": columns, "primaryKey": [name for name in described if name != "value"]},
    }
