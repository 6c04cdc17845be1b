"""Published examples of voting rules, computed again: seats are projects of cost 1."""

from __future__ import annotations

from collections.abc import Sequence

from allmende.comparison import Comparison
from allmende.fund.election import Election, ballots_of
from allmende.fund.equal_shares import Market, Purse, equal_shares
from allmende.fund.phragmen import phragmen

BOOK = "M. Lackner, P. Skowron, Multi-Winner Voting with Approval Preferences, Springer 2023"

EXAMPLE_1 = ("ab", "ab", "ab", "ac", "ac", "ac", "ad", "ad", "bcf", "e", "f", "g")
EXAMPLE_12 = ("cd", "cd", "cd", "ab", "ab", "ac", "ac", "bd")
"""Approval ballots of the book's examples."""


def comparisons() -> tuple[Comparison, ...]:
    """Compare loads and prices of the book's examples 9, 11 and 12 with computed ones."""
    return (
        *_phragmen("example 9", EXAMPLE_1, 4, (("a", 1 / 8), ("b", 11 / 32), ("c", 55 / 128), ("d", 5 / 8))),
        *_phragmen("example 12", EXAMPLE_12, 3, (("c", 1 / 5), ("b", 1 / 3), ("d", 29 / 60))),
        *_equal_shares("example 11", EXAMPLE_1, 4, (("a", 1 / 8),)),
        *_equal_shares("example 12", EXAMPLE_12, 3, (("c", 1 / 5), ("a", 13 / 40))),
    )


def _election(ballots: Sequence[str], seats: int) -> Election:
    candidates = sorted(set("".join(ballots)))
    support = [(candidates.index(each), voter, 1) for voter, ballot in enumerate(ballots) for each in ballot]
    votes = ballots_of(len(ballots), len(candidates), support)
    return Election(tuple(candidates), tuple(candidates), (1,) * len(candidates), seats, 1, "approval", votes)


def _phragmen(name: str, ballots: Sequence[str], seats: int, expected: Sequence[tuple[str, float]]) -> list[Comparison]:
    election = _election(ballots, seats)
    found = [(election.projects[j], float(moment)) for j, moment in phragmen(election)]
    return _compared(f"sequential Phragmén, {name}", expected, found)


def _equal_shares(name: str, ballots: Sequence[str], seats: int, expected: Sequence[tuple[str, float]]) -> list[Comparison]:
    election = _election(ballots, seats)
    # costs and endowments times the number of voters are whole numbers
    market = Market((len(ballots),) * len(election.projects), election.ballots, election.utility("count"))
    endowments = [seats] * len(ballots)
    purse = Purse(market, endowments)
    found = [(election.projects[j], float(purse.buy(j)) / len(ballots)) for j in equal_shares(market, endowments)]
    return _compared(f"equal shares, {name}", expected, found)


def _compared(name: str, expected: Sequence[tuple[str, float]], found: Sequence[tuple[str, float]]) -> list[Comparison]:
    number = Comparison(f"{name}: how many are bought", BOOK, len(expected), len(found), 0.0)
    return [number] + [
        Comparison(f"{name}: {who}", BOOK, value, computed if same == who else float("nan"), 1e-12)
        for (who, value), (same, computed) in zip(expected, found, strict=False)
    ]
