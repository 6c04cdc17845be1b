"""Distributions of sums of independent noise, as every attack needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, sqrt

import numpy as np

from allmende.privacy.ptable import Floats, Row


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution on the whole numbers `low`, `low` + 1, …, with probabilities `p`."""

    low: int
    p: Floats

    def at(self, value: int) -> float:
        """Return the probability of one value."""
        place = value - self.low
        return float(self.p[place]) if 0 <= place < len(self.p) else 0.0


def spread(row: Row, sign: int = 1) -> Spread:
    """Return the distribution of a row's noise, or of its negative."""
    noise = sign * row.noise
    low = int(noise.min())
    p = np.zeros(int(noise.max()) - low + 1)
    np.add.at(p, noise - low, row.p)
    return Spread(low, p)


def add(parts: Sequence[Spread]) -> Spread:
    """Return the distribution of a sum of independent parts.

    >>> coin = Spread(0, np.array([.5, .5]))
    >>> add([coin, coin]).p.tolist()
    [0.25, 0.5, 0.25]
    """
    total = Spread(0, np.ones(1))
    for part in parts:
        total = Spread(total.low + part.low, np.convolve(total.p, part.p))
    return total


def exact_by_rounding(variance: float) -> float:
    """Return P(|error| < 0.5) of a normal error: how often rounding an estimate gives the true count."""
    return 1.0 if variance <= 0 else erf(0.5 / sqrt(2 * variance))


def exact_mean(parts: Sequence[Spread]) -> float:
    """Return P that the mean of independent errors, rounded, is 0; a mean halfway between two counts is a hit half the time."""
    total = add(parts)
    errors = np.abs(total.low + np.arange(len(total.p))) * 2
    return float(total.p[errors < len(parts)].sum() + total.p[errors == len(parts)].sum() / 2)
