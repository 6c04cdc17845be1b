"""Open tables that stand beside the releases as they are: what the folder `open` of the public folder lists."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from allmende.errors import AllmendeError

FOLDER, INDEX, TOTALS = "open", "index.json", "people.csv"
PREVIEW = 10


@dataclass(frozen=True, slots=True)
class OpenTable:
    """A table published by somebody else: title and licence by language, day, who must be named."""

    file: str
    title: dict[str, str]
    day: date
    attribution: str
    licence: dict[str, str]

    @property
    def path(self) -> Path:
        """The file on disk."""
        return Path(settings.ALLMENDE_PUBLIC) / FOLDER / self.file

    def rows(self) -> list[list[str]]:
        """Return the head and the first rows."""
        with self.path.open(encoding="utf-8", newline="") as file:
            return [row for row, _number in zip(csv.reader(file, delimiter=";"), range(PREVIEW + 1), strict=False)]


def open_tables() -> tuple[OpenTable, ...]:
    """Return the open tables of the public folder, none if it has no such folder.

    Raises AllmendeError if the list is damaged.
    """
    index = Path(settings.ALLMENDE_PUBLIC) / FOLDER / INDEX
    return _read(index, index.stat().st_mtime_ns) if index.is_file() else ()


def open_totals() -> tuple[OpenTable | None, dict[str, int]]:
    """Return the open table of people by municipality and its figures by AGS; nothing if there is none."""
    table = next((table for table in open_tables() if table.file == TOTALS), None)
    return table, _totals(table.path, table.path.stat().st_mtime_ns) if table else {}


@lru_cache(maxsize=2)
def _read(index: Path, changed: int) -> tuple[OpenTable, ...]:
    try:
        listed = json.loads(index.read_text(encoding="utf-8"))["tables"]
        # a name alone: the list cannot lead out of its folder
        return tuple(
            OpenTable(Path(one["file"]).name, one["title"], date.fromisoformat(one["date"]), one["attribution"], one["licence"])
            for one in listed
        )
    except (ValueError, KeyError, TypeError) as error:
        raise AllmendeError(
            f"The list of open tables is damaged ({type(error).__name__}: {error}).",
            where=str(index),
            expected="tables with file, title, date, attribution and licence",
            todo="Write it again, or remove the folder.",
        ) from error


@lru_cache(maxsize=2)
def _totals(path: Path, changed: int) -> dict[str, int]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["ags"]: int(row["people"]) for row in csv.DictReader(file, delimiter=";")}
