"""What happens when a page cannot be made."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from allmende.errors import AllmendeError

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
        return render(request, "no_release.html", status=503)
