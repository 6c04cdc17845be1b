"""One code, two engines, the same cells to the bit, whatever the order of rows and the number of threads."""

from pathlib import Path

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from allmende.cubes import Cells
from allmende.cubes.base import canonical_order, content_hash
from allmende.engine import fold_cells, fold_persons, open_engine
from allmende.errors import AllmendeError

DIMENSIONS = ["ags", "age", "sex"]


@pytest.fixture
def persons(tmp_path: Path) -> Path:
    draw = np.random.default_rng(7)
    size = 50_000
    table = pa.table(
        {
            "ags": np.array(["99001001", "98001002", "99001003"])[draw.integers(0, 3, size)],
            "age": draw.integers(0, 101, size),
            "sex": np.array(["m", "w"])[draw.integers(0, 2, size)],
            "rk": draw.integers(0, 2**32, size, dtype=np.uint32),
        }
    )
    pq.write_table(table, tmp_path / "persons.parquet", row_group_size=10_000)
    return tmp_path / "persons.parquet"


def folded(source: Path, engine: str = "duckdb", threads: int | None = None) -> Cells:
    with open_engine(engine, threads=threads) as session:
        return fold_persons(session.scan(source), DIMENSIONS, key="rk")


def digest(cells: Cells) -> str:
    return content_hash(canonical_order(cells))


def test_counts_and_keys_are_exact(persons: Path):
    cells, table = folded(persons), pq.read_table(persons)
    assert cells.n.sum() == table.num_rows
    assert int(cells.key.astype(np.uint64).sum()) % 2**32 == int(table["rk"].to_numpy().astype(np.uint64).sum()) % 2**32


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_thread_count_changes_nothing(persons: Path, threads: int):
    assert digest(folded(persons, threads=threads)) == digest(folded(persons))


def test_row_order_changes_nothing(persons: Path, tmp_path: Path):
    table = pq.read_table(persons)
    shuffled = tmp_path / "shuffled.parquet"
    pq.write_table(table.take(np.random.default_rng(1).permutation(table.num_rows)), shuffled)
    assert digest(folded(shuffled)) == digest(folded(persons))


def test_folding_base_cells_again_is_folding_persons(persons: Path):
    cells = folded(persons)
    columns = {name: np.array(cells[name].values()) for name in DIMENSIONS}
    with open_engine() as session:
        frame = session.frame(columns | {"n": cells.n, "key": cells.key})
        again, direct = fold_cells(frame, ["ags", "sex"]), fold_persons(session.scan(persons), ["ags", "sex"], key="rk")
    assert digest(again) == digest(direct)


@pytest.mark.spark
def test_spark_gives_the_same_cells_to_the_bit(persons: Path):
    assert digest(folded(persons, "spark", threads=2)) == digest(folded(persons))


def test_an_unknown_engine_is_named():
    with pytest.raises(AllmendeError, match="no engine 'abacus'"):
        open_engine("abacus")


def test_what_does_not_fit_into_memory_is_put_where_nobody_else_looks_and_removed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with open_engine() as session:
        (folder,) = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o077 == 0
        setting = nw.to_native(session.frame({"a": np.array([1])})).query("t", "SELECT current_setting('temp_directory')")
        assert setting.fetchall() == [(str(folder),)]
    assert not list(tmp_path.iterdir())
