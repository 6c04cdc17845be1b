"""Files of text that a command is given, as text and as TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from allmende.errors import AllmendeError


def read_text(file: Path) -> str:
    """Read a file of UTF-8; raises `AllmendeError` with the byte that is none."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise AllmendeError(
            "The file is no UTF-8 text.", where=f"{file}, byte {error.start}", expected="UTF-8", todo="Save it as UTF-8."
        ) from error


def read_toml(file: Path) -> dict[str, Any]:
    """Read a TOML file; raises `AllmendeError` with the line that cannot be read."""
    try:
        return tomllib.loads(read_text(file))
    except tomllib.TOMLDecodeError as error:
        raise AllmendeError(
            f"The file is no TOML: {error}.", where=str(file), expected="TOML", todo="Correct the line; texts stand in quotes."
        ) from error
