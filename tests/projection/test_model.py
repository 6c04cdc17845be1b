"""A model that cannot be is refused in words that name the place."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from allmende.errors import AllmendeError
from allmende.projection.model import Flows, Model, still_model

Maker = Callable[..., Model]


def spoiled(array: np.ndarray, at: tuple[int, ...], value: float) -> np.ndarray:
    array = array.copy()
    array[at] = value
    return array


@pytest.mark.parametrize(
    ("field", "at", "value", "words"),
    [
        ("start", (1, 2, 0, 40), -3, ["start is -3", "group g1", "unit 07131002.02", "female", "age 40"]),
        ("start", (0, 0, 1, 0), np.nan, ["start is nan", "male", "age 0"]),
        ("birth", (0, 0, 30), np.inf, ["birth is inf", "year 2025", "age 30"]),
        ("death", (2, 0, 1, 99), 1.2, ["death", "year 2027", "age 99"]),
        ("leave", (0, 1, 0, 0, 20), 0.99, ["leave to the country and abroad", "age 20"]),
        ("share", (1, 0, 2, 3), 0.9, ["sum of share", "year 2026", "inside the region", "class of ages 2"]),
        ("child_group", (0, 0), 0.5, ["sum of child_group", "group g0"]),
        ("special_share", (3, 0, 1), 1.5, ["special_share is 1.5", "end of 2027", "unit 07132001.01"]),
    ],
)
def test_a_number_that_cannot_be_is_named(
    region: Maker, field: str, at: tuple[int, ...], value: float, words: list[str]
) -> None:
    model = region(0)
    with pytest.raises(AllmendeError) as error:
        replace(model, **{field: spoiled(getattr(model, field), at, value)})
    assert [word for word in words if word not in str(error.value)] == []


def test_missing_ages_are_named(region: Maker) -> None:
    model = region(0)
    with pytest.raises(AllmendeError, match=r"birth has the shape \[5, 2, 100\]"):
        replace(model, birth=model.birth[..., 1:])


def test_flows_to_a_place_without_room_are_refused() -> None:
    model = still_model(np.ones((1, 2, 2, 101)), units=("a", "b"), parents=("a", "b"), base_year=2024, steps=1)
    share = np.zeros_like(model.share)
    share[..., 0] = 1
    with pytest.raises(AllmendeError, match="Movers go to b, where no unit takes a share"):
        replace(model, share=share, flows=Flows(np.array([0]), np.array([1]), np.array([[0.5]])))


def test_a_model_does_not_change_under_its_reader(region: Maker) -> None:
    model, start = region(0), np.ones((1, 1, 2, 101))
    with pytest.raises(ValueError, match="read-only"):
        model.death[:] = 0
    other = still_model(start, units=("a",), parents=("a",), base_year=2024, steps=1)
    start[:] = 7
    assert other.start.max() == 1
