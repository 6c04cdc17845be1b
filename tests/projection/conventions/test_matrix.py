"""A printed matrix, of one area and of several, against what was printed, by hand, and against the steps by rates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allmende.errors import AllmendeError
from allmende.projection.conventions import Matrix, case_of, matrix_of, project
from allmende.projection.conventions.leslie import leslie_matrix
from allmende.projection.published_matrices import comparisons, yugoslavia


def test_two_regions_keep_everybody():
    run = yugoslavia()
    assert (run.came - run.left).sum(axis=2) == pytest.approx(0, abs=1e-6)
    assert any("more than 1 of 1" in note.what for note in run.notes)  # 85+ live longer than 80-84 last


@pytest.mark.parametrize("found", comparisons(), ids=lambda found: found.name)
def test_a_printed_matrix_gives_what_was_printed(found):
    assert found.holds, f"{found.name}: {found.computed} instead of {found.published}"


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
