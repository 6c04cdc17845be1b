"""An election of projects: what each costs, who supports it and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError

Ints = NDArray[np.int64]

UTILITIES = ("cost", "count", "points")
"""What a supporter has of a project: its cost, one, or the points that were given to it."""


@dataclass(frozen=True, slots=True)
class Ballots:
    """Who supports which project, listed by project: supporters of project j are `voter[start[j]:start[j + 1]]`.

    `points` (same length, all above 0) are whole numbers: the voter's points, or 1 where a ballot only names projects.
    """

    voters: int
    start: Ints
    voter: Ints
    points: Ints

    @property
    def counts(self) -> Ints:
        """Number of supporters by project."""
        return np.diff(self.start)


@dataclass(frozen=True, slots=True)
class Election:
    """Projects in the string order of their ids, with whole-number costs and budget.

    `unit` says how many of these whole numbers make one unit of currency (100 if amounts were given in cents), `notes` what had
    to be interpreted, in both languages.
    """

    projects: tuple[str, ...]
    names: tuple[str, ...]
    costs: tuple[int, ...]
    budget: int
    unit: int
    kind: str
    ballots: Ballots
    notes: tuple[Mapping[str, str], ...] = ()

    def utility(self, measure: str) -> Ints:
        """Return what each supporter has of each project, in the order of `ballots.voter`: whole numbers above 0.

        By cost, a project that costs nothing counts 1, so that its supporters get it for nothing. Raises `AllmendeError` for a
        measure that these ballots do not hold.
        """
        if measure == "count":
            return np.ones(len(self.ballots.voter), dtype=np.int64)
        if measure == "cost":
            return np.repeat(np.maximum(np.array(self.costs, dtype=np.int64), 1), self.ballots.counts)
        if measure == "points" and self.kind in ("cumulative", "scoring", "ordinal"):
            return self.ballots.points
        raise AllmendeError(
            f"Ballots of the kind {self.kind} hold no utility “{measure}”.",
            where="utility",
            expected="cost or count; points for ballots with points or an order",
            todo="Choose --utility cost or --utility count.",
        )

    def amount(self, whole: int) -> float | int:
        """Return whole-number money in units of currency, as results print it."""
        return whole // self.unit if whole % self.unit == 0 else whole / self.unit


def ballots_of(voters: int, projects: int, support: list[tuple[int, int, int]]) -> Ballots:
    """Sort support given as (project, voter, points) by project.

    >>> ballots_of(2, 2, [(1, 0, 1), (0, 0, 1), (1, 1, 1)]).start.tolist()
    [0, 1, 3]
    """
    table = np.array(sorted(support), dtype=np.int64).reshape(-1, 3)
    start = np.searchsorted(table[:, 0], np.arange(projects + 1))
    return Ballots(voters, start.astype(np.int64), table[:, 1].copy(), table[:, 2].copy())
