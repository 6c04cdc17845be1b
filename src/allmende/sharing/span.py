"""Which coalitions are determined by others: linear spans of 0/1 vectors, kept exactly in a prime field."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PRIME = 2**59 - 55
"""Above every determinant of a 0/1 matrix of 25 rows (Hadamard: below 2^37), so ranks in the field are ranks over the
rationals; and small enough that a sum of 25 elements fits into 64 bits."""

Residues = NDArray[np.uint64]


class Span:
    """The linear span of some coalitions' 0/1 vectors.

    >>> span = Span(3)
    >>> span.add(0b011), span.add(0b110), span.add(0b101), span.rank
    (True, True, True, 3)
    >>> pairs = Span(4)
    >>> [pairs.add(s) for s in (0b0011, 0b1100, 0b1111)]
    [True, True, False]
    """

    def __init__(self, n: int) -> None:
        self.n = n
        self._rows: dict[int, list[int]] = {}
        self._rng = np.random.default_rng(n)

    @property
    def rank(self) -> int:
        """The dimension of the span."""
        return len(self._rows)

    @property
    def complete(self) -> bool:
        """Whether every coalition is determined."""
        return self.rank == self.n

    def add(self, coalition: int) -> bool:
        """Add a coalition and return whether it was free before."""
        row = [coalition >> i & 1 for i in range(self.n)]
        for pivot, known in self._rows.items():
            row = _without(row, pivot, known)
        pivot = next((i for i, entry in enumerate(row) if entry), -1)
        if pivot < 0:
            return False
        inverse = pow(row[pivot], -1, PRIME)
        row = [entry * inverse % PRIME for entry in row]
        self._rows = {at: _without(known, pivot, row) for at, known in self._rows.items()} | {pivot: row}
        return True

    def normal(self) -> Residues:
        """Return a random vector whose sum over a coalition is 0 (mod `PRIME`) if and only if the span holds it.

        It is drawn from all vectors that are orthogonal to the span; a coalition outside has sum 0 with probability 1/`PRIME`.
        """
        free = [i for i in range(self.n) if i not in self._rows]
        drawn = dict(zip(free, (int(z) for z in self._rng.integers(1, PRIME, len(free))), strict=True))
        entries = [
            drawn[i] if i in drawn else -sum(self._rows[i][j] * z for j, z in drawn.items()) % PRIME for i in range(self.n)
        ]
        return np.array(entries, dtype=np.uint64)


def _without(row: list[int], pivot: int, known: list[int]) -> list[int]:
    factor = row[pivot]
    return [(a - factor * b) % PRIME for a, b in zip(row, known, strict=True)] if factor else row
