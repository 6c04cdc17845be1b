"""The proof of savings that a Land asks for before it grants money for cooperation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from allmende.errors import AllmendeError
from allmende.parameters import load
from allmende.sharing.figures import number
from allmende.sharing.services import ITEMS, Change


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a grant: what is asked, what there is, whether it holds."""

    name: str
    asked: str
    found: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """The sheet of proof. Cents a year; `one_off` in cents, spread evenly over `years` where it is counted.

    `documents` are what a Land wants beside it, by language.

    `saving` = 1 − joint / Σ single, `saving_with_one_off` with the yearly part of one-off costs in the joint cost.
    """

    changes: tuple[Change, ...]
    years: int
    before: int
    after: int
    one_off: int
    saving: Fraction
    saving_with_one_off: Fraction
    conditions: tuple[Condition, ...]
    rule: Mapping[str, str]
    source: str
    documents: Mapping[str, Sequence[str]]
    count_one_off: bool = False

    @property
    def counted(self) -> Fraction:
        """The saving that is held against the threshold."""
        return self.saving_with_one_off if self.count_one_off else self.saving

    @property
    def items(self) -> dict[str, tuple[int, int]]:
        """Cents before and after by kind of cost; empty unless every partner states them apart."""
        if not all(change.items for change in self.changes):
            return {}
        stated = [item for item in ITEMS if any(item in change.items for change in self.changes)]
        return {
            item: (
                sum(change.items.get(item, (0, 0))[0] for change in self.changes),
                sum(change.items.get(item, (0, 0))[1] for change in self.changes),
            )
            for item in stated
        }

    @property
    def holds(self) -> bool:
        """Whether every condition holds."""
        return all(condition.holds for condition in self.conditions)


def prove(changes: Sequence[Change], years: int, *, land: str = "HE", count_one_off: bool = False) -> Proof:
    """Compute the saving share and hold it against the conditions of a Land's grant.

    `count_one_off` holds the saving with one-off costs against the threshold instead of the one without. Raises
    `AllmendeError` for a Land whose conditions are not known, and when single costs sum to nothing.

    >>> sheet = prove([Change("A", 400_00, 300_00), Change("B", 400_00, 300_00, 50_00), Change("C", 200_00, 200_00)], 5)
    >>> str(sheet.saving), str(sheet.saving_with_one_off), sheet.holds
    ('1/5', '19/100', True)
    """
    known = load("ikz_proof")
    if land not in known:
        raise AllmendeError(
            f"The conditions of {land!r} are not known.",
            where="land",
            expected=", ".join(known),
            todo="Choose one of them, or ask the Land what it wants proved.",
        )
    asked = known[land]
    before, after = sum(change.before for change in changes), sum(change.after for change in changes)
    one_off = sum(change.one_off for change in changes)
    if before <= 0 or years < 1:
        raise AllmendeError(
            "The costs before sum to nothing.",
            where="savings.partner, before",
            expected="the yearly cost of each",
            todo="Enter what each partner pays today.",
        )
    saving = 1 - Fraction(after, before)
    full = 1 - (after + Fraction(one_off, years)) / before
    return Proof(
        tuple(changes), years, before, after, one_off, saving, full,
        _conditions(asked, full if count_one_off else saving, len(changes), years), asked["rule"], asked["source"],
        asked["documents"], count_one_off,
    )  # fmt: skip


def _conditions(asked: Mapping[str, Any], saving: Fraction, members: int, years: int) -> tuple[Condition, ...]:
    least = number(asked["least_saving"], "least_saving")
    return (
        Condition("saving", f"{float(least):.0%}", f"{float(saving):.2%}", saving >= least),
        Condition("members", str(asked["least_members"]), str(members), members >= asked["least_members"]),
        Condition("years", str(asked["least_years"]), str(years), years >= asked["least_years"]),
    )
