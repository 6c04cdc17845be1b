"""Lookup of noise: printed examples, the interval rule, and what must never change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from allmende.errors import AllmendeError
from allmende.privacy import (
    Protection,
    PTable,
    Row,
    lay_out,
    load_profile,
    printed_table,
    profile_names,
    profile_table,
    rounding_table,
    table_from,
)
from allmende.privacy.households import unit_keys
from allmende.privacy.lookup import KEY_SPACE
from allmende.privacy.magnitudes import perturb_magnitudes

SECRET = bytes(range(32))
HANDBOOK = table_from([{0: 0.5, 2: 0.5}, {2: 0.8, 3: 0.2}, {2: 0.3, 3: 0.4, 4: 0.3}])  # SDC Handbook 5.4


def at(share):
    return np.array([round(share * KEY_SPACE)], dtype=np.uint32)


def published(table, n, share):
    return n + int(lay_out(table, None).draw(np.array([n]), at(share))[0])


def test_the_handbooks_three_persons():
    keys = sum(round(share * KEY_SPACE) for share in (0.9, 0.3, 0.6)) % KEY_SPACE
    assert published(HANDBOOK, 3, keys / KEY_SPACE) == 4


@pytest.mark.parametrize("name", ["fine", "strict"])
def test_the_geo_guides_lookup(name):
    assert published(profile_table(name), 41, 0.285) == 40


SPLIT = {  # D2 V0.9 of the R vignette, intervals split at .2 and shuffled: published value and upper bound, in order
    1: [(3, 0.0875), (1, 0.2875), (0, 0.4875), (1, 0.65), (2, 0.8375), (0, 1.0)],
    2: [
        (2, 0.2), (2, 0.2092765), (3, 0.4092765), (1, 0.6092765), (0, 0.6608226),
        (1, 0.7046383), (2, 0.9046383), (3, 0.9484539), (4, 1.0),
    ],
}  # fmt: skip


def split_table():
    rows = [Row(np.array([0]), np.ones(1))]
    for n, intervals in SPLIT.items():
        values, upper = np.array([v for v, _ in intervals]), np.array([u for _, u in intervals])
        rows.append(Row(values - n, np.diff(upper, prepend=0.0)))
    return PTable(tuple(rows))


@pytest.mark.parametrize("n", SPLIT)
def test_intervals_are_closed_below_and_open_above(n):
    table, lower = split_table(), 0.0
    for value, upper in SPLIT[n]:
        assert published(table, n, lower) == value
        assert published(table, n, upper - 1 / KEY_SPACE) == value
        lower = upper


def test_every_interval_of_the_table_of_hoehne_and_hoeninger():
    table = printed_table("hoehne_hoeninger_2018")
    for n, row in enumerate(table.rows):
        lower = 0
        for value, bound in zip((row.noise + n).tolist(), np.cumsum(row.p), strict=True):
            upper = round(bound * KEY_SPACE)
            keys = np.array([lower, upper - 1], dtype=np.uint32)
            assert (n + lay_out(table, None).draw(np.array([n, n]), keys)).tolist() == [value, value]
            lower = upper
    assert table.row(932_272) is table.rows[-1]


@pytest.mark.parametrize(("share", "moved"), [(0.5, 400.0), (0.6, 360.0)])
def test_the_handbooks_magnitudes_just_below_the_bound(share, moved):
    handbook = lay_out(HANDBOOK, None)
    x, largest = np.array([300.0]), np.array([200.0])
    assert perturb_magnitudes(x, largest, at(0.8 - 1e-9), handbook, share=share)[0] == moved


def test_the_bound_itself_belongs_to_the_upper_interval():
    x, largest = np.array([300.0]), np.array([200.0])
    key = np.array([int(np.ceil(0.8 * KEY_SPACE))], dtype=np.uint32)
    assert perturb_magnitudes(x, largest, key, lay_out(HANDBOOK, None), share=0.6)[0] == 420.0


def test_keys_of_buildings_from_keys_of_persons():
    persons = np.array([0.126547051, 0.650998366, 0.078194553, 0.970612172, 0.507300613, 0.04013308])
    keys = np.rint(persons * KEY_SPACE).astype(np.uint32)  # Möhler et al. 2024
    units, sums = unit_keys(np.array([1, 2, 2, 2, 3, 3]), keys)
    assert units.tolist() == [1, 2, 3]
    assert sums / KEY_SPACE == pytest.approx([0.126547051, 0.699805091, 0.547433693], abs=1e-9)


@pytest.mark.parametrize("name", profile_names())
def test_noise_is_bounded_unbiased_and_spread_as_the_table_says(name):
    protection = load_profile(name, SECRET)
    rng = np.random.default_rng(5)
    for n in (1, 2, 3, 4, 5, 60, 61, 62):
        keys = rng.integers(0, KEY_SPACE, 100_000, dtype=np.uint32)
        drawn = protection.protect(np.full(len(keys), n), keys)
        values, p = protection.distribution(n)
        assert np.abs(drawn - n).max() <= protection.table.max_deviation()
        if len(values) == 1:
            assert (drawn == values[0]).all()
            continue
        seen = np.array([(drawn == value).sum() for value in values])
        assert seen.sum() == len(keys)
        common = p * len(keys) >= 5
        expected = np.append(p[common], p[~common].sum())
        counted = np.append(seen[common], seen[~common].sum())
        kept = expected > 0
        assert stats.chisquare(counted[kept], expected[kept] / expected.sum() * len(keys)).pvalue > 1e-4
        assert abs((drawn - n).mean()) < 4 * (drawn - n).std() / np.sqrt(len(keys)) + 2e-4


@pytest.mark.parametrize(("name", "blocked"), [("standard", {1, 2}), ("fine", {1}), ("strict", {1, 2}), ("rounding", {1, 2})])
def test_small_counts_are_never_published(name, blocked):
    rng = np.random.default_rng(6)
    n = rng.integers(0, 9, 200_000)
    shown = load_profile(name, SECRET).protect(n, rng.integers(0, KEY_SPACE, len(n), dtype=np.uint32))
    assert not set(np.unique(shown).tolist()) & blocked
    assert not shown[n == 0].any()
    assert shown.min() == 0


@given(st.integers(0, 10**7), st.integers(0, KEY_SPACE - 1), st.sampled_from(profile_names()))
def test_one_set_of_people_has_one_value_alone_or_among_others(n, key, name):
    protection = load_profile(name, SECRET)
    alone = protection.protect(np.array([n]), np.array([key], dtype=np.uint32))[0]
    among = protection.protect(np.array([[3, n], [0, 5]]), np.array([[1, key], [2, 3]], dtype=np.uint32))[0, 1]
    assert alone == among


@given(st.lists(st.integers(0, KEY_SPACE - 1), min_size=1, max_size=60), st.randoms())
def test_a_union_has_the_same_value_however_it_is_put_together(keys, random):
    protection = load_profile("standard", SECRET)
    shuffled = random.sample(keys, len(keys))
    cut = random.randint(0, len(keys))
    whole = np.array(keys, dtype=np.uint32).sum(keepdims=True, dtype=np.uint32)
    parts = [np.array(part, dtype=np.uint32).sum(keepdims=True, dtype=np.uint32) for part in (shuffled[:cut], shuffled[cut:])]
    n = np.array([len(keys)])
    assert protection.protect(n, whole) == protection.protect(n, parts[0] + parts[1])


def test_the_guide_agrees_with_a_plain_search():
    lookup = load_profile("strict", SECRET).lookup
    rng = np.random.default_rng(7)
    n, key = rng.integers(0, 20, 300_000), rng.integers(0, KEY_SPACE, 300_000, dtype=np.uint32)
    places = lookup.table.row_index(n).astype(np.uint64) * np.uint64(KEY_SPACE) + key
    assert (lookup.draw(n, key) == lookup.noise[np.searchsorted(lookup.bounds, places, side="right")]).all()


def test_another_secret_orders_the_intervals_differently_and_keeps_their_length():
    one, other = (lay_out(profile_table("strict"), secret) for secret in (SECRET, bytes(32)))
    keys = np.random.default_rng(8).integers(0, KEY_SPACE, 50_000, dtype=np.uint32)
    n = np.full(len(keys), 30)
    first, second = one.draw(n, keys), other.draw(n, keys)
    assert (first != second).mean() > 0.5
    assert np.abs(np.bincount(first + 6) - np.bincount(second + 6)).max() < 1_000


@pytest.mark.parametrize("secret", [b"", bytes(16), bytes(31), bytes(64)])
def test_a_secret_of_another_length_is_an_error(secret):
    with pytest.raises(AllmendeError, match="32 bytes"):
        load_profile("standard", secret)


def test_an_unknown_profile_is_an_error():
    with pytest.raises(AllmendeError, match="standard"):
        load_profile("loose", SECRET)


def test_negative_counts_are_an_error():
    with pytest.raises(ValueError, match="negative"):
        load_profile("standard", SECRET).protect(np.array([-1]), np.array([0], dtype=np.uint32))


def test_rounding_publishes_multiples_of_its_base():
    protection = Protection("rr5", lay_out(rounding_table(5), SECRET))
    rng = np.random.default_rng(9)
    n = rng.integers(0, 1000, 10_000)
    shown = protection.protect(n, rng.integers(0, KEY_SPACE, len(n), dtype=np.uint32))
    assert not (shown % 5).any()
    assert np.abs(shown - n).max() < 5
