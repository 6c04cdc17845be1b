"""The file of figures that a scheme is run on (docs/formats/scheme.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from allmende.errors import AllmendeError
from allmende.money import cents
from allmende.schemes.document import naming, only, table_of
from allmende.schemes.scheme import Scheme
from allmende.schemes.years import Account, Stay, run_years
from allmende.sharing.figures import Figures, figures_of


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that `run_years` needs beside the scheme, and the name of the file that says it."""

    name: str
    years: tuple[int, ...]
    figures: Figures
    choices: Mapping[str, Any]
    stays: Mapping[str, Stay]
    opening: int


def example_run(scheme: Scheme) -> Run:
    """Return the scheme's own worked example; raises `AllmendeError` if it has none."""
    if not scheme.example:
        raise AllmendeError(
            f"The scheme {scheme.id} has no example.",
            where="[example]",
            expected="a file of figures",
            todo="Name a file of figures after the scheme.",
        )
    return read_run({**scheme.example, "years": [scheme.example["year"], scheme.example["year"]]}, f"{scheme.id}, example")


def read_run(table: Mapping[str, Any], name: str) -> Run:
    """Read the document of a run; raises `AllmendeError` with the part and the value that does not fit."""
    only(table, ("years", "partners", "opening", "choices", "figures", "stays", "year", "source", "expected"), name)
    years, partners = table.get("years"), _partners(table.get("partners"), name)
    if not (
        isinstance(years, list)
        and len(years) == 2
        and all(type(y) is int and 0 < y < 10_000 for y in years)
        and years[0] <= years[1]
    ):
        raise AllmendeError(
            f"years is {years!r}.", where=name, expected="the first and the last year, as [2020, 2024]", todo="Correct it."
        )
    stays = {who: _stay(part, who, years[0], name) for who, part in _table(table, "stays", name).items()}
    measures = {each: table_of(rows, f"{name}, figures.{each}") for each, rows in _table(table, "figures", name).items()}
    with naming(name):
        figures = figures_of(partners, measures)
    opening = cents(table.get("opening", 0), where=f"{name}, opening")
    return Run(name, tuple(range(years[0], years[1] + 1)), figures, _table(table, "choices", name), stays, opening)


def _partners(given: Any, name: str) -> tuple[str, ...]:
    if isinstance(given, list) and given and all(isinstance(each, str) for each in given) and len(set(given)) == len(given):
        return tuple(given)
    raise AllmendeError(
        f"partners is {given!r}.", where=name, expected='names that differ, as ["Ahausen", "Bedorf"]', todo="Correct it."
    )


def _table(table: Mapping[str, Any], key: str, name: str) -> Mapping[str, Any]:
    return table_of(table.get(key, {}), f"{name}, [{key}]")


def account_of(scheme: Scheme, run: Run) -> Account:
    """Run a scheme over the years of a file; every error names the file."""
    with naming(run.name):
        return run_years(scheme, run.figures, run.years, stays=run.stays, choices=run.choices, opening=run.opening)


def _stay(part: Mapping[str, Any], who: str, first: int, name: str) -> Stay:
    notice = only(part, ("first", "notice"), f"{name}, stays.{who}").get("notice")
    joins = part.get("first", first)
    if type(joins) is not int or not 0 < joins < 10_000 or not (notice is None or type(notice) is date):
        raise AllmendeError(
            "The stay cannot be read.",
            where=f"{name}, stays.{who}",
            expected="first = 2020 and, if wanted, notice = 2022-06-30",
            todo="Correct it, or leave it out for a member from the first year on.",
        )
    if notice is not None and "first" in part and notice.year < joins:
        raise AllmendeError(
            f"Notice is given on {notice}, before membership begins in {joins}.",
            where=f"{name}, stays.{who}",
            expected="a notice in the first year of membership or later",
            todo="Correct first or notice.",
        )
    return Stay(joins, notice)
