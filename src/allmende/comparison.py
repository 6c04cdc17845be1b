"""A published number beside the one that the code computes: what a self-check is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Comparison:
    """One published number, where it was printed, what the code gives, and how far they may be apart."""

    name: str
    source: str
    published: float
    computed: float
    tolerance: float

    @property
    def difference(self) -> float:
        """How far the two are apart."""
        return abs(self.computed - self.published)

    @property
    def holds(self) -> bool:
        """Whether the difference is within the tolerance."""
        return self.difference <= self.tolerance
