"""Grid cells and frames of maps in metres of EPSG:3035: where cells lie, and how few numbers tell a script of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from allmende.areas.projection import to_wgs84
from allmende.portal.places import Place
from allmende.portal.public import Shelf

Floats = NDArray[np.float64]
Frame = tuple[float, float, float, float]
"""West, south, east, north of what a map shows."""


@lru_cache(maxsize=64)
def corners(cells: tuple[str, ...]) -> Floats:
    """Return the lower-left corners (east, north) that INSPIRE names spell out, one row per cell."""
    parts = [key.rpartition("E") for key in cells]
    return np.array([(float(east), float(rest.rpartition("N")[2])) for rest, _e, east in parts]).reshape(-1, 2)


def cells_in(shelf: Shelf, cells: tuple[str, ...], size: int, place: Place) -> tuple[str, ...]:
    """Return the cells whose middle lies in a place: all of them in the region, none in a place without an outline."""
    if place.kind == "region" or not cells:
        return cells
    outline = shelf.outlines["municipality" if place.kind == "municipality" else "district"]
    if place.key not in outline.keys:
        return ()
    middle = corners(cells) + size / 2
    hits = shapely.contains_xy(outline[place.key], middle[:, 0], middle[:, 1])
    return tuple(key for key, hit in zip(cells, hits, strict=True) if hit)


def around(outlines: Iterable[Any], lower_left: Floats, size: int) -> Frame:
    """Return the frame of all parts of outlines that hold the middle of a cell, of all parts if none does."""
    east, north = (lower_left + size / 2).T
    parts = shapely.get_parts(list(outlines))
    told = [part for part in parts if shapely.contains_xy(part, east, north).any()]
    west, south, east_end, north_end = shapely.total_bounds(np.array(told or list(parts), dtype=object)).tolist()
    return west, south, east_end, north_end


def in_degrees(frame: Frame) -> Frame:
    """Return a frame in degrees that holds a frame in metres."""
    west, south, east, north = frame
    lon, lat = to_wgs84(np.array([west, west, east, east]), np.array([south, north, south, north]))
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def in_rows(lower_left: Floats, size: int, looks: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    """Return rows of cells from south to north, [north, east, step, …] in edges of a cell, and how each cell looks.

    A look is the class, the words, and perhaps the pattern of a cell. Ten thousand squares in degrees would weigh as much as
    the program that draws them; static/portal/cells.mjs reads this.
    """
    edges = (lower_left // size).astype(np.int64)
    order = np.lexsort(edges.T)
    east, north = edges[order].T
    place = {look: at for at, look in enumerate(dict.fromkeys(looks[i] for i in order))}
    lines, starts = np.unique(north, return_index=True)
    rows = np.split(east, starts[1:])
    return {
        "size": size,
        "looks": list(place),
        "rows": [[line, *np.diff(row, prepend=0).tolist()] for line, row in zip(lines.tolist(), rows, strict=False)],
        "look": [place[looks[i]] for i in order],
    }
