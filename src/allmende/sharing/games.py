"""Cooperative games: who the players are, and what every coalition of them costs or is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite, isinf, isnan, nan
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError

Floats = NDArray[np.float64]
Amounts = NDArray[Any]
"""`float64`, or objects that are all `Fraction` (rational mode)."""
Kind = Literal["cost", "value"]

MOST_PLAYERS = 25
"""2^25 amounts take 256 MiB; one player more doubles everything."""
MOST = 10**15
"""Beyond, floats no longer tell cents apart, and shares would not sum to the total."""


@dataclass(frozen=True, slots=True)
class Game:
    """A game with transferable utility.

    `amounts` has 2^n entries: the amount of coalition S at position Σ 2^i over its players i, 0 at position 0. An amount that
    nobody stated is NaN (a *partial* game: only realistic coalitions are costed); the amount of all together is always there.

    >>> game = game_of("cost", ["A", "B"], [(["A"], 6), (["B"], 5), (["A", "B"], 8)])
    >>> game.amounts.tolist()
    [0.0, 6.0, 5.0, 8.0]
    >>> game.members(3)
    ('A', 'B')
    """

    kind: Kind
    players: tuple[str, ...]
    amounts: Amounts

    def __len__(self) -> int:
        return len(self.players)

    @property
    def everybody(self) -> int:
        """The position of the coalition of all players."""
        return len(self.amounts) - 1

    @property
    def total(self) -> Any:
        """The amount of all together, which an allocation splits."""
        return self.amounts[-1]

    @property
    def alone(self) -> Amounts:
        """The amount of each player alone."""
        singles: Amounts = self.amounts[1 << np.arange(len(self))]
        return singles

    @property
    def exact(self) -> bool:
        """Whether the amounts are fractions."""
        return self.amounts.dtype == object

    @property
    def noise(self) -> Any:
        """What counts as nothing among these amounts: a billionth of the largest, at most a thousandth; 0 in an exact game.

        Never below what sums of floats tell apart (a ten-trillionth of the largest).
        """
        if self.exact:
            return Fraction(0)
        largest = float(np.nanmax(np.abs(self.amounts)))
        return min(1e-9 * largest, max(1e-3, 1e-13 * largest))

    @property
    def worth(self) -> Amounts:
        """The amounts as a value game has them: a cost is a worth below nothing."""
        return -self.amounts if self.kind == "cost" else self.amounts

    @property
    def stated(self) -> NDArray[np.bool_]:
        """For each coalition whether its amount is known."""
        known: NDArray[np.bool_] = self.amounts == self.amounts
        return known

    def members(self, coalition: int) -> tuple[str, ...]:
        """Return the names of a coalition's players."""
        return tuple(name for i, name in enumerate(self.players) if coalition >> i & 1)

    def coalition(self, members: Iterable[str]) -> int:
        """Return the position of the coalition of these players."""
        return sum(1 << self.players.index(name) for name in members)

    def as_floats(self) -> Game:
        """Return the same game with `float64` amounts."""
        return Game(self.kind, self.players, self.amounts.astype(np.float64))

    def require_complete(self, method: str) -> None:
        """Raise `AllmendeError` that names a missing coalition if a method needs them all."""
        missing = np.flatnonzero(~self.stated)
        if len(missing):
            raise AllmendeError(
                f"The amounts of {len(missing)} coalitions are missing.",
                where=" + ".join(self.members(int(missing[0]))),
                expected=f"an amount for every coalition, as {method} needs",
                todo="State it, or choose a method for partial games (nucleolus, equal split of savings, a key).",
            )


def game_of(
    kind: str,
    players: Sequence[str],
    coalitions: Iterable[tuple[Sequence[str], Any]],
    *,
    partial: bool = False,
    exact: bool = False,
) -> Game:
    """Return the game of a table of coalitions: pairs of members and amount.

    With `exact` amounts become fractions. Infinite amounts say that a coalition cannot act alone and count as not stated.
    The empty coalition need not be named; if it is, its amount is 0.
    Raises `AllmendeError` for an unknown kind or player, a coalition named twice, too many players, a negative cost, and
    (unless `partial`) for a coalition that is missing.

    >>> game_of("cost", ["A", "B"], [(["A"], 6), (["A", "B"], 8)])
    Traceback (most recent call last):
    allmende.errors.AllmendeError: The amount of a coalition is missing.
      where:    B
      expected: an amount for each of the 3 coalitions
      to do:    State it, or say that only some coalitions are costed (partial).
    """
    names = checked_players(kind, players)
    amounts = np.full(1 << len(names), np.nan, dtype=object if exact else np.float64)
    amounts[0] = Fraction(0) if exact else 0.0
    position = {name: 1 << i for i, name in enumerate(names)}
    seen = bytearray(len(amounts))
    for members, amount in coalitions:
        at = _position(members, position)
        if not at:
            _check_empty(amount)
            continue
        if seen[at]:
            raise AllmendeError(
                f"A coalition is named twice, here with {amount}.",
                where=_named(members),
                expected="one amount a coalition",
                todo="Keep the right one.",
            )
        seen[at] = 1
        amounts[at] = _amount(amount, kind, members, exact=exact)
    game = Game("cost" if kind == "cost" else "value", names, amounts)
    _check_missing(game, seen, partial=partial)
    return game


def game_from(kind: Kind, players: Sequence[str], amount: Callable[[tuple[int, ...]], float]) -> Game:
    """Return the game whose amounts a function computes from the positions of a coalition's players.

    >>> game_from("cost", ["A", "B"], lambda members: 10 + 5 * len(members)).amounts.tolist()
    [0.0, 15.0, 15.0, 20.0]
    """
    names = checked_players(kind, players)
    n = len(names)
    amounts = [0.0] + [float(amount(tuple(i for i in range(n) if s >> i & 1))) for s in range(1, 1 << n)]
    return Game(kind, names, np.array(amounts))


def coalition_sums(parts: NDArray[Any]) -> NDArray[Any]:
    """Return for every coalition the sum over its players, in order of position.

    >>> coalition_sums(np.array([1.0, 10.0])).tolist()
    [0.0, 1.0, 10.0, 11.0]
    """
    sums = np.zeros(1, dtype=parts.dtype)
    for part in parts:
        sums = np.concatenate([sums, sums + part])
    return sums


def sizes(n: int) -> NDArray[np.uint8]:
    """Return the number of players of every coalition of n."""
    return np.bitwise_count(np.arange(1 << n, dtype=np.uint32))


def checked_players(kind: str, players: Sequence[str]) -> tuple[str, ...]:
    """Return the names of players; raises `AllmendeError` for none, one twice, an unknown kind, or too many for a table."""
    names = tuple(str(name) for name in players)
    if kind not in ("cost", "value"):
        raise AllmendeError(
            f"A game is not of kind {kind!r}.", where="kind", expected='"cost" or "value"', todo="Say which it is."
        )
    twice = [name for name in names if names.count(name) > 1]
    if not names or twice:
        what = f"The player {twice[0]!r} is named twice." if twice else "The game has no players."
        raise AllmendeError(what, where="players", expected="at least one player, each named once", todo="Correct the names.")
    if len(names) > MOST_PLAYERS:
        raise AllmendeError(
            f"{len(names)} players make 2^{len(names)} coalitions.",
            where="players",
            expected=f"at most {MOST_PLAYERS} players with an amount for every coalition (256 MiB)",
            todo="Group players who act together, use a structured game (airport, tree, blocks, cost-function).",
        )
    return names


def _position(members: Sequence[str], position: dict[str, int]) -> int:
    try:
        at = 0
        for name in members:
            at |= position.get(name, 0)
    except TypeError:
        raise AllmendeError(
            f"{members!r} are no members of a coalition.",
            where="coalitions",
            expected='a list of names, as ["A", "B"]',
            todo="Name its members.",
        ) from None
    if at.bit_count() != len(members):
        unknown = [name for name in members if name not in position]
        what = f"There is no player {unknown[0]!r}." if unknown else "A coalition has a member twice."
        raise AllmendeError(what, where=_named(members), expected="some of: " + ", ".join(position), todo="Correct the names.")
    return at


def _named(members: Sequence[str]) -> str:
    return "coalition " + " + ".join(map(str, members)) if members else "the coalition without members"


def _check_empty(amount: Any) -> None:
    if amount != 0:
        raise AllmendeError(
            f"The amount of nobody is {amount}.",
            where=_named(()),
            expected="0, or no such entry",
            todo="Name the members, or leave it out.",
        )


def _amount(amount: Any, kind: str, members: Sequence[str], *, exact: bool) -> Any:
    try:
        number = _number(amount)
        kept = Fraction(str(amount)) if exact and isfinite(number) else number
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        raise AllmendeError(
            f"{(repr(amount) if isinstance(amount, str) else str(amount))[:40]} is not an amount.",
            where=_named(members),
            expected='a number, or a fraction as "1/3"',
            todo="Correct it.",
        ) from None
    if isnan(number) or (kind == "cost" and number < 0) or number == -inf:
        raise AllmendeError(
            f"The cost {amount} is below nothing or no number." if kind == "cost" else f"{amount} is no amount.",
            where=_named(members),
            expected="a cost of 0 or more" if kind == "cost" else "a number",
            todo="If it is a gain, give a game of kind value.",
        )
    if isfinite(number):
        check_size(number, _named(members))
    return nan if isinf(number) else kept


def check_size(amount: float | Fraction, where: str) -> None:
    """Raise `AllmendeError` for an amount beyond `MOST`."""
    if not -MOST < amount < MOST:
        raise AllmendeError(
            f"The amount {float(amount):g} is too large for shares that sum to it.",
            where=where,
            expected="an amount below 10^15",
            todo="Give all amounts in thousands or millions.",
        )


def _number(amount: Any) -> float:
    if isinstance(amount, bool):
        raise TypeError
    return float(Fraction(amount)) if isinstance(amount, str) and "/" in amount else float(amount)


def _check_missing(game: Game, seen: bytearray, *, partial: bool) -> None:
    s = game.everybody if partial else seen.find(0, 1)
    if s < 0 or (partial and seen[s]):
        s = game.everybody if not game.stated[-1] else 0
    if s:
        raise AllmendeError(
            "The amount of all together is missing." if s == game.everybody else "The amount of a coalition is missing.",
            where=" + ".join(game.members(s)),
            expected=f"an amount for each of the {game.everybody} coalitions",
            todo="State it." if partial else "State it, or say that only some coalitions are costed (partial).",
        )
