"""Services without figures: what is missing and where to write it; and what has to be there in time."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from allmende.needs.services import Norm
from allmende.outlook.needs import ServiceNeeds
from allmende.portal import wording
from allmende.portal.outlook.needs_sight import Stand
from allmende.portal.outlook.needs_words import ages, source, title
from allmende.portal.outlook.stories.needs_tables import NONE
from allmende.portal.page import Fact, Page, Sheet


def missing_page(needs: ServiceNeeds) -> Page:
    """Say which quotas are missing and where they are written."""
    service = needs.service
    rows = [
        [part.title[wording.language()], ages(quota.span), quota.required]
        for part in service.parts
        for quota in part.quotas
        if not quota.by_year
    ]
    told = {"count": len(rows), "file": f"services/{service.id}.toml"}
    return Page(
        title=title(service),
        sentence=_(
            "Der Bedarf lässt sich noch nicht rechnen: %(count)s Angaben fehlen, die keine Quelle für Ihre Region nennt."
        )
        % told,
        sheet=Sheet(_("Was fehlt"), [_("Angebot"), _("Alter"), _("gebraucht wird")], rows, _("Was fehlt")),
        notes=[
            _(
                "Schreiben Sie die Werte mit Quelle und Jahr in die Datei %(file)s im öffentlichen Ordner und lassen Sie die "
                "Vorausschau neu rechnen. Was Sie nur schätzen, nennen Sie „assumption“; diese Seite weist es dann als "
                "Annahme aus."
            )
            % told,
            _("Nichts ist an ihrer Stelle angenommen: Eine Quote, die nur so aussieht wie Ihre, wäre schlimmer als keine."),
        ],
        steps=[(reverse("bedarf"), _("Alle Dienste im Überblick"))],
    )


def reach_page(stand: Stand, needs: ServiceNeeds, norm: Norm) -> Page:
    """Show the norm and the sites of what has to be there in time, and say what its cover needs."""
    service = needs.service
    minutes = {
        "minutes": wording.number(norm.minutes),
        "before": wording.number(norm.before_driving),
        "drive": wording.number(norm.minutes - norm.before_driving),
        "share": wording.percent(norm.target, 0),
        "count": len(needs.facilities),
    }
    return Page(
        title=title(service),
        sentence=_(
            "%(share)s der Menschen sollen in %(minutes)s Minuten Hilfe haben; nach %(before)s Minuten bis zum Ausrücken "
            "bleiben %(drive)s Minuten Fahrt, von heute %(count)s Standorten."
        )
        % minutes,
        sheet=_sites(stand, needs),
        notes=[
            _(
                "Wie viele Menschen in dieser Zeit erreicht werden, rechnet die Vorausschau hier noch nicht: Dazu braucht sie "
                "das Straßennetz der Region. „allmende needs reach“ rechnet es aus Straßen, Standorten und Menschen."
            )
        ],
        origin=_norm_facts(norm),
        steps=[(reverse("bedarf"), _("Alle Dienste im Überblick"))],
    )


def _sites(stand: Stand, needs: ServiceNeeds) -> Sheet:
    rows = [
        [one.name, stand.place(one.area).name, *(wording.day(day) if day else NONE for day in (one.opens, one.closes))]
        for one in sorted(needs.facilities, key=lambda one: (one.area, one.name))
    ]
    return Sheet(_("Standorte, heute und geplant"), [_("Standort"), _("Gebiet"), _("ab"), _("bis")], rows, _("Alle Standorte"))


def _norm_facts(norm: Norm) -> tuple[Fact, ...]:
    words, assumed = source(norm.source)
    events = {"report": _("vom Eingang der Meldung an"), "alarm": _("von der Alarmierung an")}
    return (
        Fact(
            _("Hilfsfrist"),
            _("%(minutes)s Minuten, %(start)s")
            % {
                "minutes": wording.number(norm.minutes),
                "start": events.get(norm.start, norm.start),
            },
        ),
        Fact(_("Ziel"), wording.percent(norm.target, 0)),
        Fact(_("Quelle der Norm"), _("Annahme: %(source)s") % {"source": words} if assumed else words),
        Fact(_("Was sie nicht weiß"), _("Ob Freiwillige tagsüber am Ort sind, Verkehr, Wetter, zweite Einsätze")),
    )
