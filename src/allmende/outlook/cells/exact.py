"""Cells of a grid as a hub knows them: exact, and cut at borders person by person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from allmende.areas.grid import UNLOCATED, cell_id, coarsen
from allmende.areas.region import Region
from allmende.cubes import Cells
from allmende.outlook.cells.grids import AGES, EVERYBODY, Grid
from allmende.outlook.past import find_places
from allmende.parameters.classifications import classification

Ints = NDArray[np.int64]

BY = ("cell", "ags", "district", "age", "year")
"""What the base cells of the stock are folded by."""


def exact_grids(stock: Cells, region: Region, sizes: Sequence[int]) -> tuple[Grid, ...]:
    """Return the grids of a stock folded `BY`, by broad ages. Who has no cell is in none; who has no district in no piece."""
    known = stock.take(stock["cell"].codes != UNLOCATED)
    return tuple(_grid(known, _units(known, find_places(region).units), size) for size in sizes)


def _units(stock: Cells, units: Sequence[str]) -> Ints:
    """Return the position of each base cell's district in `units`, of its municipality if that is undivided, else -1."""
    place = {key: at for at, key in enumerate(units)}
    of = {
        name: np.array([place.get(key, -1) for key in stock[name].labels or ()], dtype=np.int64)[stock[name].codes]
        for name in ("ags", "district")
    }
    return np.where(of["district"] >= 0, of["district"], of["ags"])


def _grid(stock: Cells, unit: Ints, size: int) -> Grid:
    ages = classification("age", AGES[0])
    cells, cell = np.unique(coarsen(stock["cell"].codes, size), return_inverse=True)
    years, year = np.unique(stock["year"].codes, return_inverse=True)
    band = ages.code(stock["age"].codes)
    bands = np.zeros((len(years), len(cells), len(ages.labels)))
    np.add.at(bands, (year, cell, band), stock.n)
    placed = unit >= 0
    pairs, piece = np.unique(np.stack([cell, unit])[:, placed], axis=1, return_inverse=True)
    pieces = np.zeros((len(years), pairs.shape[1], len(ages.labels)))
    np.add.at(pieces, (year[placed], piece.ravel(), band[placed]), stock.n[placed])
    return Grid(
        size=size,
        table="",
        cells=tuple(cell_id(int(each), size) for each in cells),
        groups=(EVERYBODY, *ages.labels),
        lows=ages.lows,
        years=tuple(years.tolist()),
        figures=np.concatenate([bands.sum(axis=-1, keepdims=True), bands], axis=-1),
        noise=0.0,
        pieces=pieces,
        piece_cell=pairs[0],
        piece_unit=pairs[1],
        exact=True,
    )
