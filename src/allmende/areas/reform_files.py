"""Official tables of territorial reforms, read as they are published: BBSR Umsteigeschlüssel, Destatis Gebietsänderungen."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np

from allmende.areas.keys import check_ags
from allmende.areas.reforms import AREA, EMPLOYEES, POPULATION, Floats, Step
from allmende.areas.xlsx import Workbook
from allmende.errors import AllmendeError

Row = tuple[int, list[str]]

_WEIGHTS = {POPULATION: "bevölkerungsproportional", AREA: "flächenproportional", EMPLOYEES: "beschäftigtenproportional"}
_HEADER_SEARCHED = 10


def read_umsteiger(path: Path, sheet: str) -> Step:
    """Read one sheet (one year) of a BBSR Umsteigeschlüssel between municipalities as a complete step.

    Columns are found by their headings, whose order differs from sheet to sheet: two "Gemeinden 31.12.<year>" and the
    "…proportionaler Umsteigeschlüssel" by population, area and, in most years, employees. Keys are numbers there and get
    their leading zero back. Raises AllmendeError that names line, column and value.
    """
    with Workbook(path) as book:
        rows = list(book.rows(sheet))
    where = f"{path.name}, sheet {sheet}"
    head, heading = _find_heading(rows, where)
    dates = {
        column: int(year) for column, text in heading.items() for year in re.findall(r"^gemeinden31\.?12\.?(\d{4})$", text)
    }
    if len(dates) != 2:
        raise _no_heading(where, "two columns 'Gemeinden 31.12.<year>'")
    first, last = sorted(dates, key=lambda column: dates[column])
    columns = {basis: c for basis, word in _WEIGHTS.items() for c, text in heading.items() if text.startswith(word)}
    if not {POPULATION, AREA} <= columns.keys():
        raise _no_heading(where, "columns 'bevölkerungsproportionaler' and 'flächenproportionaler Umsteigeschlüssel'")
    body = [row for row in rows[head + 1 :] if _cell(row, first)]
    return Step(
        date(dates[first], 12, 31),
        date(dates[last], 12, 31),
        tuple(_key(row, first, where) for row in body),
        tuple(_key(row, last, where) for row in body),
        {basis: np.array([_weight(row, column, where) for row in body]) for basis, column in columns.items()},
        complete=True,
        origin=f"BBSR Umsteigeschlüssel, {where}",
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One record of the Gebietsänderungen: `square_metres` and `people` go from one municipality to another, or stay.

    `kinds` are 1 dissolution, 2 part ceded, 3 key changed, 4 name changed; the two figures are None where the list has none.
    """

    number: str
    source: str
    source_name: str
    target: str
    target_name: str
    kinds: frozenset[int]
    square_metres: int | None
    people: int | None
    legal_date: date
    statistical_date: date


def read_changes(path: Path, sheet: str = "Gebietsaenderungen") -> tuple[Change, ...]:
    """Read the municipal records of a Destatis list of changes of names, borders and keys.

    The heading has groups ("Abgebende …", "Aufnehmende …") over columns of equal names; associations are passed over.
    """
    with Workbook(path) as book:
        rows = list(book.rows(sheet))
    where = f"{path.name}, sheet {sheet}"
    ags = [
        (head, [column for column, text in enumerate(cells) if "(AGS)" in text])
        for head, (_, cells) in enumerate(rows[:_HEADER_SEARCHED])
    ]
    head, keys = next(((head, columns) for head, columns in ags if len(columns) == 2), (-1, []))
    if head < 1:
        raise _no_heading(where, "two columns 'Amtlicher Gemeindeschlüssel (AGS)' below 'Abgebende' and 'Aufnehmende Gemeinde'")
    groups = [column for column, text in enumerate(rows[head - 1][1]) if text.startswith(("Abgebende", "Aufnehmende"))]
    if len(groups) != 2 or not groups[0] <= keys[0] < groups[1] <= keys[1]:
        raise _no_heading(where, "the groups 'Abgebende' and 'Aufnehmende Gemeinde' above the two keys")
    return tuple(_change(row, keys, where) for row in rows[head + 1 :] if _cell(row, 1) == "Gemeinde")


def change_steps(changes: Sequence[Change], origin: str) -> tuple[Step, ...]:
    """Turn changes into one partial step per statistical date, in order of time.

    Weights are each record's share of its source on that date. Where people or area are not told, a single target takes all;
    for several targets the weight stays unknown (NaN) and `carry` falls back on area or refuses.
    """
    by_date: dict[date, list[Change]] = defaultdict(list)
    for change in changes:
        if change.kinds != {4}:
            by_date[change.statistical_date].append(change)
    return tuple(_step(day, by_date[day], origin) for day in sorted(by_date))


def _step(day: date, changes: Sequence[Change], origin: str) -> Step:
    by_source: dict[str, list[int]] = defaultdict(list)
    for link, change in enumerate(changes):
        by_source[change.source].append(link)
    weights = {POPULATION: np.full(len(changes), np.nan), AREA: np.full(len(changes), np.nan)}
    for source, links in by_source.items():
        if len(links) == 1 and changes[links[0]].kinds == {2}:
            raise AllmendeError(
                f"{source} cedes a part on {day}, but there is no record of the part that stays.",
                where=origin,
                expected="two records of a part ceded: what goes and what stays",
                todo="Add the record that is missing.",
            )
        weights[POPULATION][links] = _shares([changes[link].people for link in links])
        weights[AREA][links] = _shares([changes[link].square_metres for link in links])
    sources, targets = tuple(change.source for change in changes), tuple(change.target for change in changes)
    return Step(day, day, sources, targets, weights, complete=False, origin=f"{origin}, {day}")


def _shares(parts: Sequence[int | None]) -> Floats:
    if len(parts) == 1:
        return np.ones(1)
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or not sum(known):
        return np.full(len(parts), np.nan)
    return np.array(known, dtype=np.float64) / sum(known)


def _change(row: Row, keys: Sequence[int], where: str) -> Change:
    left, right = keys
    kinds = frozenset(int(kind) for kind in re.findall(r"[1-4]", _cell(row, left + 2)))
    if not kinds:
        raise _bad_value(row, left + 2, where, "a kind of change, 1 to 4")
    return Change(
        number=_cell(row, 0),
        source=_key(row, left, where),
        source_name=_cell(row, left + 1),
        target=_key(row, right, where),
        target_name=_cell(row, right + 1),
        kinds=kinds,
        square_metres=_count(row, left + 3, where),
        people=_count(row, left + 4, where),
        legal_date=_day(row, right + 2, where),
        statistical_date=_day(row, right + 3, where),
    )


def _find_heading(rows: Sequence[Row], where: str) -> tuple[int, dict[int, str]]:
    for number, (_, cells) in enumerate(rows[:_HEADER_SEARCHED]):
        plain = {column: _plain(text) for column, text in enumerate(cells)}
        if any("proportionalerumsteigeschlüssel" in text for text in plain.values()):
            return number, plain
    raise _no_heading(where, "a row of headings with '…proportionaler Umsteigeschlüssel'")


def _plain(heading: str) -> str:
    # headings are broken by hyphens and line feeds: "bevölkerungs- proportionaler Umsteige- schlüssel"
    return re.sub(r"[-\s]", "", heading).lower()


def _cell(row: Row, column: int) -> str:
    return row[1][column] if column < len(row[1]) else ""


def _key(row: Row, column: int, where: str) -> str:
    text = _cell(row, column)
    try:
        return check_ags(text.zfill(8) if len(text) == 7 else text)
    except AllmendeError as error:
        raise _bad_value(row, column, where, f"an AGS ({error.what})") from error


def _weight(row: Row, column: int, where: str) -> float:
    text = _cell(row, column).replace(",", ".")
    try:
        weight = float(text) if text else float("nan")
    except ValueError as error:
        raise _bad_value(row, column, where, "a share between 0 and 1") from error
    if not 0 <= weight <= 1 + 1e-9 and text:
        raise _bad_value(row, column, where, "a share between 0 and 1")
    return weight


def _count(row: Row, column: int, where: str) -> int | None:
    text = _cell(row, column)
    if text and not text.isdigit():
        raise _bad_value(row, column, where, "a whole number or nothing")
    return int(text) if text else None


def _day(row: Row, column: int, where: str) -> date:
    try:
        return datetime.strptime(_cell(row, column), "%d.%m.%Y").date()  # noqa: DTZ007 (a calendar day has no zone)
    except ValueError as error:
        raise _bad_value(row, column, where, "a date TT.MM.JJJJ") from error


def _bad_value(row: Row, column: int, where: str, expected: str) -> AllmendeError:
    return AllmendeError(
        f"The value {_cell(row, column)!r} cannot be used.",
        where=f"{where}, row {row[0]}, column {column + 1}",
        expected=expected,
        todo="Compare with the published file; correct the cell or report it to the publisher.",
    )


def _no_heading(where: str, expected: str) -> AllmendeError:
    return AllmendeError("The table has other headings.", where=where, expected=expected, todo="Name the right sheet and file.")
