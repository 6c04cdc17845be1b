"""Attack A3, repeated years: averaging releases of a count that did not change."""

from __future__ import annotations

from dataclasses import dataclass

from allmende.privacy.attacks.checks import Check
from allmende.privacy.attacks.noise import exact_mean, spread
from allmende.privacy.lookup import Keys
from allmende.privacy.ptable import Ints, Row


@dataclass(frozen=True, slots=True)
class YearsRisk:
    """Cells whose set of people is the same in two releases, and those of them published differently."""

    unchanged: int
    different: int

    def checks(self) -> tuple[Check, ...]:
        """Hold that a set of people has one value only."""
        return (Check("repeated years", "unchanged cells with another value", float(self.different), 0.0),)


def exact_by_averaging(row: Row, releases: int) -> float:
    """Return the chance that the mean of releases with keys drawn anew, rounded, is the true count.

    With persistent keys every release shows the same value, and the chance stays that of one. A mean halfway between
    two counts is a hit half the time.

    >>> import numpy as np
    >>> exact_by_averaging(Row(np.array([-1, 0, 1]), np.array([.25, .5, .25])), 2)
    0.625
    """
    return exact_mean([spread(row)] * releases)


def compare_releases(first: tuple[Ints, Keys, Ints], second: tuple[Ints, Keys, Ints]) -> YearsRisk:
    """Compare two releases cell by cell: each given as true counts, key sums and published values (equal shapes).

    Equal count and key sum mean, but for one case in 2³², the same set of people.
    """
    same = (first[0] == second[0]) & (first[1] == second[1]) & (first[0] > 0)
    return YearsRisk(int(same.sum()), int((same & (first[2] != second[2])).sum()))
