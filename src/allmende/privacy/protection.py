"""The protection of a release: a p-table laid over the key space by a secret, under a name that may be logged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allmende.privacy.lookup import Keys, Lookup, lay_out
from allmende.privacy.ptable import Floats, Ints, PTable


@dataclass(frozen=True, slots=True)
class Protection:
    """Perturbs counts by their cell keys: the same set of people gets the same value in every table and year.

    `id` names p-table and profile, never the secret.
    """

    id: str
    lookup: Lookup

    @property
    def table(self) -> PTable:
        """The p-table that noise is drawn from."""
        return self.lookup.table

    def protect(self, n: Ints, key: Keys) -> Ints:
        """Return published counts of true counts and cell keys (equal shapes); true zeros stay 0.

        Raises ValueError for negative counts.
        """
        counts = np.asarray(n, dtype=np.int64)
        return counts + self.lookup.draw(counts, key)

    def distribution(self, n: int) -> tuple[Ints, Floats]:
        """Return the values that a true count may be published as, ascending, and their probabilities."""
        row = self.table.row(n)
        return row.noise + n, row.p


def protect_by(table: PTable, secret: bytes, id: str) -> Protection:  # noqa: A002 - the word of the interface
    """Lay a p-table out by a secret of at least 16 bytes."""
    return Protection(id, lay_out(table, secret))
