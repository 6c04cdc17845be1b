"""The file of figures that a scheme is run on (docs/formats/scheme.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from allmende.errors import AllmendeError
from allmende.money import cents
from allmende.schemes.document import only
from allmende.schemes.scheme import Scheme
from allmende.schemes.years import Stay
from allmende.sharing.figures import Figures, figures_of


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that `run_years` needs beside the scheme."""

    years: tuple[int, ...]
    figures: Figures
    choices: Mapping[str, Any]
    stays: Mapping[str, Stay]
    opening: int


def example_run(scheme: Scheme) -> Run:
    """Return the scheme's own worked example; raises `AllmendeError` if it has none."""
    if not scheme.example:
        raise AllmendeError(f"The scheme {scheme.id} has no example.", where="[example]", expected="a file of figures")
    return read_run({**scheme.example, "years": [scheme.example["year"], scheme.example["year"]]}, f"{scheme.id}, example")


def read_run(table: Mapping[str, Any], name: str) -> Run:
    """Read the document of a run; raises `AllmendeError` with the part and the value that does not fit."""
    only(table, ("years", "partners", "opening", "choices", "figures", "stays", "year", "source", "expected"), name)
    years, partners = table.get("years"), table.get("partners")
    if not (isinstance(years, list) and len(years) == 2 and all(isinstance(y, int) for y in years) and years[0] <= years[1]):
        raise AllmendeError(f"years is {years!r}.", where=name, expected="the first and the last year, as [2020, 2024]")
    if not (isinstance(partners, list) and partners) or len(set(partners)) < len(partners):
        raise AllmendeError(f"partners is {partners!r}.", where=name, expected='names that differ, as ["Ahausen", "Bedorf"]')
    stays = {who: _stay(part, who, years[0], name) for who, part in table.get("stays", {}).items()}
    figures = figures_of(partners, table.get("figures", {}))
    opening = cents(table.get("opening", 0), where=f"{name}, opening")
    return Run(tuple(range(years[0], years[1] + 1)), figures, table.get("choices", {}), stays, opening)


def _stay(part: Mapping[str, Any], who: str, first: int, name: str) -> Stay:
    notice = only(part, ("first", "notice"), f"{name}, stays.{who}").get("notice")
    if not isinstance(part.get("first", first), int) or not (notice is None or type(notice) is date):
        raise AllmendeError(
            "The stay cannot be read.",
            where=f"{name}, stays.{who}",
            expected="first = 2020 and, if wanted, notice = 2022-06-30",
        )
    return Stay(part.get("first", first), notice)
