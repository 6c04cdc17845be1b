"""Cells of a grid as a release tells of them: the people of each, and the parts of areas that it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from allmende.areas.geometry import Shapes, to_metres
from allmende.areas.grid import corner, parse_cell_id
from allmende.areas.region import Region
from allmende.cubes.publication import Publication, TableEntry
from allmende.cubes.released import EVERYWHERE, ReleasedCube
from allmende.outlook.facilities import unit_shapes
from allmende.outlook.past import YEAR_END, find_places, noise_of
from allmende.outlook.tables import dense
from allmende.parameters.classifications import classification

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PUBLIC = "public"
EVERYBODY = "all"
AGES = ("broad", "three")
"""Classifications of age that are told of in cells; finer ones of a table are left to its total."""

SLIVER = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Cells of one size over the years.

    `figures [Y, C, K]` are what is known of a cell's `groups`: everybody, then the bands of age that begin at `lows`, if the
    table has any; NaN is not published. `noise` is the variance of a figure, 0 for exact counts, which make the grid `exact`.
    A cell that borders cut lies in several areas: piece p is the part of cell `piece_cell[p]` in unit `piece_unit[p]`, and
    `pieces [Y, P, B]` are its people by band, 0 where nothing is published.
    """

    size: int
    table: str
    cells: tuple[str, ...]
    groups: tuple[str, ...]
    lows: Ints
    years: tuple[int, ...]
    figures: Floats
    noise: float
    pieces: Floats
    piece_cell: Ints
    piece_unit: Ints
    exact: bool = False


def released_grids(publication: Publication, region: Region, folder: Path, sizes: Sequence[int]) -> tuple[Grid, ...]:
    """Read a release's grids of these sizes that everybody may read; `folder` has the region's outlines.

    Of each size the table with broad ages counts, else one of totals. No grid without outlines: nobody could say in which area
    a cell lies.
    """
    if not (folder / "municipalities.geojson").is_file():
        return ()
    found = [each for each in (_table(publication, size) for size in sizes) if each]
    if not found:
        return ()
    shapes, units = to_metres(unit_shapes(folder, region)), find_places(region).units
    return tuple(_grid(cube, noise_of(entry), shapes, units) for entry, cube in found)


def _table(publication: Publication, size: int) -> tuple[TableEntry, ReleasedCube] | None:
    entries = publication.find(cube="stock", geography=f"grid_{size}", key_date=YEAR_END, audience=PUBLIC)
    opened = [(entry, publication.open(entry)) for entry in entries]
    whole = [(entry, cube) for entry, cube in opened if () in cube.margins()]
    return min(whole, key=lambda each: not _tells_ages(each[1]), default=None)


def _tells_ages(cube: ReleasedCube) -> bool:
    return ("age",) in cube.margins() and cube.note.classification("age") in AGES


def _grid(cube: ReleasedCube, noise: float, shapes: Shapes, units: Sequence[str]) -> Grid:
    cells = tuple(sorted({*cube.areas, *(cube["area"].labels or ())} - {EVERYWHERE}))
    years = tuple(sorted({year for known in cube.areas.values() for year in known}))
    axes: Mapping[str, Sequence[str | int]] = {"year": years, "area": cells}
    total = dense(cube, axes)
    groups: tuple[str, ...] = (EVERYBODY,)
    lows, bands, figures = np.zeros(1, dtype=np.int64), total[..., None], total[..., None]
    if _tells_ages(cube):
        ages = classification("age", cube.note.classification("age"))
        groups, lows = (EVERYBODY, *ages.labels), ages.lows
        bands = dense(cube, {**axes, "age": ages.labels})
        figures = np.concatenate([total[..., None], bands], axis=-1)
    piece_cell, piece_unit, part = overlaps(cells, shapes, units)
    return Grid(
        size=int(cube.note.geography.removeprefix("grid_")), table=cube.note.table, cells=cells, groups=groups, lows=lows,
        years=years, figures=figures, noise=noise, piece_cell=piece_cell, piece_unit=piece_unit,
        pieces=np.nan_to_num(_summing_to(bands, total))[:, piece_cell] * part[:, None],
    )  # fmt: skip


def _summing_to(bands: Floats, total: Floats) -> Floats:
    """Scale bands [Y, C, B], each protected by itself, to the total, which is surer than their sum."""
    whole = bands.sum(axis=-1)
    scaled: Floats = bands * np.divide(total, whole, out=np.zeros_like(total), where=whole > 0)[..., None]
    return scaled


def overlaps(cells: Sequence[str], shapes: Shapes, units: Sequence[str]) -> tuple[Ints, Ints, Floats]:
    """Return the pieces into which the borders of `shapes` (metres) cut cells: cell, position in `units`, part of the cell.

    Parts are parts of the area, as if people lived evenly in a cell; those of a cell sum to 1. A part below `SLIVER` is where
    borders were drawn, not where somebody lives.
    """
    packed, sizes = np.array([parse_cell_id(name) for name in cells], dtype=np.int64).reshape(-1, 2).T
    east, north = corner(packed)
    squares = np.asarray(shapely.box(east, north, east + sizes, north + sizes), dtype=object)
    polygons = np.array([shapes[key] for key in units], dtype=object)
    cell, unit = shapely.STRtree(polygons).query(squares, predicate="intersects")
    area = shapely.area(shapely.intersection(squares[cell], polygons[unit]))
    wide = area > SLIVER * sizes[cell] ** 2
    cell, unit, area = cell[wide], unit[wide], area[wide]
    whole = np.bincount(cell, weights=area, minlength=len(cells))
    return cell, unit, area / whole[cell]
