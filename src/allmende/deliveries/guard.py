"""Before a table of a delivery is read, its Parquet footer must promise what the signed note says, in bounded size.

A small file can claim billions of rows or unfold one long text into gigabytes. An office is known by name, but its machine
may be in other hands: so layout, encodings and sizes are read from the footer first, which costs nothing.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.parquet as pq

from allmende.cubes.base import KINDS
from allmende.cubes.manifest import SCHEMA
from allmende.deliveries.note import Content, TableContent
from allmende.errors import Refused

ROW_LIMIT = 1 << 27
"""Most cells of one table: 134 million, or 10 GB once read."""

BYTE_LIMIT = 4 << 30
"""Most bytes of one table after unpacking its pages."""

_NAME = re.compile(r"[a-z0-9_]{1,64}")
_ENCODINGS = {"PLAIN", "RLE", "RLE_DICTIONARY", "PLAIN_DICTIONARY", "BIT_PACKED"}
_LABELS, _NUMBERS = pa.dictionary(pa.int32(), pa.string()), pa.int64()
_NUMBERED = ("cell", "origin_cell", "age", "year")


def check_base(data: bytes, content: Content, where: str) -> None:
    """Refuse a file whose footer does not promise a base cube of the content's kind and number of cells."""
    if content.manifest.schema != SCHEMA or content.manifest.kind not in KINDS:
        raise Refused(
            f"The delivery holds {content.manifest.kind!r} in schema version {content.manifest.schema}.",
            where=where,
            expected=f"version {SCHEMA} of {', '.join(KINDS)}",
            todo="Bring office and hub to the same version of Allmende and let the office deliver again.",
        )
    dimensions = {name: _NUMBERS if name in _NUMBERED else _LABELS for name in KINDS[content.manifest.kind]}
    _check(data, dimensions | {"n": pa.int64(), "key": pa.uint32()}, content.cells, where)


def check_protected(data: bytes, content: TableContent, where: str) -> None:
    """Refuse a file whose footer does not promise a protected table of the content's dimensions and number of cells."""
    if not _NAME.fullmatch(content.note.table):
        raise Refused(
            f"{content.note.table!r} cannot be the name of a table.",
            where=where,
            expected="1 to 64 small letters, digits and underscores, which are safe in the name of a file",
            todo="Let the office use the region's catalogue.",
        )
    dimensions = dict.fromkeys(name for name, _ in content.note.dimensions)
    columns = {"area": _LABELS, "year": _NUMBERS} | dict.fromkeys(dimensions, _LABELS) | {"value": pa.int64()}
    _check(data, columns, content.cells, where)


def _check(data: bytes, columns: Mapping[str, pa.DataType], cells: int, where: str) -> None:
    try:
        footer = pq.ParquetFile(io.BytesIO(data))
        layout = {column.name: column.type for column in footer.schema_arrow}
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Refused(
            "A file in the delivery is no Parquet table.",
            where=where,
            expected="a table as `allmende register aggregate` writes it",
            todo="Ask the office which program made the delivery.",
        ) from error
    groups = [footer.metadata.row_group(number) for number in range(footer.metadata.num_row_groups)]
    chunks = [group.column(number) for group in groups for number in range(group.num_columns)]
    size = sum(chunk.total_uncompressed_size for chunk in chunks)
    encodings = {encoding for chunk in chunks for encoding in chunk.encodings}
    if layout != columns or encodings - _ENCODINGS:
        raise Refused(
            "A table in the delivery has other columns than its kind.",
            where=where,
            expected=", ".join(f"{name} ({kind})" for name, kind in columns.items()),
            todo="Bring office and hub to the same version of Allmende and let the office deliver again.",
        )
    if footer.metadata.num_rows != cells or cells > ROW_LIMIT or size > BYTE_LIMIT:
        raise Refused(
            f"A table in the delivery would unfold to {footer.metadata.num_rows} rows and {size} bytes.",
            where=where,
            expected=f"{cells} rows as its note says; at most {ROW_LIMIT} rows and {BYTE_LIMIT} bytes",
            todo="Ask the office which program made the delivery; split a delivery of that size by year.",
        )
