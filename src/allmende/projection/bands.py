"""Bands of ages (and sex) that a statement is about: children under three, pupils, people over 80."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allmende.errors import AllmendeError
from allmende.projection.model import Floats


@dataclass(frozen=True, slots=True)
class Band:
    """Ages from `low` to `high`, both included (the last age means "and older"), of one sex or of both.

    >>> Band("Kita U3", 0, 2)
    Band(name='Kita U3', low=0, high=2, sex=None)
    """

    name: str
    low: int
    high: int
    sex: int | None = None  # 0 female, 1 male

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.high or self.sex not in (None, 0, 1):
            raise AllmendeError(
                f"The band {self.name} runs from {self.low} to {self.high}, sex {self.sex}.",
                expected="0 ≤ low ≤ high, and sex 0 (female), 1 (male) or None (both)",
            )


def check_bands(bands: Sequence[Band], ages: int) -> None:
    """Raise `AllmendeError` where a band goes beyond the ages of a model, or a name is there twice."""
    for band in bands:
        if band.high >= ages:
            raise AllmendeError(f"The band {band.name} ends at age {band.high}.", expected=f"at most {ages - 1}, the open age")
    if len({band.name for band in bands}) < len(bands):
        raise AllmendeError("Two bands have the same name.", where=", ".join(band.name for band in bands))


def sum_bands(people: Floats, bands: Sequence[Band]) -> Floats:
    """Sum [T, G, M, 2, A] over groups into bands: [T, M, K].

    >>> sum_bands(np.ones((1, 2, 1, 2, 101)), [Band("U3", 0, 2), Band("women over 80", 80, 100, sex=0)])
    array([[[12., 42.]]])
    """
    by_sex = people.sum(axis=1)
    sums = [
        by_sex[:, :, slice(None) if band.sex is None else slice(band.sex, band.sex + 1), band.low : band.high + 1].sum(
            axis=(2, 3)
        )
        for band in bands
    ]
    return np.stack(sums, axis=-1) if sums else np.zeros((*by_sex.shape[:2], 0))
