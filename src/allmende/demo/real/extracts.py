"""Modelled persons as the extract of a registration office: one CSV file a key date, and the profile that reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from allmende.demo.real.ortsteile import Ortsteile
from allmende.demo.real.persons import Persons

PROFILE = """\
schema = 1
name = "Region Bremen, nachgebildeter Bestandsabzug"

[file]
kind = "delimited"
encoding = "utf-8"
separator = ";"
quote = '"'
header = true

[dates]
formats = ["JJJJ-MM-TT"]

[citizenship]
separator = "/"

[citizenship.codes]
"000" = ["deutsch"]
"999" = ["nicht deutsch"]

[coordinates]
crs = "EPSG:3035"

[stock]
id = "Ordnungsmerkmal"
birth_date = "Geburtsdatum"
sex = "Geschlecht"
citizenships = "Staatsangehoerigkeit"
residence = "Wohnung"
district = "Ortsteil"
east = "Rechtswert"
north = "Hochwert"

[codes.sex]
m = ["männlich"]
w = ["weiblich"]

[codes.residence]
main = ["Hauptwohnung"]
"""
"""The published table tells German and other, no state: others carry 999 (not stated). It counts main residences only."""


def write_profile(path: Path) -> Path:
    """Write the TOML profile with which `allmende register` reads the extracts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PROFILE, encoding="utf-8")
    return path


def write_extract(persons: Persons, counts: Ortsteile, path: Path) -> Path:
    """Write one line a person; ids are drawn anew for each date, so nobody can be followed from one to the next."""
    count = len(persons.area)
    table = pa.table(
        {
            "Ordnungsmerkmal": pa.array([f"{counts.key_date.year}-{number:07d}" for number in range(count)]),
            "Geburtsdatum": pa.array(persons.birth_date),
            "Geschlecht": _words(persons.sex, ["männlich", "weiblich"]),
            "Staatsangehoerigkeit": _words(persons.nationality, ["deutsch", "nicht deutsch"]),
            "Wohnung": _words(np.zeros(count, dtype=np.int64), ["Hauptwohnung"]),
            "Ortsteil": _words(persons.area, [key[5:] for key in counts.keys]),
            "Rechtswert": pa.array(persons.east, mask=np.isnan(persons.east)),
            "Hochwert": pa.array(persons.north, mask=np.isnan(persons.north)),
        }
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    pa_csv.write_csv(table, path, pa_csv.WriteOptions(delimiter=";", quoting_style="none"))
    return path


def _words(codes: np.ndarray[tuple[int, ...], np.dtype[np.int64]], words: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(words)).cast(pa.string())
