"""What other rooms may ask of the pages."""

from __future__ import annotations

from allmende.portal.pages.models import Feedback


def received() -> list[dict[str, str]]:
    """Return all feedback, the newest first."""
    return [
        {"received": f"{one.received:%Y-%m-%d %H:%M}", "about": one.about, "page": one.page, "message": one.message,
         "contact": one.contact}
        for one in Feedback.objects.order_by("-received")
    ]  # fmt: skip
