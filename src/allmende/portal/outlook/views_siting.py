"""The pages of shared functions: find the plans of the outlook, let a story be told, render. No figure is computed here."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from allmende.outlook.joint_plan import JointPlan
from allmende.outlook.siting_file import read_game, read_plans, read_refusals
from allmende.portal.accounts.services import audiences
from allmende.portal.outlook.ahead import Ahead, ahead
from allmende.portal.outlook.stories.siting import plan_page, plans_page
from allmende.portal.outlook.stories.siting_tables import csv_lines
from allmende.portal.public import shelf


@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """List the plans of the region, each with what it saves, and proposals that have none, with what would have to give."""
    found, known = _known(request)
    refusals = read_refusals(found.folder) if found else ()
    if found is None or not (known or refusals):
        return render(request, "outlook/siting_none.html")
    told = plans_page(known, refusals)
    return render(request, "outlook/siting_list.html", {"told": told, "page": told.page, **_standing(found)})


@require_safe
def plan(request: HttpRequest, name: str) -> HttpResponse:
    """Show one plan: who hosts what, what that saves, who gains, and how robust it is."""
    found, one = _plan(request, name)
    told = plan_page(one, shelf(), request.GET)
    way = [(reverse("gemeinsam"), _("Gemeinsame Aufgaben"))]
    return render(request, "outlook/siting_plan.html", {
        "told": told, "page": told.page, "plan": one, "way": way, **_standing(found),
    })  # fmt: skip


@require_safe
def plan_csv(request: HttpRequest, name: str) -> HttpResponse:
    """Send who goes where for each function, in how many minutes and with what demand."""
    _found, one = _plan(request, name)
    response = HttpResponse("".join(csv_lines(one)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="gemeinsam-{one.id}-{one.outlook}.csv"'
    return response


@require_safe
def plan_game(request: HttpRequest, name: str) -> HttpResponse:
    """Send what every coalition of the partners would pay, as `allmende sharing` reads it."""
    found, one = _plan(request, name)
    if not one.game:
        raise Http404(_("Für so viele Gemeinden gibt es kein Kostenspiel."))
    response = HttpResponse(read_game(found.folder, one.id), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="kostenspiel-{one.id}-{one.outlook}.json"'
    return response


def _known(request: HttpRequest) -> tuple[Ahead | None, tuple[JointPlan, ...]]:
    found = ahead(audiences(request.user))
    return found, read_plans(found.folder) if found else ()


def _plan(request: HttpRequest, name: str) -> tuple[Ahead, JointPlan]:
    found, known = _known(request)
    one = next((each for each in known if each.id == name), None)
    if found is None or one is None:
        raise Http404(_("Einen Plan mit diesem Namen gibt es hier nicht."))
    return found, one


def _standing(found: Ahead) -> dict[str, object]:
    """Say which outlook this is, and whether it stands on the release in force."""
    current = shelf().publication.id
    return {"outlook": found.outlook.id, "behind": current if found.outlook.release != current else ""}
