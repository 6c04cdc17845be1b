"""A compensation scheme: parameters, derived measures, and lines that move money between partners, pool and outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from allmende.schemes.document import Said

FORMS = ("over_mean", "mean_over", "gap_above", "gap_below")
"""How a figure x becomes a term, m being the mean: x/m, m/x, (x - level m)/m, (level m - x)/m."""

DIRECTIONS = ("in", "out", "outside-in", "outside-out")
"""From partners into the pool, from the pool to partners, from outside into the pool, from the pool to outside."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value of the scheme, or one that its source does not give and that must be chosen: `required` asks for it."""

    id: str
    title: Said
    unit: Said
    source: Said
    value: Fraction | None = None
    by_year: Mapping[int, Fraction] = field(default_factory=dict)
    required: Said | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A weighted part of an index: the figure `of`, in one of `FORMS`."""

    of: str
    form: str
    weight: Fraction
    level: Fraction


@dataclass(frozen=True, slots=True)
class Index:
    """A measure computed from others: `times` × sum of terms, never below 0.

    Means are weighted by `mean_weight` (every partner 1 if ""). Partners with less than `least` of the measure `least_of`, and
    those beyond the best share of partners `best`, count 0. `lag` years back are the figures.
    """

    id: str
    title: Said
    times: str
    mean_weight: str
    terms: tuple[Term, ...]
    lag: int
    best: Fraction
    least_of: str
    least: Fraction


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of money a year.

    `kind` "rate": factor × measure (of `lag` years before, or its growth since a year), for each partner; no factor is 1.
    "split": an `amount` split by a key. "sum": an amount from outside. `factor` and `amount` name a parameter, or "pool" for
    all there is.
    `round_up` lifts the base or the product to full amounts. `optional` lines without figures are 0.
    """

    id: str
    title: Said
    direction: str
    kind: str
    measure: str = ""
    factor: str = ""
    amount: str = ""
    lag: int = 0
    growth_since: int = 0
    exempt: frozenset[str] = frozenset()
    key: Mapping[str, Any] = field(default_factory=dict)
    cap_of: str = ""
    cap_factor: str = ""
    round_up: int = 0
    rounded: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """When a partner may leave, and what it takes along or owes then (`on_exit`, in words). None and 0: no such rule."""

    earliest_exit: date | None = None
    notice_months: int = 0
    lock_in_years: int = 0
    on_exit: Said | None = None


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme with its source, its period, what is assumed and what nobody outside knows; `measures` are named for people."""

    id: str
    title: Said
    period: Said
    sources: tuple[str, ...]
    assumptions: tuple[Said, ...]
    unknown: tuple[Said, ...]
    sentence: Said
    parameters: Mapping[str, Parameter]
    measures: Mapping[str, Said]
    indices: Mapping[str, Index]
    lines: tuple[Line, ...]
    membership: Membership
    example: Mapping[str, Any]
