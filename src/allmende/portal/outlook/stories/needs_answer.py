"""The answer of a page of needs: is it enough, how sure is that, what is missing, since when, and who has room nearby."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from allmende.needs.findings import LIKELY, UNLIKELY
from allmende.outlook.needs import MUNICIPALITY
from allmende.portal import wording
from allmende.portal.outlook.needs_sight import View
from allmende.portal.outlook.needs_words import amount, free_amount, key_day, likely, page_of, steps, subject, where

TOUCHING = 250.0
"""Areas whose outlines are no farther apart (metres) are neighbours: simplified outlines of neighbours do not meet."""

SAFE = 0.25
"""A neighbour has room to offer only if its own shortage is no more probable than this."""

PEOPLE_KINDS = ("classes", "people")
"""Their unit is people."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An area beside the one in question that has room in the year in question, and how probably it is short itself."""

    view: View
    spare: float
    probability: float


def for_people(view: View) -> bool:
    """Say whether people are counted, so that what is missing is room for them; else it is places, classes or practices."""
    return view.service.kind in PEOPLE_KINDS and view.part.unit is None


def answer(view: View) -> str:
    """Say whether it is enough in the year that the page speaks of, how probable that is, and what is missing or free."""
    year = view.told
    probability, spare = view.figure("probability", year), view.figure("spare", year)
    told = {"day": key_day(view, year), "where": where(view), "what": subject(view), "likely": likely(probability)}
    if view.figure("capacity", year) == 0:
        return _nothing_there(view, told)
    if probability <= UNLIKELY:
        told |= {"likely": likely(1 - probability), "amount": free_amount(view, year)}
        if spare < max(view.part.step, 0.05 * view.figure("capacity", year)):
            return _("Am %(day)s reicht das Angebot %(where)s mit %(likely)s Wahrscheinlichkeit (%(what)s).") % told
        if for_people(view):
            return (
                _(
                    "Am %(day)s reicht das Angebot %(where)s mit %(likely)s Wahrscheinlichkeit (%(what)s); im mittleren Fall "
                    "bleibt Platz für %(amount)s."
                )
                % told
            )
        return (
            _(
                "Am %(day)s reicht das Angebot %(where)s mit %(likely)s Wahrscheinlichkeit (%(what)s); im mittleren Fall "
                "bleiben %(amount)s frei."
            )
            % told
        )
    told["amount"] = missing_words(view, year)
    people = for_people(view)
    if probability > LIKELY:
        words = (
            _(
                "Am %(day)s reicht das Angebot %(where)s mit %(likely)s Wahrscheinlichkeit nicht (%(what)s). Dann fehlt Platz "
                "für %(amount)s."
            )
            if people
            else _(
                "Am %(day)s reicht das Angebot %(where)s mit %(likely)s Wahrscheinlichkeit nicht (%(what)s). Dann fehlen "
                "%(amount)s."
            )
        )
    else:
        words = (
            _(
                "Ob das Angebot %(where)s am %(day)s reicht, ist offen (%(what)s): Mit %(likely)s Wahrscheinlichkeit reicht "
                "es nicht, und dann fehlt Platz für %(amount)s."
            )
            if people
            else _(
                "Ob das Angebot %(where)s am %(day)s reicht, ist offen (%(what)s): Mit %(likely)s Wahrscheinlichkeit reicht "
                "es nicht, und dann fehlen %(amount)s."
            )
        )
    return words % told


def missing_words(view: View, year: int) -> str:
    """Write what is missing if something is missing: units, and the whole steps that it takes."""
    missing = view.figure("missing", year)
    words, taken = amount(view, year, missing), -(-missing // view.part.step) if view.part.step_name else 0
    return f"{words} ({steps(view.part, taken)})" if taken else words


def since(view: View) -> str:
    """Say from when on it is short by the reader's threshold, or that it never is."""
    first = next(iter(view.short_years()), 0)
    told = {"share": wording.percent(view.threshold, 0), "year": str(first), "last": str(view.judged[-1])}
    if first == view.years[0]:
        return _("Es fehlt schon %(year)s mit mehr als %(share)s Wahrscheinlichkeit.") % told
    if first:
        return _("Mit mehr als %(share)s Wahrscheinlichkeit fehlt es zuerst %(year)s.") % told
    if view.short_later():
        told["year"] = str(view.short_later())
        return (
            _("Bis %(last)s fehlt es in keinem Jahr mit mehr als %(share)s Wahrscheinlichkeit, danach zuerst %(year)s.") % told
        )
    return _("Bis %(last)s fehlt es in keinem Jahr mit mehr als %(share)s Wahrscheinlichkeit.") % told


def neighbours(view: View) -> tuple[Neighbour, ...]:
    """Return the areas beside this one that have room in the year in question, those with most of it first."""
    found = []
    for other in _beside(view):
        spare, probability = other.figure("spare", view.told), other.figure("probability", view.told)
        if probability <= SAFE and spare >= max(view.part.step / 2, 0.05 * other.figure("capacity", view.told)):
            found.append(Neighbour(other, spare, probability))
    return tuple(sorted(found, key=lambda one: -one.spare))


def lacking(view: View) -> list[str]:
    """Say which areas beside this one are short in the year in question, those that miss most first."""
    year = view.told
    short = [other for other in _beside(view) if other.figure("probability", year) > LIKELY]
    short.sort(key=lambda other: -other.figure("missing", year))
    people = for_people(view)
    words = (
        _("In %(place)s fehlt %(year)s mit %(likely)s Wahrscheinlichkeit Platz für %(amount)s.")
        if people
        else _("In %(place)s fehlen %(year)s mit %(likely)s Wahrscheinlichkeit %(amount)s.")
    )
    return [
        words % {
            "place": other.place.name, "year": str(year), "likely": likely(other.figure("probability", year)),
            "amount": missing_words(other, year),
        }
        for other in short
    ]  # fmt: skip


def _beside(view: View) -> list[View]:
    """Return the areas of the same kind whose outlines touch this one's."""
    sketches = view.stand.shelf.sketches
    own = sketches.get(view.place.key)
    if own is None or view.place.kind == "region":
        return []
    others = [key for key in view.balance.catchments if key != view.place.key and key in sketches]
    return [view.elsewhere(view.geography, key) for key in others if own.distance(sketches[key]) <= TOUCHING]


def neighbour_lines(view: View, found: Sequence[Neighbour]) -> list[tuple[str, str]]:
    """Say who has room: the address of the neighbour's page and the sentence."""
    year = view.told
    lines = []
    for one in found:
        told = {
            "place": one.view.place.name,
            "year": str(year),
            "amount": free_amount(one.view, year),
            "likely": likely(one.probability),
        }
        words = (
            _(
                "%(place)s hat %(year)s im mittleren Fall Platz für %(amount)s; dass es dort selbst fehlt, ist zu %(likely)s "
                "wahrscheinlich."
            )
            if for_people(view)
            else _(
                "In %(place)s sind %(year)s im mittleren Fall %(amount)s frei; dass es dort selbst fehlt, ist zu %(likely)s "
                "wahrscheinlich."
            )
        )
        lines.append((page_of(one.view, year=year), words % told))
    return lines


def short_towns(view: View) -> list[str]:
    """Return the keys of the municipalities in which it is short by the reader's threshold in the years that are judged."""
    balance = view.needs.areas[MUNICIPALITY].balance.up_to(view.judged[-1])
    first = balance.first_year(view.threshold)[:, view.at]
    return [key for key, year in zip(balance.catchments, first.tolist(), strict=True) if year]


def tally(view: View) -> str:
    """Say in how many municipalities it is short by the reader's threshold."""
    all_ = len(view.needs.areas[MUNICIPALITY].balance.catchments)
    told = {"last": view.judged[-1], "count": len(short_towns(view)), "all": all_}
    return _("Bis %(last)s wird es in %(count)s von %(all)s Gemeinden knapp.") % told


def _nothing_there(view: View, told: dict[str, str]) -> str:
    need = view.quantile(0.5, view.told)
    told = told | {"amount": amount(view, view.told, need)}
    if not need:
        return _("Am %(day)s wird %(where)s nichts gebraucht und nichts angeboten (%(what)s).") % told
    if for_people(view):
        return _("Am %(day)s gibt es %(where)s kein eigenes Angebot (%(what)s); zu versorgen sind %(amount)s.") % told
    return _("Am %(day)s gibt es %(where)s kein eigenes Angebot (%(what)s); gebraucht werden %(amount)s.") % told
