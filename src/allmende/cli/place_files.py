"""Places with a position, from small tables: where people live, where facilities are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from allmende.areas.hierarchy import Defect
from allmende.outlook.strict_tables import Kind, UnusableTable, read_table

RANGES = {"lon": (-180.0, 180.0), "lat": (-90.0, 90.0), "people": (0.0, 1e10)}


@dataclass(frozen=True, slots=True)
class PlaceTable:
    """Names, positions `lonlat [places, 2]` in degrees (WGS84) and people `[places]` (1 where the table has none)."""

    ids: tuple[str, ...]
    lonlat: NDArray[np.float64]
    people: NDArray[np.float64]


def read_places(path: Path, what: str) -> PlaceTable:
    """Read a table with the columns id, lon, lat and perhaps people; `what` names it in errors.

    Raises `UnusableTable` with every defect.
    """
    kind = Kind(what, ("id", "lon", "lat"), "methods/reachability.md", optional=("people",))
    table = read_table(path, kind)
    ids, defects = table.columns["id"], []
    numbers = {"people": [1.0] * len(ids)}
    for at, (line, name) in enumerate(zip(table.lines, ids, strict=True)):
        if not name or name in ids[:at]:
            defects.append(Defect(line, "id", name, "a name that no other place has"))
    for field in (each for each in RANGES if each in table.columns):
        low, high = RANGES[field]
        numbers[field] = [_number(text) for text in table.columns[field]]
        expected = "a number of 0 or more" if field == "people" else f"degrees from {low:g} to {high:g}"
        defects += [
            Defect(line, field, text, expected)
            for line, text, value in zip(table.lines, table.columns[field], numbers[field], strict=True)
            if not low <= value <= high
        ]
    if not ids:
        defects.append(Defect(1, "row", "", "at least one place"))
    if defects:
        raise UnusableTable(kind, str(path), defects)
    return PlaceTable(tuple(ids), np.column_stack([numbers["lon"], numbers["lat"]]), np.array(numbers["people"]))


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return float("nan")
