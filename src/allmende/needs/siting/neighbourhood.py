"""A local search over who hosts what: the plan to begin with, and all there is when a model is too large to prove."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from time import monotonic

import numpy as np

from allmende.needs.siting.program import NO_LIMITS, Limits
from allmende.needs.siting.sharing import Sharing
from allmende.needs.siting.terms import Hosting, Outcome, broken, outcome

STARTS, MOVES = 3, 8_000
"""First choices (one greedy, the others random) and most moves tried from each."""


def search_functions(sharing: Sharing, rng: np.random.Generator, limits: Limits = NO_LIMITS) -> Outcome:
    """Open, close and swap hosts of a service as long as cost plus penalty for broken terms falls, or until time is up.

    The outcome may still break terms; `broken` says which.
    """
    until = monotonic() + limits.seconds
    quick = replace(sharing, demand=sharing.mean_demand) if sharing.loads == "mean" else sharing
    firsts = [_greedy(quick)] + [_random(quick, rng) for _ in range(STARTS - 1)]
    found = [_descend(quick, hosting, rng, until) for hosting in firsts]
    best = min(found, key=lambda pair: pair[0])[1]
    return outcome(sharing, best)


def _score(sharing: Sharing, hosting: Hosting) -> float:
    found = outcome(sharing, hosting)
    misses = sum(miss / max(term.asked(sharing), 1.0) for term, miss in broken(sharing, found).items())
    # a missed term costs more than any plan
    return found.cost + misses * float(sharing.alone_by_draw().sum(axis=1).mean())


def _descend(sharing: Sharing, hosting: Hosting, rng: np.random.Generator, until: float) -> tuple[float, Hosting]:
    best, tried, improved = _score(sharing, hosting), 0, True
    while improved and tried < MOVES:
        improved = False
        for s in rng.permutation(len(sharing.services)):
            for trial in _moves(sharing, hosting, int(s)):
                if monotonic() > until:
                    return best, hosting
                tried += 1
                score = _score(sharing, trial)
                if score < best - 1e-9 * abs(best):
                    best, hosting, improved = score, trial, True
                    break
    return best, hosting


def _moves(sharing: Sharing, hosting: Hosting, s: int) -> Iterator[Hosting]:
    opened, closed = np.flatnonzero(hosting[s]), np.flatnonzero(~hosting[s])
    for out in opened:
        for new in closed:
            yield _changed(hosting, s, close=int(out), open_=int(new))
            for other in np.flatnonzero(hosting[:, new] & ~hosting[:, out]):  # trade places with what is hosted there
                yield _changed(_changed(hosting, s, close=int(out), open_=int(new)), int(other), close=int(new), open_=int(out))
    if sharing.services[s].sites is None:
        for new in closed:
            yield _changed(hosting, s, open_=int(new))
        for out in opened if len(opened) > 1 else ():
            yield _changed(hosting, s, close=int(out))


def _changed(hosting: Hosting, s: int, *, close: int | None = None, open_: int | None = None) -> Hosting:
    trial = hosting.copy()
    if close is not None:
        trial[s, close] = False
    if open_ is not None:
        trial[s, open_] = True
    return trial


def _greedy(sharing: Sharing) -> Hosting:
    hosting = np.zeros((len(sharing.services), len(sharing.partners)), dtype=np.bool_)
    demand = sharing.mean_demand
    for s, service in enumerate(sharing.services):
        ways = np.full(len(sharing.partners), np.inf)
        for _ in range(service.sites or 1):
            costs = service.travel_cost * demand[s] @ np.minimum(ways[:, None], sharing.minutes) + sharing.fixed_cost[s]
            host = int(np.where(hosting[s], np.inf, costs).argmin())
            hosting[s, host] = True
            ways = np.minimum(ways, sharing.minutes[:, host])
    return hosting


def _random(sharing: Sharing, rng: np.random.Generator) -> Hosting:
    hosting = np.zeros((len(sharing.services), len(sharing.partners)), dtype=np.bool_)
    for s, service in enumerate(sharing.services):
        hosting[s, rng.permutation(len(sharing.partners))[: service.sites or 1]] = True
    return hosting
