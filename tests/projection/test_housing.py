from dataclasses import replace

import numpy as np
import pytest

from allmende.errors import AllmendeError
from allmende.parameters import load
from allmende.projection.housing import estate, occupancy
from allmende.projection.levers import Levers
from allmende.projection.model import still_model
from allmende.projection.moving import apply
from allmende.projection.run import run

HOUSE = occupancy("house")


@pytest.mark.parametrize("level", ["low", "usual", "high"])
def test_an_estate_gains_the_persons_it_is_said_to(level):
    start = np.full((1, 2, 2, 101), 50.0)
    model = still_model(start, units=("a", "b"), parents=("a", "b"), base_year=2024, steps=2)
    new = estate("b", (2025, 2025), 10, HOUSE, level=level)
    path = run(apply(model, Levers(estates=(new,))))
    persons = 10 * getattr(HOUSE, level)[0]
    gained = path.population[1].sum(axis=(0, 2, 3)) - start.sum(axis=(0, 2, 3))
    assert gained.sum() == pytest.approx(persons * (1 - HOUSE.from_region), rel=1e-6)
    # both places are as large, so half of those from the region lived in the estate's own place
    assert gained[1] == pytest.approx(persons * (1 - HOUSE.from_region / 2), rel=1e-6)


@pytest.mark.parametrize("kind", ["house", "flat"])
def test_every_number_shipped_is_called_an_assumption(kind):
    entries = load("schedules")["occupancy"]
    assert "assumption" in occupancy(kind).source
    assert all("assumption" in entries[part]["source"] for part in ("ages", "from_region"))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: occupancy("castle"), "'castle'"),
        (lambda: occupancy("house", {"house": {}}), "lacks"),
        (lambda: replace(HOUSE, share=(0.5,), lows=(0,)), "sum to 0.5"),
        (lambda: replace(HOUSE, low=(9.0, 9.0, 9.0)), "low over usual"),
        (lambda: replace(HOUSE, years=(0.0, 5.0)), "ascending years"),
        (lambda: replace(HOUSE, from_region=1.5), "more than all"),
    ],
)
def test_housing_that_cannot_be_is_refused(call, says):
    with pytest.raises(AllmendeError, match=says):
        call()
