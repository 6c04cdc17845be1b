"""What must hold between the tables of a published projection; what does not is put among their findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from allmende.outlook.plain_fields import ALL, Floats
from allmende.outlook.plain_matrix import MATRIX, MOVES
from allmende.outlook.plain_rows import ORDER, Frame
from allmende.outlook.plain_tables import Finding, PlainTable

SHARES_SUM = 1e-6

NO_PLACE: Mapping[str, tuple[str, ...]] = {
    "fso": ("net_rate", "move_rate", *MATRIX),
    "leslie": ("out_rate", "acquisition", "child_share", "pool_out_rate", "pool_share"),
}
"""What a convention cannot use; those of the UN are as `leslie`, and have no printed matrix either."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field as laid out over the axes, and the table and header it came from."""

    values: Floats
    table: PlainTable
    header: str

    def found(self, value: object, expected: str) -> None:
        """Put something wrong with the whole column among the table's findings."""
        self.table.findings.append(Finding(self.table.name, 0, self.header, str(value), expected))


def check_between(tables: Mapping[str, PlainTable]) -> None:
    """Find numbers that cannot lead from area to area in tables that do, and moves in tables that do not."""
    for table in tables.values():
        for series in table.series:
            if "to" in table.axes and series.field not in (*MATRIX, *MOVES):
                expected = f"only {', '.join((*MATRIX, *MOVES))} beside a column to"
                table.findings.append(Finding(table.name, 1, series.header, "from area to area", expected))
            elif series.field in MOVES and not {"area", "to"} <= set(table.axes):
                table.findings.append(
                    Finding(table.name, 1, series.header, "from nowhere or to nowhere", "columns from and to")
                )


def check_place(given: Mapping[str, Field], convention: str) -> None:
    """Find what the convention would have to leave out."""
    for name in NO_PLACE.get(convention, (*NO_PLACE["leslie"], *MATRIX)):
        if name in given and given[name].values.any():
            expected = (
                "--convention leslie for a printed matrix"
                if name in MATRIX
                else "net migration (net, net_rate, in less out) with leslie and the UN's, numbers in and rates out with fso"
            )
            given[name].found(f"has no place in {convention}", expected)


def complete_axes(field: Field, cells: tuple[int, ...], frame: Frame) -> None:
    """Numbers of persons must say whose they are: they cannot be repeated for every area, group, sex or age."""
    for axis, length, wanted in zip(ORDER[1:], field.values.shape[1:], cells, strict=True):
        if length != wanted:
            field.found("", f"a column {axis}: the population has {wanted} of them, numbers of persons belong to one each")


def check_mothers(given: Mapping[str, Field], start: Floats, frame: Frame, notes: list[str]) -> None:
    """Find areas without women of the ages that have birth rates; a printed matrix may start so, and a note says it."""
    field = given.get("asfr") or given.get("first_row")
    if field is None:
        notes.append("No birth rates were given: nobody is born.")
        return
    if field.values.shape[-1] == 1:
        field.found("no column age", "births per woman at each age")
        return
    fertile = np.flatnonzero(field.values.max(axis=tuple(range(field.values.ndim - 1))) > 0)
    if not fertile.size:
        notes.append("Every birth rate is 0: nobody is born.")
        return
    lacking = start[:, :, 0, fertile].sum(axis=(0, 2)) == 0
    ages = f"{frame.ages[fertile[0]]} to {frame.ages[fertile[-1]]}"
    without = [frame.areas[area] for area in np.flatnonzero(lacking)]
    if without and "asfr" not in given:
        notes.append(f"Nobody is of the ages that have children ({ages}) at the start in {', '.join(without)}.")
        return
    for area in without:
        given["population"].found(f"none in {area}", f"women of childbearing age ({ages}) in every area")


def check_pool(given: Mapping[str, Field], leave: Floats, share: Floats, frame: Frame) -> None:
    """Find where those who leave for another area of the region would not all arrive, or more than they."""
    sums = share.sum(axis=2)
    wrong = np.argwhere((np.abs(sums - 1) > SHARES_SUM) & (leave.max(axis=2) > 0))
    if "pool_out_rate" in given and len(wrong):
        t, group, sex, age = wrong[0]
        who = f"{frame.years[t]}, {frame.groups[group]}, {frame.sexes[sex]}, age {frame.ages[age]}"
        value = f"shares sum to {sums[tuple(wrong[0])]:g} for {who}" + (
            f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        )
        field = given.get("pool_share", given["pool_out_rate"])
        field.found(value, "a sum of 1 over the areas wherever somebody leaves")


def check_leavers(given: Mapping[str, Field], rates: Mapping[str, Floats], frame: Frame) -> None:
    """Find where leaving, joining the nationals and moving to another area take away more than everybody."""
    sums: Floats = np.sum(list(rates.values()), axis=0)
    wrong = np.argwhere(sums > ALL)
    columns = [given[name] for name in rates if name in given]
    if len(columns) > 1 and len(wrong) and not any(field.table.findings for field in columns):
        t, group, area, sex, age = wrong[0]
        who = f"{frame.years[t]}, {frame.groups[group]}, {frame.areas[area]}, {frame.sexes[sex]}, age {frame.ages[age]}"
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        others = " and ".join(field.header for field in columns[1:])
        columns[0].found(f"{sums[tuple(wrong[0])]:g} with {others} for {who}{more}", "rates that sum to 1 at most")
