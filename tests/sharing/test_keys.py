"""Money to the cent, and keys that split it."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from allmende.errors import AllmendeError
from allmende.money import RULES, cents, decimal, round_shares, show, split
from allmende.sharing.bounds import Bound, clipped
from allmende.sharing.figures import figures_of
from allmende.sharing.key_terms import key_from
from allmende.sharing.keys import Key, split_by
from allmende.sharing.law import hooks

PARTNERS = ["Ilvestedt", "Averloh", "Lüttensiel"]
KNOWN = figures_of(
    PARTNERS,
    {
        "inhabitants": {2024: dict(zip(PARTNERS, [45000, 9500, 6000], strict=True)), 2025: {"Ilvestedt": 45100}},
        "tax_strength": {2024: dict(zip(PARTNERS, ["60000000.50", 9000000, 4000000], strict=True))},
        "use": dict(zip(PARTNERS, [0, 0, 0], strict=True)),
    },
)


@pytest.mark.parametrize("rule", RULES)
@given(total=st.integers(-(10**9), 10**9), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=9))
def test_parts_sum_to_the_whole_by_every_rule(rule, total, weights):
    assume(sum(weights))
    parts = split(total, weights, rule)
    assert sum(parts) == total
    tolerance = 1 if rule != "last-bears-rest" else len(weights)
    assert all(abs(p - Fraction(total * w, sum(weights))) <= tolerance for p, w in zip(parts, weights, strict=True))


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        ("largest-remainder", [1, 0, 0, 0, 0, 0, 0]),
        ("largest-share", [1, 0, 0, 0, 0, 0, 0]),
        ("last-bears-rest", [0, 0, 0, 0, 0, 0, 1]),
    ],
)
def test_one_cent_among_seven(rule, parts):
    assert split(1, [1] * 7, rule) == parts


@given(st.integers(-(10**12), 10**12))
def test_amounts_are_read_as_they_are_shown(amount):
    assert cents(show(amount)) == amount
    assert cents(decimal(amount)) == amount


@pytest.mark.parametrize(
    "amount", ["1.234", "12.345", "zwölf", "", "1,2,3", 0.125, True, None, "1e3", float("nan"), float("inf")]
)
def test_what_is_no_amount_is_refused(amount):
    with pytest.raises(AllmendeError, match=r"amount|two ways"):
        cents(amount, where="bauhof.toml, joint")


def test_shares_that_do_not_sum_to_the_total_are_refused():
    with pytest.raises(AllmendeError, match="sum to"):
        round_shares([10.0, 20.0], 31)


def test_a_mix_of_measures():
    found = split_by(Key({"inhabitants": 0.5, "tax_strength": 0.5}, base_year=2024), 100_000_00, KNOWN, 2026)
    exact = [
        (Fraction(i, 60500) + t / Fraction("73000000.50")) / 2 * 100_000_00
        for i, t in zip([45000, 9500, 6000], [Fraction("60000000.50"), Fraction(9000000), Fraction(4000000)], strict=True)
    ]
    assert list(found.shares) == exact
    assert found.base_year == 2024
    assert sum(found.cents) == 100_000_00


def test_host_exemption_floor_and_cap():
    key = key_from(
        {
            "weights": {"inhabitants": 1},
            "base_year": 2024,
            "pre_share": {"Ilvestedt": "10 %"},
            "cap": {"Ilvestedt": "60 %"},
            "minimum_share": "12 %",
        }
    )
    found = split_by(key, 1000_00, KNOWN, 2026)
    assert found.cents == (600_00, 245_16, 154_84)
    assert found.bound == {"Ilvestedt": "cap"}
    free = split_by(key_from({"weights": {"inhabitants": 1}, "base_year": 2024, "exempt": ["Ilvestedt"]}), 155, KNOWN, 2026)
    assert free.cents == (0, 95, 60)


def test_a_staged_transition_ends_in_the_new_key():
    key = key_from(
        {
            "weights": {"equal": 1},
            "transition": {
                "from": {"weights": {"inhabitants": 1}, "base_year": 2024},
                "new_part": {"2026": "50 %", "2027": "75 %"},
            },
        }
    )
    old = split_by(key_from({"weights": {"inhabitants": 1}, "base_year": 2024}), 60500, KNOWN, 2026).cents
    assert split_by(key, 60500, KNOWN, 2025).cents == old == (45000, 9500, 6000)
    assert split_by(key, 60500, KNOWN, 2026).cents == (32584, 14833, 13083)
    assert split_by(key, 60500, KNOWN, 2028).cents == (20167, 20167, 20166)


@given(
    weights=st.lists(st.integers(0, 50), min_size=2, max_size=6),
    bounds=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 100)), min_size=6, max_size=6),
)
def test_between_floors_and_caps_shares_stay_in_proportion(weights, bounds):
    low = [Fraction(a) for a, _ in bounds[: len(weights)]]
    high = [Fraction(a + b) for a, b in bounds[: len(weights)]]
    names = [str(i) for i in range(len(weights))]
    amount = Fraction(100)
    try:
        shares = clipped([Fraction(w) for w in weights], amount, low, high, [Fraction(0)] * len(weights), names).shares
    except AllmendeError:
        able = sum(most for most, weight in zip(high, weights, strict=True) if weight)
        able += sum(least for least, weight in zip(low, weights, strict=True) if not weight)
        assert sum(low) > amount or able < amount
        return
    assert sum(shares) == amount
    assert all(a <= x <= b for a, x, b in zip(low, shares, high, strict=True))
    between = [x / w for a, x, b, w in zip(low, shares, high, weights, strict=True) if a < x < b]
    assert len(set(between)) <= 1
    for a, x, b, w in zip(low, shares, high, weights, strict=True):
        if between and w and not a < x < b:
            assert (x == a and between[0] * w <= a) or (x == b and between[0] * w >= b)


@pytest.mark.parametrize(
    ("terms", "match", "where"),
    [
        ({"weights": {"inhabitants": 0.5, "area": 0.4}}, "sum to 0.9", "inhabitants 0.5"),
        ({"weights": {"use": 1}}, "sum to nothing", "use"),
        ({"weights": {"inhabitants": 1}, "base_year": 2025}, "no figures of inhabitants for 2025", "Averloh, Lüttensiel"),
        ({"weights": {"equal": 1}, "cap": "20 %"}, "nobody bears", "Ilvestedt"),
        ({"weights": {"equal": 1}, "cap": {"Averloh": "100"}, "floor": {"Averloh": "200"}}, "floor is above a cap", "Averloh"),
        ({"weights": {"equal": 1}, "minimum_share": "40 %"}, "floors together", "Averloh"),
        ({"weights": {"equal": 1}, "exempt": ["Nordheim"]}, "'Nordheim'", "key"),
        ({"weights": {"equal": 1}, "rounding": "up"}, "rounding rule 'up'", "rounding"),
        ({"weights": {"equal": 1}, "caps": {}}, "no term 'caps'", "key"),
        ({"weights": {"equal": -1, "area": 2}}, "below 0", "equal"),
    ],
)
def test_keys_that_cannot_be_used_say_why(terms, match, where):
    with pytest.raises(AllmendeError, match=match) as refused:
        split_by(key_from(terms), 1000_00, KNOWN, 2026)
    assert where in refused.value.where


def test_each_law_says_what_must_be_argued():
    for measure in ("inhabitants", "tax_strength", "use", "hydrants"):
        for hook in hooks([measure]):
            assert hook.source.startswith("http")
            assert hook.argue["de"]
            assert hook.argue["en"]
    assert "Regelfall" in hooks(["use"], "NW")[0].argue["de"]


def test_bounds_in_cents_and_in_shares():
    assert Bound(cents=500).of(1000) == 500
    assert Bound(share=Fraction(1, 4)).of(1000) == 250
