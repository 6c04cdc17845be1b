"""Acceptance test 12: what must not be public is found wherever it hides."""

import base64
import json

import numpy as np
import pytest

from allmende.cubes import texts
from allmende.cubes.parquet import read_table, write_table
from allmende.release.example import write_example
from allmende.release.leaks import find_leaks

SECRET = bytes(range(100, 132))
NOTE = "tables/stock_district_age_sex.parquet"


def add_column(folder):
    columns, values, metadata = read_table(folder / NOTE)
    write_table(folder / NOTE, columns, values | {"n": values["value"]}, metadata)


def add_metadata(folder):
    columns, values, metadata = read_table(folder / NOTE)
    write_table(folder / NOTE, columns, values, metadata | {"allmende.base": "{}"})


HIDING = {
    "a column of true counts": (add_column, NOTE),
    "a manifest in the metadata": (add_metadata, NOTE),
    "a base cube beside the tables": (
        lambda f: write_table(f / "tables/x.parquet", [texts("ags", ["1"])], {"n": np.array([1]), "key": np.array([2])}, {}),
        "tables/x.parquet",
    ),
    "a parameter in a report": (lambda f: (f / "report.json").write_text(json.dumps({"variance": 2.25})), "report.json"),
    "the largest deviation in words": (lambda f: (f / "report.html").write_text("<p>Maximum deviation: 4</p>"), "report.html"),
    "the secret in hexadecimal": (lambda f: (f / "note.txt").write_text(f"x{SECRET.hex()}y"), "note.txt"),
    "the secret in base 64": (lambda f: (f / "note.txt").write_bytes(b"x" + base64.b64encode(SECRET)), "note.txt"),
    "the secret itself": (lambda f: (f / "region.bin").write_bytes(b"abc" + SECRET), "region.bin"),
}


def test_a_clean_release_has_no_leak(tmp_path):
    assert find_leaks(write_example(tmp_path), {"the secret": SECRET}) == ()


@pytest.mark.parametrize("name", HIDING)
def test_a_leak_is_found_and_its_file_named(tmp_path, name):
    folder = write_example(tmp_path)
    hide, file = HIDING[name]
    hide(folder)
    assert {leak.file for leak in find_leaks(folder, {"the secret": SECRET})} == {file}
