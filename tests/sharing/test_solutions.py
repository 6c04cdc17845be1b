"""Solutions of games: published numbers, the axioms that define them, and what is refused."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from allmende.errors import AllmendeError
from allmende.sharing.core import core_balance, core_report, least_core
from allmende.sharing.games import Game, coalition_sums, game_from, game_of
from allmende.sharing.kohlberg import verify_nucleolus
from allmende.sharing.methods import METHODS, solve
from allmende.sharing.nucleolus import nucleolus
from allmende.sharing.points import separable, separable_remaining
from allmende.sharing.published import comparisons
from allmende.sharing.shapley import sample_shapley, shapley

from .conftest import games, in_fractions, three

SPLITTING = [m for m in METHODS if m not in ("least-core", "aca")]


def split(game, method):
    """Return the shares of a method, or skip the example where the method is not defined."""
    try:
        return solve(game, method).shares
    except AllmendeError:
        assume(False)


@pytest.mark.parametrize("found", comparisons(), ids=lambda found: found.name)
def test_published_solutions(found):
    assert found.holds, found


@pytest.mark.parametrize(
    ("method", "amounts", "kind", "shares"),
    [
        ("nucleolus", (-1, 0, 1, 3, 4, 2, 5), "value", (8 / 3, 2 / 3, 5 / 3)),
        ("tau", (0, 0, 0, 2, 2, 3, 5), "value", (1.25, 1.875, 1.875)),
        ("gately", (0, 0, 0, 4, 0, 3, 6), "value", (18 / 11, 36 / 11, 12 / 11)),
        ("shapley", (2, 4, 5, 18, 14, 9, 24), "value", (9.5, 8, 6.5)),
        ("shapley", (300, 270, 280, 410, 410, 410, 550), "cost", (575 / 3, 530 / 3, 545 / 3)),
        ("nucleolus", (300, 270, 280, 410, 410, 410, 550), "cost", (550 / 3,) * 3),
        ("ensc", (300, 270, 280, 410, 410, 410, 550), "cost", (550 / 3,) * 3),
        ("scrb", (300, 270, 280, 410, 410, 410, 550), "cost", (188.37209302325581, 179.30232558139534, 182.32558139534885)),
        ("equal-savings", (300, 270, 280, 410, 410, 410, 550), "cost", (200, 170, 180)),
    ],
)
def test_small_games_of_the_literature(method, amounts, kind, shares):
    assert solve(three(amounts, kind), method).shares == pytest.approx(shares, abs=1e-9)


@pytest.mark.parametrize("method", SPLITTING)
@given(game=games())
@settings(max_examples=25, deadline=None)
def test_shares_sum_to_the_total_whoever_is_named_first(method, game):
    shares = split(game, method)
    assert shares.sum() == pytest.approx(game.total, abs=1e-9)
    order = np.arange(len(game))[::-1]
    turned = np.zeros_like(game.amounts)
    for s in range(len(turned)):
        turned[sum(1 << int(order[i]) for i in range(len(game)) if s >> i & 1)] = game.amounts[s]
    assert split(Game(game.kind, game.players, turned), method)[order] == pytest.approx(shares, abs=1e-7)


@pytest.mark.parametrize("method", [m for m in SPLITTING if m != "proportional-nucleolus"])
@given(game=games(), factor=st.sampled_from([0.01, 3.0, 1e6]))
@settings(max_examples=15, deadline=None)
def test_in_other_units_the_shares_are_the_same(method, game, factor):
    scaled = split(Game(game.kind, game.players, game.amounts * factor), method)
    assert scaled == pytest.approx(split(game, method) * factor, rel=1e-9, abs=1e-8 * factor)


@pytest.mark.parametrize("method", ["shapley", "nucleolus", "per-capita-nucleolus", "scrb", "ensc", "tau"])
@given(game=games())
@settings(max_examples=20, deadline=None)
def test_partners_who_are_alike_pay_alike(method, game):
    swap = np.arange(len(game.amounts))
    first, second = swap & 1, swap >> 1 & 1
    twin = (game.amounts + game.amounts[swap ^ (first ^ second) * 3]) / 2
    shares = split(Game(game.kind, game.players, twin), method)
    assert shares[0] == pytest.approx(shares[1], abs=1e-7)


@given(game=games(most=4), cost=st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_who_adds_only_its_own_cost_pays_only_that(game, cost):
    added = np.concatenate([game.amounts, game.amounts + cost])
    larger = Game(game.kind, (*game.players, "Z"), added)
    for method in ("shapley", "nucleolus"):
        shares = split(larger, method)
        assert shares[-1] == pytest.approx(cost, abs=1e-8)
        assert shares[:-1] == pytest.approx(split(game, method), abs=1e-8)


@given(first=games(most=3, kinds=("cost",)), second=games(most=3, kinds=("cost",)))
@settings(max_examples=30, deadline=None)
def test_the_shapley_value_of_two_items_is_the_sum_of_both(first, second):
    assume(len(first) == len(second))
    both = Game("cost", first.players, first.amounts + second.amounts)
    assert shapley(both) == pytest.approx(shapley(first) + shapley(second))


@given(game=games(most=4))
@settings(max_examples=20, deadline=None)
def test_the_shapley_value_is_the_mean_over_all_orders(game):
    shares = np.zeros(len(game))
    orders = list(permutations(range(len(game))))
    for order in orders:
        before = 0
        for i in order:
            shares[i] += game.amounts[before | 1 << i] - game.amounts[before]
            before |= 1 << i
    assert shapley(game) == pytest.approx(shares / len(orders))


@given(game=games())
@settings(max_examples=80, deadline=None)
def test_the_nucleolus_passes_kohlberg_and_what_is_near_does_not(game):
    shares = nucleolus(game)
    assert verify_nucleolus(game, shares).accepted
    assert not verify_nucleolus(game, shares + np.array([1e-3, -1e-3] + [0] * (len(game) - 2))).accepted
    heads = nucleolus(game, weighing="per head")
    assert verify_nucleolus(game, heads, per_head=True).accepted
    assert (shares <= game.alone + 1e-9).all() if game.kind == "cost" else (shares >= game.alone - 1e-9).all()


@given(game=games())
@settings(max_examples=40, deadline=None)
def test_whenever_somebody_can_be_satisfied_the_nucleolus_satisfies_all(game):
    balance = core_balance(game)
    if balance.nonempty:
        assert core_report(game, nucleolus(game)).member
        assert least_core(game)[0] <= 1e-9
        return
    count = {name: sum(w for members, w in balance.weights if name in members) for name in game.players}
    assert list(count.values()) == pytest.approx([1.0] * len(game))
    better = game.total - balance.alone if game.kind == "cost" else balance.alone - game.total
    assert better > 0
    assert least_core(game)[0] > 0


@given(game=games(most=4))
@settings(max_examples=25, deadline=None)
def test_in_fractions_the_same_is_proved(game):
    exact = in_fractions(game)
    for method in ("nucleolus", "shapley", "ensc", "equal-savings"):
        shares = solve(exact, method).shares
        assert all(isinstance(Fraction(share), Fraction) for share in shares)
        assert sum(shares) == exact.total
        assert [float(share) for share in shares] == pytest.approx(solve(game, method).shares.tolist(), abs=1e-9)
    assert verify_nucleolus(exact, nucleolus(exact)).accepted


@given(game=games())
@settings(max_examples=40, deadline=None)
def test_the_group_that_is_named_is_the_worst_off(game):
    shares = np.full(len(game), game.total / len(game))
    report = core_report(game, shares)
    complaints = (coalition_sums(shares) - game.amounts)[1:-1] * (1 if game.kind == "cost" else -1)
    assert report.member == (complaints.max() <= 1e-9 * game.amounts.max())
    if not report.member:
        assert report.by == pytest.approx(complaints.max())
        assert complaints[game.coalition(report.overcharged) - 1] == pytest.approx(report.by)


def test_levels_settle_one_after_another():
    """A game whose nucleolus needs several levels, some of whose coalitions are determined by others."""
    amounts = np.zeros(16)
    amounts[[0b0011, 0b1100, 0b0101, 0b1010]] = 4, 4, 2, 2
    amounts[-1] = 10
    game = Game("value", tuple("ABCD"), amounts)
    assert nucleolus(game) == pytest.approx([2.5] * 4)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["cost", "value"])
def test_one_alone_bears_all(method, kind):
    assert solve(game_of(kind, "A", [("A", 5)]), method).shares == pytest.approx([5.0])


def test_only_realistic_coalitions_need_a_cost():
    game = game_of("cost", "ABC", [("A", 10), ("B", 10), ("C", 10), ("AB", 14), ("ABC", 22)], partial=True)
    shares = nucleolus(game)
    assert shares == pytest.approx([6.5, 6.5, 9.0])
    assert verify_nucleolus(game, shares).accepted
    with pytest.raises(AllmendeError, match="2 coalitions are missing"):
        shapley(game)


def test_too_few_coalitions_leave_more_than_one_point():
    with pytest.raises(AllmendeError, match=r"do not determine shares|more than one point"):
        nucleolus(game_of("cost", "ABC", [("AB", 5), ("ABC", 9)], partial=True))


def test_relative_complaints_need_groups_that_save_something(water):
    idle = game_of("cost", "ABC", [("A", 5), ("B", 5), ("C", 5), ("AB", 10), ("AC", 10), ("BC", 8), ("ABC", 9)])
    with pytest.raises(AllmendeError, match="do not determine the shares") as refused:
        solve(idle, "proportional-nucleolus")
    assert refused.value.where == "nothing without the others: A + B, A + C"
    assert "per-capita-nucleolus" in refused.value.todo
    with pytest.raises(AllmendeError, match="do not determine the shares") as refused:
        solve(game_of("cost", "ABC", [("A", 5), ("B", 5), ("C", 5), ("ABC", 9)], partial=True), "proportional-nucleolus")
    assert "no group between" in refused.value.where
    assert solve(water, "proportional-nucleolus").shares.sum() == pytest.approx(water.total)


def test_shared_cost_that_no_split_keeps_together(water):
    dear = Game("cost", water.players, water.amounts + np.where(np.arange(8) == 7, 3.0, 0.0))
    with pytest.raises(AllmendeError, match="worse than everybody alone"):
        nucleolus(dear)
    assert nucleolus(dear, rational=False).sum() == pytest.approx(13.6)


def test_benefits_limit_what_the_rest_is_split_by(water):
    free, limited = separable_remaining(water), separable_remaining(water, [5.5, 4.2, 1.5])
    assert limited[0] < free[0]
    assert limited.sum() == pytest.approx(water.total)
    with pytest.raises(AllmendeError, match="more to the joint cost"):
        separable_remaining(water, [1.0, 4.2, 1.5])
    assert (separable(water) <= free + 1e-12).all()


def test_sampling_says_how_sure_it_is():
    rng = np.random.default_rng(3)
    need = rng.uniform(1, 9, 60)
    found = sample_shapley(60, lambda rows: np.where(rows, need, 0.0).max(axis=1), orders=400, rng=rng)
    steps = np.diff(np.sort(need), prepend=0) / np.arange(60, 0, -1)
    exact = np.cumsum(steps)[np.argsort(np.argsort(need))]
    assert found.shares.sum() == pytest.approx(need.max())
    assert (np.abs(found.shares - exact) <= 5 * found.standard_errors + 1e-9).all()


def test_more_players_than_memory_are_refused():
    with pytest.raises(AllmendeError, match="2\\^26"):
        game_from("cost", [str(k) for k in range(26)], lambda members: 1.0)


@pytest.mark.parametrize(
    ("table", "match"),
    [
        ([("A", 1), ("AB", 2)], "amount of a coalition is missing"),
        ([("A", 1), ("B", 1)], "amount of all together is missing"),
        ([("A", -1), ("B", 1), ("AB", 1)], "below nothing"),
        ([("A", 1), ("A", 1), ("AB", 1)], "named twice"),
        ([("A", 1), ("C", 1), ("AB", 1)], "no player 'C'"),
        ([("A", "viel"), ("B", 1), ("AB", 1)], "not an amount"),
    ],
)
def test_tables_that_cannot_be_used(table, match):
    with pytest.raises(AllmendeError, match=match):
        game_of("cost", "AB", table)


@pytest.mark.slow
def test_twenty_players_within_seconds():
    rng = np.random.default_rng(20)
    amounts = rng.integers(1, 1000, 1 << 20).astype(float)
    amounts[1 << np.arange(20)] = 0
    amounts[0] = 0
    game = Game("value", tuple(map(str, range(20))), amounts)
    assert verify_nucleolus(game, nucleolus(game)).accepted
