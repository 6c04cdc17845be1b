"""What every group of a case would pay: from coalitions, a cost function, costs before and after, or a siting result."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from allmende.errors import AllmendeError
from allmende.money import cents
from allmende.sharing.figures import number
from allmende.sharing.games import Game, game_of
from allmende.sharing.services import ITEMS, KINDS, Change, Part, cost_function_game, savings_game_of
from allmende.sharing.shapes import above_zero, names_of, only, rows_of, whole_of, words

WAYS = ("coalition", "cost_function", "savings", "siting")
PART = ("name", "kind", "amount", "measure", "step", "exponent", "spread", "source")
MEASURED = ("per-unit", "per-step", "power")
"""Kinds of parts that need a measure."""


def game_of_case(
    table: Mapping[str, Any],
    partners: tuple[str, ...],
    parts: tuple[Part, ...],
    volumes: Mapping[str, tuple[Fraction, ...]],
    siting: Game | None,
) -> Game:
    """Return the game of a case in euro, to the cent; raises `AllmendeError` unless it is given in exactly one way."""
    given = [name for name in WAYS if name in table]
    if len(given) != 1:
        raise AllmendeError(
            "The case does not say in one way what groups would pay."
            if not given
            else f"The case says it twice: {', '.join(given)}.",
            where="cost",
            expected="one of [[coalition]], [cost_function], [savings], siting",
            todo="Add one of them." if not given else "Leave one.",
        )
    if siting is not None:
        return _of_stated_kind(_from_siting(siting, partners), table)
    if "savings" in table:
        return _of_stated_kind(_from_savings(table["savings"], partners), table)
    if "cost_function" in table:
        return _of_stated_kind(cost_function_game(partners, parts, volumes), table)
    rows = [only(row, ("members", "amount"), "coalition") for row in rows_of(table["coalition"], "coalition")]
    named = [(names_of(row.get("members", []), "coalition, members"), row) for row in rows]
    amounts = [(members, cents(row.get("amount", ""), where=_place(members)) / 100) for members, row in named]
    return game_of(table.get("kind", "cost"), partners, amounts, partial=bool(table.get("partial", False)))


def _of_stated_kind(game: Game, table: Mapping[str, Any]) -> Game:
    if table.get("kind", game.kind) != game.kind:
        raise AllmendeError(
            f"The case says kind = {table['kind']!r}, but {_way(table)} makes a game of kind {game.kind!r}.",
            where="kind",
            expected=f'"{game.kind}"',
            todo="Correct kind, or leave it out.",
        )
    return game


def _way(table: Mapping[str, Any]) -> str:
    return next(name for name in WAYS if name in table)


def parts_of(table: Mapping[str, Any]) -> tuple[Part, ...]:
    """Return the parts of a case's cost function; none if it has no cost function."""
    if "cost_function" not in table:
        return ()
    rows = rows_of(only(table["cost_function"], ("part",), "cost_function").get("part", []), "cost_function.part")
    if not rows:
        raise AllmendeError(
            "The cost function has no parts.",
            where="cost_function",
            expected=f"[[cost_function.part]] with kind ({', '.join(KINDS)}) and amount",
            todo="Add a part.",
        )
    return tuple(part_from(row, f"cost_function.part {k}") for k, row in enumerate(rows, 1))


def part_from(row: Mapping[str, Any], where: str) -> Part:
    """Return a part of a cost function from its table; raises `AllmendeError` for what is missing or below 0."""
    only(row, PART, where)
    kind, measure = row.get("kind"), row.get("measure", "")
    if kind not in KINDS or not isinstance(measure, str) or (kind in MEASURED and not measure):
        raise AllmendeError(
            "A part of the cost is not complete.",
            where=where,
            expected=f"kind ({', '.join(KINDS)}), amount, and for {', '.join(MEASURED)} a measure",
            todo="Add what is missing.",
        )
    amount = cents(row.get("amount", ""), where=f"{where}, amount")
    if amount < 0:
        raise _negative(row["amount"], f"{where}, amount")
    return Part(
        name=words(row.get("name", kind), f"{where}, name"),
        kind=kind,
        amount=amount,
        measure=measure,
        step=above_zero(row.get("step", 1), f"{where}, step"),
        exponent=above_zero(row.get("exponent", 1), f"{where}, exponent"),
        spread=float(number(row.get("spread", 0), f"{where}, spread")),
        source=str(row.get("source", "")),
    )


def years_of(table: Mapping[str, Any]) -> int:
    """Return the years of a before/after comparison."""
    return whole_of(table.get("years"), "savings.years", least=1, most=100)


def changes_of(table: Mapping[str, Any], partners: tuple[str, ...]) -> tuple[Change, ...]:
    """Return what partners pay before and after, in the order of the partners."""
    only(table, ("years", "discount_rate", "partner"), "savings")
    rows = {str(row.get("name")): row for row in rows_of(table.get("partner", []), "savings.partner")}
    strange = sorted(rows.keys() - set(partners))
    if strange:
        raise AllmendeError(
            f"There is no partner {strange[0]!r}.",
            where="savings.partner",
            expected=", ".join(partners),
            todo="Correct the name, or add the partner.",
        )
    missing = [name for name in partners if name not in rows or not {"before", "after"} <= rows[name].keys()]
    if missing:
        raise AllmendeError(
            "A partner has no costs before and after.",
            where=f"savings.partner, {missing[0]}",
            expected="name, before, after (euro a year), one_off if any",
            todo="Add them.",
        )
    return tuple(_change(name, rows[name]) for name in partners)


def _change(name: str, row: Mapping[str, Any]) -> Change:
    where = f"savings.partner {name}"
    only(row, ("name", "before", "after", "one_off"), where)
    one_off = _cost(row.get("one_off", 0), f"{where}, one_off")
    before, after = row["before"], row["after"]
    if not isinstance(before, Mapping) and not isinstance(after, Mapping):
        return Change(name, _cost(before, f"{where}, before"), _cost(after, f"{where}, after"), one_off)
    if not isinstance(before, Mapping) or not isinstance(after, Mapping) or not set(ITEMS) >= {*before, *after}:
        raise AllmendeError(
            "Costs are split before but not after, or into something else than these kinds.",
            where=where,
            expected=f"{', '.join(ITEMS)}, before and after: before = {{ personnel = 100, material = 20 }}",
            todo="Split both, or give both as one amount.",
        )
    items = {
        item: (_cost(before.get(item, 0), f"{where}, before.{item}"), _cost(after.get(item, 0), f"{where}, after.{item}"))
        for item in ITEMS
        if item in before or item in after
    }
    return Change(name, sum(b for b, _ in items.values()), sum(a for _, a in items.values()), one_off, items)


def _from_siting(siting: Game, partners: tuple[str, ...]) -> Game:
    if set(siting.players) != set(partners):
        raise AllmendeError(
            "The siting result has other partners: " + ", ".join(siting.players) + ".",
            where="siting",
            expected=", ".join(partners),
            todo="Name the same partners in the case.",
        )
    rows = [
        (siting.members(s), round(float(siting.amounts[s]) * 100) / 100)
        for s in range(1, len(siting.amounts))
        if siting.stated[s]
    ]
    return game_of(siting.kind, partners, rows, partial=True)


def _from_savings(table: Any, partners: tuple[str, ...]) -> Game:
    changes = changes_of(table, partners)
    return savings_game_of(changes, rate=number(table.get("discount_rate", 0), "savings.discount_rate"), years=years_of(table))


def _cost(value: Any, where: str) -> int:
    amount = cents(value, where=where)
    if amount < 0:
        raise _negative(value, where)
    return amount


def _negative(value: Any, where: str) -> AllmendeError:
    return AllmendeError(
        f"The cost {value} is below 0.",
        where=where,
        expected="an amount of 0 or more",
        todo="Correct it; take revenue off the cost it belongs to.",
    )


def _place(members: tuple[str, ...]) -> str:
    return "coalition " + " + ".join(members) if members else "the coalition without members"
