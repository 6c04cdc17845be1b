"""Sparsity: how many of a table's cells are too small for any method to both protect and keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allmende.privacy.attacks.checks import Check, Limits
from allmende.privacy.ptable import Ints


@dataclass(frozen=True, slots=True)
class Sparsity:
    """`filled` cells with anybody in them, `small` those below the least count, and their share."""

    filled: int
    small: int

    @property
    def share(self) -> float:
        """Return the share of small cells among the filled ones."""
        return self.small / self.filled if self.filled else 0.0

    def checks(self, limits: Limits) -> tuple[Check, ...]:
        """Hold the share against the gate's limit."""
        return (Check("sparsity", "share of filled cells below the least count", self.share, limits.sparse_share),)


def assess_sparsity(n: Ints, *, least: int = 3) -> Sparsity:
    """Count cells (any shape) with 0 < n < least.

    >>> assess_sparsity(np.array([0, 1, 2, 3, 9])).share
    0.5
    """
    return Sparsity(int(np.count_nonzero(n)), int(((n > 0) & (n < least)).sum()))
