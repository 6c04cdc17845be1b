"""Where a reader can go from a page of the look ahead."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from allmende.portal.places import Place

Step = tuple[str, str]


def ways(place: Place) -> list[Step]:
    """Return the next steps from any view of a place."""
    moves = reverse("bewegungen", args=[place.key]) + "?bild=mitglieder"
    between = [(moves, _("Wer zieht von wo nach wo? Umzüge zwischen den Mitgliedern"))] if place.kind == "region" else []
    return [
        (reverse("bedarf") + f"?gebiet={place.key}", _("Was heißt das für Kita, Schule und Pflege? Zum Bedarf")),
        (reverse("szenario") + f"?gebiet={place.key}", _("Was wäre, wenn? An Hebeln ziehen")),
        (reverse("vorausschau_rueckschau", args=[place.key]), _("Wie gut hätte die Vorausschau früher getroffen?")),
        *between,
        (reverse("gebiet", args=[place.key]), _("Was heute ist: zu den Daten")),
    ]
