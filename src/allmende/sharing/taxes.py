"""What partners keep of shared trade tax: after the levy, and after the municipal equalisation if its parameters are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from allmende.errors import AllmendeError
from allmende.parameters import load
from allmende.sharing.figures import number
from allmende.sharing.shapes import only, table_of, whole_of, words

PARTS = ("compensation", "district_levy", "grants_in_levy_base")


@dataclass(frozen=True, slots=True)
class Equalisation:
    """A simple model of a Land's equalisation: what a municipality loses of every further euro of tax strength.

    `compensation` is the part by which its key grants fall, `district_levy` the levy's rate, `grants_in_levy_base` the part of
    key grants on which the district levies, too. Texts by language.
    """

    land: Mapping[str, str]
    compensation: Fraction
    district_levy: Fraction
    grants_in_levy_base: Fraction
    year: int
    source: Mapping[str, str]

    @property
    def kept(self) -> Fraction:
        """The part of a further euro that stays: 1 − a − l (1 − g a).

        >>> float(Equalisation({}, Fraction(3, 5), Fraction(1, 2), Fraction(1), 2026, {}).kept)
        0.2
        """
        return 1 - self.compensation - self.district_levy * (1 - self.grants_in_levy_base * self.compensation)


@dataclass(frozen=True, slots=True)
class Effects:
    """What becomes of shared trade tax: the Hebesatz of the levy (None: no levy), and each partner's equalisation."""

    hebesatz: int | None
    equalisations: tuple[Equalisation | None, ...]

    @property
    def kept_parts(self) -> tuple[Fraction, ...]:
        """For each partner the part of a further euro of trade tax that stays."""
        levied = Fraction(1) if self.hebesatz is None else after_levy(Fraction(100, self.hebesatz), self.hebesatz)
        return tuple(kept(levied, one) for one in self.equalisations)

    def kept(self, cents: Sequence[int]) -> tuple[int, ...]:
        """Return what each partner keeps of its cents, rounded to the cent.

        >>> Effects(350, (None,)).kept([1000_00])
        (90000,)
        """
        return tuple(round(part * amount) for part, amount in zip(self.kept_parts, cents, strict=True))


def effects_from(table: Mapping[str, Any], partners: Sequence[str]) -> Effects | None:
    """Return the effects that the terms [trade_tax] and [equalisation] of a case ask for; None if it has neither.

    [equalisation.partner.NAME] replaces single parts for a partner. Raises `AllmendeError` for what is missing or does not fit.
    """
    if not {"trade_tax", "equalisation"} & table.keys():
        return None
    hebesatz = _hebesatz(table["trade_tax"]) if "trade_tax" in table else None
    common = dict(table_of(table.get("equalisation", {}), "equalisation"))
    own = {
        name: table_of(row, f"equalisation.partner.{name}")
        for name, row in table_of(common.pop("partner", {}), "equalisation.partner").items()
    }
    unknown = sorted(own.keys() - set(partners))
    if unknown:
        raise AllmendeError(
            f"There is no partner {unknown[0]!r}.",
            where="equalisation.partner",
            expected=", ".join(partners),
            todo="Correct the name, or add the partner.",
        )
    if "equalisation" not in table:
        return Effects(hebesatz, (None,) * len(partners))
    return Effects(hebesatz, tuple(_equalisation(common, own.get(name, {}), name) for name in partners))


def equalisation_from(table: Mapping[str, Any], where: str = "equalisation") -> Equalisation:
    """Return the model of a table; raises `AllmendeError` that names what is missing, since no Land's values are shipped."""
    required = load("trade_tax")["equalisation"]["required"]
    missing = [name for name in required if name not in table]
    if missing:
        raise AllmendeError(
            f"The equalisation lacks {missing[0]}.",
            where=where,
            expected=f"{missing[0]}: {required[missing[0]]}",
            todo="Take it from the Land's law and the budget statute, or leave the equalisation out.",
        )
    only(table, required, where)
    parts = {name: number(table[name], f"{where}.{name}") for name in PARTS}
    above = [name for name, part in parts.items() if part > 1]
    if above:
        raise AllmendeError(
            f"A part of {float(parts[above[0]]):g} is more than the whole.",
            where=f"{where}.{above[0]}",
            expected='a part as "60 %" or 0.6',
            todo="Correct it.",
        )
    year = whole_of(table["year"], f"{where}.year", least=1900, most=2200)
    found = Equalisation(
        land=words(table["land"], f"{where}.land"),
        **parts,
        year=year,
        source=words(table["source"], f"{where}.source"),
    )
    if found.kept < 0:
        raise AllmendeError(
            f"Of a further euro more than the whole is lost ({float(1 - found.kept):.2f}).",
            where=where,
            expected="compensation + district_levy · (1 − grants_in_levy_base · compensation) of at most 1",
            todo="Check the three parts: is the district levied on key grants, too (grants_in_levy_base)?",
        )
    return found


def after_levy(base: Fraction, rate: int) -> Fraction:
    """Return what stays of trade tax on an assessment base (Messbetrag) at a Hebesatz in percent: base · (rate − 35) / 100.

    >>> after_levy(Fraction(100_000), 400)
    Fraction(365000, 1)
    """
    points = levy_points()
    if rate <= points:
        raise AllmendeError(
            f"A Hebesatz of {rate} leaves nothing.",
            where="Hebesatz",
            expected=f"a rate above {float(points):g}",
            todo="Correct the Hebesatz.",
        )
    return base * (rate - points) / 100


def levy_points() -> Fraction:
    """Return the percentage points of the assessment base that go to the federation and the Land.

    >>> int(levy_points())
    35
    """
    levy = load("trade_tax")["levy"]
    return Fraction(str(levy["federal"])) + Fraction(str(levy["state"]))


def kept(gain: Fraction, equalisation: Equalisation | None = None) -> Fraction:
    """Return what stays of a gain in tax strength: all of it without a model, the kept part with one.

    >>> kept(Fraction(365_000))
    Fraction(365000, 1)
    """
    return gain if equalisation is None else gain * equalisation.kept


def _hebesatz(given: Any) -> int:
    rate = only(given, ("hebesatz",), "trade_tax").get("hebesatz")
    return whole_of(rate, "trade_tax.hebesatz", least=int(levy_points()) + 1, most=2000)


def _equalisation(common: Mapping[str, Any], own: Mapping[str, Any], name: str) -> Equalisation:
    return equalisation_from({**common, **own}, f"equalisation.partner.{name}" if own else "equalisation")
