"""Tables too large for arrays: opened and folded on DuckDB (default) or Spark, with the same result to the bit.

The only module that names either. Both run the same Narwhals expressions over integers, so neither row order nor thread
count can change a sum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Protocol, Self

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from allmende.cubes import Cells, Column
from allmende.errors import AllmendeError

Frame = nw.LazyFrame[Any]


class Engine(Protocol):
    """What a backend must do: open tables; everything else is Narwhals."""

    def scan(self, source: Path | str) -> Frame:
        """Open a Parquet file, a folder or glob of them, or (on Spark) a table by its name."""

    def frame(self, columns: Mapping[str, NDArray[Any]]) -> Frame:
        """Bring arrays of equal length in as a table."""

    def save(self, columns: Mapping[str, NDArray[Any]], table: str, by: Sequence[str]) -> None:
        """Add rows to a stored table, partitioned `by` some columns; the table is made if it is not there.

        Only Spark keeps tables; on DuckDB the house writes Parquet files.
        """

    def keep(self, table: str, partitions: Sequence[tuple[str | int, ...]]) -> None:
        """Drop all partitions of a stored table but these; nothing if there is no such table."""

    def close(self) -> None:
        """Give memory and processes back."""


def open_engine(name: str = "duckdb", *, threads: int | None = None) -> _Session:
    """Open a backend by name for the length of a `with` block, with as many threads as there are cores or as said.

    >>> import numpy as np
    >>> with open_engine() as engine:
    ...     frame = engine.frame({"sex": np.array(["m", "w", "m"]), "rk": np.array([1, 2, 2**32 - 1])})
    ...     cells = fold_persons(frame, ["sex"], key="rk")
    >>> sorted(zip(cells["sex"].values(), cells.n.tolist(), cells.key.tolist()))
    [('m', 2, 0), ('w', 1, 2)]
    """
    makers: dict[str, Callable[[int | None], Engine]] = {"duckdb": _DuckDB, "spark": _Spark}
    if name not in makers:
        raise AllmendeError(
            f"There is no engine {name!r}.", expected=f"one of {sorted(makers)}", todo="Correct the engine's name."
        )
    return _Session(makers[name](threads))


def fold_persons(frame: Frame, by: Sequence[str], *, key: str) -> Cells:
    """Count rows and add their record keys mod 2³² per combination of `by`.

    `key` names an integer column of record keys (0 … 2³²-1). Text columns come back labelled, integers as numbers.
    The cells are exact (on DuckDB up to 2³⁰ persons each) but in no particular order: `cubes.fold` sorts, and a base cube
    is sealed in canonical order.
    """
    if frame.implementation.is_duckdb():
        return _cells(_counted_in_one_sum(frame, by, key), by)
    folded = frame.group_by(*by).agg(nw.len().alias("n"), nw.col(key).cast(nw.Int64).sum().alias("key"))
    return _cells(folded, by)


def fold_cells(frame: Frame, by: Sequence[str]) -> Cells:
    """Add `n` and `key` of base cells per combination of `by`; results as in `fold_persons`."""
    folded = frame.group_by(*by).agg(nw.col("n").cast(nw.Int64).sum(), nw.col("key").cast(nw.Int64).sum())
    return _cells(folded, by)


def _counted_in_one_sum(frame: Frame, by: Sequence[str], key: str) -> Frame:
    """Count and add at once, as n·2⁶² + Σ key: DuckDB adds in 128 bits, and one number per group is less to carry than two."""
    marked = nw.col(key).cast(nw.Int64).fill_null(0) + (1 << 62)
    summed = frame.group_by(*by).agg(marked.sum().alias("both")).to_native()
    # shifts are DuckDB's own: what Narwhals makes of `//` takes longer than a second aggregate would
    names = ", ".join(f'"{name}"' for name in by)
    split: Frame = nw.from_native(
        summed.project(f'{names}, ("both" >> 62)::BIGINT AS n, ("both" & {0xFFFFFFFF})::BIGINT AS key')
    )
    return split


def _cells(folded: Frame, by: Sequence[str]) -> Cells:
    # 2³¹ keys of 32 bits fit an int64, and DuckDB's own sum is wider still: nothing overflows before uint32 cuts mod 2³²
    table: pa.Table = folded.with_columns(nw.col("key").cast(nw.Int64)).collect(backend="pyarrow").to_arrow()
    columns = tuple(_column(name, table.column(name)) for name in by)
    key = _integers(table.column("key")).astype(np.uint32)
    return Cells(columns, _integers(table.column("n")), key)


def _integers(array: pa.ChunkedArray) -> NDArray[np.int64]:
    integers: NDArray[np.int64] = array.cast(pa.int64()).to_numpy()
    return integers


def _column(name: str, array: pa.ChunkedArray) -> Column:
    if pa.types.is_integer(array.type):
        return Column(name, _integers(array))
    coded = array.cast(pa.string()).dictionary_encode().combine_chunks()
    labels: list[str] = coded.dictionary.to_pylist()
    ranked = sorted(labels)
    position = {label: rank for rank, label in enumerate(ranked)}
    rank = np.array([position[label] for label in labels], dtype=np.int64)
    return Column(name, rank[coded.indices.to_numpy()], tuple(ranked))


class _Session(AbstractContextManager["_Session"]):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.scan, self.frame, self.close = engine.scan, engine.frame, engine.close
        self.save, self.keep = engine.save, engine.keep

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._engine.close()


class _DuckDB:
    def __init__(self, threads: int | None) -> None:
        import duckdb

        # what does not fit into memory goes to a folder that only this user may enter, and goes with the connection
        self._spill = TemporaryDirectory(prefix="allmende-")
        self._connection = duckdb.connect(config={"temp_directory": self._spill.name})
        if threads:
            self._connection.execute(f"SET threads = {threads:d}")

    def scan(self, source: Path | str) -> Frame:
        path = Path(source)
        pattern = str(path / "**" / "*.parquet") if path.is_dir() else str(path)
        return nw.from_native(self._connection.read_parquet(pattern))

    def frame(self, columns: Mapping[str, NDArray[Any]]) -> Frame:
        return nw.from_native(self._connection.from_arrow(pa.table(dict(columns))))

    def save(self, columns: Mapping[str, NDArray[Any]], table: str, by: Sequence[str]) -> None:
        raise _no_table(table)

    def keep(self, table: str, partitions: Sequence[tuple[str | int, ...]]) -> None:
        raise _no_table(table)

    def close(self) -> None:
        self._connection.close()
        self._spill.cleanup()


def _no_table(table: str) -> AllmendeError:
    return AllmendeError(
        f"DuckDB keeps no table {table!r}.",
        expected="the engine spark",
        todo="Use Parquet files on DuckDB, or open the engine spark.",
    )


class _Spark:
    def __init__(self, threads: int | None) -> None:
        try:
            from pyspark.sql import SparkSession
        except ModuleNotFoundError as error:
            raise AllmendeError(
                "Spark is not installed.",
                expected="the package pyspark and Java 17",
                todo="Install it: pip install 'allmende[spark]'.",
            ) from error
        # a session that was there before belongs to somebody else: use it, never stop it
        self._own = SparkSession.getActiveSession() is None
        builder = SparkSession.builder.appName("allmende").master(f"local[{threads or '*'}]")
        self._session = builder.config("spark.ui.enabled", "false").config("spark.sql.session.timeZone", "UTC").getOrCreate()

    def scan(self, source: Path | str) -> Frame:
        if isinstance(source, Path) or "/" in source:
            frame = self._session.read.option("recursiveFileLookup", "true").parquet(str(source))
        else:
            frame = self._session.table(source)
        opened: Frame = nw.from_native(frame)
        return opened

    def frame(self, columns: Mapping[str, NDArray[Any]]) -> Frame:
        brought: Frame = nw.from_native(self._session.createDataFrame(pa.table(dict(columns))))
        return brought

    def save(self, columns: Mapping[str, NDArray[Any]], table: str, by: Sequence[str]) -> None:
        rows = self._session.createDataFrame(pa.table(dict(columns)))
        if not self._session.catalog.tableExists(table):
            rows.write.partitionBy(*by).saveAsTable(table)
            return
        rows.select(self._session.table(table).columns).write.insertInto(table)

    def keep(self, table: str, partitions: Sequence[tuple[str | int, ...]]) -> None:
        if not self._session.catalog.tableExists(table):
            return
        kept = {tuple(map(str, values)) for values in partitions}
        for (path,) in self._session.sql(f"SHOW PARTITIONS {table}").collect():
            found = dict(part.split("=", 1) for part in path.split("/"))
            if tuple(found.values()) not in kept:
                values = ", ".join(f"{name} = {value!r}" for name, value in found.items())
                self._session.sql(f"ALTER TABLE {table} DROP IF EXISTS PARTITION ({values})")

    def close(self) -> None:
        if self._own:
            self._session.stop()
