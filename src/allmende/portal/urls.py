"""Addresses: German without a prefix, English with the same tree under /en/."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView, TemplateView

from allmende.portal.accounts.views import own


def alive(request: HttpRequest) -> HttpResponse:
    """Answer a monitor: the process runs."""
    return HttpResponse("ok", content_type="text/plain")


forgotten = require_safe(TemplateView.as_view(template_name="account/password_reset.html"))
"""Who forgot a password reads whom to ask; no mail is sent, so nothing is posted."""

elsewhere = RedirectView.as_view(pattern_name="konto")
"""allauth's page for addresses, which it confirms by mail: here the operator enters them."""

urlpatterns = [
    path("lebt/", alive, name="alive"),
    *i18n_patterns(
        path("", include("allmende.portal.pages.urls")),
        path("daten/", include("allmende.portal.evidence.urls")),
        path("vorausschau/", include("allmende.portal.outlook.urls")),
        path("konto/", own, name="konto"),
        path("konto/email/", elsewhere, name="account_email"),
        path("konto/password/reset/", forgotten, name="account_reset_password"),
        path("konto/", include("allauth.urls")),
        prefix_default_language=False,
    ),
]
