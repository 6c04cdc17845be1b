"""What is known of partners, year by year: inhabitants, tax strength, use and whatever else a key may rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from allmende.errors import AllmendeError

MOST = 10**15
"""No figure of a partner is as large."""
EQUAL = "equal"
"""The measure that needs no figures: everybody counts 1."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of partners: `values[measure, year]` has one for each partner (None: not known). Year 0 holds for all years.

    >>> known = figures_of(["A", "B"], {"inhabitants": {2024: {"A": 300, "B": 100}}})
    >>> known.of("inhabitants", 2024)
    (Fraction(300, 1), Fraction(100, 1))
    >>> known.of("inhabitants", 2025)
    Traceback (most recent call last):
    allmende.errors.AllmendeError: There are no figures of inhabitants for 2025.
      where:    A, B
      expected: figures for the key's base year; known: 2024
      to do:    Add them, or choose another base year.
    """

    partners: tuple[str, ...]
    values: Mapping[tuple[str, int], tuple[Fraction | None, ...]]

    def of(self, measure: str, year: int) -> tuple[Fraction, ...]:
        """Return everybody's figure; raises `AllmendeError` that names who has none for the year."""
        if measure == EQUAL:
            return (Fraction(1),) * len(self.partners)
        at = (measure, year) if (measure, year) in self.values else (measure, 0)
        row = self.values.get(at, (None,) * len(self.partners))
        missing = [name for name, value in zip(self.partners, row, strict=True) if value is None]
        if missing:
            years = sorted(known for name, known in self.values if name == measure and known)
            raise AllmendeError(
                f"There are no figures of {measure} for {year or 'any year'}.",
                where=", ".join(missing),
                expected="figures for the key's base year" + (f"; known: {', '.join(map(str, years))}" if years else ""),
                todo="Add them, or choose another base year." if years else "Add them.",
            )
        return tuple(value for value in row if value is not None)


def figures_of(partners: Iterable[str], table: Mapping[str, Mapping[Any, Any]]) -> Figures:
    """Return figures from {measure: {year: {partner: figure}}} or {measure: {partner: figure}} (for all years).

    Raises `AllmendeError` for an unknown partner, and for a figure below 0 or that is no number.
    """
    names = tuple(partners)
    values: dict[tuple[str, int], tuple[Fraction | None, ...]] = {}
    for measure, rows in table.items():
        dated = rows and all(isinstance(row, Mapping) for row in rows.values())
        for year, row in rows.items() if dated else [(0, rows)]:
            values[measure, _year(year, measure)] = _row(names, measure, year, row)
    return Figures(names, values)


def _row(names: tuple[str, ...], measure: str, year: Any, row: Mapping[str, Any]) -> tuple[Fraction | None, ...]:
    where = f"{measure} {year}" if year else measure
    unknown = [name for name in row if name not in names]
    if unknown:
        raise AllmendeError(
            f"There is no partner {unknown[0]!r}.", where=where, expected=", ".join(names), todo="Correct the name."
        )
    return tuple(number(row[name], f"{where}, {name}") if name in row else None for name in names)


def number(value: Any, where: str) -> Fraction:
    """Return a figure of 0 or more as an exact fraction: a number, a text as "0.25", or a share as "25 %"."""
    text = str(value).strip()
    percent = text.endswith("%")
    try:
        exact = Fraction(Decimal(text.removesuffix("%").strip().replace(",", "."))) / (100 if percent else 1)
    except (InvalidOperation, ValueError, OverflowError):
        raise AllmendeError(
            f"{value!r} is not a figure.", where=where, expected="a number of 0 or more", todo="Correct it."
        ) from None
    if not 0 <= exact < MOST:
        what = f"The figure {value} is below 0." if exact < 0 else "The figure is too large to be one."
        raise AllmendeError(what, where=where, expected="a number of 0 or more, below 10^15", todo="Correct it.")
    return exact


def _year(year: Any, measure: str) -> int:
    try:
        return int(year)
    except ValueError:
        raise AllmendeError(f"{year!r} is not a year.", where=measure, expected="a year as 2024", todo="Correct it.") from None
