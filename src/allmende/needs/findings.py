"""What a balance says, as data from which pages and reports make their sentences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allmende.needs.balance import LEVELS, Balance
from allmende.needs.services import Floats, Service

LIKELY = 0.5
"""A shortfall more probable than this is stated as one."""

UNLIKELY = 0.1
"""Up to this probability of a shortfall, in every single year, what is there is called enough."""

WORTH_NAMING = 0.1
"""Spare capacity is named from this part of the capacity on, if it is a whole step at least."""

KINDS = ("short", "open", "enough", "spare", "elsewhere", "nobody")

ROUND = 0.05
"""Probabilities are said in steps of 5 points; around 50 %, 300 draws are off by up to 5.7 points (19 of 20 times)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about a part of a service in a catchment.

    `kind` is one of `KINDS`:

    - "short": in `year` the `amount` is missing with `probability`; it is likely to be short first in `first_year` and
      last in `last_year`;
    - "open": nobody can say whether it suffices; `year` is the most critical one, with what may be missing;
    - "enough": it suffices in every single year to `year` with at least `probability`;
    - "spare": so it does, and at least the `amount` stays free in every year;
    - "elsewhere": nothing is offered here, and the `amount` is what is needed in `year`;
    - "nobody": nothing is needed nor offered.

    `amount` is rounded to what the figures support, `steps` are the groups, classes or practices that it takes.
    `bound` says how to read `probability`: "about", "above" or "below". `coverage` is the median of capacity in per cent of
    need in `year`, None where nothing is needed.
    """

    kind: str
    year: int
    amount: float = 0.0
    probability: float = 1.0
    bound: str = "about"
    steps: int = 0
    first_year: int = 0
    last_year: int = 0
    coverage: float | None = None


def find(balance: Balance, service: Service, *, until: int | None = None) -> tuple[tuple[Finding, ...], ...]:
    """Return what each catchment's parts have to say of the years up to `until` (all if left out), `[C][P]`.

    The rule: a shortfall is stated where its probability exceeds `LIKELY` in some year, about the year in which most is
    missing on average; up to `UNLIKELY` in all years it is called enough; between them it is open.
    """
    near = balance if until is None else balance.up_to(until)
    return tuple(tuple(_find(near, service, c, p) for p in range(len(near.parts))) for c in range(len(near.catchments)))


def supported(value: float, width: float, smallest: float = 1.0) -> float:
    """Round a figure to what an 80 % interval of this `width` supports, never to nothing.

    The grain is the largest of `smallest` × 1, 5, 10, 50, 100 … that is no more than a quarter of the width and than the value.

    >>> supported(43.2, 44.0), supported(43.2, 8.0), supported(1234.0, 900.0), supported(0.3, 0.2, smallest=0.1)
    (40.0, 43.0, 1200.0, 0.3)
    """
    grain = smallest
    for factor in (5, 2) * 6:
        if grain * factor > min(width / 4, value):
            break
        grain *= factor
    return round(max(round(value / grain), 1) * grain, 6)


def chance(probability: float) -> tuple[float, str]:
    """Round a probability to 5 points; what is nearly sure is said as a bound.

    >>> chance(0.853), chance(0.99), chance(1.0), chance(0.02)
    ((0.85, 'about'), (0.95, 'above'), (0.95, 'above'), (0.05, 'below'))
    """
    if probability > 1 - ROUND:
        return 1 - ROUND, "above"
    if probability < ROUND:
        return ROUND, "below"
    return round(round(probability / ROUND) * ROUND, 2), "about"


def _find(balance: Balance, service: Service, c: int, p: int) -> Finding:
    need, probability = balance.need[:, :, c, p], balance.probability[:, c, p]
    if not balance.capacity[:, c, p].any():
        return _without(balance, service, c, p)
    if (probability > LIKELY).any():
        return _short(balance, service, c, p)
    if (probability > UNLIKELY).any():
        at = int(probability.argmax())
        said, bound = chance(float(probability[at]))
        amount = supported(float(balance.missing[at, c, p]), _width(need, at), _smallest(service, p))
        return Finding("open", balance.years[at], amount, said, bound, coverage=_coverage(balance, at, c, p))
    said, bound = chance(1 - float(probability.max()))
    last, spare, step = len(balance.years) - 1, balance.spare[:, c, p], service.told()[p].step
    found = Finding("enough", balance.years[-1], 0.0, said, bound, coverage=_coverage(balance, last, c, p))
    if (spare < np.maximum(WORTH_NAMING * balance.capacity[:, c, p], step)).any():
        return found
    at = int(spare.argmin())
    amount = supported(float(spare[at]), _width(need, at), _smallest(service, p))
    return Finding("spare", found.year, amount, said, bound, int(spare[at] / step + 1e-9), coverage=found.coverage)


def _short(balance: Balance, service: Service, c: int, p: int) -> Finding:
    probability, missing = balance.probability[:, c, p], balance.missing[:, c, p]
    likely = np.flatnonzero(probability > LIKELY)
    # the worst of the years in which it is likely; the earliest of equal ones
    at = int(likely[(probability * missing)[likely].argmax()])
    said, bound = chance(float(probability[at]))
    return Finding(
        "short",
        balance.years[at],
        supported(float(missing[at]), _width(balance.need[:, :, c, p], at), _smallest(service, p)),
        said,
        bound,
        int(np.ceil(missing[at] / service.told()[p].step - 1e-9)),
        balance.years[likely[0]],
        balance.years[likely[-1]],
        _coverage(balance, at, c, p),
    )


def _without(balance: Balance, service: Service, c: int, p: int) -> Finding:
    need = balance.need[:, 0, c, p]
    if not balance.need[:, :, c, p].any():
        return Finding("nobody", balance.years[-1])
    amount = supported(float(need[LEVELS.index(0.5)]), _width(balance.need[:, :, c, p], 0), _smallest(service, p))
    return Finding("elsewhere", balance.years[0], amount, coverage=0.0 if need.any() else None)


def _width(need: Floats, at: int) -> float:
    return float(need[LEVELS.index(0.9), at] - need[LEVELS.index(0.1), at])


def _smallest(service: Service, p: int) -> float:
    """Return the least amount worth saying: one place, or a fifth of a step that is less than one."""
    step = service.told()[p].step
    return step / 5 if step < 1 else 1.0


def _coverage(balance: Balance, at: int, c: int, p: int) -> float | None:
    need = balance.need[LEVELS.index(0.5), at, c, p]
    return round(float(100 * balance.capacity[at, c, p] / need), 1) if need > 0 else None
