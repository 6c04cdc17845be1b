"""Why no plan keeps all terms, and how far one of them must give way."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from allmende.needs.siting.joint import joint_model
from allmende.needs.siting.program import NO_LIMITS, Limits
from allmende.needs.siting.sharing import Sharing
from allmende.needs.siting.terms import Outcome, Term, broken, outcome, pays_more, terms

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
    """Each term that can help alone or, if none can, `together`: sets of terms that can, those with the fewest terms first."""

    single: tuple[Relaxation, ...]
    together: tuple[tuple[Relaxation, ...], ...]

    @property
    def advice(self) -> str:
        """What to tell people."""
        alone = "; ".join(found.sentence for found in self.single)
        if alone:
            return f"Ease one of: {alone}." if len(self.single) > 1 else f"Ease {alone}."
        if not self.together:
            return "Allow more time: what could give way was not found."
        ways = " Or: ".join("; ".join(found.sentence for found in eased) + "." for eased in self.together)
        return f"None helps alone; together: {ways}"


def diagnose(sharing: Sharing, limits: Limits = NO_LIMITS) -> Diagnosis:
    """Ease the terms one by one (all others hold) by as little as possible; then those of one kind for all services; then all.

    Each easing is an integer program with a slack in place of costs, in sum as small as can be relative to what is asked. How
    far a term gives way is read from the plan that was found, so that what is named is feasible, and everything else holds.
    """
    asked = terms(sharing)
    single = [eased for term in asked for eased in _eased(sharing, frozenset([term]), limits)]
    if single:
        return Diagnosis(tuple(single), ())
    kinds = [frozenset(term for term in asked if term.kind == kind) for kind in dict.fromkeys(term.kind for term in asked)]
    together = [found for kind in kinds if len(kind) > 1 and (found := _eased(sharing, kind, limits))]
    together = together or [found for found in [_eased(sharing, frozenset(asked), limits)] if found]
    return Diagnosis((), tuple(sorted(together, key=len)))


def _eased(sharing: Sharing, eased: frozenset[Term], limits: Limits) -> tuple[Relaxation, ...]:
    model = joint_model(sharing, eased=eased, cost=False)
    answer = model.solve(limits)
    if answer.values is None:
        return ()
    found = outcome(sharing, model.hosting(answer))
    missed = broken(sharing, found)
    return tuple(_relaxation(sharing, found, term, by) for term, by in missed.items()) if missed.keys() <= eased else ()


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
        least = term.kind in ("min_load", "min_share")
        level = asked + (-by if least else by)
        sentence = f"{name} of {asked:g}{unit}{service}{place}: feasible from {_rounded(level, least)}{unit}"
    return Relaxation(term, asked, level, where, sentence)


def _rounded(level: float, least: bool) -> str:
    """Write a level to four digits, off to the side on which it is feasible: down where it is the least that is asked."""
    digits = 1e4 if abs(level) < 1e5 else 10
    away = floor(level * digits + 1e-3) if least else ceil(level * digits - 1e-3)
    return f"{away / digits:.10g}"


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
