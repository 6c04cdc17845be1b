"""A service without figures: which quotas no source gives, and where to write them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from allmende.outlook.needs import ServiceNeeds
from allmende.portal import wording
from allmende.portal.outlook.needs_words import ages, title
from allmende.portal.page import Page, Sheet


def missing_page(needs: ServiceNeeds) -> Page:
    """Say which quotas are missing and where they are written."""
    service = needs.service
    rows = [
        [part.title[wording.language()], ages(quota.span), quota.required[wording.language()]]
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
        sheet=Sheet(_("Was fehlt"), [_("Teil"), _("Alter"), _("gebraucht wird")], rows, _("Was fehlt")),
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
