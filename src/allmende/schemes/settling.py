"""One year of a scheme settled: every line in turn, exact until it is rounded to cents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import Any

from allmende.errors import AllmendeError
from allmende.money import show
from allmende.schemes import steps
from allmende.schemes.document import Said, naming
from allmende.schemes.measures import with_indices
from allmende.schemes.reading import value
from allmende.schemes.scheme import Line, Scheme
from allmende.sharing.bounds import Bound
from allmende.sharing.figures import Figures
from allmende.sharing.key_terms import key_from
from allmende.sharing.keys import Key, split_by


@dataclass(frozen=True, slots=True)
class Movement:
    """What one line moved: cents by partner, or from outside; an optional line may have lacked figures and counted 0."""

    line: str
    direction: str
    cents: tuple[int, ...]
    outside: int
    step: Said
    without_figures: bool = False


@dataclass(frozen=True, slots=True)
class Settlement:
    """One year in cents: who contributed and received what, and the pool before and after."""

    year: int
    partners: tuple[str, ...]
    movements: tuple[Movement, ...]
    opening: int
    closing: int

    @property
    def contributed(self) -> tuple[int, ...]:
        """Paid in, by partner."""
        return self._sums("in")

    @property
    def received(self) -> tuple[int, ...]:
        """Paid out, by partner."""
        return self._sums("out")

    @property
    def net(self) -> tuple[int, ...]:
        """Received less contributed, by partner."""
        return tuple(got - paid for got, paid in zip(self.received, self.contributed, strict=True))

    def _sums(self, direction: str) -> tuple[int, ...]:
        rows = [each.cents for each in self.movements if each.direction == direction]
        return tuple(map(sum, zip(*rows, strict=True))) if rows else (0,) * len(self.partners)


def settle(
    scheme: Scheme, figures: Figures, year: int, *, choices: Mapping[str, Any] | None = None, opening: int = 0
) -> Settlement:
    """Settle a year; `choices` give the scheme's required parameters, `opening` is what the pool holds in cents.

    Figures are whole units as the scheme names them (euro, inhabitants, m²). Raises `AllmendeError` for figures and choices
    that are missing, and when more leaves the pool than it holds.
    """
    chosen = choices or {}
    _check_choices(scheme, chosen)
    movements: list[Movement] = []
    pool = opening
    for line in scheme.lines:
        with naming(f"{year}, line {line.id}"):
            moved = _move(scheme, line, figures, year, chosen, pool)
        total = sum(moved.cents) + moved.outside
        pool += -total if line.direction in ("out", "outside-out") else total
        if pool < 0:
            raise AllmendeError(
                f"The pool holds {show(pool + total, 'en')}, but {line.id} takes {show(total, 'en')}.",
                where=f"scheme {scheme.id}, {year}",
                expected="payments that the pool can make",
                todo="Check the figures, or give the pool's opening balance.",
            )
        movements.append(moved)
    return Settlement(year, figures.partners, tuple(movements), opening, pool)


def _check_choices(scheme: Scheme, choices: Mapping[str, Any]) -> None:
    unknown = sorted(choices.keys() - scheme.parameters.keys())
    if unknown:
        raise AllmendeError(
            f"The scheme has no parameter {unknown[0]!r}.",
            where="[choices]",
            expected=", ".join(sorted(scheme.parameters)),
            todo="Correct the name, or remove it.",
        )


def _move(scheme: Scheme, line: Line, figures: Figures, year: int, choices: Mapping[str, Any], pool: int) -> Movement:
    nobody = (0,) * len(figures.partners)
    if line.optional and line.kind == "rate" and not any(measure == line.measure for measure, _ in figures.values):
        lacking = steps.phrase("no_figures", name=scheme.measures[line.measure])
        return Movement(line.id, line.direction, nobody, 0, lacking, without_figures=True)
    if line.kind == "rate":
        amounts, step = _by_rate(scheme, line, figures, year, choices)
        return Movement(line.id, line.direction, amounts, 0, step)
    amount, step = _amount(scheme, line, year, choices, pool)
    if line.kind == "sum":
        return Movement(line.id, line.direction, nobody, amount, step)
    if not amount:
        return Movement(line.id, line.direction, nobody, 0, steps.joined([step, steps.phrase("nothing")]))
    key = _key(scheme, line, figures, year, choices)
    split = split_by(key, amount, with_indices(scheme, figures, year - line.lag), year)
    return Movement(line.id, line.direction, split.cents, 0, steps.of_split(scheme, step, split, key))


def _by_rate(
    scheme: Scheme, line: Line, figures: Figures, year: int, choices: Mapping[str, Any]
) -> tuple[tuple[int, ...], Said]:
    factor = value(scheme, line.factor, year, choices) if line.factor else None
    base = figures.of(line.measure, year - line.lag)
    if line.growth_since:
        first = figures.of(line.measure, line.growth_since)
        base = tuple(max(now - then, Fraction(0)) for now, then in zip(base, first, strict=True))
    named = zip(figures.partners, base, strict=True)
    due = [Fraction(0) if name in line.exempt else (1 if factor is None else factor) * x for name, x in named]
    exempt = [name for name in figures.partners if name in line.exempt]
    return tuple(_cents(each) for each in due), steps.of_rate(scheme, line, factor, year - line.lag, exempt)


def _cents(euro: Fraction) -> int:
    """Round commercially: half a cent goes up."""
    return floor(100 * euro + Fraction(1, 2))


def _amount(scheme: Scheme, line: Line, year: int, choices: Mapping[str, Any], pool: int) -> tuple[int, Said]:
    if line.amount == "pool":
        return pool, steps.of_amount(scheme, line, None, year, "")
    base = value(scheme, line.amount, year - line.lag, choices)
    factor = value(scheme, line.factor, year, choices) if line.factor else None
    how = _rounded(line, choices) if line.round_up else ""
    step = steps.of_amount(scheme, line, factor, year - line.lag, how)
    if how == "base":
        base = _lift(base, line.round_up)
    product = base * (1 if factor is None else factor)
    return _cents(_lift(product, line.round_up) if how == "product" else product), step


def _rounded(line: Line, choices: Mapping[str, Any]) -> str:
    how = str(choices.get(line.rounded, line.rounded))
    if how not in ("base", "product"):
        raise AllmendeError(
            f"Whether the base or the product of {line.id} is rounded up is not chosen.",
            where=f"[choices], {line.rounded}",
            expected="base or product",
            todo="The source can be read both ways: choose one.",
        )
    return how


def _lift(amount: Fraction, unit: int) -> Fraction:
    euro = Fraction(unit, 100)
    return ceil(amount / euro) * euro


def _key(scheme: Scheme, line: Line, figures: Figures, year: int, choices: Mapping[str, Any]) -> Key:
    terms = {**line.key, "weights": {m: _weight(scheme, w, year, choices) for m, w in line.key.get("weights", {}).items()}}
    key = key_from(terms, f"scheme {scheme.id}, line {line.id}")
    if line.cap_of:
        share = value(scheme, line.cap_factor, year, choices)
        limits = zip(figures.partners, figures.of(line.cap_of, year - line.lag), strict=True)
        key = replace(key, caps={**key.caps, **{name: Bound(cents=floor(100 * share * base)) for name, base in limits}})
    return replace(key, exempt=key.exempt | (line.exempt & set(figures.partners)), base_year=key.base_year or year - line.lag)


def _weight(scheme: Scheme, weight: Any, year: int, choices: Mapping[str, Any]) -> str:
    if isinstance(weight, str) and weight in scheme.parameters:
        return str(_decimal(value(scheme, weight, year, choices)))
    return str(weight)


def _decimal(exact: Fraction) -> float | int:
    return int(exact) if exact.denominator == 1 else float(exact)
