"""Words and roundings of a look ahead: bands, variants, figures no finer than they are sure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from math import floor, log10

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from allmende.outlook.folder import Outlook, Statement, Variant
from allmende.portal import wording
from allmende.portal.page import Fact, Sheet
from allmende.portal.places import Atlas, Place

TOPICS = {
    "years": gettext_noop("Jahre, aus denen die Raten kommen"),
    "unusual": gettext_noop("Ungewöhnliche Jahre"),
    "units": gettext_noop("Bilanz der Ortsteile"),
    "left_out": gettext_noop("Ausgenommene Jahre"),
    "crossing": gettext_noop("Umzüge innerhalb der Gemeinden"),
    "lean": gettext_noop("Trend der Ortsteile"),
    "sexes": gettext_noop("Zuzüge nach Geschlecht"),
    "drawn below zero": gettext_noop("Gezogene Werte unter 0"),
    "interval below zero": gettext_noop("Bereiche unter 0"),
    "trend below zero": gettext_noop("Einfache Modelle unter 0"),
    "mortality": gettext_noop("Sterblichkeit nach Alter"),
    "mortality of the newborn": gettext_noop("Sterblichkeit von Neugeborenen"),
    "decline of mortality": gettext_noop("Rückgang der Sterblichkeit"),
    "fertility by age": gettext_noop("Geburten nach Alter der Mutter"),
    "total fertility": gettext_noop("Kinder je Frau"),
    "boys per girl": gettext_noop("Jungen je Mädchen bei der Geburt"),
    "German children of foreign mothers": gettext_noop("Deutsche Kinder ausländischer Mütter"),
    "migration by age": gettext_noop("Wanderung nach Alter"),
    "distance of moves": gettext_noop("Wie weit Menschen umziehen"),
    "naturalisation": gettext_noop("Einbürgerung"),
    "cells": gettext_noop("Rasterzellen"),
    "threshold for single ages": gettext_noop("Ab wann einzelne Altersjahre zählen"),
}
"""What the statements of an outlook are about, translated where they are shown."""


def band_words(name: str) -> str:
    """Name a band: all ages, or its ages."""
    return _("alle Altersgruppen") if name == "all" else wording.band(name)


def variant_words(variant: Variant) -> str:
    """Name a variant in the language of the page."""
    return variant.title[wording.language()]


def step_of(low: float, high: float) -> int:
    """Return the round step that figures with this interval bear: a quarter of its width at most, a power of ten.

    >>> step_of(171_000, 185_000), step_of(35, 45), step_of(8, 8)
    (1000, 1, 1)
    """
    quarter = (high - low) / 4
    return int(10 ** max(floor(log10(quarter)), 0)) if quarter >= 1 else 1


def rounded(value: float, step: int) -> str:
    """Write a figure to a round step."""
    return wording.number(round(value / step) * step)


def signed_to(value: float, step: int) -> str:
    """Write a difference with its sign, to a round step."""
    return wording.signed(round(value / step) * step)


def difference(low: float, more: float, high: float) -> str:
    """Write a difference and its 80 % interval: "+810 (+730 … +880)"."""
    step = step_of(low, high)
    told = [signed_to(value, step) for value in (more, low, high)]
    return f"{told[0]}{wording.HARD}({told[1]}{wording.HARD}…{wording.HARD}{told[2]})"


def between(low: float, high: float, step: int) -> str:
    """Write an interval to a round step: "171 000 – 185 000"."""
    return f"{rounded(low, step)}{wording.HARD}–{wording.HARD}{rounded(high, step)}"


def interval(quantiles: Mapping[float, float], low: float = 0.1, high: float = 0.9) -> dict[str, str]:
    """Write the median and the ends of an interval, rounded to what they bear: `number`, `low`, `high`."""
    step = step_of(quantiles[low], quantiles[high])
    return {
        "number": rounded(quantiles[0.5], step), "low": rounded(quantiles[low], step), "high": rounded(quantiles[high], step)
    }  # fmt: skip


def origin(outlook: Outlook) -> tuple[Fact, ...]:
    """Say where a look ahead comes from and how sure it is."""
    base = wording.key_day("12-31", outlook.years[0])
    return (
        Fact(_("Ausgangspunkt"), _("Bevölkerung am %(day)s, wie sie veröffentlicht ist") % {"day": base}),
        Fact(_("Veröffentlichung"), outlook.release, reverse("veroeffentlichung", args=[outlook.release])),
        Fact(_("Verfahren"), _("Kohorten-Komponenten-Verfahren: Geburten, Sterbefälle und Umzüge nach Alter, Jahr für Jahr")),
        Fact(
            _("Unsicherheit"),
            _("%(draws)s gezogene Zukünfte; die Bereiche sind so breit, wie frühere Fehler in dieser Region es lehren")
            % {"draws": wording.number(outlook.draws)},
            reverse("treffsicherheit"),
        ),
        Fact(_("Schutz"), _("Gerechnet nur aus geschützten Zahlen; deren Ungenauigkeit steckt in den Bereichen")),
        Fact(_("Vorausschau"), outlook.id),
        Fact(_("Was sie nicht weiß"), _("Neue Arbeitgeber, Gesetze, Krisen: nur soweit sie sich wie früher verhalten")),
        explained("vorausberechnung", _("Was Vorausberechnung, Bereich, Fächer und Rückschau heißen")),
    )


def explained(anchor: str, words: str) -> Fact:
    """Lead to the glossary, at a word of it."""
    return Fact(_("Wörter"), words, f"{reverse('glossar')}#{anchor}")


def assumptions(outlook: Outlook) -> Sheet:
    """List every assumption with its source and date."""
    rows = [
        [topic_words(outlook, each), each.de if wording.language() == "de" else each.en, each.source, _date(each)]
        for each in outlook.statements
    ]
    head = [_("Annahme"), _("Inhalt"), _("Quelle"), _("Stand")]
    return Sheet(_("Worauf die Vorausschau beruht"), head, rows, _("Alle Annahmen mit Quelle und Stand"))


def topic_words(outlook: Outlook, statement: Statement) -> str:
    """Say what a statement is about."""
    kind, colon, _name = statement.topic.partition(":")
    if colon and kind == "variant":
        return _("Variante")
    if colon and kind == "special":
        return _("Gesondert geführt")
    if colon and kind == "total":
        return _("Vorgegebene Summe")
    return str(_(TOPICS[statement.topic])) if statement.topic in TOPICS else statement.topic


def full_name(key: str, atlas: Atlas) -> str:
    """Name a place so that it stands alone: "Mitte (Ahrenstadt)"."""
    place, town = (atlas.find(one, wording.language()) for one in (key, key.partition(".")[0]))
    if place is None:
        return key
    if town is None or town == place:
        return place.name
    return _namesake(place.name) if town.name == place.name else f"{place.name} ({town.name})"


def apart(place: Place, atlas: Atlas) -> Place:
    """Return a place with a name that is not its municipality's: "Tarmloh (Ortsteil)"."""
    town = atlas.find(place.key.partition(".")[0], wording.language())
    return replace(place, name=_namesake(place.name)) if town and town != place and town.name == place.name else place


def _namesake(name: str) -> str:
    return _("%(name)s (Ortsteil)") % {"name": name}


def lives_in(place: Place) -> str:
    """Return the address of a place's look ahead."""
    return reverse("vorausschau") if place.kind == "region" else reverse("vorausschau_gebiet", args=[place.key])


def _date(statement: Statement) -> str:
    return wording.day(date.fromisoformat(statement.date)) if statement.date else ""
