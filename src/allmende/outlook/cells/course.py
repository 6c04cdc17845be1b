"""What becomes of a grid's cells: by how much every group grows or shrinks, and how sure that is as drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allmende.outlook.cells.grids import Grid
from allmende.projection.accounts import Path
from allmende.projection.grid import scatter

Floats = NDArray[np.float64]

EIGHTY = 1.2816
"""Half the width of a normal variable's 80 % interval, in standard deviations."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Cells from the base year on.

    `figures [C, K]` are those of the base year, `growth [T + 1, C, K]` is what they are multiplied with (NaN where nobody is
    known to live), `half` the half-width of an 80 % interval of the product as drawn: not yet as wide as the past taught.
    """

    years: tuple[int, ...]
    figures: Floats
    growth: Floats
    half: Floats

    @property
    def middle(self) -> Floats:
        """The people to be expected [T + 1, C, K]."""
        return self.figures * self.growth


def follow(grid: Grid, path: Path, spread: Floats) -> Course:
    """Let a grid's cells change with the areas that they lie in, from the base year of `path` on.

    People of an area whom no cell shows stay together as its rest, grow older with it, and appear nowhere. `spread [T + 1, M]`
    is half the 80 % interval of an area as a part of its people, for as many years as cells are followed. A cell is off by
    that, by chance among its own people, and by the noise of the figure it starts from.
    """
    at = grid.years.index(path.model.base_year)
    first, count = grid.pieces[at], len(grid.piece_cell)
    areas = np.concatenate([grid.piece_unit, np.arange(len(path.model.units))])
    gather = csr_array((np.ones(count), (grid.piece_cell, np.arange(count))), shape=(len(grid.cells), count))

    def by_cell(ages: Floats) -> Floats:
        bands = gather @ np.add.reduceat(ages[:count], grid.lows, axis=1)
        return np.concatenate([bands.sum(axis=1, keepdims=True), bands], axis=1) if len(grid.groups) > 1 else bands

    people, chance, shared = [], [], []
    start = np.concatenate([first, _rest(grid, first, path)])
    for part, year in zip(spread, scatter(start, grid.lows, areas, path), strict=False):
        people.append(by_cell(year.people))
        chance.append(by_cell(year.variance))
        shared.append(by_cell(year.people * part[areas, None]))
    now = people[0]
    scale = _part(grid.figures[at], now)
    growth = np.stack([_part(then, now) for then in people])
    variance = scale**2 * np.stack(chance) + grid.noise * growth**2
    half = np.sqrt((scale * np.stack(shared)) ** 2 + EIGHTY**2 * variance)
    return Course(path.years[: len(spread)], grid.figures[at], growth, half)


def _rest(grid: Grid, pieces: Floats, path: Path) -> Floats:
    """Return people of each area [M, B] beyond those of its pieces."""
    whole = np.add.reduceat(path.population[0].sum(axis=(0, 2)), grid.lows, axis=1)
    shown = np.zeros_like(whole)
    np.add.at(shown, grid.piece_unit, pieces)
    return np.asarray(np.maximum(whole - shown, 0), dtype=np.float64)


def _part(people: Floats, of: Floats) -> Floats:
    part: Floats = np.divide(people, of, out=np.full_like(of, np.nan), where=of > 0)
    return part
