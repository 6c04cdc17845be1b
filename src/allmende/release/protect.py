"""Protected tables: every cell of every margin perturbed by itself, small areas left to the coarser table, zeros dropped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.areas.hierarchy import Region
from allmende.cubes import Cells, Column, ReleasedCube
from allmende.cubes.columns import TOTAL, Ints
from allmende.cubes.released import TableNote
from allmende.privacy.protection import Protection
from allmende.release.catalogue import Margin, Table
from allmende.release.tabulate import Counted, members


@dataclass(frozen=True, slots=True)
class Part:
    """One margin of a table: exact cells (confidential) and the value that would be published for each."""

    margin: Margin
    cells: Cells
    value: Ints

    def __len__(self) -> int:
        return len(self.value)

    def take(self, rows: NDArray[np.bool_]) -> Part:
        """Return the part's chosen cells."""
        return Part(self.margin, self.cells.take(rows), self.value[rows])


@dataclass(frozen=True, slots=True)
class Protected:
    """A table as it would be published, with the exact cells beside: what the gate attacks. Confidential.

    `areas` says where detail is published: area -> years, or `EVERYWHERE` -> years. `hidden` counts the pairs of area
    and year whose perturbed total lies below the table's `min_parent`.
    """

    table: Table
    years: tuple[int, ...]
    parts: tuple[Part, ...]
    areas: Mapping[str, tuple[int, ...]]
    hidden: int

    def __getitem__(self, margin: Margin) -> Part:
        return next(part for part in self.parts if part.margin == margin)

    def values(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield exact and published values per margin."""
        for part in self.parts:
            yield part.cells.n, part.value


def protect(counted: Counted, protection: Protection) -> Protected:
    """Perturb a counted table and keep the detail of those areas whose perturbed total reaches `min_parent`.

    The total of every area decides before it is made exact, so that the choice tells nothing that is not published.
    """
    table = counted.table
    totals = _part(counted, (), protection)
    shown = totals.take(totals.value >= table.min_parent)
    areas, kept = (_coverage(shown), _pairs(shown.cells)) if table.min_parent else (counted.areas, None)
    parts = []
    for margin in table.margins:
        part = totals if margin == () else _part(counted, margin, protection)
        if kept is not None:
            part = part.take(np.isin(_pairs(part.cells), kept))
        if margin == () and table.exact_totals:
            part = Part(margin, part.cells, part.cells.n)
        parts.append(part)
    return Protected(table, counted.years, tuple(parts), areas, len(totals) - len(shown) if table.min_parent else 0)


def publish(protected: Protected, region: Region, note: TableNote) -> ReleasedCube:
    """Return the table as it may leave the house: no exact cell, no zero, no label that tells where somebody lives."""
    parts = [part.take(part.value != 0) for part in protected.parts]
    area = _areas(parts)
    year = np.concatenate([part.cells["year"].codes for part in parts])
    columns = [area, Column("year", year)]
    for name in protected.table.names:
        codes = [part.cells[name].codes if name in part.margin else np.full(len(part), TOTAL) for part in parts]
        columns.append(Column(name, np.concatenate(codes), members(name, protected.table, region)))
    order = np.lexsort([column.codes for column in reversed(columns)])
    value = np.concatenate([part.value for part in parts])[order]
    return ReleasedCube(tuple(column.take(order) for column in columns), value, note, protected.areas)


def _part(counted: Counted, margin: Margin, protection: Protection) -> Part:
    cells = counted.margins[margin]
    return Part(margin, cells, protection.protect(cells.n, cells.key))


def _pairs(cells: Cells) -> Ints:
    return cells["area"].codes * 10_000 + cells["year"].codes


def _coverage(shown: Part) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for area, year in zip(shown.cells["area"].values(), shown.cells["year"].codes.tolist(), strict=True):
        found.setdefault(str(area), []).append(year)
    return {area: tuple(sorted(years)) for area, years in sorted(found.items())}


def _areas(parts: list[Part]) -> Column:
    labels = parts[0].cells["area"].labels or ()
    codes = np.concatenate([part.cells["area"].codes for part in parts])
    used = np.unique(codes)
    names = sorted(labels[code] for code in used)
    position = {name: code for code, name in enumerate(names)}
    lookup = np.zeros(len(labels), dtype=np.int64)
    lookup[used] = [position[labels[code]] for code in used]
    return Column("area", lookup[codes], tuple(names))
