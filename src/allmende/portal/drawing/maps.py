"""Maps in EPSG:3035, the equal-area projection in which grid cells are squares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from allmende.portal.drawing.svg import drawing, element, text

WIDTH = 720
GAP = 14


@dataclass(frozen=True, slots=True)
class Layer:
    """Areas to be drawn: polygon in metres, key, name, the class of its colour ("c0" … "c4", "none"), an address or ""."""

    key: str
    name: str
    class_: str
    polygon: Any
    href: str = ""


def choropleth(
    layers: Sequence[Layer],
    borders: Sequence[Any],
    label: str,
    *,
    names: Mapping[str, Any] | None = None,
    labelled: bool = True,
) -> str:
    """Draw areas by colour class and `borders` (polygons in metres) over them; `names` puts words on polygons.

    Areas with an address become links, which a keyboard reaches in the order given; the others are one path per class.
    """
    everything = [layer.polygon for layer in layers] + list(borders)
    west, south, east, north = shapely.total_bounds(np.array(everything, dtype=object))
    scale = (WIDTH - 2 * GAP) / max(east - west, (north - south) * 0.8, 1)
    height = (north - south) * scale + 2 * GAP
    shift = (WIDTH - (east - west) * scale) / 2

    def project(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(((points[:, 0] - west) * scale + shift, (north - points[:, 1]) * scale + GAP))

    def drawn(polygons: Sequence[Any]) -> list[Any]:
        if not polygons:
            return []
        return list(shapely.simplify(shapely.transform(np.array(polygons, dtype=object), project), 0.4))

    parts = [_dots(), _linked([layer for layer in layers if layer.href], drawn), _plain(layers, drawn)]
    parts += [element("path", d=path_of(polygon), class_="border") for polygon in drawn(list(borders))]
    if labelled and names:
        for words, polygon in zip(names, drawn(list(names.values())), strict=True):
            point = polygon.representative_point()
            parts.append(text(words, float(point.x), float(point.y), "middle", "place"))
    role = "group" if any(layer.href for layer in layers) else "img"
    return drawing(WIDTH, height, label, parts, "chart map", role)


def path_of(polygon: Any) -> str:
    """Return the outline of a polygon or multipolygon as path data, tenths of a unit, without repeats."""
    rings = []
    for part in shapely.get_parts(polygon):
        for ring in [part.exterior, *part.interiors]:
            points = np.round(np.asarray(ring.coords)[:-1], 1)
            rings.append("M" + "L".join(f"{x:g},{y:g}" for x, y in points) + "Z")
    return "".join(rings)


def _linked(layers: Sequence[Layer], drawn: Any) -> str:
    parts = []
    for layer, polygon in zip(layers, drawn([layer.polygon for layer in layers]), strict=True):
        shape = element("path", f"<title>{escape(layer.name)}</title>", d=path_of(polygon), class_=f"area {layer.class_}")
        parts.append(element("a", shape, href=layer.href, aria_label=layer.name))
    return "".join(parts)


def _plain(layers: Sequence[Layer], drawn: Any) -> str:
    parts = []
    plain = [layer for layer in layers if not layer.href]
    for class_ in sorted({layer.class_ for layer in plain}):
        shapes = drawn([layer.polygon for layer in plain if layer.class_ == class_])
        parts.append(element("path", d="".join(path_of(shape) for shape in shapes), class_=f"cell {class_}"))
    return "".join(parts)


def _dots() -> str:
    dot = element("circle", cx=4, cy=4, r=1.2, class_="dotted")
    return element("defs", element("pattern", dot, id="dots", width=8, height=8, patternUnits="userSpaceOnUse"))
