"""Maps in EPSG:3035, the equal-area projection in which grid cells are squares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal
from zlib import crc32

import numpy as np
import shapely
from numpy.typing import NDArray

from allmende.portal.drawing.ground import Ground, fit, path_of
from allmende.portal.drawing.svg import drawing, element

WIDTH = 720
GAP = 14


@dataclass(frozen=True, slots=True)
class Layer:
    """Areas to be drawn: polygon in metres, key, name, the class of its colour ("c0" … "c4", "none"), its address.

    The pattern "open" hatches the area: the value is uncertain, such as a change whose sign is open.
    """

    key: str
    name: str
    class_: str
    polygon: Any
    href: str
    pattern: Literal["", "open"] = ""


@dataclass(frozen=True, slots=True)
class Squares:
    """Grid cells: their edge and lower-left corners (rows of east, north) in metres, and the class of each.

    `open` cells are hatched, as the pattern "open" does with areas.
    """

    size: int
    corners: NDArray[np.float64]
    classes: Sequence[str]
    open: Sequence[bool] = ()


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
    view, height = fit((west, south, east, north), GAP, GAP, WIDTH - 2 * GAP)
    open_ = f"open-{crc32('|'.join([label, *(layer.key for layer in layers)]).encode()):08x}"
    parts = [_patterns(open_), _cells(squares, view, open_) if squares else "", _links(layers, view, open_)]
    parts += [element("path", d=path_of(polygon), class_="border") for polygon in view.draw(borders)]
    for (name, value), polygon in zip(names or {}, view.draw(list((names or {}).values())), strict=True):
        point = polygon.representative_point()
        below = element("tspan", escape(value), x=float(point.x), dy="1.15em", class_="figure") if value else ""
        parts.append(
            element("text", escape(name) + below, x=float(point.x), y=float(point.y), text_anchor="middle", class_="place")
        )
    return drawing(WIDTH, height + 2 * GAP, label, parts, "chart map", "group" if layers else "img")


def _links(layers: Sequence[Layer], frame: Ground, open_: str) -> str:
    parts = []
    for layer, polygon in zip(layers, frame.draw([layer.polygon for layer in layers]), strict=True):
        path = path_of(polygon)
        shape = element("path", f"<title>{escape(layer.name)}</title>", d=path, class_=f"area {layer.class_}")
        if layer.pattern:
            shape += element("path", d=path, class_="hatched", fill=f"url(#{open_})")
        parts.append(element("a", shape, href=layer.href, aria_label=layer.name))
    return "".join(parts)


def _cells(squares: Squares, frame: Ground, open_: str) -> str:
    edge = f"{squares.size * frame.scale:.1f}"
    corners = frame.project(squares.corners + np.array([0, squares.size])).round(1).tolist()
    drawn = [f"M{x:g},{y:g}h{edge}v{edge}h-{edge}z" for x, y in corners]
    paths: dict[str, list[str]] = {}
    for class_, square in zip(squares.classes, drawn, strict=True):
        paths.setdefault(class_, []).append(square)
    coloured = "".join(element("path", d="".join(path), class_=f"cell {class_}") for class_, path in sorted(paths.items()))
    hatched = "".join(square for square, pattern in zip(drawn, squares.open, strict=False) if pattern)
    return coloured + (element("path", d=hatched, class_="hatched", fill=f"url(#{open_})") if hatched else "")


def _patterns(open_: str) -> str:
    """Define dots, which portal.css names, and stripes, whose name is this drawing's own: what is hidden lends no pattern."""
    dot = element("circle", cx=4, cy=4, r=1.2, class_="dotted")
    stripe = element("line", x1=0, x2=0, y1=0, y2=8, class_="stripe")
    turned = element(
        "pattern", stripe, id=open_, width=8, height=8, patternUnits="userSpaceOnUse", patternTransform="rotate(45)"
    )
    return element("defs", element("pattern", dot, id="dots", width=8, height=8, patternUnits="userSpaceOnUse") + turned)
