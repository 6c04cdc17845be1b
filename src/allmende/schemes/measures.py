"""Indices computed from figures: relative wealth, need, effort."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from allmende.errors import AllmendeError
from allmende.schemes.scheme import Index, Scheme, Term
from allmende.sharing.figures import Figures


def with_indices(scheme: Scheme, figures: Figures, year: int) -> Figures:
    """Return the figures with the scheme's indices of a year added."""
    rows = {(index.id, year): index_of(index, figures, year - index.lag) for index in scheme.indices.values()}
    return Figures(figures.partners, {**figures.values, **rows})


def index_of(index: Index, figures: Figures, year: int) -> tuple[Fraction, ...]:
    """Compute an index of a year for every partner; raises `AllmendeError` for a figure of 0 that would be divided by."""
    weights = figures.of(index.mean_weight, year) if index.mean_weight else (Fraction(1),) * len(figures.partners)
    parts = [_term(term, figures, weights, year) for term in index.terms]
    raw = [max(sum(column, Fraction(0)), Fraction(0)) for column in zip(*parts, strict=True)]
    if index.least_of:
        enough = [x >= index.least for x in figures.of(index.least_of, year)]
        raw = [x if kept else Fraction(0) for x, kept in zip(raw, enough, strict=True)]
    raw = _best(raw, index.best)
    return tuple(x * times for x, times in zip(raw, figures.of(index.times, year), strict=True))


def _term(term: Term, figures: Figures, weights: Sequence[Fraction], year: int) -> list[Fraction]:
    values = figures.of(term.of, year)
    mean = sum((x * w for x, w in zip(values, weights, strict=True)), Fraction(0)) / (sum(weights) or 1)
    nothing = [name for name, x in zip(figures.partners, values, strict=True) if not x]
    if not mean or (term.form == "mean_over" and nothing):
        raise AllmendeError(
            f"The figure of {term.of} for {year} is 0, and the index divides by it.",
            where=", ".join(nothing),
            expected="a figure above 0",
            todo="Correct the figure.",
        )
    forms = {
        "over_mean": lambda x: x / mean,
        "mean_over": lambda x: mean / x,
        "gap_above": lambda x: (x - term.level * mean) / mean,
        "gap_below": lambda x: (term.level * mean - x) / mean,
    }
    return [term.weight * forms[term.form](x) for x in values]


def _best(raw: Sequence[Fraction], share: Fraction) -> list[Fraction]:
    """Keep the best share of partners (rounded up); equal ones with the last of them are kept too."""
    count = ceil(len(raw) * share)
    if count >= len(raw):
        return list(raw)
    last = sorted(raw, reverse=True)[count - 1] if count else max(raw) + 1
    return [x if x >= last else Fraction(0) for x in raw]
