"""Attack A6, attributes: what a published small number says, and whether a group that looks alike is alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allmende.privacy.protection import Protection
from allmende.privacy.ptable import Ints


@dataclass(frozen=True, slots=True)
class SmallValueRisk:
    """What published values tell of small true counts in one table (probabilities).

    `small_given_three`: P(true ≤ 2 | published 3); `empty_given_zero`: P(true 0 | published 0), over all cells of the table.
    """

    small_given_three: float
    empty_given_zero: float


@dataclass(frozen=True, slots=True)
class HomogeneityRisk:
    """Groups all of whose members share one category: `true` of them, `apparent` after protection, `correct` both.

    `precision` = correct / apparent: how far an attacker may trust what looks alike (1 in unprotected tables).
    """

    true: int
    apparent: int
    correct: int

    @property
    def precision(self) -> float:
        """Return the share of apparent groups that are truly alike."""
        return self.correct / self.apparent if self.apparent else 0.0


def assess_small_values(n: Ints, protection: Protection, *, empty: int = 0) -> SmallValueRisk:
    """Compute the posteriors from a table's true counts (any shape), exactly over keys; `empty` cells are not in `n`."""
    counts, cells = np.unique(np.asarray(n), return_counts=True)
    three = zero = small = 0.0
    none = float(empty)
    for count, number in zip(counts.tolist(), cells.tolist(), strict=True):
        values, p = protection.distribution(count)
        shown = number * float(p[values == 3].sum())
        three += shown
        small += shown if count <= 2 else 0.0
        zero += number * float(p[values == 0].sum())
        none += number if count == 0 else 0.0
    return SmallValueRisk(small / three if three else 0.0, none / (zero + empty) if zero + empty else 0.0)


def assess_homogeneity(n: Ints, published: Ints, *, least: int = 3) -> HomogeneityRisk:
    """Compare true and published counts, groups × categories: groups of at least `least` in one category only."""
    true, apparent = _alike(n, least), _alike(published, least)
    same = n.argmax(axis=1) == published.argmax(axis=1)
    return HomogeneityRisk(int(true.sum()), int(apparent.sum()), int((true & apparent & same).sum()))


def _alike(counts: Ints, least: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    alone = np.count_nonzero(counts, axis=1) == 1
    return np.asarray(alone & (counts.sum(axis=1) >= least))
