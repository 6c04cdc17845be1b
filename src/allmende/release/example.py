"""A publication of four villages' worth of invented figures: for the documentation and for tests of those who read releases."""

from __future__ import annotations

from datetime import date
from itertools import product
from pathlib import Path

import numpy as np

from allmende.cubes import Column, ReleasedCube
from allmende.cubes.columns import TOTAL
from allmende.cubes.publication import (
    RELEASES,
    Accuracy,
    Publication,
    PublishedRegion,
    TableEntry,
    Words,
    file_hash,
    put_in_force,
    write_publication,
)
from allmende.cubes.released import TableNote, write_released

AREAS = {"municipality": ("99001001", "99001002"), "district": ("99001001.01", "99001001.02", "99001002.01")}
YEARS = (2024, 2025)
AGES = ("0-17", "18-29", "30-49", "50-64", "65+")


def write_example(public: Path, release_id: str = "2025-example") -> Path:
    """Write a release of two municipalities, three districts and two years below `public` and put it in force.

    The figures are invented, not protected: they follow a formula, so that a reader's test can foretell them.
    """
    folder = public / RELEASES / release_id
    entries = [_write_table(folder, geography, areas) for geography, areas in AREAS.items()]
    publication = Publication(
        folder=folder,
        id=release_id,
        title=Words("Beispiel", "Example"),
        created=date(2026, 1, 15),
        region=PublishedRegion("example", Words("Beispielregion", "Example region"), True, date(2025, 1, 1), "Allmende"),
        method=Words("Erfundene Zahlen.", "Invented figures."),
        tables=tuple(entries),
        files=(),
    )
    write_publication(publication)
    put_in_force(public, release_id)
    return folder


def _write_table(folder: Path, geography: str, areas: tuple[str, ...]) -> TableEntry:
    members = list(product(range(len(areas)), YEARS, (TOTAL, *range(len(AGES))), (TOTAL, 0, 1)))
    codes = np.array(members, dtype=np.int64).T
    columns = tuple(
        Column(name, column, labels)
        for name, column, labels in zip(("area", "year", "age", "sex"), codes, (areas, None, AGES, ("m", "w")), strict=True)
    )
    value = 100 * (codes[0] + 1) + (codes[1] - YEARS[0]) + np.where(codes[2] == TOTAL, 50, codes[2])
    value += np.where(codes[3] == TOTAL, 20, 3 * codes[3])
    table = f"stock_{geography}_age_sex"
    note = TableNote(
        table, "stock", geography, (("age", "broad"), ("sex", "each")), "12-31", "12-31", "2025-01-01", "public", "example"
    )
    file = f"tables/{table}.parquet"
    write_released(ReleasedCube(columns, value, note, dict.fromkeys(areas, YEARS)), folder / file)
    title = Words("Bevölkerung nach Alter und Geschlecht", "Population by age and sex")
    return TableEntry(note, title, file, file_hash(folder / file), len(value), YEARS, Accuracy(0.98, 0.83, 0.07, 0.02))
