"""A region's own settings for looking ahead, checked field by field, and what a look ahead says in a few numbers."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from allmende.errors import AllmendeError
from allmende.files import write_whole
from allmende.outlook.folder import LEVELS, Outlook
from allmende.parameters import load

SETTINGS = "outlook.toml"
"""Where the folder that gets an outlook keeps the region's own settings."""

_COUNTS = {"horizon": (1, 100), "draws": (20, 10_000), "back_test_draws": (20, 10_000), "seed": (0, 2**31)}
_LISTS = ("band", "variant")
_ESTIMATE = {"window": int, "left_out": list, "types": int, "own": dict}


def settings_of(folder: Path) -> dict[str, Any]:
    """Read the settings that a folder keeps, those of `parameters/outlook.toml` where it keeps none."""
    own = folder / SETTINGS
    return read_settings(own if own.is_file() else None)


def keep_settings(text: bytes, folder: Path) -> None:
    """Let a folder keep the region's own settings (TOML): every look ahead from now on is made with them."""
    write_whole(folder / SETTINGS, text)


def read_settings(path: Path | None = None) -> dict[str, Any]:
    """Read settings: those of `parameters/outlook.toml`, each replaced by the file's if it has it.

    Raises `AllmendeError` naming every entry that cannot be used.

    >>> read_settings()["horizon"]
    30
    """
    settings = load("outlook")
    if path is None:
        return settings
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise AllmendeError(
            "The settings cannot be read.", where=str(path), expected=f"TOML in UTF-8 ({error})", todo="Correct the file."
        ) from error
    expected = {name: words for name, value in own.items() if (words := _expected(name, value))}
    if expected:
        raise AllmendeError(
            "The settings have " + "; ".join(f"{name} = {own[name]!r}" for name in expected) + ".",
            where=str(path),
            expected="; ".join(f"{name}: {words}" for name, words in expected.items()),
            todo="Correct or remove the entries.",
        )
    return settings | own


def summary(outlook: Outlook) -> dict[str, Any]:
    """Return the region's people every fifth year, median and 80 % interval, and what the outlook stands on."""
    region, everybody = len(outlook.areas) - 1, 0
    low, middle, high = (outlook.fan[LEVELS.index(level), :, region, everybody] for level in (0.1, 0.5, 0.9))
    totals = [
        {"year": year, "low": round(float(low[at])), "median": round(float(middle[at])), "high": round(float(high[at]))}
        for at, year in enumerate(outlook.years)
        if at % 5 == 0
    ]
    return {"id": outlook.id, "release": outlook.release, "units": len(outlook.units), "totals": totals}


def _expected(name: str, value: Any) -> str:
    """Return what an entry should be, nothing if it is."""
    expected = ""
    if name in _COUNTS:
        low, high = _COUNTS[name]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            expected = f"a whole number from {low} to {high}"
    elif name == "sizes":
        if not (isinstance(value, list) and value == sorted(value) and all(isinstance(v, int) and v > 0 for v in value)):
            expected = "ascending numbers of inhabitants"
    elif name in _LISTS:
        if not (isinstance(value, list) and value and all(isinstance(each, dict) and "id" in each for each in value)):
            expected = f"one or more [[{name}]] with an id"
        elif name == "band" and value[0].get("ages") != [0, 100]:
            expected = "a first band of all ages, [0, 100]: areas are sized by it"
        elif name == "variant" and value[0].get("changes"):
            expected = "a first variant without changes: the middle one"
    elif name == "drivers":
        if not (isinstance(value, dict) and {"spread", "persistence"} <= set(value)):
            expected = "[drivers.spread] and [drivers.persistence]"
    elif name == "estimate":
        if not (isinstance(value, dict) and all(isinstance(v, _ESTIMATE.get(k, type(None))) for k, v in value.items())):
            expected = f"a table with {', '.join(_ESTIMATE)}"
    elif name == "lean":
        if not (
            isinstance(value, dict) and value.keys() == {"weight", "years"} and 0 <= value["weight"] <= 1 <= value["years"]
        ):
            expected = "[lean] with weight from 0 to 1 and years from 1"
    else:
        expected = ", ".join((*_COUNTS, "sizes", *_LISTS, "drivers", "estimate", "lean"))
    return expected
