"""The fixed bands, and the fixed choices of members, in which a dimension may be published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.parameters import load


@dataclass(frozen=True, slots=True)
class Classification:
    """Bands of a number dimension: `labels` and the first value (`lows`, int64, ascending) of each."""

    dimension: str
    name: str
    labels: tuple[str, ...]
    lows: NDArray[np.int64]

    def code(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return each value's position in `labels`; a value below the first band is an error, never dropped."""
        codes = np.searchsorted(self.lows, values, side="right").astype(np.int64) - 1
        if (codes < 0).any():
            lost = int(values[codes < 0].min())
            raise ValueError(f"{self.dimension} {lost} lies below the first band of {self.name!r}, {self.labels[0]}.")
        return codes


def classification(dimension: str, name: str) -> Classification:
    """Look a classification up by dimension and name.

    >>> bands = classification("age", "kita")
    >>> bands.labels
    ('0', '1-2', '3-5', '6-9', '10-13', '14+')
    >>> bands.code(np.array([0, 5, 6, 99])).tolist()
    [0, 2, 3, 5]
    """
    entry = _entry(dimension, name)
    lows = entry.get("lows") or list(range(0, entry["open"] + 1, entry["every"]))
    return Classification(dimension, name, _labels(lows), np.array(lows, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Choice:
    """Members of a dimension that have a column of their own; all others stand in totals only, as `remark` (de, en) says."""

    dimension: str
    name: str
    members: tuple[str, ...]
    remark: Mapping[str, str]


def choice(dimension: str, name: str) -> Choice:
    """Look a choice of members up by dimension and name.

    >>> choice("sex", "two").members
    ('m', 'w')
    """
    entry = _entry(dimension, name)
    return Choice(dimension, name, tuple(entry["members"]), entry["remark"])


def remark(dimension: str, name: str) -> Mapping[str, str]:
    """Return the sentence (de, en) that belongs beside a table with this classification; empty if there is none.

    >>> remark("sex", "each"), sorted(remark("sex", "two"))
    ({}, ['de', 'en'])
    """
    entry: Mapping[str, Any] = load("classifications").get(dimension, {}).get(name, {})
    return dict(entry.get("remark", {}))


def _entry(dimension: str, name: str) -> Mapping[str, Any]:
    known: Mapping[str, Mapping[str, Any]] = load("classifications").get(dimension, {})
    if name not in known:
        raise AllmendeError(
            f"There is no classification {name!r} of {dimension!r}.",
            expected=f"one of {sorted(known)}",
            todo="Use a fixed classification; bands of one's own would weaken the protection.",
        )
    return known[name]


def _labels(lows: list[int]) -> tuple[str, ...]:
    closed = [_label(low, following - 1) for low, following in pairwise(lows)]
    return (*closed, f"{lows[-1]}+")


def _label(first: int, last: int) -> str:
    if first < 0:
        return f"<{last + 1}"
    return str(first) if first == last else f"{first}-{last}"
