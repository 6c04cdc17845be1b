"""Look through all coalitions for those that complain most, without keeping more than their amounts in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.sharing.games import Floats, coalition_sums
from allmende.sharing.span import PRIME, Residues

BLOCKS, BLOCK = 256, 256
"""At least so many blocks, of at most so many coalitions; one of a block is reported, for those of a block differ in the first
players only and cut alike."""
SLAB = 1 << 16
"""Coalitions looked at together, few enough for the processor's cache."""


@dataclass(frozen=True, slots=True)
class Free:
    """What tells free coalitions from determined ones: sums of a normal vector over the first and the last players."""

    first: Residues
    last: Residues

    @classmethod
    def of(cls, normal: Residues) -> Free:
        """Return the sums of a normal vector of `Span.normal`; the first players fill a slab."""
        cut = _cut(len(normal))
        return cls(coalition_sums(normal[:cut]), coalition_sums(normal[cut:]))

    def __getitem__(self, coalitions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say for each of some coalitions whether it is free."""
        width = len(self.first)
        free: NDArray[np.bool_] = (self.first[coalitions % width] + self.last[coalitions // width]) % np.uint64(PRIME) != 0
        return free


def complaints(
    worth: Floats, shares: Floats, free: Free, *, factor: float, above: float, most: int
) -> tuple[NDArray[np.int64], Floats]:
    """Return free coalitions whose factor · worth − share is more than `above`, the worst of each block, worst first.

    At most `most` of them; their positions and the amounts. Coalitions whose worth is NaN are passed over.
    """
    cut = _cut(len(shares))
    first, last = coalition_sums(shares[:cut]), coalition_sums(shares[cut:])
    width, block = len(first), max(1, min(BLOCK, len(worth) // BLOCKS))
    found, amounts = [], []
    for high, beyond in enumerate(last):
        slab = (factor * worth[high * width : (high + 1) * width] - first).reshape(-1, block)
        rows = np.flatnonzero(np.fmax.reduce(slab, axis=1) > above + beyond)
        if len(rows):
            at, complaint = _worst(slab[rows], rows * block + high * width, free, above + beyond)
            found.append(at)
            amounts.append(complaint - beyond)
    if not found:
        return np.empty(0, dtype=np.int64), np.empty(0)
    positions, every = np.concatenate(found), np.concatenate(amounts)
    order = np.argsort(-every, kind="stable")[:most]
    return positions[order], every[order]


def _worst(blocks: Floats, begin: NDArray[np.int64], free: Free, above: float) -> tuple[NDArray[np.int64], Floats]:
    """Return the worst free coalition of each block that has one above the threshold."""
    blocks[np.isnan(blocks)] = -np.inf
    at = blocks.argmax(axis=1)
    doubtful = np.flatnonzero(~free[begin + at])
    if len(doubtful):  # the worst of these blocks is determined: look at all that complain in them
        lines, places = np.nonzero(blocks[doubtful] > above)
        lines = doubtful[lines]
        determined = ~free[begin[lines] + places]
        blocks[lines[determined], places[determined]] = -np.inf
        at[doubtful] = blocks[doubtful].argmax(axis=1)
    complaint = blocks[np.arange(len(blocks)), at]
    kept = complaint > above
    return (begin + at)[kept], complaint[kept]


def _cut(n: int) -> int:
    """Return how many players are the first."""
    return min(n, SLAB.bit_length() - 1)
