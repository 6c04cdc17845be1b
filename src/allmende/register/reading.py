"""From lines to columns: an extract read by its profile, so that a bad line costs itself and nothing else."""

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
from allmende.register.lines import read_lines
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
    return Reading(table, tuple(reader.findings), reader.records, reader.lines.raw)


class _Reader:
    def __init__(self, data: bytes, name: str, profile: Profile, kind: Kind) -> None:
        self.name, self.layout, self.kind, self.columns = name, profile.layout, kind, profile.columns(kind)
        self.lines = read_lines(data, name, profile.layout.encoding)
        self.findings = list(self.lines.findings)
        self.records = 0

    def find(self, code: str, line: int = 0, field: str = "", value: str = "", detail: str = "") -> None:
        self.findings.append(Finding(code, self.name, line, field, value, detail))

    def read(self) -> Table:
        lines = self.lines.text
        if not lines:
            return self._table([], [], {})
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
        widths = self._widths(lines, start)
        beyond = [name for name, place in places.items() if place >= widths[0]] if readable else []
        for name in beyond:
            self.find("file.column_number", 0, name, detail=str(widths[0]))
        return self._table([], [], {}) if beyond else self._delimited(readable, places, widths)

    def _header(self, lines: Sequence[str | None]) -> tuple[int, dict[str, int] | None]:
        """Return the number of lines before the first record and the place of each field, None if the header is unusable."""
        if not self.layout.header:
            return 0, {name: source - 1 for name, source in self.columns.items() if isinstance(source, int)}
        heads = self._heads(lines[0])
        known = set(self.columns.values())
        twice = [head for head, count in Counter(heads).items() if count > 1 and head in known]
        if not known & set(heads):
            self._find_no_header(lines)
            return 1, None
        for name, source in self.columns.items():
            if source not in heads:
                self.find("file.columns", 1, name, detail=f'"{source}"')
        for head in twice:
            self.find("file.column_twice", 1, detail=f'"{head}"')
        if twice or not known <= set(heads):
            return 1, None
        return 1, {name: heads.index(str(source)) for name, source in self.columns.items()}

    def _heads(self, line: str | None) -> list[str]:
        return [head.strip() for head in self._split(line or "") or []]

    def _find_no_header(self, lines: Sequence[str | None]) -> None:
        """Say why the first line names no column: it stands later, has another separator, or there is none."""
        first, wanted = lines[0] or "", [f'"{source}"' for source in self.columns.values()]
        later = [number for number, line in enumerate(lines[1:20], 2) if set(self.columns.values()) & set(self._heads(line))]
        likely = max(";,\t|", key=first.count)
        if later:
            self.find("file.header_late", 1, detail=str(later[0]))
        elif first.count(likely) and likely != self.layout.separator:
            self.find("file.separator", 1, detail="TAB" if likely == "\t" else likely)
        else:
            self.find("file.no_header", 1, detail=", ".join(wanted[:3]))

    def _widths(self, lines: Sequence[str | None], start: int) -> tuple[int, int]:
        """Return how many fields each line must have, and from which on they must be empty.

        A vendor may end every line, or the header alone, with more separators. A single line of another width is shifted.
        """
        counts = Counter(len(self._split(line) or []) for line in lines[start : start + 1000] if line)
        (usual, times), *_ = counts.most_common(1) or [(0, 0)]
        if not self.layout.header:
            return usual, usual
        heads = self._heads(lines[0])
        named = max(place for place, head in enumerate(heads, 1) if head)
        width = usual if usual >= named and 2 * times > counts.total() else len(heads)
        return width, len(heads)

    def _split(self, line: str) -> list[str] | None:
        """Return a line's fields, None when its quotes do not match."""
        if not self.layout.quote or self.layout.quote not in line:
            return line.split(self.layout.separator)
        try:
            return next(csv.reader([line], delimiter=self.layout.separator, quotechar=self.layout.quote, strict=True))
        except csv.Error:
            return None

    def _delimited(self, lines: Iterable[tuple[int, str]], places: Mapping[str, int], widths: tuple[int, int]) -> Table:
        numbers, rows = [], []
        width, filled = widths
        header = self.lines.text[0] if self.layout.header else None
        for number, line in lines:
            fields = self._split(line)
            if fields is None:
                self.find("row.quotes", number)
            elif line == header:
                self.find("row.header", number)
            elif len(fields) != width or any(map(str.strip, fields[filled:])):
                code = "file.truncated" if len(fields) < width and self._is_cut(number) else "row.fields"
                self.find(code, number, value=str(len(fields)), detail=str(min(width, filled)))
            else:
                numbers.append(number)
                rows.append(fields)
        return self._table(numbers, rows, places)

    def _is_cut(self, number: int) -> bool:
        return number == len(self.lines.raw) and not self.lines.complete

    def _fixed(self, lines: Sequence[tuple[int, str]]) -> Table:
        spans = {name: (s[0] - 1, s[0] - 1 + s[1]) for name, s in self.columns.items() if isinstance(s, tuple)}
        needed = max(spans[name][1] for name in load_schema().required(self.kind))
        end = max(b for _, b in spans.values())
        longer = {number for number, line in lines if line[end:].strip()}
        if 2 * len(longer) >= len(lines):
            longer = set()  # the vendor has further columns, which the profile leaves out
        numbers, rows = [], []
        for number, line in lines:
            if len(line) < needed:
                code = "file.truncated" if self._is_cut(number) else "row.short"
                self.find(code, number, value=str(len(line)), detail=str(needed))
            elif "\t" in line:
                self.find("row.tab", number)
            elif number in longer:
                self.find("row.long", number, value=str(len(line)), detail=str(end))
            else:
                numbers.append(number)
                rows.append([line[a:b] for a, b in spans.values()])
        return self._table(numbers, rows, {name: place for place, name in enumerate(spans)})

    def _table(self, numbers: Sequence[int], rows: Sequence[Sequence[str]], places: Mapping[str, int]) -> Table:
        columns = {name: _code([row[place] for row in rows]) for name, place in places.items()}
        return Table(self.name, np.array(numbers, dtype=np.int64), columns)


def _code(texts: list[str]) -> Coded:
    array = pa.array(texts, type=pa.string()).dictionary_encode()
    values = tuple(text.strip() for text in array.dictionary.to_pylist())
    return Coded(array.indices.to_numpy().astype(np.int64), values)


def quarantined(reading: Reading, lines: Iterable[int], layout: Layout) -> Iterator[bytes]:
    """Yield the header and the chosen lines exactly as they stood in the file."""
    if layout.header and reading.raw:
        yield reading.raw[0]
    for line in sorted(set(lines)):
        yield reading.raw[line - 1]
