"""Tables with fixed columns, read with every defect named."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from allmende.areas.hierarchy import Defect
from allmende.errors import AllmendeError


@dataclass(frozen=True, slots=True)
class Kind:
    """What a table holds (for errors: "The facilities"), its columns, and the page of docs/ that describes them."""

    what: str
    columns: tuple[str, ...]
    page: str
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The texts of a table's rows, without blanks at their ends, and the line on which each row ends."""

    lines: list[int]
    columns: dict[str, list[str]]

    def rows(self) -> list[tuple[int, dict[str, str]]]:
        """Return each row by the names of its columns, with its line."""
        texts = zip(*self.columns.values(), strict=True)
        return [(line, dict(zip(self.columns, row, strict=True))) for line, row in zip(self.lines, texts, strict=True)]


class UnusableTable(AllmendeError):
    """Everything that is wrong with a table, at once."""

    SHOWN = 40

    def __init__(self, kind: Kind, where: str, defects: Sequence[Defect]) -> None:
        self.defects = tuple(sorted(defects, key=lambda defect: defect.line))
        lines = [where, *map(str, self.defects[: self.SHOWN])]
        if len(self.defects) > self.SHOWN:
            lines.append(f"… and {len(self.defects) - self.SHOWN} more")
        super().__init__(
            f"{kind.what} cannot be used: {len(self.defects)} defect{'s' if len(self.defects) != 1 else ''}.",
            where="\n            ".join(lines),
            todo=f"Correct the lines; docs/{kind.page} describes every column.",
        )


def read_table(path: Path, kind: Kind) -> Table:
    """Read a table in UTF-8 whose fields are separated by semicolons, commas or tabs; its columns may stand in any order.

    Raises `AllmendeError` for a file that is no such text, `UnusableTable` for other columns and broken rows.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise AllmendeError(
            f"{kind.what} cannot be read.",
            where=str(path),
            expected=f"a table in UTF-8 with the columns {';'.join(kind.columns)}",
            todo=f"Give the path of such a table; docs/{kind.page} describes it.",
        ) from error
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(";,\t", key=first.count), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        rows = [(reader.line_num, [field.strip() for field in row]) for row in reader if any(row)]
    except csv.Error as error:
        told = f"rows with quotes in pairs ({error})"
        raise UnusableTable(kind, str(path), [Defect(reader.line_num, "row", "", told)]) from error
    known = set(kind.columns) | set(kind.optional)
    if not set(kind.columns) <= set(header) <= known or len(set(header)) < len(header):
        also = f", and perhaps {';'.join(kind.optional)}" if kind.optional else ""
        raise UnusableTable(kind, str(path), [Defect(1, "header", ";".join(header), ";".join(kind.columns) + also)])
    broken = [Defect(line, "row", ";".join(row), f"{len(header)} fields") for line, row in rows if len(row) != len(header)]
    if broken:
        raise UnusableTable(kind, str(path), broken)
    return Table([line for line, _ in rows], {name: [row[i] for _, row in rows] for i, name in enumerate(header)})
