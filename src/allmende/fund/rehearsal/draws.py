"""All chance of a rehearsal, drawn before it is played: a run replays from its own seed, whatever other runs there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.fund.rehearsal.setting import Setting

Floats = NDArray[np.float64]
SLOTS = 3
"""Applications that a member can write in a year."""


@dataclass(frozen=True, slots=True)
class Draws:
    """Axes [run, year, member] for `growth` and [run, year, member, slot] for the others; shocks [run, year, shock].

    `apply` is uniform, `quality`, `cost` and `growth` are standard normal; `strikes` uniform; `victim` a position of a member.
    """

    growth: Floats
    quality: Floats
    cost: Floats
    apply: Floats
    strikes: Floats
    victim: NDArray[np.int64]


def draw(setting: Setting, years: int, rngs: Sequence[np.random.Generator]) -> Draws:
    """Draw one run from each generator; the first years come out the same however many follow."""
    members, shocks = len(setting.members), len(setting.shocks)
    parts = []
    for rng in rngs:
        # each array has a generator of its own and is filled year by year, so that later years only append
        bells, apply, strikes, victim = rng.spawn(4)
        parts.append(
            (
                bells.standard_normal((years, members, 1 + 2 * SLOTS)),
                apply.random((years, members, SLOTS)),
                strikes.random((years, shocks)),
                victim.integers(0, members, (years, shocks)),
            )
        )
    normal, *others = (np.stack(column) for column in zip(*parts, strict=True))
    growth, quality, cost = normal[..., 0], normal[..., 1 : 1 + SLOTS], normal[..., 1 + SLOTS :]
    return Draws(growth, quality, cost, *others)


def generators(seed: int, first: int, count: int) -> list[np.random.Generator]:
    """Return the generators of runs `first` … of a seed; run k is the same in every rehearsal with this seed."""
    return [np.random.default_rng([seed, run]) for run in range(first, first + count)]
