"""Levers in words: what somebody assumed."""

from __future__ import annotations

from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.outlook.forms import kind_words
from allmende.portal.page import Fact
from allmende.portal.places import Atlas
from allmende.projection.levers import Change, Closing, Estate, Levers


def said(levers: Levers, atlas: Atlas) -> list[Fact]:
    """Return one line for each lever that is moved."""
    facts = [_change(change) for change in levers.changes]
    for longer in levers.longevity:
        words = _("%(years)s Jahre, ab %(full)s ganz") % {"years": wording.signed(longer.years, 1), "full": longer.full_year}
        facts.append(Fact(_("Lebenserwartung"), words))
    for split in levers.splits:
        told = {"share": wording.percent(split.factor, 0), "place": _name(split.unit, atlas), "full": split.full_year}
        facts.append(Fact(_("Anziehender Ort"), _("%(place)s: %(share)s des bisherigen Anteils, ab %(full)s ganz") % told))
    facts += [Fact(_("Baugebiet"), _estate(one, atlas)) for one in levers.estates]
    facts += [Fact(_("Schließung"), _closing(one, atlas)) for one in levers.closings]
    if levers.estates:
        facts.append(
            Fact(_("Menschen je neuer Wohnung"), _("wo nichts eingetragen ist: Annahme dieses Portals, nicht amtlich"))
        )
    if facts:
        facts.append(Fact(_("Quelle dieser Hebel"), _("Annahmen dessen, der dieses Szenario rechnet")))
    return facts


def _change(change: Change) -> Fact:
    names = {
        "fertility": _("Kinder je Frau"),
        "mortality": _("Sterblichkeit"),
        "leave_inside": _("Umzüge in der Region"),
        "leave_country": _("Fortzug ins übrige Land"),
        "leave_abroad": _("Fortzug ins Ausland"),
        "arrive_country": _("Zuzug aus dem übrigen Land"),
        "arrive_abroad": _("Zuzug aus dem Ausland"),
    }
    told = {"share": wording.percent(change.factor, 0), "full": change.full_year}
    return Fact(names[change.rate], _("%(share)s der mittleren Variante, ab %(full)s ganz") % told)


def _estate(estate: Estate, atlas: Atlas) -> str:
    told = {
        "place": _name(estate.unit, atlas), "first": estate.first_year, "last": estate.last_year,
        "dwellings": wording.number(abs(estate.dwellings)), "persons": wording.number(estate.occupancy, 1),
        "region": wording.percent(estate.from_region, 0),
    }  # fmt: skip
    if estate.dwellings < 0:
        return _("%(place)s: %(first)s bis %(last)s fallen je Jahr %(dwellings)s Wohnungen weg") % told
    return (
        _(
            "%(place)s: %(first)s bis %(last)s je Jahr %(dwellings)s Wohnungen mit %(persons)s Menschen, "
            "%(region)s aus der Region"
        )
        % told
    )


def _closing(closing: Closing, atlas: Atlas) -> str:
    told = {"place": _name(closing.unit, atlas), "kind": kind_words().get(closing.kind, closing.kind), "year": closing.year}
    return _("%(kind)s in %(place)s, Ende %(year)s") % told


def _name(unit: str, atlas: Atlas) -> str:
    place = atlas.find(unit, wording.language())
    if place is None:
        return unit
    town = atlas.find(place.within, wording.language()) if place.kind == "district" else None
    return f"{place.name} ({town.name})" if town and town.name != place.name else place.name
