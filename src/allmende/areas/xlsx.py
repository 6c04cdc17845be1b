"""Rows of an .xlsx workbook as text: just what official tables need, and nothing to install.

Reads values, not formats: a date is the number of its day, a number is written without a trailing `.0`. A formula gives
the value that was saved with it. Source: ECMA-376 Part 1, chapter 18 (SpreadsheetML).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET  # expat ≥ 2.4.1, as Python bundles it, stops entity bombs

from allmende.errors import AllmendeError

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
LARGEST = 1 << 30
"""Bytes that one unpacked part may have: several times the largest official workbook."""


class Workbook:
    """An open workbook: `sheets` names its sheets in order, `rows` reads one of them. Use in a `with` block."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
            self._parts = self._find_sheets()
        except (zipfile.BadZipFile, KeyError, ET.ParseError) as error:
            raise AllmendeError(
                "This is no Excel workbook of the present format.",
                where=str(path),
                expected="an .xlsx file",
                todo="Open the file and save it as .xlsx (not .xls, not .ods).",
            ) from error
        self.sheets = tuple(self._parts)

    def __enter__(self) -> Workbook:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def rows(self, sheet: str) -> Iterator[tuple[int, list[str]]]:
        """Yield (row number from 1, cells as text); empty cells are "", trailing ones are left out."""
        if sheet not in self._parts:
            raise AllmendeError(
                f"The workbook has no sheet {sheet!r}.",
                where=str(self.path),
                expected=f"one of {list(self.sheets)}",
                todo="Name one of these.",
            )
        shared = self._shared_texts()
        with self._open(self._parts[sheet]) as stream:
            for _, element in ET.iterparse(stream):  # noqa: S314 (see the import)
                if element.tag == f"{_MAIN}row":
                    cells: list[str] = []
                    for cell in element:
                        column = _column(cell.get("r", ""), default=len(cells))
                        cells.extend([""] * (column - len(cells)))
                        cells.append(_text(cell, shared))
                    while cells and not cells[-1]:
                        cells.pop()
                    yield int(element.get("r", "0")), cells
                    element.clear()

    def _find_sheets(self) -> dict[str, str]:
        links = {link.get("Id"): link.get("Target", "") for link in self._tree("xl/_rels/workbook.xml.rels")}
        sheets = self._tree("xl/workbook.xml").iter(f"{_MAIN}sheet")
        targets = {sheet.get("name", ""): links[sheet.get(_LINK)] for sheet in sheets}
        return {name: target.lstrip("/") if target.startswith("/") else f"xl/{target}" for name, target in targets.items()}

    def _shared_texts(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self._zip.namelist():
            return []
        return [_joined(item) for item in self._tree("xl/sharedStrings.xml")]

    def _tree(self, part: str) -> ET.Element:
        with self._open(part) as stream:
            return ET.parse(stream).getroot()  # noqa: S314 (see the import)

    def _open(self, part: str) -> IO[bytes]:
        if self._zip.getinfo(part).file_size > LARGEST:
            raise AllmendeError(
                f"{part} of the workbook is larger than {LARGEST >> 20} MB unpacked.",
                where=str(self.path),
                expected="an official table",
                todo="Save only the needed sheet, or as CSV.",
            )
        return self._zip.open(part)


def _joined(item: ET.Element) -> str:
    # phonetic readings (rPh) repeat the text in another script
    texts = [run.text or "" for part in item if part.tag != f"{_MAIN}rPh" for run in part.iter(f"{_MAIN}t")]
    return "".join(texts)


def _text(cell: ET.Element, shared: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        inline = cell.find(f"{_MAIN}is")
        return "" if inline is None else _joined(inline).strip()
    value = cell.findtext(f"{_MAIN}v") or ""
    if cell.get("t") == "s":
        return shared[int(value)].strip()
    if cell.get("t", "n") == "n" and value:
        number = float(value)
        return str(int(number)) if number.is_integer() else repr(number)
    return value.strip()


def _column(reference: str, *, default: int) -> int:
    letters = re.match(r"[A-Z]+", reference)
    if letters is None:
        return default
    column = 0
    for letter in letters.group():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1
