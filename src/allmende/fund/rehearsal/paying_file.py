"""How members pay, as a rehearsal's file says it: a key of `allmende sharing`, or a scheme with its choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from allmende.errors import AllmendeError
from allmende.fund.rehearsal.contributions import MOVING, ByKey, ByScheme, figure
from allmende.fund.rehearsal.setting import Paying, Rules, Setting
from allmende.schemes.document import naming, only, table_of
from allmende.schemes.reading import load_scheme, read_scheme
from allmende.schemes.scheme import Scheme
from allmende.sharing.figures import Figures
from allmende.sharing.key_terms import key_from
from allmende.sharing.keys import split_by

TERMS = ("key", "scheme", "choices", "first_year", "moves")
"""What a rule set may say of how members pay, beside `weight_tax`."""

KEY_TERMS = ("weights", "exempt", "floor", "cap", "minimum_share", "pre_share", "name", "id")
"""Terms of a key that mean something in a rehearsal, where figures move by themselves and cents go to the largest remainder."""


def read_paying(part: Mapping[str, Any], where: str) -> Paying | None:
    """Read the terms; None if there are none. Raises `AllmendeError` for what does not go together."""
    if "key" in part and "scheme" in part:
        raise AllmendeError("Both a key and a scheme are given.", where=where, expected="one of them", todo="Remove one.")
    if "key" in part:
        return ByKey(key_from(only(part["key"], KEY_TERMS, f"{where}.key"), f"{where}.key"))
    if "scheme" not in part:
        return None
    first_year, moves = part.get("first_year"), part.get("moves", [*MOVING])
    if type(first_year) is not int or not isinstance(moves, list):
        raise AllmendeError(
            f"first_year is {first_year!r}, moves is {moves!r}.",
            where=where,
            expected='first_year = 2027, moves = ["levy_base"]',
            todo="Say which calendar year the rehearsal begins with, and which measures follow tax strength.",
        )
    scheme = _scheme(part["scheme"], where)
    paid_in = tuple(line for line in scheme.lines if line.direction in ("in", "outside-in"))
    choices = table_of(part.get("choices", {}), f"{where}.choices")
    return ByScheme(replace(scheme, lines=paid_in), choices, first_year, tuple(moves))


def _scheme(given: Any, where: str) -> Scheme:
    return load_scheme(str(given)) if not isinstance(given, Mapping) else read_scheme(given, where)


def check_paying(setting: Setting, rules: Rules, where: str) -> None:
    """Let everybody pay once, exactly; raises `AllmendeError` for missing figures, a zero base or contradictory bounds."""
    with naming(where):
        if isinstance(rules.paying, ByScheme):
            _check_volume(rules.volume == 0, "A scheme says itself what is paid.", "no volume")
            tax = setting.column("tax_strength")[None, :]
            rules.paying.pay(setting, rules, 0, tax, tax > 0)
            return
        _check_volume(rules.volume > 0, "The volume is 0: there is nothing to give.", "a volume above 0")
        if isinstance(rules.paying, ByKey):
            measures = {
                (measure, 0): tuple(figure(member, measure) for member in setting.members)
                for measure in rules.paying.key.measures
            }
            split_by(rules.paying.key, rules.volume, Figures(tuple(each.id for each in setting.members), measures), 0)


def _check_volume(holds: bool, what: str, expected: str) -> None:
    if not holds:
        raise AllmendeError(what, where="volume", expected=expected, todo="Correct volume.")
