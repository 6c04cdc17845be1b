"""How the page speaks: its sentences, names of groups and amounts, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from allmende.parameters import load


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
        r"""Return an amount for people: whole euros unless decimals are asked for.

        >>> wording("de").euro(123456789), wording("en").euro(-250, decimals=True)
        ('1.234.568\u202f€', '−€2.50')
        """
        number = self.number(abs(cents) / 100, 2 if decimals else 0)
        sign = "−" if round(cents / (1 if decimals else 100)) < 0 else ""
        return f"{sign}€{number}" if self.language == "en" else f"{sign}{number}\u202f€"

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number with the language's marks."""
        text = f"{value:,.{decimals}f}".replace("-", "−")
        return text if self.language == "en" else text.translate(str.maketrans(",.", ".,"))

    def signed(self, value: float, decimals: int = 0) -> str:
        """Return a number with its sign."""
        return ("+" if round(value, decimals) > 0 else "±" if not round(value, decimals) else "") + self.number(value, decimals)

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


def wording(language: str) -> Wording:
    """Return the words of "de" or "en"."""
    return Wording(language, load("sharing_page")[language])
