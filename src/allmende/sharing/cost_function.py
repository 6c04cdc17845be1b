"""Games whose costs follow a function of volumes, for as many players as one likes: no table of 2^n amounts is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.sharing.games import Floats
from allmende.sharing.services import Part
from allmende.sharing.shapley import Sampled, sample_shapley

CLOSED = ("fixed", "per-unit", "joint")
"""Kinds of parts whose Shapley value is a formula: a part n-th, one's own volume, a part n-th of all further partners."""
METHODS = ("equal-savings", "proportional", "ensc", "scrb", "aca", "shapley", "nucleolus")


@dataclass(frozen=True, slots=True)
class CostFunction:
    """What any group of players would pay: the sum of parts, in euro, not rounded. `volumes` are by measure [n]."""

    players: tuple[str, ...]
    parts: tuple[Part, ...]
    volumes: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.players)

    def cost(self, members: NDArray[np.bool_]) -> Floats:
        """Return the cost of coalitions, rows of booleans [k, n]; nobody costs nothing.

        >>> parts = (Part({}, "fixed", 6_00), Part({}, "per-unit", 1_00, "km"))
        >>> game = CostFunction(("A", "B"), parts, {"km": np.array([2.0, 3.0])})
        >>> game.cost(np.array([[True, False], [True, True], [False, False]])).tolist()
        [8.0, 11.0, 0.0]
        """
        heads = members.sum(axis=1)
        cents = sum((part.cost(self._volume(part, members), heads) for part in self.parts), np.zeros(len(members)))
        return np.where(heads > 0, cents, 0.0) / 100

    @property
    def alone(self) -> Floats:
        """What each would pay alone [n]."""
        return self.cost(np.eye(len(self), dtype=np.bool_))

    @property
    def total(self) -> float:
        """What all pay together."""
        return float(self.cost(np.ones((1, len(self)), dtype=np.bool_))[0])

    @property
    def separable(self) -> Floats:
        """What each adds when joining last [n]."""
        return self.total - self.cost(~np.eye(len(self), dtype=np.bool_))

    @property
    def base(self) -> float:
        """What a group pays however large it is: fixed parts, less one share of those per further partner."""
        sign = {"fixed": 1, "joint": -1}
        return sum(sign.get(part.kind, 0) * part.amount for part in self.parts) / 100

    @property
    def own(self) -> Floats:
        """What each adds to every group by its own volume and presence [n]: parts per unit and per further partner."""
        each = np.full(len(self), sum(part.amount for part in self.parts if part.kind == "joint") / 100)
        for part in self.parts:
            if part.kind == "per-unit":
                each = each + part.amount / 100 * self.volumes[part.measure]
        return each

    @property
    def bent(self) -> tuple[Part, ...]:
        """The parts that are neither fixed nor in proportion: steps and powers."""
        return tuple(part for part in self.parts if part.kind not in CLOSED)

    @property
    def concave(self) -> bool:
        """Whether joining a larger group never costs more; then the Shapley value satisfies every group (Shapley 1971)."""
        return self.base >= 0 and all(part.kind == "power" and part.exponent <= 1 for part in self.bent)

    def _volume(self, part: Part, members: NDArray[np.bool_]) -> Floats:
        volume: Floats = members @ self.volumes[part.measure] if part.measure else np.zeros(len(members))
        return volume


def split(game: CostFunction, method: str, *, orders: int, rng: np.random.Generator) -> tuple[Floats, Sampled | None]:
    """Split the total by a method of `METHODS`; for a sampled Shapley value the sample is returned, too.

    Fixed parts and parts in proportion have a formula; only steps and powers are sampled. Raises `AllmendeError` for methods
    that need all 2^n amounts.

    >>> parts = (Part({}, "fixed", 6_00), Part({}, "per-unit", 1_00, "km"))
    >>> game = CostFunction(("A", "B"), parts, {"km": np.array([2.0, 3.0])})
    >>> split(game, "shapley", orders=2, rng=np.random.default_rng(1))[0].tolist()
    [5.0, 6.0]
    """
    if method == "shapley":
        return _shapley(game, orders, rng)
    if method == "nucleolus":
        return _nucleolus(game), None
    return _by_few_amounts(game, method), None


def _shapley(game: CostFunction, orders: int, rng: np.random.Generator) -> tuple[Floats, Sampled | None]:
    closed = game.own + game.base / len(game)
    if not game.bent:
        return closed, None
    rest = CostFunction(game.players, game.bent, game.volumes)
    found = sample_shapley(len(game), rest.cost, orders=orders, rng=rng)
    return closed + found.shares, found


def _nucleolus(game: CostFunction) -> Floats:
    if game.bent:
        raise AllmendeError(
            f"The nucleolus of {len(game)} players is not computed where costs have steps or powers.",
            where=", ".join(sorted({part.kind for part in game.bent})),
            expected="at most 25 players, or parts fixed, per-unit and joint only: it compares all 2^n groups, level by level",
            todo="Choose shapley or scrb, which are tested against every group, or group players who act together.",
        )
    if game.base < 0:
        raise AllmendeError(
            "Together is worse than everybody alone: no shares leave each player at least as well off.",
            where="parts: joint is more than fixed",
            expected="fixed cost of at least the cost per further partner",
            todo="Check the parts; cooperation saves nothing here.",
        )
    return game.own + game.base / len(game)


def _by_few_amounts(game: CostFunction, method: str) -> Floats:
    alone, total, n = game.alone, game.total, len(game)
    if method == "equal-savings":
        shares: Floats = alone - (alone.sum() - total) / n
        return shares
    if method == "proportional":
        return _in_proportion(total, alone)
    marginal = game.separable
    joint = total - marginal.sum()
    remaining = alone - marginal
    if method == "ensc" or abs(remaining.sum()) <= 1e-9 * total:
        marginal += joint / n
        return marginal
    if (remaining < -1e-9 * total).any():
        raise AllmendeError(
            "A partner adds more to the joint cost than its cost alone.",
            where=game.players[int(np.argmin(remaining))],
            expected="separable costs of at most the cost alone",
            todo="Leave this partner out, or choose shapley.",
        )
    marginal += joint * remaining / remaining.sum()
    return marginal


def _in_proportion(total: float, alone: Floats) -> Floats:
    if not alone.sum():
        raise AllmendeError(
            "The costs alone sum to nothing.", where="parts", expected="a cost above 0", todo="Check the parts."
        )
    shares: Floats = total * alone / alone.sum()
    return shares


def cost_function(players: Sequence[str], parts: Sequence[Part], volumes: Mapping[str, Mapping[str, Any]]) -> CostFunction:
    """Return the game of players, parts, and volumes by measure and player; raises `AllmendeError` for a missing volume."""
    found = {}
    for measure in {part.measure for part in parts if part.measure}:
        given = volumes.get(measure, {})
        missing = [name for name in players if name not in given]
        if missing:
            raise AllmendeError(
                f"There is no volume of {measure}.",
                where=f"volumes.{measure}, {missing[0]}",
                expected="a number for every player",
                todo="Add it.",
            )
        found[measure] = np.array([_volume(given[name], measure, name) for name in players])
    return CostFunction(tuple(players), tuple(parts), found)


def _volume(value: Any, measure: str, name: str) -> float:
    try:
        volume = float("nothing" if isinstance(value, bool) else value)
    except (TypeError, ValueError):
        volume = float("nan")
    if not 0 <= volume < float("inf"):
        raise AllmendeError(
            f"The volume {value!r} is below 0 or no number.",
            where=f"volumes.{measure}, {name}",
            expected="a number of 0 or more",
            todo="Correct it.",
        )
    return volume
