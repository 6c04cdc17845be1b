"""The joint model by columns: one set of hosts of every service, chosen from all that a better plan could hold."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

import numpy as np

from allmende.needs.siting.program import INFINITY, Floats, Ints, Limits, Program
from allmende.needs.siting.sets import Sets, list_sets
from allmende.needs.siting.sharing import Sharing, share_matrix
from allmende.needs.siting.terms import Outcome, broken, outcome

ROOMS = (300, 3_000)
"""Most sets of a service that are kept: few for a good plan soon, then as many as a better plan may need."""

WORK, PER_SECOND = 4e8, 1e8
"""Most sets and ways that are looked at in all, and how many a second of a limit is worth: the same call, the same sets."""


@dataclass(frozen=True, slots=True)
class ByColumns:
    """The best plan found, if any, and the bound of all plans; infinity says that there is none.

    `floors [services]`: the least that each service costs; `columns`: how many sets there were to choose from.
    """

    found: Outcome | None
    bound: float
    floors: Floats
    columns: int


def plan_by_columns(sharing: Sharing, limits: Limits) -> ByColumns:
    """Choose a set of hosts for every service among all those that may belong to the best plan.

    A plan costs the sum of its services, and terms that bind several services are sums over them, too. Let best_s be what the
    cheapest set of service s costs on its own. In a plan that costs less than V, service s costs less than
    best_s + (V - Σ best): all such sets are listed (`list_sets`), and an integer program chooses one each. What it proves holds
    for plans of listed sets; a plan with an unlisted set costs at least Σ best - best_s + what is proved of unlisted ones.
    """
    services, until = range(len(sharing.services)), monotonic() + limits.seconds
    work = min(WORK, PER_SECOND * limits.seconds) / len(services)
    alone = [list_sets(sharing, s, below=INFINITY, room=1, work=work) for s in services]
    best = np.array([min([each.below, *each.cost.tolist()]) for each in alone])
    least, found, bound, columns = float(best.sum()), None, float(best.sum()), 0
    for room in ROOMS if np.isfinite(least) else ():
        slack = INFINITY if found is None else found.cost - least
        listed = [list_sets(sharing, s, below=_above(best[s] + slack), room=room, work=work) for s in services]
        unlisted = min(least - best[s] + listed[s].below for s in services)
        chosen, proved = _choose(sharing, listed, limits.until(until))
        found = min((each for each in (found, chosen) if each is not None), key=lambda each: each.cost, default=None)
        bound, columns = max(bound, min(unlisted, proved)), sum(len(each.cost) for each in listed)
        if found is not None and bound >= found.cost * (1 - 1e-9):
            break
    return ByColumns(found, bound if found is None else min(bound, found.cost), best, columns)


def _above(value: float) -> float:
    return value + 1e-9 * abs(value) if np.isfinite(value) else value


def _choose(sharing: Sharing, listed: list[Sets], limits: Limits) -> tuple[Outcome | None, float]:
    """Choose one set for every service under the terms that bind several of them; also return what is proved of all choices."""
    if not all(len(each.cost) for each in listed):
        return None, INFINITY
    program = Program()
    columns = [program.add_columns(each.cost, integer=True) for each in listed]
    for of_service in columns:
        program.add_rows(1.0, 1.0, np.zeros(len(of_service)), of_service, 1.0, count=1)
    every, hosting = np.concatenate(columns), np.concatenate([each.hosting for each in listed]).astype(np.float64)
    if sharing.max_functions is not None:
        _add_sums(program, every, hosting, -INFINITY, float(sharing.max_functions))
    if sharing.min_share > 0:
        weights = np.concatenate([np.full(len(c), s.weight) for c, s in zip(columns, sharing.services, strict=True)])
        _add_sums(program, every, hosting * weights[:, None], sharing.min_share, INFINITY)
    for s, service in enumerate(sharing.services):
        if service.within is not None:
            pair = np.concatenate([columns[s], columns[service.within]])
            inside = np.concatenate([listed[s].hosting, -1.0 * listed[service.within].hosting])
            _add_sums(program, pair, inside, -INFINITY, 0.0)
    if sharing.participation is not None:
        paid = np.concatenate([_paid(sharing, s, each) for s, each in enumerate(listed)])
        _add_sums(program, every, paid, -INFINITY, sharing.alone_by_draw().mean(axis=0))
    answer = program.solve(limits)
    if answer.values is None:
        return None, answer.bound
    picked = [each.hosting[int(answer.values[c].argmax())] for c, each in zip(columns, listed, strict=True)]
    plan = outcome(sharing, np.array(picked))
    return None if broken(sharing, plan) else plan, answer.bound


def _add_sums(program: Program, columns: Ints, values: Floats, lower: Floats | float, upper: Floats | float) -> None:
    """Add a row for each partner: the sum of `values [columns, partners]` of the chosen columns."""
    column, partner = np.nonzero(values)
    program.add_rows(lower, upper, partner, columns[column], values[column, partner], count=values.shape[1])


def _paid(sharing: Sharing, s: int, listed: Sets) -> Floats:
    """Return `[sets, partners]` what each pays for a service under the rule of participation, for the mean demand."""
    assert sharing.participation is not None  # noqa: S101 - only asked where the term is there
    part = share_matrix(sharing, sharing.participation, sharing.mean_demand)[s] * sharing.fixed_cost[s]
    ways = np.where(listed.hosting[:, None, :], sharing.minutes[None], np.inf).min(axis=2)
    paid: Floats = listed.hosting @ part.T + sharing.travel_costs[s] * sharing.mean_demand[s] * ways
    return paid
