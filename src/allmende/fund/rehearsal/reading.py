"""The file of a rehearsal (docs/methods/rehearsal.md): members, strategies, rule sets, world, shocks, what is uncertain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from allmende.errors import AllmendeError
from allmende.fund.rehearsal.setting import ORDERS, OVERFLOWS, SHOCKS, Member, Rules, Setting, Shock, Strategy, World
from allmende.money import cents

Table = Mapping[str, Any]

TABLES = ("world", "uncertain", "strategy", "rules", "shock", "member")

MONEY = {"volume", "cap_project", "cap_member", "cost", "tax_strength"}
"""Fields that the file gives in euro."""

SHARES = {"weight_tax", "funding_rate", "guarantee", "returns", "memory", "probability"}
"""Fields between 0 and 1."""

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
    strange = sorted(table.keys() - set(TABLES))
    if strange:
        raise AllmendeError(
            f"{strange[0]} is not known here.", where=name, expected=", ".join(TABLES), todo="Correct or remove it."
        )
    strategies = {key: Strategy(key, **_fields(Strategy, part, f"{name}, strategy.{key}", without={"name"}))
                  for key, part in table.get("strategy", {"steady": {}}).items()}  # fmt: skip
    members = tuple(_member(part, k, strategies, name) for k, part in enumerate(table.get("member", []), 1))
    ids = [member.id for member in members]
    if len(set(ids)) < max(len(ids), 1):
        raise AllmendeError(
            "There are no members, or an id is given twice.",
            where=f"{name}, [[member]]",
            expected="members with ids that differ",
        )
    shocks = tuple(Shock(**_fields(Shock, part, f"{name}, shock {k}")) for k, part in enumerate(table.get("shock", []), 1))
    rule_sets = {key: Rules(**_fields(Rules, part, f"{name}, rules.{key}")) for key, part in table.get("rules", {}).items()}
    if not rule_sets:
        raise AllmendeError("There are no rules.", where=name, expected="at least one [rules.NAME] with volume and weight_tax")
    for key, rules in rule_sets.items():
        _check_rules(rules, f"{name}, rules.{key}")
    world = World(**_fields(World, table.get("world", {}), f"{name}, [world]"))
    uncertain = {key: _range(key, each, name) for key, each in table.get("uncertain", {}).items() if key != "worlds"}
    return Rehearsal(
        Setting(members, strategies, shocks), rule_sets, world, uncertain, table.get("uncertain", {}).get("worlds", 10)
    )


def _member(part: Table, number: int, strategies: Mapping[str, Strategy], name: str) -> Member:
    where = f"{name}, member {part.get('id', number)}"
    member = Member(**_fields(Member, part, where))
    if member.strategy not in strategies:
        raise AllmendeError(
            f"There is no strategy {member.strategy!r}.",
            where=where,
            expected=", ".join(strategies),
            todo="Add it, or correct the name.",
        )
    if member.inhabitants <= 0 or member.tax_strength <= 0 or member.cost <= 0:
        raise AllmendeError("Inhabitants, tax strength or cost is not above 0.", where=where, expected="figures above 0")
    return member


def _check_rules(rules: Rules, where: str) -> None:
    if rules.volume <= 0:
        raise AllmendeError("The volume is 0: there is nothing to give.", where=where, expected="a volume above 0")
    if rules.returns > 0 and rules.returns_after < 1:
        raise AllmendeError("Grants return in the year they are paid.", where=where, expected="returns_after of at least 1")


def _fields(kind: type, part: Table, where: str, without: set[str] | None = None) -> dict[str, Any]:
    known = {each.name: each for each in fields(kind) if each.name not in (without or set())}
    strange = sorted(part.keys() - known.keys())
    if strange:
        raise AllmendeError(f"{strange[0]} is not known here.", where=where, expected=", ".join(known))
    missing = [key for key, each in known.items() if key not in part and each.default is MISSING]
    if missing:
        raise AllmendeError(f"{missing[0]} is missing.", where=where, expected=f"{missing[0]} = …", todo="Add it.")
    return {key: _value(key, value, str(known[key].type), where) for key, value in part.items()}


def _value(key: str, value: Any, kind: str, where: str) -> Any:
    if key in MONEY:
        return cents(value, where=f"{where}, {key}")
    if key in CHOICES and value not in CHOICES[key]:
        raise AllmendeError(f"{key} is {value!r}.", where=where, expected=", ".join(CHOICES[key]))
    fits = {
        "bool": isinstance(value, bool),
        "str": isinstance(value, str),
        "int": type(value) is int,
        "float": type(value) in (int, float),
    }
    if not fits[kind]:
        raise AllmendeError(
            f"{key} is {value!r}.", where=where, expected={"int": "a whole number", "float": "a number"}.get(kind, kind)
        )
    if key in SHARES and not 0 <= value <= 1:
        raise AllmendeError(f"{key} is {value}.", where=where, expected="0 to 1")
    return float(value) if kind == "float" else value


def _range(key: str, given: Any, name: str) -> tuple[float, float]:
    where = f"{name}, uncertain.{key}"
    if key not in {each.name for each in fields(World)}:
        raise AllmendeError(
            f"{key} is nothing of the world.", where=where, expected=", ".join(each.name for each in fields(World))
        )
    if not (
        isinstance(given, list) and len(given) == 2 and all(type(x) in (int, float) for x in given) and given[0] <= given[1]
    ):
        raise AllmendeError(f"The range is {given!r}.", where=where, expected="the lowest and the highest value, as [0.0, 0.1]")
    return float(given[0]), float(given[1])
