"""Checks of arrays that name what is wrong in words: which field, unit, group, year, age and value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError

ROUNDING = 1e-9
"""By how much sums of shares and products of probabilities may miss 1."""

Numbers = NDArray[np.float64] | NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Names:
    """What positions on the axes are called."""

    units: tuple[str, ...]
    groups: tuple[str, ...]
    base_year: int

    def place(self, axes: str, position: Sequence[int]) -> str:
        """Say where a value stands.

        >>> Names(("07131001",), ("german", "other"), 2024).place("T G sex A", (1, 0, 1, 34))
        'year 2026, group german, male, age 34'
        """
        words = []
        for axis, at in zip(axes.split(), position, strict=False):
            match axis:
                case "T":
                    words.append(f"year {self.base_year + at + 1}")
                case "T+1":
                    words.append(f"end of {self.base_year + at}")
                case "G":
                    words.append(f"group {self.groups[at]}")
                case "M":
                    words.append(f"unit {self.units[at]}")
                case "sex":
                    words.append(("female", "male")[at])
                case "A":
                    words.append(f"age {at}")
                case "L":
                    words.append(("inside the region", "rest of the country", "abroad")[at])
                case "W":
                    words.append(("rest of the country", "abroad")[at])
                case "X":
                    words.append(f"class of ages {at}")
                case _:
                    words.append(f"{axis.replace('_', ' ')} {at}")
        return ", ".join(words)


def check_places(units: tuple[str, ...], parents: tuple[str, ...], groups: tuple[str, ...]) -> None:
    """Raise unless every unit has one name of its own and a municipality."""
    if not units or not groups or len(parents) != len(units):
        raise AllmendeError(
            f"{len(units)} units, {len(parents)} parents and {len(groups)} groups do not make a region.",
            expected="at least one unit and group, and one parent for each unit",
        )
    for kind, keys in (("unit", units), ("group", groups)):
        if len(set(keys)) < len(keys):
            twice = sorted({key for key in keys if keys.count(key) > 1})
            raise AllmendeError(f"The {kind} {', '.join(twice)} is there twice.", expected=f"each {kind} once")


def check_shape(name: str, array: Numbers, axes: str, sizes: dict[str, int]) -> None:
    """Raise unless an array has the axes that its name promises."""
    wanted = tuple(sizes[axis.replace("_", " ")] for axis in axes.split())
    if array.shape != wanted:
        raise AllmendeError(
            f"{name} has the shape {list(array.shape)}.", where=name, expected=f"[{', '.join(axes.split())}] = {list(wanted)}"
        )


def check_numbers(name: str, array: Numbers, axes: str, names: Names) -> None:
    """Raise at the first value that is not a number or below zero."""
    if array.size and not array.min() >= 0:
        _complain(name, array, ~(array >= 0), axes, names, "a number of at least 0")
    if array.size and np.isinf(array.max()):
        _complain(name, array, np.isinf(array), axes, names, "a finite number")


def check_at_most_one(name: str, array: Numbers, axes: str, names: Names) -> None:
    """Raise at the first probability above 1."""
    if array.size and array.max() > 1 + ROUNDING:
        _complain(name, array, array > 1 + ROUNDING, axes, names, "a probability or share of at most 1")


def check_sums_to_one(name: str, array: Numbers, axes: str, names: Names) -> None:
    """Raise at the first set of shares whose sum over the last axis is not 1."""
    sums = array.sum(axis=-1)
    wrong = np.abs(sums - 1) > ROUNDING
    if wrong.any():
        _complain(f"The sum of {name}", sums, wrong, axes, names, f"1, summed over the last axis ({axes.split()[-1]})")


def _complain(name: str, array: Numbers, wrong: NDArray[np.bool_], axes: str, names: Names, expected: str) -> None:
    position = tuple(int(at) for at in np.argwhere(wrong)[0])
    count = int(wrong.sum())
    also = f" ({count - 1} more like it)" if count > 1 else ""
    raise AllmendeError(f"{name} is {array[position]:g}{also}.", where=names.place(axes, position), expected=expected)
