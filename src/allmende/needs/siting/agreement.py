"""Share functions among neighbours: the best joint plan, what it is worth, and who gains."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic

import numpy as np

from allmende.errors import Refused
from allmende.needs.siting.columns import plan_by_columns
from allmende.needs.siting.diagnosis import Diagnosis, diagnose
from allmende.needs.siting.joint import joint_model
from allmende.needs.siting.neighbourhood import search_functions
from allmende.needs.siting.program import INFINITY, NO_LIMITS, Floats, Limits
from allmende.needs.siting.sharing import RULES, Rule, Sharing
from allmende.needs.siting.terms import Hosting, Outcome, broken, outcome, shares, terms


class Infeasible(Refused):
    """No choice of hosts keeps all terms; `diagnosis` says which of them can make room."""

    def __init__(self, diagnosis: Diagnosis, where: str) -> None:
        super().__init__(
            "No choice of hosts keeps all terms.",
            where=where,
            expected="terms that can hold together",
            todo=diagnosis.advice,
        )
        self.diagnosis = diagnosis


@dataclass(frozen=True, slots=True)
class SharedPlan:
    """A plan of shared functions with what it costs, what is proved about it, and what it is worth to whom.

    Money per draw of demand: `alone [draws, partners]`, `pays [draws, partners]` under `rule`. `bound` and `value` are means
    over draws.
    """

    outcome: Outcome
    value: float
    bound: float
    rule: Rule
    alone: Floats
    pays: Floats
    at_risk: Floats
    """`[services, hosts]` share of draws in which a host has less than the minimum load or more than its capacity."""
    steps: tuple[str, ...]

    @property
    def gap(self) -> float:
        """Relative distance between value and bound; 0 is a proved optimum."""
        return abs(self.value - self.bound) / max(abs(self.value), 1e-12)

    @property
    def hosting(self) -> Hosting:
        """Who hosts what: `[services, hosts]`."""
        return self.outcome.hosting

    @property
    def worth(self) -> Floats:
        """`[draws]` value of cooperation: what all pay alone less what the plan costs."""
        worth: Floats = self.alone.sum(axis=1) - self.outcome.costs
        return worth

    @property
    def gains(self) -> Floats:
        """`[draws, partners]` what each pays less than alone."""
        gains: Floats = self.alone - self.pays
        return gains


def share_functions(
    sharing: Sharing,
    *,
    rng: np.random.Generator,
    rule: Rule = "demand",
    limits: Limits = NO_LIMITS,
) -> SharedPlan:
    """Choose hosts for all services at once so that fixed costs and ways cost least in the mean over draws, and prove it.

    min Σ_s [ Σ_j f_sj y_sj + c_s Σ_i d_si t_i,host ] under the terms of `sharing`, everybody going to the nearest host. The
    best sets of hosts of each service are listed, and one is chosen of each (`plan_by_columns`); what that does not prove goes
    to HiGHS, which begins with that plan or one of a local search. `limits.seconds` bounds all of it. `rule` splits the costs
    for `pays` (the sharing's own rule for participation, if it has one, goes first).

    Raises `Refused` if no plan keeps all terms; the error names the terms that can make room, and by how much.
    """
    rule = sharing.participation or rule
    until = monotonic() + limits.seconds
    listed = plan_by_columns(sharing, limits)
    found, bound = listed.found, listed.bound
    told = "no plan that keeps all terms" if found is None else f"{found.cost:,.2f}"
    steps = [f"one of {listed.columns} sets of hosts for each service: {told}"]
    if bound == INFINITY:
        raise infeasible(sharing, limits.until(until))
    if found is None:
        start = search_functions(sharing, rng, limits.until(until))
        found = None if broken(sharing, start) else start
        steps.append("local search: " + ("no plan that keeps all terms" if found is None else f"{found.cost:,.2f}"))
    if found is None or bound < found.cost * (1 - max(limits.gap, 1e-9)):
        model = joint_model(sharing, floors=listed.floors)
        answer = model.solve(limits.until(until), model.start(sharing, found.hosting) if found else None)
        if answer.feasible is False:
            raise infeasible(sharing, limits.until(until))
        if answer.values is not None:
            solved = outcome(sharing, model.hosting(answer))
            found = solved if found is None or solved.cost < found.cost else found
        bound = max(bound, answer.bound)
        steps.append(
            f"integer program of {model.program.width} columns and {model.program.height} rows: {answer.objective:,.2f}"
        )
    if found is None:
        raise Refused(
            "No plan was found in the time allowed; that there is none is not proved.",
            where=f"{limits.seconds:g} seconds",
            expected="a plan that keeps all terms",
            todo="Allow more time or ease a term.",
        )
    bound = found.cost if bound > found.cost * (1 - 1e-9) else max(bound, 0.0)
    steps.append(f"costs split: {RULES[rule]}")
    if sharing.alone is None:
        steps.append("alone: everybody hosts every service for itself, whatever load that has")
    pays = shares(sharing, found, rule)
    return SharedPlan(found, found.cost, bound, rule, sharing.alone_by_draw(), pays, _at_risk(sharing, found), tuple(steps))


def infeasible(sharing: Sharing, limits: Limits) -> Infeasible:
    """Return the error for terms that no plan can keep."""
    return Infeasible(diagnose(sharing, limits), ", ".join(dict.fromkeys(term.kind for term in terms(sharing))))


@dataclass(frozen=True, slots=True)
class Regret:
    """Per draw: what the plan costs more than the plan that would have been best, `nan` where no plan keeps the terms."""

    regret: Floats
    best: Floats
    """`[draws]` what the best plan for that draw alone costs."""
    unproved: int
    """Draws whose best plan was not proved in the time allowed; their regret is the largest it can be."""


def regret(sharing: Sharing, plan: SharedPlan, *, draws: int | None = None, limits: Limits = NO_LIMITS) -> Regret:
    """Solve the first `draws` (all if left out) draws each on its own and compare.

    A plan that breaks a term in a draw may be cheaper than the best that keeps it: then the regret is negative, and `at_risk`
    says where.
    """
    count = len(sharing.demand) if draws is None else min(draws, len(sharing.demand))
    best, unproved = np.full(count, np.nan), 0
    for k in range(count):
        one = replace(sharing, demand=sharing.demand[k : k + 1])
        model = joint_model(one)
        start = None if broken(one, outcome(one, plan.hosting)) else model.start(one, plan.hosting)
        answer = model.solve(limits, start)
        if answer.feasible is None:
            best[k] = answer.bound if np.isfinite(answer.bound) else np.nan
        elif answer.feasible:
            best[k] = min(answer.bound, answer.objective)
        unproved += answer.feasible is None or answer.bound < answer.objective * (1 - 1e-6)
    return Regret(plan.outcome.costs[:count] - best, best, int(unproved))


def _at_risk(sharing: Sharing, found: Outcome) -> Floats:
    least = np.array([service.min_load for service in sharing.services])[:, None]
    most = np.array([service.capacity for service in sharing.services])[:, None]
    off = (found.loads < least * (1 - 1e-6)) | (found.loads > np.where(np.isinf(most), INFINITY, most * (1 + 1e-6)))
    risk: Floats = (off & found.hosting).mean(axis=0)
    return risk
