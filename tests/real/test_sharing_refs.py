"""Sharing against the shared references: TVA, Birmingham airport, sixty published nucleoli."""

import json
from pathlib import Path

import numpy as np
import pytest

from allmende.sharing.core import core_report
from allmende.sharing.games import Game, game_of
from allmende.sharing.kohlberg import verify_nucleolus
from allmende.sharing.methods import solve
from allmende.sharing.nucleolus import nucleolus
from allmende.sharing.structured import airport, airport_nucleolus, airport_shapley

REFS = Path(__file__).parents[3] / "shared" / "refs" / "sharing"
pytestmark = pytest.mark.skipif(not REFS.is_dir(), reason="shared references absent")

TVA_METHODS = {
    "shapley": "shapley",
    "SCRB": "scrb",
    "ENSC_equal_nonseparable": "ensc",
    "proportional_standalone": "proportional",
    "equal_savings_CIS": "equal-savings",
    "nucleolus": "nucleolus",
    "per_capita_nucleolus": "per-capita-nucleolus",
    "proportional_nucleolus": "proportional-nucleolus",
    "tau_value": "tau",
}


def random_numbers(seed):
    while True:
        seed = (seed * 214013 + 2531011) % 2**32
        yield seed >> 16 & 0x7FFF


def benedek(n, seed):
    """Return the game of type 1 of a seed, by the recipe of the reference file."""
    numbers = random_numbers(seed)
    amounts = np.zeros(1 << n)
    amounts[-1] = next(numbers) % 201 + 100 * (n - 2)
    for s in range(1, (1 << n) - 1):
        if s.bit_count() > 1:
            amounts[s] = next(numbers) % (100 * s.bit_count()) + 1
    return Game("value", tuple(map(str, range(n))), amounts)


def test_tva():
    known = json.loads((REFS / "tva.json").read_text())
    game = game_of("cost", known["order"], [(tuple(members), cost) for members, cost in known["costs"].items()])
    for name, method in TVA_METHODS.items():
        shares = solve(game, method).shares
        assert shares == pytest.approx(known["computed_exact"][name], abs=5e-5), name  # printed with four decimals
        report, expected = core_report(game, shares), known["core_membership"][name]
        assert report.member == expected["in_core"]
        assert -report.room == pytest.approx(expected["max_violation"], abs=5e-5)


def test_birmingham_airport():
    known = json.loads((REFS / "airport_birmingham.json").read_text())
    classes = airport([(row["movements"], row["capital_cost"]) for row in known["classes"]])
    for fees, name in ((airport_shapley(classes), "shapley_fee"), (airport_nucleolus(classes), "nucleolus_fee")):
        assert [float(fee) for fee in fees] == pytest.approx([row[name] for row in known["classes"]], abs=0.005)
        assert sum(fee * entry.users for fee, entry in zip(fees, classes, strict=True)) == classes[-1].cost


def test_sixty_published_nucleoli():
    for case in json.loads((REFS / "benedek_testgames_60.json").read_text())["cases"]:
        game = benedek(case["n"], case["seed"])
        if "v" in case:
            assert game.amounts[1:].tolist() == case["v"]
        shares = nucleolus(game)
        assert shares == pytest.approx(case["nucleolus"], abs=1e-9), case["j"]  # printed with nine decimals
        assert verify_nucleolus(game, np.array(case["nucleolus"])).accepted
        assert not verify_nucleolus(game, solve(game, "shapley").shares).accepted
