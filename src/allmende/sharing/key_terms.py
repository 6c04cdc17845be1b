"""Keys as files write them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from allmende.errors import AllmendeError
from allmende.money import cents
from allmende.sharing.bounds import Bound
from allmende.sharing.figures import number
from allmende.sharing.keys import EVERYBODY, Key, Transition
from allmende.sharing.shapes import names_of, naming, only, table_of, whole_of

TERMS = {
    "weights", "base_year", "exempt", "floor", "cap", "minimum_share", "pre_share", "transition", "rounding", "name", "id",
}  # fmt: skip


def key_from(table: Mapping[str, Any], where: str = "key") -> Key:
    """Return the key of a table: `weights` and, if wanted, the other terms of `docs/formats/sharing-case.md`.

    Raises `AllmendeError` for a term that there is not, and for values that do not fit.

    >>> key = key_from({"weights": {"inhabitants": 0.5, "tax_strength": 0.5}, "cap": {"Averloh": "40 %"}, "base_year": 2024})
    >>> key.caps["Averloh"].share
    Fraction(2, 5)
    """
    only(table, sorted(TERMS), where)
    weights = table_of(table.get("weights", {}), f"{where}.weights")
    if not weights:
        raise AllmendeError(
            "The key has no weights.", where=where, expected="weights = { inhabitants = 1 }, say", todo="Say what it follows."
        )
    floors = _bounds(table.get("floor", {}), f"{where}.floor")
    if "minimum_share" in table:
        floors = {EVERYBODY: Bound(share=number(table["minimum_share"], f"{where}.minimum_share")), **floors}
    pre_shares = table_of(table.get("pre_share", {}), f"{where}.pre_share")
    terms: dict[str, Any] = {
        "measures": {measure: number(weight, f"{where}.weights.{measure}") for measure, weight in weights.items()},
        "base_year": _year(table["base_year"], f"{where}.base_year") if "base_year" in table else None,
        "exempt": frozenset(names_of(table.get("exempt", []), f"{where}.exempt")),
        "floors": floors,
        "caps": _bounds(table.get("cap", {}), f"{where}.cap"),
        "pre_shares": {name: number(part, f"{where}.pre_share, {name}") for name, part in pre_shares.items()},
        "transition": _transition(table["transition"], f"{where}.transition") if "transition" in table else None,
        "rounding": table.get("rounding", "largest-remainder"),
    }
    with naming(where):
        return Key(**terms)


def _bounds(table: Any, where: str) -> dict[str, Bound]:
    if not isinstance(table, Mapping):
        table = {EVERYBODY: table}
    return {name: _bound(value, f"{where}, {name}") for name, value in table.items()}


def _bound(value: Any, where: str) -> Bound:
    if isinstance(value, str) and value.strip().endswith("%"):
        return Bound(share=number(value, where))
    return Bound(cents=cents(value, where=where))


def _year(value: Any, where: str) -> int:
    return whole_of(int(value) if isinstance(value, str) and value.isdecimal() else value, where, least=1900, most=2200)


def _transition(given: Any, where: str) -> Transition:
    table = only(given, ("from", "new_part"), where)
    if not {"from", "new_part"} <= table.keys() or not table["new_part"]:
        raise AllmendeError(
            "A transition needs the old key and the part of the new one by year.",
            where=where,
            expected='from = { weights = … }, new_part = { 2026 = "33 %", 2027 = "67 %" }',
            todo="Add what is missing.",
        )
    parts: dict[int, Fraction] = {
        _year(year, f"{where}.new_part"): number(part, f"{where}.new_part.{year}")
        for year, part in table_of(table["new_part"], f"{where}.new_part").items()
    }
    if any(part > 1 for part in parts.values()):
        raise AllmendeError(
            "A part of the new key is more than the whole.",
            where=f"{where}.new_part",
            expected="0 % to 100 %",
            todo="Correct it.",
        )
    return Transition(key_from(table_of(table["from"], f"{where}.from"), f"{where}.from"), parts)
