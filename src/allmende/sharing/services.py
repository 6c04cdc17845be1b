"""From a service to a game: cost functions of volumes with fixed parts, and before/after comparisons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.sharing.games import Floats, Game, checked_players, coalition_sums, game_of, sizes

KINDS = ("fixed", "per-unit", "per-step", "power", "joint")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a service's yearly cost, in cents.

    `kind` says how it follows the volume V of `measure` over those who take part: fixed (once), per-unit (· V), per-step (once
    for every started `step` of V), power (amount · (V / `step`)^`exponent`), joint (for every partner beyond the first: what
    being together costs). `spread` is the relative half-width of a 90 % interval.
    """

    name: Mapping[str, str]
    kind: str
    amount: int
    measure: str = ""
    step: float = 1.0
    exponent: float = 1.0
    spread: float = 0.0
    source: str = ""

    def cost(self, volume: Floats, partners: NDArray[np.integer[Any]]) -> Floats:
        """Return the cents of groups [k] with these volumes and numbers of partners.

        >>> Part({}, "per-step", 500, step=100).cost(np.array([100.0, 101.0]), np.array([1, 2])).tolist()
        [500.0, 1000.0]
        """
        factor: dict[str, Callable[[], Floats]] = {
            "fixed": lambda: np.ones(len(volume)),
            "per-unit": lambda: volume,
            "per-step": lambda: np.ceil(volume / self.step - 1e-9),
            "power": lambda: (volume / self.step) ** self.exponent,
            "joint": lambda: (partners - 1).astype(np.float64),
        }
        return self.amount * factor[self.kind]()


def cost_function_game(
    partners: Sequence[str],
    parts: Sequence[Part],
    volumes: Mapping[str, Sequence[Fraction]],
    factors: Sequence[float] | None = None,
) -> Game:
    """Return the game in euro of what every group of partners would pay, to the cent; `factors` scale the parts.

    >>> parts = [Part({}, "fixed", 1000_00), Part({}, "per-unit", 10_00, "km")]
    >>> cost_function_game(["A", "B"], parts, {"km": [Fraction(5), Fraction(7)]}).amounts.tolist()
    [0.0, 1050.0, 1070.0, 1120.0]
    """
    names = checked_players("cost", partners)
    scale = [1.0] * len(parts) if factors is None else factors
    heads = sizes(len(names))
    sums = {measure: coalition_sums(np.array([float(v) for v in each])) for measure, each in volumes.items()}
    nothing = np.zeros(len(heads))
    cents = sum((f * p.cost(sums.get(p.measure, nothing), heads) for f, p in zip(scale, parts, strict=True)), nothing)
    cents[0] = 0.0  # nobody pays nothing
    return Game("cost", names, np.round(cents) / 100)


def annuity(one_off: int, rate: Fraction, years: int) -> int:
    """Return the yearly cents that repay a one-off cost over years at a rate of discount, rounded to the cent.

    a = I r / (1 − (1 + r)^−n); I / n without discounting.

    >>> annuity(100_000_00, Fraction(2, 100), 5), annuity(100_000_00, Fraction(0), 5)
    (2121584, 2000000)
    """
    if years < 1 or rate < 0:
        raise AllmendeError(
            f"{years} years at {float(rate):.2%} is no way to repay.",
            expected="a year or more, a rate of 0 or more",
            todo="Correct years or rate.",
        )
    yearly = Fraction(one_off, years) if not rate else one_off * rate / (1 - (1 + rate) ** -years)
    return round(yearly)


ITEMS = ("personnel", "material", "follow_up")
"""Kinds of yearly cost that a before/after comparison may state apart; the last is the follow-up cost of investments."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a partner pays a year before and after, and once, in cents; `items` are both by kind of cost, if stated."""

    partner: str
    before: int
    after: int
    one_off: int = 0
    items: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def savings_game_of(changes: Sequence[Change], *, rate: Fraction, years: int) -> Game:
    """Return the cost game of a before/after comparison: only everybody alone and all together are known.

    Alone everybody pays as before; together all pay as after, with one-off costs as an annuity.

    >>> game = savings_game_of([Change("A", 900_00, 500_00, 300_00), Change("B", 600_00, 400_00)], rate=Fraction(0), years=3)
    >>> game.total, game.alone.tolist()
    (np.float64(1000.0), [900.0, 600.0])
    """
    names = [change.partner for change in changes]
    together = sum(change.after + annuity(change.one_off, rate, years) for change in changes)
    table: list[tuple[Sequence[str], Any]] = [((change.partner,), change.before / 100) for change in changes]
    if len(changes) > 1:
        table.append((names, together / 100))
    return game_of("cost", names, table, partial=True)


def scaled(game: Game, alone: np.typing.NDArray[np.float64], together: float) -> Game:
    """Return the game with each amount alone scaled by its partner's factor, all joint amounts by one factor, to the cent."""
    amounts = game.amounts * together
    amounts[1 << np.arange(len(game))] = game.alone * alone
    return Game(game.kind, game.players, np.round(amounts, 2))
