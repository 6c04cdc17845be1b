"""Files that are there whole or not at all, files for their owner alone, and lines of TOML."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from allmende.errors import AllmendeError


def write_durable(path: Path, data: bytes) -> None:
    """Write a file and return when it is on the disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file in one step: a reader sees the old bytes or the new ones."""
    part = path.with_name(f".{path.name}.part")
    try:
        write_durable(part, data)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    settle(path.parent)


def settle(path: Path) -> None:
    """Return when a file, or a folder's list of names, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_private(path: Path, text: str) -> None:
    """Write a secret text to a new file (mode 0600, on the disk when this returns); never replaces one."""
    try:
        file = _create_private(path, "ascii")
    except FileExistsError as error:
        raise AllmendeError(
            "There is a key file already, and a key that was in use must never be lost.",
            where=str(path),
            expected="a path where nothing is",
            todo="Give another path, or move the old key to a safe place first.",
        ) from error
    with file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def read_private(path: Path) -> str:
    """Read a secret text; refuse it when others than its owner may read or write the file."""
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise AllmendeError(
            f"Others on this machine may read the key (mode {mode:04o}).",
            where=str(path),
            expected="a file that only its owner may read (mode 0600)",
            todo=f"chmod 600 {path}; if others had access, make a new key.",
        )
    return path.read_text(encoding="ascii", errors="replace")


def open_private(path: Path, encoding: str = "utf-8-sig") -> TextIO:
    """Open a text file for writing that holds personal data: mode 0600, in the place of one that was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    return _create_private(path, encoding)


def _create_private(path: Path, encoding: str) -> TextIO:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(handle, "w", encoding=encoding, newline="")


def toml_lines(fields: Mapping[str, Any]) -> list[str]:
    r"""Return a line of TOML per field: texts, numbers, truth values, dates, and lists of them but dates.

    >>> toml_lines({"name": 'Aue "Süd"', "levels": ["Ortsteil"], "since": date(2025, 12, 31)})
    ['name = "Aue \\"Süd\\""', 'levels = ["Ortsteil"]', 'since = 2025-12-31']
    """
    return [f"{name} = {_toml(value)}" for name, value in fields.items()]


def _toml(value: Any) -> str:
    # JSON's texts, numbers, truth values and lists are TOML as well, but for one letter that TOML wants escaped
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
