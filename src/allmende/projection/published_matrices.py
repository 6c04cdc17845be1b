"""Printed projection matrices, of one area and of two, and what they were printed to lead to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from allmende.comparison import Comparison
from allmende.projection.conventions import Matrix, Projection, case_of, matrix_of, project

COURSE = "Statistics 593, University of Washington, homework 2"
ROGERS = "Willekens and Rogers 1978, table 3.2"

DEATHS = (
    *(0.006150, 0.022468, 0.000432, 0.000669, 0.000297, 0.000478, 0.000516, 0.000865, 0.000747, 0.001220, 0.000677, 0.001585),
    *(0.000999, 0.001753, 0.001224, 0.002073, 0.001924, 0.002872, 0.003570, 0.003889, 0.005224, 0.006382, 0.008004, 0.009615),
    *(0.012955, 0.016857, 0.025864, 0.027784, 0.047742, 0.048067, 0.075556, 0.072084, 0.146620, 0.111814, 0.203611, 0.143486),
)
LEAVE = (
    *(0.002832, 0.000272, 0.002294, 0.000166, 0.001485, 0.000157, 0.005158, 0.000679, 0.007170, 0.000937, 0.005534, 0.000506),
    *(0.003756, 0.000350, 0.001765, 0.000226, 0.001013, 0.000183, 0.000543, 0.000094, 0.000663, 0.000130, 0.000629, 0.000205),
    *(0.000884, 0.000203, 0.000949, 0.000156, 0.000876, 0.000078, 0.001111, 0.000099, 0.000704, 0.000196, 0.001111, 0.000076),
)
BIRTHS = (
    *(0, 0, 0, 0, 0.000071, 0.000067, 0.015857, 0.026458, 0.070652, 0.087978, 0.063218, 0.074260, 0.041103, 0.044290),
    *(0.022862, 0.023532, 0.007797, 0.012051, 0.000710, 0.002151, 0.000292, 0.000714, *(0,) * 14),
)
"""Slovenia and the rest of Yugoslavia 1961, ages 0-4 … 85+: Willekens and Rogers 1978, table 1.3."""

PEOPLE = (
    (
        67800,
        74100,
        70700,
        60100,
        62900,
        66500,
        67100,
        62900,
        39500,
        47900,
        51300,
        46100,
        39600,
        29500,
        21700,
        14400,
        7100,
        3600,
    ),
    (
        *(847900, 905200, 808100, 617400, 725500, 774000, 728400, 633300, 392400),
        *(437100, 453800, 389300, 325800, 230600, 180000, 120900, 61200, 39300),
    ),
)
IN_2001: Mapping[int, tuple[int, int]] = {
    0: (81001, 1130953),
    5: (77972, 1027894),
    20: (77190, 945021),
    50: (69342, 736956),
    80: (11951, 119997),
    85: (9124, 136532),
}
"""Table 3.2 there, projected for eight steps of five years."""


def comparisons() -> tuple[Comparison, ...]:
    """Compare the steps of printed matrices with what was printed; the rates behind the second have six digits."""
    return (*_three_ages(), *_two_regions())


def yugoslavia() -> Projection:
    """Project Slovenia and the rest of Yugoslavia from 1961 to 2001."""
    start, none = np.array(PEOPLE, dtype=np.float64)[None, :, None], np.zeros((8, 1, 2, 1, 18))
    areas = ("Slovenia", "rest of Yugoslavia")
    return project(case_of(start, none, matrix=_growth_matrix(), width=5, base_year=1961, areas=areas), "leslie")


def _three_ages() -> Iterable[Comparison]:
    matrix = matrix_of(np.array([0, 0.675, 0.03]), np.array([0.65, 0.75, 0.15]))
    run = project(case_of([18000.0, 17000.0, 14000.0], np.zeros((10, 1, 1, 1, 3)), matrix=matrix), "leslie")
    for steps, published in ((1, (11895, 11700, 14850)), (10, (392.2886, 366.7122, 524.3282))):
        for age, (was, computed) in enumerate(zip(published, run.population[steps, 0, 0, 0], strict=True), 1):
            yield Comparison(f"matrix of three ages, age {age} after {steps} steps", COURSE, was, float(computed), 5e-5)


def _two_regions() -> Iterable[Comparison]:
    run = yugoslavia()
    for age, published in IN_2001.items():
        for area, was, computed in zip(run.axes.areas, published, run.population[-1, 0, :, 0, age // 5], strict=True):
            ages = f"{age}-{age + 4}" if age < 85 else "85+"
            yield Comparison(f"{area}, {ages}, 2001", ROGERS, was, float(computed), 1e-4 * was)


def _growth_matrix() -> Matrix:
    """Return blocks: P = (I + 5/2 M)^-1 (I - 5/2 M), S_x = L_{x+5} L_x^-1, B_x = 5/4 (P_0 + I)(F_x + F_{x+5} S_x)."""
    deaths, leave, births = (np.reshape(column, (18, 2)) for column in (DEATHS, LEAVE, BIRTHS))
    stay, ages = np.eye(2), range(17)
    rates = [np.diag(d + m) - np.diag(m)[::-1] for d, m in zip(deaths, leave, strict=True)]
    pass_on = [np.linalg.solve(stay + 2.5 * m, stay - 2.5 * m) for m in rates]
    alive = [stay]
    for x in ages:
        alive.append(pass_on[x] @ alive[-1])
    lived = [2.5 * (alive[x] + alive[x + 1]) for x in ages] + [np.linalg.solve(rates[17], alive[17])]
    survive = [lived[x + 1] @ np.linalg.inv(lived[x]) for x in ages]
    newborn = [1.25 * (pass_on[0] + stay) @ (np.diag(births[x]) + np.diag(births[x + 1]) @ survive[x]) for x in ages]
    nobody = np.zeros((2, 2))
    return Matrix(*(np.stack([*blocks, nobody], axis=-1)[None, None, :, :, None] for blocks in (newborn, survive)))
