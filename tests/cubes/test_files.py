"""Cubes survive their files, and a file that was changed or is of the wrong kind is refused."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from allmende.cubes import BaseCube, Cells, Column, Manifest, ReleasedCube, numbers, texts
from allmende.cubes.base import read_cube, write_cube
from allmende.cubes.columns import TOTAL
from allmende.cubes.released import TableNote, read_released, write_released
from allmende.errors import AllmendeError


def stock() -> BaseCube:
    day = date(2025, 12, 31)
    cells = Cells(
        (
            texts("ags", ["99001001", "99001001"]),
            texts("district", ["99001001.2", "99001001.1"]),
            numbers("cell", [3_350_042_500, -1]),
            numbers("age", [34, 3]),
            texts("sex", ["w", "m"]),
            texts("nationality", ["german", "other"]),
            texts("residence", ["main", "main"]),
            numbers("year", [2025, 2025]),
        ),
        np.array([2, 1]),
        np.array([4_000_000_000, 17], dtype=np.uint32),
    )
    manifest = Manifest("stock", "99001001", day, day, day, "2026a", "0f" * 8, "test", notes=(("unlocated", 1),))
    return BaseCube(cells, manifest)


def released(**note: object) -> ReleasedCube:
    sex = texts("sex", ["m", "w"])
    columns = (texts("area", ["a", "a", "b"]), numbers("year", [2025] * 3), Column("sex", np.array([0, TOTAL, 1]), sex.labels))
    fields = {
        "table": "t", "cube": "stock", "geography": "municipality", "dimensions": (("sex", "sex"),), "key_date": "12-31",
        "age_date": "12-31", "territory_date": "2025-12-31", "audience": "public", "source": "test",
    }  # fmt: skip
    return ReleasedCube(columns, np.array([5, 9, 4]), TableNote(**(fields | note)), {"a": (2025,), "b": (2025,)})


def test_a_base_cube_comes_back_as_it_was_sealed(tmp_path: Path):
    sealed = write_cube(stock(), tmp_path / "stock.parquet")
    again = read_cube(tmp_path / "stock.parquet")
    assert again.manifest == sealed.manifest
    assert [c.values() for c in again.cells.columns] == [c.values() for c in sealed.cells.columns]
    assert again.cells.n.tolist() == sealed.cells.n.tolist()
    assert again.cells.key.tolist() == sealed.cells.key.tolist()


def test_the_same_cube_is_the_same_bytes(tmp_path: Path):
    write_cube(stock(), tmp_path / "one.parquet")
    cube = stock()
    reversed_rows = BaseCube(cube.cells.take(np.array([1, 0])), cube.manifest)
    write_cube(reversed_rows, tmp_path / "two.parquet")
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


def test_changed_counts_are_noticed(tmp_path: Path):
    path = tmp_path / "stock.parquet"
    write_cube(stock(), path)
    table = pq.read_table(path)
    changed = table.set_column(table.column_names.index("n"), "n", [[1, 3]])
    pq.write_table(changed.replace_schema_metadata(table.schema.metadata), path)
    with pytest.raises(AllmendeError, match="do not match the hash"):
        read_cube(path)


def test_another_schema_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_cube(stock(), tmp_path / "stock.parquet")
    monkeypatch.setattr("allmende.cubes.base.SCHEMA", 2)
    with pytest.raises(AllmendeError, match="schema version 1"):
        read_cube(tmp_path / "stock.parquet")


def test_a_cube_needs_the_dimensions_of_its_kind():
    cube = stock()
    with pytest.raises(ValueError, match="A cube of stock has the dimensions"):
        BaseCube(Cells(cube.cells.columns[:-1], cube.cells.n, cube.cells.key), cube.manifest)


def test_a_released_cube_comes_back_with_its_margins(tmp_path: Path):
    write_released(released(), tmp_path / "t.parquet")
    again = read_released(tmp_path / "t.parquet")
    assert again["sex"].values() == ["m", "total", "w"]
    assert again.value.tolist() == [5, 9, 4]
    assert again.note == released().note
    assert again.areas == {"a": (2025,), "b": (2025,)}


def test_selecting_by_members():
    assert released().select(area="a", sex="total").value.tolist() == [9]
    assert released().select(area="nowhere").value.tolist() == []


def test_a_base_cube_is_no_released_table(tmp_path: Path):
    """The door between confidential and public: a reader of releases refuses exact counts."""
    write_cube(stock(), tmp_path / "stock.parquet")
    with pytest.raises(AllmendeError, match="no released table"):
        read_released(tmp_path / "stock.parquet")
    write_released(released(), tmp_path / "t.parquet")
    with pytest.raises(AllmendeError, match="no base cube"):
        read_cube(tmp_path / "t.parquet")


def test_zeros_are_never_stored():
    cube = released()
    with pytest.raises(ValueError, match="protected zeros can be told from true ones"):
        ReleasedCube(cube.columns, np.array([5, 0, 4]), cube.note, cube.areas)
