"""Draws repeat, do not depend on how they are computed, and cover what they say they cover."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, norm

from allmende.errors import AllmendeError
from allmende.projection.bands import Band, sum_bands
from allmende.projection.chance import normal, place_key, scenario_keys
from allmende.projection.compiled import ARRIVE, BIRTH, DEATH, LEAVE, LEVEL, fast_exp
from allmende.projection.draws import draw, draw_quantiles, quantiles
from allmende.projection.drivers import COMPONENTS, Drivers, drivers, still_drivers
from allmende.projection.model import Model, still_model
from allmende.projection.run import run
from allmende.projection.step import Shock, advance

Maker = Callable[..., Model]
BANDS = (Band("U3", 0, 2), Band("18", 18, 18), Band("women 80+", 80, 100, sex=0))


@pytest.fixture(scope="module")
def restless() -> Drivers:
    return drivers(
        {
            "nation": {"fertility": 0.03, "leaving": 0.05},
            "district": {"arriving": 0.04},
            "municipality": {"fertility": 0.05, "arriving": 0.1},
            "unit": {"mortality": 0.2, "leaving": 0.1, "arriving": 0.1},
        },
        {"nation": {"fertility": 0.9}, "unit": {"arriving": 0.7}},
        {"leaving-arriving": 0.4, "fertility-arriving": 0.2},
    )


def test_still_drivers_draw_the_central_path(region: Maker) -> None:
    model = region(0)
    drawn = draw(model, still_drivers(), BANDS, draws=3, seed=1)
    np.testing.assert_allclose(
        drawn.value, np.broadcast_to(sum_bands(run(model).population, BANDS), drawn.value.shape), rtol=1e-6
    )


def test_draws_do_not_depend_on_their_number_or_on_threads(region: Maker, restless: Drivers) -> None:
    model = region(1)
    many = draw(model, restless, BANDS, draws=37, seed=5, threads=3)
    few = draw(model, restless, BANDS, draws=5, seed=5, threads=1)
    assert np.array_equal(many.value[:5], few.value)
    assert not np.array_equal(draw(model, restless, BANDS, draws=5, seed=6).value, few.value)


def test_draws_follow_their_unit_wherever_it_stands(restless: Drivers) -> None:
    start = np.random.default_rng(3).gamma(2, 20, (1, 3, 2, 101))
    kwargs = {"base_year": 2024, "steps": 4}
    model = moving(still_model(start, units=("a", "b", "c"), parents=("07131001", "07131002", "07132001"), **kwargs))
    turned = moving(still_model(start[:, ::-1], units=("c", "b", "a"), parents=("07132001", "07131002", "07131001"), **kwargs))
    one, other = (draw(each, restless, BANDS, draws=6, seed=9).value for each in (model, turned))
    np.testing.assert_allclose(one, other[:, :, ::-1], rtol=1e-5)


def moving(model: Model) -> Model:
    return replace(
        model,
        death=np.full_like(model.death, 0.02),
        birth=np.where((np.arange(101) > 15) & (np.arange(101) < 50), 0.05, 0) * np.ones_like(model.birth),
        leave=np.full_like(model.leave, 0.03),
        arrive=np.full_like(model.arrive, 0.4),
    )


def test_shocks_of_the_kernel_are_those_of_the_twin(region: Maker) -> None:
    """With spread on one level only and one year, each draw's factors can be worked out and given to the twin."""
    model = region(2, steps=1)
    spread = {"nation": dict(zip(COMPONENTS, (0.1, 0.3, 0.5, 0.2), strict=True))}
    drawn = draw(model, drivers(spread, {}, noise=False), BANDS, draws=2, seed=4)
    for at, key in enumerate(scenario_keys(4, 2)):
        place = np.uint64(place_key("nation", ""))
        factor = {j: np.exp(spread["nation"][COMPONENTS[j]] * normal(key, place, j)) for j in range(4)}
        whole = np.ones(len(model.units))
        shock = Shock(*(whole * factor[component] for component in (BIRTH, DEATH, LEAVE, ARRIVE)))
        year = advance(model, 0, model.start, shock)
        apart = run(model).population[1] - run(model).projected[1]
        np.testing.assert_allclose(drawn.value[at, 1], sum_bands((year.end + apart)[None], BANDS)[0], rtol=1e-5)


def test_levels_stay_as_they_were_drawn_in_all_years(region: Maker) -> None:
    model = region(3, steps=2)
    towns = np.arange(1, 4 * len(model.municipalities) + 1).reshape(-1, 4) / 40
    units = np.arange(4 * len(model.units), 0, -1).reshape(-1, 4) / 80
    levels = drivers({}, {}, levels={"municipality": towns.tolist(), "unit": units.tolist()}, noise=False)
    drawn = draw(model, levels, BANDS, draws=2, seed=8)
    key = scenario_keys(8, 2)[1]

    def log(level: str, names: tuple[str, ...], spread: np.ndarray) -> np.ndarray:
        places = [np.uint64(place_key(level, name)) for name in names]
        return np.array([[spread[at, i] * normal(key, place, LEVEL + i) for i in range(4)] for at, place in enumerate(places)])

    logs = log("municipality", model.municipalities, towns)[model.home] + log("unit", model.units, units)
    shock = Shock(*(np.exp(logs[:, component]) for component in (BIRTH, DEATH, LEAVE, ARRIVE)))
    after = advance(model, 1, advance(model, 0, model.start, shock).end, shock).end
    apart = run(model).population[2] - run(model).projected[2]
    np.testing.assert_allclose(drawn.value[1, 2], sum_bands((after + apart)[None], BANDS)[0], rtol=1e-5)


def test_levels_of_another_region_are_refused(region: Maker) -> None:
    model = region(3)
    with pytest.raises(AllmendeError, match="levels of 1 places for 7"):
        draw(model, drivers({}, {}, levels={"unit": [[0.1] * 4]}), BANDS, draws=1, seed=1)
    with pytest.raises(AllmendeError, match="cannot be below 0"):
        drivers({}, {}, levels={"unit": [[0.1, -0.1, 0.1, 0.1]] * 7})


def test_the_fast_exponential_is_one() -> None:
    logs = np.linspace(-5, 5, 501)
    np.testing.assert_allclose([fast_exp(log) for log in logs], np.exp(logs), rtol=1e-12)


@pytest.mark.parametrize("draws", [1, 31, 33, 65])
def test_a_block_of_any_width_draws_the_same(region: Maker, restless: Drivers, draws: int) -> None:
    model = region(5, steps=2)
    whole = draw(model, restless, BANDS, draws=70, seed=3, threads=1).value
    assert np.array_equal(draw(model, restless, BANDS, draws=draws, seed=3, threads=2).value, whole[:draws])


def test_normal_numbers_are_normal() -> None:
    heads, x = np.arange(49), np.linspace(-4, 4, 801)
    flips = np.clip(x[:, None] * np.sqrt(12 + 1 / 12) - (heads - 24.5), 0, 1) @ binom.pmf(heads, 48, 0.5)
    assert np.abs(flips - norm.cdf(x)).max() < 0.002
    drawn = np.array([normal(np.uint64(5), np.uint64(9), at) for at in range(20000)])
    assert abs(drawn.mean()) < 0.03
    assert drawn.var() == pytest.approx(1, abs=0.04)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95])
def test_intervals_cover_people_who_are_drawn_one_by_one(level: float) -> None:
    """Binomial deaths and leavers, Poisson arrivals and births, over five years of a small place, 400 times."""
    rng = np.random.default_rng(8)
    model = moving(still_model(np.full((1, 1, 2, 101), 6.0), units=("a",), parents=("a",), base_year=2024, steps=5))
    bands = (Band("U3", 0, 2), Band("young", 18, 29), Band("80+", 80, 100))
    drawn = draw(model, replace(still_drivers(), noise=True), bands, years=[2029], draws=2000, seed=1)
    low, high = quantiles(drawn, [(1 - level) / 2, (1 + level) / 2])[:, 0, 0]
    truth = np.array([sum_bands(lived(model, rng)[None], bands)[0, 0] for _ in range(400)])
    covered = ((truth >= np.floor(low)) & (truth <= np.ceil(high))).mean(axis=0)
    assert (covered > level - 0.06).all(), covered
    assert np.abs(truth.std(axis=0) / drawn.value[:, 0, 0].std(axis=0) - 1).max() < 0.15


def lived(model: Model, rng: np.random.Generator) -> np.ndarray:
    """Follow persons one by one through the model's years [G, M, 2, A] (one unit, one group)."""
    people = model.start.astype(np.int64)
    for step in range(model.steps):
        death, away = model.death[step][:, None], model.leave[step, 1:].sum(axis=0)[:, None]
        stays = rng.binomial(people, (1 - death) * (1 - away))
        arrivals = rng.poisson(model.arrive[step].sum(axis=0)[:, None] * (1 - death / 2))
        end = stays + arrivals
        births = rng.poisson((model.birth[step] * (people[:, 0, 0] + end[:, 0, 0]) / 2).sum())
        girls = rng.binomial(births, 1 / (1 + model.boys_per_girl))
        people = np.concatenate([np.zeros_like(end[..., :1]), end[..., :-1]], axis=-1)
        people[..., -1] += end[..., -1]
        people[0, 0, :, 0] = girls, births - girls
    return people


def test_quantiles_in_portions_are_those_of_all_at_once(region: Maker, restless: Drivers) -> None:
    model, quiet = region(3), replace(restless, noise=False)
    whole = quantiles(draw(model, quiet, BANDS, draws=50, seed=2), [0.1, 0.5, 0.9])
    portions = draw_quantiles(model, quiet, BANDS, [0.1, 0.5, 0.9], draws=50, seed=2, memory=4 * 50 * 7 * 3 * 2)
    np.testing.assert_allclose(portions, whole)
    drawn = draw(model, quiet, BANDS, draws=50, seed=2)
    np.testing.assert_allclose(whole, np.quantile(drawn.value.astype(float), [0.1, 0.5, 0.9], axis=0), rtol=1e-6)
    region_total = quantiles(drawn, [0.5], totals=np.ones((1, 7)))
    np.testing.assert_allclose(region_total[0, :, 0], np.median(drawn.value.sum(axis=2), axis=0), rtol=1e-5)


def test_variance_of_a_protected_start_enters(region: Maker) -> None:
    model = still_model(np.full((1, 1, 2, 101), 50.0), units=("a",), parents=("a",), base_year=2024, steps=2)
    noisy = replace(model, start_variance=np.full_like(model.start, 2.0))
    drawn = draw(noisy, replace(still_drivers(), noise=True), [Band("20-29", 20, 29)], draws=4000, seed=3)
    np.testing.assert_allclose(drawn.value[:, :, 0, 0].var(axis=0), 40, rtol=0.1)
    assert np.corrcoef(drawn.value[:, 0, 0, 0], drawn.value[:, 1, 0, 0])[0, 1] == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"years": [2030]}, "cannot be drawn"),
        ({"years": [2026, 2025]}, "each once, in order"),
        ({"draws": 0}, "at least 1"),
        ({"bands": (Band("too old", 90, 120),)}, "ends at age 120"),
    ],
)
def test_what_cannot_be_drawn_is_said(region: Maker, change: dict[str, object], words: str) -> None:
    wanted = {"bands": BANDS, "draws": 2, "seed": 1, **change}
    with pytest.raises(AllmendeError, match=words):
        draw(region(0, steps=2), still_drivers(), wanted.pop("bands"), **wanted)  # type: ignore[arg-type]


def test_drivers_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(AllmendeError, match="contradicts itself"):
        drivers({}, {}, {"leaving-arriving": 0.9, "leaving-mortality": 0.9, "mortality-arriving": -0.9})
    with pytest.raises(AllmendeError, match="know no 'weather'"):
        drivers({"nation": {"weather": 1.0}}, {})
