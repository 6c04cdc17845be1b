"""What is known of a region's past: stock and events in the detail that was published, with the noise of their protection."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

IN, OUT = 0, 1
"""Directions of moves across the border of a municipality."""
AGES = 101
"""Single ages 0 … 99 and the open group 100+."""


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Figures of one margin of one table.

    `value` has the axes that its field of `Counts` names; an axis of length 1 is summed over, NaN is not published. `noise` is
    the variance that protection added to each figure (persons²; 0: exact). `lows` are the first ages of the bands on the last
    axis, the last band open; (0,) for all ages together. `by_unit` says that places are units, else municipalities.
    """

    value: Floats
    noise: float = 0.0
    lows: tuple[int, ...] = (0,)
    by_unit: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """The past of a region, as far as it is known.

    Axes: key date or year of events `Y`, group `G`, place `P` (municipality in the order of `municipalities`, or unit), sex 2
    (0 female, 1 male), direction 2 (in, out), band of ages `B`. Events of `years[0]` are not used: the stock before is unknown.
    Ages count as in the register: reached on 31.12. of the year. A field that is empty is unknown; what then stands in its
    place is an assumption and said in the explanation. Shapes that do not match, negative figures and gaps in the years raise
    `AllmendeError`.
    """

    units: tuple[str, ...]  # M keys
    parents: tuple[str, ...]  # M: AGS
    groups: tuple[str, ...]
    years: tuple[int, ...]  # Y, consecutive; the last is the base year
    stock: tuple[Figures, ...]  # [Y, G, P, 2, B] margins of any detail, by municipality or unit
    deaths_by_age: Figures  # [Y, 2, B] of the region
    births_by_age: (
        Figures  # [Y, G, B] of the region; G is the child's group, B the mother's age; a band below 15 holds the unknown
    )
    births_by_group: Figures | None = None  # [Y, G] of the region, where the mother's age is published without the group
    deaths: tuple[Figures, ...] = ()  # [Y, P, 2]
    births: tuple[Figures, ...] = ()  # [Y, P]
    moves: tuple[Figures, ...] = ()  # [Y, 2, P, G, B] across the borders of municipalities, to and from everywhere
    counterparts: tuple[str, ...] = ()  # C: AGS of a member, "country", "abroad"
    counterpart: Figures | None = None  # [2, P, C] summed over `counterpart_years` years
    counterpart_years: int = 1
    within: Figures | None = None  # [Y, P, B] moves inside the municipalities
    crossing: Floats | None = None  # [Z] part of these that cross a border between units; from moves between districts
    special_kinds: tuple[str, ...] = ()
    special: Floats | None = None  # [H, G, M, 2, A] persons held apart, the same on every key date
    dwellings: Floats | None = None  # [M] new dwellings a year in the base period
    municipalities: tuple[str, ...] = field(init=False)  # Z, sorted
    home: Ints = field(init=False)  # [M] position of each unit's municipality

    def __post_init__(self) -> None:
        towns = tuple(sorted(set(self.parents)))
        object.__setattr__(self, "municipalities", towns)
        object.__setattr__(self, "home", np.array([towns.index(ags) for ags in self.parents], dtype=np.int64))
        check(self)


def check(counts: Counts) -> None:
    """Raise `AllmendeError` at the first figure that cannot be what it says."""
    if len(counts.units) != len(counts.parents) or not counts.units or not counts.groups:
        raise AllmendeError(
            f"{len(counts.units)} units, {len(counts.parents)} parents and {len(counts.groups)} groups make no region.",
            expected="one parent for each unit, at least one unit and one group",
        )
    if len(counts.years) < 2 or list(counts.years) != list(range(counts.years[0], counts.years[-1] + 1)):
        raise AllmendeError(f"The years {list(counts.years)} have gaps or are too few.", expected="at least two years in a row")
    if not any(figures.lows == tuple(range(AGES)) for figures in counts.stock):
        raise AllmendeError(
            "No stock by single ages is known.", where="stock", expected="single ages 0 … 100+ at least by municipality"
        )
    years, groups = len(counts.years), len(counts.groups)
    for name, figures, axes in _axes(counts):
        sizes = {"Y": years, "G": groups, "P": len(counts.units) if figures.by_unit else len(counts.municipalities), "two": 2}
        sizes |= {"B": len(figures.lows), "C": len(counts.counterparts)}
        _check_figures(name, figures, [sizes[axis] for axis in axes.split()])
    _check_arrays(counts)
    places = {*counts.municipalities, "country", "abroad"}
    strangers = sorted(set(counts.counterparts) - places)
    if strangers:
        raise AllmendeError(
            f"{strangers[0]!r} is no counterpart.", where="counterparts", expected="the AGS of a member, 'country' or 'abroad'"
        )


def _axes(counts: Counts) -> list[tuple[str, Figures, str]]:
    named = [("stock", figures, "Y G P two B") for figures in counts.stock]
    named += [("deaths_by_age", counts.deaths_by_age, "Y two B"), ("births_by_age", counts.births_by_age, "Y G B")]
    named += [("births_by_group", counts.births_by_group, "Y G")] if counts.births_by_group else []
    named += [("deaths", figures, "Y P two") for figures in counts.deaths]
    named += [("births", figures, "Y P") for figures in counts.births]
    named += [("moves", figures, "Y two P G B") for figures in counts.moves]
    named += [("counterpart", counts.counterpart, "two P C")] if counts.counterpart else []
    named += [("within", counts.within, "Y P B")] if counts.within else []
    return named


def _check_figures(name: str, figures: Figures, full: list[int]) -> None:
    shape = figures.value.shape
    if len(shape) != len(full) or any(have not in (1, want) for have, want in zip(shape, full, strict=True)):
        raise AllmendeError(
            f"{name} has the shape {list(shape)}.", where=name, expected=f"{full}, or 1 on an axis that is summed over"
        )
    if not figures.noise >= 0 or sorted(set(figures.lows)) != list(figures.lows):
        raise AllmendeError(
            f"{name} has a noise of {figures.noise} and bands from {list(figures.lows)}.",
            where=name,
            expected="a variance of 0 or more and ascending first ages",
        )
    wrong = figures.value < 0
    if wrong.any():
        place = tuple(int(at) for at in np.argwhere(wrong)[0])
        raise AllmendeError(f"{name}{list(place)} is {figures.value[place]:g}.", where=name, expected="a count of 0 or more")


def _check_arrays(counts: Counts) -> None:
    units, groups = len(counts.units), len(counts.groups)
    shapes = {
        "special": (counts.special, (len(counts.special_kinds), groups, units, 2, AGES)),
        "dwellings": (counts.dwellings, (units,)),
        "crossing": (counts.crossing, (len(counts.municipalities),)),
    }
    for name, (array, shape) in shapes.items():
        # the crossing of a municipality may be unknown
        if array is not None and (array.shape != shape or not (np.isnan(array) & (name == "crossing") | (array >= 0)).all()):
            raise AllmendeError(
                f"{name} has the shape {list(array.shape)}, or a number below 0.",
                where=name,
                expected=f"{list(shape)}, 0 or more",
            )
    if counts.crossing is not None and (counts.crossing > 1).any():
        raise AllmendeError(
            "More than all moves inside a municipality cross a border of units.", where="crossing", expected="0 … 1"
        )
