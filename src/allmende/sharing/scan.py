"""Look through all coalitions for those that complain most, without keeping more than their amounts in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from allmende.sharing.games import Floats, coalition_sums
from allmende.sharing.span import PRIME, Residues

BLOCK = 256
"""Coalitions of which at most one is reported: those of a block differ in the first players only and cut alike."""


@dataclass(frozen=True, slots=True)
class Free:
    """What tells free coalitions from determined ones: sums of a normal vector over the first and the last players."""

    first: Residues
    last: Residues

    @classmethod
    def of(cls, normal: Residues) -> Free:
        """Return the sums of a normal vector of `Span.normal`."""
        half = len(normal) // 2
        return cls(coalition_sums(normal[:half]), coalition_sums(normal[half:]))


def complaints(
    worth: Floats, shares: Floats, free: Free, *, factor: float, above: float, most: int
) -> tuple[NDArray[np.int64], Floats]:
    """Return free coalitions whose factor · worth − share is more than `above`, the worst of each block, worst first.

    At most `most` of them; their positions and the amounts. Coalitions whose worth is NaN are passed over.
    """
    half = len(shares) // 2
    first, last = coalition_sums(shares[:half]), coalition_sums(shares[half:])
    block = min(BLOCK, len(first))
    amount = np.empty(len(worth) // block)
    at = np.empty(len(amount), dtype=np.int64)
    _scan(worth, factor, first, last, free.first, free.last, np.uint64(PRIME), above, block, amount, at)
    found = np.flatnonzero(at >= 0)
    order = found[np.argsort(-amount[found], kind="stable")][:most]
    return at[order], amount[order]


@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "nsz", "contract"})
def _scan(worth, factor, first, last, free_first, free_last, prime, above, block, amount, at):  # type: ignore[no-untyped-def]
    width = len(first)
    for high in range(len(last)):
        for start in range(0, width, block):
            begin = high * width + start
            top = -np.inf
            for k in range(block):
                complaint = factor * worth[begin + k] - first[start + k]
                if complaint > top:
                    top = complaint
            best, where = above, -1
            if top - last[high] > above:  # rarely: only then ask which of the block are free
                for k in range(block):
                    complaint = factor * worth[begin + k] - first[start + k] - last[high]
                    if complaint > best and (free_last[high] + free_first[start + k]) % prime != 0:
                        best, where = complaint, begin + k
            amount[begin // block] = best
            at[begin // block] = where
