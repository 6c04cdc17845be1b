"""Maps in EPSG:3035, the equal-area projection in which grid cells are squares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from allmende.portal.drawing.svg import drawing, element

WIDTH = 720
GAP = 14


@dataclass(frozen=True, slots=True)
class Layer:
    """Areas to be drawn: polygon in metres, key, name, the class of its colour ("c0" … "c4", "none"), its address."""

    key: str
    name: str
    class_: str
    polygon: Any
    href: str


@dataclass(frozen=True, slots=True)
class Squares:
    """Grid cells: their edge and lower-left corners (rows of east, north) in metres, and the class of each."""

    size: int
    corners: NDArray[np.float64]
    classes: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Frame:
    west: float
    north: float
    scale: float
    shift: float

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        x = (points[:, 0] - self.west) * self.scale + self.shift
        return np.column_stack((x, (self.north - points[:, 1]) * self.scale + GAP))

    def draw(self, polygons: Sequence[Any]) -> list[Any]:
        if not polygons:
            return []
        return list(shapely.simplify(shapely.transform(np.array(polygons, dtype=object), self.project), 0.4))


def choropleth(
    layers: Sequence[Layer],
    borders: Sequence[Any],
    label: str,
    *,
    names: Mapping[tuple[str, str], Any] | None = None,
    squares: Squares | None = None,
    frame: tuple[float, float, float, float] | None = None,
) -> str:
    """Draw areas by colour class, grid cells below them, and `borders` (polygons in metres) over them.

    Each area is a link, which a keyboard reaches in the order given; cells are one path per class. `names` puts words on
    polygons, a name and below it a value. `frame` is what the drawing shows (west, south, east, north), by default everything.
    """
    everything = np.array([layer.polygon for layer in layers] + list(borders), dtype=object)
    west, south, east, north = frame or shapely.total_bounds(everything)
    scale = (WIDTH - 2 * GAP) / max(east - west, (north - south) * 0.8, 1)
    view = _Frame(west, north, scale, (WIDTH - (east - west) * scale) / 2)
    parts = [_dots(), _cells(squares, view) if squares else "", _links(layers, view)]
    parts += [element("path", d=path_of(polygon), class_="border") for polygon in view.draw(borders)]
    for (name, value), polygon in zip(names or {}, view.draw(list((names or {}).values())), strict=True):
        point = polygon.representative_point()
        below = element("tspan", escape(value), x=float(point.x), dy="1.15em", class_="figure") if value else ""
        parts.append(
            element("text", escape(name) + below, x=float(point.x), y=float(point.y), text_anchor="middle", class_="place")
        )
    return drawing(WIDTH, (north - south) * scale + 2 * GAP, label, parts, "chart map", "group" if layers else "img")


def path_of(polygon: Any) -> str:
    """Return the outline of a polygon or multipolygon as path data, tenths of a unit, without repeats."""
    rings = []
    for part in shapely.get_parts(polygon):
        for ring in [part.exterior, *part.interiors]:
            points = np.round(np.asarray(ring.coords)[:-1], 1)
            rings.append("M" + "L".join(f"{x:g},{y:g}" for x, y in points) + "Z")
    return "".join(rings)


def _links(layers: Sequence[Layer], frame: _Frame) -> str:
    parts = []
    for layer, polygon in zip(layers, frame.draw([layer.polygon for layer in layers]), strict=True):
        shape = element("path", f"<title>{escape(layer.name)}</title>", d=path_of(polygon), class_=f"area {layer.class_}")
        parts.append(element("a", shape, href=layer.href, aria_label=layer.name))
    return "".join(parts)


def _cells(squares: Squares, frame: _Frame) -> str:
    edge = f"{squares.size * frame.scale:.1f}"
    corners = frame.project(squares.corners + np.array([0, squares.size])).round(1).tolist()
    paths: dict[str, list[str]] = {}
    for class_, (x, y) in zip(squares.classes, corners, strict=True):
        paths.setdefault(class_, []).append(f"M{x:g},{y:g}h{edge}v{edge}h-{edge}z")
    return "".join(element("path", d="".join(path), class_=f"cell {class_}") for class_, path in sorted(paths.items()))


def _dots() -> str:
    dot = element("circle", cx=4, cy=4, r=1.2, class_="dotted")
    return element("defs", element("pattern", dot, id="dots", width=8, height=8, patternUnits="userSpaceOnUse"))
