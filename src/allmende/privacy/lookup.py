"""Look noise up: from a count and a cell key to the one value that this set of people always gets."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.privacy.ptable import Ints, PTable

Keys = NDArray[np.uint32]

KEY_SPACE = 1 << 32
_GUIDE_BITS = 12
_MIXED = 127
"""Marks a stretch of keys in the guide that more than one interval shares."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A p-table laid out over the key space 0 … 2³²-1, intervals [lower, upper) per row.

    `bounds` (uint64, all rows after one another) holds row · 2³² + upper bound, ascending; `noise` (int8) the noise
    below each bound. `guide` (int8, rows × 4096) holds the noise of every stretch of 2²⁰ keys that one interval covers,
    so that nearly all keys need a single read.
    """

    table: PTable
    bounds: NDArray[np.uint64]
    noise: NDArray[np.int8]
    guide: NDArray[np.int8]

    def draw(self, n: Ints, key: Keys) -> Ints:
        """Return the noise of counts with their cell keys (arrays of equal shape)."""
        rows = self.table.row_index(n)
        keys = np.asarray(key, dtype=np.uint32)
        return self.draw_row(rows, keys)

    def draw_row(self, rows: Ints, keys: Keys) -> Ints:
        """Return the noise of given rows at the keys."""
        noise = self.guide.ravel()[(rows << _GUIDE_BITS) + (keys >> np.uint32(32 - _GUIDE_BITS))].astype(np.int64)
        mixed = np.flatnonzero(noise == _MIXED)
        if len(mixed):
            places = (rows.ravel()[mixed].astype(np.uint64) << np.uint64(32)) + keys.ravel()[mixed]
            noise.reshape(-1)[mixed] = self.noise[np.searchsorted(self.bounds, places, side="right")]
        return noise


def lay_out(table: PTable, secret: bytes | None) -> Lookup:
    """Lay the intervals of each row over the key space, in an order that only the secret tells.

    Upper bounds are round(cumulated p · 2³²), the last one 2³²; the first interval with key < bound decides. The
    order of a row's intervals is that of HMAC-SHA256(secret, row and noise). With `secret` None they run from -D to
    +D, as printed tables do: for published examples only.
    """
    if secret is not None and len(secret) < 16:
        raise ValueError(f"The matrix secret has {len(secret)} bytes; give at least 16.")
    bounds: list[int] = []
    noises: list[int] = []
    for n, row in enumerate(table.rows):
        order = range(len(row.noise))
        if secret is not None:
            order_of = {j: _rank(secret, n, int(row.noise[j])) for j in order}
            ranked = sorted(order, key=order_of.__getitem__)
        else:
            ranked = list(order)
        upper = np.rint(np.cumsum(row.p[ranked]) * KEY_SPACE).astype(np.int64)
        upper[-1] = KEY_SPACE
        bounds += [n * KEY_SPACE + int(bound) for bound in np.minimum(upper, KEY_SPACE)]
        noises += [int(v) for v in row.noise[ranked]]
    edges, noise = np.array(bounds, dtype=np.uint64), np.array(noises, dtype=np.int8)
    return Lookup(table, edges, noise, _guide(len(table.rows), edges, noise))


def _rank(secret: bytes, n: int, noise: int) -> bytes:
    return hmac.digest(secret, f"allmende p-table row {n} noise {noise}".encode(), hashlib.sha256)


def _guide(rows: int, bounds: NDArray[np.uint64], noise: NDArray[np.int8]) -> NDArray[np.int8]:
    width = np.uint64(1 << (32 - _GUIDE_BITS))
    first = np.arange(rows << _GUIDE_BITS, dtype=np.uint64) * width
    low = np.searchsorted(bounds, first, side="right")
    high = np.searchsorted(bounds, first + width - np.uint64(1), side="right")
    guide = np.where(low == high, noise[low], np.int8(_MIXED)).astype(np.int8)
    return guide.reshape(rows, -1)
