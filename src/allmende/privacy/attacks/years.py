"""Attack A3, repeated years: averaging releases of a count that did not change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allmende.privacy.attacks.checks import Check
from allmende.privacy.attacks.noise import exact_mean, spread
from allmende.privacy.lookup import Keys
from allmende.privacy.ptable import Floats, Ints, Row


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


def left_by_dates(changes: Floats, noise: Floats) -> Floats:
    """Return the variance that remains of each of a series of figures about (nearly) the same people at several dates.

    `changes` (persons², one fewer than figures): variance of the true change from one date to the next, above 0; `noise`
    (persons²): variance of each figure's own noise. The attacker knows both and solves for the true counts: the diagonal of
    (diag(1/noise) + D' diag(1/changes) D)⁻¹, D the differences of neighbours.

    >>> left_by_dates(np.array([2.25]), np.array([2.25, 2.25])).round(3).tolist()
    [1.5, 1.5]
    """
    steps = np.diff(np.eye(len(noise)), axis=0)
    information = np.diag(1 / noise) + steps.T @ (steps / changes[:, None])
    return np.asarray(np.diag(np.linalg.inv(information)), dtype=np.float64)
