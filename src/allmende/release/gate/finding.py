"""What one attack found on one table, or on several together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allmende.privacy.attacks import Check


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure of an attack held against its limit.

    `tables` are the tables attacked, the one to change first in front; `detail` says in words where the figure is worst.
    """

    tables: tuple[str, ...]
    check: Check
    detail: str = ""

    @property
    def passed(self) -> bool:
        """Whether the release may go out as far as this figure is concerned."""
        return self.check.passed

    def sentence(self) -> str:
        """Return the finding as one line for people."""
        bound = "at least" if self.check.at_least else "at most"
        detail = f" ({self.detail})" if self.detail else ""
        tables = " with ".join(self.tables)
        return (
            f"{tables}: {self.check.attack}, {self.check.figure} {self.check.value:.3f}, {bound} {self.check.limit:g}{detail}"
        )

    def as_data(self) -> dict[str, Any]:
        """Return the finding for JSON; internal, as it tells how strong the protection is."""
        return {
            "tables": list(self.tables),
            "attack": self.check.attack,
            "figure": self.check.figure,
            "value": round(self.check.value, 6),
            "limit": self.check.limit,
            "at_least": self.check.at_least,
            "passed": self.passed,
            "detail": self.detail,
        }
