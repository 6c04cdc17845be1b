"""Reproduce published reference numbers: each room names its sources and computes the same figures again."""

from __future__ import annotations

from collections.abc import Callable

from allmende.comparison import Comparison
from allmende.fund.published import comparisons as fund
from allmende.needs.published import comparisons as needs
from allmende.privacy.published import comparisons as privacy
from allmende.projection.published import comparisons as projection
from allmende.schemes.published import comparisons as schemes
from allmende.sharing.published import comparisons as sharing

CHECKS: dict[str, Callable[[], tuple[Comparison, ...]]] = {
    "fund": fund,
    "needs": needs,
    "privacy": privacy,
    "projection": projection,
    "schemes": schemes,
    "sharing": sharing,
}
"""Rooms and the function that compares their published numbers; a room that has some adds a line here."""


def selfcheck() -> dict[str, tuple[Comparison, ...]]:
    """Compare every published number of every room; needs no file beside the package."""
    return {room: compare() for room, compare in CHECKS.items()}
