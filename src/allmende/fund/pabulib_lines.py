"""The lines of a `.pb` file: three sections of semicolon-separated cells, each with a line of column names."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from allmende.errors import AllmendeError

SECTIONS = ("META", "PROJECTS", "VOTES")
_NEEDED = {"META": ("key", "value"), "PROJECTS": ("project_id", "cost"), "VOTES": ("vote",)}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a section: its number, its cells by column, and whether there are more cells than columns."""

    number: int
    fields: Mapping[str, str]
    surplus: bool


def sections(text: str, name: str) -> dict[str, list[Line]]:
    """Return the lines of each section; empty lines and lines that only hold a comment (#) are left out.

    Raises `AllmendeError` for a section or a column that is missing, and for a line before the first section.
    """
    found: dict[str, list[Line]] = {}
    section, columns = "", None
    for number, row in _rows(text, name):
        word = row[0].strip().upper()
        if word in SECTIONS and not any(cell.strip() for cell in row[1:]):
            section, columns = word, None
            _check_new(section, found, number, name)
            found[section] = []
        elif not section:
            raise AllmendeError(
                f"Line {number} stands before any section.",
                where=name,
                expected="META as the first line",
                todo="Put META at the beginning.",
            )
        elif columns is None:
            columns = [cell.strip().lower() for cell in row]
            _check_columns(section, columns, number, name)
        else:
            cells = [cell.strip() for cell in row] + [""] * (len(columns) - len(row))
            fields = dict(zip(columns, cells, strict=False))
            found[section].append(Line(number, fields, any(cells[len(columns) :])))
    missing = [section for section in SECTIONS if section not in found]
    if missing:
        raise AllmendeError(
            f"The section {missing[0]} is missing.",
            where=name,
            expected="the sections META, PROJECTS and VOTES",
            todo="Look for a quotation mark that is opened and never closed: it swallows the lines that follow.",
        )
    return found


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(io.StringIO(plain), delimiter=";")
    try:
        for row in reader:
            comment = len(row) == 1 and row[0].lstrip().startswith("#")
            if any(cell.strip() for cell in row) and not comment:
                yield reader.line_num, row
    except csv.Error as error:
        raise AllmendeError(
            f"The file cannot be read: {error}.", where=f"{name}, line {reader.line_num}", todo="Correct the line."
        ) from error


def _check_new(section: str, found: Mapping[str, object], number: int, name: str) -> None:
    if section in found:
        raise AllmendeError(
            f"The section {section} begins twice.",
            where=f"{name}, line {number}",
            expected="each section once",
            todo="Put the lines of both into one.",
        )


def _check_columns(section: str, columns: Sequence[str], number: int, name: str) -> None:
    for column in _NEEDED[section]:
        if column not in columns:
            raise AllmendeError(
                f"The section {section} has no column “{column}”.",
                where=f"{name}, line {number}",
                expected=f"the columns {', '.join(_NEEDED[section])}",
                todo="Add the column; other columns may stay.",
            )


def amount(text: str, where: str) -> Fraction:
    """Return an amount exactly: 1250, 1250.50, 1 250,50 or 1,250.50; raises `AllmendeError` for what can be read in two ways.

    >>> amount("1 250,50", ""), amount("1,250.50", "")
    (Fraction(2501, 2), Fraction(2501, 2))
    """
    plain = text.replace(" ", "").replace("\xa0", "").replace("\u202f", "").replace("'", "")
    if re.fullmatch(r"-?[1-9]\d{0,2},\d{3}", plain):
        raise AllmendeError(
            f"“{text}” can be read in two ways.", where=where, expected="1250 or 1.25", todo="Write it without the comma."
        )
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        return Fraction(Decimal(plain.replace(",", "")))
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise AllmendeError(
            f"“{text}” is no amount.", where=where, expected="a number such as 1250 or 1250.50", todo="Correct the value."
        ) from error
