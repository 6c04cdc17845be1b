"""What a siting plan says in sentences: what it saves, who gains, how robust it is, and what it rests on."""

from __future__ import annotations

import numpy as np
from django.urls import reverse
from django.utils.translation import gettext as _

from allmende.outlook.joint_plan import Hosted, JointPlan
from allmende.portal import wording
from allmende.portal.outlook.stories.siting_tables import euros, fixed_saved, name_of, ways_more
from allmende.portal.outlook.words import explained, step_of
from allmende.portal.page import Fact

PROVED = 1e-6
"""A gap below this is none."""


def title(plan: JointPlan) -> str:
    """Name a plan."""
    return plan.title[wording.language()]


def members(plan: JointPlan) -> str:
    """Name its partners."""
    return _("Mit %(names)s.") % {"names": ", ".join(sorted(partner.name for partner in plan.partners))}


def saving(plan: JointPlan) -> str:
    """Say what it saves a year, and how sure that is."""
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


def robust(plan: JointPlan) -> str:
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


def gains_words(plan: JointPlan) -> str:
    """Say who gains, and whether that is sure."""
    losing = sorted(partner.name for partner in plan.partners if partner.gain < 0)
    doubtful = sorted(partner.name for partner in plan.partners if partner.gain >= 0 and partner.worse > 0.1)
    if losing:
        return _("%(names)s zahlten mehr als allein und müssten einen Ausgleich bekommen.") % {"names": ", ".join(losing)}
    if doubtful:
        return _("Alle gewinnen im Mittel; für %(names)s ist es nicht sicher.") % {"names": ", ".join(doubtful)}
    worst = max(partner.worse for partner in plan.partners)
    if not worst:
        return _("Alle gewinnen, und zwar in allen gerechneten Zukünften, wenn die Kosten stimmen.")
    share = np.floor(100 * (1 - worst)) / 100
    return _("Alle gewinnen, jede in mindestens %(share)s der Zukünfte, wenn die Kosten stimmen.") % {
        "share": wording.percent(share, 0)
    }


def notes(plan: JointPlan) -> list[str]:
    """Say what limits the figures of a plan."""
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


def origin(plan: JointPlan) -> tuple[Fact, ...]:
    """Say where a plan comes from and what it rests on."""
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
