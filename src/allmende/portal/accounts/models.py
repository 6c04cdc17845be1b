"""People and their memberships."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

ROLES = [("member", _("Mitglied"))]
"""What a person may be in a municipality; without any membership a visitor belongs to the public."""


class People(UserManager["Person"]):
    """Makes people by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:  # type: ignore[override]
        """Create a person; the password is stored as an Argon2 hash."""
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractUser):
    """Somebody who may sign in, known by the e-mail address."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("E-Mail-Adresse"), unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[People] = People()

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class Membership(models.Model):
    """One person's role in one municipality."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    ags = models.CharField(_("Gemeinde (AGS)"), max_length=8)
    role = models.CharField(_("Rolle"), max_length=20, choices=ROLES, default="member")

    class Meta:
        """One role per person and municipality."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "ags"], name="one_role_per_municipality")]

    def __str__(self) -> str:
        return f"{self.person}: {self.role} {self.ags}"
