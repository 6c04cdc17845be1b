"""`special.csv`: students, barracks, homes and asylum accommodation, held apart from who ages, moves and has children."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from allmende.areas.hierarchy import Defect
from allmende.areas.region import Region
from allmende.outlook.folder import Statement
from allmende.outlook.past import find_places
from allmende.outlook.sources import Source
from allmende.outlook.strict_tables import Kind, UnusableTable, read_table
from allmende.parameters import load
from allmende.projection.counts import AGES, Counts
from allmende.projection.rates.stocks import last_stock

Floats = NDArray[np.float64]

SPECIAL = "special.csv"
"""Where the folder that gets an outlook has its special populations."""

COLUMNS = ("kind", "area", "sex", "age", "persons", "source", "date")
KIND = Kind("The special populations", COLUMNS, "formats/special.md")
KINDS = ("students", "barracks", "homes", "asylum")
SEXES = {"": (0, 1), "f": (0,), "w": (0,), "m": (1,)}
SPAN = re.compile(r"(?P<low>\d+)(?:-(?P<high>\d+)|(?P<open>\+))?")
ROUNDING = 0.5
"""Persons by which a row may exceed who is there: figures of a release are protected, hence never whole."""


@dataclass(frozen=True, slots=True)
class Apart:
    """One row: `persons` of some ages (both ends included) who live in a unit because of a barracks or a home."""

    line: int
    kind: str
    area: str
    sexes: tuple[int, ...]
    low: int
    high: int
    persons: float
    source: str
    date: str


def hold_apart(source: Source, folder: Path) -> Source:
    """Return a source whose special populations, if the folder has any, are held apart; they are listed among its notes.

    Raises `UnusableTable` with every defect; rows that name more people than live there are found with the counts.
    """
    path = folder / SPECIAL
    if not path.is_file():
        return source
    rows = read_apart(path, source.region)
    words = load("outlook")["words"]
    notes = tuple(_statement(row, source.region, words) for row in rows)

    def counts(until: int | None) -> Counts:
        return _held(source.counts(until), rows, path if until is None else None)

    return replace(source, counts=counts, notes=(*source.notes, *notes))


def read_apart(path: Path, region: Region) -> tuple[Apart, ...]:
    """Read special populations of a region's finest areas; all defects of the file are listed at once (`UnusableTable`)."""
    units = find_places(region).units
    defects: list[Defect] = []
    rows = []
    for line, row in read_table(path, KIND).rows():
        low, high = read_span(row["age"])
        persons = read_number(row["persons"])
        sound = {
            "kind": (row["kind"] in KINDS, ", ".join(KINDS)),
            "area": (row["area"] in units, "the key of a finest area: an Ortsteil, or a municipality without any"),
            "sex": (row["sex"] in SEXES, "f (or w), m, or nothing for both as they live there"),
            "age": (0 <= low <= high < AGES, "an age or a span of ages up to 100, such as 18-27 or 85+"),
            "persons": (0 < persons < 1e6, "a number of persons above 0, without separators of thousands"),
            "source": (bool(row["source"]), "words: who says so"),
            "date": (is_day(row["date"]), "a day as YYYY-MM-DD: as of when"),
        }
        wrong = [Defect(line, field, row[field], expected) for field, (fits, expected) in sound.items() if not fits]
        defects += wrong
        if not wrong:
            who = Apart(line, row["kind"], row["area"], SEXES[row["sex"]], low, high, persons, row["source"], row["date"])
            rows.append(who)
    if defects:
        raise UnusableTable(KIND, str(path), defects)
    return tuple(rows)


def read_span(text: str) -> tuple[int, int]:
    """Return the first and the last age of a span; (0, -1) if it is none.

    >>> read_span("18-27"), read_span("85+"), read_span("19"), read_span("old")
    ((18, 27), (85, 100), (19, 19), (0, -1))
    """
    span = SPAN.fullmatch(text)
    if not span:
        return 0, -1
    low = int(span["low"])
    return low, AGES - 1 if span["open"] else int(span["high"] or low)


def _held(counts: Counts, rows: Sequence[Apart], path: Path | None) -> Counts:
    """Hold rows apart; without a path, in a past that is only tried, a home that was smaller is as small as it was."""
    kinds = tuple(kind for kind in KINDS if any(row.kind == kind for row in rows))
    there = last_stock(counts)  # [G, M, 2, A]
    apart = np.zeros((len(kinds), *there.shape))
    defects = []
    for row in rows:
        at = np.ix_(range(len(there)), [counts.units.index(row.area)], row.sexes, range(row.low, row.high + 1))
        left = there[at] - apart.sum(axis=0)[at]
        most = float(left.sum())
        if row.persons > most + ROUNDING and path:
            expected = f"at most the {max(most, 0):.0f} who live there at these ages at the end of {counts.years[-1]}"
            defects.append(Defect(row.line, "persons", f"{row.persons:g}", expected))
        elif most > 0:
            apart[kinds.index(row.kind)][at] += left * min(row.persons / most, 1.0)
    if defects:
        raise UnusableTable(KIND, str(path), defects)
    return replace(counts, special_kinds=kinds, special=apart)


def _statement(row: Apart, region: Region, words: dict[str, dict[str, str]]) -> Statement:
    ages = f"{row.low}+" if row.high == AGES - 1 else f"{row.low}-{row.high}" if row.low < row.high else str(row.low)
    place = region.district(row.area) if "." in row.area else region.municipality(row.area)
    only = words["only " + "fm"[row.sexes[0]]] if len(row.sexes) == 1 else {}
    said = {
        language: text.format(persons=row.persons, place=place.name, ages=ages, only=f", {only[language]}" if only else "")
        for language, text in words[f"special:{row.kind}"].items()
    }
    return Statement(f"special:{row.kind}:{row.area}", said["de"], said["en"], row.source, row.date)


def read_number(text: str) -> float:
    """Return a number, nan for what is none."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return float("nan")


def is_day(text: str) -> bool:
    """Say whether a text is a day as YYYY-MM-DD."""
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False
