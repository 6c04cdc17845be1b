"""What happens when a page cannot be made."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from allmende.errors import AllmendeError
from allmende.outlook.unusable import UnusableOutlook, WithdrawnRelease

log = logging.getLogger(__name__)


class SayWhatToDo:
    """Turns an error that the operator can act on into a page that says so, with status 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; errors come to `process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer an AllmendeError; leave anything else to Django."""
        if not isinstance(error, AllmendeError):
            return None
        log.error("%s\n%s", request.path, error)
        if isinstance(error, UnusableOutlook):
            return render(request, "unusable_outlook.html", {"where": _below_public(error.where)}, status=503)
        if isinstance(error, WithdrawnRelease):
            return render(request, "withdrawn_release.html", {"withdrawn": Path(error.where).name}, status=503)
        return render(request, "no_release.html", status=503)


def _below_public(path: str) -> str:
    """Return where a file lies in the public folder: visitors need not know where that is."""
    public: Path = settings.ALLMENDE_PUBLIC
    return str(Path(path).resolve().relative_to(public.resolve()))
