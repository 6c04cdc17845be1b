"""A map of areas by how probable a shortage is."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from allmende.outlook.needs import DISTRICT, MUNICIPALITY
from allmende.portal.drawing import Layer, choropleth
from allmende.portal.outlook.needs_sight import View
from allmende.portal.outlook.needs_words import judged, likely, page_of, subject
from allmende.portal.page import Picture

NAMED = {MUNICIPALITY: 40, DISTRICT: 16}
"""Up to so many areas a map has room for their names; Ortsteile crowd in the middle of a town."""


def judged_map(view: View, areas: Sequence[View]) -> Picture | None:
    """Draw areas by the probability that the service is short in the year in question; None without outlines."""
    sketches, year = view.stand.shelf.sketches, view.told
    shown = [each for each in areas if each.place.key in sketches]
    if len(shown) < 2:
        return None
    layers, names = [], {}
    for each in shown:
        class_, _space, pattern = _class(each, year).partition(" ")
        said = likely(each.figure("probability", year)) if class_ != "none" else _("kein eigenes Angebot")
        words = _("%(place)s: %(said)s") % {"place": each.place.name, "said": said}
        polygon = sketches[each.place.key]
        layers.append(Layer(each.place.key, words, class_, polygon, page_of(each, year=view.year), "open" if pattern else ""))
        names[each.place.name, ""] = polygon
    label = _("Karte: Wahrscheinlichkeit, dass es %(year)s fehlt (%(what)s). Die Werte stehen in der Tabelle darunter.") % {
        "year": year,
        "what": subject(view),
    }
    drawing = choropleth(layers, [], label, names=names if len(names) <= NAMED[view.level] else {})
    return Picture(mark_safe(drawing), None, _legend([_class(each, year) for each in shown]))  # noqa: S308  (numbers and escaped words only)


def _class(view: View, year: int) -> str:
    return judged(view.figure("probability", year), view.figure("capacity", year))


def _legend(used: Sequence[str]) -> list[tuple[str, str]]:
    """Name the classes that occur."""
    words = {
        "c0": _("reicht: es fehlt mit höchstens 10 %"),
        "c1 open": _("offen: 10 bis 25 %"),
        "c2 open": _("offen: 25 bis 50 %"),
        "c3": _("knapp: 50 bis 75 %"),
        "c4": _("knapp: über 75 %"),
        "none": _("kein eigenes Angebot"),
    }
    return [(class_, said) for class_, said in words.items() if class_ in used]
