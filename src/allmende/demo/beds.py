"""Places that are few: beds in homes and houses of new estates, given to households that look for one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.demo.people import HOMES, NEW_ESTATE, Housing
from allmende.demo.places import Places
from allmende.demo.territory import Ints


class Beds:
    """The beds and new houses that are free in one year, by municipality; what is given is gone."""

    def __init__(
        self, places: Places, housing: Housing, curves: dict[str, Any], year: int, taken: Ints, rng: np.random.Generator
    ) -> None:
        """List what is free where people live at the addresses `taken` already."""
        self.rng = rng
        self.free: dict[tuple[int, int], Ints] = {}
        municipality, living = places.addresses.municipality, np.bincount(taken, minlength=len(housing.use))
        beds = np.where(np.isin(housing.use, list(HOMES)), np.maximum(housing.room - living, 0), 0).astype(np.int64)
        beds[_ready(housing, curves["institutions"]["new_estate"], year) & (living == 0)] = 1
        for use in (*HOMES, NEW_ESTATE):
            for m in range(len(places.members)):
                own = np.flatnonzero((housing.use == use) & (municipality == m))
                self.free[use, m] = rng.permutation(np.repeat(own, beds[own]))

    def give(self, use: int, municipality: Ints, size: Ints, wanted: NDArray[np.bool_]) -> Ints:
        """Return an address for each household that wants one and finds one in its municipality, else -1.

        A household takes as many beds as it has members (`size`), but one new house.
        """
        given = np.full(len(municipality), -1, dtype=np.int64)
        for m in np.unique(municipality[wanted]).tolist():
            free = self.free[use, m]
            seekers = self.rng.permutation(np.flatnonzero(wanted & (municipality == m)))
            last = np.cumsum(np.ones_like(seekers) if use == NEW_ESTATE else size[seekers])
            lucky = int((last <= len(free)).sum())
            given[seekers[:lucky]] = free[last[:lucky] - 1]
            self.free[use, m] = free[last[lucky - 1] :] if lucky else free
        return given


def _ready(housing: Housing, rules: dict[str, Any], year: int) -> NDArray[np.bool_]:
    """Tell which houses of new estates stand: an equal share is finished in each year of building."""
    estate = housing.use == NEW_ESTATE
    finished = rules["first_year"] + np.cumsum(estate) % (rules["last_year"] - rules["first_year"] + 1)
    return np.asarray(estate & (finished <= year))
