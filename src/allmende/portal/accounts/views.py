"""What somebody who is signed in finds about the own account."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from allmende.portal.accounts.services import municipalities_of
from allmende.portal.public import shelf


@login_required
def own(request: HttpRequest) -> HttpResponse:
    """Show the own account: whose it is, of which municipalities, and what can be changed."""
    keys = municipalities_of(request.user)
    names = [m.name for m in shelf().region.municipalities if m.ags in keys]
    return render(request, "account/own.html", {"municipalities": ", ".join(sorted(names))})
