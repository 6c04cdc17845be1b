"""Levers, and the scenarios that are made of them."""

from __future__ import annotations

import logging
from http import HTTPStatus
from time import time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from allmende.errors import AllmendeError
from allmende.portal import wording
from allmende.portal.accounts.services import audiences, municipalities_of
from allmende.portal.outlook import agreeing
from allmende.portal.outlook.ahead import readable
from allmende.portal.outlook.answering import answer
from allmende.portal.outlook.forms import Board
from allmende.portal.outlook.models import PROPOSED, SHARED, Scenario
from allmende.portal.outlook.naming import KeepForm, told
from allmende.portal.outlook.pacing import slow_down, wait
from allmende.portal.outlook.sight import Sight, sight_of
from allmende.portal.outlook.stories.comparison import MOST, comparison
from allmende.portal.outlook.stories.kept import kept
from allmende.portal.outlook.stories.result import Result, result
from allmende.portal.outlook.views import nothing
from allmende.portal.outlook.words import apart, assumptions, origin
from allmende.portal.places import Place
from allmende.portal.public import shelf
from allmende.projection.levers import Levers, write_levers

log = logging.getLogger(__name__)


@require_safe
def levers(request: HttpRequest) -> HttpResponse:
    """Show the levers and what they change."""
    sight = sight_of(request, "region")
    if sight is None:
        return nothing(request)
    return _answer(request, "outlook/levers.html", sight, {
        "place": sight.place, "origin": origin(sight.ahead.outlook), "assumptions": assumptions(sight.ahead.outlook),
        "own": _own(request), "keep": KeepForm(None, municipalities=_own(request)),
    })  # fmt: skip


@require_safe
def result_part(request: HttpRequest) -> HttpResponse:
    """Return the result alone, for the script that moves levers without a new page."""
    sight = sight_of(request, "region")
    if sight is None:
        raise Http404(_("Es gibt noch keine Vorausschau."))
    response = _answer(request, "outlook/parts/result.html", sight, {})
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep a scenario with its name and its answer."""
    sight = sight_of(request, "region")
    if sight is None:
        raise Http404(_("Es gibt noch keine Vorausschau."))
    own = _own(request)
    if not own:
        raise PermissionDenied
    board, form = Board(sight, QueryDict(request.POST.get("asked", ""))), KeepForm(request.POST, municipalities=own)
    if not board.is_valid() or not form.is_valid():
        messages.error(request, _("Das Szenario braucht einen Namen. Ihre Hebel sind noch da."))
        return HttpResponseRedirect(f"{reverse('szenario')}?{board.address()}")
    scenario = _computed(sight, board)
    scenario.name, scenario.note, scenario.owner = (form.cleaned_data[name] for name in ("name", "note", "owner"))
    agreeing.keep(scenario, request.user)  # type: ignore[arg-type]  # signed in, so a Person
    messages.success(request, _("Gesichert. Nur Ihre Gemeinde sieht den Entwurf, bis Sie ihn teilen oder vorschlagen."))
    return redirect("szenario_gesichert", scenario.number)


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """List the scenarios that the visitor may find: agreed ones, proposals, the own ones."""
    found = agreeing.readable(request.user, _members())
    return render(request, "outlook/scenarios.html", {
        "scenarios": [told(one, _members()) for one in found], "own": _own(request),
    })  # fmt: skip


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Show two to four scenarios side by side."""
    wanted = list(dict.fromkeys(request.GET.getlist("s")))[:MOST]
    found = [one for one in map(_by_number, wanted) if one and agreeing.rights(request.user, one, _members()).read]
    if len(found) < 2:
        messages.warning(request, _("Bitte wählen Sie zwei bis vier Szenarien, die Sie lesen dürfen."))
        return redirect("szenarien")
    return render(request, "outlook/comparison.html", {
        "page": comparison(found, shelf().atlas, request.GET), "chosen": found,
        "hidden": [("s", str(one.number)) for one in found],
        "way": [(reverse("szenarien"), _("Szenarien"))],
    })  # fmt: skip


@require_safe
def scenario(request: HttpRequest, number: UUID) -> HttpResponse:
    """Show a kept scenario: its answer as it was computed, what was assumed, and how far the agreement is."""
    found = get_object_or_404(Scenario, number=number)
    rights = agreeing.rights(request.user, found, _members())
    if not rights.read and agreeing.was_shared(request.user, found):
        return render(request, "outlook/scenario_proposed.html", status=HTTPStatus.FORBIDDEN)
    if not rights.read:
        raise Http404(_("Dieses Szenario gibt es nicht, oder es ist nicht für Sie freigegeben."))
    source = readable(audiences(request.user), found.outlook)
    current = readable(audiences(request.user))
    own, newer = _own(request), current.outlook.id if current and current.outlook.id != found.outlook else ""
    withdraw = found.status == PROPOSED and found.owner in dict(own)
    anew = bool(own and (newer or source is None))
    return render(request, "outlook/scenario.html", {
        "page": kept(found, shelf().atlas, request.GET, source), "scenario": found, "told": told(found, _members()),
        "rights": rights, "consents": _consents(found), "lines": _lines(found), "gone": source is None,
        "newer": newer, "own": own, "withdraw": withdraw, "anew": anew,
        "steps": found.status == SHARED or rights.change or withdraw or anew,
        "keep": KeepForm({"name": found.name, "note": found.note}, municipalities=own),
        "way": [(reverse("szenarien"), _("Szenarien"))],
    })  # fmt: skip


@login_required
@require_POST
def act(request: HttpRequest, number: UUID, step: str) -> HttpResponse:
    """Take one step with a scenario: share, propose, agree, compute anew, rename, delete."""
    found = get_object_or_404(Scenario, number=number)
    if not agreeing.rights(request.user, found, _members()).read:
        raise Http404(_("Dieses Szenario gibt es nicht, oder es ist nicht für Sie freigegeben."))
    if step == "neu-rechnen":
        return _anew(request, found)
    if step == "loeschen":
        return _forget(request, found)
    if step == "umbenennen":
        return _rename(request, found)
    if step in ("vorschlagen", "zustimmen") and readable(audiences(request.user), found.outlook) is None:
        messages.error(request, _("Die Grundlage wurde zurückgezogen. Rechnen Sie das Szenario auf der geltenden neu."))
        return redirect("szenario_gesichert", number)
    person: Any = request.user
    if step in ("zustimmen", "ablehnen"):
        ags, note = request.POST.get("gemeinde", ""), request.POST.get("note", "")[:400]
        agreeing.consent(found, person, ags, step == "zustimmen", note, _members())
    else:
        agreeing.take_step(found, step, person, _members())
    messages.success(request, _("Erledigt. Der Schritt steht im Verlauf."))
    return redirect("szenario_gesichert", number)


def _anew(request: HttpRequest, old: Scenario) -> HttpResponse:
    """Compute the same levers on the outlook in force, as a new draft; levers that do not fit are shown to be mended."""
    sight, own = sight_of(request, "region"), _own(request)
    if sight is None or not own:
        raise PermissionDenied
    board = Board(sight, QueryDict(old.asked))
    if not board.is_valid():
        messages.error(request, _("Nicht alle Hebel passen zur geltenden Vorausschau. Bitte prüfen Sie die markierten Felder."))
        return HttpResponseRedirect(f"{reverse('szenario')}?{old.asked}")
    fresh = _computed(sight, board)
    fresh.name, fresh.note, fresh.after = old.name, old.note, old
    fresh.owner = old.owner if old.owner in dict(own) else own[0][0]
    agreeing.keep(fresh, request.user)  # type: ignore[arg-type]  # signed in, so a Person
    messages.success(request, _("Neu gerechnet. Dies ist ein Entwurf Ihrer Gemeinde; das alte Szenario bleibt, wie es ist."))
    return redirect("szenario_gesichert", fresh.number)


def _forget(request: HttpRequest, found: Scenario) -> HttpResponse:
    if not agreeing.rights(request.user, found, _members()).change:
        raise PermissionDenied
    found.delete()
    messages.success(request, _("Das Szenario ist gelöscht."))
    return redirect("szenarien")


def _rename(request: HttpRequest, found: Scenario) -> HttpResponse:
    form = KeepForm(request.POST, municipalities=_own(request))
    if not agreeing.rights(request.user, found, _members()).change:
        raise PermissionDenied
    if form.is_valid():
        found.name, found.note = form.cleaned_data["name"], form.cleaned_data["note"]
        found.save()
    else:
        messages.error(request, _("Das Szenario braucht einen Namen."))
    return redirect("szenario_gesichert", found.number)


def _answer(request: HttpRequest, template: str, sight: Sight, more: dict[str, Any]) -> HttpResponse:
    """Render what the levers in the address change, or why not; whoever moves too many at once is asked to wait."""
    board = Board(sight, request.GET)
    seconds = wait(request, time()) if board.is_valid() and board.levers() != Levers() else 0
    if seconds:
        told = {"patience": slow_down(seconds), "query": board.address()}
        response = render(request, template, {"board": board, **told, **more}, status=HTTPStatus.TOO_MANY_REQUESTS)
        response["Retry-After"] = str(seconds)
        return response
    found, trouble = _result(sight, board)
    query = board.address() if found else ""
    return render(request, template, {"board": board, "result": found, "trouble": trouble, "query": query, **more})


def _result(sight: Sight, board: Board) -> tuple[Result | None, str]:
    """Return what the levers change, or what is wrong with them."""
    if not board.is_valid():
        return None, _("Bitte prüfen Sie die markierten Felder.")
    chosen, moved = board.form.cleaned_data, board.levers()
    place = _place(chosen["gebiet"])
    try:
        return result(sight, answer(sight.ahead, moved), moved, place, chosen["jahr"]), ""
    except AllmendeError as error:
        log.warning("%s\n%s", board.address(), error)
        return None, _(
            "So weit lassen sich diese Hebel zusammen nicht ziehen: Mehr Menschen zögen fort, als da sind. "
            "Nehmen Sie den Fortzug zurück."
        )


def _computed(sight: Sight, board: Board) -> Scenario:
    """Return a scenario of the board with its answer, not kept yet."""
    moved = board.levers()
    atlas, outlook = sight.shelf.atlas, sight.ahead.outlook
    looked = _place(board.form.cleaned_data["gebiet"])
    places = {one.key: one for one in (sight.place, looked, *atlas.municipalities) if sight.ahead.knows(one)}
    return Scenario(
        outlook=outlook.id,
        release=outlook.release,
        audience=outlook.audience,
        asked=board.address(),
        levers=write_levers(moved),
        answer=answer(sight.ahead, moved).plain(list(places.values())),
    )


def _place(key: str) -> Place:
    atlas = shelf().atlas
    return apart(atlas.place(key, wording.language()), atlas)


def _own(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the municipalities of the region in which the visitor is a member, by name."""
    keys = municipalities_of(request.user) & _members()
    return [(one.key, one.name) for one in shelf().atlas.municipalities if one.key in keys]


def _members() -> frozenset[str]:
    return frozenset(one.ags for one in shelf().region.municipalities)


def _by_number(text: str) -> Scenario | None:
    try:
        return Scenario.objects.filter(number=UUID(text)).first()
    except ValueError:
        return None


def _consents(found: Scenario) -> list[dict[str, Any]]:
    """Return what each municipality of the region has said."""
    said = {one.ags: one for one in found.consents.all()}
    return [{"place": one, "word": said.get(one.key)} for one in shelf().atlas.municipalities]


def _lines(found: Scenario) -> list[dict[str, Any]]:
    words = {
        "gesichert": _("gesichert"),
        "teilen": _("geteilt"),
        "zuruecknehmen": _("nicht mehr geteilt"),
        "vorschlagen": _("der Region vorgeschlagen"),
        "zurueckziehen": _("Vorschlag zurückgezogen"),
        "zugestimmt": _("zugestimmt"),
        "abgelehnt": _("nicht zugestimmt"),
        "vereinbart": _("von allen vereinbart und eingefroren"),
    }
    names = {one.key: one.name for one in shelf().atlas.municipalities}
    return [{"when": one.when, "what": words[one.step], "who": names.get(one.ags, one.ags)} for one in found.lines.all()]
