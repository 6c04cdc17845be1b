"""Levers in words: what somebody assumed."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from django.utils.translation import gettext as _

from allmende.parameters import load
from allmende.portal import wording
from allmende.portal.outlook.answering import Answer
from allmende.portal.outlook.forms import kind_words
from allmende.portal.outlook.words import full_name
from allmende.portal.page import Fact
from allmende.portal.places import Atlas
from allmende.projection.levers import Change, Closing, Estate, Levers, Split


def said(levers: Levers, atlas: Atlas) -> list[Fact]:
    """Return one line for each lever that is moved."""
    facts = [_change(change) for change in levers.changes]
    for longer in levers.longevity:
        words = _("%(years)s Jahre, ab %(full)s ganz") % {"years": wording.signed(longer.years, 1), "full": longer.full_year}
        facts.append(Fact(_("Lebenserwartung"), words))
    facts += [Fact(_("Anziehender Ort"), _drawing(splits, atlas)) for splits in _by_town(levers.splits)]
    facts += [Fact(_("Baugebiet"), _estate(one, atlas)) for one in levers.estates]
    facts += [Fact(_("Schließung"), _closing(one, atlas)) for one in levers.closings]
    if levers.estates:
        facts.append(
            Fact(
                _("Menschen je neuer Wohnung"),
                _("wo nichts eingetragen ist: Annahme von Allmende (schedules.toml, %(day)s), ohne amtliche Quelle")
                % {"day": wording.day(load("schedules")["occupancy"]["date"])},
            )
        )
    if facts:
        facts.append(Fact(_("Quelle dieser Hebel"), _("Annahmen dessen, der dieses Szenario rechnet")))
    return facts


def left_out(levers: Levers | None) -> list[str]:
    """Say what the interval of a scenario with estates does not hold."""
    if levers is None or not levers.estates:
        return []
    return [
        _(
            "Im 80-%-Bereich steckt nicht, wie viele Menschen in eine neue Wohnung ziehen und wie viele von ihnen schon in der "
            "Region wohnten: Das sind Annahmen, und sie wiegen am schwersten. Ziehen je Wohnung 10 % mehr Menschen ein, ist "
            "der Unterschied rund 10 % größer. Rechnen Sie auch mit anderen Werten."
        )
    ]


def not_possible(levers: Levers, answered: Answer, atlas: Atlas) -> list[str]:
    """Say where more homes are to be torn down than are lived in: what the answer could not do."""
    outlook, found = answered.ahead.outlook, []
    for at, unit in enumerate(outlook.units):
        beyond = answered.beyond[:, at]
        torn = [one for one in levers.estates if one.unit == unit and one.dwellings < 0]
        people = sum(-one.dwellings * one.occupancy * (one.last_year - one.first_year + 1) for one in torn)
        if beyond.sum() < 1 or not people:
            continue
        dwellings = sum(-one.dwellings * (one.last_year - one.first_year + 1) for one in torn)
        told = {
            "place": full_name(unit, atlas), "asked": wording.number(dwellings),
            "beyond": wording.number(ceil(dwellings * beyond.sum() / people)),
            "year": outlook.years[1 + int((beyond > 0).argmax())],
        }  # fmt: skip
        words = _(
            "%(place)s: Von den %(asked)s Wohnungen, die wegfallen sollen, konnten rund %(beyond)s nicht wegfallen, weil dort "
            "niemand mehr wohnt, zuerst %(year)s."
        )
        found.append(words % told)
    return found


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
        "place": full_name(estate.unit, atlas), "first": estate.first_year, "last": estate.last_year,
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
    told = {"place": full_name(closing.unit, atlas), "kind": kind_words().get(closing.kind, closing.kind), "year": closing.year}
    return _("%(kind)s in %(place)s, Ende %(year)s") % told


def _by_town(splits: Sequence[Split]) -> list[list[Split]]:
    """Return the parts of a municipality together that are drawn to alike."""
    groups: dict[tuple[str, float, int], list[Split]] = {}
    for split in splits:
        groups.setdefault((split.unit.partition(".")[0], split.factor, split.full_year), []).append(split)
    return list(groups.values())


def _drawing(splits: Sequence[Split], atlas: Atlas) -> str:
    one = splits[0]
    unit = one.unit if len(splits) == 1 else one.unit.partition(".")[0]
    told = {"share": wording.percent(one.factor, 0), "place": full_name(unit, atlas), "full": one.full_year}
    return _("%(place)s: %(share)s des bisherigen Anteils an allen, die zuziehen, ab %(full)s ganz") % told
