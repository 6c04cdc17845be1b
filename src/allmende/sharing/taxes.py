"""What partners keep of shared trade tax: after the levy, and after the municipal equalisation if its parameters are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from allmende.errors import AllmendeError
from allmende.parameters import load
from allmende.sharing.figures import number


@dataclass(frozen=True, slots=True)
class Equalisation:
    """A simple model of a Land's equalisation: of every further euro of tax strength these parts are lost."""

    land: str
    compensation: Fraction
    district_levy: Fraction
    year: int
    source: str

    @property
    def kept(self) -> Fraction:
        """The part of a further euro that stays."""
        return 1 - self.compensation - self.district_levy


def equalisation_from(table: Mapping[str, Any]) -> Equalisation:
    """Return the model of a table; raises `AllmendeError` that names what is missing, since no Land's values are shipped."""
    required = load("trade_tax")["equalisation"]["required"]
    missing = [name for name in required if name not in table]
    if missing:
        raise AllmendeError(
            f"The equalisation lacks {missing[0]}.",
            where="equalisation",
            expected=required[missing[0]],
            todo="Take it from the Land's law and the budget statute, or leave the equalisation out.",
        )
    found = Equalisation(
        str(table.get("land", "")),
        number(table["compensation"], "equalisation.compensation"),
        number(table["district_levy"], "equalisation.district_levy"),
        int(table["year"]),
        str(table["source"]),
    )
    if found.kept < 0:
        raise AllmendeError("More than a further euro is lost.", where="equalisation", expected="parts that sum to at most 1")
    return found


def after_levy(base: Fraction, rate: int) -> Fraction:
    """Return what stays of trade tax on an assessment base (Messbetrag) at a Hebesatz in percent: base · (rate − 35) / 100.

    >>> after_levy(Fraction(100_000), 400)
    Fraction(365000, 1)
    """
    levy = load("trade_tax")["levy"]
    points = Fraction(str(levy["federal"])) + Fraction(str(levy["state"]))
    if rate <= points:
        raise AllmendeError(
            f"A Hebesatz of {rate} leaves nothing.", where="Hebesatz", expected=f"a rate above {float(points):g}"
        )
    return base * (rate - points) / 100


def kept(gain: Fraction, equalisation: Equalisation | None = None) -> Fraction:
    """Return what stays of a gain in tax strength: all of it without a model, the kept part with one.

    >>> kept(Fraction(365_000))
    Fraction(365000, 1)
    """
    return gain if equalisation is None else gain * equalisation.kept
