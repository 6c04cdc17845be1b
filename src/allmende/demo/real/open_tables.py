"""Published figures that stand beside the releases as they are: municipal totals, and the 1 km grid of the Zensus 2011."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from allmende.areas.gemeindeverzeichnis import Entry
from allmende.areas.geometry import Shapes
from allmende.areas.grid import cell_id, pack
from allmende.areas.projection import to_wgs84
from allmende.demo.real.persons import Grid

CELL_COLUMNS = {
    "einwohner": "people",
    "alter_d": "mean_age",
    "unter18_a": "percent_under_18",
    "ab65_a": "percent_65_and_over",
    "frauen_a": "percent_women",
    "auslaender_a": "percent_other_nationality",
}
"""Columns of the grid file and their names in the open table."""


def write_totals(entries: Sequence[Entry], path: Path) -> int:
    """Write people by sex of every municipality; return the number of rows."""
    rows = [[e.ags, e.name, e.association, e.people, e.male, e.female, e.km2] for e in entries]
    return _write(path, ["ags", "name", "association", "people", "male", "female", "km2"], rows)


def read_grid(path: Path, borders: Shapes) -> tuple[Grid, dict[str, np.ndarray[Any, Any]]]:
    """Read the cells whose centre lies in the region: for drawing houses, and all their figures with the AGS."""
    low_high = np.array([polygon.bounds for polygon in borders.polygons])
    table = pq.read_table(path)
    lon, lat = to_wgs84(table["x"].to_numpy(), table["y"].to_numpy())
    box = (low_high[:, 0].min(), low_high[:, 1].min(), low_high[:, 2].max(), low_high[:, 3].max())
    near = np.flatnonzero((lon >= box[0]) & (lat >= box[1]) & (lon <= box[2]) & (lat <= box[3]))
    place = borders.locate(lon[near], lat[near])
    inside = near[place >= 0]
    kept = table.take(pc.cast(inside, "int64"))
    figures = {name: kept[name].to_numpy() for name in ("x", "y", *CELL_COLUMNS)}
    figures["ags"] = np.array(borders.keys)[place[place >= 0]]
    return Grid(figures["x"].astype(float), figures["y"].astype(float), figures["einwohner"].astype(np.int64)), figures


def write_cells(figures: Mapping[str, np.ndarray[Any, Any]], path: Path) -> int:
    """Write the cells by INSPIRE name, what was suppressed as an empty field; return the number of rows."""
    names = [cell_id(int(cell), 1000) for cell in pack(figures["x"], figures["y"])]

    def rows() -> Iterator[list[Any]]:
        for number in np.argsort(np.array(names)):
            yield [names[number], figures["ags"][number], *(_plain(figures[column][number]) for column in CELL_COLUMNS)]

    return _write(path, ["cell", "ags", *CELL_COLUMNS.values()], rows())


def write_index(tables: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write what the open tables are: title de/en, file, date, source, attribution, licence."""
    path.write_text(json.dumps({"tables": list(tables)}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _plain(value: Any) -> str:
    number = float(value)
    return "" if math.isnan(number) else f"{number:.2f}".rstrip("0").rstrip(".")


def _write(path: Path, columns: Sequence[str], rows: Any) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow(row)
            written += 1
    return written
