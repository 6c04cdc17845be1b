"""settings.toml beside plain tables: the few numbers and names that belong to a whole projection."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from allmende.errors import AllmendeError
from allmende.outlook.plain_tables import Finding
from allmende.projection.lifetable import RADIX

FILE = "settings.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """What settings.toml may say; whatever is None follows from the tables or from the convention."""

    base_year: int | None = None
    step: int | None = None
    boys_per_girl: float | None = None
    first_fertile_age: int | None = None
    last_fertile_age: int | None = None
    radix: float = RADIX
    rates_year: str | None = None
    nationals: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[str, Any] = field(default_factory=dict)

    def rows_of(self, table: str) -> dict[str, str]:
        """Return what the rows of one table must hold to be read: [only] for every table, [only.rates] for one."""
        everywhere = {header: str(value) for header, value in self.only.items() if not isinstance(value, dict)}
        return everywhere | {header: str(value) for header, value in self.only.get(table, {}).items()}


_KINDS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "base_year": ((int,), "a year"),
    "step": ((int,), "years, a whole number"),
    "boys_per_girl": ((int, float), "boys per girl, about 1.05 (0: the birth rates count daughters alone)"),
    "first_fertile_age": ((int,), "an age"),
    "last_fertile_age": ((int,), "an age"),
    "radix": ((int, float), "survivors at birth, such as 100000"),
    "rates_year": ((str,), '"start" or "end"'),
    "nationals": ((str,), "the name of a group"),
    "columns": ((dict,), 'a table of headers: pop_1993 = "population"'),
    "only": ((dict,), 'a table of headers and values: scenario = "reference"'),
}


def read_settings(folder: Path) -> tuple[Settings, list[Finding]]:
    """Read settings.toml of a folder, or take the defaults where there is none.

    Returns the entries that can be used, and every key that is not known and every value that cannot be.
    Raises `AllmendeError` for a file that is no TOML.
    """
    path = folder / FILE
    if not path.exists():
        return Settings(), []
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AllmendeError("The settings cannot be read.", where=f"{path}: {error}", expected="TOML in UTF-8") from error
    return settings_of(raw)


def settings_of(raw: Mapping[str, Any]) -> tuple[Settings, list[Finding]]:
    """Take the settings that can be used, and say what is wrong with the others.

    >>> settings, wrong = settings_of({"base_year": 1993, "step": "five"})
    >>> settings.base_year, [found.field for found in wrong]
    (1993, ['step'])
    """
    findings = []
    for key, value in raw.items():
        if key not in _KINDS:
            known = ", ".join(part.name for part in fields(Settings))
            findings.append(Finding(FILE, 0, key, repr(value), f"one of {known}"))
        elif not isinstance(value, _KINDS[key][0]) or isinstance(value, bool) or not _possible(key, value):
            findings.append(Finding(FILE, 0, key, repr(value), _KINDS[key][1]))
    wrong = {found.field for found in findings}
    return Settings(**{key: value for key, value in raw.items() if key not in wrong}), findings


def _possible(key: str, value: Any) -> bool:
    if key == "rates_year":
        return value in ("start", "end")
    if key == "boys_per_girl":
        return bool(0.8 <= value <= 1.5 or value == 0)
    return key not in ("step", "radix") or value > 0
