"""The pages of shared functions: all plans in a sentence each, and one plan with its map and what everybody gains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from allmende.areas.projection import to_laea
from allmende.outlook.joint_plan import Hosted, JointPlan
from allmende.outlook.refusal import Refusal
from allmende.portal.drawing import Plan, Share, share_bars, siting_map
from allmende.portal.outlook.stories import siting_words as words
from allmende.portal.outlook.stories.siting_refused import Refused, refused
from allmende.portal.outlook.stories.siting_tables import (
    assigned_sheet,
    assumptions_sheet,
    functions_sheet,
    gains_sheet,
    hosts_of,
    name_of,
    signed_euros,
)
from allmende.portal.page import Choice, Page, Picture, Sheet, drawn, pick
from allmende.portal.public import Shelf

WGS84 = "EPSG:4326"


@dataclass(frozen=True, slots=True)
class Card:
    """A plan in the list: its name, what it says, and where it is."""

    title: str
    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Listing:
    """All plans of an outlook, and the proposals that have none."""

    page: Page
    cards: list[Card]
    refused: list[Refused]


@dataclass(frozen=True, slots=True)
class Told:
    """A plan as a page: hosts of each function in words, the gains as picture and table, more tables, and a command."""

    page: Page
    hosts: list[tuple[str, str, str]]
    robust: str
    gains: Picture
    gains_words: str
    gains_sheet: Sheet
    sheets: list[Sheet]
    command: str


def plans_page(plans: tuple[JointPlan, ...], refusals: tuple[Refusal, ...]) -> Listing:
    """Tell of all plans in a sentence each, and of proposals that no plan can keep."""
    cards = []
    for plan in plans:
        said = f"{words.saving(plan)} {words.members(plan)}"
        cards.append(Card(words.title(plan), said, reverse("gemeinsam_plan", args=[plan.id])))
    page = Page(
        title=_("Gemeinsame Aufgaben"),
        sentence=_(
            "Wer könnte was für alle übernehmen, und was brächte das? %(count)s Vorhaben der Region sind durchgerechnet."
        )
        % {"count": len(plans) + len(refusals)},
        notes=[
            _("Ein Plan ist kein Beschluss. Er zeigt, was möglich wäre, wenn die Annahmen stimmen; jede Annahme steht dabei.")
        ],
        steps=[
            (reverse("bedarf"), _("Was die Region braucht")),
            (reverse("vorausschau"), _("Wie viele Menschen es sein werden")),
        ],
    )
    return Listing(page, cards, [refused(one) for one in refusals])


def plan_page(plan: JointPlan, shelf: Shelf, query: QueryDict) -> Told:
    """Tell of one plan; the address chooses the function on the map (`aufgabe`)."""
    names = [function.id for function in plan.functions]
    chosen = pick(query, "aufgabe", names, names[0])
    function = plan.functions[names.index(chosen)]
    options = [(each.id, name_of(each)) for each in plan.functions]
    here = reverse("gemeinsam_plan", args=[plan.id])
    page = Page(
        title=words.title(plan),
        sentence=words.saving(plan),
        picture=_map(plan, function, shelf),
        sheet=assigned_sheet(plan),
        choices=[Choice("aufgabe", _("Aufgabe auf der Karte"), options, chosen)],
        notes=words.notes(plan),
        origin=words.origin(plan),
        steps=[(reverse("gemeinsam"), _("Alle durchgerechneten Vorhaben")), (reverse("bedarf"), _("Was die Region braucht"))],
    )
    return Told(
        page=page,
        hosts=[(name_of(each), hosts_of(plan, each), f"{here}?aufgabe={each.id}") for each in plan.functions],
        robust=words.robust(plan),
        gains=_gains(plan),
        gains_words=words.gains_words(plan),
        gains_sheet=gains_sheet(plan),
        sheets=[functions_sheet(plan), assumptions_sheet(plan)],
        command=f"allmende sharing solve kostenspiel-{plan.id}-{plan.outlook}.json --method nucleolus",
    )


def _map(plan: JointPlan, function: Hosted, shelf: Shelf) -> Picture:
    lon, lat = (np.array([getattr(partner, name) for partner in plan.partners]) for name in ("lon", "lat"))
    east, north = to_laea(lon, lat, WGS84)
    places = {
        partner.ags: (float(x), float(y)) for partner, x, y in zip(plan.partners, east.tolist(), north.tolist(), strict=True)
    }
    before = Plan({plan.name(ags): at for ags, at in places.items()}, [(at, plan.name(ags)) for ags, at in places.items()])
    after = Plan(
        {plan.name(ags): places[ags] for ags in function.hosts},
        [(at, plan.name(function.assigned[ags])) for ags, at in places.items()],
    )
    label = _(
        "Zwei Karten für %(function)s: erst jede Gemeinde für sich, dann gemeinsam bei %(hosts)s. Wer wohin geht, steht in der "
        "Tabelle."
    ) % {"function": name_of(function), "hosts": hosts_of(plan, function)}
    titles = (_("Jede für sich"), _("Gemeinsam: %(function)s") % {"function": name_of(function)})
    outlines = [shelf.sketches[ags] for ags in places]
    legend = [("host kept", _("Standort")), ("host closed", _("nicht mehr nötig"))]
    return drawn(lambda width: siting_map(outlines, before, after, label, width, titles=titles), legend)


def _gains(plan: JointPlan) -> Picture:
    partners = sorted(plan.partners, key=lambda partner: -partner.gain)
    rows = [Share(partner.name, partner.gain, partner.gain_low, partner.gain_high) for partner in partners]
    label = _("Was jede Gemeinde im Jahr spart oder mehr zahlt. Die Zahlen stehen in der Tabelle darunter.")
    legend = [("gain", _("spart im Jahr")), ("interval", _("80 % wahrscheinlich"))]
    if any(partner.gain < 0 for partner in partners):
        legend.insert(1, ("loss", _("zahlt mehr im Jahr")))
    return drawn(lambda width: share_bars(rows, label, signed_euros, width), legend)
