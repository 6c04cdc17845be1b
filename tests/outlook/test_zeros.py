"""Nothing is cut at 0 without a sentence that counts it."""

import numpy as np

from allmende.outlook.folder import LEVELS
from allmende.outlook.zeros import of_zeros
from allmende.parameters import load
from allmende.projection.bands import Band
from allmende.projection.draws import Draws

WORDS = load("outlook")["words"]


def drawn(cut: int) -> Draws:
    return Draws(
        np.ones((2, 2, 3, 1), np.float32), (2025, 2026), ("a", "b", "c"), (Band("all", 0, 100),), np.zeros((2, 3, 1)), cut
    )


def fan(low: float) -> np.ndarray:
    values = np.ones((len(LEVELS), 2, 3, 1))
    values[LEVELS.index(0.1), 1, 0] = low
    return values


def simple(last: float) -> np.ndarray:
    values = np.ones((2, 2, 3))
    values[1, 1, 2] = last
    return values


def test_every_cut_is_counted_in_both_languages() -> None:
    told = {each.topic: each for each in of_zeros(WORDS, drawn(4), fan(0.0), simple(0.0))}
    assert told["drawn below zero"].de.startswith("In 4 von 12 gezogenen Werten")
    assert told["interval below zero"].en.startswith("In 1 of 6 cases")
    assert told["trend below zero"].de.startswith("In 1 von 6 Fällen")


def test_where_nothing_was_cut_nothing_is_said() -> None:
    assert of_zeros(WORDS, drawn(0), fan(0.5), simple(0.5)) == ()
