"""What members pay in a year of a rehearsal: by tax strength and inhabitants, by any key, or by a scheme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.fund.rehearsal.setting import Member, Rules, Setting
from allmende.fund.rehearsal.splitting import clip_rows, split_rows
from allmende.schemes.scheme import Scheme
from allmende.schemes.settling import settle
from allmende.sharing.bounds import Bound
from allmende.sharing.figures import EQUAL, Figures
from allmende.sharing.keys import EVERYBODY, Key

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOVING = ("tax_strength", "levy_base")
"""Measures that grow and fall with a member's tax strength; all others stay as the file says."""


@dataclass(frozen=True, slots=True)
class ByKey:
    """The rules' volume split by a key; without `others_bear` it shrinks with the part of those who left."""

    key: Key

    def pay(self, setting: Setting, rules: Rules, year: int, tax: Floats, inside: Flags) -> tuple[Ints, Ints]:
        """Return what members pay, [run, member], and nothing from outside, [run]."""
        bearing = inside if rules.others_bear else np.ones_like(inside)
        weights = self._weights(setting, tax, bearing)
        names = [member.id for member in setting.members]
        ahead = np.array([float(rules.volume * self.key.pre_shares.get(name, Fraction(0))) for name in names]) * bearing
        low, high = (
            _bounds(bounds, self.key, rules.volume, names, empty)
            for bounds, empty in ((self.key.floors, 0.0), (self.key.caps, np.inf))
        )
        rest = rules.volume - ahead.sum(axis=1)
        shares = ahead + clip_rows(weights, rest, np.maximum(low - ahead, 0.0) * bearing, np.maximum(high - ahead, 0.0))
        shares = np.where(inside, shares, 0.0)
        total = np.floor(shares.sum(axis=1) + 0.5).astype(np.int64)
        return split_rows(total, shares), np.zeros(len(total), dtype=np.int64)

    def _weights(self, setting: Setting, tax: Floats, bearing: Flags) -> Floats:
        counted = bearing & np.array([member.id not in self.key.exempt for member in setting.members])
        found = np.zeros(tax.shape)
        for measure, weight in self.key.measures.items():
            rows = np.where(counted, _rows(setting, measure, tax), 0.0)
            whole = rows.sum(axis=1, keepdims=True)
            found += float(weight) * np.divide(rows, whole, out=np.zeros_like(rows), where=whole > 0)
        return found


def by_weight(weight: float) -> ByKey:
    """Return the key of tax strength with this weight and inhabitants with the rest."""
    tax = Fraction(str(weight))
    return ByKey(Key({"tax_strength": tax, "inhabitants": 1 - tax}))


def _bounds(bounds: Mapping[str, Bound], key: Key, volume: int, names: list[str], empty: float) -> Floats:
    found = [bounds.get(name, None if name in key.exempt else bounds.get(EVERYBODY)) for name in names]
    return np.array([empty if bound is None else float(bound.of(volume)) for bound in found])


@dataclass(frozen=True, slots=True)
class ByScheme:
    """What a scheme's lines into the pool ask for, settled exactly for every run and year, among those who are inside.

    `first_year` is the calendar year of the rehearsal's first; measures of `moving` follow each member's tax strength.
    """

    scheme: Scheme
    choices: Mapping[str, Any]
    first_year: int
    moving: tuple[str, ...] = MOVING

    def pay(self, setting: Setting, rules: Rules, year: int, tax: Floats, inside: Flags) -> tuple[Ints, Ints]:
        """Return what members pay, [run, member], and what comes from outside, [run]."""
        paid, outside = np.zeros(tax.shape, dtype=np.int64), np.zeros(len(tax), dtype=np.int64)
        seen: dict[bytes, tuple[Ints, int]] = {}
        for run in range(len(tax)):
            same = tax[run].tobytes() + inside[run].tobytes()
            if same not in seen:
                seen[same] = self._settled(setting, year, tax[run], inside[run])
            paid[run], outside[run] = seen[same]
        return paid, outside

    def _settled(self, setting: Setting, year: int, tax: Floats, inside: Flags) -> tuple[Ints, int]:
        paid, places = np.zeros(len(tax), dtype=np.int64), np.flatnonzero(inside)
        if not len(places):
            return paid, 0
        members = [setting.members[k] for k in places]
        growth = [Fraction(round(float(tax[k])), setting.members[k].tax_strength) for k in places]
        values = dict(self._figures(members, growth))
        found = settle(
            self.scheme, Figures(tuple(each.id for each in members), values), self.first_year + year, choices=self.choices
        )
        paid[places] = found.contributed
        return paid, sum(each.outside for each in found.movements)

    def _figures(self, members: list[Member], growth: list[Fraction]) -> Any:
        """Give each measure now, as year 0 (every year that is asked for), and as it began, for lines that count its growth."""
        began = {line.measure: line.growth_since for line in self.scheme.lines if line.growth_since}
        for measure in {"tax_strength", "inhabitants", *(each for member in members for each in member.figures)}:
            first = tuple(figure(member, measure) for member in members)
            now = tuple(a * b for a, b in zip(first, growth, strict=True)) if measure in self.moving else first
            yield (measure, 0), now
            if measure in began:
                yield (measure, began[measure]), first


def figure(member: Member, measure: str) -> Fraction:
    """Return a member's figure, money in euro; raises `AllmendeError` if the file gives none."""
    if measure == EQUAL:
        return Fraction(1)
    if measure == "tax_strength":
        return Fraction(member.tax_strength, 100)
    if measure == "inhabitants":
        return Fraction(member.inhabitants)
    if measure not in member.figures:
        raise AllmendeError(
            f"There is no figure of {measure}, and contributions follow it.",
            where=f"member {member.id}, figures",
            expected=f"figures = {{ {measure} = … }}",
            todo="Add it, or choose another key.",
        )
    return member.figures[measure]


def _rows(setting: Setting, measure: str, tax: Floats) -> Floats:
    """Return a measure of every member in every run [run, member]; moving ones have moved with tax strength."""
    first = np.array([float(figure(member, measure)) for member in setting.members])
    return first * (tax / setting.column("tax_strength")) if measure in MOVING else np.broadcast_to(first, tax.shape)
