"""Where people become more or fewer: a map in per cent, hatched where nobody can tell which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.http import QueryDict
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from allmende.outlook.folder import LEVELS
from allmende.portal import wording
from allmende.portal.drawing import Layer, choropleth
from allmende.portal.outlook.sight import Sight
from allmende.portal.outlook.stories.ways import ways
from allmende.portal.outlook.words import band_words, lives_in, origin, rounded, step_of
from allmende.portal.page import Choice, Page, Picture, Sheet, pick
from allmende.portal.places import Place

LIMITS = (-10.0, -2.0, 2.0, 10.0)
"""Ends of the classes of change, in per cent."""
NAMED = 20
"""Up to so many areas a map has room for their values."""


@dataclass(frozen=True, slots=True)
class Change:
    """How a place changes, in per cent: the middle, and the ends of the 80 % interval; NaN where nobody lives now.

    `written` are the people then, rounded to what the interval bears, as on the page of the place.
    """

    place: Place
    now: float
    then: float
    middle: float
    low: float
    high: float
    written: str = ""

    @property
    def open(self) -> bool:
        """Whether the interval holds both growth and decline."""
        return self.low < 0 < self.high

    @property
    def class_(self) -> str:
        """The class of its colour."""
        return "none" if np.isnan(self.middle) else f"d{int(np.searchsorted(LIMITS, self.middle, side='right'))}"


def change_map(sight: Sight, query: QueryDict) -> Page:
    """Tell where a band grows and where it shrinks."""
    band, year, variant = sight.band(query), sight.year(query), sight.variant(query)
    levels = [("gemeinde", _("Gemeinden")), ("ortsteil", _("Ortsteile"))]
    level = pick(
        query, "ebene", [value for value, _words in levels], "gemeinde" if sight.place.kind == "region" else "ortsteil"
    )
    found = changes(sight, _places(sight, level), band.chosen, int(year.chosen), variant.chosen)
    return Page(
        title=_("Karte"),
        sentence=_sentence(found, sight, band.chosen, int(year.chosen)),
        picture=_picture(sight, found, band.chosen, int(year.chosen)),
        sheet=_sheet(sight, found, band.chosen, int(year.chosen)),
        origin=origin(sight.ahead.outlook),
        choices=[band, year, variant, *([Choice("ebene", _("Ebene"), levels, level)] if sight.place.kind == "region" else [])],
        steps=ways(sight.place),
    )


def changes(sight: Sight, places: list[Place], band: str, year: int, variant: str) -> list[Change]:
    """Return how places change from the last counted year to a coming one."""
    outlook, one = sight.ahead.outlook, sight.ahead.band(band)
    at, when = [each.name for each in outlook.bands].index(band), outlook.years.index(year)
    counted = sight.ahead.counted(one)
    more = (sight.ahead.paths(variant, one) - sight.ahead.paths(outlook.variants[0].id, one))[when] @ sight.ahead.sums.T
    ends = [outlook.fan[LEVELS.index(level), when, :, at] + more for level in (0.5, 0.1, 0.9)]
    found = []
    for place in places:
        row = sight.ahead.row(place)
        now = float(counted[row])
        middle, low, high = (100 * (float(end[row]) / now - 1) if now > 0 else float("nan") for end in ends)
        step = step_of(float(ends[1][row]), float(ends[2][row]))
        found.append(Change(place, now, float(ends[0][row]), middle, low, high, rounded(float(ends[0][row]), step)))
    return found


def _places(sight: Sight, level: str) -> list[Place]:
    atlas, knows = sight.shelf.atlas, sight.ahead.knows
    towns = [town for town in atlas.municipalities if knows(town)]
    if level == "gemeinde":
        return towns
    inside = [district for district in atlas.districts if knows(district)]
    undivided = [town for town in towns if town.key in sight.ahead.outlook.units]
    every = [*inside, *undivided]
    return every if sight.place.kind == "region" else [one for one in every if one.key.startswith(sight.place.key[:8])]


def _picture(sight: Sight, found: list[Change], band: str, year: int) -> Picture:
    outlines = sight.shelf.sketches
    layers = [
        Layer(
            one.place.key,
            f"{one.place.name}: {_written(one)}",
            one.class_,
            outlines[one.place.key],
            lives_in(one.place) + f"?gruppe={band.replace('+', '%2B')}&jahr={year}",
            "open" if one.open else "",
        )
        for one in found
        if one.place.key in outlines
    ]
    borders = [
        outlines[town.key]
        for town in sight.shelf.atlas.municipalities
        if town.key in outlines and (sight.place.kind == "region" or town.key == sight.place.key[:8])
    ]
    few = len(found) <= NAMED
    names = {(one.place.name, _per_cent(one.middle)): outlines[one.place.key] for one in found if one.place.key in outlines}
    label = _("Karte: Veränderung bis %(year)s in Prozent, %(band)s. Die Werte stehen in der Tabelle darunter.") % {
        "year": year, "band": band_words(band),
    }  # fmt: skip
    drawn = choropleth(layers, borders, label, names=names if few else None)
    return Picture(mark_safe(drawn), None, change_legend())  # noqa: S308  (numbers and escaped words only)


def change_legend() -> list[tuple[str, str]]:
    """Return the classes of change, and what hatching means."""
    classes = [(f"d{at}", words) for at, words in enumerate(change_words())]
    return [*classes, ("open", _("schraffiert: ob mehr oder weniger, ist offen (80-%-Bereich)"))]


def change_words() -> list[str]:
    """Name the classes of change, the strongest decline first."""
    told = {"small": wording.number(LIMITS[2]), "large": wording.number(LIMITS[3])}
    return [
        _("Abnahme über %(large)s %%") % told,
        _("Abnahme %(small)s bis %(large)s %%") % told,
        _("fast gleich (± %(small)s %%)") % told,
        _("Zunahme %(small)s bis %(large)s %%") % told,
        _("Zunahme über %(large)s %%") % told,
    ]


def _sentence(found: list[Change], sight: Sight, band: str, year: int) -> str:
    values = {
        "year": year, "band": band_words(band), "all": len(found), "base": sight.ahead.outlook.years[0],
        "more": sum(one.low > 0 for one in found), "fewer": sum(one.high < 0 for one in found),
        "open": sum(one.open for one in found),
    }  # fmt: skip
    return (
        _(
            "Bis %(year)s werden es (%(band)s) in %(more)s von %(all)s Gebieten mehr als %(base)s und in %(fewer)s weniger; "
            "bei %(open)s ist offen, ob es mehr oder weniger werden."
        )
        % values
    )


def _written(one: Change) -> str:
    return _("%(change)s (zwischen %(low)s und %(high)s)") % {
        "change": _per_cent(one.middle), "low": _per_cent(one.low), "high": _per_cent(one.high),
    }  # fmt: skip


def _per_cent(value: float) -> str:
    return "–" if np.isnan(value) else wording.per_cent(wording.signed(value, 0 if abs(value) >= 10 else 1))


def _sheet(sight: Sight, found: list[Change], band: str, year: int) -> Sheet:
    rows = [
        [
            one.place.name,
            wording.number(one.now),
            one.written,
            _per_cent(one.middle),
            _per_cent(one.low),
            _per_cent(one.high),
            _("offen") if one.open else _("mehr") if one.low > 0 else _("weniger"),
        ]
        for one in found
    ]
    head = [
        _("Gebiet"),
        str(sight.ahead.outlook.years[0]),
        _("%(year)s, Mitte") % {"year": year},
        _("Veränderung"),
        _("80 % von"),
        _("80 % bis"),
        _("Richtung"),
    ]
    return Sheet(_("Veränderung bis %(year)s, %(band)s") % {"year": year, "band": band_words(band)}, head, rows)
