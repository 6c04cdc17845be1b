"""From metres (EPSG:3035) to the drawing: where a map lies on its sheet, and outlines as path data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Place = tuple[float, float]
"""East and north in metres."""
Bounds = tuple[float, float, float, float]
"""West, south, east, north in metres."""


@dataclass(frozen=True, slots=True)
class Ground:
    """West and north edge in metres, units of the drawing per metre, and where the north-west corner lies on the drawing."""

    west: float
    north: float
    scale: float
    left: float
    top: float

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return points (rows of east, north) on the drawing."""
        x = (points[:, 0] - self.west) * self.scale + self.left
        return np.column_stack((x, (self.north - points[:, 1]) * self.scale + self.top))

    def at(self, place: Place) -> tuple[float, float]:
        """Return where one place lies."""
        x, y = self.project(np.array([place], dtype=np.float64))[0]
        return float(x), float(y)

    def draw(self, shapes: Sequence[Any]) -> list[Any]:
        """Return shapes on the drawing, without detail that cannot be seen."""
        if not shapes:
            return []
        return list(shapely.simplify(shapely.transform(np.array(shapes, dtype=object), self.project), 0.4))


def fit(bounds: Bounds, left: float, top: float, width: float, most: float = 0.8) -> tuple[Ground, float]:
    """Centre bounds in a sheet of a width, at most width ÷ `most` high; return the ground and its height on the drawing."""
    west, south, east, north = bounds
    scale = width / max(east - west, (north - south) * most, 1)
    return Ground(west, north, scale, left + (width - (east - west) * scale) / 2, top), (north - south) * scale


def path_of(shape: Any) -> str:
    """Return lines and the outlines of polygons as path data, tenths of a unit, without repeats."""
    found = []
    for part in shapely.get_parts(shape):
        closed = part.geom_type == "Polygon"
        for ring in [part.exterior, *part.interiors] if closed else [part]:
            points = np.round(np.asarray(ring.coords)[: -1 if closed else None], 1)
            found.append("M" + "L".join(f"{x:g},{y:g}" for x, y in points) + ("Z" if closed else ""))
    return "".join(found)
