"""Where: a measure on the map of a place, for its parts or for grid cells."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import numpy as np
import shapely
from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from allmende.areas.projection import to_wgs84
from allmende.portal import wording
from allmende.portal.drawing import Layer, Squares, choropleth
from allmende.portal.evidence import mapping
from allmende.portal.evidence.page import Choice, Page, Picture, Sheet, address, origin, pick, years_choice
from allmende.portal.evidence.reader import Reader
from allmende.portal.evidence.stories.structure import silent
from allmende.portal.places import Place

LONG = 400
"""From so many areas on (grid cells) the table lists the largest values only; the download has them all."""


@dataclass(frozen=True, slots=True)
class View:
    """What a map shows: the chosen measure, its values inside the place, the limits of its classes."""

    place: Place
    found: mapping.Measured
    keys: tuple[str, ...]
    limits: list[float]
    choices: tuple[Choice, ...]

    def class_of(self, key: str) -> str:
        """Return "c0" … "c4", or "none" if the area is not published."""
        value = self.found.values.get(key)
        if value is None or not np.isfinite(value):
            return "none"
        return f"c{mapping.class_of(value, self.limits)}" if self.found.measure != "veraenderung" else self._around_zero(value)

    def _around_zero(self, value: float) -> str:
        return f"d{mapping.class_of(value, self.limits)}"

    def query(self) -> str:
        """Return the choices as they stand in the address."""
        return urlencode({choice.name: choice.chosen for choice in self.choices})


def choose(reader: Reader, place: Place, query: QueryDict) -> View | None:
    """Read the choices of the address; None if nothing can be drawn for this place."""
    levels = [level for level in mapping.levels(reader) if _fits(level, place, reader)]
    if not levels:
        return None
    level = pick(query, "ebene", levels, levels[0])
    offered = mapping.measures(reader, level)
    name = pick(query, "mass", offered, offered[0])
    years = mapping.years(reader, level)
    year = int(pick(query, "jahr", [str(y) for y in years], str(years[-1])))
    keys = inside(reader, level, place)
    found = mapping.measure(reader, level, name, year, _km2(reader))
    if found is None:
        return None
    choices = (
        Choice("ebene", _("Gebiete"), [(value, level_name(value)) for value in levels], level),
        Choice("mass", _("Was wird gezeigt?"), [(value, str(mapping.MEASURES[value])) for value in offered], name),
        years_choice("jahr", _("Jahr"), years, year),
    )
    shown = {key: found.values[key] for key in keys if key in found.values}
    return View(place, found, keys, mapping.classes(shown, around_zero=name == "veraenderung"), choices)


def map_page(reader: Reader, place: Place, query: QueryDict) -> Page:
    """Tell where a measure is high and low inside a place."""
    title = _("Karte")
    view = choose(reader, place, query)
    if view is None:
        return silent(title, place)
    found = view.found
    return Page(
        title=title,
        sentence=_sentence(reader, view),
        picture=picture(reader, view),
        sheet=sheet(reader, view),
        origin=origin(reader, found.table, [found.year], 2 if found.measure == "veraenderung" else 1),
        choices=view.choices,
        notes=_notes(view),
        steps=[(reverse("tabelle", args=[found.table.note.table]), _("Die ganze Tabelle ansehen und herunterladen"))],
        map_source=reverse("kartendaten", args=[place.key]) + "?" + view.query(),
        map_borders=_borders(reader) if found.geography.startswith("grid_") else "",
    )


def picture(reader: Reader, view: View) -> Picture:
    """Draw the map; municipalities and districts link to their pages, grid cells do not."""
    grid = view.found.geography.startswith("grid_")
    polygons = {} if grid else _polygons(reader, view.keys)
    layers = [
        Layer(key, _described(reader, view, key), view.class_of(key), polygon, _href(reader, key))
        for key, polygon in polygons.items()
    ]
    around = reader.shelf.outlines["municipality"]
    members = {m.key: m.name for m in reader.shelf.atlas.municipalities}
    borders = [around[key] for key in members if view.place.kind == "region" or key == view.place.key[:8]]
    names = {name: around[key] for key, name in members.items()} if view.place.kind == "region" else {}
    if view.place.kind != "region" and not grid:
        names = {_name(reader, key): polygon for key, polygon in polygons.items()}
    label = _("Karte: %(what)s. Die Werte stehen in der Tabelle darunter.") % {"what": mapping.MEASURES[view.found.measure]}
    squares = _squares(view) if grid else None
    drawn = choropleth(layers, borders, label, names=names if len(names) <= 40 else {}, squares=squares)
    return Picture(mark_safe(drawn), None, _legend(view))  # noqa: S308  (numbers and escaped words only)


def geojson(reader: Reader, view: View) -> str:
    """Return the areas of a map with their value, class and words, as GeoJSON in degrees."""
    grid = view.found.geography.startswith("grid_")
    outlines = _cell_outlines(view) if grid else _area_outlines(reader, view)
    points = {} if grid else _label_points(reader, tuple(outlines))
    features = []
    for key, geometry in outlines.items():
        words: dict[str, Any] = {
            "name": _name(reader, key),
            "value": _written(view, view.found.values.get(key)),
            "class": view.class_of(key),
        }
        words |= {} if grid else {"href": _href(reader, key), "label": points[key]}
        features.append({"type": "Feature", "properties": words, "geometry": geometry})
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":"))


def inside(reader: Reader, geography: str, place: Place) -> tuple[str, ...]:
    """Return the keys of a geography's areas inside a place: published ones, and with outlines also those that are not."""
    if geography.startswith("grid_"):
        return _cells_inside(reader, geography, place)
    shapes = reader.shelf.outlines["municipality" if geography == "municipality" else "district"]
    if geography == "municipality":
        return tuple(key for key in shapes.keys if place.kind == "region" or key == place.key)
    wanted = {d.key for d in reader.shelf.atlas.districts if geography in d.geographies}
    within = place.key if place.kind == "district" else place.key[:8]
    region = reader.shelf.region
    undivided = [m.ags for m in region.municipalities if not m.levels] if geography == "district" else []
    levels = {key: [region.ancestor(key, n) for n in range(region.district(key).level + 1)] for key in wanted}
    inner = [key for key in wanted if place.kind == "region" or within in levels[key]]
    return tuple(sorted(inner + [ags for ags in undivided if place.kind == "region"]))


def level_name(geography: str) -> str:
    """Return what the areas of a geography are called."""
    if geography.startswith("grid_"):
        size = int(geography[5:])
        return _("Raster %(size)s") % {"size": f"{size} m" if size < 1000 else f"{size // 1000} km"}
    words = {
        "region": _("Region"),
        "municipality": _("Gemeinden"),
        "district": _("Ortsteile"),
        "district_1": _("Ortsteile, obere Ebene"),
        "district_2": _("Ortsteile, zweite Ebene"),
        "district_3": _("Ortsteile, dritte Ebene"),
    }
    return words[geography]


def _fits(level: str, place: Place, reader: Reader) -> bool:
    if level == "municipality":
        return place.kind == "region"
    return bool(inside(reader, level, place))


def _cells_inside(reader: Reader, geography: str, place: Place) -> tuple[str, ...]:
    table = reader.covering("stock", geography, {})
    cells = tuple(key for key in table.areas if key.startswith("CRS")) if table else ()
    if place.kind == "region" or not cells:
        return cells
    outline = reader.shelf.outlines["municipality" if place.kind == "municipality" else "district"]
    if place.key not in outline.keys:
        return ()
    corners, half = _corners(cells), int(geography[5:]) / 2
    hits = shapely.contains_xy(outline[place.key], corners[:, 0] + half, corners[:, 1] + half)
    return tuple(key for key, hit in zip(cells, hits, strict=True) if hit)


def _corners(keys: Sequence[str]) -> NDArray[np.float64]:
    """Return the lower-left corners (east, north) that INSPIRE names spell out, one row per cell."""
    parts = [key.rpartition("E") for key in keys]
    return np.array([(float(east), float(rest.rpartition("N")[2])) for rest, _e, east in parts]).reshape(-1, 2)


def _squares(view: View) -> Squares:
    size = int(view.found.geography[5:])
    return Squares(size, _corners(view.keys), tuple(view.class_of(key) for key in view.keys))


def _cell_outlines(view: View) -> dict[str, Any]:
    size, corners = int(view.found.geography[5:]), _corners(view.keys)
    ring = size * np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]])
    points = corners[:, None, :] + ring
    lon, lat = to_wgs84(points[..., 0], points[..., 1])
    rings = np.round(np.stack([lon, lat], axis=-1), 5).tolist()
    return {key: {"type": "Polygon", "coordinates": [ring]} for key, ring in zip(view.keys, rings, strict=True)}


def _area_outlines(reader: Reader, view: View) -> dict[str, Any]:
    both = (reader.shelf.municipalities, reader.shelf.districts)
    known = {key: polygon for shapes in both for key, polygon in zip(shapes.keys, shapes.polygons, strict=True)}
    return {key: _simple(known[key]) for key in view.keys if key in known}


def _simple(polygon: Any) -> Any:
    # 30 m: finer than a screen shows at the scale of a municipality
    return json.loads(shapely.to_geojson(shapely.set_precision(shapely.simplify(polygon, 0.0003), 1e-5)))


def _label_points(reader: Reader, keys: Sequence[str]) -> dict[str, list[float]]:
    """Return a point inside each area, where its name may stand."""
    inner = [polygon.representative_point() for polygon in _polygons(reader, keys).values()]
    lon, lat = to_wgs84(np.array([point.x for point in inner]), np.array([point.y for point in inner]))
    return dict(zip(keys, np.column_stack((lon, lat)).round(5).tolist(), strict=True))


def _polygons(reader: Reader, keys: Sequence[str]) -> dict[str, Any]:
    known = {key: p for shapes in reader.shelf.outlines.values() for key, p in zip(shapes.keys, shapes.polygons, strict=True)}
    return {key: known[key] for key in keys if key in known}


def _km2(reader: Reader) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for shapes in reader.shelf.outlines.values():
        found |= {key: float(polygon.area) / 1e6 for key, polygon in zip(shapes.keys, shapes.polygons, strict=True)}
    return found


def _name(reader: Reader, key: str) -> str:
    if key.startswith("CRS"):
        return key
    return reader.shelf.atlas.place(key, wording.language()).name


def _href(reader: Reader, key: str) -> str:
    return address("gebiet", reader.shelf.atlas.place(key, wording.language()))


def _digits(view: View) -> int:
    return 0 if view.found.measure in ("bevoelkerung", "dichte") else 1


def _written(view: View, value: float | None) -> str:
    if value is None or not np.isfinite(value):
        return _("nicht veröffentlicht")
    if view.found.measure == "veraenderung":
        return wording.signed(value, 1)
    return wording.number(value, _digits(view))


def _borders(reader: Reader) -> str:
    return reverse("kartendaten", args=[reader.shelf.region.id]) + "?ebene=municipality"


def _described(reader: Reader, view: View, key: str) -> str:
    return f"{_name(reader, key)}: {_written(view, view.found.values.get(key))}"


def _legend(view: View) -> list[tuple[str, str]]:
    letter = "d" if view.found.measure == "veraenderung" else "c"
    digits = 1 if _digits(view) or any(limit % 1 for limit in view.limits) else 0
    write = wording.signed if letter == "d" else wording.number
    limits = [write(limit, digits) for limit in view.limits]
    if not limits:
        return [("none", _("nicht veröffentlicht"))]
    middle = [_("%(low)s bis unter %(high)s") % {"low": a, "high": b} for a, b in pairwise(limits)]
    words = [_("unter %(limit)s") % {"limit": limits[0]}, *middle, _("%(limit)s und mehr") % {"limit": limits[-1]}]
    legend = [(f"{letter}{i}", text) for i, text in enumerate(words)]
    return legend + ([("none", _("nicht veröffentlicht"))] if any(view.class_of(key) == "none" for key in view.keys) else [])


def _sentence(reader: Reader, view: View) -> str:
    values = {key: view.found.values[key] for key in view.keys if np.isfinite(view.found.values.get(key, np.nan))}
    what = str(mapping.MEASURES[view.found.measure])
    if not values:
        return _("Für diese Gebiete ist nichts veröffentlicht.")
    low, high = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    told = {"what": what, "year": view.found.year, "high": _written(view, values[high]), "low": _written(view, values[low])}
    if view.found.geography.startswith("grid_"):
        return _("%(what)s, %(year)s: je Rasterzelle zwischen %(low)s und %(high)s.") % told
    if len(values) == 1:
        return _("%(what)s, %(year)s: nur für %(where)s veröffentlicht (%(high)s).") % {**told, "where": _name(reader, high)}
    told |= {"where_high": _name(reader, high), "where_low": _name(reader, low)}
    return _("%(what)s, %(year)s: am höchsten in %(where_high)s (%(high)s), am niedrigsten in %(where_low)s (%(low)s).") % told


def sheet(reader: Reader, view: View) -> Sheet:
    """Return the values of a map as a table, the highest first."""
    what = str(mapping.MEASURES[view.found.measure])
    ranked = sorted(view.keys, key=lambda key: -np.nan_to_num(view.found.values.get(key, np.nan), nan=-1e18))
    rows = [[_name(reader, key), _written(view, view.found.values.get(key))] for key in ranked[:LONG]]
    caption = what if len(ranked) <= LONG else _("%(what)s: die %(count)s Gebiete mit den höchsten Werten") % {
        "what": what, "count": LONG,
    }  # fmt: skip
    return Sheet(f"{caption}, {view.found.year}", [_("Gebiet"), what], rows)


def _notes(view: View) -> list[str]:
    notes = []
    if view.found.measure == "junge":
        limit = 20 if view.found.table.note.classification("age") == "three" else 18
        notes.append(_("Junge Menschen sind hier alle unter %(age)s Jahren.") % {"age": limit})
    if any(view.class_of(key) == "none" for key in view.keys):
        notes.append(_("Gepunktete Gebiete sind nicht veröffentlicht: Dort leben zu wenige Menschen für diese Angabe."))
    if view.found.geography.startswith("grid_"):
        notes.append(_("Wo keine Zelle gezeichnet ist, wohnt niemand oder so wenige, dass nichts veröffentlicht ist."))
        notes.append(
            _("Rasterzellen gehören zu dem Gebiet, in dem ihre Mitte liegt; ihre Summe ist nicht die Zahl des Gebiets.")
        )
    return notes
