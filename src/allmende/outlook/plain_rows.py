"""Whom each row of a plain table is about, and its place on the axes of the population."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.outlook.plain_tables import SEXES, Finding, PlainTable

Ints = NDArray[np.int64]
Member = int | str

ORDER = ("year", "group", "area", "sex", "age")
"""Axes of every array that is read, in this order; an axis over which a number is constant has length 1."""

YEARS = r"\s*(?:years?|jahre?n?)?\s*"
WHOLE: Mapping[str, re.Pattern[str]] = {
    "year": re.compile(r"(?P<low>\d+)(\.0)?(\s*[-–/]\s*\d+)?"),
    "age": re.compile(
        rf"(?:<|under|unter)\s*\d+{YEARS}|(?P<low>\d+)(?:\.0|-jährige)?{YEARS}"
        rf"(?:\+|(?:-|–|to|bis)\s*(?:unter\s*)?\d+|(?:and|or|und|oder)\s*(?:over|older|more|älter|mehr))?{YEARS}"
    ),
}
"""How years and ages are written: 1950, 1950-1955; 17, 0-4, 85+, under 1 year, 100 und älter."""

EXPECTED: Mapping[str, str] = {
    "year": "a year as a whole number, or a period such as 1950-1955",
    "age": "an age such as 17, 0-4 or 85+; totals left out",
    "sex": "f or m (also female/male, w/m, weiblich/männlich); totals left out",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """Members of the axes; `beyond` is the age above the open group (its own survival), None if there is none."""

    years: tuple[int, ...]
    groups: tuple[str, ...]
    areas: tuple[str, ...]
    sexes: tuple[str, ...]
    ages: tuple[int, ...]
    beyond: int | None = None

    def members(self, axis: str, *, longer: bool = False) -> tuple[Member, ...]:
        """Return the members of one axis; of ages with the row beyond the open group if `longer`."""
        if axis == "age" and longer and self.beyond is not None:
            return (*self.ages, self.beyond)
        names: dict[str, tuple[Member, ...]] = {
            "year": self.years,
            "group": self.groups,
            "area": self.areas,
            "to": self.areas,
            "sex": self.sexes,
            "age": self.ages,
        }
        return names[axis]


def read_members(table: PlainTable) -> dict[str, list[Member]]:
    """Return the members of each axis that the table has, one per row; what is not understood is found and becomes ""."""
    members: dict[str, list[Member]] = {}
    for axis in (axis for axis in (*ORDER, "to") if axis in table.axes):
        known = {text: _member(axis, text) for text in dict.fromkeys(table.axes[axis])}
        members[axis] = [known[text] for text in table.axes[axis]]
        expected = EXPECTED.get(axis, f"a name of the {axis}")
        table.findings.extend(
            Finding(table.name, table.lines[row], axis, table.axes[axis][row], expected)
            for row, member in enumerate(members[axis])
            if member == ""
        )
    _find_doubled(table, members)
    return members


def _member(axis: str, text: str) -> Member:
    if axis in WHOLE:
        match = WHOLE[axis].fullmatch(text.lower())
        return int(match["low"] or 0) if match else ""
    if axis == "sex":
        return next((sex for sex, words in SEXES.items() if text.lower() in words), "")
    return text


def _find_doubled(table: PlainTable, members: Mapping[str, Sequence[Member]]) -> None:
    first: dict[tuple[Member, ...], int] = {}
    keys = zip(*members.values(), strict=True) if members else iter([()] * len(table.lines))
    for line, key in zip(table.lines, keys, strict=True):
        earlier = first.setdefault(key, line)
        if earlier != line:
            who = ", ".join(str(member) for member in key) or "a row for everybody"
            table.findings.append(Finding(table.name, line, "(row)", who, f"one row for it; line {earlier} has it already"))


@dataclass(frozen=True, slots=True)
class Places:
    """The position of every row on each axis that the table has; -1 where it has none."""

    codes: Mapping[str, Ints]

    def flat(self, axes: Sequence[str], frame: Frame, sex: str | None, *, longer: bool) -> tuple[Ints, tuple[int, ...]]:
        """Return each row's place in a flat array (-1: none) and the array's shape over ORDER."""
        rows = len(next(iter(self.codes.values()), np.zeros(0)))
        place, shape = np.zeros(rows, dtype=np.int64), []
        outside = np.zeros(rows, dtype=bool)
        for axis in ORDER:
            if axis not in axes or not (axis in self.codes or (axis == "sex" and sex)):
                shape.append(1)
                continue
            members = frame.members(axis, longer=longer)
            code = self.codes[axis] if axis in self.codes else np.full(rows, members.index(sex) if sex in members else -1)
            outside |= (code < 0) | (code >= len(members))
            place = place * len(members) + code
            shape.append(len(members))
        return np.where(outside, -1, place), tuple(shape)


def place(table: PlainTable, members: Mapping[str, Sequence[Member]], frame: Frame) -> Places:
    """Find each row's position; areas, groups, sexes and ages that the population does not have are found."""
    codes = {}
    for axis, values in members.items():
        positions = {member: i for i, member in enumerate(frame.members(axis, longer=True))}
        codes[axis] = np.array([positions.get(value, -1) for value in values], dtype=np.int64)
        if axis != "year":
            strange = {value: row for row, value in reversed(list(enumerate(values))) if value != "" and value not in positions}
            for value, row in strange.items():
                expected = f"{axis} as in the population: {_short(frame.members(axis))}"
                table.findings.append(Finding(table.name, table.lines[row], axis, str(value), expected))
    return Places(codes)


def _short(members: Sequence[Member]) -> str:
    return ", ".join(map(str, members)) if len(members) <= 6 else f"{members[0]}, {members[1]} … {members[-1]}"
