"""How many lever moves one visitor may ask for: each takes a tenth of a second of processors that all share."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from allmende.portal import wording

MOST, WINDOW = 60, 30
"""So many moves are answered within so many seconds: more than a planner makes, a fifth of one processor."""


def wait(request: HttpRequest, now: float) -> int:
    """Count a move at `now` (seconds), and return how many seconds the visitor is asked to wait; 0 if it is answered."""
    key = f"levers {_who(request)} {int(now // WINDOW)}".replace(" ", "-")
    cache.add(key, 0, WINDOW)
    return ceil(WINDOW - now % WINDOW) if cache.incr(key) > MOST else 0


def slow_down(seconds: int) -> str:
    """Ask for patience."""
    return _(
        "Gerade wurden von Ihnen oder Ihrem Anschluss aus sehr viele Szenarien gerechnet. In %(seconds)s Sekunden geht es "
        "weiter; Ihre Hebel bleiben, wie sie sind."
    ) % {"seconds": wording.number(seconds)}


def _who(request: HttpRequest) -> str:
    """Name whom moves are counted for: a person who is signed in, else an address, of IPv6 the network of a connection."""
    if request.user.is_authenticated:
        return f"person {request.user.pk}"
    address = ip_address(get_adapter().get_client_ip(request))
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)
