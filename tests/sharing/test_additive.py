"""Which methods may split items one by one: held to what `sharing_methods.toml` says of each, and keys to what they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allmende.parameters import load
from allmende.sharing.figures import figures_of
from allmende.sharing.games import Game
from allmende.sharing.key_terms import key_from
from allmende.sharing.keys import split_by
from allmende.sharing.methods import METHODS, solve, words_of

ADDITIVE = sorted(name for name in METHODS if words_of(name)["additive"])
OTHERS = sorted(METHODS.keys() - set(ADDITIVE))


def game(amounts):
    return Game("cost", ("A", "B", "C"), np.array([0, *amounts], dtype=np.float64))


ITEMS = (game([60, 70, 90, 80, 120, 130, 150]), game([90, 30, 120, 50, 120, 40, 100]))
"""Two cost items, given as c(A), c(B), c(AB), c(C), c(AC), c(BC), c(ABC)."""


def together(one, other):
    return Game("cost", one.players, one.amounts + other.amounts)


def gap(method, one, other):
    """How far the shares of both together are from the sum of the shares of each."""
    shares = [np.asarray(solve(each, method).shares, dtype=np.float64) for each in (together(one, other), one, other)]
    return float(np.abs(shares[0] - shares[1] - shares[2]).max())


@pytest.mark.parametrize("method", ADDITIVE)
@given(st.lists(st.integers(0, 1000), min_size=14, max_size=14))
@settings(max_examples=50, deadline=None)
def test_an_additive_method_splits_items_one_by_one_or_together(method, amounts):
    assert gap(method, game(amounts[:7]), game(amounts[7:])) < 1e-9


@pytest.mark.parametrize("method", OTHERS)
def test_of_every_other_method_two_items_show_that_it_is_not(method):
    assert gap(method, *ITEMS) > 1


def test_every_method_says_whether_it_is():
    assert {each["additive"] for each in load("sharing_methods").values() if "additive" in each} == {True, False}
    assert {"shapley", "ensc", "equal-savings"} <= set(ADDITIVE)


@pytest.mark.parametrize(
    ("terms", "additive"),
    [
        ({}, True),
        ({"pre_share": {"A": "10 %"}}, True),
        ({"exempt": ["B"]}, True),
        ({"cap": {"A": "40 %"}, "minimum_share": "15 %"}, True),
        ({"cap": {"A": 50}}, False),
        ({"floor": {"B": 40}}, False),
    ],
)
def test_a_key_is_additive_unless_a_bound_in_euro_binds(terms, additive):
    figures = figures_of(["A", "B", "C"], {"inhabitants": {"A": 700, "B": 100, "C": 200}})
    key = key_from({"weights": {"inhabitants": 1}, **terms})
    whole, one, other = (split_by(key, cents, figures, 2026).shares for cents in (20_000, 14_000, 6_000))
    assert ([a + b for a, b in zip(one, other, strict=True)] == list(whole)) is additive
