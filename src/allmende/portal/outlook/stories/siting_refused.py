"""Proposals that no plan can keep, in words: which term could give way, and how far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from django.utils.translation import gettext as _

from allmende.outlook.refusal import Easing, Refusal
from allmende.portal import wording
from allmende.portal.outlook.stories.siting_tables import euros


@dataclass(frozen=True, slots=True)
class Refused:
    """A proposal without a plan: what was asked, and a line for each term that could give way."""

    title: str
    asked: str
    lead: str
    easings: Sequence[str]


def refused(refusal: Refusal) -> Refused:
    """Tell why a proposal has no plan, and what would make one possible."""
    asked = _("%(names)s für %(year)s: Kein Plan hält alle Bedingungen ein.") % {
        "names": ", ".join(sorted(refusal.partners)), "year": refusal.year,
    }  # fmt: skip
    if not refusal.easings:
        asked = _("%(names)s für %(year)s: In der Rechenzeit fand sich kein Plan; dass es keinen gibt, ist nicht bewiesen.") % {
            "names": ", ".join(sorted(refusal.partners)), "year": refusal.year,
        }  # fmt: skip
    return Refused(refusal.title[wording.language()], asked, _lead(refusal), [_easing(one) for one in refusal.easings])


def _lead(refusal: Refusal) -> str:
    if not refusal.easings:
        return ""
    if refusal.together:
        return _("Keine Bedingung allein genügt. Es ginge, wenn alle diese zugleich nachgeben:")
    if len(refusal.easings) == 1:
        return _("Es ginge, wenn diese Bedingung nachgibt:")
    return _("Es ginge, wenn eine dieser Bedingungen nachgibt:")


def _easing(one: Easing) -> str:
    told = {
        "function": one.function.get(wording.language(), ""), "places": ", ".join(one.places),
        "asked": wording.number(one.asked), "more": wording.number(ceil(one.feasible - 1e-6)),
        "less": wording.number(floor(one.feasible + 1e-6)), "minutes": wording.number(ceil(one.feasible * 10 - 1e-6) / 10, 1),
        "money": euros(ceil(one.feasible), 1),
    }  # fmt: skip
    words = {
        "sites": _("%(function)s: %(more)s Standorte statt %(asked)s"),
        "min_load": _("%(function)s: Mindestauslastung eines Standorts %(less)s statt %(asked)s (knapp in %(places)s)"),
        "capacity": _("%(function)s: Platz an einem Standort für %(more)s statt %(asked)s (knapp in %(places)s)"),
        "reach": _("%(function)s: höchstens %(minutes)s statt %(asked)s Minuten Weg (zu weit ist es für %(places)s)"),
        "max_functions": _("Eine Gemeinde darf %(more)s statt %(asked)s Aufgaben haben (nötig in %(places)s)"),
        "min_share": _("Jede Gemeinde hat mindestens %(less)s statt %(asked)s Aufgaben (knapp in %(places)s)"),
        "nesting": _("%(function)s muss nicht am Standort der Aufgabe liegen, an die sie gebunden ist (%(places)s)"),
        "participation": _("Mehr zahlen als allein, bis %(money)s im Jahr: %(places)s"),
    }
    return words[one.kind] % told
