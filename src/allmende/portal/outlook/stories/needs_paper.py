"""The council paper: what is so, what comes, what it rests on, how sure it is, and what could be done. It advises nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from allmende.needs.findings import LIKELY
from allmende.portal import wording
from allmende.portal.outlook.needs_sight import View
from allmende.portal.outlook.needs_words import bears, figure, free_amount, key_day, page_of, step_word, steps, subject, where
from allmende.portal.outlook.stories import needs_tables as tables
from allmende.portal.outlook.stories.needs_answer import (
    answer,
    for_people,
    lacking,
    missing_words,
    neighbour_lines,
    neighbours,
    since,
)
from allmende.portal.outlook.stories.needs_origin import certainty, unknown
from allmende.portal.outlook.stories.needs_service import fan_of, notes
from allmende.portal.page import Picture, Sheet

NAMED = 3
"""So many neighbours are named."""

LISTED = 8
"""So many facilities, and so many openings and closings, stand in the paper; the page has all."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that could be done, and what the figures say of it."""

    name: str
    words: list[str]


@dataclass(frozen=True, slots=True)
class Paper:
    """All parts of the paper, in order."""

    title: str
    who: str
    facts: list[str]
    need: list[str]
    forecast: str
    picture: Picture
    table: Sheet
    others: list[str]
    quotas: Sheet
    certainty: list[str]
    options: list[Option]
    address: str


def paper(view: View) -> Paper:
    """Write the paper on a part of a service in an area."""
    shown = view.judged if view.told in view.judged else (*view.judged, view.told)
    told = {"what": subject(view), "last": shown[-1]}
    return Paper(
        title=_("%(what)s: Bedarf und Angebot bis %(last)s") % told,
        who=view.place.name,
        facts=_facts(view),
        need=_need(view),
        forecast=f"{answer(view)} {since(view)}",
        picture=fan_of(view),
        table=tables.by_year(view, shown),
        others=[answer(replace(view, at=at, year=view.told)) for at in range(len(view.service.told())) if at != view.at],
        quotas=tables.quotas(view, view.parts),
        certainty=_certainty(view),
        options=_options(view),
        address=page_of(view),
    )


def _facts(view: View) -> list[str]:
    first, found = view.years[0], view.facilities()
    open_now = [one for one in found if one.open_on(date(first, *view.service.key_date))]
    told = {
        "day": key_day(view, first),
        "where": where(view),
        "count": len(open_now),
        "what": subject(view),
        "capacity": figure(view.part, view.figure("capacity", first)),
        "unit": view.unit,
    }
    said = [
        (
            _("Am %(day)s bietet %(where)s eine Einrichtung %(capacity)s %(unit)s (%(what)s).")
            if len(open_now) == 1
            else _("Am %(day)s bieten %(where)s %(count)s Einrichtungen zusammen %(capacity)s %(unit)s (%(what)s).")
        )
        % told
    ]
    if 0 < len(open_now) <= LISTED:
        names = [
            _("%(name)s (%(capacity)s)") % {"name": one.name, "capacity": figure(view.part, one.capacity)} for one in open_now
        ]
        said.append(_("Das sind: %(names)s.") % {"names": ", ".join(names)})
    changes = [(one.opens, _("%(name)s öffnet am %(day)s mit %(capacity)s"), one) for one in found if one.opens]
    changes += [(one.closes, _("%(name)s schließt nach dem %(day)s mit %(capacity)s"), one) for one in found if one.closes]
    coming = sorted((change for change in changes if change[0].year >= first), key=lambda change: change[0])
    lines = [
        words % {"name": one.name, "day": wording.day(day), "capacity": figure(view.part, one.capacity)}
        for day, words, one in coming[:LISTED]
    ]
    if lines:
        said.append(_("Geplant und eingerechnet: %(changes)s.") % {"changes": "; ".join(lines)})
    else:
        said.append(_("Öffnungen oder Schließungen sind nicht gemeldet; gerechnet ist mit dem heutigen Angebot."))
    return said


def _need(view: View) -> list[str]:
    first = view.years[0]
    told = {
        "day": key_day(view, first),
        "need": bears(view, first, view.quantile(0.5, first)),
        "low": bears(view, first, view.quantile(0.1, first)),
        "where": where(view),
        "high": bears(view, first, view.quantile(0.9, first)),
        "unit": view.unit,
        "capacity": figure(view.part, view.figure("capacity", first)),
    }
    said = [
        _(
            "Am %(day)s liegt der Bedarf %(where)s bei rund %(need)s (%(unit)s), mit 80 %% Wahrscheinlichkeit zwischen "
            "%(low)s und %(high)s; vorhanden sind %(capacity)s."
        )
        % told
    ]
    if view.part.step_name:
        told |= {"steps": steps(view.part, view.quantile(0.5, first, "steps")), "size": figure(view.part, view.part.step)}
        told["offered"] = steps(view.part, view.figure("offered", first))
        told["word"] = step_word(view.part, 1)
        said.append(_("Das sind im mittleren Fall %(steps)s; vorhanden: %(offered)s (%(size)s je %(word)s).") % told)
    return said


def _certainty(view: View) -> list[str]:
    said = [wording.sentence(certainty(view)) + "."]
    held = [one for one in view.stand.ahead.outlook.track.held if one.geography == view.geography and one.level == 0.8]
    if held:
        most = max(held, key=lambda one: one.horizon)
        said.append(
            _(
                "In der Rückschau über %(years)s Jahre enthielten die 80-%%-Bereiche in %(share)s der %(areas)s Fälle, was "
                "dann kam. Geprüft ist die Zahl aller Menschen, nicht die der Altersgruppe, um die es hier geht."
            )
            % {"years": most.horizon, "areas": most.areas, "share": wording.per_cent(wording.number(most.calibrated))}
        )
    said.append(_("Was die Rechnung nicht weiß: %(unknown)s.") % {"unknown": unknown()})
    return said + notes(view)


def _options(view: View) -> list[Option]:
    if view.figure("probability", view.told) > LIKELY:
        return [_own(view), _joint(view), _passing(view), _wait(view)]
    return [_keep(view), _joint(view), _wait(view)]


def _own(view: View) -> Option:
    told = {"amount": missing_words(view, view.told), "year": view.told}
    words = (
        _("Um den mittleren Mangel %(year)s zu decken: Platz für %(amount)s.")
        if for_people(view)
        else _("Um den mittleren Mangel %(year)s zu decken: %(amount)s.")
    )
    return Option(_("Selbst schaffen"), [words % told])


def _keep(view: View) -> Option:
    spare, year = view.figure("spare", view.told), view.told
    told = {"year": year, "amount": free_amount(view, year)}
    said = [_("Das Angebot bleibt, wie es ist und wie es geplant ist.")]
    if spare >= max(view.part.step, 0.05 * view.figure("capacity", year)):
        free = (
            _("Im mittleren Fall ist %(year)s Platz für %(amount)s.")
            if for_people(view)
            else _("Im mittleren Fall sind %(year)s frei: %(amount)s.")
        )
        said.append(free % told)
    return Option(_("Beibehalten"), said)


def _joint(view: View) -> Option:
    name, year = _("Gemeinsam mit Nachbarn"), {"year": view.told}
    settle = _("Ob Wege, Kosten und Aufnahme passen, ist offen und mit den Nachbarn zu klären.")
    if view.place.kind == "region":
        return Option(name, [_("Die Seite im Portal zeigt je Gemeinde, wer %(year)s Platz hat.") % year])
    if view.figure("probability", view.told) > LIKELY:
        lines = [words for _address, words in neighbour_lines(view, neighbours(view))[:NAMED]]
        none = _(
            "Keine angrenzende Gemeinde hat %(year)s nach dieser Rechnung verlässlich Platz; ein gemeinsamer Neubau bleibt "
            "möglich."
        )
    else:
        lines = lacking(view)[:NAMED]
        none = _("In keiner angrenzenden Gemeinde fehlt es %(year)s wahrscheinlich.")
    return Option(name, [*lines, settle] if lines else [none % year])


def _passing(view: View) -> Option:
    finding = view.finding
    if finding.kind == "short" and finding.last_year < view.judged[-1]:
        words = _(
            "Der Mangel ist nach dieser Rechnung von %(first)s bis %(last)s wahrscheinlich, danach nicht mehr: Eine Lösung "
            "auf Zeit kann reichen."
        )
    else:
        words = _(
            "Ein Ende des Mangels ist in den nächsten zehn Jahren nicht wahrscheinlich: Eine Lösung auf Zeit verschiebt ihn."
        )
    return Option(_("Auf Zeit lösen"), [words % {"first": finding.first_year, "last": finding.last_year}])


def _wait(view: View) -> Option:
    return Option(
        _("Abwarten und neu rechnen"),
        [
            _(
                "Mit der nächsten Veröffentlichung des Melderegisters wird neu gerechnet; die Bereiche der nahen Jahre werden "
                "enger."
            )
        ],
    )
