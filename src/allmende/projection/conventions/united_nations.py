"""The step of the United Nations' World Population Prospects, which is also that of the textbook."""

from __future__ import annotations

import numpy as np

from allmende.projection.conventions.accounting import NEWBORN, Floats, Step, aged, by_sex

FLOOR = 0.0005
"""What the convention puts in the place of a negative cell."""


def step_un(
    start: Floats,
    survival: Floats,
    fertility: Floats,
    boys_per_girl: Floats,
    net: Floats,
    *,
    width: int = 1,
    even: bool = False,
) -> Step:
    """Move a population one step of `width` years ahead, net migrants spread evenly over it or arriving at its end.

    With P the start, G net migrants, S survival into an age, F births per woman and year, r boys per girl, A the open group::

        P*  = P + h G            h = 1/2 if even, 0 at the end
        D_x = P*_{x-1} (1 - S_x),   D_A = (P*_{A-1} + P*_A)(1 - S_A)
        Q_x = P*_{x-1} S_x + h G_x,   Q_A = (P*_{A-1} + P*_A) S_A + h G_A
        B_x = width F_x (P*_x + Q_x)/2 for women;  none at the first and the last age
        D_0 = B_sex (1 - S_0),   Q_0 = B_sex S_0 + h G_0,   girls = B/(1 + r)

    At the end: Q += G after births and deaths. Negative cells become 0.0005, which `raised` shows.
    Mothers are exposed with the second half of the migrants; one S_A holds for both parts of the open group.

    Source: Preston, Heuveline, Guillot 2001, Demography, ch. 6; R package ccmppWPP, project_ccmpp_z_by_z.

    Axes: `start`, `survival`, `net` [..., S, A], `fertility` [..., A], `boys_per_girl` [...].

    >>> import numpy as np
    >>> women = np.array([[100.0, 100.0, 100.0]])
    >>> step = step_un(women, np.array([[1.0, 0.5, 0.2]]), np.array([0, 0.1, 0]), np.array(1.0), np.zeros((1, 3)))
    >>> step.end.tolist(), step.births.tolist()
    ([[3.75, 50.0, 40.0]], [0.0, 7.5, 0.0])
    """
    half = net / 2 if even else np.zeros_like(start)
    exposed = aged(start + half)
    deaths = exposed * (1 - survival)
    end = exposed - deaths + half
    births = width * fertility * (start + half + end)[..., 0, :] / 2
    births[..., [0, -1]] = 0
    born = by_sex(births.sum(axis=-1), boys_per_girl, start.shape[-2])
    deaths[..., NEWBORN] = born * (1 - survival[..., NEWBORN])
    end[..., NEWBORN] += born - deaths[..., NEWBORN]
    if not even:
        end += net
    raised = np.where(end < 0, FLOOR - end, 0.0)
    end = np.where(end < 0, FLOOR, end)
    nobody = np.zeros_like(start)
    moved = aged(half) + half if even else net
    return Step(end, births, born, deaths, nobody, nobody, moved, nobody, raised)
