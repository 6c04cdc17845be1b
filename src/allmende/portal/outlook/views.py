"""The pages of the look ahead: find outlook and place, let a story be told, render. No figure is computed here."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from allmende.portal import wording
from allmende.portal.outlook import download
from allmende.portal.outlook.cells_sight import known_cells
from allmende.portal.outlook.sight import Sight, Story, areas, sight_of
from allmende.portal.outlook.stories.change import change_map
from allmende.portal.outlook.stories.hindsight import hindsight
from allmende.portal.outlook.stories.population import population
from allmende.portal.outlook.stories.track import track
from allmende.portal.outlook.words import assumptions, lives_in
from allmende.portal.public import shelf


def nothing(request: HttpRequest) -> HttpResponse:
    """Say what will be here, and how it comes about."""
    return render(request, "outlook/none.html")


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the region: how many people, how sure, and where they become more or fewer."""
    sight = sight_of(request, "region")
    if sight is None:
        return nothing(request)
    page = population(sight, request.GET)
    return render(request, "outlook/overview.html", {
        "page": page, "place": sight.place, "map": change_map(sight, request.GET), "areas": areas(sight),
        "tabs": _tabs(sight, "vorausschau_gebiet"), "assumptions": assumptions(sight.ahead.outlook), **_standing(sight),
    })  # fmt: skip


@require_safe
def find_area(request: HttpRequest) -> HttpResponse:
    """Lead from the select field to the page of the chosen area, to what was said before if the field stands beside that."""
    sight = sight_of(request, request.GET.get("gebiet", "region"))
    if sight is None:
        return HttpResponseRedirect(reverse("vorausschau"))
    before = request.GET.get("sicht") == "rueckschau"
    return HttpResponseRedirect(reverse("vorausschau_rueckschau", args=[sight.place.key]) if before else lives_in(sight.place))


@require_safe
def area(request: HttpRequest, key: str, story: Story, view: str) -> HttpResponse:
    """Show one thought about the future of one place."""
    sight = sight_of(request, key)
    if sight is None:
        return nothing(request)
    around = sight.shelf.atlas.way(sight.place, wording.language())
    return render(request, "outlook/area.html", {
        "page": story(sight, request.GET), "place": sight.place, "view": view, "tabs": _tabs(sight, view),
        "way": [(lives_in(one), one.name) for one in around if one.kind != "region" and sight.ahead.knows(one)],
        "assumptions": assumptions(sight.ahead.outlook), **_standing(sight),
    })  # fmt: skip


@require_safe
def track_record(request: HttpRequest) -> HttpResponse:
    """Show how good the look ahead would have been in earlier years."""
    sight = sight_of(request, "region")
    if sight is None:
        return nothing(request)
    told = track(sight.ahead, request.GET)
    return render(request, "outlook/track.html", {
        "page": told.page, "errors": told.errors, "weights": told.weights, "assumptions": assumptions(sight.ahead.outlook),
        "said": hindsight(sight, QueryDict()), "place": sight.place, "areas": areas(sight), **_standing(sight),
    })  # fmt: skip


@require_safe
def population_csv(request: HttpRequest, key: str) -> HttpResponse:
    """Send the bands of a place for all years, with quantiles."""
    return _file(request, key, download.population_lines, "bevoelkerung")


@require_safe
def ages_csv(request: HttpRequest, key: str) -> HttpResponse:
    """Send the people of a place by sex, age, year and variant; five-year groups where single ages carry no weight."""
    return _file(request, key, download.age_lines, "alter")


def _file(request: HttpRequest, key: str, write: download.Write, name: str) -> HttpResponse:
    sight = sight_of(request, key)
    if sight is None:
        raise Http404(_("Es gibt noch keine Vorausschau."))
    response = HttpResponse("".join(write(sight)), content_type="text/csv; charset=utf-8")
    outlook = sight.ahead.outlook.id
    response["Content-Disposition"] = f'attachment; filename="{name}-{sight.ahead.key(sight.place)}-{outlook}.csv"'
    return response


def _tabs(sight: Sight, view: str) -> list[dict[str, object]]:
    """Return the thoughts about the future of a place, in order."""
    words = {
        "vorausschau_gebiet": _("Entwicklung"),
        "vorausschau_alter": _("Altersaufbau"),
        "vorausschau_bilanz": _("Bilanz"),
        "vorausschau_flaeche": _("Alter und Zeit"),
        "vorausschau_karte": _("Karte"),
        "vorausschau_raster": _("Raster"),
        "vorausschau_rueckschau": _("Rückschau"),
    }
    if sight.place.kind not in ("region", "municipality") or sight.place.key in sight.ahead.outlook.units:
        del words["vorausschau_karte"]
    if not known_cells(sight):
        del words["vorausschau_raster"]
    addresses = {view: reverse(view, args=[sight.place.key]) for view in words} | {"vorausschau_gebiet": lives_in(sight.place)}
    return [{"name": name, "address": addresses[key], "here": key == view} for key, name in words.items()]


def _standing(sight: Sight) -> dict[str, object]:
    """Say whether the outlook stands on the release in force."""
    current = shelf().publication.id
    return {"outlook": sight.ahead.outlook.id, "behind": current if sight.ahead.outlook.release != current else ""}
