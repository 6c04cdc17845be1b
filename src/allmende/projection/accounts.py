"""What happened to whom: the components of a projection, and the accounts that they must balance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allmende.projection.model import Floats, Model

TOLERANCE = 1e-9
"""By how much an account may miss, as a part of the people it is about (float64 has 1e-16, and a year has few sums)."""

COMPONENTS = ("births", "deaths", "came", "left", "moved_in", "moved_out", "changed")


@dataclass(frozen=True, slots=True)
class Year:
    """One year of a projection; every array is [G, M, 2, A] by age at the end of the year (row 0: born in the year)."""

    end: Floats  # people on 31.12., without those held apart
    births: Floats  # only in row 0
    deaths: Floats
    came: Floats  # from outside the region
    left: Floats  # to outside the region
    moved_in: Floats  # from a unit of the region (it may be the same one)
    moved_out: Floats
    changed: Floats  # into the group, less those who changed out of it


@dataclass(frozen=True, slots=True)
class Path:
    """A projection: people at the end of each year and the components between.

    `projected` is [T + 1, G, M, 2, A]; the components are [T, G, M, 2, A] as in `Year`. Who is held apart (students,
    barracks, homes) is not in `projected` and is in `population`.
    """

    model: Model
    projected: Floats
    births: Floats
    deaths: Floats
    came: Floats
    left: Floats
    moved_in: Floats
    moved_out: Floats
    changed: Floats

    @property
    def years(self) -> tuple[int, ...]:
        """The T + 1 years of `population`, the base year first."""
        return self.model.years

    @property
    def population(self) -> Floats:
        """Return everybody who lives there [T + 1, G, M, 2, A], those held apart included."""
        return self.projected + held_apart(self.model)

    @property
    def special(self) -> Floats:
        """Return the change of those held apart in each year [T, G, M, 2, A]."""
        return np.diff(held_apart(self.model), axis=0)


def held_apart(model: Model) -> Floats:
    """Return the people on whom no rate acts [T + 1, G, M, 2, A]."""
    apart: Floats = np.einsum("thm,hgmsa->tgmsa", model.special_share, model.special, optimize=True)
    return apart


def aged(people: Floats) -> Floats:
    """Move [..., A] by age at the start to age at the end of the year; the last row collects the last two.

    >>> aged(np.array([5.0, 3.0, 2.0, 1.0]))
    array([0., 5., 3., 3.])
    """
    rows = np.zeros_like(people)
    rows[..., 1:] = people[..., :-1]
    rows[..., -1] += people[..., -1]
    return rows


def check_year(start: Floats, year: Year, units: tuple[str, ...]) -> None:
    """Raise `AssertionError` unless the year balances.

    Per unit, group, sex and row: start + births - deaths + came - left + moved_in - moved_out + changed = end. Over the
    region: moves in = moves out by group, sex and row; changes of group cancel out by unit, sex and row. No row is negative.
    """
    expected = aged(start) + year.births - year.deaths + year.came - year.left + year.moved_in - year.moved_out + year.changed
    scale = max(1.0, float(start.max(initial=0)), float(year.end.max(initial=0)))
    wrong = np.abs(expected - year.end) > TOLERANCE * scale
    if wrong.any() or not np.isfinite(year.end).all():
        group, unit, sex, row = np.argwhere(wrong | ~np.isfinite(year.end))[0]
        raise AssertionError(f"People appear or vanish in unit {units[unit]}, group {group}, sex {sex}, age {row}")
    total = max(1.0, float(start.sum()))
    if np.abs((year.moved_in - year.moved_out).sum(axis=1)).max(initial=0) > TOLERANCE * total:
        raise AssertionError("Moves inside the region do not cancel out")
    if np.abs(year.changed.sum(axis=0)).max(initial=0) > TOLERANCE * total:
        raise AssertionError("Changes of group do not cancel out")
    if year.end.min(initial=0) < -TOLERANCE * scale:
        raise AssertionError("A row is negative")
