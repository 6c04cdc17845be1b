"""The attacks against published and measured figures, brute force, and simulation."""

from itertools import combinations

import numpy as np
import pytest

from allmende.privacy import Protection, design_ptable, lay_out, load_profile, profile_table, table_from
from allmende.privacy.attacks import (
    assess_homogeneity,
    assess_margins,
    assess_side_channel,
    assess_slivers,
    assess_small_values,
    assess_sparsity,
    assess_stock_flow,
    compare_releases,
    cube_margins,
    design_matrix,
    exact_by_averaging,
    find_slivers,
    left_by_dates,
    load_limits,
)

SECRET = bytes(range(32))
SIZES = (20, 2, 2, 2)
NOTHING = Protection("none", lay_out(table_from([{1: 1.0}]), None))


def detail(most):
    return [shown for count in range(most + 1) for shown in combinations(range(4), count)]


@pytest.mark.parametrize(("most", "least"), [(1, 0.39), (2, 0.30), (4, 0.28)])
def test_least_squares_of_margins_as_measured(most, least):
    risk = assess_margins(design_matrix(cube_margins(SIZES, detail(most))), load_profile("strict", SECRET))
    assert risk.least_share == pytest.approx(least, abs=5e-3)
    assert risk.variance_share[0] == pytest.approx(least, abs=5e-3)  # the total
    if most == 4:
        assert risk.variance_share == pytest.approx(np.full(risk.published, least), abs=5e-3)
        assert all(check.passed for check in risk.checks(load_limits()))


def eigen_share(sizes, published, target):
    """Closed form: on the subspace where exactly the dimensions S vary, A'A is the sum over margins M ⊇ S of ∏ sizes ∉ M."""
    dims = range(len(sizes))
    share = 0.0
    for subspace in (set(c) for r in range(len(sizes) + 1) for c in combinations(dims, r)):
        value = sum(np.prod([sizes[d] for d in dims if d not in m]) for m in published if subspace <= set(m))
        if value and subspace <= set(target):
            length = np.prod([sizes[d] for d in dims if d not in target])
            length *= np.prod([1 - 1 / sizes[d] for d in subspace]) * np.prod([1 / sizes[d] for d in set(target) - subspace])
            share += length / value
    return share


@pytest.mark.parametrize("most", [1, 2, 3, 4])
def test_least_squares_agree_with_the_closed_form(most):
    sizes = (5, 3, 2, 4)
    published = detail(most)
    margins = cube_margins(sizes, published)
    risk = assess_margins(design_matrix(margins), load_profile("standard", SECRET))
    start = 0
    for margin, target in zip(margins, published, strict=True):
        cells = int(np.prod([groups.max() + 1 for groups in margin]))
        assert risk.variance_share[start : start + cells] == pytest.approx(
            np.full(cells, eigen_share(sizes, published, target))
        )
        start += cells


def test_free_partitions_wear_the_noise_off():
    rng = np.random.default_rng(3)
    total = np.zeros(160, dtype=np.int64)
    margins = [[total], *([rng.integers(0, 2, 160)] for _ in range(100))]
    risk = assess_margins(design_matrix(margins), load_profile("strict", SECRET))
    assert risk.variance_share[0] == pytest.approx(1 / (1 + 100 / 2), rel=0.05)  # V / (1 + k/2), k two-part partitions
    assert risk.exact[0] > 0.95
    assert not any(check.passed for check in risk.checks(load_limits()))


def test_cells_with_the_same_people_are_one_equation():
    margins = cube_margins((2, 3), [(0, 1), (0,), ()])
    zero = np.array([False, True, True, False, False, True])
    risk = assess_margins(design_matrix(margins), load_profile("standard", SECRET), known_zero=zero)
    assert risk.published == 9
    assert risk.equations == 5  # three base cells; men equal their only cell; women; everybody
    assert risk.variance_share[0] == risk.variance_share[6]


def test_a_nested_geography_is_one_dimension_with_two_groupings():
    districts, town = np.array([0, 1, 2]), np.zeros(3, dtype=np.int64)
    sexes, both = np.array([0, 1]), np.zeros(2, dtype=np.int64)
    risk = assess_margins(design_matrix([[districts, sexes], [town, both]]), load_profile("standard", SECRET))
    assert risk.variance_share[-1] == pytest.approx(1 / (1 + 1 / 6))


@pytest.mark.parametrize(("releases", "chance"), [(1, 0.25), (5, 0.50), (10, 0.68), (20, 0.83)])
def test_averaging_years_with_new_keys_as_measured(releases, chance):
    assert exact_by_averaging(profile_table("strict").rows[-1], releases) == pytest.approx(chance, abs=0.03)


def test_unchanged_people_must_keep_their_value():
    n, key = np.array([3, 4, 0]), np.array([7, 8, 0], dtype=np.uint32)
    shown = np.array([3, 5, 0])
    assert compare_releases((n, key, shown), (n, key, shown)).checks()[0].passed
    changed = compare_releases((n, key, shown), (n, key, np.array([3, 4, 0])))
    assert (changed.unchanged, changed.different) == (2, 1)
    assert not changed.checks()[0].passed


@pytest.mark.parametrize("name", ["standard", "fine", "strict"])
def test_the_side_channel_is_as_narrow_as_measured(name):
    protection = load_profile(name, SECRET)
    unseen = assess_side_channel(protection).unseen
    assert 0.13 <= unseen[0] <= 0.22
    rng = np.random.default_rng(2)
    keys = rng.integers(0, 2**32, (2, 200_000), dtype=np.uint32)
    with_one = protection.protect(np.full(200_000, 61), keys[0] + keys[1])
    without = protection.protect(np.full(200_000, 60), keys[0])
    assert (with_one == without).mean() == pytest.approx(unseen[0], abs=0.004)


def test_the_stock_flow_identity_as_measured():
    assert assess_stock_flow(1).stocks == pytest.approx([0.833, 0.833], abs=5e-4)
    series = assess_stock_flow(8)
    assert series.stocks[1:-1] == pytest.approx(np.full(7, 0.71), abs=5e-3)
    assert series.flows[4] == pytest.approx(np.full(4, 0.82), abs=5e-3)


def test_what_a_published_three_says():
    protection = load_profile("strict", SECRET)
    n = np.repeat([1, 2, 3, 4], [40, 20, 15, 10])
    risk = assess_small_values(n, protection, empty=15)
    rng = np.random.default_rng(1)
    shown = protection.protect(np.tile(n, (4000, 1)), rng.integers(0, 2**32, (4000, len(n)), dtype=np.uint32))
    three = shown == 3
    assert risk.small_given_three == pytest.approx((three & (n <= 2)).sum() / three.sum(), abs=0.01)
    assert risk.empty_given_zero == pytest.approx(15 / (15 + (shown == 0).sum() / 4000), abs=0.01)


def test_groups_that_look_alike():
    true = np.array([[5, 0], [4, 1], [0, 6], [2, 0]])
    shown = np.array([[4, 0], [5, 0], [0, 6], [3, 0]])
    risk = assess_homogeneity(true, shown)
    assert (risk.true, risk.apparent, risk.correct, risk.precision) == (2, 4, 2, 0.5)


def test_sparsity_counts_filled_cells_only():
    found = assess_sparsity(np.array([[0, 0, 1], [2, 3, 40]]))
    assert (found.filled, found.small, found.share) == (4, 2, 0.5)
    assert not found.checks(load_limits())[0].passed


def differencing_example():
    """Atoms of the geo guide's example: A = 100, B = 200, tiles inside, one tile that both share."""
    outer = np.array([0] * 5 + [1] * 5)
    inner = np.array([0, 1, 2, 3, 8, 4, 5, 6, 7, 8])
    n = np.array([15, 40, 26, 16, 3, 58, 60, 30, 25, 27])
    return outer, inner, n


def test_the_geo_guides_slivers_are_found():
    outer, inner, n = differencing_example()
    slivers = find_slivers(outer, inner, unions=1)
    assert sorted((slivers.terms @ (slivers.areas @ n)).tolist()) == [3, 3, 27, 27]
    risk = assess_slivers(slivers, n, np.arange(10, dtype=np.uint32), NOTHING)
    assert (risk.slivers, risk.small) == (4, 0)


def test_without_protection_every_sliver_is_read_off():
    outer, inner, n = differencing_example()
    n = n.copy()
    n[4] = 2
    risk = assess_slivers(find_slivers(outer, inner), n, np.zeros(10, dtype=np.uint32), NOTHING)
    assert (risk.small, risk.recovery, risk.precision, risk.best_guess) == (2, 1.0, 1.0, 1.0)
    assert (risk.realised_recovery, risk.realised_precision) == (1.0, 1.0)
    recovery, precision, guess = risk.checks(load_limits())
    assert not recovery.passed
    assert not precision.passed
    assert guess.passed  # all small slivers are of one size: guessing alone knows it, the release adds nothing


def random_town(seed, atoms=500):
    """Tiles of 4 × 4 nested in districts of 8 × 8, but for a few atoms that lie across a border."""
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 24, atoms), rng.integers(0, 24, atoms)
    inner = (x // 4) * 6 + y // 4
    across = rng.random(atoms) < 0.02
    outer = ((x + np.where(across, 4, 0)) // 8) * 3 + y // 8
    return outer, inner, rng.poisson(0.12, (atoms, 6)), rng


def test_every_difference_is_a_set_of_people():
    outer, inner, _, _ = random_town(1)
    slivers = find_slivers(outer, inner, unions=2)
    members = (slivers.terms @ slivers.areas).toarray()
    assert len(slivers) > 10
    assert set(np.unique(members).tolist()) == {0, 1}
    assert members.any(axis=1).all()
    few = find_slivers(outer, inner, unions=2, most_terms=5)
    assert np.abs(few.terms.toarray()).sum(axis=1).max() <= 5
    assert few.left_out == slivers.left_out + len(slivers) - len(few)


def test_a_long_difference_is_sharp_where_most_areas_are_empty():
    outer = np.zeros(21, dtype=np.int64)
    outer[20] = 1
    inner = np.append(np.arange(20), 19)
    n = np.zeros((21, 2), dtype=np.int64)
    n[:, 0] = 50
    n[[0, 19, 20], 1] = 9, 1, 30
    protection = load_profile("standard", SECRET)
    risk = assess_slivers(find_slivers(outer, inner, unions=1), n, np.zeros(n.shape, dtype=np.uint32), protection)
    assert risk.small == 2  # the atom across the border, from either side, in the group that is hardly anywhere
    assert risk.recovery > 0.2


def test_differences_of_too_many_draws_are_no_attack():
    outer, inner, n, _ = random_town(5)
    none = assess_slivers(
        find_slivers(outer, inner), n + 1, np.zeros(n.shape, dtype=np.uint32), load_profile("fine", SECRET), most_draws=0
    )
    assert (none.slivers, none.recovery) == (0, 0.0)


def test_nested_geographies_have_no_slivers():
    outer, _, _, _ = random_town(2)
    assert len(find_slivers(outer, outer * 10 + np.arange(len(outer)) % 10)) == 0


def test_areas_that_are_not_published_are_no_terms():
    outer, inner, n = differencing_example()
    hidden = np.where(outer == 1, -1, outer)
    slivers = find_slivers(hidden, inner, unions=1)
    assert sorted((slivers.terms @ (slivers.areas @ n)).tolist()) == [3, 27]


def test_a_difference_that_takes_away_what_was_not_there_is_no_number_of_persons():
    """Of two outer areas one has an inner area unpublished: the inner ones that touch it, less it, are no sliver."""
    outer = np.array([0, 0, 1, 1])
    inner = np.array([-1, 5, 5, 6])  # 5 lies across; 40 persons of area 0 are in no published inner area
    n = np.array([40, 30, 41, 9])
    slivers = find_slivers(outer, inner, unions=1)
    differences = (slivers.terms @ (slivers.areas @ n)).tolist()
    assert sorted(zip(differences, slivers.beyond(n).tolist(), strict=True)) == [(1, 40), (30, 0), (41, 0)]
    assert assess_slivers(slivers, n, np.arange(4, dtype=np.uint32), NOTHING).small == 0
    n[0] = 0  # where nobody lives there it is one
    assert slivers.beyond(n).max() == 0


def test_figures_at_several_dates_agree_with_a_simulation():
    """The best linear estimate from three figures of a drifting count errs by just as much as the formula says."""
    rng = np.random.default_rng(2)
    changes, noise = np.array([1.0, 4.0]), np.array([2.25, 1.0, 2.25])
    left = left_by_dates(changes, noise)
    assert (left < noise).all()
    drift = np.cumsum(np.column_stack([np.zeros(200_000), rng.normal(0, np.sqrt(changes), (200_000, 2))]), axis=1)
    shown = drift + rng.normal(0, np.sqrt(noise), drift.shape)
    steps = np.diff(np.eye(3), axis=0)
    solve = np.linalg.inv(np.diag(1 / noise) + steps.T @ np.diag(1 / changes) @ steps) @ np.diag(1 / noise)
    assert ((shown @ solve.T - drift) ** 2).mean(axis=0) == pytest.approx(left, rel=0.02)
    assert left_by_dates(np.array([1e9]), noise[:2]) == pytest.approx(noise[:2])


def test_years_of_one_place_are_one_case_and_are_averaged():
    outer, inner, n = differencing_example()
    n = n.copy()
    n[4] = 2
    years = np.repeat(np.arange(9), 10)
    slivers = find_slivers(np.tile(outer, 9) * 10 + years, np.tile(inner, 9) * 10 + years, unions=1)
    key = np.random.default_rng(1).integers(0, 2**32, 90, dtype=np.uint32)
    protection = load_profile("standard", SECRET)
    place = np.unique(slivers.terms.indices[slivers.terms.indptr[:-1]] // 9, return_inverse=True)[1]
    alone = assess_slivers(slivers, np.tile(n, 9), key, protection)
    lasting = assess_slivers(slivers, np.tile(n, 9), key, protection, place=place)
    assert (alone.small, alone.places, lasting.small, lasting.places) == (18, 18, 18, 2)
    assert alone.lasting == alone.worst == lasting.worst
    assert lasting.worst < lasting.lasting < exact_by_averaging(protection.table.rows[-1], 9)


@pytest.mark.parametrize("name", ["standard", "fine", "accuracy"])
def test_expected_figures_agree_with_a_simulation(name):
    outer, inner, n, rng = random_town(3)
    protection = load_profile(name, SECRET)
    slivers = find_slivers(outer, inner, unions=1)
    draws = [assess_slivers(slivers, n, rng.integers(0, 2**32, n.shape, dtype=np.uint32), protection) for _ in range(60)]
    expected = draws[0]
    assert expected.small > 10
    hits = np.array([draw.realised_recovery for draw in draws])
    assert expected.recovery == pytest.approx(hits.mean(), abs=4 * hits.std() / np.sqrt(len(hits)))
    assert all(draw.recovery == expected.recovery for draw in draws)
    claims = np.mean([draw.realised_precision for draw in draws])
    assert expected.precision == pytest.approx(claims, abs=0.03)


def test_exact_totals_of_the_outer_areas_take_one_draw_away():
    outer, inner, n, _ = random_town(4)
    key = np.zeros(n.shape, dtype=np.uint32)
    slivers = find_slivers(outer, inner, unions=1)
    protection = load_profile("strict", SECRET)
    perturbed = assess_slivers(slivers, n, key, protection)
    exact = assess_slivers(slivers, n, key, protection, exact_outer=True)
    assert exact.recovery > perturbed.recovery


def test_areas_of_the_same_people_fall_out_of_a_difference():
    """Area 0 and tile 10 hold the same 50 people: areas 0 and 1 less tiles 10 and 11 are two draws, not four."""
    outer, inner = np.array([0, 1, 1, 1, 2]), np.array([10, 10, 11, 12, 12])
    n = np.repeat([[50], [0], [30], [1], [40]], 2000, axis=1)  # as many groups as draws of the keys
    key = np.random.default_rng(5).integers(0, 2**32, n.shape, dtype=np.uint32) * (n > 0)
    slivers, protection = find_slivers(outer, inner), load_profile("standard", SECRET)
    risk = assess_slivers(slivers, n, key, protection)
    row = protection.table.rows[-1]
    two = float((row.p**2).sum())  # P(v = v'): .29; a sum of four draws is 0 with .15 only
    assert risk.small == 3 * 2000
    assert risk.recovery == pytest.approx(two)
    assert risk.realised_recovery == pytest.approx(two, abs=0.04)
    exact = assess_slivers(slivers, n, key, protection, exact_outer=True)
    assert exact.recovery == pytest.approx((2 * row.stay() + two) / 3)  # an exact area shares no noise


def test_designed_tables_guard_as_well_as_named_ones():
    table = design_ptable(4, 1.8, block_small=1).table
    assert exact_by_averaging(table.rows[-1], 1) == table.rows[-1].stay()
