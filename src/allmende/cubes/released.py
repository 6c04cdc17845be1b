"""The released cube: protected figures of one table, the only kind of cube that pages and exports accept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from allmende.cubes.columns import TOTAL, Column, Ints
from allmende.cubes.parquet import File, read_table, write_table
from allmende.errors import AllmendeError

EVERYWHERE = "*"
"""Stands in `ReleasedCube.areas` for every area of the geography: a list of inhabited areas would tell which are."""


@dataclass(frozen=True, slots=True)
class TableNote:
    """What the public may know of a released table.

    `table` its name in the catalogue; `cube` what is counted; `geography` the level of its `area` column; `dimensions`
    maps each other dimension to its classification ("age" to "five"); `key_date` and `age_date` as MM-DD rules of
    the `year` column; `audience` public or member; `exact` says that totals over every dimension are not perturbed;
    `pooled` that `year` is the last of so many years whose events were added up; `residence` who is counted: persons with
    their main residence here (the population), with a secondary one, or all.
    """

    table: str
    cube: str
    geography: str
    dimensions: tuple[tuple[str, str], ...]
    key_date: str
    age_date: str
    territory_date: str
    audience: str
    source: str
    exact: bool = False
    pooled: int = 1
    residence: str = "all"

    def classification(self, dimension: str) -> str:
        """Return the classification of a dimension, "" if the table lacks it."""
        return dict(self.dimensions).get(dimension, "")


@dataclass(frozen=True, slots=True)
class ReleasedCube:
    """Protected counts of one table: columns `area`, `year`, then the table's dimensions; `value` in persons or events.

    All columns but `year` are labelled. Code `TOTAL` in a dimension marks its margin, which was perturbed by itself:
    parts need not add up to it. A cell that is not there has the published value 0 if its area is in `areas`
    (label, or `EVERYWHERE`, -> years published in this detail; ask `covers`), and is not published otherwise. Values of 0
    are never stored, so that a count protected to 0 looks like a true 0.
    """

    columns: tuple[Column, ...]
    value: Ints
    note: TableNote
    areas: Mapping[str, tuple[int, ...]]

    def __post_init__(self) -> None:
        if (self.value == 0).any():
            raise ValueError(
                f"Table {self.note.table!r} stores zeros: drop them, or protected zeros can be told from true ones."
            )

    def __len__(self) -> int:
        return len(self.value)

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"Table {self.note.table!r} has no dimension {name!r}; it has {[c.name for c in self.columns]}.")

    def covers(self, area: str, year: int) -> bool:
        """Say whether an area is published in this detail for a year; if so, a missing cell is 0."""
        return year in self.areas.get(area, ()) or year in self.areas.get(EVERYWHERE, ())

    def margins(self) -> frozenset[tuple[str, ...]]:
        """Return the combinations of dimensions that are published, each in the order of the columns.

        A combination that is missing here is not published at all; its cells are unknown, not 0.
        """
        dimensions = self.columns[2:]
        pattern = np.zeros(len(self), dtype=np.int64)
        for place, column in enumerate(dimensions):
            pattern |= (column.codes != TOTAL).astype(np.int64) << place
        shown = np.unique(pattern).tolist()
        return frozenset(tuple(c.name for place, c in enumerate(dimensions) if bits >> place & 1) for bits in shown)

    def select(self, **members: str | int) -> ReleasedCube:
        """Return the cells with these members, by label ("total" for the margin) or number."""
        mask = np.ones(len(self), dtype=bool)
        for name, member in members.items():
            column = self[name]
            if column.labels is None:
                code = int(member)
            elif member == "total":
                code = TOTAL
            else:
                code = column.labels.index(str(member)) if member in column.labels else TOTAL - 1
            mask &= column.codes == code
        return ReleasedCube(tuple(c.take(mask) for c in self.columns), self.value[mask], self.note, self.areas)


def write_released(cube: ReleasedCube, file: File) -> None:
    """Write a released table as one Parquet file: dimensions, `value` and public notes, nothing else."""
    note = json.dumps(asdict(cube.note) | {"areas": dict(cube.areas)}, sort_keys=True, ensure_ascii=False)
    write_table(file, cube.columns, {"value": cube.value}, {"allmende.released": note})


def read_released(file: File, where: str = "") -> ReleasedCube:
    """Read a released table; anything else, a base cube above all, is refused; `where` names an open file in errors."""
    columns, values, metadata = read_table(file)
    if "allmende.released" not in metadata or set(values) != {"value"}:
        raise AllmendeError(
            "This file is no released table.",
            where=where or str(file),
            expected="a file of a release's tables/ folder",
            todo="Give a table that `allmende release build` wrote.",
        )
    fields = json.loads(metadata["allmende.released"])
    areas = {label: tuple(years) for label, years in fields.pop("areas").items()}
    fields["dimensions"] = tuple((name, classification) for name, classification in fields["dimensions"])
    return ReleasedCube(columns, values["value"].astype(np.int64), TableNote(**fields), areas)
