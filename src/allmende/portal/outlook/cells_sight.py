"""Cells of a grid ahead as a page sees them: one size, group and year, inside one place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.http import QueryDict
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from allmende.outlook.cells.file import UNTOLD, CellsAhead
from allmende.portal.evidence.services import level_name
from allmende.portal.metres import cells_in
from allmende.portal.outlook.sight import Sight
from allmende.portal.outlook.words import band_words
from allmende.portal.page import Choice, pick, years_choice
from allmende.portal.places import Place

SAME = 2
"""The class of hardly any change."""
GROWS, RATHER_MORE, STAYS, RATHER_FEWER, SHRINKS = range(5)


@dataclass(frozen=True, slots=True, eq=False)
class CellView:
    """Cells inside a place that are told of: `now`, class of `change` and whether its sign is `open`, each by cell."""

    sight: Sight
    grid: CellsAhead
    group: str
    year: int
    cells: tuple[str, ...]
    now: NDArray[np.int64]
    change: NDArray[np.int8]
    open: NDArray[np.bool_]

    @property
    def verdicts(self) -> NDArray[np.int64]:
        """What is said of each cell in a word: it grows, rather more, stays, rather fewer, shrinks."""
        more, fewer = self.change > SAME, self.change < SAME
        said = np.select(
            [more & ~self.open, more, fewer & self.open, fewer], [GROWS, RATHER_MORE, RATHER_FEWER, SHRINKS], STAYS
        )
        return np.asarray(said, dtype=np.int64)

    @property
    def classes(self) -> list[str]:
        """The class of each cell's colour."""
        return [f"d{change}" for change in self.change.tolist()]

    def inside(self, place: Place) -> NDArray[np.bool_]:
        """Return which of the cells lie in a place."""
        there = set(cells_in(self.sight.shelf, self.cells, self.grid.size, place))
        return np.array([cell in there for cell in self.cells], dtype=np.bool_)


def known_cells(sight: Sight) -> list[tuple[CellsAhead, tuple[str, ...]]]:
    """Return the grids that tell of cells inside a place, and these cells."""
    inside = [(grid, cells_in(sight.shelf, grid.cells, grid.size, sight.place)) for grid in sight.ahead.cells]
    return [(grid, cells) for grid, cells in inside if cells]


def choose_cells(sight: Sight, query: QueryDict) -> CellView | None:
    """Read the choices of the address; None if no cell inside the place is told of.

    The region is seen in its largest cells unless others are chosen, a smaller place in the smallest.
    """
    known = {str(grid.size): (grid, cells) for grid, cells in known_cells(sight)}
    if not known:
        return None
    sizes = list(known)
    grid, cells = known[pick(query, "raster", sizes, sizes[-1 if sight.place.kind == "region" else 0])]
    group = pick(query, "gruppe", grid.groups, grid.groups[0])
    years = [str(year) for year in grid.years]
    year = int(pick(query, "jahr", years, years[min(1, len(years) - 1)]))
    return look_at(sight, grid, cells, group, year)


def look_at(sight: Sight, grid: CellsAhead, cells: tuple[str, ...], group: str, year: int) -> CellView:
    """Return what is told of a group and year in some of a grid's cells."""
    k, h = grid.groups.index(group), grid.years.index(year)
    place = {cell: at for at, cell in enumerate(grid.cells)}
    told = [at for at in (place[cell] for cell in cells) if grid.change[k, h, at] != UNTOLD]
    return CellView(
        sight, grid, group, year, tuple(grid.cells[at] for at in told),
        grid.now[k, told], grid.change[k, h, told], grid.open[k, h, told],
    )  # fmt: skip


def cell_choices(view: CellView) -> list[Choice]:
    """Return what else may be chosen."""
    sizes = [(str(grid.size), level_name(f"grid_{grid.size}")) for grid, _cells in known_cells(view.sight)]
    groups = [(group, band_words(group)) for group in view.grid.groups]
    found = [
        Choice("raster", _("Raster"), sizes, str(view.grid.size)),
        Choice("gruppe", _("Altersgruppe"), groups, view.group),
        years_choice("jahr", _("Jahr"), view.grid.years, view.year),
    ]
    return [choice for choice in found if len(choice.options) > 1]
