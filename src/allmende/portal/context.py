"""What every page knows: the region, the places of the navigation, the same page in the other language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from allmende.errors import AllmendeError
from allmende.portal import wording
from allmende.portal.navigation import places
from allmende.portal.public import shelf


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return the context that the layout needs; without a release only the parts that need none."""
    told: dict[str, Any] = {
        "language": wording.language(),
        "languages": _languages(request),
        "places": places(request),
        "basemap": settings.ALLMENDE_BASEMAP,
    }
    try:
        publication = shelf().publication
    except AllmendeError:
        return told
    return told | {
        "region": publication.region,
        "region_name": publication.region.name[wording.language()],
        "release": publication.id,
        "released": publication.created,
    }


def _languages(request: HttpRequest) -> list[dict[str, Any]]:
    """Return this very view in each language: the same path with or without /en, the same choices."""
    path = request.path.removeprefix("/en")
    query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
    try:
        resolve(path if path.startswith("/") else "/")
    except Resolver404:
        path = "/"
    path = path if path.startswith("/") else f"/{path}"
    here = wording.language()
    return [
        {"code": code, "name": name, "address": f"{prefix}{path}{query}", "here": code == here}
        for code, name, prefix in (("de", "Deutsch", ""), ("en", "English", "/en"))
    ]
