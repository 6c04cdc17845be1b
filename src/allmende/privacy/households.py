"""Keys of units that hold others: households of persons, buildings of households."""

from __future__ import annotations

import numpy as np

from allmende.privacy.lookup import Keys
from allmende.privacy.ptable import Ints


def unit_keys(unit: Ints, key: Keys) -> tuple[Ints, Keys]:
    """Return the distinct units and the key of each: the sum of its members' keys modulo 2³².

    A unit with one member has that member's key, so one-person households are perturbed as their persons are. `unit` and
    `key` have one entry per member.

    >>> units, keys = unit_keys(np.array([4, 7, 7]), np.array([5, 2**32 - 1, 3], dtype=np.uint32))
    >>> units.tolist(), keys.tolist()
    ([4, 7], [5, 2])
    """
    units, place = np.unique(unit, return_inverse=True)
    sums = np.zeros(len(units), dtype=np.uint32)
    np.add.at(sums, place, key.astype(np.uint32))
    return units, sums
