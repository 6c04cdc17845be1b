"""Why no plan keeps all terms, and how far one of them must give way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allmende.needs.siting.joint import JointModel, joint_model
from allmende.needs.siting.program import NO_LIMITS, Answer, Limits
from allmende.needs.siting.sharing import Sharing
from allmende.needs.siting.terms import Outcome, Term, outcome, pays_more, terms

UNITS = {
    "sites": ("number of hosts", ""),
    "min_load": ("minimum load", ""),
    "capacity": ("capacity", ""),
    "reach": ("reach norm", " min"),
    "max_functions": ("most functions of one host", ""),
    "min_share": ("least share of functions", ""),
    "nesting": ("nesting", ""),
    "participation": ("participation", ""),
}


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A term that, eased alone to `feasible_from`, makes a plan possible; `where` names who needs it."""

    term: Term
    asked: float
    feasible_from: float
    where: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Each term that can help alone, or, if none can, the smallest joint easing (each relative to what is asked)."""

    single: tuple[Relaxation, ...]
    together: tuple[Relaxation, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to tell people."""
        return tuple(found.sentence for found in self.single or self.together)


def diagnose(sharing: Sharing, limits: Limits = NO_LIMITS) -> Diagnosis:
    """Ease the terms one by one (all others hold) by as little as possible; if none helps alone, all at once.

    Each easing is an integer program with a slack in place of costs.
    """
    single = []
    for term in terms(sharing):
        single += _eased(sharing, frozenset([term]), limits)
    together = [] if single else _eased(sharing, frozenset(terms(sharing)), limits)
    return Diagnosis(tuple(single), tuple(together))


def _eased(sharing: Sharing, eased: frozenset[Term], limits: Limits) -> list[Relaxation]:
    model = joint_model(sharing, eased=eased, cost=False)
    answer = model.solve(limits)
    if answer.values is None:
        return []
    found = outcome(sharing, model.hosting(answer))
    missed = ((term, _slack(model, answer, term)) for term in terms(sharing) if term in eased)
    return [_relaxation(sharing, found, term, by) for term, by in missed if by > 1e-6]


def _slack(model: JointModel, answer: Answer, term: Term) -> float:
    assert answer.values is not None  # noqa: S101 - asked only where there is one
    return float(answer.values[model.slack[term][0]])


def _relaxation(sharing: Sharing, found: Outcome, term: Term, by: float) -> Relaxation:
    asked = term.asked(sharing)
    name, unit = UNITS[term.kind]
    where = _where(sharing, found, term)
    place = f" in {where}" if where else ""
    service = f" for {sharing.services[term.service].name}" if term.service >= 0 else ""
    if term.kind == "sites":
        level = float(found.hosting[term.service].sum())
        sentence = f"{name}{service} of {asked:g}: feasible with {level:g}"
    elif term.kind == "nesting":
        level, sentence = by, f"{name}{service}: feasible without it{place}"
    elif term.kind == "participation":
        level, sentence = by, f"{name}: feasible if {where} pays up to {by:,.2f} more than alone"
    else:
        level = asked + (-by if term.kind in ("min_load", "min_share") else by)
        sentence = f"{name} of {asked:g}{unit}{service}{place}: feasible from {_rounded(level)}{unit}"
    return Relaxation(term, asked, level, where, sentence)


def _rounded(level: float) -> str:
    return f"{round(level, 4):g}" if abs(level) < 1e5 else f"{level:.1f}"


def _where(sharing: Sharing, found: Outcome, term: Term) -> str:
    """Name the partners at whom the term pinches in the plan that eases it least."""
    s, asked = term.service, term.asked(sharing)
    if term.kind == "reach":
        at = found.ways[s] > asked + 1e-6
    elif term.kind == "min_load":
        at = found.hosting[s] & (found.loads[:, s].mean(axis=0) < asked - 1e-6)
    elif term.kind == "capacity":
        at = found.loads[:, s].mean(axis=0) > asked + 1e-6
    elif term.kind == "max_functions":
        at = found.hosting.sum(axis=0) > asked
    elif term.kind == "min_share":
        at = np.array([service.weight for service in sharing.services]) @ found.hosting < asked - 1e-6
    elif term.kind == "nesting":
        at = found.hosting[s] & ~found.hosting[sharing.services[s].within or 0]
    elif term.kind == "participation":
        more = pays_more(sharing, found)
        at = more == more.max()
    else:
        return ""
    return ", ".join(name for name, here in zip(sharing.partners, at, strict=True) if here)
