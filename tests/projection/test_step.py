"""What must hold whatever the numbers are: accounts, symmetry, and the compiled kernel beside its twin."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from allmende.projection.accounts import aged
from allmende.projection.draws import run_compiled
from allmende.projection.model import Builds, Flows, Model, still_model
from allmende.projection.run import run

Maker = Callable[..., Model]


@pytest.mark.parametrize("seed", range(6))
def test_the_compiled_kernel_is_its_twin(region: Maker, seed: int) -> None:
    model = region(seed, groups=1 + seed % 3, flows=seed % 2 == 0, builds=seed % 4 < 2)
    np.testing.assert_allclose(run_compiled(model), run(model).population, rtol=1e-9)


def test_components_balance_and_moves_cancel_out(region: Maker) -> None:
    path = run(region(3))
    start, end = path.projected[:-1], path.projected[1:]
    gain = path.births - path.deaths + path.came - path.left + path.moved_in - path.moved_out + path.changed
    np.testing.assert_allclose(aged(start) + gain, end, rtol=1e-12)
    np.testing.assert_allclose((path.moved_in - path.moved_out).sum(axis=2), 0, atol=1e-10)
    np.testing.assert_allclose(np.diff(path.population.sum(axis=(1, 2, 3, 4))), (gain + path.special).sum(axis=(1, 2, 3, 4)))
    assert (path.projected >= 0).all()
    assert all((getattr(path, name) >= 0).all() for name in ("births", "deaths", "came", "left", "moved_in", "moved_out"))


def test_without_rates_people_only_age() -> None:
    start = np.random.default_rng(1).uniform(0, 50, (2, 3, 2, 101))
    model = still_model(start, units=("a", "b", "c"), parents=("a", "b", "c"), groups=("x", "y"), base_year=2024, steps=3)
    for computed in (run(model).population, run_compiled(model)):
        np.testing.assert_allclose(computed[3], aged(aged(aged(start))), rtol=1e-12)
        assert computed[3, ..., :3].sum() == 0


def test_certain_death_empties(region: Maker) -> None:
    model = region(4, builds=False)
    model = replace(model, arrive=np.zeros_like(model.arrive), birth=np.zeros_like(model.birth))
    model = replace(model, death=np.ones_like(model.death), death_factor=np.ones_like(model.death_factor))
    assert run(model).projected[1].sum() == 0
    assert run(model).left[0].sum() > 0


def test_moves_inside_change_no_total(region: Maker) -> None:
    model = region(2, builds=False)
    rates = (
        model.death_factor[:, :1] * np.ones_like(model.death_factor),
        model.birth_factor[:, :1] * np.ones_like(model.birth_factor),
    )
    factor = np.ones_like(model.leave_factor)
    moving = replace(model, death_factor=rates[0], birth_factor=rates[1], leave_factor=factor)
    leave = moving.leave.copy()
    leave[:, 0] = 0
    np.testing.assert_allclose(
        run(moving).projected.sum(axis=2)[:, ..., 1:],
        run(replace(moving, leave=leave)).projected.sum(axis=2)[:, ..., 1:],
        rtol=1e-9,
    )


def permuted(model: Model, order: list[int]) -> Model:
    at = np.argsort(order)
    return replace(
        model,
        units=tuple(model.units[m] for m in order),
        parents=tuple(model.parents[m] for m in order),
        start=model.start[:, order],
        start_variance=model.start_variance[:, order],
        special=model.special[:, :, order],
        special_share=model.special_share[..., order],
        death_factor=model.death_factor[:, order],
        birth_factor=model.birth_factor[:, order],
        leave_factor=model.leave_factor[..., order],
        arrive_factor=model.arrive_factor[..., order],
        share=model.share[..., order],
        trend_dwellings=model.trend_dwellings[order],
        builds=replace(model.builds, unit=at[model.builds.unit]),
    )


def test_permuting_units_permutes_the_result(region: Maker) -> None:
    model, order = region(5), [3, 0, 6, 2, 5, 1, 4]
    np.testing.assert_allclose(run(permuted(model, order)).population, run(model).population[:, :, order], rtol=1e-12)


def test_splitting_a_unit_into_halves_changes_nothing(region: Maker) -> None:
    model = region(6, builds=False)
    twice = [*range(len(model.units)), 0]

    def halved(array: np.ndarray, axis: int) -> np.ndarray:
        wide = np.moveaxis(np.take(array, twice, axis=axis), axis, 0).copy()
        wide[[0, -1]] /= 2
        return np.moveaxis(wide, 0, axis)

    split = replace(
        model,
        units=(*model.units, "half"),
        parents=(*model.parents, model.parents[0]),
        start=halved(model.start, 1),
        start_variance=halved(model.start_variance, 1),
        special=halved(model.special, 2),
        special_share=model.special_share[..., twice],
        death_factor=model.death_factor[:, twice],
        birth_factor=model.birth_factor[:, twice],
        leave_factor=model.leave_factor[..., twice],
        arrive_factor=model.arrive_factor[..., twice],
        share=halved(model.share, 3),
        trend_dwellings=halved(model.trend_dwellings, 0),
    )
    whole, parts = run(model).population, run(split).population
    np.testing.assert_allclose(parts[:, :, 1:-1], whole[:, :, 1:], rtol=1e-9)
    np.testing.assert_allclose(parts[:, :, 0] + parts[:, :, -1], whole[:, :, 0], rtol=1e-9)


def test_a_known_flow_goes_where_it_is_known_to_go() -> None:
    start = np.zeros((1, 3, 2, 101))
    start[0, 0, 0, 30] = 100
    model = still_model(start, units=("a", "b", "c"), parents=("a", "b", "c"), base_year=2024, steps=1)
    leave = np.zeros_like(model.leave)
    leave[:, 0] = 0.5
    model = replace(model, leave=leave, flows=Flows(np.array([0]), np.array([2]), np.array([[0.7]])))
    np.testing.assert_allclose(run(model).projected[1, 0, :, 0, 31], [50 + 5, 5, 5 + 35])


def test_new_dwellings_take_people_from_where_they_lived() -> None:
    model = still_model(np.full((1, 3, 2, 101), 10.0), units=("a", "b", "c"), parents=("a", "b", "c"), base_year=2024, steps=1)
    arrivals = np.zeros((1, 1, 1, 2, 101))
    arrivals[0, 0, 0, 0, 30] = 8
    builds = Builds(np.array([0]), arrivals, np.zeros((1, 1)), np.array([0.5]), np.array([[0.25, 0.75, 0.0]]))
    path = run(replace(model, builds=builds))
    np.testing.assert_allclose(path.projected[1, 0, :, 0, 31], [10 + 8 - 1, 10 - 3, 10])
    assert path.came.sum() == pytest.approx(4)
    assert path.moved_in.sum() == pytest.approx(4)


def test_who_is_held_apart_is_added_and_never_ages(region: Maker) -> None:
    model = region(1)
    path = run(model)
    apart = model.special_share[:, 0][:, None, :, None, None] * model.special[0][None]
    np.testing.assert_allclose(path.population - path.projected, apart, rtol=1e-9, atol=1e-12)
