"""Magnitudes (kilometres, euros): noise in proportion to the largest contribution of one unit."""

from __future__ import annotations

import numpy as np

from allmende.privacy.lookup import Keys, Lookup
from allmende.privacy.ptable import Floats


def perturb_magnitudes(x: Floats, largest: Floats, key: Keys, lookup: Lookup, *, share: float) -> Floats:
    """Return x + share · largest · v, with v interpolated between the rows around x / (share · largest).

    `x` totals and `largest` the largest single contribution of each (same unit, not negative, equal shapes), `key` the
    cells' keys, `share` (δ > 0) how much of the largest contribution one step of noise is worth. Cells with largest 0
    are empty and stay. Source: SDC Handbook 4.6 (magnitude tables).

    >>> from allmende.privacy import lay_out, table_from
    >>> handbook = lay_out(table_from([{0: .5, 2: .5}, {2: .8, 3: .2}, {2: .3, 3: .4, 4: .3}]), None)
    >>> key = np.array([int((0.8 - 1e-9) * 2**32)], dtype=np.uint32)
    >>> [float(perturb_magnitudes(np.array([300.]), np.array([200.]), key, handbook, share=d)[0]) for d in (.5, .6)]
    [400.0, 360.0]
    """
    if share <= 0 or (largest < 0).any() or (x < 0).any() or (largest > x).any():
        raise ValueError("Magnitudes need a share above 0 and 0 ≤ largest contribution ≤ total in every cell.")
    step = np.where(largest > 0, share * largest, 1.0)
    place = x / step
    low = np.floor(place).astype(np.int64)
    below = lookup.draw(low, key)
    above = lookup.draw(low + 1, key)
    noise = below + (place - low) * (above - below)
    moved: Floats = np.where(largest > 0, x + step * noise, x)
    return moved
