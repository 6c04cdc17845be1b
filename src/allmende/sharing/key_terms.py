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
    unknown = sorted(table.keys() - TERMS)
    if unknown:
        raise AllmendeError(f"A key has no term {unknown[0]!r}.", where=where, expected=", ".join(sorted(TERMS)))
    weights = table.get("weights")
    if not isinstance(weights, Mapping) or not weights:
        raise AllmendeError("The key has no weights.", where=where, expected="weights = { inhabitants = 1 }, say")
    floors = _bounds(table.get("floor", {}), f"{where}.floor")
    if "minimum_share" in table:
        floors = {EVERYBODY: Bound(share=number(table["minimum_share"], f"{where}.minimum_share")), **floors}
    return Key(
        measures={measure: number(weight, f"{where}.weights.{measure}") for measure, weight in weights.items()},
        base_year=table.get("base_year"),
        exempt=frozenset(table.get("exempt", ())),
        floors=floors,
        caps=_bounds(table.get("cap", {}), f"{where}.cap"),
        pre_shares={name: number(part, f"{where}.pre_share") for name, part in table.get("pre_share", {}).items()},
        transition=_transition(table["transition"], f"{where}.transition") if "transition" in table else None,
        rounding=table.get("rounding", "largest-remainder"),
    )


def _bounds(table: Any, where: str) -> dict[str, Bound]:
    if not isinstance(table, Mapping):
        table = {EVERYBODY: table}
    return {name: _bound(value, f"{where}, {name}") for name, value in table.items()}


def _bound(value: Any, where: str) -> Bound:
    if isinstance(value, str) and value.strip().endswith("%"):
        return Bound(share=number(value, where))
    return Bound(cents=cents(value, where=where))


def _transition(table: Mapping[str, Any], where: str) -> Transition:
    if not {"from", "new_part"} <= table.keys() or not table["new_part"]:
        raise AllmendeError(
            "A transition needs the old key and the part of the new one by year.",
            where=where,
            expected='from = { weights = … }, new_part = { 2026 = "33 %", 2027 = "67 %" }',
        )
    parts: dict[int, Fraction] = {
        int(year): number(part, f"{where}.new_part.{year}") for year, part in table["new_part"].items()
    }
    if any(part > 1 for part in parts.values()):
        raise AllmendeError("A part of the new key is more than the whole.", where=f"{where}.new_part", expected="0 % to 100 %")
    return Transition(key_from(table["from"], f"{where}.from"), parts)
