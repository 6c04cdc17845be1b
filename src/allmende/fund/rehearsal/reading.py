"""The file of a rehearsal (docs/methods/rehearsal.md): members, strategies, rule sets, world, shocks, what is uncertain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from math import isfinite
from typing import Any

from allmende.errors import AllmendeError
from allmende.fund.rehearsal.paying_file import TERMS, check_paying, read_paying
from allmende.fund.rehearsal.setting import NO_CAP, ORDERS, OVERFLOWS, SHOCKS, Member, Rules, Setting, Shock, Strategy, World
from allmende.money import cents, show
from allmende.schemes.document import listed, naming, only, table_of, tables, whole
from allmende.sharing.figures import number

Table = Mapping[str, Any]

TABLES = ("world", "uncertain", "strategy", "rules", "shock", "member")

MONEY = {"volume", "cap_project", "cap_member", "cost", "tax_strength"}
"""Fields that the file gives in euro."""

SHARES = ("weight_tax", "funding_rate", "guarantee", "returns", "memory", "probability", "spillover")
BOUNDS = {**dict.fromkeys(SHARES, (0, 1)), "exit_threshold": (-1, 1)}
"""Fields on a scale: shares, and what is measured as satisfaction is."""

BELOW_0 = {"exit_threshold", "size", "growth", "price_growth", "common_good"}
"""Fields that may be below 0."""

CHOICES = {"order": ORDERS, "overflow": OVERFLOWS, "kind": SHOCKS}


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Everything that a comparison needs, beside seed, years and runs."""

    setting: Setting
    rule_sets: Mapping[str, Rules]
    world: World
    uncertain: Mapping[str, tuple[float, float]]
    worlds: int


def read_rehearsal(table: Table, name: str) -> Rehearsal:
    """Read the document; raises `AllmendeError` with the part, the value and what was expected."""
    only(table, TABLES, name)
    strategies = {
        key: Strategy(key, **_fields(Strategy, part, f"{name}, strategy.{key}", without={"name"}))
        for key, part in (tables(table, "strategy", name) or {"steady": {}}).items()
    }
    members = tuple(_member(part, k, strategies, name) for k, part in enumerate(listed(table, "member", name), 1))
    ids = [member.id for member in members]
    if len(set(ids)) < max(len(ids), 1):
        raise AllmendeError(
            "There are no members, or an id is given twice.",
            where=f"{name}, [[member]]",
            expected="members with ids that differ",
            todo="Add or rename members.",
        )
    shocks = tuple(_shock(part, f"{name}, shock {k}") for k, part in enumerate(listed(table, "shock", name), 1))
    setting = Setting(members, strategies, shocks)
    rule_sets = {key: _rules(part, setting, f"{name}, rules.{key}") for key, part in tables(table, "rules", name).items()}
    if not rule_sets:
        raise AllmendeError(
            "There are no rules.",
            where=name,
            expected="at least one [rules.NAME] with volume and weight_tax, a key or a scheme",
            todo="Add one.",
        )
    world = World(**_fields(World, table.get("world", {}), f"{name}, [world]"))
    unsure = tables(table, "uncertain", name)
    uncertain = {key: _range(key, each, name) for key, each in unsure.items() if key != "worlds"}
    worlds = whole({"worlds": 10, **unsure}, "worlds", f"{name}, [uncertain]")
    return Rehearsal(setting, rule_sets, world, uncertain, max(worlds, 1))


def _member(part: Table, place: int, strategies: Mapping[str, Strategy], name: str) -> Member:
    where = f"{name}, member {table_of(part, f'{name}, member {place}').get('id', place)}"
    figures = table_of(part.get("figures", {}), f"{where}, figures").items()
    known = {measure: number(each, f"{where}, figures.{measure}") for measure, each in figures}
    stated = {key: each for key, each in part.items() if key != "figures"}
    member = Member(**_fields(Member, stated, where, without={"figures"}), figures=known)
    if member.strategy not in strategies:
        raise AllmendeError(
            f"There is no strategy {member.strategy!r}.",
            where=where,
            expected=", ".join(strategies),
            todo="Add it, or correct the name.",
        )
    if member.inhabitants <= 0 or member.tax_strength <= 0 or member.cost <= 0:
        raise AllmendeError(
            "Inhabitants, tax strength or cost is not above 0.", where=where, expected="figures above 0", todo="Correct them."
        )
    return member


def _shock(part: Table, where: str) -> Shock:
    shock = Shock(**_fields(Shock, part, where))
    if "year" in part and shock.year < 1:
        raise AllmendeError(
            "year is 0.", where=where, expected="a year counted from 1", todo="Add 1 to the year, or give a probability."
        )
    return shock


def _rules(part: Table, setting: Setting, where: str) -> Rules:
    stated = {key: each for key, each in table_of(part, where).items() if key not in TERMS}
    with naming(where):
        rules = Rules(**_fields(Rules, stated, where, without={"paying"}), paying=read_paying(part, where))
    check_paying(setting, rules, where)
    if rules.returns > 0 and rules.returns_after < 1:
        raise AllmendeError(
            "Grants return in the year they are paid.",
            where=where,
            expected="returns_after of at least 1",
            todo="Correct returns_after.",
        )
    if rules.order == "equal-shares" and (rules.guarantee or rules.cap_member < NO_CAP):
        raise AllmendeError(
            "Equal shares are a guarantee themselves; another one or a cap per member would break it.",
            where=where,
            expected="guarantee and cap_member with ranking or points-per-euro",
            todo="Leave them out, or choose another order.",
        )
    return rules


def _fields(kind: type, part: Table, where: str, without: set[str] | None = None) -> dict[str, Any]:
    known = {each.name: each for each in fields(kind) if each.name not in (without or set())}
    only(part, tuple(known), where)
    missing = [
        key for key, each in known.items() if key not in part and each.default is MISSING and each.default_factory is MISSING
    ]
    if missing:
        raise AllmendeError(f"{missing[0]} is missing.", where=where, expected=f"{missing[0]} = …", todo="Add it.")
    return {key: _value(key, value, str(known[key].type).removesuffix(" | None"), where) for key, value in part.items()}


def _value(key: str, value: Any, kind: str, where: str) -> Any:
    if key in MONEY:
        value, kind = cents(value, where=f"{where}, {key}"), "int"
    if key in CHOICES and value not in CHOICES[key]:
        raise AllmendeError(f"{key} is {value!r}.", where=where, expected=", ".join(CHOICES[key]), todo="Choose one.")
    fits = {
        "bool": isinstance(value, bool),
        "str": isinstance(value, str),
        "int": type(value) is int,
        "float": type(value) in (int, float),
    }
    if not fits[kind]:
        raise AllmendeError(
            f"{key} is {value!r}.",
            where=where,
            expected={"int": "a whole number", "float": "a number"}.get(kind, kind),
            todo="Correct it.",
        )
    if type(value) in (int, float) and (not isfinite(value) or (value < 0 and key not in BELOW_0)):
        told = show(value) if key in MONEY else value
        raise AllmendeError(f"{key} is {told}.", where=where, expected="a number of 0 or more", todo="Correct it.")
    if key in BOUNDS and not BOUNDS[key][0] <= value <= BOUNDS[key][1]:
        raise AllmendeError(f"{key} is {value}.", where=where, expected="{} to {}".format(*BOUNDS[key]), todo="Correct it.")
    return float(value) if kind == "float" else value


def _range(key: str, given: Any, name: str) -> tuple[float, float]:
    where = f"{name}, uncertain.{key}"
    if key not in {each.name for each in fields(World)}:
        raise AllmendeError(
            f"{key} is nothing of the world.",
            where=where,
            expected=", ".join(each.name for each in fields(World)),
            todo="Correct the name.",
        )
    if not (
        isinstance(given, list)
        and len(given) == 2
        and all(type(x) in (int, float) and isfinite(x) for x in given)
        and given[0] <= given[1]
    ):
        raise AllmendeError(
            f"The range is {given!r}.", where=where, expected="the lowest and the highest, as [0.0, 0.1]", todo="Correct it."
        )
    low, high = (_value(key, end, "float", where) for end in given)
    return low, high
