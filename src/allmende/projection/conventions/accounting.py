"""One step of a population with everything that led from its start to its end, and the check that nothing is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.projection.conventions.case import Axes

Floats = NDArray[np.float64]

NEWBORN = 0
"""The row of ages where births enter."""


@dataclass(frozen=True, slots=True)
class Step:
    """The end of one step and its components, at the age that a cohort has *at the end* of the step.

    Axes [..., S, A] (sexes: 0 women, 1 men; or women alone), but `births` [..., A] by the mother's age and `born` [..., S].
    A convention that knows only the balance of migration fills `net`, one that knows both sides fills `came` and `left`.
    `raised` is what a rule against negative cells added; `changed` sums to zero over groups.
    """

    end: Floats
    births: Floats
    born: Floats
    deaths: Floats
    came: Floats
    left: Floats
    net: Floats
    changed: Floats
    raised: Floats

    def residual(self, start: Floats) -> Floats:
        """Return end - (start + births - deaths + in - out) by cohort: zero but for rounding, or persons were lost.

        >>> import numpy as np
        >>> nobody = np.zeros((1, 2))
        >>> step = Step(np.array([[0.0, 7.0]]), nobody[0], nobody[:, 0], np.array([[0.0, 2.0]]), *[nobody] * 5)
        >>> step.residual(np.array([[5.0, 4.0]])).tolist()
        [[0.0, 0.0]]
        """
        owed = aged(start) - self.deaths + self.came - self.left + self.net + self.changed + self.raised
        owed[..., NEWBORN] += self.born
        return self.end - owed


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader of the result must know: in how many cells it happened, and what it sums to."""

    what: str
    cells: int
    amount: float


@dataclass(frozen=True, slots=True)
class Projection:
    """A whole run. Axes: year or step, group, area, sex, age; flows have one row fewer than `population`.

    `population` [T+1, G, M, S, A]; `births` [T, G, M, A] by mother's age; `born` [T, G, M, S]; the others [T, G, M, S, A].
    `largest_residual` is the largest amount by which any cell missed the accounting identity.
    """

    axes: Axes
    convention: str
    population: Floats
    births: Floats
    born: Floats
    deaths: Floats
    came: Floats
    left: Floats
    net: Floats
    changed: Floats
    raised: Floats
    notes: tuple[Note, ...]
    largest_residual: float

    @property
    def years(self) -> tuple[int, ...]:
        """Years of the stocks, the first one given, the others projected."""
        return tuple(self.axes.base_year + t * self.axes.width for t in range(len(self.population)))


def aged(stock: Floats) -> Floats:
    """Return a stock one row older; the open group collects the last two, nobody is newborn.

    >>> import numpy as np
    >>> aged(np.array([4.0, 3.0, 2.0])).tolist()
    [0.0, 4.0, 5.0]
    """
    older = np.empty_like(stock, dtype=np.float64)
    older[..., NEWBORN] = 0
    older[..., 1:] = stock[..., :-1]
    older[..., -1] += stock[..., -1]
    return older


def by_sex(births: Floats, boys_per_girl: Floats, sexes: int) -> Floats:
    """Split births [...] into girls and boys [..., S]; of women alone only the girls stay.

    >>> import numpy as np
    >>> by_sex(np.array([205.0]), np.array([1.05]), 2).round(9).tolist()
    [[100.0, 105.0]]
    """
    girls = births / (1 + boys_per_girl)
    return np.stack([girls, births - girls][:sexes], axis=-1)


def check_balance(step: Step, start: Floats, axes: Axes, year: int) -> float:
    """Return the largest residual of a step.

    Raises
    ------
    AllmendeError
        If a cell misses the identity by more than rounding, or is not a number; names the first such cell.
    """
    residual = np.abs(step.residual(start))
    allowed = 1e-9 * max(1.0, float(np.abs(start).max(initial=0.0)), float(np.abs(step.end).max(initial=0.0)))
    broken = ~(residual <= allowed)
    if broken.any():
        group, area, sex, age = (int(part[0]) for part in np.nonzero(broken))
        raise AllmendeError(
            "The accounts of a projection step do not balance.",
            where=f"{axes.areas[area]}, {axes.groups[group]}, {axes.sexes[sex]}, age {axes.ages[age]}, step to {year}",
            expected=f"start + births - deaths + in - out = end; off by {residual[group, area, sex, age]:g}",
            todo="Look for rates or flows that are not numbers; otherwise report this as a defect.",
        )
    return float(residual.max(initial=0.0))
