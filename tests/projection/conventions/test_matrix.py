"""A printed matrix, of one area and of several, against what was printed, by hand, and against the steps by rates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allmende.errors import AllmendeError
from allmende.projection.conventions import Matrix, case_of, matrix_of, project
from allmende.projection.conventions.leslie import leslie_matrix

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
IN_2001 = {
    0: (81001, 1130953),
    5: (77972, 1027894),
    20: (77190, 945021),
    50: (69342, 736956),
    80: (11951, 119997),
    85: (9124, 136532),
}
"""Table 3.2 there, projected for eight steps of five years."""


def yugoslavia():
    """Return the blocks of the growth matrix [to, from, age]: P = (I + 5/2 M)^-1 (I - 5/2 M), S = L_x+5 L_x^-1."""
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
    return (np.stack([*blocks, nobody], axis=-1)[None, None, :, :, None] for blocks in (newborn, survive))


def test_two_regions_of_yugoslavia():
    first_row, subdiagonal = yugoslavia()
    start = np.array(PEOPLE, dtype=float)[None, :, None]
    none = np.zeros((8, 1, 2, 1, 18))
    run = project(case_of(start, none, matrix=Matrix(first_row, subdiagonal), width=5, base_year=1961), "leslie")
    for age, published in IN_2001.items():  # rates have six digits
        assert run.population[-1, 0, :, 0, age // 5] == pytest.approx(published, rel=1e-4)
    assert (run.came - run.left).sum(axis=2) == pytest.approx(0, abs=1e-6)
    assert any("more than 1 of 1" in note.what for note in run.notes)  # 85+ live longer than 80-84 last


def test_a_matrix_of_three_ages():
    """Ten steps as in published course notes, Statistics 593 of the University of Washington, and by powers of the matrix."""
    matrix = matrix_of([0, 0.675, 0.03], [0.65, 0.75, 0.15])
    run = project(case_of([18000.0, 17000, 14000], np.zeros((10, 1, 1, 1, 3)), matrix=matrix), "leslie")
    assert run.population[1].ravel().tolist() == pytest.approx([11895, 11700, 14850])
    assert run.population[10].ravel() == pytest.approx([392.2886, 366.7122, 524.3282], abs=5e-5)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_matrix_of_rates_gives_what_the_rates_give(seed):
    rng = np.random.default_rng(seed)
    survival, fertility, net = rng.uniform(0.3, 1, 7), rng.uniform(0, 0.2, 6), rng.uniform(-5, 5, 6)
    full = leslie_matrix(survival, fertility, 1.05)
    matrix = matrix_of(full[0], np.append(np.diag(full, -1), full[-1, -1]))
    start = rng.uniform(50, 100, 6)
    by_rates = case_of(start, np.tile(survival, (3, 1, 1, 1, 1)), fertility=fertility, net=net, width=5)
    by_matrix = case_of(start, np.zeros((3, 1, 1, 1, 6)), matrix=matrix, net=net, width=5)
    assert project(by_matrix, "leslie").population == pytest.approx(project(by_rates, "leslie").population, rel=1e-12)


def test_boys_are_born_to_women():
    first_row = np.array([[0, 2.0], [0, 3.0]]).reshape(1, 1, 1, 1, 2, 2)
    subdiagonal = np.array([[0.5, 0], [0.25, 0]]).reshape(1, 1, 1, 1, 2, 2)
    case = case_of([[8.0, 10], [8, 100]], np.zeros((1, 1, 1, 2, 2)), matrix=Matrix(first_row, subdiagonal))
    run = project(case, "leslie")
    assert run.population[1, 0, 0].tolist() == [[20, 4], [30, 2]]
    assert run.births[0, 0, 0].tolist() == [0, 50]


@pytest.mark.parametrize("convention", ["un-even", "un-end", "fso"])
def test_other_conventions_take_rates(convention):
    with pytest.raises(AllmendeError, match="takes rates"):
        project(case_of([1.0, 1, 1], [1, 1, 1], matrix=matrix_of([0, 1, 1], [1, 1, 0])), convention)
