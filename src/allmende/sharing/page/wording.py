"""How the page speaks: its sentences, names of groups and amounts, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from allmende.parameters import load

SMALL = 1000_00
"""Cents below which an amount is said with its cents."""
UNSEEN = 1e-4
"""Cents below which an amount is noise of floats."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One language of the page."""

    language: str
    words: dict[str, Any]

    def __call__(self, name: str, **filled: object) -> str:
        """Return a sentence with its places filled."""
        return str(self.words[name]).format(**filled)

    def about(self, kind: str, name: str, **filled: object) -> str:
        """Return a sentence about a game of this kind: one about gains where there is one, as `name` with "_value"."""
        special = f"{name}_value"
        return self(special if kind == "value" and special in self.words else name, **filled)

    def euro(self, cents: float, *, decimals: bool = False) -> str:
        r"""Return an amount for people: whole euros, with cents if asked for or if the amount is small and not whole.

        >>> wording("de").euro(123456789), wording("en").euro(-250), wording("en").euro(1000), wording("de").euro(0.2)
        ('1.234.568\u202f€', '−€2.50', '€10', '<\u202f0,01\u202f€')
        """
        size = int(_half_up(abs(cents)))
        less = "<\u202f" if not size and abs(cents) >= UNSEEN else ""
        size = 1 if less else size
        number = self.number(Fraction(size, 100), 2 if decimals or (size < SMALL and size % 100) else 0)
        sign = "−" if cents < 0 and size else ""
        return less + (f"{sign}€{number}" if self.language == "en" else f"{sign}{number}\u202f€")

    def number(self, value: float | Fraction, decimals: int = 0) -> str:
        """Return a number with the language's marks, rounded commercially.

        >>> wording("de").number(48.125, 2), wording("en").number(-2.5), wording("en").number(-0.4)
        ('48,13', '−3', '0')
        """
        text = f"{_half_up(value, decimals):z,.{decimals}f}".replace("-", "−")
        return text if self.language == "en" else text.translate(str.maketrans(",.", ".,"))

    def signed(self, value: float | Fraction, decimals: int = 0) -> str:
        """Return a number with its sign."""
        size = _half_up(value, decimals)
        return ("+" if size > 0 else "" if size else "±") + self.number(value, decimals)

    def percent(self, part: float, decimals: int = 0) -> str:
        """Return a percentage."""
        return f"{self.number(100 * part, decimals)}{self.per_cent}"

    @property
    def per_cent(self) -> str:
        """The per cent sign as it follows a number."""
        return "%" if self.language == "en" else "\u202f%"

    def quoted(self, name: str) -> str:
        """Return a name in the language's quotation marks."""
        return f"„{name}“" if self.language == "de" else f"“{name}”"

    def group(self, members: Sequence[str]) -> str:
        """Return names as a list in a sentence.

        >>> wording("de").group(["A", "B", "C"])
        'A, B und C'
        """
        if len(members) < 2:
            return "".join(members)
        return f"{', '.join(members[:-1])} {self('and')} {members[-1]}"


def _half_up(value: float | Fraction, decimals: int = 0) -> Decimal:
    """Round half away from 0 what is written, as people do: 48.125 is no number of a float but what somebody reads."""
    exact = Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(str(value))
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def wording(language: str) -> Wording:
    """Return the words of "de" or "en"."""
    return Wording(language, load("sharing_page")[language])
