"""What visitors tell the operator."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Feedback(models.Model):
    """One message of a visitor, read with `allmende portal feedback`; an answer address is voluntary."""

    BARRIER, FIGURE, OTHER = "barrier", "figure", "other"
    ABOUT = (
        (BARRIER, _("Eine Barriere: etwas ist für mich nicht zugänglich")),
        (FIGURE, _("Eine Zahl: etwas scheint nicht zu stimmen")),
        (OTHER, _("Etwas anderes")),
    )

    about = models.CharField(_("Worum geht es?"), max_length=10, choices=ABOUT)
    page = models.CharField(_("Auf welcher Seite?"), max_length=500, blank=True)
    message = models.TextField(_("Ihre Nachricht"), max_length=5000)
    contact = models.EmailField(_("E-Mail-Adresse für eine Antwort"), blank=True)
    received = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.received:%Y-%m-%d} {self.about}: {self.message[:60]}"
