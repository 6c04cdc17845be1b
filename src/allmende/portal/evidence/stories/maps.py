"""Where: a measure on the map of a place, for its parts or for grid cells."""

from __future__ import annotations

import numpy as np
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from allmende.portal.evidence import mapping
from allmende.portal.evidence.page import origin
from allmende.portal.evidence.reader import Reader
from allmende.portal.evidence.stories import mapdrawing
from allmende.portal.evidence.stories.mapview import CHANGE, View, area_name, choices, choose, written
from allmende.portal.evidence.stories.structure import silent
from allmende.portal.metres import in_degrees
from allmende.portal.page import Page, Sheet
from allmende.portal.places import Place

CELLS = 20
"""So many grid cells the table under a map lists, the highest first; the download has them all."""


def map_page(reader: Reader, place: Place, query: QueryDict) -> Page:
    """Tell where a measure is high and low inside a place."""
    title = _("Karte")
    view = choose(reader, place, query)
    if view is None:
        return silent(title, place)
    found = view.found
    parts = 2 if found.measure == CHANGE else 1
    return Page(
        title=title,
        sentence=_sentence(reader, view),
        picture=mapdrawing.picture(reader, view),
        sheet=sheet(reader, view),
        origin=origin(reader, found.table, [found.year], parts, total=found.measure not in mapping.SHARES),
        choices=choices(reader, view),
        notes=_notes(view, mapdrawing.unseen(reader, view)),
        steps=[(reverse("tabelle", args=[found.table.note.table]), _("Die ganze Tabelle ansehen und herunterladen"))],
        map_source=reverse("rasterdaten" if view.grid else "kartendaten", args=[place.key]) + "?" + view.query(),
        map_borders=reverse("kartendaten", args=[reader.shelf.region.id]) + "?ebene=municipality" if view.grid else "",
        map_frame=in_degrees(mapdrawing.frame(reader, view)),
    )


def sheet(reader: Reader, view: View) -> Sheet:
    """Return the values of a map as a table, the highest first; of grid cells only the highest."""
    what = str(mapping.MEASURES[view.found.measure])
    values = np.array([view.found.values.get(key, np.nan) for key in view.keys])
    ranked = np.argsort(-np.nan_to_num(values, nan=-1e18), kind="stable")
    short = view.grid and len(ranked) > CELLS
    rows = [[area_name(reader, view.keys[i]), written(view, view.keys[i])] for i in ranked[: CELLS if short else None]]
    words = _("%(what)s: die %(count)s Zellen mit den höchsten Werten") % {"what": what, "count": CELLS} if short else what
    return Sheet(f"{words}, {view.found.year}", [_("Rasterzelle") if view.grid else _("Gebiet"), what], rows)


def _sentence(reader: Reader, view: View) -> str:
    values = {key: view.found.values[key] for key in view.keys if view.classes[key] != "none"}
    what = str(mapping.MEASURES[view.found.measure])
    if not values:
        return _("Für diese Gebiete ist nichts veröffentlicht.")
    low, high = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    told = {"what": what, "year": view.found.year, "high": written(view, high), "low": written(view, low)}
    if view.grid:
        return _("%(what)s, %(year)s: je Rasterzelle zwischen %(low)s und %(high)s.") % told
    if len(values) == 1:
        return _("%(what)s, %(year)s: nur für %(where)s veröffentlicht (%(high)s).") % {
            **told,
            "where": area_name(reader, high),
        }
    told |= {"where_high": area_name(reader, high), "where_low": area_name(reader, low)}
    return _("%(what)s, %(year)s: am höchsten in %(where_high)s (%(high)s), am niedrigsten in %(where_low)s (%(low)s).") % told


def _notes(view: View, unseen: int) -> list[str]:
    notes = []
    if unseen == 1:
        notes.append(_("Außerhalb des Bildes, weil nicht veröffentlicht: ein weiteres Gebiet."))
    elif unseen:
        notes.append(_("Außerhalb des Bildes, weil nicht veröffentlicht: %(count)s weitere Gebiete.") % {"count": unseen})
    if view.found.measure == "junge":
        limit = 20 if view.found.table.note.classification("age") == "three" else 18
        notes.append(_("Junge Menschen sind hier alle unter %(age)s Jahren.") % {"age": limit})
    if view.incomplete:
        notes.append(_("Gepunktete Gebiete sind nicht veröffentlicht: Dort leben zu wenige Menschen für diese Angabe."))
    if view.grid:
        notes.append(_("Wo keine Zelle gezeichnet ist, wohnt niemand oder so wenige, dass nichts veröffentlicht ist."))
        notes.append(
            _("Rasterzellen gehören zu dem Gebiet, in dem ihre Mitte liegt; ihre Summe ist nicht die Zahl des Gebiets.")
        )
    return notes
