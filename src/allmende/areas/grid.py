"""The INSPIRE grid: squares of 100 m to 10 km in EPSG:3035, each 100 m cell one integer.

A coarser cell is named by its lower-left 100 m cell, so cells of every size are packed alike. Source: INSPIRE data
specification on geographical grid systems, and the cell names of the German census (`CRS3035RES100mN…E…`).
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allmende.areas.projection import to_wgs84
from allmende.errors import AllmendeError

Ints = NDArray[np.int64]

SIZES = (100, 500, 1000, 5000, 10000)
"""Edge lengths in metres that Allmende publishes."""

UNLOCATED = -1
"""The cell of whoever has no known place."""

_UNIT = 100
_ROW = 100_000
_ID = re.compile(r"(?:[A-Z]{2}_)?CRS3035RES(\d+)mN(\d{1,7})E(\d{1,7})")


def pack(east: ArrayLike, north: ArrayLike) -> Ints:
    """Return the 100 m cell of each point: `(north // 100) * 100_000 + east // 100`.

    Metres of EPSG:3035; a point on an edge belongs to the cell north or east of it. A missing coordinate (NaN) gives
    `UNLOCATED`. Raises AllmendeError for points outside the grid (0 to 10 000 km).

    >>> pack([4337000.0, 4337099.9, float("nan")], [2689100.0, 2689199.9, 0.0]).tolist()
    [2689143370, 2689143370, -1]
    """
    e, n = np.asarray(east, dtype=np.float64), np.asarray(north, dtype=np.float64)
    known = ~(np.isnan(e) | np.isnan(n))
    outside = known & ~((e >= 0) & (e < _UNIT * _ROW) & (n >= 0) & (n < _UNIT * _ROW))
    if outside.any():
        raise AllmendeError(
            f"{int(outside.sum())} points lie outside the European grid.",
            where=f"first: east {e[outside].flat[0]}, north {n[outside].flat[0]}",
            expected="metres of EPSG:3035, 0 to 10,000,000",
            todo="Transform the coordinates first (areas.projection.to_laea).",
        )
    cell = np.full(e.shape, UNLOCATED, dtype=np.int64)
    cell[known] = (n[known] // _UNIT).astype(np.int64) * _ROW + (e[known] // _UNIT).astype(np.int64)
    return cell


def corner(cell: ArrayLike) -> tuple[Ints, Ints]:
    """Return the lower-left corner (east, north) of cells in metres of EPSG:3035.

    >>> corner(2689143370)
    (array(4337000), array(2689100))
    """
    row, column = np.divmod(_located(cell), _ROW)
    return np.asarray(column * _UNIT), np.asarray(row * _UNIT)


def coarsen(cell: ArrayLike, size: int) -> Ints:
    """Return the cell of `size` metres around each 100 m cell, packed as its lower-left 100 m cell.

    `UNLOCATED` stays. Any size coarsens cells of a smaller one of which it is a multiple.

    >>> coarsen([2689143370, UNLOCATED], 1000).tolist()
    [2689043370, -1]
    """
    _check(size)
    cells = np.asarray(cell, dtype=np.int64)
    step = size // _UNIT
    row, column = np.divmod(cells, _ROW)
    return np.where(cells == UNLOCATED, UNLOCATED, (row - row % step) * _ROW + column - column % step)


def cell_id(cell: int, size: int) -> str:
    """Return the INSPIRE name of the cell of `size` metres that holds `cell`.

    >>> cell_id(2689143370, 100), cell_id(2689143370, 1000)
    ('CRS3035RES100mN2689100E4337000', 'CRS3035RES1000mN2689000E4337000')
    """
    east, north = corner(coarsen(cell, size))
    return f"CRS3035RES{size}mN{north}E{east}"


def parse_cell_id(text: str) -> tuple[int, int]:
    """Return (cell, size) for an INSPIRE name, with or without a country's prefix.

    Raises AllmendeError if the name is malformed, of another size, or no corner of the grid.

    >>> parse_cell_id("DE_CRS3035RES1000mN2689000E4337000")
    (2689043370, 1000)
    """
    match = _ID.fullmatch(text.strip())
    if match is None:
        raise AllmendeError(
            f"{text!r} is no INSPIRE cell.",
            expected="CRS3035RES<size>mN<north>E<east>, such as CRS3035RES100mN2689100E4337000",
            todo="Correct the cell's name.",
        )
    size, north, east = (int(part) for part in match.groups())
    _check(size)
    if north % size or east % size:
        raise AllmendeError(
            f"{text!r} does not start at a corner of the {size} m grid.",
            expected=f"north {north - north % size} and east {east - east % size} for the cell around that point",
            todo="Give the cell's lower-left corner.",
        )
    return int(pack(east, north)), size


def square(cell: int, size: int) -> list[tuple[float, float]]:
    """Return the outline of a cell as a closed ring of (longitude, latitude), counter-clockwise.

    >>> ring = square(2689143370, 1000)
    >>> len(ring), ring[0] == ring[-1], [round(degrees, 4) for degrees in ring[0]]
    (5, True, [10.2115, 47.3144])
    """
    east, north = corner(coarsen(cell, size))
    lon, lat = to_wgs84(east + size * np.array([0, 1, 1, 0, 0]), north + size * np.array([0, 0, 1, 1, 0]))
    return [(float(x), float(y)) for x, y in zip(lon, lat, strict=True)]


def _located(cell: ArrayLike) -> Ints:
    cells = np.asarray(cell, dtype=np.int64)
    if (cells < 0).any():
        raise AllmendeError(
            "The unlocated area is no cell of the grid and has no corner.",
            expected="a packed cell of 0 or more",
            todo="Leave UNLOCATED out before asking for places.",
        )
    return cells


def _check(size: int) -> None:
    if size not in SIZES:
        raise AllmendeError(
            f"A grid of {size} m is not offered.", expected=f"one of {SIZES} metres", todo="Choose one of these sizes."
        )
