"""Bremen's Ortsteile by age, sex and nationality: table 12411-03-03 of the Statistisches Landesamt Bremen, as published."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError

Ints = NDArray[np.int64]

ENCODING = "iso-8859-1"
GROUPS = ("deutsch_m", "deutsch_w", "auslaend_m", "auslaend_w")
"""Sex × nationality, the last axis of `Ortsteile.people`."""

OPEN_END = -1
"""Upper age of the last group."""

_HEAD = ("Gebietsschlüssel", "Gebietseinheit", "Zeit", "Alter von ... bis unter ... Jahren")
_FIGURES = ("insgesamt", "männlich", "weiblich", "zusammen", "männlich", "weiblich", "zusammen", "männlich", "weiblich")
_COLUMNS = ("insg", "m", "w", "deutsch", "deutsch_m", "deutsch_w", "auslaend", "auslaend_m", "auslaend_w")
_TOTAL, _ABSENT = "Insgesamt", "x"


@dataclass(frozen=True, slots=True)
class Ortsteile:
    """Counts at one date: `people` has the axes Ortsteil (`keys`), age group (`ages`, both ends inclusive), `GROUPS`.

    `names` names areas of every level by key (04011 city, 6 digits Stadtbezirk, 7 Stadtteil, 8 Ortsteil); `absent` are the
    Ortsteile that did not exist then, with zeros in `people`.
    """

    key_date: date
    keys: tuple[str, ...]
    names: Mapping[str, str]
    ages: tuple[tuple[int, int], ...]
    people: Ints
    absent: frozenset[str]


Record = tuple[str, str, str, str, tuple[int, ...] | None]
"""Key, name, date, label of the age group, and the nine figures, None where the area did not exist."""


def read_ortsteile(path: Path) -> Ortsteile:
    """Read one date of the table and check every sum in it: sexes, nationalities, ages, Ortsteile = city.

    Raises AllmendeError that names the line or the area of a sum that does not hold.
    """
    lines = path.read_bytes().decode(ENCODING).splitlines()
    start = next((number for number, line in enumerate(lines) if line.split(";")[: len(_HEAD)] == list(_HEAD)), -1)
    if start < 0:
        raise _unusable(str(path), "This is not table 12411-03-03.", f"a heading {';'.join(_HEAD)};…")
    records = []
    for number, line in enumerate(lines[start + 3 :], start + 4):
        if not re.match(r"04\d*;", line):
            break
        records.append(_record(line.split(";"), f"{path.name}, line {number}"))
    return _arrange(records, path.name)


def write_ortsteile(records: Sequence[Record], path: Path) -> None:
    """Write records in the published layout (Latin-1, CRLF, three heading rows), as older dates need it."""
    title = "12411-03-03: Bevölkerung nach Geschlecht, Nationalität und Altersgruppen bis 90+ (Stand  31.12.)"
    groups = ["Bevölkerung 1)"] * len(_FIGURES)
    second = ["", "", "", "", "insgesamt", "männlich", "weiblich", *["Deutsche"] * 3, *["Ausländer 2)"] * 3]
    lines = [title, ";".join([*_HEAD, *groups]), ";".join(second), ";".join(["", "", "", "", "", "", "", *_FIGURES[3:]])]
    for key, name, day, label, figures in records:
        lines.append(";".join([key, name, day, label, *(map(str, figures) if figures else [_ABSENT] * len(_FIGURES))]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(ENCODING))


def _record(fields: list[str], where: str) -> Record:
    key, name, day, label, *texts = fields
    if len(texts) != len(_FIGURES):
        raise _unusable(where, f"The line has {len(fields)} fields.", f"{len(_HEAD) + len(_FIGURES)} fields")
    if set(texts) == {_ABSENT}:
        return key, name, day, label, None
    try:
        figures = tuple(int(text) for text in texts)
    except ValueError as error:
        raise _unusable(where, f"{';'.join(texts)} are not nine counts.", "whole numbers, or x in all nine") from error
    row = dict(zip(_COLUMNS, figures, strict=True))
    sums = {
        "insg": row["deutsch"] + row["auslaend"],
        "m": row["deutsch_m"] + row["auslaend_m"],
        "w": row["deutsch_w"] + row["auslaend_w"],
        "deutsch": row["deutsch_m"] + row["deutsch_w"],
        "auslaend": row["auslaend_m"] + row["auslaend_w"],
    }
    for name_of_sum, total in sums.items():
        if row[name_of_sum] != total:
            raise _unusable(where, f"The parts of {name_of_sum!r} are {total}, not {row[name_of_sum]}.", "sums that hold")
    return key, name, day, label, figures


def _arrange(records: Sequence[Record], where: str) -> Ortsteile:
    days = {day for _, _, day, _, _ in records}
    if len(days) != 1:
        raise _unusable(where, f"The table holds the dates {sorted(days)}.", "one date")
    labels = list(dict.fromkeys(label for _, _, _, label, _ in records if label != _TOTAL))
    keys = tuple(dict.fromkeys(key for key, *_ in records if len(key) == 8))
    columns = [_COLUMNS.index(group) for group in GROUPS]
    cells: dict[tuple[str, str], Ints] = {}
    absent = set()
    for key, _, _, label, figures in records:
        if figures is None:
            absent.add(key)
        cells[key, label] = np.array(figures or [0] * len(_COLUMNS), dtype=np.int64)[columns]
    missing = [(key, label) for key in keys for label in [*labels, _TOTAL] if (key, label) not in cells]
    if missing:
        raise _unusable(
            where, f"Ortsteil {missing[0][0]} lacks the age group {missing[0][1]!r}.", "every group of every Ortsteil"
        )
    people = np.array([[cells[key, label] for label in labels] for key in keys], dtype=np.int64)
    for key, found in zip(keys, people.sum(axis=1), strict=True):
        if (found != cells[key, _TOTAL]).any():
            raise _unusable(
                where, f"The ages of Ortsteil {key} add up to {found.sum()}, not {cells[key, _TOTAL].sum()}.", "sums that hold"
            )
    city = np.array([cells["04011", label] for label in labels])
    if (people.sum(axis=0) != city).any():
        raise _unusable(where, f"The Ortsteile add up to {people.sum()}, not {city.sum()}.", "the city of Bremen")
    names = {key: re.sub(r" \((?:Ortsteil|Stadtteil|Stadtbezirk)\)$", "", name) for key, name, *_ in records}
    ortsteile_absent = frozenset(absent & set(keys))
    return Ortsteile(date.fromisoformat(days.pop()), keys, names, tuple(map(_age_group, labels)), people, ortsteile_absent)


def _age_group(label: str) -> tuple[int, int]:
    """Return the ages of a label, both inclusive.

    >>> _age_group("unter 3"), _age_group("3 - 6"), _age_group("90 und mehr")
    ((0, 2), (3, 5), (90, -1))
    """
    ages = [int(number) for number in re.findall(r"\d+", label)]
    if label.startswith("unter"):
        return 0, ages[0] - 1
    return (ages[0], ages[1] - 1) if len(ages) == 2 else (ages[0], OPEN_END)


def _unusable(where: str, what: str, expected: str) -> AllmendeError:
    return AllmendeError(what, where=where, expected=expected, todo="Give the CSV file as the publisher provides it.")
