"""Where shared functions go: p-median, p-center, covers, and the joint model of neighbours who share."""

from allmende.needs.siting.agreement import Infeasible, Regret, SharedPlan, regret, share_functions
from allmende.needs.siting.center import p_center
from allmende.needs.siting.cover import max_cover, set_cover
from allmende.needs.siting.diagnosis import Diagnosis, Relaxation, diagnose
from allmende.needs.siting.game import as_cost_game
from allmende.needs.siting.median import p_median, p_median_heuristic
from allmende.needs.siting.plan import SitingPlan
from allmende.needs.siting.program import NO_LIMITS, Limits
from allmende.needs.siting.sharing import RULES, Rule, Service, Sharing
from allmende.needs.siting.terms import Outcome, Term, broken, outcome, shares, terms

__all__ = [
    "NO_LIMITS",
    "RULES",
    "Diagnosis",
    "Infeasible",
    "Limits",
    "Outcome",
    "Regret",
    "Relaxation",
    "Rule",
    "Service",
    "SharedPlan",
    "Sharing",
    "SitingPlan",
    "Term",
    "as_cost_game",
    "broken",
    "diagnose",
    "max_cover",
    "outcome",
    "p_center",
    "p_median",
    "p_median_heuristic",
    "regret",
    "set_cover",
    "share_functions",
    "shares",
    "terms",
]
