"""Moves between places as curved arrows, as wide as there are people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from math import hypot
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from allmende.portal.drawing.ground import Place, fit, path_of
from allmende.portal.drawing.plot import polygon
from allmende.portal.drawing.svg import WIDE, drawing, element
from allmende.portal.drawing.words import Box, Labels, boxes, fitted, measure

Flow = tuple[str, str, float]
"""From, to, value."""

MARGIN = 16

ROOM = 2.5
"""An arrow must be so many times as long as the words on it, or they hide it."""


def flow_map(
    outlines: Sequence[Any],
    centres: Mapping[str, Place],
    flows: Sequence[Flow],
    label: str,
    write: Callable[[float], str],
    width: int = WIDE,
    *,
    largest: int = 8,
) -> str:
    """Draw the largest flows between named places over outlines (polygons in metres); opposite flows bend apart.

    Arrows grow towards where people go; width is proportional to the value. The rest of the flows stands in the table. Where
    places crowd, those of the largest flows are named first; every dot has its name as a title, every arrow its value.
    """
    view, height = fit(tuple(shapely.total_bounds(list(outlines))), MARGIN, MARGIN, width - 2 * MARGIN, 0.85)
    parts = [element("path", d=path_of(shape), class_="land") for shape in view.draw(outlines)]
    shown = sorted((flow for flow in flows if flow[0] != flow[1] and flow[2] > 0), key=lambda flow: -flow[2])[:largest]
    at = {name: view.at(place) for name, place in centres.items()}
    thick = (15 if width == WIDE else 9) / max((value for _, _, value in shown), default=1)
    labels = Labels((2, 2, width - 2, height + 2 * MARGIN - 2))
    labels.block(at.values(), 6)
    curves = [(origin, to, value, _curve(at[origin], at[to])) for origin, to, value in shown]
    for origin, to, value, curve in curves:
        title = f"<title>{escape(f'{origin} → {to}: {write(value)}')}</title>"
        parts.append(polygon(_arrow(curve, max(value * thick, 1.2)), "flow", title))
    for name, (x, y) in at.items():
        parts.append(element("circle", f"<title>{escape(name)}</title>", cx=x, cy=y, r=4, class_="centre"))
    arrows = boxes((tuple(point) for _, _, _, curve in curves for point in curve.tolist()), 9)
    named = {name: at[name] for origin, to, _ in shown for name in (origin, to)} | at
    words = [_name(fitted(name, width * 0.4), spot, labels, arrows) for name, spot in named.items()]
    words += [_value(write(value), curve, labels) for _, _, value, curve in curves]
    return drawing(width, height + 2 * MARGIN, label, parts + words, "chart map")


def _curve(start: tuple[float, float], end: tuple[float, float]) -> NDArray[np.float64]:
    """Return 25 points of a quadratic curve that bends to the right of its way and leaves both places free."""
    (x0, y0), (x1, y1) = start, end
    control = (x0 + x1) / 2 - (y1 - y0) * 0.2, (y0 + y1) / 2 + (x1 - x0) * 0.2
    free = min(8 / max(hypot(x1 - x0, y1 - y0), 1), 0.3)
    t = np.linspace(free, 1 - free, 25)[:, None]
    curve: NDArray[np.float64] = (1 - t) ** 2 * np.array(start) + 2 * t * (1 - t) * np.array(control) + t**2 * np.array(end)
    return curve


def _arrow(curve: NDArray[np.float64], thick: float) -> list[tuple[float, float]]:
    """Return the outline of a tapered arrow: a third of its width where it begins, a head where it ends."""
    along = np.gradient(curve, axis=0)
    aside = np.column_stack((-along[:, 1], along[:, 0])) / np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    length = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))))
    body = length <= max(length[-1] - (thick * 0.9 + 5), length[-1] * 0.4)
    half = np.maximum(thick / 2 * (0.3 + 0.7 * length / max(length[-1], 1e-9)), 0.35)
    left, right = (curve + side * aside * half[:, None] for side in (-1, 1))
    neck, wing = curve[body][-1], aside[body][-1] * (thick / 2 + 3)
    outline = [*left[body], neck - wing, curve[-1], neck + wing, *right[body][::-1]]
    return [(float(x), float(y)) for x, y in outline]


def _name(name: str, spot: tuple[float, float], labels: Labels, arrows: Sequence[Box]) -> str:
    x, y = spot
    spots = [(x, y - 10, "middle"), (x, y + 20, "middle"), (x + 9, y + 5, "start"), (x - 9, y + 5, "end")]
    spots += [(x + side, y + up, anchor) for up in (-8, 18) for side, anchor in ((6, "start"), (-6, "end"))]
    return labels.place(name, spots, "place", far=48, shun=arrows)


def _value(words: str, curve: NDArray[np.float64], labels: Labels) -> str:
    """Write the value on its arrow, or beside it where the arrow is covered; an arrow that words would hide goes without."""
    length = float(np.hypot(*np.diff(curve, axis=0).T).sum())
    if length < ROOM * measure(words):
        return ""
    spots = [(float(curve[i][0]), float(curve[i][1]) + 5, "middle") for i in (12, 14, 10, 16, 8, 18, 6, 20)]
    return labels.place(words, spots, "value", far=2 * measure(words))
