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
    apply: Floats
    quality: Floats
    cost: Floats
    strikes: Floats
    victim: NDArray[np.int64]


def draw(setting: Setting, years: int, rngs: Sequence[np.random.Generator]) -> Draws:
    """Draw one run from each generator."""
    members, shocks = len(setting.members), len(setting.shocks)
    parts = [
        (
            rng.standard_normal((years, members), dtype=np.float64),
            rng.random((years, members, SLOTS)),
            rng.standard_normal((years, members, SLOTS)),
            rng.standard_normal((years, members, SLOTS)),
            rng.random((years, shocks)),
            rng.integers(0, members, (years, shocks)),
        )
        for rng in rngs
    ]
    growth, apply, quality, cost, strikes, victim = (np.stack(column) for column in zip(*parts, strict=True))
    return Draws(growth, apply, quality, cost, strikes, victim)


def generators(seed: int, first: int, count: int) -> list[np.random.Generator]:
    """Return the generators of runs `first` … of a seed; run k is the same in every rehearsal with this seed."""
    return [np.random.default_rng([seed, run]) for run in range(first, first + count)]
