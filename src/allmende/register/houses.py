"""House coordinates: the offline directory that tells where an address is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from allmende.areas.projection import BOUNDS
from allmende.errors import AllmendeError

COLUMNS = (
    "NBA",
    "OI",
    "QUA",
    "LAN",
    "RBZ",
    "KRS",
    "GMD",
    "OTT",
    "SSS",
    "HNR",
    "ADZ",
    "EAST",
    "NORTH",
    "STREET",
    "POST",
    "PLACE",
)
EAST, LEAST = COLUMNS.index("EAST"), COLUMNS.index("STREET")
ANYWHERE = (-1e9, 1e9, -1e9, 1e9)
"""Bounds in reference systems that are not among those of `BOUNDS`."""

_WORDS = {"str": "strasse", "st": "sankt", "pl": "platz", "dr": "doktor", "prof": "professor", "bgm": "buergermeister"}
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_NUMBER = re.compile(r"\s*0*(\d+)\s*[-/.]?\s*([A-Za-z]?)(?![A-Za-z])")


@dataclass(frozen=True, slots=True)
class Houses:
    """Houses of one municipality.

    Arrays have one entry per house: `east`, `north` (in `crs`), `district` (OTT, "" if none) and `postal_code`. `by_key` finds
    (street key, number, suffix), `by_name` (street in plain letters, number, suffix); both list positions.
    """

    crs: str
    east: NDArray[np.float64]
    north: NDArray[np.float64]
    district: tuple[str, ...]
    postal_code: tuple[str, ...]
    by_key: Mapping[tuple[str, int, str], list[int]]
    by_name: Mapping[tuple[str, int, str], list[int]]

    def __len__(self) -> int:
        return len(self.east)


@lru_cache(maxsize=1 << 16)
def plain_street(name: str) -> str:
    """Return a street's name without its spelling variants: case, umlauts, ß, hyphens, dots, usual abbreviations.

    >>> {plain_street(name) for name in ("Dr.-Müller-Str.", "DR. MUELLER STRASSE", "Doktor-Müller-Straße", "Dr.Müllerstr.")}
    {'doktormuellerstrasse'}
    """
    words = re.findall(r"[^\W_]+", name.casefold().translate(_LETTERS))
    return "".join(re.sub(r"str$", "strasse", _WORDS.get(word, word)) for word in words)


def split_number(number: str, suffix: str = "") -> tuple[int, str]:
    """Return a house number and its suffix in lower case; (0, "") if there is no number.

    >>> split_number("12 a"), split_number("0012", "B"), split_number("7-9"), split_number("o. Nr.")
    ((12, 'a'), (12, 'b'), (7, ''), (0, ''))
    """
    match = _NUMBER.match(number)
    if match is None or len(match[1]) > 9:
        return 0, ""
    return int(match[1]), (suffix.strip() or match[2]).lower()


def read_houses(data: bytes, where: str, ags: str, crs: str) -> Houses:
    """Read the houses of a municipality from a file in the order of HK-DE (no header, `;`, UTF-8 or ISO 8859-1, `#` comments).

    Raises AllmendeError that names the line of a row of another shape or with a place outside Central Europe, and if the
    municipality has no house in the file.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("iso-8859-1")
    lines = enumerate(text.split("\n"), 1)
    rows = [row for number, line in lines if (row := _row(line, f"{where}, line {number}", crs)) and _ags(row) == ags]
    if not rows:
        raise AllmendeError(
            f"The house-coordinate file holds no house of {ags}.",
            where=where,
            expected=f"rows with LAN, RBZ, KRS, GMD = {ags[:2]};{ags[2]};{ags[3:5]};{ags[5:]}",
            todo="Give the file of this municipality.",
        )
    return _houses(rows, crs)


def _row(line: str, where: str, crs: str) -> list[str]:
    fields = [field.strip() for field in line.split(";")]
    if not line.strip() or line.startswith("#"):
        return []
    try:
        east, north = (float(fields[place].replace(",", ".")) for place in (EAST, EAST + 1))
    except (IndexError, ValueError) as error:
        raise AllmendeError(
            "A row of the house-coordinate file has another shape.",
            where=where,
            expected=";".join(COLUMNS),
            todo="Give the file in the order of HK-DE, without a header.",
        ) from error
    x0, x1, y0, y1 = BOUNDS.get(crs, ANYWHERE)
    if not (x0 <= east <= x1 and y0 <= north <= y1):  # nan is in no bounds
        raise AllmendeError(
            "A house lies outside Central Europe.",  # its values are not told: the file may be an extract, given by mistake
            where=where,
            expected=f"EAST from {x0:,} to {x1:,} and NORTH from {y0:,} to {y1:,} in {crs}",
            todo="Name the file's reference system (houses_crs); take a zone in front of EAST (32…) off; do not swap the two.",
        )
    return fields + [""] * (len(COLUMNS) - len(fields))


def _ags(row: list[str]) -> str:
    return row[3].zfill(2) + row[4].zfill(1) + row[5].zfill(2) + row[6].zfill(3)


def _houses(rows: list[list[str]], crs: str) -> Houses:
    by_key: dict[tuple[str, int, str], list[int]] = defaultdict(list)
    by_name: dict[tuple[str, int, str], list[int]] = defaultdict(list)
    for position, row in enumerate(rows):
        number = split_number(row[9], row[10])
        if row[8]:
            by_key[row[8].lstrip("0"), *number].append(position)
        if row[LEAST]:
            by_name[plain_street(row[LEAST]), *number].append(position)
    east, north = _numbers(row[EAST] for row in rows), _numbers(row[EAST + 1] for row in rows)
    district, postal_code = tuple(row[7] for row in rows), tuple(row[14] for row in rows)
    return Houses(crs, east, north, district, postal_code, dict(by_key), dict(by_name))


def _numbers(texts: Iterable[str]) -> NDArray[np.float64]:
    return np.array([float(text.replace(",", ".")) for text in texts], dtype=np.float64)
