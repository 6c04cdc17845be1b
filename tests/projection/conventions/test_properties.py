"""What holds for every population and every rate, whatever the convention."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allmende.projection.conventions import CONVENTIONS, case_of, project

SHAPE = (2, 3, 2, 6)
"""Groups, areas, sexes, ages."""

every = pytest.mark.parametrize("convention", sorted(CONVENTIONS))
seeds = given(seed=st.integers(0, 2**32 - 1))


def a_case(seed, convention, *, migrants=True, steps=3):
    """Draw a case in which hardly anybody becomes negative."""
    rng = np.random.default_rng(seed)
    cells = (steps, *SHAPE)
    flows = {}
    if convention == "fso":
        flows = {
            "leave": rng.uniform(0, 0.3, cells),
            "acquire": rng.uniform(0, 0.2, cells) * np.array([0, 1])[:, None, None, None],
            "child_share": rng.uniform(0, 1, (steps, *SHAPE[:2], 6)),
            "nationals": 0,
            "fertile": (1, 4),
        }
    if migrants:
        flows |= {"come": rng.uniform(0, 20, cells)} if convention == "fso" else {"net": rng.uniform(-5, 20, cells)}
    return case_of(
        rng.uniform(50, 100, SHAPE),
        rng.uniform(0.3, 1, cells),
        fertility=rng.uniform(0, 0.3, (steps, *SHAPE[:2], 6)),
        boys_per_girl=rng.uniform(1, 1.1, (steps, *SHAPE[:2])),
        width=1 if convention == "fso" else 5,
        **flows,
    )


def areas_of(case, choose):
    """Return the case with its areas chosen and arranged anew; `choose` takes an array and its axis of areas."""
    taken = {
        name: choose(getattr(case, name), 2)
        for name in ("survival", "fertility", "boys_per_girl", "net", "net_rate", "come", "leave", "acquire", "child_share")
    }
    pools = {name: choose(getattr(case, name), 2) for name in ("pool_leave", "pool_share")}
    start = choose(case.start, 1)
    axes = replace(case.axes, areas=tuple(str(i) for i in range(start.shape[1])))
    return replace(case, axes=axes, start=start, **taken, **pools)


@every
@settings(max_examples=20)
@seeds
def test_accounts_balance_in_every_cell_and_group(convention, seed):
    run = project(a_case(seed, convention), convention)
    assert run.largest_residual < 1e-9
    assert run.changed.sum(axis=1) == pytest.approx(0, abs=1e-9)
    gained = (
        run.born.sum((1, 2, 3)) - run.deaths.sum((1, 2, 3, 4)) + (run.came - run.left + run.net + run.raised).sum((1, 2, 3, 4))
    )
    assert np.diff(run.population.sum((1, 2, 3, 4))) == pytest.approx(gained, abs=1e-8)


@every
def test_zero_rates_age_purely(convention):
    stock = np.arange(1.0, 13).reshape(2, 6)
    run = project(case_of(stock, np.ones((4, 1, 1, 2, 6))), convention)
    assert run.population[2, 0, 0].tolist() == [[0, 0, 1, 2, 3, 15], [0, 0, 7, 8, 9, 33]]
    assert not run.deaths.any()


@every
@settings(max_examples=20)
@seeds
def test_permuted_areas_give_permuted_results(convention, seed):
    case = a_case(seed, convention)
    order = [2, 0, 1]
    run, permuted = project(case, convention), project(areas_of(case, lambda a, axis: a.take(order, axis)), convention)
    assert permuted.population.tolist() == run.population.take(order, 2).tolist()
    assert permuted.births.tolist() == run.births.take(order, 2).tolist()


@every
@settings(max_examples=20)
@seeds
def test_two_identical_halves_are_the_whole(convention, seed):
    case = a_case(seed, convention)
    halves = areas_of(case, lambda a, axis: a.take([0, 0, 1, 2], axis))
    share = np.array([0.5, 0.5, 1, 1])[:, None, None]
    halves = replace(halves, start=halves.start * share, net=halves.net * share, come=halves.come * share)
    run, split = project(case, convention).population, project(halves, convention).population
    joined = np.concatenate([split[:, :, :2].sum(axis=2, keepdims=True), split[:, :, 2:]], axis=2)
    # the FSO's wart adds a rate to persons, per area: at most 2/3 of one death probability a cell
    assert joined == pytest.approx(run, abs=1e-9 if convention != "fso" else 1.0)
    assert joined[1, ..., 1:] == pytest.approx(run[1, ..., 1:], abs=1e-9)


@every
@settings(max_examples=20)
@seeds
def test_without_numbers_of_migrants_the_result_is_linear_in_the_population(convention, seed):
    case = a_case(seed, convention, migrants=False)
    if convention == "fso":
        case = replace(case, acquire=np.zeros_like(case.acquire))  # its wart is a constant
    tenfold = project(replace(case, start=case.start * 10), convention)
    assert tenfold.population == pytest.approx(project(case, convention).population * 10, rel=1e-12)


@every
def test_certain_death_empties(convention):
    case = case_of(np.full((2, 6), 100.0), np.zeros(6), fertility=np.full(6, 0.1))
    assert not project(case, convention).population[1].any()


@every
def test_identical_sexes_stay_identical(convention):
    case = case_of(np.full((2, 6), 100.0), np.full((9, 1, 1, 1, 6), 0.9), fertility=np.full(6, 0.1), boys_per_girl=1.0)
    run = project(case, convention).population
    assert run[..., 0, :] == pytest.approx(run[..., 1, :])


@settings(max_examples=30)
@seeds
def test_leslie_is_the_un_where_they_must_agree(seed):
    """No migrants, no births at the first and the last age, one survival for both parts of the open group."""
    case = a_case(seed, "leslie", migrants=False)
    fertility = np.array(case.fertility)
    fertility[..., [0, -1]] = 0
    case = replace(case, fertility=fertility)
    leslie, un = project(case, "leslie"), project(case, "un-even")
    assert leslie.population == pytest.approx(un.population, abs=1e-9)
    assert leslie.births == pytest.approx(un.births, abs=1e-9)
    assert leslie.deaths == pytest.approx(un.deaths, abs=1e-9)


@pytest.mark.parametrize("ages", [2, 18, 86, 111])
@every
def test_any_number_of_ages(convention, ages):
    case = case_of(np.full((2, ages), 10.0), np.full((2, 1, 1, 1, ages), 0.99), fertility=np.full(ages, 0.02))
    assert project(case, convention).population.shape == (3, 1, 1, 2, ages)


@pytest.mark.parametrize("convention", ["un-even", "un-end", "fso"])
def test_more_leavers_than_people_are_told_and_not_hidden(convention):
    """Twice as many leave as there are: whatever the convention makes of it, its notes say so."""
    flows = {"net": np.full((1, 1, 1, 2, 6), -200.0)}
    case = case_of(
        np.full((1, 1, 2, 6), 100.0), np.full((1, 1, 1, 2, 6), 0.9), fertility=np.full((1, 1, 1, 6), 0.1),
        fertile=(1, 4), **flows,
    )  # fmt: skip
    run = project(case, convention)
    told = " ".join(note.what for note in run.notes)
    assert ("births are negative" in told) == bool((run.births < 0).any())
    assert ("deaths are negative" in told) == bool((run.deaths < 0).any())
    assert "negative cells set to" in told or "cells are negative" in told
    if convention == "un-even":
        births = next(note for note in run.notes if note.what.startswith("births"))
        assert births.amount == pytest.approx(run.births[run.births < 0].sum())


def test_a_case_in_which_nobody_is_negative_has_no_such_note():
    run = project(a_case(1, "un-even"), "un-even")
    assert not any("negative" in note.what for note in run.notes)
