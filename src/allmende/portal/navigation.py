"""The places of the portal, in the order of the thread; a new room adds its first page here and stands in the navigation."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

PLACES = (("daten", gettext_lazy("Daten")), ("vorausschau", gettext_lazy("Vorausschau")))
"""Each place: the name of its first page in the URL configuration, and its word."""


def places(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the places with their addresses in the visitor's language, and which of them the visitor is in."""
    addresses = [(reverse(page), str(name)) for page, name in PLACES]
    return [{"name": name, "address": address, "here": request.path.startswith(address)} for address, name in addresses]
