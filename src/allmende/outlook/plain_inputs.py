"""A folder of plain CSV files → a published projection's stock, rates and flows (docs/formats/projection-inputs.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from allmende.errors import AllmendeError
from allmende.outlook.plain_checks import (
    Field,
    check_between,
    check_leavers,
    check_mothers,
    check_place,
    check_pool,
    complete_axes,
)
from allmende.outlook.plain_fields import LIFE, Floats, fill_gaps, find_impossible, lay_out
from allmende.outlook.plain_frame import frame_of
from allmende.outlook.plain_matrix import MATRIX, MOVES, lay_out_matrix, lay_out_moves
from allmende.outlook.plain_rows import Frame, Places, place, read_members
from allmende.outlook.plain_settings import FILE, Settings, read_settings
from allmende.outlook.plain_survival import survival_from
from allmende.outlook.plain_tables import Finding, PlainTable, UnusableInputs, read_table
from allmende.projection.conventions import CONVENTIONS, FSO_FERTILE, Case, Matrix, case_of

TABLES = ("population", "rates", "flows", "srb", "matrix")
"""Names of the files, each .csv or .csv.gz; all but the first may be absent as long as the columns stand somewhere."""

BOYS_PER_GIRL = 1.05
PERSONS = ("net", "in", "out", "moves")
LEAVERS = ("out_rate", "acquisition", "pool_out_rate")


@dataclass(frozen=True, slots=True)
class PlainInputs:
    """A case ready to run, and how its tables were understood, in sentences."""

    case: Case
    notes: tuple[str, ...]


def read_inputs(folder: Path, convention: str, years: int | None = None) -> PlainInputs:
    """Read a folder of plain tables for one convention; `years` None takes every year that the rates have.

    Raises
    ------
    UnusableInputs
        With every finding: file, line, field, value, what was expected.
    AllmendeError
        If a file is absent or cannot be read at all.
    """
    endings = (".csv", ".csv.gz")
    paths = {name: path for name in TABLES for ending in endings if (path := folder / f"{name}{ending}").exists()}
    if "population" not in paths:
        raise AllmendeError(
            "There is no population.",
            where=str(folder),
            expected="population.csv (or .csv.gz)",
            todo="See docs/formats/projection-inputs.md for the files of a folder.",
        )
    settings, wrong = read_settings(folder)
    try:
        inputs = inputs_from(paths, settings, convention, years)
    except UnusableInputs as error:
        raise UnusableInputs([*wrong, *error.findings]) from error
    if wrong:
        raise UnusableInputs(wrong)
    read = {path.name for path in paths.values()} | {FILE}
    strange = sorted(path.name for path in folder.iterdir() if path.name not in read and not path.name.startswith("."))
    return PlainInputs(inputs.case, (*inputs.notes, *([f"Files not read: {', '.join(strange)}."] if strange else [])))


def inputs_from(paths: Mapping[str, Path], settings: Settings, convention: str, years: int | None = None) -> PlainInputs:
    """Read named tables ("population", "rates", "flows", "srb") for one convention, as `read_inputs` does."""
    if convention not in CONVENTIONS:
        raise AllmendeError(f"There is no convention {convention!r}.", expected=f"one of {', '.join(sorted(CONVENTIONS))}")
    tables = {name: read_table(path, rename=settings.columns, only=settings.rows_of(name)) for name, path in paths.items()}
    members = {name: read_members(table) for name, table in tables.items()}
    if not all(table.lines for table in tables.values()):
        _stop_if_found(tables)
    try:
        frame, base_year = frame_of(tables, members, settings, convention, years)
    except AllmendeError as error:
        _stop_with_numbers(tables, [Finding("(command)", 0, "--years", "" if years is None else str(years), error.expected)])
        raise
    check_between(tables)
    _stop_with_numbers(tables)
    given = _lay_out_all(tables, {name: place(table, members[name], frame) for name, table in tables.items()}, frame)
    left = ((table.name, _unused(kind, table)) for kind, table in tables.items())
    notes = [f"Columns of {name} not used: {', '.join(headers)}." for name, headers in left if headers]
    case = _assemble(tables["population"], given, frame, base_year, settings, convention, notes)
    _stop_if_found(tables)
    return PlainInputs(case, tuple(notes))


def _stop_if_found(tables: Mapping[str, PlainTable]) -> None:
    found = [finding for table in tables.values() for finding in table.findings]
    if found:
        raise UnusableInputs(list(dict.fromkeys(found)))


def _stop_with_numbers(tables: Mapping[str, PlainTable], also: Sequence[Finding] = ()) -> None:
    """Stop where rows cannot be placed, and say of every number whether it can be: nothing has to be looked for twice."""
    before = any(table.findings for table in tables.values())
    if not (before or also):
        return
    for table in tables.values():
        find_impossible(table)
    found = [finding for table in tables.values() for finding in table.findings]
    if found:
        raise UnusableInputs(list(dict.fromkeys([*found, *also])))


def _lay_out_all(tables: Mapping[str, PlainTable], places: Mapping[str, Places], frame: Frame) -> dict[str, Field]:
    """Lay out every field of every table: of population.csv the population, of the others all the rest."""
    given: dict[str, Field] = {}
    for kind, table in tables.items():
        for series in table.series:
            name = series.field
            if (name == "population") != (kind == "population") or (name in given and given[name].table is table):
                continue
            if name in given:
                expected = f"{name} in one file only; {given[name].table.name} has it"
                table.findings.append(Finding(table.name, 1, series.header, "a second time", expected))
                continue
            given[name] = Field(_laid(table, name, frame, places[kind]), table, series.header)
    return given


def _laid(table: PlainTable, name: str, frame: Frame, places: Places) -> Floats:
    if name in MATRIX:
        return lay_out_matrix(table, name, frame, places)
    if name in MOVES:
        return lay_out_moves(table, name, frame, places)
    laid = lay_out(table, name, frame, places)
    return laid if name == "ax" else fill_gaps(table, name, laid, frame)


def _unused(kind: str, table: PlainTable) -> tuple[str, ...]:
    return (*table.unused, *(s.header for s in table.series if (s.field == "population") != (kind == "population")))


def _assemble(
    population: PlainTable,
    given: dict[str, Field],
    frame: Frame,
    base_year: int,
    settings: Settings,
    convention: str,
    notes: list[str],
) -> Case:
    """Build the case; what is wrong with a whole column is put among its table's findings."""
    cells = len(frame.groups), len(frame.areas), len(frame.sexes), len(frame.ages)
    if "population" not in given:
        found = Finding(population.name, 1, "population", "", "a column population (or n, pop, or pop_f and pop_m)")
        raise UnusableInputs([*population.findings, found])
    for field in (given[name] for name in ("population", *PERSONS) if name in given):
        complete_axes(field, cells, frame)
    width = frame.ages[1] - frame.ages[0]
    check_place(given, convention)
    matrix = _matrix(given, frame, notes)
    ratios = np.zeros((1, 1, 1, 1, 1)) if matrix else _survival(population, given, width, settings, notes)
    _stop_if_any(given, population)

    def values(name: str) -> Floats:
        return given[name].values if name in given else np.zeros((1, 1, 1, 1, 1))

    def spread(name: str) -> Floats:
        return np.broadcast_to(values(name), (len(frame.years), *cells))

    stock = spread("population")[0]
    if convention == "leslie" and not matrix and ratios.shape[-1] == cells[-1]:
        notes.append("The open group has no survival of its own: the last row holds for both of its parts.")
    check_mothers(given, stock, frame, notes)
    check_pool(given, spread("pool_out_rate"), spread("pool_share"), frame)
    check_leavers(given, {name: spread(name) for name in LEAVERS}, frame)
    fertile = _fertile(population, settings, convention, notes)
    two_sided = convention == "fso"
    return case_of(
        stock,
        np.broadcast_to(ratios, (len(frame.years), *cells[:3], ratios.shape[-1])),
        fertility=values("asfr")[:, :, :, 0],
        boys_per_girl=0.0 if matrix else _boys_per_girl(given, frame, settings, notes),
        net=spread("net") + spread("moves") - spread("out") + (0 if two_sided else spread("in")),
        net_rate=values("net_rate"),
        come=spread("in") if two_sided else 0.0,
        leave=values("out_rate"),
        acquire=values("acquisition"),
        child_share=values("child_share")[:, :, :, 0],
        pool_leave=values("pool_out_rate"),
        pool_share=values("pool_share"),
        nationals=_nationals(given, frame, settings),
        fertile=fertile,
        matrix=matrix,
        move_rate=given["move_rate"].values if "move_rate" in given else None,
        width=width,
        base_year=base_year,
        groups=frame.groups,
        areas=frame.areas,
    )


def _matrix(given: Mapping[str, Field], frame: Frame, notes: list[str]) -> Matrix | None:
    """Take a printed matrix if there is one; it stands alone, since survival and birth rates are in it."""
    entries = [given[name] for name in MATRIX if name in given]
    if not entries:
        return None
    for name in (name for name in (*LIFE, "asfr", "srb") if name in given):
        given[name].found("beside a matrix", f"either {' and '.join(MATRIX)}, or survival and birth rates")
    if "subdiagonal" not in given:
        entries[0].found(
            "without a subdiagonal", "a column subdiagonal: who is alive at the end of the step, by age at its start"
        )
    notes.append("Survival and births from a printed matrix: births are the newborn who live at the end of their step.")
    nothing = np.zeros((1, 1, len(frame.areas), len(frame.areas), 1, 1))
    return Matrix(*(given[name].values if name in given else nothing for name in MATRIX))


def _survival(population: PlainTable, given: Mapping[str, Field], width: int, settings: Settings, notes: list[str]) -> Floats:
    survival = survival_from({name: given[name].values for name in given if name in LIFE}, width, settings.radix)
    for name, value, expected in () if _any_cell_found(given) else survival.findings:
        column = given.get(name) or replace(next(given[n] for n in LIFE if n in given), header=name)
        column.found(value, expected)
    if survival.ratios is None and not survival.findings:
        unknown = sorted({header for field in given.values() for header in field.table.unused})
        value = f"columns not understood: {', '.join(unknown)}" if unknown else ""
        population.findings.append(Finding("rates.csv", 0, "survival", value, "one of the columns survival, q, nLx, mx, qx"))
    notes += survival.notes
    return survival.ratios if survival.ratios is not None else np.zeros((1, 1, 1, 1, 1))


def _stop_if_any(given: Mapping[str, Field], population: PlainTable) -> None:
    tables = {population.name: population} | {field.table.name: field.table for field in given.values()}
    _stop_if_found(tables)


def _any_cell_found(given: Mapping[str, Field]) -> bool:
    """Whether a cell that survival comes from was found; what follows from the whole column would only repeat it."""
    tables = [given[name].table for name in LIFE if name in given]
    headers = {series.header for table in tables for series in table.series if series.field in LIFE}
    return any(found.field in headers for table in tables for found in table.findings)


def _boys_per_girl(given: Mapping[str, Field], frame: Frame, settings: Settings, notes: list[str]) -> Floats:
    if "srb" in given:
        if settings.boys_per_girl is not None:
            given["srb"].found(f"{settings.boys_per_girl} in {FILE}, too", "the sex ratio at birth in one place")
        return given["srb"].values[:, :, :, 0, 0]
    if settings.boys_per_girl == 0 and frame.sexes != ("f",):
        raise UnusableInputs(
            [Finding(FILE, 0, "boys_per_girl", "0", "boys per girl, about 1.05, where men are projected, too")]
        )
    if settings.boys_per_girl is None and "asfr" in given:
        notes.append(f"Sex ratio at birth: {BOYS_PER_GIRL} boys per girl (assumption; none was given).")
    return np.array(BOYS_PER_GIRL if settings.boys_per_girl is None else settings.boys_per_girl)


def _nationals(given: Mapping[str, Field], frame: Frame, settings: Settings) -> int | None:
    """Return the group that naturalised persons join: the one named, or the only one from which nobody is naturalised."""
    field = given.get("acquisition") or given.get("child_share")
    if settings.nationals is not None:
        if settings.nationals not in frame.groups:
            raise UnusableInputs([Finding(FILE, 0, "nationals", settings.nationals, f"one of {', '.join(frame.groups)}")])
        return frame.groups.index(settings.nationals)
    if field is None or not field.values.any():
        return None
    never = np.flatnonzero(
        ~np.broadcast_to(field.values, (len(field.values), len(frame.groups), *field.values.shape[2:])).any(axis=(0, 2, 3, 4))
    )
    if "acquisition" not in given or len(never) != 1:
        field.found("several groups", 'nationals = "…" in settings.toml: the group that naturalised persons join')
        return None
    return int(never[0])


def _fertile(population: PlainTable, settings: Settings, convention: str, notes: list[str]) -> tuple[int, int] | None:
    first, last = settings.first_fertile_age, settings.last_fertile_age
    if first is None and last is None:
        return None
    if convention != "fso":
        notes.append(f"The first and the last fertile age are not used: {convention} takes every age with a birth rate.")
        return None
    ages = FSO_FERTILE[0] if first is None else first, FSO_FERTILE[1] if last is None else last
    if not 0 <= ages[0] <= ages[1]:
        expected = f"an age from 0 to the last fertile age, {ages[1]}"
        population.findings.append(Finding(FILE, 0, "first_fertile_age", str(ages[0]), expected))
    return ages
