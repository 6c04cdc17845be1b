"""Nothing is decided by rounding: exact programmes, the verifier at every scale, games in billions, partial games."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allmende.errors import AllmendeError
from allmende.parameters import load
from allmende.sharing.core import core_balance, core_report, least_core
from allmende.sharing.games import Game, game_of
from allmende.sharing.kohlberg import verify_nucleolus
from allmende.sharing.nucleolus import nucleolus
from allmende.sharing.shapley import shapley

from .conftest import games, in_fractions, three

WEIGHINGS = {"nucleolus": {}, "per-capita-nucleolus": {"weighing": "per head"}, "prenucleolus": {"rational": False}}
CLAIMS = {"nucleolus": {}, "per-capita-nucleolus": {"per_head": True}, "prenucleolus": {"rational": False}}


def moved(shares, by):
    """Return the shares with a little moved from the second player to the first."""
    other = shares.copy()
    other[0] += by
    other[1] -= by
    return other


@st.composite
def nearly_tied(draw):
    """Draw exact games whose amounts differ by less than floats can tell."""
    game = in_fractions(draw(games(most=4)))
    sign = 1 if game.kind == "value" else -1  # coalitions may become worse than in the tie, all together may not
    steps = draw(st.lists(st.integers(0, 3), min_size=len(game.amounts), max_size=len(game.amounts)))
    off = [Fraction(-sign * step, 10**18) for step in steps]
    off[0] = off[-1] = Fraction(0)
    return Game(game.kind, game.players, np.array([a + d for a, d in zip(game.amounts, off, strict=True)], dtype=object))


@pytest.mark.parametrize("entry", [e for e in load("sharing_published")["game"] if "printed" not in e], ids=lambda e: e["name"])
def test_published_nucleoli_pass_kohlberg(entry):
    game = Game(entry["kind"], tuple(entry["players"]), np.array([0.0, *entry["amounts"]]))
    for method in CLAIMS.keys() & entry["expected"].keys():
        shares = np.array(entry["expected"][method], dtype=float)
        assert verify_nucleolus(game, shares, **CLAIMS[method]).accepted
        assert not verify_nucleolus(game, moved(shares, 1e-6 * np.abs(game.amounts).max()), **CLAIMS[method]).accepted


@pytest.mark.parametrize(
    ("amounts", "kind", "printed", "is_the"),
    [
        # R package GameTheoryAllocation, help of nucleolus: shares below 0 were shut out
        ([0.538, 0.761, 1.742, 0.554, 0.137, 0.293, 0.343], "cost", (0.137, 0.206, 0), None),
        # Shoham and Leyton-Brown, Multiagent Systems, errata: player 2 gets less than alone
        ([4, 3, 2, 10, 11, 5, 12], "value", (7.5, 2, 2.5), "prenucleolus"),
    ],
)
def test_printed_points_that_are_not_the_nucleolus(amounts, kind, printed, is_the):
    game, shares = three(amounts, kind), np.array(printed)
    assert not verify_nucleolus(game, shares).accepted
    assert verify_nucleolus(game, nucleolus(game)).accepted
    assert verify_nucleolus(game, shares, rational=False).accepted == (is_the == "prenucleolus")


def test_skane_is_repeated_but_for_what_its_first_print_got_wrong():
    """IIASA WP-79-77, table 7: four shares of each least-core column are the nucleolus's, M and T are one optimum of many."""
    entry = next(e for e in load("sharing_published")["game"] if "Skåne" in e["name"])
    game = Game("cost", tuple(entry["players"]), np.array([0.0, *entry["amounts"]]))
    for weighing, printed in (
        ("plain", (20.35, 12.06, 5.00, 8.61, 18.60, 19.21)),
        ("per head", (20.03, 12.52, 3.94, 9.07, 20.11, 18.15)),
        ("relative", (19.81, 12.57, 4.35, 9.25, 19.85, 17.99)),
    ):
        shares = nucleolus(game, weighing=weighing)
        assert shares[:4] == pytest.approx(printed[:4], abs=0.006)
        if weighing != "relative":
            assert not verify_nucleolus(game, np.array(printed), per_head=weighing == "per head", tolerance=0.05).accepted
            assert verify_nucleolus(game, shares.round(2), per_head=weighing == "per head", tolerance=0.05).accepted
            assert not verify_nucleolus(game, shares.round(2), per_head=weighing == "per head").accepted
    for method, by in (("shapley", 0.43), ("scrb", 2.54)):  # H, K and L would leave
        report = core_report(game, np.array(entry["expected"][method]), tolerance=0.02)
        assert report.overcharged == ("H", "K", "L")
        assert report.by == pytest.approx(by, abs=0.02)


@pytest.mark.parametrize("scale", [1e-10, 1.0, 1e5])
@given(game=games())
@settings(max_examples=25, deadline=None)
def test_the_verifier_sees_alike_at_every_scale(scale, game):
    scaled = Game(game.kind, game.players, game.amounts * scale)
    size = float(scaled.amounts.max())
    for claim, terms in CLAIMS.items():
        shares = nucleolus(scaled, **WEIGHINGS[claim])
        assert verify_nucleolus(scaled, shares, **terms).accepted
        assert verify_nucleolus(scaled, moved(shares, 1e-8 * size), **terms).accepted == (size == 0)


@given(game=nearly_tied())
@settings(max_examples=25, deadline=None)
def test_in_fractions_near_ties_decide_nothing(game):
    for claim, terms in WEIGHINGS.items():
        shares = nucleolus(game, **terms)
        assert sum(shares) == game.total
        assert verify_nucleolus(game, shares, **CLAIMS[claim]).accepted
        assert not verify_nucleolus(game, moved(shares, Fraction(1, 10**20)), **CLAIMS[claim]).accepted
    assert core_balance(game).nonempty == core_report(game, nucleolus(game)).member == (least_core(game)[0] <= 0)


@given(game=games())
@settings(max_examples=30, deadline=None)
def test_programmes_in_floats_and_in_fractions_agree(game):
    exact = in_fractions(game)
    for terms in WEIGHINGS.values():
        assert nucleolus(game, **terms) == pytest.approx(nucleolus(exact, **terms).astype(float), abs=1e-10)
    assert least_core(game)[0] == pytest.approx(float(least_core(exact)[0]), abs=1e-9)
    found, proved = core_balance(game), core_balance(exact)
    assert found.nonempty == proved.nonempty
    for name in game.players if not proved.nonempty else ():
        assert sum(weight for members, weight in proved.weights if name in members) == 1


def test_a_euro_counts_among_billions():
    """Everybody alone costs billions; that a pair would save ten cents by leaving is not lost in rounding."""
    table = [("A", 3e9), ("B", 4e9), ("C", 5e9), ("AB", 7e9 - 1), ("AC", 8e9 - 1), ("BC", 9e9 - 1), ("ABC", 12e9 - 1.4)]
    game = game_of("cost", "ABC", table)
    balance = core_balance(game)
    assert not balance.nonempty
    assert balance.alone == pytest.approx(12e9 - 1.5, abs=1e-5)
    report = core_report(game, nucleolus(game))
    assert not report.member
    assert report.by == pytest.approx(0.2 / 3, abs=1e-5)
    assert not verify_nucleolus(game, moved(nucleolus(game), 0.01)).accepted


def test_who_alone_is_not_stated_does_not_limit_the_others():
    """Only pairs are costed: the nucleolus is not defined, but nobody who is stated would leave."""
    pairs = game_of("cost", "ABC", [("AB", 5), ("BC", 5), ("ABC", 9)], partial=True)
    assert core_balance(pairs).nonempty
    with pytest.raises(AllmendeError, match="do not determine shares"):
        nucleolus(pairs)
    three_pairs = game_of("cost", "ABC", [("AB", 5), ("BC", 5), ("AC", 6), ("ABC", 9)], partial=True)
    assert not core_balance(three_pairs).nonempty
    assert nucleolus(three_pairs) == pytest.approx([10 / 3, 7 / 3, 10 / 3])
    assert core_report(game_of("cost", "AB", [("AB", 5)], partial=True), np.array([2.0, 3.0])).member


def test_the_empty_coalition_may_be_named_and_fractions_written():
    game = game_of("value", "AB", [("", 0), ("A", "1/3"), ("B", "1/6"), ("AB", "1")], exact=True)
    assert nucleolus(game).tolist() == [Fraction(7, 12), Fraction(5, 12)]
    with pytest.raises(AllmendeError, match="amount of nobody is 3"):
        game_of("cost", "A", [("", 3), ("A", 1)])
    with pytest.raises(AllmendeError, match="is not an amount"):
        game_of("cost", "A", [("A", 10**400)])


def test_one_alone_has_a_core():
    assert core_balance(game_of("cost", "A", [("A", 5)])).nonempty


def test_the_security_council():
    """Five permanent and ten elected members, nine votes and no veto: Shapley and Shubik 1954; the elected get nothing."""
    seats = np.arange(1 << 15)
    passes = (seats & 31 == 31) & (np.bitwise_count(seats) >= 9)
    game = Game("value", tuple(map(str, range(15))), passes.astype(float))
    assert shapley(game) == pytest.approx([421 / 2145] * 5 + [4 / 2145] * 10, abs=1e-12)
    shares = nucleolus(game)
    assert shares == pytest.approx([0.2] * 5 + [0.0] * 10, abs=1e-12)
    assert verify_nucleolus(game, shares).accepted
