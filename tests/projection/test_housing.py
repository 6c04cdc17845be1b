from dataclasses import replace

import numpy as np
import pytest

from allmende.errors import AllmendeError
from allmende.parameters import load
from allmende.projection.housing import age_pattern, beyond_trend, build, chain_origins, moving_in, occupancy
from allmende.projection.model import Flows, still_model
from allmende.projection.run import run

HOUSE = occupancy("house")


@pytest.fixture
def model():
    start = np.full((2, 3, 2, 101), 5.0)
    quiet = still_model(
        start, units=("a.1", "a.2", "b"), parents=("a", "a", "b"), groups=("german", "other"), base_year=2024, steps=3
    )
    return replace(quiet, leave=np.where(np.arange(3)[:, None, None, None] == 0, 0.1, 0.0) * np.ones((3, 3, 2, 2, 101)))


def test_every_dwelling_gets_its_persons_at_its_pace():
    people = moving_in(np.array([10.0, 0, 0]), HOUSE, np.array([0.8, 0.2]))
    assert people.sum(axis=(1, 2, 3)) == pytest.approx([10 * 2.8 * 0.7, 10 * 2.8 * 0.3, 0.0])
    assert people[0, 1].sum() == pytest.approx(0.2 * people[0].sum())


@pytest.mark.parametrize("kind", ["house", "flat"])
def test_ages_of_movers_sum_to_one_and_are_those_reached_at_the_end(kind):
    own = occupancy(kind)
    pattern = age_pattern(own)
    assert pattern.sum() == pytest.approx(1.0)
    assert pattern[:17].sum() == pytest.approx(sum(own.share[:2])), "who reaches 0-17 was 0-16 at the start, or was not born"


def test_houses_of_the_trend_are_not_counted_twice():
    above, short = beyond_trend(np.array([8.0, 3.0]), 5.0)
    assert (above - short).tolist() == [3.0, -2.0]


def test_people_of_an_estate_come_in_part_from_the_region(model):
    estate = replace(model, leave=np.zeros_like(model.leave))
    built = replace(estate, builds=build(estate, 2, np.array([10.0, 0, 0]), HOUSE))
    path, before = run(built), run(estate)
    gained = path.population[1].sum() - before.population[1].sum()
    assert gained == pytest.approx(10 * 2.8 * 0.7 * (1 - HOUSE.from_region), rel=1e-6)
    assert path.population[1, :, 2].sum() > before.population[1, :, 2].sum() + 10


def test_chains_begin_where_movers_come_from(model):
    assert chain_origins(model, 2) == pytest.approx([2 / 3, 1 / 3]), "without flows all send as many as they have movers"
    flows = Flows(np.array([0]), np.array([0]), np.ones((1, 1)))
    assert chain_origins(replace(model, flows=flows), 2).tolist() == [0.0, 1.0], "who stays in a does not come to b"
    still = replace(model, leave=np.zeros_like(model.leave))
    assert chain_origins(still, 2) == pytest.approx([2 / 3, 1 / 3]), "where nobody moves, by people"


@pytest.mark.parametrize("kind", ["house", "flat"])
def test_every_number_shipped_is_called_an_assumption(kind):
    entries = load("schedules")["occupancy"]
    assert "assumption" in occupancy(kind).source
    assert all("assumption" in entries[part]["source"] for part in ("ages", "pace", "from_region"))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda model: occupancy("castle"), "'castle'"),
        (lambda model: occupancy("house", {"house": {}}), "lacks"),
        (lambda model: moving_in(np.array([-1.0]), HOUSE, np.ones(1)), "-1 dwellings"),
        (lambda model: moving_in(np.array([1.0]), HOUSE, np.array([0.5])), "sum to 0.5"),
        (lambda model: build(model, 0, np.ones(5), HOUSE), "5 years for a model of 3"),
        (lambda model: replace(HOUSE, share=(0.5,), lows=(0,)), "sum to 0.5"),
        (lambda model: replace(HOUSE, low=(9.0, 9.0, 9.0)), "low over usual"),
        (lambda model: replace(HOUSE, years=(0.0, 5.0)), "ascending years"),
    ],
)
def test_housing_that_cannot_be_is_refused(model, call, says):
    with pytest.raises(AllmendeError, match=says):
        call(model)
