"""The start page, and pages about the portal itself."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.evidence.services import region_at_a_glance
from allmende.portal.pages.forms import FeedbackForm
from allmende.portal.pages.glossary import glossary as glossary_entries
from allmende.portal.pages.operator import read_operator
from allmende.portal.pages.services import too_many


def start(request: HttpRequest) -> HttpResponse:
    """Show the region in one glance: map, true sentences, what one can do."""
    return render(request, "pages/start.html", {"glance": region_at_a_glance(request)})


def glossary(request: HttpRequest) -> HttpResponse:
    """Explain the words."""
    return render(request, "pages/glossary.html", {"entries": glossary_entries(wording.language())})


def feedback(request: HttpRequest) -> HttpResponse:
    """Take a message; what was typed survives an error."""
    form = FeedbackForm(request.POST or None, initial={"page": request.GET.get("seite", "")})
    if request.method == "POST" and too_many(timezone.now()):
        messages.error(
            request, _("Gerade kommen sehr viele Nachrichten an. Bitte versuchen Sie es in einer Stunde noch einmal.")
        )
        return render(request, "pages/feedback.html", {"form": form}, status=429)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Danke. Ihre Nachricht ist angekommen."))
        return HttpResponseRedirect(reverse("rueckmeldung"))
    return render(request, "pages/feedback.html", {"form": form})


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say what to do when a form was sent without the token of a page that this portal showed."""
    return render(request, "pages/expired.html", status=403)


def operator_page(request: HttpRequest, page: str) -> HttpResponse:
    """Show a page that the law demands, with the operator's own words or the note that they are missing."""
    return render(request, f"pages/{page}.html", {"operator": read_operator(settings.ALLMENDE_OPERATOR)})
