"""The official register of municipalities (Gemeindeverzeichnis, GV-ISys) in the layout that Destatis publishes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from allmende.areas.keys import ars_to_ags
from allmende.areas.xlsx import Workbook
from allmende.errors import AllmendeError

MUNICIPALITY, ASSOCIATION = "60", "50"
"""Satzart of a municipality and of its association (Samtgemeinde, Amt, Verbandsgemeinde, …)."""

KINDS = {
    "60": "Markt",
    "61": "kreisfreie Stadt",
    "62": "Stadtkreis",
    "63": "Stadt",
    "64": "Gemeinde",
    "65": "gemeindefreies Gebiet, bewohnt",
    "66": "gemeindefreies Gebiet, unbewohnt",
    "67": "Große Kreisstadt",
}
"""Textkennzeichen of municipalities (Destatis, notes on GV-ISys)."""

_KEY = {"Land": 2, "RB": 1, "Kreis": 2, "VB": 4, "Gem": 3}
_FIGURES = ("insgesamt", "männlich", "weiblich")


@dataclass(frozen=True, slots=True)
class Entry:
    """One municipality: `title` is what follows its name (Stadt, Flecken), `association` its Samtgemeinde or the like."""

    ars: str
    ags: str
    name: str
    title: str
    kind: str
    association: str
    km2: float
    people: int
    male: int
    female: int


@dataclass(frozen=True, slots=True)
class Gemeindeverzeichnis:
    """Municipalities with their people at one date, which is also the date of territory."""

    territory_date: date
    entries: tuple[Entry, ...]


def read_gemeindeverzeichnis(path: Path) -> Gemeindeverzeichnis:
    """Read a yearly or quarterly extract (xlsx, since 1994) that mixes all administrative levels in one sheet.

    The key stands in five columns as text or number; columns are found by their headings. Raises AllmendeError that names
    the row, also when men and women do not add up to the people.
    """
    with Workbook(path) as book:
        sheet = next((name for name in book.sheets if "emeinde" in name), "")
        rows = list(book.rows(sheet))
    where = f"{path.name}, sheet {sheet}"
    head = next((number for number, (_, cells) in enumerate(rows[:10]) if set(_KEY) <= set(cells)), -1)
    if head < 1:
        raise _unusable(where, "There is no row of headings.", f"columns {', '.join(_KEY)}")
    column = {text: place for place, text in enumerate(rows[head][1]) if text}
    for place, text in enumerate(rows[head - 1][1]):
        plain = re.sub(r"[-\s]", "", text)
        column |= {
            name: place for name in ("Satzart", "Textkennzeichen", "Gemeindename", "Flächekm2") if plain.startswith(name)
        }
    missing = [name for name in ("Satzart", "Textkennzeichen", "Gemeindename", "Flächekm2", *_FIGURES) if name not in column]
    if missing:
        raise _unusable(where, f"The columns {missing} are missing.", "the headings of GV-ISys since 2013")
    return Gemeindeverzeichnis(_territory_date(rows[: head + 2], where), tuple(_entries(rows[head + 1 :], column, where)))


def _entries(rows: Sequence[tuple[int, list[str]]], column: dict[str, int], where: str) -> Iterator[Entry]:
    association: dict[str, str] = {}
    for number, cells in rows:
        padded = cells + [""] * (max(column.values()) + 1 - len(cells))
        row = {name: padded[place] for name, place in column.items()}
        if row["Satzart"] not in (MUNICIPALITY, ASSOCIATION):
            continue
        key = "".join(row[name].zfill(length) for name, length in _KEY.items() if row[name])
        if row["Satzart"] == ASSOCIATION:
            association[key] = row["Gemeindename"]
            continue
        try:
            people, male, female = (int(row[name]) for name in _FIGURES)
            km2, ags = float(row["Flächekm2"].replace(",", ".")), ars_to_ags(key)
        except (ValueError, AllmendeError) as error:
            raise _unusable(
                f"{where}, row {number}", f"The row cannot be used: {error}.", "a key, an area, three counts"
            ) from error
        if people != male + female:
            raise _unusable(
                f"{where}, row {number}", f"{male} men and {female} women are not {people} people.", "a sum that holds"
            )
        name, _, title = row["Gemeindename"].partition(", ")
        kind = KINDS.get(row["Textkennzeichen"], row["Textkennzeichen"])
        joined = association.get(key[:9], "") if key[5] == "5" else ""
        yield Entry(key, ags, name, title, kind, joined, km2, people, male, female)


def _territory_date(rows: Sequence[tuple[int, list[str]]], where: str) -> date:
    text = " ".join(cell for _, cells in rows for cell in cells)
    found = re.search(r"Gebietsstand(?: am)? (\d\d)\.(\d\d)\.(\d{4})", text)
    if found is None:
        raise _unusable(where, "The head states no date of territory.", "'Gebietsstand am TT.MM.JJJJ'")
    day, month, year = map(int, found.groups())
    return date(year, month, day)


def _unusable(where: str, what: str, expected: str) -> AllmendeError:
    return AllmendeError(what, where=where, expected=expected, todo="Give an extract of GV-ISys as Destatis publishes it.")
