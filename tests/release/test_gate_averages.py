from math import prod

import numpy as np
import pytest

from allmende.privacy.attacks import assess_margins, design_matrix
from allmende.release.catalogue import every_margin
from allmende.release.gate.averages import SIZES, Shape, average

DETAIL = (("age", "broad"), ("sex", "each"), ("nationality", "each"), ("residence", "each"))
AGES = 5


def explicit(shapes, parts, protection):
    """The same attack by the explicit matrix: areas (divided at each level) × age × the plain dimensions."""
    areas = np.arange(prod(parts))
    margins = []
    for shape in shapes:
        for margin in shape.margins:
            groups = [areas // prod(parts[shape.level :])]
            for name, _ in DETAIL:
                size = AGES if name == "age" else SIZES[name]
                groups.append(np.arange(size) if name in margin else np.zeros(size, dtype=np.int64))
            margins.append(groups)
    return assess_margins(design_matrix(margins), protection)


@pytest.mark.parametrize(
    "shapes",
    [
        (Shape(0, DETAIL, every_margin([n for n, _ in DETAIL]), False),),
        (Shape(0, DETAIL, ((), ("age",), ("sex",)), False),),
        (Shape(0, DETAIL, every_margin(["age", "sex"]), False), Shape(1, DETAIL, ((), ("age",)), False)),
        (
            Shape(0, DETAIL, ((),), False),
            Shape(1, DETAIL, every_margin(["sex", "nationality"]), False),
            Shape(2, DETAIL, (("sex",), ("nationality", "residence")), False),
        ),
    ],
)
def test_splitting_into_contrasts_gives_what_the_explicit_matrix_gives(shapes, protection):
    parts = (2, 3)[: max(shape.level for shape in shapes)]
    risk, expected = average(shapes, parts, protection).risk, explicit(shapes, parts, protection)
    assert risk.least_share == pytest.approx(expected.least_share, abs=1e-9)
    assert risk.uplift == pytest.approx(expected.uplift, abs=1e-9)
    assert set(np.round(risk.variance_share, 7)) == set(np.round(expected.variance_share, 7))


@pytest.mark.parametrize(
    ("margins", "left"),
    [
        ([(), ("age",), ("sex",), ("nationality",), ("residence",)], 0.39),
        ([m for m in every_margin(["age", "sex", "nationality", "residence"]) if len(m) <= 2], 0.30),
        (every_margin(["age", "sex", "nationality", "residence"]), 0.28),
    ],
)
def test_the_shares_of_the_trial_town_come_out(margins, left, protection):
    """Age5 × sex × nationality × residence of one Ortsteil, as the reference measured it (20 or 21 age groups)."""
    five = (("age", "five"), *DETAIL[1:])
    assert average((Shape(0, five, tuple(margins), False),), (), protection).risk.least_share == pytest.approx(left, abs=0.01)


def test_a_repeated_figure_says_nothing_new(protection):
    once = (Shape(0, DETAIL, ((), ("sex",)), False),)
    assert average(once * 2, (), protection).risk.least_share == average(once, (), protection).risk.least_share


def test_an_exact_total_leaves_less_noise_to_its_parts(protection):
    perturbed, exact = (average((Shape(0, DETAIL, ((), ("sex",)), e),), (), protection).risk.least_share for e in (False, True))
    assert exact == pytest.approx(0.5, abs=1e-4)
    assert perturbed == pytest.approx(2 / 3)
