"""Cases to be shared as TOML files."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from allmende.cli.game_files import read_game, within
from allmende.errors import AllmendeError
from allmende.sharing.case import Case, case_from
from allmende.sharing.case_costs import changes_of, years_of
from allmende.sharing.services import Change


def read_case(path: Path) -> Case:
    """Return the case of a file; a siting result that it names lies beside it."""
    table = _read(path)
    siting = read_game(path.parent / str(table["siting"])) if "siting" in table else None
    return case_from(table, siting=siting)


def read_savings(path: Path) -> tuple[tuple[Change, ...], int]:
    """Return what partners pay before and after, and the years, from the [savings] of a case."""
    table = _read(path)
    if "savings" not in table:
        raise AllmendeError(
            "The case has no [savings].",
            where=str(path),
            expected="[savings] with years, and [[savings.partner]] with name, before and after for each partner",
            todo="Add them as in docs/examples/kasse-ilveland.toml.",
        )
    partners = tuple(str(row.get("name", "")) for row in table.get("partner", ()))
    savings = table["savings"]
    return within(path, lambda: (changes_of(savings, partners), years_of(savings)))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AllmendeError(
            f"The file is no TOML: {error}.",
            where=str(path),
            expected="a case as in docs/formats/sharing-case.md, in UTF-8",
            todo="Correct the line; texts stand in quotes.",
        ) from None
