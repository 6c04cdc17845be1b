"""The Method of Equal Shares, with endowments that may differ.

Rule: D. Peters, G. Pierczyński, P. Skowron, NeurIPS 2021 (arXiv 2008.13276). Every voter holds an endowment. A project can be
bought at rho if its supporters, each paying min(what is left to them, rho x utility), raise its cost. The project with the
least rho is bought, its supporters pay, and so on until nothing can be bought. Ties go to the earlier project.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from allmende.fund import purchases
from allmende.fund.election import Ballots

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Market:
    """What does not change while endowments grow: costs, supporters and what they have of each project.

    Costs and endowments are whole numbers in the same unit.
    """

    costs: tuple[int, ...]
    ballots: Ballots
    utility: Ints

    def supporters(self, project: int) -> slice:
        """Where the project's supporters stand in `ballots.voter` and `utility`."""
        return slice(int(self.ballots.start[project]), int(self.ballots.start[project + 1]))

    def ranks(self) -> Ints:
        """Rank projects by what they cost per utility when nobody is short of money; equal ones by position."""
        totals = [int(self.utility[self.supporters(j)].sum()) for j in range(len(self.costs))]
        order = sorted(
            (Fraction(self.costs[j], totals[j]) if totals[j] else Fraction(2**62), j) for j in range(len(self.costs))
        )
        ranks = np.empty(len(order), dtype=np.int64)
        ranks[[j for _, j in order]] = np.arange(len(order))
        return ranks


class Purse:
    """What every voter has left, exactly: whole numbers over one common denominator that grows with each purchase."""

    def __init__(self, market: Market, endowments: Sequence[int]) -> None:
        self.market, self.denominator = market, 1
        self.left = np.array(endowments, dtype=object)

    def price(self, project: int) -> Fraction | None:
        """Return the project's rho in units of `denominator`, or None if its supporters cannot raise its cost."""
        part = self.market.supporters(project)
        held, utility = self.left[self.market.ballots.voter[part]], self.market.utility[part].astype(object)
        cost = self.market.costs[project] * self.denominator
        if not len(held) or held.sum() < cost:
            return None
        rich = np.ones(len(held), dtype=bool)
        rho = Fraction(cost, int(utility.sum()))
        while True:
            poor = (held * rho.denominator < rho.numerator * utility).astype(bool)
            if poor.sum() == (~rich).sum() or poor.all():
                return rho
            rich = ~poor
            rho = Fraction(cost - int(held[poor].sum()), int(utility[rich].sum()))

    def buy(self, project: int) -> Fraction:
        """Let the supporters of a project that they can pay for do so; return rho in units of money per utility."""
        rho = self.price(project)
        if rho is None:
            raise ValueError(f"The supporters of project {project} cannot pay for it.")
        at = rho / self.denominator
        part = self.market.supporters(project)
        voters = self.market.ballots.voter[part]
        due = rho.numerator * self.market.utility[part].astype(object)
        self.left = self.left * rho.denominator
        self.left[voters] = np.maximum(self.left[voters] - due, 0)
        self.denominator *= rho.denominator
        return at


def equal_shares(market: Market, endowments: Sequence[int], ranks: Ints | None = None) -> list[int]:
    """Return the projects bought, in turn.

    Floating point with known error decides what it can, whole numbers what is close. `ranks` are `market.ranks()`, to
    be given by those who ask often.

    >>> from allmende.fund.election import ballots_of
    >>> votes = ballots_of(3, 2, [(0, 0, 1), (0, 1, 1), (1, 1, 1), (1, 2, 1)])
    >>> equal_shares(Market((60, 60), votes, votes.points), [33, 33, 34])
    [0]
    """
    return _Session(market, endowments, market.ranks() if ranks is None else ranks).run()


class _Session:
    def __init__(self, market: Market, endowments: Sequence[int], ranks: Ints) -> None:
        self.market, self.endowments, self.ranks = market, endowments, ranks
        self.costs = np.array(market.costs, dtype=np.float64)
        self.utility = market.utility.astype(np.float64)
        self.budgets = np.array(endowments, dtype=np.float64)
        self.error = purchases.EPS * float(self.budgets.max(initial=0.0))
        self.low = np.zeros(len(self.costs))
        self.waiting = market.ballots.counts > 0
        self.rivals = np.zeros(len(self.costs), dtype=np.bool_)
        self.bought = np.zeros(len(self.costs), dtype=np.int64)
        self.count = self.paid = 0
        self.purse: Purse | None = None

    def run(self) -> list[int]:
        ballots = self.market.ballots
        while True:
            state, self.count, self.error = purchases.buy(
                ballots.start,
                ballots.voter,
                self.utility,
                self.costs,
                self.ranks,
                self.budgets,
                self.error,
                self.low,
                self.waiting,
                self.rivals,
                self.bought,
                self.count,
            )
            if state == purchases.DONE:
                return [int(j) for j in self.bought[: self.count]]
            self._decide()

    def _decide(self) -> None:
        purse = self._exact()
        prices = {int(j): purse.price(int(j)) for j in np.flatnonzero(self.rivals)}
        affordable = [(rho, j) for j, rho in prices.items() if rho is not None]
        self.waiting[[j for j, rho in prices.items() if rho is None]] = False
        if affordable:
            self._buy(*min(affordable))

    def _buy(self, rho: Fraction, project: int) -> None:
        part = self.market.supporters(project)
        close = float(rho / self._exact().denominator)
        spread = 4 * purchases.EPS * close
        self.error = purchases.pay(self.market.ballots.voter[part], self.utility[part], close, spread, self.budgets, self.error)
        self.waiting[project] = False
        self.bought[self.count] = project
        self.count += 1

    def _exact(self) -> Purse:
        self.purse = self.purse or Purse(self.market, self.endowments)
        for project in self.bought[self.paid : self.count]:
            self.purse.buy(int(project))
        self.paid = self.count
        return self.purse


def raised(
    market: Market, budget: int, endowments: Callable[[int], Sequence[int]], *, limit: int = 1_000_000
) -> Iterator[tuple[int, list[int]]]:
    """Yield (round, projects bought) while endowments grow, the last one being the result.

    `endowments(k)` are those of round k; round 0 is the rule itself. A round counts only if what it buys costs no more than the
    budget; it ends too when no supported project is left that would fit.
    """
    ranks = market.ranks()
    supported = [j for j in range(len(market.costs)) if market.ballots.counts[j]]
    for k in range(limit):
        bought = equal_shares(market, endowments(k), ranks)
        left = budget - sum(market.costs[j] for j in bought)
        if left < 0:
            return
        yield k, bought
        if not any(market.costs[j] <= left for j in supported if j not in set(bought)):
            return
