"""The axes of a published projection: ages, sexes, areas and groups from its population, years from its rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from allmende.errors import AllmendeError
from allmende.outlook.plain_matrix import MATRIX
from allmende.outlook.plain_rows import Frame, Member
from allmende.outlook.plain_settings import FILE, Settings
from allmende.outlook.plain_tables import Finding, PlainTable

EVERYBODY = "all"
"""The name of the one area or group where a table names none."""

Members = Mapping[str, Sequence[Member]]


def frame_of(
    tables: Mapping[str, PlainTable], members: Mapping[str, Members], settings: Settings, convention: str, years: int | None
) -> tuple[Frame, int]:
    """Return the axes and the base year; what is wrong with the population's axes is put among its table's findings.

    Raises
    ------
    AllmendeError
        If the number of years follows from nothing, or is no multiple of the step.
    """
    population = tables["population"]
    ages = _ages(population, members["population"], settings, convention)
    width = ages[1] - ages[0] if len(ages) > 1 else 1
    labels, base_year = _years(population, members, settings, convention, width, years)
    beyond = ages[-1] + width if ages and convention == "leslie" else None
    longer = any(beyond in each.get("age", ()) for name, each in members.items() if name != "population")
    groups, areas = (names_in(members["population"], axis) for axis in ("group", "area"))
    one = any(series.field in MATRIX for table in tables.values() for series in table.series)
    sexes = _sexes(population, members["population"], one)
    return Frame(labels, groups, areas, sexes, ages, beyond if longer else None), base_year


def _ages(table: PlainTable, members: Members, settings: Settings, convention: str) -> tuple[int, ...]:
    ages = sorted({age for age in members.get("age", ()) if isinstance(age, int)})
    steps = {later - age for age, later in pairwise(ages)}
    if len(ages) < 2:
        table.findings.append(
            Finding(table.name, 0, "age", f"{len(ages)} ages", "a column age (or age_start), two ages at least")
        )
    elif len(steps) > 1 or ages[0] != 0:
        absent = sorted(set(range(0, ages[-1], min(steps))) - set(ages))
        value = f"no age {', '.join(map(str, absent[:10]))}{' …' if len(absent) > 10 else ''}"
        table.findings.append(
            Finding(table.name, 0, "age", value, "ages from 0 on in equal steps, the last one open (0 and 1-4 added up)")
        )
    elif convention == "fso" and steps != {1}:
        table.findings.append(
            Finding(table.name, 0, "age", f"{steps.pop()} years wide", "single years with the convention fso")
        )
    elif settings.step not in (None, *steps):
        table.findings.append(Finding(FILE, 0, "step", str(settings.step), f"{steps.pop()}, the width of the ages"))
    return tuple(ages)


def names_in(members: Members, axis: str) -> tuple[str, ...]:
    """Return the names on an axis in the order of their first rows; without a column, `EVERYBODY`."""
    return tuple(dict.fromkeys(str(name) for name in members.get(axis, ()) if name)) or (EVERYBODY,)


def sexes_in(table: PlainTable, members: Members) -> tuple[str, ...]:
    """Return the sexes that a table names, by column or by header, women first; without any, women."""
    named = {series.sex for series in table.series} | set(members.get("sex", ()))
    return tuple(sex for sex in ("f", "m") if sex in named) or ("f",)


def _sexes(table: PlainTable, members: Members, one: bool) -> tuple[str, ...]:
    """Return the sexes; `one`: a printed matrix may hold for everybody, then no sex need be named."""
    named = {series.sex for series in table.series if series.sex} | set(members.get("sex", ()))
    if "f" not in named and not (one and not named):
        expected = "women, in a column sex or as pop_f and pop_m; without women nobody is born"
        table.findings.append(Finding(table.name, 0, "sex", "men only" if "m" in named else "", expected))
        return ("f",)
    return sexes_in(table, members)


def _years(
    table: PlainTable, members: Mapping[str, Members], settings: Settings, convention: str, width: int, years: int | None
) -> tuple[tuple[int, ...], int]:
    """Return the label of each step's rates and the base year."""
    rates = (each.get("year", ()) for name, each in members.items() if name != "population")
    rated = sorted({year for labels in rates for year in labels if isinstance(year, int)})
    late = width if (settings.rates_year or ("end" if convention == "fso" else "start")) == "end" else 0
    base_year = _base_year(table, members["population"], settings, rated[0] - late if rated else 0)
    first = base_year + late
    if years is None and not rated:
        raise AllmendeError("The rates name no year.", expected="the number of years to project", todo="Give --years.")
    given, years = years, years if years is not None else rated[-1] - first + width
    if years < 1 or years % width:
        raise AllmendeError(
            f"{years} years cannot be projected from {base_year}.",
            where="--years" if given is not None else f"rates from {rated[0]} to {rated[-1]}",
            expected=f"a multiple of the step of {width}, one step at least",
            todo=f"Give --years {max(1, round(years / width)) * width}, or correct the years of the population and the rates.",
        )
    return tuple(range(first, first + years, width)), base_year


def _base_year(table: PlainTable, members: Members, settings: Settings, otherwise: int) -> int:
    stocks = sorted({year for year in members.get("year", ()) if isinstance(year, int)})
    if len(stocks) > 1:
        expected = 'one year; in settings.toml under [only.population], year = "2024" chooses one'
        table.findings.append(Finding(table.name, 0, "year", ", ".join(map(str, stocks[:5])), expected))
    given = settings.base_year
    if given is not None and stocks and given != stocks[0]:
        table.findings.append(Finding(FILE, 0, "base_year", str(given), f"{stocks[0]}, the year of the population"))
    return given if given is not None else stocks[0] if stocks else otherwise
