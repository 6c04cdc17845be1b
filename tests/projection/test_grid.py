"""Cells sum to their areas in every year and age, and change with them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from allmende.errors import AllmendeError
from allmende.projection.accounts import Path
from allmende.projection.grid import scatter
from allmende.projection.model import Model, still_model
from allmende.projection.run import run

Maker = Callable[..., Model]
LOWS = np.array([0, 18, 30, 65])


def people_of(cells: np.ndarray, areas: np.ndarray, path: Path, lows: np.ndarray = LOWS) -> np.ndarray:
    return np.stack([year.people for year in scatter(cells, lows, areas, path)])


@pytest.fixture
def region_and_cells(region: Maker) -> tuple[Model, np.ndarray, np.ndarray]:
    model = replace(region(5), special=np.zeros_like(region(5).special))
    rng = np.random.default_rng(3)
    areas = np.concatenate([np.arange(7), rng.integers(0, 7, 40)])
    return model, rng.poisson(20, (len(areas), 4)).astype(float), areas


def test_cells_sum_to_their_areas(region_and_cells: tuple[Model, np.ndarray, np.ndarray]) -> None:
    model, cells, areas = region_and_cells
    path = run(model)
    found = people_of(cells, areas, path)
    assert (found >= 0).all()
    assert found.shape == (model.steps + 1, len(cells), 101)
    whole = path.population.sum(axis=(1, 3))
    sums = np.zeros_like(whole)
    for cell, area in enumerate(areas):
        sums[:, area] += found[:, cell]
    np.testing.assert_allclose(sums, whole, rtol=1e-9, atol=1e-9)


def test_a_single_cell_is_its_area(region_and_cells: tuple[Model, np.ndarray, np.ndarray]) -> None:
    model, _, _ = region_and_cells
    path = run(model)
    found = people_of(np.ones((7, 4)), np.arange(7), path)
    np.testing.assert_allclose(found, path.population.sum(axis=(1, 3)), rtol=1e-9)


def test_where_nothing_happens_cells_grow_old_by_themselves() -> None:
    """Old people in one cell, young in the other: each keeps its people, a year older each year."""
    start = np.zeros((1, 1, 2, 101))
    start[..., 10], start[..., 60] = 30, 50
    path = run(still_model(start, units=("a",), parents=("a",), base_year=2024, steps=3))
    found = people_of(np.array([[60.0, 0, 0, 0], [0, 0, 100.0, 0]]), np.zeros(2, dtype=np.int64), path)
    assert found[3, 0, 13] == pytest.approx(60)
    assert found[3, 1, 63] == pytest.approx(100)
    assert found[3].sum() == pytest.approx(160)


def test_equal_halves_of_a_cell_are_half_of_it(region_and_cells: tuple[Model, np.ndarray, np.ndarray]) -> None:
    model, cells, areas = region_and_cells
    path = run(model)
    whole = people_of(cells, areas, path)
    halves = people_of(np.concatenate([cells[:1] / 2, cells[1:], cells[:1] / 2]), np.append(areas, areas[0]), path)
    np.testing.assert_allclose(halves[:, 0] + halves[:, -1], whole[:, 0], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(halves[:, 1:-1], whole[:, 1:], rtol=1e-9, atol=1e-9)


def test_cells_that_cannot_be_are_refused(region_and_cells: tuple[Model, np.ndarray, np.ndarray]) -> None:
    model, cells, areas = region_and_cells
    path = run(model)
    with pytest.raises(AllmendeError, match="fewer than no people"):
        people_of(np.where(np.arange(len(cells))[:, None] == 3, -1.0, cells), areas, path)
    with pytest.raises(AllmendeError, match="Area number 2 has people"):
        people_of(np.where((areas == 2)[:, None], 0.0, cells), areas, path)


def test_chance_is_that_of_persons_drawn_one_by_one() -> None:
    """Nobody comes, a tenth dies each year: after three years the variance is that of a binomial draw."""
    start = np.zeros((1, 1, 2, 101))
    start[..., 30] = 500
    still = still_model(start, units=("a",), parents=("a",), base_year=2024, steps=3)
    path = run(replace(still, death=np.full_like(still.death, 0.1)))
    *_, last = scatter(np.array([[0.0, 0, 200, 0], [0, 0, 800, 0]]), LOWS, np.zeros(2, dtype=np.int64), path)
    stays = 0.9**3
    np.testing.assert_allclose(last.people[:, 33], [200 * stays, 800 * stays])
    np.testing.assert_allclose(last.variance[:, 33], np.array([200, 800]) * stays * (1 - stays))


def test_a_base_year_is_as_sure_as_its_figures(region_and_cells: tuple[Model, np.ndarray, np.ndarray]) -> None:
    model, cells, areas = region_and_cells
    first, second, *_ = scatter(cells, LOWS, areas, run(model))
    assert not first.variance.any()
    assert (second.variance >= 0).all()
    assert second.variance.sum() > 0
