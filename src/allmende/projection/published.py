"""Published projections small enough to quote, and the same figures computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from allmende.comparison import Comparison
from allmende.projection.conventions import case_of, project
from allmende.projection.conventions.leslie import leslie_matrix
from allmende.projection.lifetable import from_rates
from allmende.projection.published_matrices import comparisons as matrices
from allmende.projection.rates.published import comparisons as rates

PRESTON = "Preston, Heuveline, Guillot 2001, Box 6.2 (Sweden, women)"
CCMPP_R = "R package ccmppWPP, the same inputs"
FSO = "FSO, model of 2025, canton Aargau, reference"
LESLIE = "R package ccmpp.tmb, README (Burkina Faso, women 1960)"
WPP = "ccmppWPP example, Canada 2019, men"

SWEDEN: tuple[tuple[int, int, float, int, int, int], ...] = (
    (293395, 497487, 0, 6840, 0, 302392),
    (248369, 497138, 0, 4150, 0, 298682),
    (240012, 496901, 0, 3365, 0, 252007),
    (261346, 496531, 0.0120, 5270, 15244, 244150),
    (285209, 495902, 0.0908, 9240, 126688, 268267),
    (314388, 495168, 0.1499, 8230, 229354, 293515),
    (281290, 494213, 0.1125, 5470, 170057, 320624),
    (286923, 492760, 0.0441, 3155, 63203, 284767),
    (304108, 490447, 0.0074, 1770, 10971, 288031),
    (324946, 486613, 0.0003, 1115, 472, 303166),
    (247613, 480665, 0, 1075, 0, 322062),
    (211351, 471786, 0, 845, 0, 243989),
    (215140, 457852, 0, 645, 0, 205841),
    (221764, 436153, 0, 530, 0, 205516),
    (223506, 402775, 0, 465, 0, 205270),
    (183654, 350358, 0, 300, 0, 194771),
    (141990, 271512, 0, 250, 0, 142565),
    (112424, 291707, 0, 175, 0, 131966),
)
"""Ages 0-4 … 85+: women of 1993, years lived, births per woman and year, net migrants in five years; births, women of 1998."""

Pair = tuple[float, float]
AARGAU_2026: Mapping[int, tuple[Pair, Pair, Pair, Pair, Pair, Pair, float, Pair]] = {
    30: (
        *((2873, 1597), (0.000347, 0.000608), (0.000342, 0.000571), (184, 227)),
        *((0.004873, 0.025047), (0.056735, 0.048842), 0.00814, (2892, 1692)),
    ),
    80: (
        *((2565, 279), (0.024566, 0.021544), (0.028279, 0.02746), (11, 3)),
        *((0.00039, 0.010753), (0.004288, 0.003584), 0.0, (2501, 272)),
    ),
}
"""Women by age reached in 2026: stock a year before, death probability and that of the next age, immigrants, rates of leaving
for abroad and for other cantons, rate of naturalisation, stock on 31 December; each for Swiss and foreign women."""

BURKINA_1960 = (386, 292, 260, 244, 207, 175, 153, 135, 117, 98, 78, 60, 43, 29, 17, 8, 2)
"""Thousands of women, ages 0-4 … 80+."""

BURKINA_SURVIVAL = (
    *(0.8782273, 0.9713785, 0.9730318, 0.9577709, 0.9481755, 0.9460075, 0.9393766, 0.9258789, 0.9052283),
    *(0.87537666, 0.832338, 0.7736165, 0.6966118, 0.5928803, 0.4547571, 0.3181678, 0.2099861),
)
"""Into ages 5-9 … 80+, then within 80+: below the diagonal and in the corner of the printed matrix."""

BURKINA_FIRST_ROW = (0.2090608, 0.5400452, 0.6110685, 0.5131988, 0.3952854, 0.2440665, 0.1012326, 0.01816255)
"""First row of the printed matrix, from ages 10-14 on."""

BURKINA_1965: Mapping[int, float] = {0: 509479.592, 5: 338995.727, 20: 233696.092, 40: 124993.657, 75: 7730.870, 80: 2965.314}


def comparisons() -> tuple[Comparison, ...]:
    """Compare steps of four conventions, printed matrices, a life table and the smoothing of rates with what was printed."""
    return (*_sweden(), *_aargau(), *_burkina_faso(), *matrices(), *_life_table(), *rates())


def _sweden() -> Iterable[Comparison]:
    stock, lived, fertility, net, births, after = (np.array(column, dtype=np.float64) for column in zip(*SWEDEN, strict=True))
    survival = np.concatenate([[lived[0] / 500_000], lived[1:] / lived[:-1]])
    survival[-1] = lived[-1] / (lived[-1] + lived[-2])
    case = case_of([stock, stock], survival, fertility=fertility, net=net, width=5, base_year=1993)
    even, end = project(case, "un-even"), project(case, "un-end")
    women, men = even.population[-1, 0, 0]
    ages = [f"{age}-{age + 4}" for age in range(0, 85, 5)] + ["85+"]
    for age, published, computed in zip(ages, after, women, strict=True):
        yield Comparison(f"women {age}, Sweden 1998", PRESTON, published, float(computed), 0.5)
    yield Comparison("men 0-4 by women's rates, Sweden 1998", PRESTON, 317340, float(men[0]), 0.5)
    for age, published, computed in zip(ages[3:10], births[3:10], even.births[0, 0, 0, 3:10], strict=True):
        yield Comparison(f"births of mothers {age}, Sweden 1993-1998", PRESTON, published, float(computed), 0.5)
    yield Comparison("births, migrants spread evenly", CCMPP_R, 615988.064, float(even.births.sum()), 1e-3)
    yield Comparison("births, migrants at the end", CCMPP_R, 604866.363, float(end.births.sum()), 1e-3)


def _aargau() -> Iterable[Comparison]:
    """Take women of two ages one year on from the office's own figures of 2025, as cohorts between empty rows."""
    for age, (stock, death, next_death, come, abroad, inland, naturalised, after) in AARGAU_2026.items():
        start, q, numbers, leave, acquire = (np.zeros((2, 1, 1, 4)) for _ in range(5))
        start[..., 0, 0], q[..., 0, 1], q[..., 0, 2] = (np.reshape(values, (2, 1)) for values in (stock, death, next_death))
        numbers[:, 0, 0, 1], leave[:, 0, 0, 1], acquire[1, 0, 0, 1] = come, np.add(abroad, inland), naturalised
        case = case_of(start, 1 - q, come=numbers, leave=leave, acquire=acquire, nationals=0)
        computed = project(case, "fso").population[-1, :, 0, 0, 1]
        for who, published, ours in zip(("Swiss", "foreign"), after, computed, strict=True):
            yield Comparison(f"{who} women aged {age}, Aargau 2026", FSO, published, float(ours), 0.6)


def _burkina_faso() -> Iterable[Comparison]:
    """Solve the printed first row for the birth rates, one entry after the other; the last entry is then a check."""
    survival = np.array([1.0, *BURKINA_SURVIVAL])
    scale = 5 / (2 * 2.05)
    fertility = np.zeros(17)
    for age, entry in zip(range(3, 10), BURKINA_FIRST_ROW, strict=False):
        fertility[age] = (entry / scale - fertility[age - 1]) / survival[age]
    matrix = leslie_matrix(survival, fertility, 1.05)
    yield Comparison("Leslie matrix, first row, ages 45-49", LESLIE, BURKINA_FIRST_ROW[-1], float(matrix[0, 9]), 1e-6)
    case = case_of([np.array(BURKINA_1960) * 1000.0], survival, fertility=fertility, width=5, base_year=1960)
    women = project(case, "leslie").population[-1, 0, 0, 0]
    for age, published in BURKINA_1965.items():
        yield Comparison(
            f"women {age}-{age + 4}, 1965" if age < 80 else "women 80+, 1965", LESLIE, published, float(women[age // 5]), 0.1
        )


def _life_table() -> Iterable[Comparison]:
    m, a = np.array([0.00466329848714404, 0.00022091058275886, 0.000180086237501369]), np.array([0.139802259971234, 0.5, 0.5])
    table = from_rates(np.append(m, 0.1), np.append(a, 10.0))
    printed = {"q_0": 0.00464466706096437, "S_0": 0.996004667890973, "S_1": 0.999237689242454, "S_2": 0.999799519641747}
    computed = {"q_0": table.q[0], "S_0": table.S[0], "S_1": table.S[1], "S_2": table.S[2]}
    for name, published in printed.items():
        yield Comparison(f"life table, {name}", WPP, published, float(computed[name]), 1e-14)
    stationary = project(case_of([table.L], table.S), "un-end").population[-1, 0, 0, 0, 1:]
    off = float(np.abs(stationary - table.L[1:]).max())
    yield Comparison("a stationary population stays: largest difference", "life table identity", 0, off, 1e-9)
