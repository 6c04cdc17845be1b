"""Cost functions of many players: what is computed by formula or search is what all 2^n groups would say."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allmende.errors import AllmendeError
from allmende.sharing.core import core_report
from allmende.sharing.core import least_core as explicit_least_core
from allmende.sharing.cost_function import METHODS, CostFunction, cost_function, split
from allmende.sharing.games import Game
from allmende.sharing.methods import solve
from allmende.sharing.search import least_core, worst_group
from allmende.sharing.services import Part, cost_function_game
from allmende.sharing.structure_file import explicit_game, solve_structured

KINDS = [
    Part({}, "per-unit", 52_40, "hours"),
    Part({}, "per-step", 96_000_00, "km", step=90),
    Part({}, "power", 34_000_00, "km", step=50, exponent=0.7),
    Part({}, "power", 900_00, "hours", step=700, exponent=1.6),
    Part({}, "joint", 31_500_00),
]


def rng():
    return np.random.default_rng(5)


def neighbours(n, parts, seed=5):
    drawn = np.random.default_rng(seed)
    volumes = {"km": drawn.integers(10, 90, n).astype(float), "hours": drawn.integers(1000, 9000, n).astype(float)}
    return CostFunction(tuple(f"P{i}" for i in range(n)), (Part({}, "fixed", 168_000_00), *parts), volumes)


def explicit(game):
    members = (np.arange(1 << len(game))[:, None] >> np.arange(len(game))) & 1 == 1
    return Game("cost", game.players, game.cost(members))


@given(
    n=st.integers(3, 7),
    parts=st.sets(st.sampled_from(range(len(KINDS)))),
    weights=st.lists(st.integers(1, 9), min_size=7, max_size=7),
    seed=st.integers(0, 99),
)
@settings(max_examples=40, deadline=None)
def test_the_search_finds_the_group_that_looking_at_all_finds(n, parts, weights, seed):
    game = neighbours(n, [KINDS[k] for k in sorted(parts)], seed)
    shares = np.array(weights[:n]) / sum(weights[:n]) * game.total
    found = worst_group(game, shares)
    members = (np.arange(1, (1 << n) - 1)[:, None] >> np.arange(n)) & 1 == 1
    complaints = members @ shares - game.cost(members)
    assert found.proven
    assert found.complaint == pytest.approx(complaints.max(), abs=0.02)
    assert found.at_most >= complaints.max() - 0.001


@pytest.mark.parametrize("parts", [[], KINDS[:1], [KINDS[0], KINDS[4]], KINDS[:4], KINDS], ids=len)
@pytest.mark.parametrize("method", [m for m in METHODS if m != "nucleolus"])
def test_formulas_agree_with_the_game_of_all_groups(parts, method):
    game = neighbours(7, parts)
    try:
        expected = solve(explicit(game), method).shares
    except AllmendeError as refused:
        with pytest.raises(AllmendeError, match=refused.what):
            split(game, method, orders=4, rng=rng())
        return
    shares, sample = split(game, method, orders=4000, rng=rng())
    assert shares.sum() == pytest.approx(game.total)
    if sample is None:
        assert shares == pytest.approx(expected)
    else:
        assert method == "shapley"
        assert (np.abs(shares - expected) <= 5 * sample.standard_errors + 1e-6 * game.total).all()


@pytest.mark.parametrize("parts", [[], [KINDS[0], KINDS[4]]], ids=len)
def test_without_steps_and_powers_the_nucleolus_is_a_formula(parts):
    game = neighbours(6, parts)
    assert split(game, "nucleolus", orders=4, rng=rng())[0] == pytest.approx(solve(explicit(game), "nucleolus").shares)


@pytest.mark.parametrize("parts", [KINDS[2:3], KINDS[3:4], KINDS[1:2], KINDS], ids=["root", "square", "step", "all"])
def test_the_least_core_is_that_of_all_groups(parts):
    game = neighbours(6, parts)
    level, shares = least_core(game)
    assert level == pytest.approx(explicit_least_core(explicit(game))[0], abs=0.05)
    assert worst_group(game, shares).complaint == pytest.approx(level, abs=0.05)


def test_nobody_leaves_where_costs_are_concave():
    game = neighbours(60, [KINDS[0], KINDS[2]])
    assert game.concave
    shares, _ = split(game, "shapley", orders=400, rng=rng())
    found = worst_group(game, shares)
    assert found.at_most <= 0
    document = {
        "kind": "cost-function",
        "players": list(game.players),
        "volumes": {"km": dict(zip(game.players, game.volumes["km"], strict=True))},
        "parts": [
            {"kind": "fixed", "amount": 168000},
            {"kind": "power", "measure": "km", "step": 50, "exponent": 0.7, "amount": 900},
        ],
    }
    solved = solve_structured(document, "scrb")
    assert solved.core.nonempty
    assert explicit_game(document) is None


def test_a_table_of_amounts_is_the_function_to_the_cent():
    game = neighbours(5, KINDS)
    volumes = {measure: tuple(map(Fraction, v)) for measure, v in game.volumes.items()}
    table = cost_function_game(game.players, game.parts, volumes)
    assert table.amounts == pytest.approx(np.round(explicit(game).amounts, 2), abs=0.0051)
    found = worst_group(game, table.alone * game.total / table.alone.sum())
    report = core_report(table, table.alone * table.total / table.alone.sum())
    assert report.member == (found.complaint <= 0.005)


@pytest.mark.parametrize(
    ("make", "match", "where"),
    [
        (
            lambda: split(neighbours(30, KINDS), "nucleolus", orders=4, rng=rng()),
            "30 players is not computed",
            "per-step, power",
        ),
        (lambda: split(neighbours(30, [Part({}, "joint", 200_000_00)]), "nucleolus", orders=4, rng=rng()), "worse", "joint"),
        (lambda: cost_function(["A"], KINDS[:1], {}), "no volume of hours", "volumes.hours, A"),
        (lambda: cost_function(["A"], KINDS[:1], {"hours": {"A": -1}}), "below 0", "volumes.hours, A"),
        (lambda: cost_function(["A"], KINDS[:1], {"hours": {"A": "viel"}}), "no number", "volumes.hours, A"),
    ],
)
def test_what_cannot_be_computed_says_why(make, match, where):
    with pytest.raises(AllmendeError, match=match) as refused:
        make()
    assert where in refused.value.where
