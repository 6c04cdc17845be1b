"""Where the needs of a page come from, how sure they are, and what they cannot know."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.outlook.needs_sight import View
from allmende.portal.outlook.words import explained
from allmende.portal.page import Fact

YEAR_END = (12, 31)
"""The day to which a look ahead tells its people; those of any other day lie between two of them."""


def origin(view: View) -> tuple[Fact, ...]:
    """Return the facts; quotas and facilities stand in tables of their own."""
    outlook = view.stand.ahead.outlook
    day = wording.day_of_year("{:02}-{:02}".format(*view.service.key_date))
    assumed = len(view.service.assumptions())
    told = {"day": day, "draws": wording.number(view.needs.draws), "count": assumed, "last": wording.day_of_year("12-31")}
    key_date = (
        _("%(day)s jedes Jahres")
        if view.service.key_date == YEAR_END
        else _("%(day)s jedes Jahres; aus den Vorausschauen zum %(last)s davor und danach gemittelt")
    )
    quotas = (
        _("%(count)s Werte sind Annahmen; die Tabelle der Quoten nennt jeden") % told
        if assumed
        else _("alle Werte mit Quelle; sie stehen in der Tabelle der Quoten")
    )
    return (
        Fact(_("Menschen"), _("Vorausschau %(id)s") % {"id": outlook.id}, reverse("vorausschau")),
        Fact(_("Veröffentlichung"), outlook.release, reverse("veroeffentlichung", args=[outlook.release])),
        Fact(_("Stichtag"), key_date % told),
        Fact(_("Quoten"), quotas),
        Fact(
            _("Einrichtungen"),
            _("Liste der Region (facilities.csv) mit Plätzen, Öffnungen und Schließungen; Plätze, nicht Personal"),
        ),
        Fact(_("Wie sicher"), certainty(view)),
        Fact(_("Bewährt?"), _("Wie gut hätte die Vorausschau früher getroffen?"), reverse("treffsicherheit")),
        Fact(_("Was sie nicht weiß"), wording.sentence(unknown())),
        explained("quote", _("Was Bedarf, Quote, Einzugsbereich und Stichtag heißen")),
    )


def certainty(view: View) -> str:
    """Say what the intervals hold."""
    return _(
        "%(draws)s gezogene Zukünfte, jede mit ihrer eigenen Höhe der Quoten; so breit gemacht, dass sie frühere Jahre "
        "getroffen hätten"
    ) % {
        "draws": wording.number(view.needs.draws),
    }


def unknown() -> str:
    """Say what no figure of needs can know."""
    return _("Wünsche über die Quote hinaus, neue Rechtsansprüche, fehlendes Personal, und wer über die Grenze fährt")
