"""Select projects of an election by a named rule, and tell how it came about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from allmende.errors import AllmendeError
from allmende.fund.election import Election
from allmende.fund.equal_shares import Market, Purse, raised
from allmende.fund.knapsack import best_set
from allmende.fund.phragmen import phragmen
from allmende.fund.ranking import by_value_per_cost, fill

COMPLETIONS = ("none", "add1", "utilitarian", "add1-utilitarian")


@dataclass(frozen=True, slots=True)
class Selection:
    """What is funded: positions in the order of decision, the steps that led there, and one sentence in each language."""

    rule: str
    completion: str
    utility: str
    chosen: tuple[int, ...]
    steps: tuple[dict[str, Any], ...]
    sentence: dict[str, str]


def select(
    election: Election, rule: str, *, completion: str = "none", utility: str = "cost", overflow: str = "skip"
) -> Selection:
    """Apply one of `RULES`; `completion` belongs to equal shares, `overflow` to greedy.

    Ties always go to the id that is first in string order. Raises `AllmendeError` for a rule that is not known or does not fit.
    """
    if rule not in RULES:
        raise AllmendeError(
            f"The rule “{rule}” is not known.", where="rule", expected=f"one of {', '.join(RULES)}", todo="Choose one of them."
        )
    if completion not in COMPLETIONS or (completion != "none" and rule != "equal-shares"):
        raise AllmendeError(
            f"The completion “{completion}” does not go with the rule {rule}.",
            where="completion",
            expected=f"{', '.join(COMPLETIONS)} with equal-shares; none with the others",
            todo="Choose equal-shares, or leave the completion out.",
        )
    chosen, steps = RULES[rule](election, utility, completion, overflow)
    return Selection(rule, completion, utility, tuple(chosen), tuple(steps), SENTENCES[rule])


Found = tuple[Sequence[int], list[dict[str, Any]]]


def values(election: Election, utility: str) -> list[int]:
    """Sum what supporters have of each project."""
    each = election.utility(utility)
    start = election.ballots.start
    return [int(each[a:b].sum()) for a, b in pairwise(start)]


def _greedy(election: Election, utility: str, completion: str, overflow: str) -> Found:
    worth = values(election, utility)
    order = by_value_per_cost(worth, election.costs)
    granted = fill(order, election.costs, election.budget, overflow)
    steps = [{"project": election.projects[j], "utility": worth[j], "gets": election.amount(granted.get(j, 0))} for j in order]
    return list(granted), steps


def _knapsack(election: Election, utility: str, completion: str, overflow: str) -> Found:
    worth = values(election, utility)
    chosen = best_set(worth, election.costs, election.budget)
    free = [j for j, cost in enumerate(election.costs) if cost == 0 and j not in chosen and worth[j]]
    return sorted([*chosen, *free]), [{"project": election.projects[j], "utility": worth[j]} for j in chosen]


def _phragmen(election: Election, utility: str, completion: str, overflow: str) -> Found:
    bought = phragmen(election)
    steps = [{"project": election.projects[j], "earned": float(moment) / election.unit} for j, moment in bought]
    return [j for j, _ in bought], steps


def _equal_shares(election: Election, utility: str, completion: str, overflow: str) -> Found:
    voters = max(election.ballots.voters, 1)
    # everything times the number of voters, so that an equal share of the budget is a whole number
    market = Market(tuple(cost * voters for cost in election.costs), election.ballots, election.utility(utility))

    def endowments(k: int) -> list[int]:
        return [election.budget + k * election.unit * voters] * voters

    rounds, bought = 0, list[int]()
    for k, outcome in raised(market, election.budget * voters, endowments):
        rounds, bought = k, outcome
        if not completion.startswith("add1"):
            break
    steps = explain(election, market, endowments(rounds), bought)
    if completion.endswith("utilitarian"):
        more = _top_up(election, utility, bought)
        bought = [*bought, *(election.projects.index(step["project"]) for step in more)]
        steps += more
    return bought, [{"raised": rounds, "endowment": float(endowments(rounds)[0]) / voters / election.unit}, *steps]


def explain(election: Election, market: Market, endowments: Sequence[int], bought: Sequence[int]) -> list[dict[str, Any]]:
    """Repeat the purchases exactly and say what each asked of its supporters at most."""
    purse, steps = Purse(market, endowments), []
    voters = max(election.ballots.voters, 1)
    for j in bought:
        most = int(market.utility[market.supporters(j)].max()) * purse.buy(j)
        count = int(election.ballots.counts[j])
        steps.append(
            {"project": election.projects[j], "supporters": count, "pays_at_most": float(most) / voters / election.unit}
        )
    return steps


def _top_up(election: Election, utility: str, bought: Sequence[int]) -> list[dict[str, Any]]:
    worth = values(election, utility)
    left = election.budget - sum(election.costs[j] for j in bought)
    order = [j for j in by_value_per_cost(worth, election.costs) if j not in set(bought)]
    more = fill(order, election.costs, left, "skip")
    return [{"project": election.projects[j], "utility": worth[j], "completion": "utilitarian"} for j in more]


RULES: dict[str, Callable[[Election, str, str, str], Found]] = {
    "equal-shares": _equal_shares,
    "greedy": _greedy,
    "knapsack": _knapsack,
    "phragmen": _phragmen,
}
"""Rules by name: election, utility, completion, overflow → positions in the order of decision, and the steps."""

SENTENCES = {
    "equal-shares": {
        "de": "Das Budget wird gleich auf alle Stimmen verteilt; ein Projekt wird gekauft, wenn seine Unterstützer es aus "
        "ihren Anteilen bezahlen können, das für sie günstigste zuerst.",
        "en": "The budget is split equally among all voters; a project is bought when its supporters can pay it from their "
        "shares, the best value for them first.",
    },
    "greedy": {
        "de": "Die Projekte werden nach Nutzen je Euro gereiht und der Reihe nach gefördert, solange das Geld reicht.",
        "en": "Projects are ranked by utility per euro and funded in turn while the money lasts.",
    },
    "knapsack": {
        "de": "Gefördert wird die Auswahl, deren Nutzen zusammen am größten ist und die ins Budget passt.",
        "en": "Funded is the set of projects that fits into the budget and is worth most together.",
    },
    "phragmen": {
        "de": "Alle Stimmen verdienen gleich schnell Geld; sobald die Unterstützer eines Projekts es bezahlen "
        "können, wird es gekauft.",
        "en": "All voters earn money at the same pace; as soon as a project's supporters can pay it, it is bought.",
    },
}
"""What each rule does, in one sentence."""
