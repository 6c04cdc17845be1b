"""A map as SVG drawn by the server, and as JSON for the movable map; made once per release, choice and language."""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.drawing import Layer, Squares, choropleth
from allmende.portal.evidence import mapping, outlines
from allmende.portal.evidence.reader import Reader
from allmende.portal.evidence.stories.mapview import CHANGE, View, area_address, area_name, written
from allmende.portal.metres import Frame, around, corners, in_rows
from allmende.portal.page import Picture

NAMED = 40
"""Up to so many areas a map has room for their names, and up to half as many for their values."""


def picture(reader: Reader, view: View) -> Picture:
    """Draw the map; municipalities and districts link to their pages, grid cells do not."""
    return _picture(reader, view, wording.language())


def data(reader: Reader, view: View) -> str:
    """Return the areas of a map with their value, class and words: outlines as GeoJSON in degrees, grid cells by number."""
    return _data(reader, view, wording.language())


def frame(reader: Reader, view: View) -> Frame:
    """Return what the map shows, in metres: everything, or with districts and cells all parts that have a figure.

    A port far away in which nobody lives, or neighbours without figures, would make what there is to see small.
    """
    borders = list(_borders(reader, view).values())
    if view.grid:
        return around(borders, corners(tuple(key for key in view.keys if view.classes[key] != "none")), _size(view))
    if view.found.geography == "municipality":
        told = borders
    else:
        told = [shape for key, shape in outlines.sketches(reader, view.keys).items() if view.classes[key] != "none"]
    west, south, east, north = shapely.total_bounds(np.array(told or borders, dtype=object)).tolist()
    return west, south, east, north


def unseen(reader: Reader, view: View) -> int:
    """Return how many areas lie outside the frame; none of them has a figure."""
    box = shapely.box(*frame(reader, view))
    return sum(not shape.intersects(box) for shape in outlines.sketches(reader, view.keys).values())


def _borders(reader: Reader, view: View) -> dict[str, Any]:
    members = reader.shelf.atlas.municipalities
    return outlines.sketches(reader, [m.key for m in members if view.place.kind == "region" or m.key == view.place.key[:8]])


@lru_cache(maxsize=128)
def _picture(reader: Reader, view: View, language: str) -> Picture:
    polygons = {} if view.grid else outlines.sketches(reader, view.keys)
    layers = [
        Layer(key, _described(reader, view, key), view.classes[key], polygon, area_address(reader, key))
        for key, polygon in polygons.items()
    ]
    borders = _borders(reader, view)
    label = _("Karte: %(what)s. Die Werte stehen in der Tabelle darunter.") % {"what": mapping.MEASURES[view.found.measure]}
    squares = None
    if view.grid:
        squares = Squares(_size(view), corners(view.keys), [view.classes[key] for key in view.keys])
    names = _names(reader, view, polygons, borders)
    drawn = choropleth(layers, list(borders.values()), label, names=names, squares=squares, frame=frame(reader, view))
    return Picture(mark_safe(drawn), None, _legend(view))  # noqa: S308  (numbers and escaped words only)


def _names(
    reader: Reader, view: View, polygons: dict[str, Any], borders: dict[str, Any]
) -> dict[tuple[str, str], Any]:  # fmt: skip
    """Return the polygons to be named, by name and value; cells and many districts bear the names of municipalities."""
    if view.grid or (view.place.kind == "region" and view.found.geography != "municipality"):
        named = borders if view.place.kind == "region" else {}
        return {(area_name(reader, key), ""): polygon for key, polygon in named.items()} if len(named) <= NAMED else {}
    if len(polygons) > NAMED:
        return {}
    values = len(polygons) <= NAMED / 2
    return {
        (area_name(reader, key), written(view, key, unit=True) if values and view.classes[key] != "none" else ""): polygon
        for key, polygon in polygons.items()
    }


def _described(reader: Reader, view: View, key: str) -> str:
    return f"{area_name(reader, key)}: {written(view, key, unit=True)}"


def _legend(view: View) -> list[tuple[str, str]]:
    unknown = [("none", _("nicht veröffentlicht"))] if view.incomplete or not view.limits else []
    if not view.limits:
        return unknown
    if view.found.measure == CHANGE:
        return [(f"d{i}", words) for i, words in enumerate(_change_classes(view.limits[2], view.limits[3]))] + unknown
    digits = 1 if any(limit % 1 for limit in view.limits) else 0
    limits = [wording.number(limit, digits) for limit in view.limits]
    middle = [_("%(low)s bis unter %(high)s") % {"low": a, "high": b} for a, b in pairwise(limits)]
    told = [_("unter %(limit)s") % {"limit": limits[0]}, *middle, _("%(limit)s und mehr") % {"limit": limits[-1]}]
    return [(f"c{i}", words) for i, words in enumerate(told)] + unknown


def _change_classes(small: float, large: float) -> list[str]:
    digits = 1 if small % 1 or large % 1 else 0
    told = {"small": wording.number(small, digits), "large": wording.number(large, digits)}
    return [
        _("Abnahme über %(large)s %%") % told,
        _("Abnahme %(small)s bis %(large)s %%") % told,
        _("fast gleich (± %(small)s %%)") % told,
        _("Zunahme %(small)s bis %(large)s %%") % told,
        _("Zunahme über %(large)s %%") % told,
    ]


@lru_cache(maxsize=16)
def _data(reader: Reader, view: View, language: str) -> str:
    told = _cells(view) if view.grid else _outlines(reader, view)
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _outlines(reader: Reader, view: View) -> dict[str, Any]:
    shapes = outlines.areas_in_degrees(reader, view.keys)
    points = outlines.label_points(reader, tuple(shapes))
    features = []
    for key, geometry in shapes.items():
        words = {
            "name": area_name(reader, key), "value": written(view, key, unit=True), "class": view.classes[key],
            "href": area_address(reader, key), "label": points[key],
        }  # fmt: skip
        features.append({"type": "Feature", "properties": words, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def _cells(view: View) -> dict[str, Any]:
    return in_rows(corners(view.keys), _size(view), [_look(view, key) for key in view.keys])


def _look(view: View, key: str) -> tuple[str, str]:
    return view.classes[key], written(view, key, unit=True)


def _size(view: View) -> int:
    """Return the edge of the cells of a grid."""
    return int(view.found.geography.removeprefix("grid_"))
