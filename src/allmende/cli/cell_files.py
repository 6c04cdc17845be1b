"""Files of counts and keys, as `allmende privacy perturb` reads and writes them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from allmende.cli.output import say_json
from allmende.cubes.columns import Ints
from allmende.cubes.folding import Keys
from allmende.errors import AllmendeError

PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class CellFile:
    """The table of a file, with its counts and keys checked."""

    table: pa.Table
    n: Ints
    key: Keys

    def with_published(self, published: Ints, *, keep_exact: bool) -> pa.Table:
        """Return the table with protected counts and, unless asked for, without the exact ones."""
        kept = self.table if keep_exact else self.table.drop_columns(["n", "key"])
        return kept.append_column(PUBLISHED, pa.array(published))


def read_cells(path: Path) -> CellFile:
    """Read CSV (comma or semicolon) or Parquet with the whole-number columns n ≥ 0 and key in 0 … 2³²-1."""
    table = _read(path)
    absent = {"n", "key"} - set(table.column_names)
    if absent or PUBLISHED in table.column_names:
        raise AllmendeError(
            "The columns do not fit.",
            where=f"{path}: {', '.join(table.column_names)}",
            expected=f"columns n and key, no column {PUBLISHED}",
            todo="Rename the columns.",
        )
    n = _whole(path, table, "n", (1 << 53) - 1)
    key = _whole(path, table, "key", (1 << 32) - 1)
    return CellFile(table, n, key.astype(np.uint32))


def write_cells(table: pa.Table, path: Path | None, *, as_json: bool) -> None:
    """Write Parquet or CSV by the file's ending; without a path CSV, or JSON records, to standard output."""
    if path is None and as_json:
        say_json({"rows": table.to_pylist()})
    elif path is None:
        sys.stdout.flush()
        pacsv.write_csv(table, sys.stdout.buffer)
    elif path.suffix == ".parquet":
        pq.write_table(table, path)
    else:
        pacsv.write_csv(table, path)


def _read(path: Path) -> pa.Table:
    try:
        if path.suffix == ".parquet":
            return pq.read_table(path)
        with path.open("rb") as file:
            semicolon = b";" in file.readline()
        return pacsv.read_csv(path, parse_options=pacsv.ParseOptions(delimiter=";" if semicolon else ","))
    except pa.ArrowInvalid as error:
        # Arrow's own words quote the file, which holds exact counts
        raise AllmendeError(
            "The file cannot be read as a table.",
            where=str(path),
            expected="CSV with a header line and as many fields in every line, or Parquet",
            todo="Open it in a text editor and correct the line that differs.",
        ) from error


def _whole(path: Path, table: pa.Table, name: str, largest: int) -> Ints:
    column = table.column(name)
    if column.null_count or not pa.types.is_integer(column.type):
        found = f"{column.null_count} empty values" if column.null_count else f"values of type {column.type}"
        raise AllmendeError(
            f"Column {name} has {found}.",
            where=str(path),
            expected="a whole number in every line",
            todo="Correct the file: a missing key cannot be replaced.",
        )
    values = column.to_numpy()
    outside = np.flatnonzero((values < 0) | (values > largest))
    if len(outside):
        raise AllmendeError(
            f"Column {name} has a value outside 0 … {largest}.",
            where=f"{path}, row {outside[0] + 1} of {len(values)}",
            expected=f"0 … {largest}",
        )
    return np.asarray(values, dtype=np.int64)
