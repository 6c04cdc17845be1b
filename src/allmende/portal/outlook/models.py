"""Scenarios that members keep, what municipalities say to them, and a line for every step."""

from __future__ import annotations

import hashlib
import json
from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from allmende.errors import Refused

DRAFT, SHARED, PROPOSED, AGREED = "draft", "shared", "proposed", "agreed"
STATES = [
    (DRAFT, _("Entwurf")),
    (SHARED, _("geteilt")),
    (PROPOSED, _("der Region vorgeschlagen")),
    (AGREED, _("vereinbart")),
]


class Scenario(models.Model):
    """Levers on an outlook, with the answer as it was computed: readable even when the outlook is gone."""

    number = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(_("Name"), max_length=80)
    note = models.TextField(_("Wozu"), max_length=1000, blank=True)
    owner = models.CharField(_("Gemeinde (AGS)"), max_length=8)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="scenarios")
    status = models.CharField(_("Stand"), max_length=10, choices=STATES, default=DRAFT)
    version = models.PositiveIntegerField(_("Fassung"), null=True, unique=True)
    outlook = models.CharField(_("Vorausschau"), max_length=80)
    release = models.CharField(_("Veröffentlichung"), max_length=80)
    audience = models.CharField(_("Lesbar für"), max_length=20)
    asked = models.TextField(blank=True)
    levers: Any = models.JSONField(default=dict)
    answer: Any = models.JSONField(default=dict)
    seal = models.CharField(max_length=64, blank=True)
    after = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="successors")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the scenario; what was agreed is never written again."""
        self._refuse_if_frozen()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Forget the scenario, unless it was agreed."""
        self._refuse_if_frozen()
        return super().delete(*args, **kwargs)

    def fingerprint(self) -> str:
        """Return a hash of all that was agreed on: name, levers, outlook and answer."""
        told = [self.name, self.note, self.outlook, self.release, self.levers, self.answer]
        return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    @property
    def intact(self) -> bool:
        """Whether an agreed scenario still holds what was agreed on."""
        return self.status != AGREED or self.seal == self.fingerprint()

    def _refuse_if_frozen(self) -> None:
        if Scenario.objects.filter(number=self.number, status=AGREED).exists():
            raise Refused(
                f"The scenario {self.name!r} was agreed by the region and cannot change.",
                todo="Compute it anew: this makes a draft with the same levers.",
            )


class Consent(models.Model):
    """What one municipality says to a scenario that was proposed to the region."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="consents")
    ags = models.CharField(_("Gemeinde (AGS)"), max_length=8)
    agrees = models.BooleanField(_("stimmt zu"))
    note = models.CharField(_("Begründung"), max_length=400, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    when = models.DateTimeField(auto_now=True)

    class Meta:
        """One word per municipality."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["scenario", "ags"], name="one_consent_per_municipality")]

    def __str__(self) -> str:
        return f"{self.ags}: {self.agrees}"


class Line(models.Model):
    """One step in the life of a scenario: who did what for which municipality, and when. Lines are only added."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="lines")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    ags = models.CharField(max_length=8, blank=True)
    step = models.CharField(max_length=20)
    when = models.DateTimeField(auto_now_add=True)

    class Meta:
        """In the order in which they happened."""

        ordering: ClassVar = ["when", "pk"]

    def __str__(self) -> str:
        return f"{self.when:%Y-%m-%d} {self.step} {self.ags}"
