"""The pages of needs: find outlook, service and area, let a story be told, render. No figure is computed here."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from allmende.outlook.needs import ServiceNeeds
from allmende.portal.outlook.needs_sight import Stand, View, access_of, choices, choose, stand_of
from allmende.portal.outlook.needs_words import page_of, subject, title
from allmende.portal.outlook.stories.needs_missing import missing_page
from allmende.portal.outlook.stories.needs_overview import overview
from allmende.portal.outlook.stories.needs_paper import paper
from allmende.portal.outlook.stories.needs_reach import reach_page
from allmende.portal.outlook.stories.needs_service import service_page
from allmende.portal.outlook.stories.needs_tables import csv_lines
from allmende.portal.outlook.stories.needs_ways import ways_page
from allmende.portal.page import unheard


@require_safe
def needs_overview(request: HttpRequest) -> HttpResponse:
    """Show all services: a small picture and a sentence each, and who is short from when."""
    stand = stand_of(request)
    if stand is None:
        return render(request, "outlook/needs_none.html")
    told = overview(stand, request.GET)
    return render(request, "outlook/needs_overview.html", {"told": told, "page": told.page, **standing(stand)})


@require_safe
def needs_service(request: HttpRequest, service: str) -> HttpResponse:
    """Show one service in one area."""
    stand, needs = _found(request, service)
    if needs is None or stand is None:
        return render(request, "outlook/needs_none.html")
    if not needs.areas:
        norm = needs.service.norm
        page, sites = reach_page(stand, needs, norm) if norm and not needs.service.parts else (missing_page(needs), None)
        return render(request, "outlook/needs_page.html", {"page": page, "sites": sites, "way": _way(), **standing(stand)})
    view = choose(stand, needs, request.GET)
    told = service_page(view)
    return render(request, "outlook/needs_service.html", {
        "told": told, "page": told.page, "view": view, "way": _way(), **standing(stand),
    })  # fmt: skip


@require_safe
def needs_ways(request: HttpRequest, service: str) -> HttpResponse:
    """Show who reaches a service within its norm, and where too little is within reach."""
    stand, needs = _found(request, service)
    measured = access_of(stand, service) if stand else None
    if stand is None or needs is None or measured is None:
        raise Http404(_("Wege zu diesem Dienst sind hier nicht gemessen."))
    page, parts = ways_page(stand, needs.service, measured, request.GET)
    way = [*_way(), (reverse("bedarf_dienst", args=[service]), title(needs.service))]
    return render(request, "outlook/needs_page.html", {"page": page, "sites": parts, "way": way, **standing(stand)})


@require_safe
def council_paper(request: HttpRequest, service: str) -> HttpResponse:
    """Show the council paper, to be printed."""
    view = _view(request, service)
    address = page_of(view)
    return render(request, "outlook/council_paper.html", {
        "paper": paper(view), "view": view, "link": request.build_absolute_uri(address), **standing(view.stand),
        "way": [*_way(), (address, subject(view))], "released": view.stand.shelf.publication.created,
    })  # fmt: skip


@require_safe
def needs_csv(request: HttpRequest, service: str) -> HttpResponse:
    """Send the balance of a part in an area, all years, as CSV."""
    view = _view(request, service)
    response = HttpResponse("".join(csv_lines(view)), content_type="text/csv; charset=utf-8")
    name = f"bedarf-{view.service.id}-{view.part.id}-{view.place.key}-{view.stand.ahead.outlook.id}"
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def standing(stand: Stand) -> dict[str, object]:
    """Say which outlook this is, and whether it stands on the release in force."""
    current, outlook = stand.shelf.publication.id, stand.ahead.outlook
    return {"outlook": outlook.id, "behind": current if outlook.release != current else ""}


def _found(request: HttpRequest, name: str) -> tuple[Stand | None, ServiceNeeds | None]:
    """Return the outlook and the needs of a service; Http404 for a service that the outlook does not have."""
    stand = stand_of(request)
    needs = stand.service(name) if stand else None
    if stand is not None and needs is None:
        raise Http404(_("Einen Dienst mit diesem Namen gibt es hier nicht."))
    return stand, needs


def _view(request: HttpRequest, name: str) -> View:
    """Return what a paper or a file is about; Http404 where the address chooses what is not there: both are passed on."""
    stand, needs = _found(request, name)
    if stand is None or needs is None or not needs.areas:
        raise Http404(_("Für diesen Dienst ist hier nichts gerechnet."))
    view = choose(stand, needs, request.GET)
    if unheard(request.GET, choices(view)):
        raise Http404(_("Was die Adresse wählt, gibt es hier nicht."))
    return view


def _way() -> list[tuple[str, str]]:
    return [(reverse("bedarf"), _("Bedarf"))]
