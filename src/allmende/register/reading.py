"""From bytes to columns: an extract read line by line, so that a bad line costs itself and nothing else."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.register.findings import Finding
from allmende.register.profile import Layout, Profile
from allmende.register.schema import Kind, load_schema

Ints = NDArray[np.int64]
Rows = NDArray[np.int64] | NDArray[np.bool_]

LIMIT_MB = 256
"""Larger files are refused unless the caller allows more: 3.5 million rows; reading takes 20 times the size in memory."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A text column: `codes` (one per row) are positions in `values`, the distinct texts, trimmed."""

    codes: Ints
    values: tuple[str, ...] = field(repr=False)

    def take(self, rows: Rows) -> Coded:
        """Return the chosen rows."""
        return Coded(self.codes[rows], self.values)

    def text(self, row: int) -> str:
        """Return the text of one row."""
        return self.values[int(self.codes[row])]


@dataclass(frozen=True, slots=True)
class Table:
    """The readable rows of a file: their line numbers (from 1) and one coded column per field of the profile."""

    file: str
    lines: Ints
    columns: Mapping[str, Coded]

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, name: str) -> Coded:
        return self.columns[name] if name in self.columns else Coded(np.zeros(len(self), dtype=np.int64), ("",))

    def take(self, rows: Rows) -> Table:
        """Return the chosen rows."""
        return Table(self.file, self.lines[rows], {name: column.take(rows) for name, column in self.columns.items()})


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a file: the table, what was found, how many records there were, and every line as it was."""

    table: Table
    findings: tuple[Finding, ...]
    records: int
    raw: Sequence[bytes] = field(repr=False)

    @property
    def usable(self) -> bool:
        """Return whether the file as a whole can be used."""
        return all(finding.severity != "fatal" for finding in self.findings)


def load_bytes(path: Path, limit_mb: int = LIMIT_MB) -> bytes:
    """Read a file's bytes; a file above the limit is refused before it is opened."""
    size = path.stat().st_size
    if size > limit_mb * 1024 * 1024:
        raise AllmendeError(
            f"The file has {size / 1024**2:,.0f} MB.",
            where=str(path),
            expected=f"at most {limit_mb} MB",
            todo="Check that it is one municipality's extract; if so, raise the limit: --max-size-mb.",
        )
    return path.read_bytes()


def read_extract(data: bytes, name: str, profile: Profile, kind: Kind) -> Reading:
    """Read an extract's bytes by a profile; whatever is wrong becomes a finding, never an exception."""
    reader = _Reader(data, name, profile, kind)
    table = reader.read()
    return Reading(table, tuple(reader.findings), reader.records, reader.raw)


class _Reader:
    def __init__(self, data: bytes, name: str, profile: Profile, kind: Kind) -> None:
        self.data = data.removeprefix(b"\xef\xbb\xbf").rstrip(b"\x1a")
        self.name, self.layout, self.kind, self.columns = name, profile.layout, kind, profile.columns(kind)
        self.findings: list[Finding] = []
        self.raw: list[bytes] = self.data.split(b"\n")
        self.ends_cleanly = self.data.endswith(b"\n") or not self.data
        self.records = 0

    def find(self, code: str, line: int = 0, field: str = "", value: str = "", detail: str = "") -> None:
        self.findings.append(Finding(code, self.name, line, field, value, detail))

    def read(self) -> Table:
        if not self._check_bytes():
            return self._table([], [], {})
        lines = self._text_lines()
        start, places = self._header(lines)
        if places is None:
            return self._table([], [], {})
        numbered = [(number, line) for number, line in enumerate(lines[start:], start + 1) if line is None or line.strip()]
        self.records = len(numbered)
        if not numbered:
            self.find("file.no_rows" if self.kind == "stock" else "file.no_events", start)
        readable = [(number, line) for number, line in numbered if line is not None]
        if self.layout.kind == "fixed":
            return self._fixed(readable)
        return self._delimited(readable, places, self._width(lines, start))

    def _check_bytes(self) -> bool:
        if not self.data.strip():
            self.find("file.empty")
        elif self.data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            self.find("file.utf16", detail=self.layout.encoding)
        elif not self.layout.encoding.startswith("utf-8") and not self.data.isascii() and _is_utf8(self.data):
            first = next(number for number, line in enumerate(self.raw, 1) if not line.isascii())
            self.find("file.is_utf8", first, detail=self.layout.encoding)
        return not self.findings

    def _text_lines(self) -> list[str | None]:
        encoding = "utf-8" if self.layout.encoding == "utf-8-sig" else self.layout.encoding
        lines: list[str | None]
        try:
            lines = list(self.data.decode(encoding).split("\n"))
        except UnicodeDecodeError:
            lines = [self._decode(number, raw, encoding) for number, raw in enumerate(self.raw, 1)]
        if b"\0" in self.data:
            for position, line in enumerate(lines):
                if line is not None and "\0" in line:
                    self.find("row.nul", position + 1)
                    lines[position] = None
        return lines

    def _decode(self, number: int, raw: bytes, encoding: str) -> str | None:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            self.find("row.encoding", number, value=raw.decode(encoding, "replace").strip(), detail=encoding)
            return None

    def _header(self, lines: Sequence[str | None]) -> tuple[int, dict[str, int] | None]:
        """Return the number of lines before the first record and the place of each field, None if the header is unusable."""
        if not self.layout.header:
            return 0, {name: source - 1 for name, source in self.columns.items() if isinstance(source, int)}
        heads = [head.strip() for head in self._split(lines[0] or "") or []]
        twice = [head for head, count in Counter(heads).items() if count > 1 and head in self.columns.values()]
        missing = [source for source in self.columns.values() if source not in heads]
        if len(heads) < 2 and missing:
            likely = max(";,\t|", key=(lines[0] or "").count)
            self.find("file.separator", 1, detail="TAB" if likely == "\t" else likely)
        else:
            for name, source in self.columns.items():
                if source in missing:
                    self.find("file.columns", 1, name, detail=f'"{source}"')
            for head in twice:
                self.find("file.column_twice", 1, detail=f'"{head}"')
        if missing or twice:
            return 1, None
        return 1, {name: heads.index(str(source)) for name, source in self.columns.items()}

    def _width(self, lines: Sequence[str | None], start: int) -> int:
        if self.layout.header:
            return len(self._split(lines[0] or "") or [])
        counts = Counter(len(self._split(line) or []) for line in lines[:1000] if line)
        return counts.most_common(1)[0][0] if counts else 0

    def _split(self, line: str) -> list[str] | None:
        """Return a line's fields, None when its quotes do not match."""
        line = line.removesuffix("\r")
        if not self.layout.quote or self.layout.quote not in line:
            return line.split(self.layout.separator)
        try:
            return next(csv.reader([line], delimiter=self.layout.separator, quotechar=self.layout.quote, strict=True))
        except csv.Error:
            return None

    def _delimited(self, lines: Iterable[tuple[int, str]], places: Mapping[str, int], width: int) -> Table:
        numbers, rows = [], []
        for number, line in lines:
            fields = self._split(line)
            if fields is None:
                self.find("row.quotes", number)
            elif len(fields) != width:
                cut = number == len(self.raw) and not self.ends_cleanly and len(fields) < width
                self.find("file.truncated" if cut else "row.fields", number, value=str(len(fields)), detail=str(width))
            else:
                numbers.append(number)
                rows.append(fields)
        return self._table(numbers, rows, places)

    def _fixed(self, lines: Iterable[tuple[int, str]]) -> Table:
        spans = {name: (s[0] - 1, s[0] - 1 + s[1]) for name, s in self.columns.items() if isinstance(s, tuple)}
        needed = max(spans[name][1] for name in load_schema().required(self.kind))
        numbers, rows = [], []
        for number, line in lines:
            text = line.removesuffix("\r")
            if len(text) < needed:
                cut = number == len(self.raw) and not self.ends_cleanly
                self.find("file.truncated" if cut else "row.short", number, value=str(len(text)), detail=str(needed))
            else:
                numbers.append(number)
                rows.append([text[a:b] for a, b in spans.values()])
        return self._table(numbers, rows, {name: place for place, name in enumerate(spans)})

    def _table(self, numbers: Sequence[int], rows: Sequence[Sequence[str]], places: Mapping[str, int]) -> Table:
        columns = {name: _code([row[place] for row in rows]) for name, place in places.items()}
        return Table(self.name, np.array(numbers, dtype=np.int64), columns)


def _code(texts: list[str]) -> Coded:
    array = pa.array(texts, type=pa.string()).dictionary_encode()
    values = tuple(text.strip() for text in array.dictionary.to_pylist())
    return Coded(array.indices.to_numpy().astype(np.int64), values)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def quarantined(reading: Reading, lines: Iterable[int], layout: Layout) -> Iterator[bytes]:
    """Yield the header and the chosen lines exactly as they stood in the file."""
    if layout.header and reading.raw:
        yield reading.raw[0]
    for line in sorted(set(lines)):
        yield reading.raw[line - 1]
