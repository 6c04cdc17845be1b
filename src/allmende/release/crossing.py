"""Grid cells that a border between municipalities crosses: people of several offices live in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import shapely

from allmende.areas.geometry import Shapes, read_geojson, to_metres
from allmende.areas.grid import corner, parse_cell_id
from allmende.areas.hierarchy import UNLOCATED_CODE, Region

OUTLINES = "municipalities.geojson"


def read_outlines(folder: Path) -> Shapes | None:
    """Read the outlines of a region folder's municipalities in metres (EPSG:3035); None if it has none."""
    path = folder / OUTLINES
    return to_metres(read_geojson(path, "ags")) if path.is_file() else None


def crossing_cells(
    labels: Sequence[str], size: int, region: Region, outlines: Shapes | None, at_source: Collection[str]
) -> Mapping[str, frozenset[str]]:
    """Return the municipalities of each cell (label) of `size` metres that lies in one of `at_source` and in others.

    Those who could not be placed ("unlocated") are everybody's. Without outlines no cell is known to cross a border.
    """
    everybody = frozenset(municipality.ags for municipality in region.municipalities)
    found = {UNLOCATED_CODE: everybody} if UNLOCATED_CODE in labels and len(everybody) > 1 else {}
    cells = [label for label in labels if label != UNLOCATED_CODE]
    if outlines is None or not cells:
        return found
    east, north = corner(np.array([parse_cell_id(label)[0] for label in cells]))
    boxes = shapely.box(east, north, east + size, north + size)
    polygons = np.array(outlines.polygons, dtype=object)
    polygon, cell = shapely.STRtree(boxes).query(polygons, predicate="intersects")
    touching: dict[str, set[str]] = {}
    for place, box in zip(polygon.tolist(), cell.tolist(), strict=True):
        touching.setdefault(cells[box], set()).add(outlines.keys[place])
    quiet = set(at_source)
    return found | {label: frozenset(own) for label, own in touching.items() if len(own) > 1 and own & quiet}
