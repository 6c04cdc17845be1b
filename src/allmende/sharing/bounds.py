"""Split in proportion between floors and caps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from allmende.errors import AllmendeError


@dataclass(frozen=True, slots=True)
class Bound:
    """A floor or a cap: cents, or a share of the whole amount; exactly one of them."""

    cents: int | None = None
    share: Fraction | None = None

    def of(self, amount: int) -> Fraction:
        """Return the bound in cents of an amount."""
        return Fraction(self.cents) if self.cents is not None else amount * (self.share or Fraction(0))


@dataclass(frozen=True, slots=True)
class Clipped:
    """Shares that sum to the amount, and who stands at a bound."""

    shares: list[Fraction]
    bound: dict[str, str]


def clipped(
    weights: Sequence[Fraction],
    amount: Fraction,
    floors: Sequence[Fraction | None],
    caps: Sequence[Fraction | None],
    ahead: Sequence[Fraction],
    names: Sequence[str],
) -> Clipped:
    """Split an amount in proportion to weights so that share + `ahead` keeps floors and caps.

    Whoever breaks a bound is set to it and the remainder split again between the others. In each round only those on the side
    that is broken by more in sum are set (both when equal): that ends at the one split x_i = clip(λ w_i).
    Raises `AllmendeError` when a floor is above a cap, or all floors together above, all caps together below the amount.

    >>> half = Fraction(1, 2)
    >>> clipped([half, half], Fraction(100), [None, Fraction(70)], [None, None], [Fraction(0)] * 2, ["A", "B"]).shares
    [Fraction(30, 1), Fraction(70, 1)]
    """
    low = [max((floor or Fraction(0)) - first, Fraction(0)) for floor, first in zip(floors, ahead, strict=True)]
    high = [None if cap is None else cap - first for cap, first in zip(caps, ahead, strict=True)]
    _check(low, high, weights, amount, names)
    bound: dict[str, str] = {}
    fixed: dict[int, Fraction] = {}
    while True:
        shares = _proportional(weights, amount, fixed)
        under = {i: low[i] for i, x in enumerate(shares) if i not in fixed and x < low[i]}
        over = {
            i: cap
            for i, (x, cap) in enumerate(zip(shares, high, strict=True))
            if i not in fixed and cap is not None and x > cap
        }
        lacking = sum((low[i] - shares[i] for i in under), Fraction(0))
        exceeding = sum((shares[i] - cap for i, cap in over.items()), Fraction(0))
        if not under and not over:
            return Clipped(shares, bound)
        chosen = (under if lacking >= exceeding else {}) | (over if exceeding >= lacking else {})
        fixed |= chosen
        bound |= {names[i]: "floor" if i in under else "cap" for i in chosen}


def _proportional(weights: Sequence[Fraction], amount: Fraction, fixed: dict[int, Fraction]) -> list[Fraction]:
    rest = amount - sum(fixed.values(), Fraction(0))
    whole = sum((w for i, w in enumerate(weights) if i not in fixed), Fraction(0))
    return [fixed[i] if i in fixed else (rest * w / whole if whole else Fraction(0)) for i, w in enumerate(weights)]


def _check(
    low: list[Fraction], high: list[Fraction | None], weights: Sequence[Fraction], amount: Fraction, names: Sequence[str]
) -> None:
    for name, least, most in zip(names, low, high, strict=True):
        if most is not None and most < least:
            raise AllmendeError(
                "A floor is above a cap.",
                where=name,
                expected=f"at least {float(least) / 100:.2f} and at most {float(most) / 100:.2f} euro cannot both hold",
                todo="Change one of them.",
            )
    if sum(low, Fraction(0)) > amount:
        raise AllmendeError(
            "The floors together are more than the amount.",
            where=", ".join(name for name, least in zip(names, low, strict=True) if least),
            expected=f"floors of at most {float(amount) / 100:.2f} euro together",
            todo="Lower the floors.",
        )
    able = [
        amount if most is None and (weight or least) else most for most, weight, least in zip(high, weights, low, strict=True)
    ]
    if sum(
        (most for most, weight in zip(able, weights, strict=True) if most is not None and weight), Fraction(0)
    ) < amount - sum(least for least, weight in zip(low, weights, strict=True) if not weight):
        raise AllmendeError(
            "The caps leave a part of the amount that nobody bears.",
            where=", ".join(name for name, most in zip(names, high, strict=True) if most is not None),
            expected=f"caps of at least {float(amount) / 100:.2f} euro together",
            todo="Raise a cap.",
        )
