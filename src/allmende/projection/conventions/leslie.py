"""The Leslie step of Bayesian reconstruction: migrants as a proportion, an own survival for the open group."""

from __future__ import annotations

import numpy as np

from allmende.projection.conventions.accounting import NEWBORN, Floats, Step, aged, by_sex


def step_leslie(
    start: Floats, survival: Floats, fertility: Floats, boys_per_girl: Floats, net: Floats, *, width: int = 5
) -> Step:
    """Move a population one step ahead with a Leslie matrix L: Q = L (P + G/2) + G/2.

    `survival` has one row more than there are ages: row A is into the open group from below, row A + 1 within it. The matrix::

        L_{x,x-1} = S_x,   L_{A,A} = S_{A+1}
        L_{0,x}   = S_0 width (F_x + F_{x+1} S_{x+1}) / (2 (1 + r))

    So mothers are exposed *without* the second half of the migrants, other than in `step_un`; with no migrants, no births at
    the first and the last age and equal survival of both parts of the open group the two agree. `net` G is in persons;
    where a source gives a proportion g of the stock, G = g P.

    Source: R packages popReconstruct 1.0-6 (make.leslie.matrix, popRecon.ccmp.female) and ccmpp.tmb; Preston et al. 2001,
    ch. 6. Both carry women alone; men, where given, take their own survival and the boys among the births.

    Axes: `start`, `net` [..., S, A], `survival` [..., S, A + 1], `fertility` [..., A], `boys_per_girl` [...].

    >>> import numpy as np
    >>> women = np.array([[100.0, 100.0, 100.0]])
    >>> ratios = np.array([[1.0, 0.5, 0.2, 0.1]])
    >>> step = step_leslie(women, ratios, np.array([0, 0.1, 0]), np.array(1.0), np.zeros((1, 3)), width=1)
    >>> step.end.tolist()
    [[3.75, 50.0, 30.0]]
    """
    half = net / 2
    exposed = start + half
    alive = aged(exposed) * survival[..., :-1]
    alive[..., -1] = exposed[..., -2] * survival[..., -2] + exposed[..., -1] * survival[..., -1]
    deaths = aged(exposed) - alive
    births = width * fertility * (exposed + alive)[..., 0, :] / 2
    born = by_sex(births.sum(axis=-1), boys_per_girl, start.shape[-2])
    deaths[..., NEWBORN] = born * (1 - survival[..., NEWBORN])
    alive[..., NEWBORN] = born - deaths[..., NEWBORN]
    nobody = np.zeros_like(start)
    return Step(alive + half, births, born, deaths, nobody, nobody, aged(half) + half, nobody, nobody)


def leslie_matrix(survival: Floats, fertility: Floats, boys_per_girl: float, *, width: int = 5) -> Floats:
    """Return the matrix L of `step_leslie` for women: `survival` [A + 1], `fertility` [A] → [A, A].

    >>> leslie_matrix(np.array([1.0, 0.5, 0.2, 0.1]), np.array([0, 0.1, 0]), 1.0, width=1).round(4).tolist()
    [[0.0125, 0.025, 0.0], [0.5, 0.0, 0.0], [0.0, 0.2, 0.1]]
    """
    ages = len(fertility)
    matrix = np.diag(survival[1:ages], k=-1)
    matrix[-1, -1] = survival[-1]
    later = np.append(fertility[1:], fertility[-1]) * survival[1:]
    matrix[0] += survival[0] * width * (fertility + later) / (2 * (1 + boys_per_girl))
    return matrix
