"""One table of a call's file, asked for values by name: every value is looked at, and an error says where it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from allmende.errors import AllmendeError
from allmende.money import cents, show

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One table of the file, asked for values by name."""

    table: Table
    where: str

    def only(self, *keys: str) -> Part:
        """Return itself; raises `AllmendeError` for a key that is none of these, so that no misspelt rule is lost."""
        strange = sorted(self.table.keys() - set(keys))
        if strange:
            raise AllmendeError(
                f"{strange[0]} is not known here.", where=self.where, expected=", ".join(keys), todo="Correct or remove it."
            )
        return self

    def text(self, key: str) -> str:
        """Return a text."""
        value = self.needed(key)
        return value if isinstance(value, str) else str(value)

    def choice(self, key: str, among: Sequence[str]) -> str:
        """Return one of some words; there is no default, for it decides who gets money."""
        value = self.text(key) if key in self.table else ""
        if value not in among:
            raise AllmendeError(
                f"{key} is {value!r}." if value else f"{key} is not chosen, and it decides who gets money.",
                where=self.where,
                expected=f"one of {', '.join(among)}",
                todo=f"Write {key} = …; the page on calls says what each does.",
            )
        return value

    def money(self, key: str, default: int | None = None) -> int:
        """Return an amount of 0 or more in cents."""
        if default is not None and key not in self.table:
            return default
        amount = cents(self.needed(key), where=f"{self.where}, {key}")
        if amount < 0:
            raise AllmendeError(
                f"{key} is {show(amount, 'en')}.", where=self.where, expected="0 or more", todo="Correct the amount."
            )
        return amount

    def cap(self, key: str) -> int | None:
        """Return an amount in cents, or None where there is no cap."""
        return self.money(key) if key in self.table else None

    def number(self, key: str, default: Fraction | None = None) -> Fraction:
        """Return a number exactly as it is written."""
        if default is not None and key not in self.table:
            return default
        return number(self.needed(key), f"{self.where}, {key}")

    def part(self, key: str, default: Fraction | None = None) -> Fraction:
        """Return a part of a whole, as 0.8 or "80 %"."""
        written = self.table.get(key)
        if isinstance(written, str) and written.strip().endswith("%"):
            return number(written.strip().removesuffix("%").strip().replace(",", "."), f"{self.where}, {key}") / 100
        return self.number(key, default)

    def share(self, key: str, default: Fraction) -> Fraction:
        """Return a part from 0 to 1."""
        value = self.part(key, default)
        if not 0 <= value <= 1:
            raise AllmendeError(
                f"{key} is {float(value):g}.",
                where=self.where,
                expected='a share from 0 to 1, as 0.8 or "80 %"',
                todo="Correct it.",
            )
        return value

    def whole(self, key: str) -> int:
        """Return a whole number of 0 or more."""
        value = self.number(key)
        if value < 0 or value.denominator > 1:
            raise AllmendeError(
                f"{key} is {float(value):g}.", where=self.where, expected="a whole number of 0 or more", todo="Correct it."
            )
        return int(value)

    def one_of(self, key: str, known: Collection[str], kind: str) -> str:
        """Return the id of something that the file lists as a [[kind]]."""
        value = self.text(key)
        check_listed([value], known, kind, self.where)
        return value

    def tables(self, key: str) -> Table:
        """Return a table within the table; an empty one if it is left out."""
        value = self.table.get(key, {})
        if not isinstance(value, Mapping):
            raise AllmendeError(f"{key} is {value!r}.", where=self.where, expected=f"{key} = {{ … }}", todo="Write a table.")
        return value

    def needed(self, key: str) -> Any:
        """Return what is written; raises `AllmendeError` if nothing is."""
        if key not in self.table:
            raise AllmendeError(f"{key} is missing.", where=self.where, expected=f"{key} = …", todo="Add it.")
        return self.table[key]


def number(value: object, where: str) -> Fraction:
    """Read a number exactly as it is written: 0.3, "0.3" or "1/3".

    >>> number(0.3, ""), number("1/3", "")
    (Fraction(3, 10), Fraction(1, 3))
    """
    try:
        text = "" if isinstance(value, bool) else str(value)
        return Fraction(text) if "/" in text else Fraction(Decimal(text))
    except (InvalidOperation, ValueError, OverflowError, ZeroDivisionError):
        raise AllmendeError(
            f"{value!r} is no number.", where=where, expected='a number such as 0.3 or "1/3"', todo="Correct it."
        ) from None


def table_of(document: Table, key: str, name: str) -> Table:
    """Return a table of the file; raises `AllmendeError` if it is not there."""
    table = document.get(key)
    if not isinstance(table, Mapping):
        raise AllmendeError(
            f"The table [{key}] is missing.", where=name, expected=f"[{key}] with the rules of the call", todo="Add it."
        )
    return table


def parts(document: Table, key: str, name: str, *, needed: bool = True) -> Iterator[Part]:
    """Go through the tables of a list; raises `AllmendeError` if there is none and one is needed."""
    tables = document.get(key, [])
    if not isinstance(tables, list) or (needed and not tables):
        raise AllmendeError(f"There is no [[{key}]].", where=name, expected=f"at least one [[{key}]]", todo="Add it.")
    for position, table in enumerate(tables, 1):
        if not isinstance(table, Mapping):
            raise AllmendeError(
                f"{table!r} is no table.", where=name, expected=f"[[{key}]] with its values", todo="Correct it."
            )
        yield Part(table, f"{name}, {key} {table.get('id', f'no. {position}')}")


def check_listed(ids: Iterable[str], known: Collection[str], kind: str, where: str) -> None:
    """Raise `AllmendeError` for an id that the file does not list as a [[kind]]."""
    unknown = sorted(set(ids) - set(known))
    if unknown:
        raise AllmendeError(
            f"The {kind} {unknown[0]} is not listed.",
            where=where,
            expected=f"the id of a [[{kind}]]: {', '.join(known)}",
            todo="Correct the id, or list it.",
        )


def check_distinct(ids: Sequence[str], where: str) -> None:
    """Raise `AllmendeError` for an id that is given twice."""
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise AllmendeError(
            f"The id {twice[0]} is given twice.", where=where, expected="ids that differ", todo="Rename or remove one."
        )
