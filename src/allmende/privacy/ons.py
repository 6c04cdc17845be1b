"""The integer mode of the ONS: small integer keys and an explicit list of perturbations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allmende.privacy.ptable import Ints

LARGEST = 750
"""Largest count with rows of its own; larger ones go round the last 250 (ONS, cell-key-perturbation 3.1.0)."""
PERIOD = 250


@dataclass(frozen=True, slots=True)
class OnsTable:
    """Perturbations by `pcv` (1 … 750, rows) and cell key (0 … largest key, columns), in persons."""

    pvalue: Ints

    def __post_init__(self) -> None:
        if self.pvalue.ndim != 2 or self.pvalue.shape[0] != LARGEST:
            raise ValueError(f"The table has shape {self.pvalue.shape}; it needs {LARGEST} rows, one column for each key.")

    def cell_key(self, key_sum: Ints) -> Ints:
        """Return sums of record keys modulo the number of keys."""
        keys: Ints = key_sum % self.pvalue.shape[1]
        return keys

    def perturb(self, n: Ints, key_sum: Ints) -> Ints:
        """Return perturbed counts of true counts and sums of integer record keys (equal shapes); zeros stay.

        >>> ten_five_table().perturb(np.array([0, 9, 13, 1001]), np.array([0, 5, 7, 3])).tolist()
        [0, 0, 15, 1000]
        """
        counts = np.asarray(n, dtype=np.int64)
        noise = self.pvalue[np.maximum(row_of(counts), 1) - 1, self.cell_key(key_sum)]
        return np.where(counts == 0, 0, counts + noise)


def row_of(n: Ints) -> Ints:
    """Return pcv: n up to 750, then ((n - 1) mod 250) + 501."""
    return np.where(n <= LARGEST, n, (n - 1) % PERIOD + LARGEST - PERIOD + 1)


def ten_five_table(keys: int = 256) -> OnsTable:
    """Return the ONS's deterministic 10-5 table: counts below 10 become 0, others the nearest multiple of 5."""
    counts = np.arange(1, LARGEST + 1)
    published = np.where(counts < 10, 0, (counts + 2) // 5 * 5)
    return OnsTable(np.repeat((published - counts)[:, None], keys, axis=1))


def suppressed(count: Ints, threshold: int = 10) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return which perturbed counts the ONS withholds: those below the threshold, zeros too."""
    return np.asarray(count < threshold)
