"""What checks find: every finding with file, line, field, value and expectation, in German and English."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as part
from functools import cache
from importlib.resources import files
from pathlib import Path

from allmende.files import open_private

SEVERITIES = ("fatal", "error", "warning", "note")
COLUMNS = ("file", "line", "field", "value", "severity", "code", "found", "expected")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found; `line` counts from 1 (0: the whole file).

    `value` may be personal: it goes into the findings file on the office's machine and nowhere else. `detail` fills the
    text's expectation and is never taken from a person's row.
    """

    code: str
    file: str
    line: int = 0
    field: str = ""
    value: str = part(default="", repr=False)
    detail: str = ""

    @property
    def severity(self) -> str:
        """Return fatal (the file cannot be used), error (the row is set aside), warning or note."""
        return _catalogue()[self.code][0]

    def words(self, language: str = "de") -> tuple[str, str]:
        """Return what was found and what was expected, without the value.

        >>> Finding("person.two_main", "bestand.csv", 17, "residence", detail="3").words("en")
        ('the person has another main or only dwelling in line 3', 'one main dwelling at most')
        """
        _, german, english = _catalogue()[self.code]
        found, expected = german if language == "de" else english
        return found.format(detail=self.detail), expected.format(detail=self.detail)

    def line_of_text(self, language: str = "de") -> str:
        """Return the finding in one line that may be shown and logged: it leaves the value out."""
        found, expected = self.words(language)
        place = f"{self.file}:{self.line}" if self.line else self.file
        hope = "erwartet" if language == "de" else "expected"
        return f"{place}{' ' + self.field if self.field else ''}: {found}; {hope}: {expected}"


@cache
def _catalogue() -> dict[str, tuple[str, tuple[str, str], tuple[str, str]]]:
    raw = tomllib.loads(files(__package__).joinpath("findings.toml").read_text(encoding="utf-8"))
    return {
        code: (entry["severity"], (entry["de"][0], entry["de"][1]), (entry["en"][0], entry["en"][1]))
        for code, entry in raw.items()
    }


def count_by_code(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how often each code occurs, gravest first, then by code."""
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.code] = counts.get(finding.code, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (SEVERITIES.index(_catalogue()[item[0]][0]), item[0])))


def write_findings(findings: Sequence[Finding], path: Path, language: str = "de") -> None:
    """Write all findings with their values as CSV (`;`, UTF-8 with BOM for spreadsheets), readable by the owner only."""
    with open_private(path) as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(COLUMNS)
        for f in findings:
            writer.writerow([f.file, f.line or "", f.field, harmless(f.value), f.severity, f.code, *f.words(language)])


def harmless(value: str) -> str:
    """Return a text that a spreadsheet does not run: what begins like a formula gets an apostrophe in front.

    >>> harmless("=1+1"), harmless("Am Wall")
    ("'=1+1", 'Am Wall')
    """
    return "'" + value if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
