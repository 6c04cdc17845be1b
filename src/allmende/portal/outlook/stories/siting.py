"""Who would host what if neighbours shared functions: what it saves against going alone, who gains, and how robust it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from allmende.areas.projection import to_laea
from allmende.outlook.refusal import Refusal
from allmende.outlook.siting import Hosted, JointPlan
from allmende.portal import wording
from allmende.portal.drawing import Plan, Share, share_bars, siting_map
from allmende.portal.outlook.stories.siting_refused import Refused, refused
from allmende.portal.outlook.stories.siting_tables import (
    assigned_sheet,
    assumptions_sheet,
    euros,
    fixed_saved,
    functions_sheet,
    gains_sheet,
    hosts_of,
    name_of,
    signed_euros,
    ways_more,
)
from allmende.portal.outlook.words import explained, step_of
from allmende.portal.page import Choice, Fact, Page, Picture, Sheet, drawn, pick
from allmende.portal.public import Shelf

WGS84 = "EPSG:4326"
PROVED = 1e-6
"""A gap below this is none."""


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
    cards = [
        Card(_title(plan), f"{_saving(plan)} {_members(plan)}", reverse("gemeinsam_plan", args=[plan.id])) for plan in plans
    ]
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
        title=_title(plan),
        sentence=_saving(plan),
        picture=_map(plan, function, shelf),
        sheet=assigned_sheet(plan),
        choices=[Choice("aufgabe", _("Aufgabe auf der Karte"), options, chosen)],
        notes=_notes(plan),
        origin=_origin(plan),
        steps=[(reverse("gemeinsam"), _("Alle durchgerechneten Vorhaben")), (reverse("bedarf"), _("Was die Region braucht"))],
    )
    return Told(
        page=page,
        hosts=[(name_of(each), hosts_of(plan, each), f"{here}?aufgabe={each.id}") for each in plan.functions],
        robust=_robust(plan),
        gains=_gains(plan),
        gains_words=_gains_words(plan),
        gains_sheet=gains_sheet(plan),
        sheets=[functions_sheet(plan), assumptions_sheet(plan)],
        command=f"allmende sharing solve kostenspiel-{plan.id}-{plan.outlook}.json --method nucleolus",
    )


def _title(plan: JointPlan) -> str:
    return plan.title[wording.language()]


def _members(plan: JointPlan) -> str:
    return _("Mit %(names)s.") % {"names": ", ".join(sorted(partner.name for partner in plan.partners))}


def _saving(plan: JointPlan) -> str:
    step = max(step_of(plan.saved_low, plan.saved_high), 100)
    told = {
        "count": len(plan.partners), "year": plan.year, "functions": len(plan.functions),
        "saved": euros(abs(plan.saved), step), "low": euros(plan.saved_low, step), "high": euros(plan.saved_high, step),
        "share": wording.percent(abs(plan.saved) / plan.alone, 0) if plan.alone else "–",
    }  # fmt: skip
    if plan.saved > 0:
        return (
            _(
                "Teilten sich diese %(count)s Gemeinden %(functions)s Aufgaben, sparten sie %(year)s zusammen rund %(saved)s, "
                "%(share)s gegenüber dem Alleingang (80 %%: %(low)s bis %(high)s)."
            )
            % told
        )
    return (
        _(
            "Teilten sich diese %(count)s Gemeinden %(functions)s Aufgaben zu diesen Bedingungen, zahlten sie %(year)s "
            "zusammen rund %(saved)s mehr als allein."
        )
        % told
    )


def _robust(plan: JointPlan) -> str:
    """Say how good the plan is in the mean, and how wrong it can turn out."""
    told = {
        "draws": wording.number(plan.draws), "gap": wording.percent(plan.gap), "regret": euros(plan.regret, _fine(plan.regret)),
        "tried": plan.tried, "share": wording.percent(plan.regret / plan.cost if plan.cost else 0.0),
    }  # fmt: skip
    if plan.gap <= PROVED:
        said = [_("Im Mittel von %(draws)s Zukünften ist kein Plan günstiger; das ist bewiesen.") % told]
    else:
        said = [_("Im Mittel von %(draws)s Zukünften könnte ein anderer Plan höchstens %(gap)s günstiger sein.") % told]
    if plan.regret < 1:
        said.append(_("Er ist auch in jeder von %(tried)s einzeln geprüften Zukünften der günstigste.") % told)
    else:
        said.append(
            _(
                "Kommt es anders, kostet er höchstens %(regret)s im Jahr mehr (%(share)s) als der Plan, der dann der beste "
                "gewesen wäre: so in %(tried)s einzeln geprüften Zukünften."
            )
            % told
        )
    if plan.infeasible:
        said.append(_("In %(count)s davon hält kein Plan alle Bedingungen ein.") % {"count": plan.infeasible})
    return " ".join(said)


def _fine(value: float) -> int:
    return 1000 if value >= 20_000 else 100


def _gains_words(plan: JointPlan) -> str:
    losing = sorted(partner.name for partner in plan.partners if partner.gain < 0)
    doubtful = sorted(partner.name for partner in plan.partners if partner.gain >= 0 and partner.worse > 0.1)
    if losing:
        return _("%(names)s zahlten mehr als allein und müssten einen Ausgleich bekommen.") % {"names": ", ".join(losing)}
    if doubtful:
        return _("Alle gewinnen im Mittel; für %(names)s ist es nicht sicher.") % {"names": ", ".join(doubtful)}
    share = np.floor(100 * (1 - max(partner.worse for partner in plan.partners))) / 100
    return _("Alle gewinnen, jede in mindestens %(share)s der Zukünfte, wenn die Kosten stimmen.") % {
        "share": wording.percent(share, 0)
    }


def _notes(plan: JointPlan) -> list[str]:
    notes = [
        _("Unsicher ist hier nur der Bedarf. Die Kosten gelten als bekannt: Prüfen Sie sie, bevor Sie über Standorte sprechen.")
    ]
    fixed = sum(fixed_saved(plan, function) for function in plan.functions)
    ways = sum(ways_more(plan, function) for function in plan.functions)
    if 0 < ways < fixed:
        notes.append(
            _("Dieser Plan lohnt sich, solange eine Minute Weg weniger als %(factor)s-mal so viel kostet wie angenommen.")
            % {"factor": wording.number(np.floor(10 * fixed / ways) / 10, 1)}
        )
    notes.append(
        _(
            "Allein heißt: Jede Gemeinde hält jede Aufgabe selbst vor. Wer sie heute gar nicht anbietet oder schon teilt, "
            "spart weniger."
        )
    )
    risky = [_risk(plan, function) for function in plan.functions if max(function.at_risk.values()) >= 0.05]
    return notes + risky


def _risk(plan: JointPlan, function: Hosted) -> str:
    host, share = max(function.at_risk.items(), key=lambda item: item[1])
    return _("%(function)s in %(host)s: In %(share)s der Zukünfte passt der Bedarf nicht zu Mindestlast oder Kapazität.") % {
        "function": name_of(function), "host": plan.name(host), "share": wording.percent(share, 0),
    }  # fmt: skip


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


def _origin(plan: JointPlan) -> tuple[Fact, ...]:
    told = {
        "year": plan.year, "draws": wording.number(plan.draws), "size": wording.number(plan.size),
        "day": wording.key_day("12-31", plan.settled), "value": wording.number(plan.minute_value, 2),
        "source": plan.minute_source[wording.language()], "gap": wording.percent(plan.gap), "far": wording.number(plan.far),
    }  # fmt: skip
    people = _("veröffentlichte Zellen von %(size)s m, %(day)s") if plan.size else _("eine Mitte je Gemeinde, %(day)s")
    demand = _("Menschen %(year)s aus %(draws)s gezogenen Zukünften mal Bedarf je Kopf")
    method = _("ganzzahlige Optimierung aller Aufgaben zugleich; die Lücke zum bestmöglichen Plan ist %(gap)s")
    far = _("rund %(far)s Menschen wohnen weit von jeder bekannten Straße; ihre Wege sind zu kurz gerechnet")
    return (
        Fact(_("Bedarf"), demand % told, reverse("treffsicherheit")),
        Fact(_("Wege"), _ways(plan)),
        Fact(_("Wo Menschen wohnen"), people % told),
        *([Fact(_("Ungenau"), far % told)] if plan.far >= 1 else []),
        Fact(_("Eine Minute Weg"), _("%(value)s €, %(source)s") % told),
        Fact(_("Wer zahlt was"), _rule(plan)),
        Fact(_("Bedingungen für alle"), _terms(plan)),
        Fact(_("Verfahren"), method % told),
        Fact(_("Vorausschau"), plan.outlook, reverse("vorausschau")),
        Fact(_("Veröffentlichung"), plan.release, reverse("veroeffentlichung", args=[plan.release])),
        explained("kostenspiel", _("Was gemeinsamer Standort, Alleingang und Kernbedingung heißen")),
    )


def _ways(plan: JointPlan) -> str:
    if plan.by_road:
        return _(
            "kürzeste Fahrzeit auf dem Straßennetz, ohne Stau, Bus und Bahn, von jeder bewohnten Zelle zur Mitte der Gemeinde"
        )
    return _("Luftlinie mal Umwegfaktor, weil keine Straßen vorliegen, von jeder bewohnten Zelle zur Mitte der Gemeinde")


def _rule(plan: JointPlan) -> str:
    return {
        "demand": _("Standorte nach Bedarf, jede Gemeinde ihre Wege selbst"),
        "equal": _("Standorte zu gleichen Teilen, jede Gemeinde ihre Wege selbst"),
        "host": _("Standorte die Gemeinde, in der sie stehen, jede Gemeinde ihre Wege selbst"),
    }[plan.rule]


def _terms(plan: JointPlan) -> str:
    said = [_("jede Aufgabe am nächsten Standort")]
    if plan.participation:
        said.append(_("niemand zahlt mehr als allein"))
    if "max_functions" in plan.terms:
        said.append(
            _("keine Gemeinde hat mehr als %(count)s Aufgaben") % {"count": wording.number(plan.terms["max_functions"])}
        )
    if "min_share" in plan.terms:
        said.append(_("jede Gemeinde hat mindestens %(count)s Aufgaben") % {"count": wording.number(plan.terms["min_share"])})
    return "; ".join(said)
