"""The steps against numbers that were printed, and against small cases worked out by hand."""

import numpy as np
import pytest

from allmende.errors import AllmendeError
from allmende.projection.conventions import case_of, project, step_fso, step_leslie, step_un
from allmende.projection.conventions.leslie import leslie_matrix
from allmende.projection.conventions.united_nations import FLOOR
from allmende.projection.published import comparisons


@pytest.mark.parametrize("found", comparisons(), ids=lambda found: found.name)
def test_a_published_number_is_reproduced(found):
    assert found.holds, f"{found.name}: {found.computed} instead of {found.published}"


def test_un_even_lets_half_of_the_migrants_age_and_half_arrive():
    women = np.array([[0.0, 0.0, 0.0, 0.0]])
    net = np.array([[8.0, 4.0, 2.0, 6.0]])
    step = step_un(women, np.full((1, 4), 0.5), np.array([0, 0.5, 0, 0]), np.array(1.0), net, width=5, even=True)
    # births: 5 * 0.5 * (P* + Q) / 2 with P* = 2 and Q = 4 * .5 + 2 = 4 at age 1; girls are half of 7.5
    assert step.births.tolist() == [0, 7.5, 0, 0]
    assert step.end.tolist() == [[3.75 * 0.5 + 4, 4 * 0.5 + 2, 2 * 0.5 + 1, (1 + 3) * 0.5 + 3]]
    assert step.net.sum() == net.sum()


def test_un_end_adds_migrants_after_births_and_deaths():
    net = np.array([[8.0, 4.0, 2.0, 6.0]])
    step = step_un(np.zeros((1, 4)), np.full((1, 4), 0.5), np.array([0, 0.5, 0, 0]), np.array(1.0), net)
    assert step.end.tolist() == net.tolist()
    assert not step.births.any()
    assert not step.deaths.any()


def test_negative_cells_of_the_un_become_its_floor_and_are_reported():
    case = case_of([10.0, 10.0, 10.0], [1, 1, 1], net=[0, -15.0, 0])
    run = project(case, "un-end")
    assert run.population[-1, 0, 0, 0].tolist() == [0, FLOOR, 20]
    assert run.raised.sum() == pytest.approx(5 + FLOOR)
    (note,) = run.notes
    assert (note.cells, note.amount) == (1, pytest.approx(5 + FLOOR))
    assert "0.0005" in note.what


def test_negative_cells_of_other_conventions_stay_and_are_reported():
    run = project(case_of([10.0, 10.0, 10.0], [1, 1, 1], net=[0, -50.0, 0]), "leslie")
    assert run.population.min() < 0
    (note,) = run.notes
    assert note.amount == run.population[run.population < 0].sum()


def test_leslie_step_by_hand():
    survival, fertility = np.array([0.9, 0.8, 0.7, 0.5]), np.array([0, 0.1, 0])
    women, net = np.array([[100.0, 50.0, 20.0]]), np.array([[10.0, -10.0, 4.0]])
    step = step_leslie(women, survival, fertility, np.array(1.05), net, width=5)
    middle = women[0] + net[0] / 2
    k = 0.9 / (2 * 2.05)
    newborn = k * (5 * 0.1 * 0.8 * middle[0] + 5 * 0.1 * middle[1])
    expected = [newborn + 5, middle[0] * 0.8 - 5, middle[1] * 0.7 + middle[2] * 0.5 + 2]
    assert step.end[0] == pytest.approx(expected, abs=1e-12)
    matrix = leslie_matrix(survival, fertility, 1.05, width=5)
    assert step.end[0] == pytest.approx(matrix @ middle + net[0] / 2, abs=1e-12)


def test_net_rate_is_a_proportion_of_the_stock():
    share = project(case_of([100.0, 50.0, 20.0], [1, 1, 1, 1], net_rate=[0.1, 0.2, 0]), "leslie")
    count = project(case_of([100.0, 50.0, 20.0], [1, 1, 1, 1], net=[10, 10, 0]), "leslie")
    assert share.population.tolist() == count.population.tolist()


FSO = {
    "start": np.array([[[[100.0, 80.0, 60.0, 40.0]]], [[[50.0, 40.0, 30.0, 20.0]]]]),
    "death": np.array([[[[0.02, 0.01, 0.03, 0.2]]], [[[0.04, 0.02, 0.05, 0.3]]]]),
    "fertility": np.array([[[0.0, 0.1, 0.2, 0.0]], [[0.0, 0.2, 0.3, 0.0]]]),
    "boys_per_girl": np.full((2, 1), 1.05),
    "come": np.array([[[[2.0, 4.0, 6.0, 1.0]]], [[[3.0, 5.0, 7.0, 2.0]]]]),
    "leave": np.array([[[[0.01, 0.05, 0.1, 0.0]]], [[[0.02, 0.06, 0.1, 0.01]]]]),
    "acquire": np.array([[[[0.0] * 4]], [[[0.01, 0.03, 0.02, 0.0]]]]),
    "child_share": np.full((2, 1, 4), 0.25),
    "net": np.zeros((2, 1, 1, 4)),
    "pool_leave": np.zeros((2, 1, 1, 4)),
    "pool_share": np.zeros((2, 1, 1, 4)),
}


def test_fso_step_by_hand():
    step = step_fso(**FSO, nationals=0, fertile=slice(1, 3))
    # row 1: those aged 0 before
    deaths_ch = 100 * (0.01 - 0.05 * 0.01 / 2) + 50 * 0.03 * 0.01 / 2 + 4 * 0.03 / 2
    deaths_int = 50 * (0.02 - (0.06 + 0.03) * 0.02 / 2) + 5 * 0.05 / 2
    assert step.deaths[:, 0, 0, 1] == pytest.approx([deaths_ch, deaths_int], abs=1e-12)
    end_ch = 100 - deaths_ch - 5 + 50 * 0.03 + 4
    end_int = 50 - deaths_int - 3 - 50 * 0.03 + 5
    assert step.end[:, 0, 0, 1] == pytest.approx([end_ch, end_int], abs=1e-12)
    # the open row collects the last two and takes its own death probability for immigrants
    assert step.deaths[0, 0, 0, 3] == pytest.approx(100 * 0.2 + 50 * 0 + 1 * 0.2 / 2, abs=1e-12)
    foreign = step.births[1].sum()
    girls = np.array([step.births[0].sum() + 0.25 * foreign, 0.75 * foreign]) / 2.05
    assert step.born[:, 0, 0] == pytest.approx(girls, abs=1e-12)
    # newborn: 2/3 of the first year, and the rate that propop adds to persons
    q, e, c, come = 0.04, 0.02, 0.01, 3.0
    dead = q * (girls[1] * (1 - 2 / 3 * (e + c)) + 2 / 3 * (come + c))
    assert step.end[1, 0, 0, 0] == pytest.approx(girls[1] - dead - girls[1] * e - girls[1] * c + come, abs=1e-12)


def test_three_groups_naturalise_into_one():
    third = {name: np.concatenate([values, values[1:]]) for name, values in FSO.items()}
    step = step_fso(**third, nationals=0, fertile=slice(1, 3))
    assert step.changed.sum(axis=0) == pytest.approx(0, abs=1e-12)
    assert step.end[1] == pytest.approx(step.end[2])


def test_the_pool_of_a_region_hands_everybody_back():
    areas = {name: np.concatenate([values] * 3, axis=1) for name, values in FSO.items()}
    areas["pool_leave"] = np.full((2, 3, 1, 4), 0.1)
    areas["pool_share"] = np.broadcast_to(np.array([0.5, 0.3, 0.2])[:, None, None], (2, 3, 1, 4))
    step = step_fso(**areas, nationals=0, fertile=slice(1, 3))
    without = step_fso(**areas | {"pool_leave": np.zeros((2, 3, 1, 4))}, nationals=0, fertile=slice(1, 3))
    arrived, gone = step.came - without.came, (step.left - without.left)[..., 1:]
    assert arrived.sum() == pytest.approx(gone.sum(), abs=1e-12)
    assert arrived.sum(axis=(0, 2, 3)) / arrived.sum() == pytest.approx([0.5, 0.3, 0.2])
    assert gone[0, 0, 0, 0] == pytest.approx(100 * 0.1 * (1 - 0.01 / 2))


@pytest.mark.parametrize(
    ("convention", "case", "words"),
    [
        ("medium", {}, "no convention"),
        ("un-even", {"leave": 0.1}, "no place for leave"),
        ("fso", {"net_rate": 0.1}, "no place for net rate"),
        ("fso", {"width": 5}, "single years"),
        ("fso", {"acquire": 0.1}, "which group"),
        ("fso", {"acquire": 0.1, "nationals": 0}, "cannot become nationals"),
        ("un-end", {"survival": [1, 1, 1, 1]}, "one survival ratio"),
        ("un-end", {"net": [1, 2]}, "does not fit"),
        ("un-end", {"net": [1, 2, np.nan]}, "do not balance"),
    ],
)
def test_what_cannot_be_run_says_so(convention, case, words):
    with pytest.raises(AllmendeError, match=words):
        project(case_of(**{"start": [1.0, 1.0, 1.0], "survival": [1, 1, 1]} | case), convention)


@pytest.mark.parametrize(("convention", "cells"), [("un-even", 2), ("fso", 3), ("leslie", 0)])
def test_birth_rates_that_a_convention_does_not_count_are_reported(convention, cells):
    run = project(case_of([1.0, 1.0, 1.0], [1, 1, 1], fertility=[0.1, 0.1, 0.1]), convention)
    assert sum(note.cells for note in run.notes) == cells
