"""Levers do what they say, and say what they cannot do."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from allmende.errors import AllmendeError
from allmende.projection.bands import Band, sum_bands
from allmende.projection.levers import Change, Closing, Estate, Levers, Longevity, Split, read_levers, write_levers
from allmende.projection.model import Flows, Model, still_model
from allmende.projection.moving import apply, life_expectancy
from allmende.projection.run import run
from allmende.projection.step import beyond_everybody

Maker = Callable[..., Model]
KITA = (Band("3-5", 3, 5),)


@pytest.fixture
def pair() -> Model:
    """Return two towns between which people move, and a third that stands alone."""
    model = still_model(np.full((1, 3, 2, 101), 10.0), units=("A", "B", "C"), parents=("A", "B", "C"), base_year=2024, steps=6)
    leave = np.zeros_like(model.leave)
    leave[:, 0] = 0.05
    flows = Flows(np.array([0, 1, 2]), np.array([1, 0, 2]), np.ones((1, 3)))
    return replace(model, leave=leave, flows=flows, trend_dwellings=np.array([5.0, 0, 0]))


FAMILIES = ((0, 0.3), (18, 0.0), (28, 0.5), (45, 0.2), (70, 0.0))


def test_an_estate_in_a_changes_the_need_in_b(pair: Model) -> None:
    estate = Estate("A", 2026, 2028, 30, 2.5, from_region=0.6, pattern=FAMILIES)
    before, after = (
        sum_bands(run(model).population, KITA)[:, :, 0] for model in (pair, apply(pair, Levers(estates=(estate,))))
    )
    assert (after[2:, 0] > before[2:, 0]).all()
    assert (after[2, 1] < before[2, 1]).all()
    np.testing.assert_allclose(after[:, 2], before[:, 2])


def test_an_estate_takes_nobody_from_where_all_known_ways_lead_elsewhere(pair: Model) -> None:
    """Ways that sum to 1 but for rounding leave less than nothing to the pool."""
    shares = np.array([0.2, 0.4, 0.3, 0.1])
    assert sum(shares) > 1
    model = replace(pair, flows=Flows(np.ones(4, np.int64), np.full(4, 2), shares[None, :]))
    built = apply(model, Levers(estates=(Estate("A", 2026, 2028, 30, 2.5, from_region=0.6, pattern=FAMILIES),)))
    assert (built.builds.origins >= 0).all()
    assert built.builds.origins[0, 1] == 0


def test_dwellings_that_the_trend_holds_are_not_counted_twice(pair: Model) -> None:
    for dwellings, people in ((5, 0), (30, 25 * 2.5)):
        estate = Estate("A", 2026, 2026, dwellings, 2.5, from_region=0.0, pattern=FAMILIES)
        came = run(apply(pair, Levers(estates=(estate,)))).came
        assert came[1].sum() == pytest.approx(people)


def test_dwellings_that_are_torn_down_send_people_away(pair: Model) -> None:
    demolition = Estate("C", 2025, 2025, -20, 2.0, from_region=0.25)
    path = run(apply(pair, Levers(estates=(demolition,))))
    assert path.left[0].sum() == pytest.approx(30)
    assert path.projected[0].sum() - path.projected[1].sum() == pytest.approx(30)


def test_more_homes_than_are_lived_in_cannot_be_torn_down_and_that_is_counted(pair: Model) -> None:
    there = run(pair).projected[0, :, pair.units.index("C")].sum()
    for dwellings in (there / 4, there):
        model = apply(pair, Levers(estates=(Estate("C", 2025, 2025, -dwellings, 2.0, from_region=0.0),)))
        path = run(model)
        beyond = beyond_everybody(model, path.projected)
        gone = path.left[0].sum() - run(pair).left[0].sum()
        assert gone + beyond.sum() == pytest.approx(2 * dwellings, abs=1e-6)
        assert (beyond.sum() > 1) == (dwellings == there)


def test_a_place_that_closes_is_empty_from_its_year_on(region: Maker) -> None:
    model = region(0)
    unit = model.units[2]
    special = run(apply(model, Levers(closings=(Closing(unit, "students", 2027),)))).population - run(model).population
    assert np.flatnonzero(np.abs(special).sum(axis=(1, 2, 3, 4))).tolist() == [3, 4, 5]
    assert np.flatnonzero(np.abs(special).sum(axis=(0, 1, 3, 4))).tolist() == [2]


def test_rates_follow_their_ramp(region: Maker) -> None:
    model = region(0, steps=6)
    moved = apply(
        model,
        Levers(changes=(Change("fertility", 1.2, 2026, 2027), Change("arrive_abroad", 0.5, 2025, 2025, (model.units[0],)))),
    )
    np.testing.assert_allclose((moved.birth_factor / model.birth_factor)[:, 0], [1, 1.1, 1.2, 1.2, 1.2, 1.2])
    np.testing.assert_allclose((moved.arrive_factor / model.arrive_factor)[0], [[1] * 7, [0.5] + [1] * 6])


def test_longer_lives_are_as_much_longer_as_asked() -> None:
    ages = np.arange(101)
    gompertz = np.minimum(1e-5 * np.exp(0.105 * ages), 0.6) * np.ones((10, 1, 2, 1))
    model = still_model(np.ones((1, 2, 2, 101)), units=("A", "B"), parents=("A", "B"), base_year=2024, steps=10)
    model = replace(model, death=gompertz, newborn_death=np.full_like(model.newborn_death, 0.002))
    longer = apply(model, Levers(longevity=(Longevity(1.5, 2026, 2030),)))
    factor = longer.death_factor[:, 0]
    years = [life_expectancy(gompertz[0] * each, model.newborn_death[0] * each).mean() for each in factor]
    assert years[0] == pytest.approx(years[-1] - 1.5, abs=1e-6)
    assert years[5] == pytest.approx(years[-1])
    assert (np.diff(factor) <= 0).all()


def test_a_more_attractive_place_takes_from_the_others(region: Maker) -> None:
    model = region(1)
    share = apply(model, Levers(splits=(Split(model.units[3], 2, 2025, 2025),))).share
    np.testing.assert_allclose(share.sum(axis=-1), 1)
    assert (share[..., 3] > model.share[..., 3]).all()
    assert (share[..., 0] < model.share[..., 0]).all()


def test_levers_travel_as_json() -> None:
    levers = Levers(
        changes=(Change("mortality", 0.9, 2025, 2035, ("a",)),),
        longevity=(Longevity(2, 2025, 2050),),
        splits=(Split("a", 1.5, 2025, 2030),),
        estates=(Estate("a", 2025, 2030, 12, 2.4, 0.5, FAMILIES),),
        closings=(Closing("b", "barracks", 2029, 0.5),),
    )
    assert read_levers(json.loads(json.dumps(write_levers(levers)))) == levers
    assert read_levers({}) == Levers()


ESTATE = {"unit": "A", "first_year": 2026, "last_year": 2028, "dwellings": 10, "occupancy": 2.5, "from_region": 0.5}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "Levers know no list"),
        ({"taxes": []}, "Levers know no taxes"),
        ({"estates": {}}, "estates is dict"),
        ({"estates": [{"unit": "A"}]}, "not one of the estates: unit"),
        ({"estates": [ESTATE | {"dwellings": "many"}]}, "estates, number 1, dwellings"),
        ({"estates": [ESTATE | {"pattern": [1]}]}, "estates, number 1, pattern"),
        ({"estates": [ESTATE | {"dwellings": float("nan")}]}, "dwellings"),
        ({"estates": [ESTATE | {"unit": "Z"}]}, "has no unit Z"),
        ({"estates": [ESTATE | {"last_year": 2090}]}, "does not reach 2090"),
        ({"estates": [ESTATE | {"from_region": 1.5}]}, "cannot be built"),
        ({"estates": [ESTATE | {"pattern": [[0, 0.5], [30, 0.4]]}]}, "whose shares sum to 1"),
        ({"closings": [{"unit": "A", "kind": "circus", "year": 2026}]}, "held apart as 'circus'"),
        ({"changes": [{"rate": "luck", "factor": 1, "first_year": 2025, "full_year": 2026}]}, "There is no rate 'luck'"),
        (
            {"changes": [{"rate": "leave_inside", "factor": 99, "first_year": 2025, "full_year": 2026}]},
            "leave inside the region",
        ),
        ({"longevity": [{"years": 60, "first_year": 2025, "full_year": 2026}]}, "60 years of life"),
        ({"splits": [{"unit": "A", "factor": -1, "first_year": 2025, "full_year": 2026}]}, "cannot act"),
    ],
)
def test_levers_that_cannot_be_moved_say_why(pair: Model, data: object, words: str) -> None:
    with pytest.raises(AllmendeError) as error:
        apply(pair, read_levers(data))
    assert words in str(error.value)
