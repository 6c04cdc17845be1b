"""The tables of a plan: who goes where, what each function brings, who gains, what it rests on; and the same as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import floor, log10
from typing import Any

from django.utils.translation import gettext as _

from allmende.needs.services import OLDEST
from allmende.outlook.joint_plan import Hosted, JointPlan
from allmende.portal import wording
from allmende.portal.outlook.needs_words import source
from allmende.portal.outlook.words import between, rounded, step_of
from allmende.portal.page import Sheet

THOUSAND = 1000


def euros(value: float, step: int = THOUSAND) -> str:
    """Write money to a round step: "1 350 000 €" with spaces at which no line breaks."""
    return f"{rounded(value, step)}{wording.HARD}€"


def signed_euros(value: float, step: int = THOUSAND) -> str:
    """Write a gain or a loss with its sign."""
    return f"{wording.signed(round(value / step) * step)}{wording.HARD}€"


def minutes(value: float) -> str:
    """Write minutes on the way."""
    return _("%(minutes)s min") % {"minutes": wording.number(value)}


def name_of(function: Hosted) -> str:
    """Name a function in the language of the page."""
    return function.title[wording.language()]


def hosts_of(plan: JointPlan, function: Hosted) -> str:
    """Name the hosts of a function."""
    if len(function.hosts) == len(plan.partners):
        return _("alle, jede für sich")
    return ", ".join(sorted(plan.name(host) for host in function.hosts))


def fixed_saved(plan: JointPlan, function: Hosted) -> float:
    """Return the money a year for hosts that are no longer needed."""
    return function.fixed_cost * (len(plan.partners) - len(function.hosts))


def ways_more(plan: JointPlan, function: Hosted) -> float:
    """Return the money a year that longer ways cost, for the median demand."""
    price = function.ways * plan.minute_value
    longer = sum(function.demand[ags] * (function.minutes[ags] - function.minutes_alone[ags]) for ags in function.demand)
    return price * longer


def assigned_sheet(plan: JointPlan) -> Sheet:
    """Tell who goes where: partners by functions."""
    rows = []
    for partner in sorted(plan.partners, key=lambda partner: partner.name):
        cells = [_goes(plan, function, partner.ags) for function in plan.functions]
        rows.append([partner.name, *cells])
    head = [_("Gemeinde"), *(name_of(function) for function in plan.functions)]
    caption = _("Wohin die Menschen jeder Gemeinde %(year)s gingen, und wie lange eine Fahrt dauert") % {"year": plan.year}
    return Sheet(caption, head, rows, _("Wer geht wohin?"))


def _goes(plan: JointPlan, function: Hosted, ags: str) -> str:
    host = function.assigned[ags]
    told = {"place": plan.name(host), "minutes": minutes(function.minutes[ags])}
    if host == ags:
        return _("● im Ort, %(minutes)s") % told
    return _("→ %(place)s, %(minutes)s") % told


def gains_sheet(plan: JointPlan) -> Sheet:
    """Set what each partner pays alone beside what it pays together, and what it gains."""
    rows = []
    for partner in sorted(plan.partners, key=lambda partner: -partner.gain):
        step = max(step_of(partner.gain_low, partner.gain_high), 100)
        ends = f"{between(partner.gain_low, partner.gain_high, step)}{wording.HARD}€"
        rows.append(
            [
                partner.name,
                euros(partner.alone),
                euros(partner.pays),
                signed_euros(partner.gain, step),
                ends,
                _percent_of(partner.gain, partner.alone),
            ]
        )
    head = [_("Gemeinde"), _("allein"), _("gemeinsam"), _("spart im Jahr"), _("80 % wahrscheinlich"), _("Anteil")]
    return Sheet(_("Was jede Gemeinde %(year)s allein und gemeinsam zahlt") % {"year": plan.year}, head, rows)


def _percent_of(part: float, whole: float) -> str:
    return wording.percent(part / whole, 0) if whole else "–"


def functions_sheet(plan: JointPlan) -> Sheet:
    """Tell what each function brings: fewer hosts, longer ways."""
    rows = []
    for function in plan.functions:
        fixed, ways = fixed_saved(plan, function), ways_more(plan, function)
        rows.append(
            [
                name_of(function),
                f"{len(plan.partners)} → {len(function.hosts)}",
                euros(fixed),
                euros(ways),
                signed_euros(fixed - ways),
                minutes(max(function.minutes.values())),
            ]
        )
    head = [
        _("Aufgabe"), _("Standorte"), _("Standorte gespart"), _("Wege teurer"), _("bleibt im Jahr"), _("weiteste Gemeinde"),
    ]  # fmt: skip
    return Sheet(
        _("Was jede Aufgabe bringt, bei mittlerem Bedarf, auf Tausend gerundet"), head, rows, _("Was bringt welche Aufgabe?")
    )


def assumptions_sheet(plan: JointPlan) -> Sheet:
    """List what the costs and the demand of each function rest on."""
    rows = []
    for function in plan.functions:
        demand, unit = sum(function.demand.values()), function.unit[wording.language()]
        bound = ", ".join(_term(name, value) for name, value in function.terms.items()) or "–"
        rows.append(
            [
                name_of(function),
                f"{wording.number(round(demand, -1))} {unit}",
                "; ".join(_quota(quota) for quota in function.quotas),
                euros(function.fixed_cost),
                wording.number(function.ways, 0 if function.ways == int(function.ways) else 1),
                bound,
                function.source[wording.language()],
            ]
        )
    head = [
        _("Aufgabe"), _("Bedarf aller"), _("Bedarf je Kopf"), _("Kosten je Standort im Jahr"), _("Fahrten je Fall"),
        _("Bedingungen"), _("Kosten nach"),
    ]  # fmt: skip
    return Sheet(_("Worauf der Plan beruht"), head, rows, _("Annahmen je Aufgabe mit Quelle"))


def _quota(quota: Mapping[str, Any]) -> str:
    """Write a quota with its ages, how sure it is, and its source."""
    told, assumed = source(quota["source"])
    digits = max(1 - floor(log10(quota["value"])), 0) if quota["value"] else 0
    words = {
        "ages": wording.band(f"{quota['low']}-{quota['high']}" if quota["high"] < OLDEST else f"{quota['low']}+"),
        "value": wording.number(quota["value"], digits),
        "spread": wording.percent(quota["spread"], 0),
        "source": _("Annahme") if assumed else told,
    }
    if quota["spread"]:
        return _("%(ages)s: %(value)s ± %(spread)s (%(source)s)") % words
    return _("%(ages)s: %(value)s (%(source)s)") % words


def _term(name: str, value: float) -> str:
    words = {
        "min_load": _("mindestens %(value)s je Standort"),
        "capacity": _("höchstens %(value)s je Standort"),
        "reach": _("höchstens %(value)s min im Mittel einer Gemeinde"),
        "sites": _("genau %(value)s Standorte"),
    }
    return words[name] % {"value": wording.number(value)}


def csv_lines(plan: JointPlan) -> Iterator[str]:
    """Yield one line per function and partner."""
    yield "\ufeffoutlook;release;plan;year;function;ags;municipality;host;minutes;minutes_alone;demand_median\r\n"
    for function in plan.functions:
        for partner in plan.partners:
            ags = partner.ags
            figures = f"{function.minutes[ags]:.1f};{function.minutes_alone[ags]:.1f};{function.demand[ags]:.1f}"
            start = f"{plan.outlook};{plan.release};{plan.id};{plan.year};{function.id}"
            yield f"{start};{ags};{partner.name};{function.assigned[ags]};{figures}\r\n"
