"""What a published projection is made of: a stock, rates and flows, on named axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allmende.errors import AllmendeError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Axes:
    """Names of what the arrays count: G groups, M areas, S sexes (women first), A ages of equal `width`, the last one open."""

    groups: tuple[str, ...]
    areas: tuple[str, ...]
    sexes: tuple[str, ...]
    ages: tuple[int, ...]
    width: int
    base_year: int

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Lengths in the order group, area, sex, age."""
        return len(self.groups), len(self.areas), len(self.sexes), len(self.ages)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Entries of a (generalised) Leslie matrix, both [T, G, M to, M from, S, A] by age at the *start* of the step.

    `first_row`: newborn of a sex per woman, alive at the end of the step; `subdiagonal`: who is alive then, per person; its
    last entry is the corner, for those who were in the open group before.
    """

    first_row: Floats
    subdiagonal: Floats


@dataclass(frozen=True, slots=True)
class Case:
    """A stock with the rates and flows of T steps.

    Rates and flows of row x belong to the cohort that is x at the *end* of the step, except `net` and `net_rate` under the
    conventions `un-even` and `leslie`, which spread them over the step.

    `start` [G, M, S, A] persons; `survival` [T, G, M, S, A] into each age (A + 1 rows if the open group has its own, for
    `leslie`); `fertility` [T, G, M, A] births per woman and year; `boys_per_girl` [T, G, M]; `net` [T, G, M, S, A] persons per
    step; `net_rate` the same as a proportion of the stock; `come` persons; `leave` and `acquire` rates (to leave, to become a
    national); `child_share` [T, G, M, A] share of the children of mothers of a group and age who are nationals;
    `pool_leave` rates of leaving for another area of the region, `pool_share` the areas' shares of those who do (sums to 1
    over areas); `nationals` position of the group of nationals, None if nobody changes; `fertile` first and last age of
    mothers, None for all; `move_rate` [T, G, M to, M from, S, A] proportions of the stock who move from area to area, counted
    in their balance; `matrix` stands for survival and fertility, where a source prints it (`leslie`).
    """

    axes: Axes
    start: Floats
    survival: Floats
    fertility: Floats
    boys_per_girl: Floats
    net: Floats
    net_rate: Floats
    come: Floats
    leave: Floats
    acquire: Floats
    child_share: Floats
    pool_leave: Floats
    pool_share: Floats
    nationals: int | None
    fertile: tuple[int, int] | None
    matrix: Matrix | None = None
    move_rate: Floats | None = None

    @property
    def steps(self) -> int:
        """T, the number of steps that the rates cover."""
        return len(self.survival)


def case_of(
    start: ArrayLike,
    survival: ArrayLike,
    *,
    fertility: ArrayLike = 0.0,
    boys_per_girl: ArrayLike = 1.05,
    net: ArrayLike = 0.0,
    net_rate: ArrayLike = 0.0,
    come: ArrayLike = 0.0,
    leave: ArrayLike = 0.0,
    acquire: ArrayLike = 0.0,
    child_share: ArrayLike = 0.0,
    pool_leave: ArrayLike = 0.0,
    pool_share: ArrayLike = 0.0,
    nationals: int | None = None,
    fertile: tuple[int, int] | None = None,
    matrix: Matrix | None = None,
    move_rate: ArrayLike | None = None,
    width: int = 1,
    base_year: int = 0,
    groups: Sequence[str] = (),
    areas: Sequence[str] = (),
) -> Case:
    """Build a case from arrays that broadcast to [T, G, M, S, A]; `start` may leave out leading axes, too.

    T is the leading length of `survival` if that has five axes, else 1. Names that are not given are numbers.

    Raises
    ------
    AllmendeError
        If an array does not broadcast to its axes.

    Examples
    --------
    >>> case = case_of([[10.0, 20.0, 30.0]], [0.9, 0.8, 0.5], fertility=[0, 0.1, 0])
    >>> case.start.shape, case.survival.shape, case.fertility.shape
    ((1, 1, 1, 3), (1, 1, 1, 1, 3), (1, 1, 1, 3))
    """
    stock, ratios = _lead(start, 4), _lead(survival, 5)
    g, m, s, a = stock.shape
    cells, mothers = (len(ratios), g, m, s, a), (len(ratios), g, m, a)
    return Case(
        _axes(stock.shape, groups, areas, width, base_year),
        stock,
        _fit("survival", ratios, (*cells[:-1], a + (ratios.shape[-1] == a + 1))),
        _fit("fertility", fertility, mothers),
        _fit("boys_per_girl", boys_per_girl, mothers[:-1]),
        _fit("net", net, cells),
        _fit("net_rate", net_rate, cells),
        _fit("come", come, cells),
        _fit("leave", leave, cells),
        _fit("acquire", acquire, cells),
        _fit("child_share", child_share, mothers),
        _fit("pool_leave", pool_leave, cells),
        _fit("pool_share", pool_share, cells),
        nationals,
        fertile,
        matrix and _fit_matrix(matrix, (len(ratios), g, m, m, s, a)),
    )


def _axes(shape: tuple[int, ...], groups: Sequence[str], areas: Sequence[str], width: int, base_year: int) -> Axes:
    g, m, s, a = shape
    return Axes(
        tuple(groups) or tuple(str(i) for i in range(g)),
        tuple(areas) or tuple(str(i) for i in range(m)),
        ("f", "m")[:s],
        tuple(range(0, a * width, width)),
        width,
        base_year,
    )


def _fit_matrix(matrix: Matrix, shape: tuple[int, ...]) -> Matrix:
    return Matrix(_fit("first_row", matrix.first_row, shape), _fit("subdiagonal", matrix.subdiagonal, shape))


def _lead(values: ArrayLike, axes: int) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    return array.reshape((1,) * (axes - array.ndim) + array.shape)


def _fit(name: str, values: ArrayLike, shape: tuple[int, ...]) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    try:
        return np.broadcast_to(array, shape)
    except ValueError as error:
        raise AllmendeError(
            "An array does not fit the axes.", where=name, expected=f"{shape} or fewer leading axes, not {array.shape}"
        ) from error
