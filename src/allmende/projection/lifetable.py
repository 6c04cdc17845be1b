"""Life tables: from death rates or probabilities to survivors, years lived, survival ratios and life expectancy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RADIX = 100_000.0
"""Survivors at birth that tables are printed with."""


@dataclass(frozen=True, slots=True)
class LifeTable:
    """Columns of a life table, arrays [..., A], the last age open.

    `m` death rate, `a` years lived in the interval by those who die in it, `q` probability of dying in it, `l` survivors at its
    start, `d` deaths, `L` years lived, `S` survival ratio *into* the age, `T` years still to live, `e` life expectancy.
    """

    m: Floats
    a: Floats
    q: Floats
    l: Floats  # noqa: E741 - the letter that every life table uses
    d: Floats
    L: Floats
    S: Floats
    T: Floats
    e: Floats


def from_rates(m: Floats, a: Floats, *, width: int | Floats = 1, radix: float = RADIX) -> LifeTable:
    """Build a life table from death rates `m` and the years `a` that those who die live in the interval.

    With z the width of ages::

        q = z m / (1 + (z - a) m),  q_A = 1;   l_{x+1} = l_x (1 - q_x);   d_x = l_x - l_{x+1}
        L = z l_{x+1} + a d,  L_A = a_A l_A;   T = sum of L from x on;   e = T / l
        S_0 = L_0/(z l_0),  S_x = L_x/L_{x-1},  S_A = T_A/T_{A-1}

    `a` of the open group is its life expectancy, 1/m where it is not a number. Of an abridged table `width` [A] holds the
    widths of 0, 1-4, 5-9 …; S then leads from one five-year group into the next, 0-4 standing at age 0, and is NaN at age 1.
    Source: Preston, Heuveline, Guillot 2001, ch. 3; the same as in R package ccmppWPP.

    >>> table = from_rates(np.array([0.1, 0.5]), np.array([0.5, 2.0]), radix=1.0)
    >>> table.q.round(4).tolist(), table.e.round(4).tolist()
    ([0.0952, 1.0], [2.7619, 2.0])
    """
    m = np.asarray(m, dtype=np.float64)
    with np.errstate(invalid="ignore"):  # the open group has neither width nor, perhaps, a
        q = width * m / (1 + (width - a) * m)
    a = np.array(np.broadcast_to(a, m.shape), dtype=np.float64)
    with np.errstate(divide="ignore"):
        a[..., -1] = np.where(np.isnan(a[..., -1]), 1 / m[..., -1], a[..., -1])
    return _complete(m, a, q, width, radix)


def from_probabilities(q: Floats, a: Floats, *, width: int | Floats = 1, radix: float = RADIX) -> LifeTable:
    """Build a life table from probabilities `q` of dying in each interval; `a` of the open group is its life expectancy.

    The rate is m = q / (z - (z - a) q). Where nobody is left, everything that divides by survivors is 0.

    >>> from_probabilities(np.array([0.2, 1.0]), np.array([0.5, 1.5]), radix=1.0).e.round(4).tolist()
    [2.1, 1.5]
    """
    q = np.asarray(q, dtype=np.float64)
    a = np.array(np.broadcast_to(a, q.shape), dtype=np.float64)
    m = np.array(q / (width - (width - a) * q))
    m[..., -1] = 1 / a[..., -1]
    return _complete(m, a, q, width, radix)


def survival_ratios(years_lived: Floats, *, width: int = 1, radix: float | Floats = RADIX) -> Floats:
    """Return survival into each age from years lived L [..., A]; `radix` survivors at birth, a number or [...].

    S_0 = L_0/(z l_0), S_x = L_x/L_{x-1}, S_A = T_A/T_{A-1}; 0 where nobody is left.

    >>> survival_ratios(np.array([90.0, 80.0, 120.0]), radix=100.0).round(4).tolist()
    [0.9, 0.8889, 0.6]
    """
    lived = np.asarray(years_lived, dtype=np.float64)
    ratios = np.empty_like(lived)
    ratios[..., 0] = lived[..., 0] / (width * np.asarray(radix))
    ratios[..., 1:-1] = _share(lived[..., 1:-1], lived[..., :-2])
    ratios[..., -1] = _share(lived[..., -1], lived[..., -1] + lived[..., -2])
    return ratios


def _complete(m: Floats, a: Floats, q: Floats, width: int | Floats, radix: float) -> LifeTable:
    q = np.array(q)
    q[..., -1] = 1.0
    l = np.empty_like(q)  # noqa: E741
    l[..., 0] = radix
    l[..., 1:] = radix * np.cumprod(1 - q[..., :-1], axis=-1)
    d = np.concatenate([-np.diff(l, axis=-1), l[..., -1:]], axis=-1)
    lived = a * d
    widths = np.broadcast_to(np.asarray(width, dtype=np.float64), q.shape[-1:])
    lived[..., :-1] += widths[:-1] * l[..., 1:]
    lived[..., -1] = np.where(l[..., -1] > 0, l[..., -1] * a[..., -1], 0.0)
    total = np.cumsum(lived[..., ::-1], axis=-1)[..., ::-1]
    return LifeTable(m, a, q, l, d, lived, _ratios(lived, widths[:-1], radix), total, _share(total, l))


def _ratios(lived: Floats, widths: Floats, radix: float) -> Floats:
    """Return S; ages 0 and 1-4 of an abridged table are taken together."""
    if (widths == widths[0]).all():
        return survival_ratios(lived, width=int(widths[0]), radix=radix)
    joined = np.concatenate([lived[..., :2].sum(axis=-1, keepdims=True), lived[..., 2:]], axis=-1)
    return np.insert(survival_ratios(joined, width=int(widths[:2].sum()), radix=radix), 1, np.nan, axis=-1)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=np.asarray(whole) > 0)
