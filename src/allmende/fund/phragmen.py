"""Sequential Phragmén for projects with costs, in exact fractions.

Supporters earn money at the same pace; as soon as the supporters of a project hold its cost together, they buy it and start
again from nothing. It ends when what would be bought next exceeds the budget (M. Los, Z. Christoff, D. Grossi, IJCAI 2022).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from allmende.fund.election import Election, Ints


def phragmen(election: Election) -> list[tuple[int, Fraction]]:
    """Return what is bought, in turn, with the moment: what each voter has earned by then.

    Ties go to the earlier id; if one of the tied projects does not fit any more, the purchases end.
    """
    ballots, costs = election.ballots, election.costs
    last = np.zeros(ballots.voters, dtype=np.int64)
    moments = [Fraction(0)]
    waiting = {j for j, count in enumerate(ballots.counts) if count and costs[j] <= election.budget}
    bought: list[tuple[int, Fraction]] = []
    left = election.budget
    while waiting:
        due = {j: _moment(election, j, last, moments) for j in waiting}
        first = min(due.values())
        tied = [j for j in sorted(waiting) if due[j] == first]
        if any(costs[j] > left for j in tied):
            break
        chosen = tied[0]
        moments.append(first)
        last[ballots.voter[ballots.start[chosen] : ballots.start[chosen + 1]]] = len(moments) - 1
        waiting.remove(chosen)
        bought.append((chosen, first))
        left -= costs[chosen]
    return bought


def _moment(election: Election, project: int, last: Ints, moments: list[Fraction]) -> Fraction:
    ballots = election.ballots
    supporters = ballots.voter[ballots.start[project] : ballots.start[project + 1]]
    counts = np.bincount(last[supporters], minlength=len(moments))
    spent = sum((moments[k] * int(counts[k]) for k in np.flatnonzero(counts)), Fraction(0))
    return (election.costs[project] + spent) / len(supporters)
