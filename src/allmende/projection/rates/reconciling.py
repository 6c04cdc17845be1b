"""One table out of many margins that were each protected by themselves and therefore do not add up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from allmende.projection.counts import Figures

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEAST = 1e-9
"""Persons that stand for none: a product can come back from there, not from 0."""
SHARPEST = 1e-3
"""The most that one step may take away of a cell."""
PLACES = 2
"""The axis of places in every table that is reconciled; ages are the last."""


def reconcile(shape: Sequence[int], views: Sequence[Figures], home: Ints, lows: Sequence[int], *, rounds: int = 20) -> Floats:
    """Find the non-negative table that fits all its published margins best, each weighted by the noise of its protection.

    Minimises Σ (figure - its sum over the table)²/noise over tables that are nowhere negative, by ISRA (Daube-Witherspoon and
    Muehllehner 1986), a multiplicative step x ← x · S'W t / S'W S x that never leaves them, lengthened by SQUAREM (Varadhan
    and Roland 2008) in the logarithm wherever that fits better. It begins at what proportional fitting makes of the
    margins, so that what no figure tells (single ages of a district) stays like the larger area. Exact figures (noise 0) are
    met at the end.

    Parameters
    ----------
    shape
        Of the table [.., .., place, .., age]; `lows` are its own first ages on the last axis.
    home
        Position of each place of the table in those of figures that are not `by_unit`.
    """
    lenses = [_Lens(view, tuple(shape), home, np.asarray(lows)) for view in views]
    table = np.ones(shape)
    for _ in range(12):
        for lens in lenses:
            table *= lens.spread(lens.ratio(table))
    pull = np.zeros(shape)
    for lens in lenses:
        pull += lens.spread(lens.weight * lens.value)
    logs = np.log(np.maximum(table, LEAST))
    for _ in range(rounds):
        logs = _lengthened(lenses, pull, logs)
    table = np.exp(logs)
    for lens in lenses:
        if lens.exact:
            table *= lens.spread(lens.ratio(table))
    return table


def _lengthened(lenses: Sequence[_Lens], pull: Floats, logs: Floats) -> Floats:
    """Take two steps of ISRA, then a long one in their direction, unless it fits worse."""
    once, _ = _step(lenses, pull, logs)
    twice, plain = _step(lenses, pull, once)
    first = once - logs
    bend = twice - once - first
    weight = np.exp(logs)
    curved = float((weight * bend**2).sum())
    length = max(np.sqrt(float((weight * first**2).sum()) / curved), 1.0) if curved > 0 else 1.0
    after, longer = _step(lenses, pull, logs + 2 * length * first + length**2 * bend)
    return after if longer <= plain else twice


def _step(lenses: Sequence[_Lens], pull: Floats, logs: Floats) -> tuple[Floats, float]:
    """Return the logarithm of the table after one step of ISRA, and the misfit before it."""
    logs = np.minimum(logs, 30.0)
    table, push, misfit = np.exp(logs), np.zeros_like(logs), 0.0
    for lens in lenses:
        seen = lens.look(table)
        misfit += float((lens.weight * (lens.value - seen) ** 2).sum())
        push += lens.spread(lens.weight * seen)
    ratio = np.divide(pull, push, out=np.ones_like(push), where=push > 0)
    return np.maximum(logs + np.log(np.maximum(ratio, SHARPEST)), np.log(LEAST)), misfit


class _Lens:
    """How one margin looks at the table: sums over what it does not tell apart, and the way back."""

    def __init__(self, view: Figures, shape: tuple[int, ...], home: Ints, lows: Ints) -> None:
        self.exact = view.noise == 0
        known = np.isfinite(view.value)
        self.value = np.where(known, view.value, 0.0)
        # 0.05: exact figures weigh much, yet not so much that the others are never heard
        self.weight = known / max(view.noise, 0.05)
        self.floor = 0.3 * np.sqrt(view.noise)
        self.home = None if view.by_unit or view.value.shape[PLACES] == 1 else home
        self.bands = np.searchsorted(lows, view.lows)
        self.band_of = np.searchsorted(np.asarray(view.lows), lows, side="right") - 1
        self.axes = tuple(a for a in range(len(shape) - 1) if view.value.shape[a] == 1 and shape[a] > 1)
        self.towns = view.value.shape[PLACES]

    def look(self, table: Floats) -> Floats:
        """Sum the table to this margin."""
        seen = np.add.reduceat(table, self.bands, axis=-1) if len(self.bands) < table.shape[-1] else table
        seen = seen.sum(axis=self.axes, keepdims=True) if self.axes else seen
        if self.home is None:
            return seen
        member = (self.home == np.arange(self.towns)[:, None]).astype(np.float64)
        return np.moveaxis(np.tensordot(member, seen, axes=(1, PLACES)), 0, PLACES)

    def spread(self, margin: Floats) -> Floats:
        """Give each cell of the table its figure of a margin."""
        spread = margin if self.home is None else np.take(margin, self.home, axis=PLACES)
        return spread if len(self.bands) == len(self.band_of) else np.take(spread, self.band_of, axis=-1)

    def ratio(self, table: Floats) -> Floats:
        """Return what the table must be multiplied by to show these figures; a noisy 0 leaves something to be found."""
        seen = self.look(table)
        wanted = np.maximum(self.value, self.floor)
        ratio = np.divide(wanted, seen, out=np.ones_like(seen), where=(seen > 0) & (self.weight > 0))
        return np.asarray(ratio, dtype=np.float64)
