"""Games that several tests share."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import strategies as st

from allmende.sharing.games import Game

ORDER = (1, 2, 4, 3, 5, 6, 7)


def three(amounts, kind="value"):
    """Return the game of three players with amounts in the order 1, 2, 3, 12, 13, 23, 123."""
    values = np.zeros(8)
    values[list(ORDER)] = amounts
    return Game(kind, ("1", "2", "3"), values)


@st.composite
def games(draw, most=5, kinds=("cost", "value")):
    """Draw games of small whole amounts, full of ties, in which all together are not worse than everybody alone."""
    n, kind = draw(st.integers(2, most)), draw(st.sampled_from(kinds))
    high = draw(st.sampled_from([1, 3, 12, 100]))
    amounts = np.array([0, *draw(st.lists(st.integers(0, high), min_size=2**n - 1, max_size=2**n - 1))], dtype=float)
    alone = amounts[1 << np.arange(n)].sum()
    amounts[-1] = draw(st.integers(0, int(alone))) if kind == "cost" else alone + draw(st.integers(0, 3 * high))
    return Game(kind, tuple("ABCDEFGH"[:n]), amounts)


def in_fractions(game):
    return Game(game.kind, game.players, np.array([Fraction(str(a)) for a in game.amounts], dtype=object))


@pytest.fixture
def water():
    """Three villages and a waterworks: cost alone and together."""
    return three([6.5, 4.2, 1.5, 10.3, 8.0, 5.3, 10.6], "cost")
