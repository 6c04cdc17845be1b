"""Life tables of a plain CSV file: death rates or probabilities by age, for any number of years, areas, groups and sexes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from allmende.outlook.plain_fields import fill_gaps, lay_out
from allmende.outlook.plain_frame import names_in, sexes_in
from allmende.outlook.plain_rows import ORDER, Frame, place, read_members
from allmende.outlook.plain_survival import Survival, years_of_the_dying
from allmende.outlook.plain_tables import Finding, UnusableInputs, read_table
from allmende.projection.lifetable import LifeTable, from_probabilities, from_rates

COLUMNS = ("m", "a", "q", "l", "d", "L", "S", "T", "e")


Row = dict[str, str | int | float | None]

ABRIDGED = (1, 4, 5)
"""Widths of the first ages of a table by 0, 1-4, 5-9, …"""


def life_tables(path: Path) -> list[Row]:
    """Build the life tables of a file with `mx` or `qx` and `ax` by age; one row per member of the other axes and age.

    Ages are of equal width, or abridged: 0, 1-4, 5-9 and so on.

    Raises
    ------
    UnusableInputs
        With everything that is wrong.
    """
    table = read_table(path, rename={}, only={})
    members = read_members(table)
    ages = tuple(sorted({age for age in members.get("age", ()) if isinstance(age, int)}))
    years = tuple(sorted({year for year in members.get("year", ()) if isinstance(year, int)})) or (0,)
    frame = Frame(years, names_in(members, "group"), names_in(members, "area"), sexes_in(table, members), ages)
    widths = [later - age for age, later in pairwise(ages)]
    abridged = tuple(widths[:3]) == ABRIDGED and set(widths[2:]) == {5}
    given = {series.field for series in table.series}
    name = "mx" if "mx" in given else "qx"
    if len(set(widths)) != 1 and not abridged:
        shown = ", ".join(map(str, ages[:6])) + (" …" if len(ages) > 6 else "")
        table.findings.append(
            Finding(table.name, 0, "age", shown, "ages in equal steps, or 0, 1, 5, 10, … with the last one open")
        )
    if name not in given:
        table.findings.append(Finding(table.name, 1, "mx", "", "a column mx (or qx), and ax"))
    _stop_if_found(table.findings)
    places = place(table, members, frame)
    values = fill_gaps(table, name, lay_out(table, name, frame, places), frame)
    ax = {"ax": lay_out(table, "ax", frame, places)} if "ax" in given else {}
    found = Survival()
    width = np.array([*widths, np.nan]) if abridged else widths[0]
    a = years_of_the_dying(ax, values, width, found, last=name == "qx")
    table.findings.extend(Finding(table.name, 0, field, value, expected) for field, value, expected in found.findings)
    _stop_if_found(table.findings)
    built = (from_rates if name == "mx" else from_probabilities)(values, a, width=width)
    return list(_rows(built, frame))


def _stop_if_found(findings: list[Finding]) -> None:
    if findings:
        raise UnusableInputs(list(dict.fromkeys(findings)))


def _rows(built: LifeTable, frame: Frame) -> Iterator[Row]:
    """Yield rows; axes of length 1 say nothing and are left out, what is no number is None."""
    for spot in np.ndindex(built.q.shape):
        told = zip(ORDER, spot, built.q.shape, strict=True)
        row: Row = {axis: frame.members(axis)[i] for axis, i, length in told if length > 1}
        numbers = {name: float(getattr(built, name)[spot]) for name in COLUMNS}
        yield row | {name: None if np.isnan(value) else value for name, value in numbers.items()}
