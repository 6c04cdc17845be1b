"""Types of areas: which municipalities behave alike in one component of change."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from allmende.errors import AllmendeError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def cluster(profiles: Floats, count: int) -> Ints:
    """Sort areas into at most `count` types by their profiles [M, features] (Ward's method on standardised features).

    Deterministic and independent of the order of the areas: types are numbered by their mean profile, lowest first.
    Areas with equal profiles share a type; a feature that is the same everywhere says nothing.

    >>> cluster(np.array([[1.0], [9.0], [1.1], [8.9]]), 2).tolist()
    [0, 1, 0, 1]

    Raises
    ------
    AllmendeError
        For profiles with gaps or a number of types below 1.
    """
    if count < 1 or profiles.ndim != 2 or not np.isfinite(profiles).all():
        raise AllmendeError(
            f"Areas cannot be sorted into {count} types by profiles of shape {profiles.shape}.",
            expected="at least one type and finite profiles [areas, features]",
        )
    if len(profiles) <= 1 or count == 1:
        return np.zeros(len(profiles), dtype=np.int64)
    spread = profiles.std(axis=0)
    useful = spread > 1e-12 * np.maximum(1.0, np.abs(profiles).max(axis=0))
    if not useful.any():
        return np.zeros(len(profiles), dtype=np.int64)
    scores = (profiles[:, useful] - profiles[:, useful].mean(axis=0)) / spread[useful]
    # sorted first, so that ties between equally near areas fall the same way whatever their order
    order = np.lexsort(scores.T[::-1].round(9))
    found = np.empty(len(profiles), dtype=np.int64)
    found[order] = fcluster(linkage(scores[order], method="ward"), count, criterion="maxclust")
    kinds = np.unique(found)
    means = np.array([scores[found == kind].mean(axis=0) for kind in kinds])
    ranks = np.empty(len(kinds), dtype=np.int64)
    ranks[np.lexsort(means.T[::-1])] = np.arange(len(kinds))
    return ranks[np.searchsorted(kinds, found)]
