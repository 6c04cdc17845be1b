"""What other rooms may ask of the pages."""

from __future__ import annotations

from datetime import datetime, timedelta

from allmende.portal.pages.models import Feedback

MOST_AN_HOUR = 60
"""Messages that are taken within an hour: more than people write, fewer than fill a disk. Nobody's address is kept for it."""


def too_many(now: datetime) -> bool:
    """Say whether no more messages are taken for the moment."""
    return Feedback.objects.filter(received__gt=now - timedelta(hours=1)).count() >= MOST_AN_HOUR


def received() -> list[dict[str, str]]:
    """Return all feedback, the newest first."""
    return [
        {"received": f"{one.received:%Y-%m-%d %H:%M}", "about": one.about, "page": one.page, "message": one.message,
         "contact": one.contact}
        for one in Feedback.objects.order_by("-received")
    ]  # fmt: skip
