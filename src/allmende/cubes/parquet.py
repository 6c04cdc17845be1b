"""Columns and values to and from one Parquet file, the same bytes for the same content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from allmende.cubes.columns import TOTAL, Column

Values = Mapping[str, NDArray[Any]]
File = Path | IO[bytes]
"""A path, or an open binary file for what must not touch a disk."""


def write_table(file: File, columns: Sequence[Column], values: Values, metadata: Mapping[str, str]) -> None:
    """Write columns (labelled ones as dictionary-coded text, margins as null) and values, with text metadata."""
    arrays = {column.name: _array(column) for column in columns} | {name: pa.array(v) for name, v in values.items()}
    table = pa.table(arrays).replace_schema_metadata(dict(metadata))
    if isinstance(file, Path):
        file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, file, compression="zstd", row_group_size=1 << 20, store_schema=True)


def read_table(file: File) -> tuple[tuple[Column, ...], dict[str, NDArray[Any]], dict[str, str]]:
    """Read what `write_table` wrote: columns, values, metadata."""
    table = pq.read_table(file)
    metadata = {key.decode(): text.decode() for key, text in (table.schema.metadata or {}).items()}
    columns, values = [], {}
    for name in table.column_names:
        array = table.column(name).combine_chunks()
        if pa.types.is_dictionary(array.type):
            columns.append(_column(name, array))
        elif name in ("n", "key", "value"):
            values[name] = array.to_numpy(zero_copy_only=False)
        else:
            columns.append(Column(name, array.to_numpy(zero_copy_only=False).astype(np.int64)))
    return tuple(columns), values, metadata


def _array(column: Column) -> pa.Array:
    if column.labels is None:
        return pa.array(column.codes)
    margin = column.codes == TOTAL
    indices = pa.array(np.where(margin, 0, column.codes).astype(np.int32), mask=margin)
    return pa.DictionaryArray.from_arrays(indices, pa.array(column.labels, type=pa.string()))


def _column(name: str, array: pa.DictionaryArray) -> Column:
    indices = array.indices.fill_null(TOTAL) if array.indices.null_count else array.indices
    codes = indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return Column(name, codes, tuple(array.dictionary.to_pylist()))
