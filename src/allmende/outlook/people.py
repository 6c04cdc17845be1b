"""Population by year, area and age from a plain table, with or without draws, as the people of which needs are computed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from allmende.areas.hierarchy import Defect
from allmende.needs.demand import People
from allmende.needs.services import OLDEST, Floats, Span
from allmende.outlook.strict_tables import Kind, Table, UnusableTable, read_table

KIND = Kind("The people", ("year", "area", "age", "population"), "formats/services.md", optional=("sex", "draw"))
Member = int | str
SEXES = {"f": "f", "w": "f", "m": "m"}
SHOWN = 20
"""Gaps that are listed one by one."""


def read_people(path: Path, spans: Sequence[Span]) -> People:
    """Read people at 31.12. by single years of age and add them up to the spans that the file can tell.

    Columns: `year`, `area`, `age` (the last one may be open: 85+; 100 is), `population`, and perhaps `sex` (f, w or m) and
    `draw`. A span is left out if the file lacks one of its ages or does not tell its sex; needs then say so by name.

    Raises `UnusableTable` with every defect: what is no number, what is there twice, years with gaps, and what is missing from
    the whole of all years, areas, ages, sexes and draws.
    """
    table = read_table(path, KIND)
    if not table.lines:
        raise UnusableTable(KIND, str(path), [Defect(1, "row", "", "people of two years at least")])
    axes, defects = _axes(table)
    value, wrong = _numbers(table)
    defects += wrong
    if not defects:
        defects = _gaps(table, axes)
    if not defects:
        cells, defects = _fill(table, axes, value)
    if defects:
        raise UnusableTable(KIND, str(path), defects)
    return _people(axes, cells, spans)


@dataclass(frozen=True, slots=True)
class _Axis:
    """One axis: its members in order, the position of every row, and whether the last age is open."""

    members: tuple[Member, ...]
    code: NDArray[np.int64]
    open: bool = False


def _axes(table: Table) -> tuple[dict[str, _Axis], list[Defect]]:
    """Return draws, years, areas, sexes and ages, those that the file does not have with one member."""
    read: dict[str, tuple[Callable[[str], Member], str]] = {
        "draw": (int, "a whole number"),
        "year": (_year, "a year of four digits"),
        "area": (_name, "the key of an area"),
        "sex": (lambda text: SEXES[text], " or ".join(SEXES)),
        "age": (_age, "a completed age from 0 to 100, the last one perhaps open (85+)"),
    }
    axes, defects = {}, []
    for name, (parse, expected) in read.items():
        if name not in table.columns:
            axes[name] = _Axis(("all",), np.zeros(len(table.lines), dtype=np.int64))
            continue
        known: dict[str, Member] = {}
        for text in dict.fromkeys(table.columns[name]):
            try:
                known[text] = parse(text)
            except (ValueError, KeyError):
                line = table.lines[table.columns[name].index(text)]
                defects.append(Defect(line, name, text, expected))
        members = (
            dict.fromkeys(known.values()) if name == "area" else sorted(set(known.values()), key=lambda m: (str(type(m)), m))
        )
        position = {member: at for at, member in enumerate(members)}
        code = np.array([position[known[text]] if text in known else 0 for text in table.columns[name]], dtype=np.int64)
        axes[name] = _Axis(tuple(members), code, any(text.endswith("+") for text in known))
    return axes, defects


def _gaps(table: Table, axes: dict[str, _Axis]) -> list[Defect]:
    """Find years and ages that do not follow one another, and an open age that is not the last one."""
    defects = []
    for name, word in (("year", "every year from the first to the last, two at least"), ("age", "every age up to the last")):
        members = [int(member) for member in axes[name].members]
        lacking = sorted(set(range(members[0], members[-1] + 1)) - set(members)) if members else []
        if lacking:
            defects.append(Defect(1, name, f"no {', '.join(map(str, lacking[:SHOWN]))}", word))
        elif name == "year" and len(members) == 1:
            defects.append(Defect(1, name, str(members[0]), word))
    ages = axes["age"].members
    for line, text in zip(table.lines, table.columns["age"], strict=True):
        if text.endswith("+") and _age(text) != ages[-1]:
            defects.append(Defect(line, "age", text, f"an open age only at the end, {ages[-1]}"))
            break
    return defects


def _numbers(table: Table) -> tuple[Floats, list[Defect]]:
    texts = table.columns["population"]
    value, defects = np.zeros(len(texts)), []
    for at, text in enumerate(texts):
        try:
            value[at] = float(text.replace(",", "."))
        except ValueError:
            value[at] = np.nan
        if not 0 <= value[at] < np.inf:
            defects.append(Defect(table.lines[at], "population", text, "a number of persons, 0 or more"))
    return value, defects


def _fill(table: Table, axes: dict[str, _Axis], value: Floats) -> tuple[Floats, list[Defect]]:
    """Put the rows into an array with the axes' shape; every cell has to be there once."""
    shape = tuple(len(axis.members) for axis in axes.values())
    place = np.ravel_multi_index([axis.code for axis in axes.values()], shape)
    count = np.bincount(place, minlength=int(np.prod(shape)))
    defects = []
    for cell in np.flatnonzero(count > 1)[:SHOWN].tolist():
        line = table.lines[int(np.flatnonzero(place == cell)[1])]
        defects.append(Defect(line, "row", _cell(axes, cell, shape), "one row for it; there is another one"))
    missing = np.flatnonzero(count == 0)
    told = "a row for it (0 if there is nobody)"
    defects += [Defect(1, "row", _cell(axes, cell, shape), told) for cell in missing[:SHOWN].tolist()]
    if len(missing) > SHOWN:
        defects.append(Defect(1, "row", f"{len(missing)} rows", "none missing; the first ones are named"))
    cells = np.zeros(int(np.prod(shape)))
    cells[place] = value
    return cells.reshape(shape), defects


def _cell(axes: dict[str, _Axis], cell: int, shape: tuple[int, ...]) -> str:
    at = np.unravel_index(cell, shape)
    named = zip(axes, axes.values(), at, strict=True)
    return ", ".join(f"{name} {axis.members[int(i)]}" for name, axis, i in named if axis.members != ("all",))


def _people(axes: dict[str, _Axis], cells: Floats, spans: Sequence[Span]) -> People:
    """Sum `cells [S, Y, U, sex, age]` to the spans."""
    sexes, ages = axes["sex"].members, [int(age) for age in axes["age"].members]
    ends = {*ages[:-1], OLDEST} if axes["age"].open else set(ages)
    told, values = [], []
    for span in spans:
        whole = span.low in ages and span.high in ends
        of_sex = [at for at, sex in enumerate(sexes) if span.sex in ("all", sex)]
        complete = span.sex in sexes or (span.sex == "all" and sexes in (("all",), ("f", "m")))
        if whole and complete:
            told.append(span)
            chosen = [at for at, age in enumerate(ages) if span.low <= age <= span.high]
            values.append(cells[:, :, :, of_sex][..., chosen].sum(axis=(3, 4)))
    value = np.stack(values, axis=-1) if values else np.zeros((*cells.shape[:3], 0))
    years = tuple(int(year) for year in axes["year"].members)
    return People(value, years, tuple(str(area) for area in axes["area"].members), tuple(told))


def _year(text: str) -> int:
    if not (text.isdigit() and len(text) == 4):
        raise ValueError(text)
    return int(text)


def _name(text: str) -> str:
    if not text:
        raise ValueError(text)
    return text


def _age(text: str) -> int:
    plain = text.removesuffix("+")
    if not plain.isdigit() or int(plain) > OLDEST:
        raise ValueError(text)
    return int(plain)
