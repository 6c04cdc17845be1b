"""p-median: brute force on small cases, properties, and what is refused."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allmende.errors import AllmendeError, Refused
from allmende.needs.siting import Limits, p_median, p_median_heuristic
from allmende.needs.siting.interchange import interchange
from allmende.needs.siting.lagrange import ascend
from allmende.needs.siting.median import _begin, _prove
from allmende.needs.siting.plan import weigh


def brute(costs, weights, p):
    weighted = np.where(np.isfinite(costs), np.nan_to_num(costs, posinf=0) * weights[:, None], 1e6)
    return min(float(weighted[:, list(hosts)].min(axis=1).sum()) for hosts in combinations(range(costs.shape[1]), p))


def instance(seed, customers, candidates, *, whole, lonely):
    rng = np.random.default_rng(seed)
    costs = rng.integers(0, 12, (customers, candidates)).astype(float) if whole else rng.random((customers, candidates))
    if lonely:
        costs[rng.random(costs.shape) < 0.3] = np.inf
        costs[:, :] = np.where(np.arange(candidates) % 2 == 0, np.where(np.isfinite(costs), costs, 50.0), costs)
    return costs, rng.integers(0, 4, customers).astype(float) if whole else rng.random(customers)


@given(st.integers(0, 10_000), st.integers(1, 9), st.integers(1, 8), st.data(), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_plan_is_the_best_of_all_choices(seed, customers, candidates, data, whole, lonely):
    p = data.draw(st.integers(1, candidates))
    costs, weights = instance(seed, customers, candidates, whole=whole, lonely=lonely)
    plan = p_median(costs, weights, p, rng=np.random.default_rng(seed), starts=3)
    assert len(set(plan.hosts.tolist())) == p
    assert plan.value == pytest.approx(brute(costs, weights, p), abs=1e-9)
    assert plan.gap <= 1e-9
    assert plan.value == pytest.approx(weights @ costs[np.arange(customers), plan.assignment])


@given(st.integers(0, 10_000), st.integers(2, 6), st.booleans())
@settings(max_examples=30, deadline=None)
def test_the_integer_program_alone_proves_the_same(seed, p, whole):
    """Three steps share the work; the last must hold without the others' help."""
    costs, weights = instance(seed, 12, 8, whole=whole, lonely=False)
    search = _begin(np.ascontiguousarray(weigh(costs, weights).T), p, np.random.default_rng(seed), 1)
    bad = type(search)(**{name: getattr(search, name) for name in search.__slots__} | {"value": np.inf, "hosts": np.arange(p)})
    assert _prove(bad, Limits(), []).value == pytest.approx(brute(costs, weights, p), abs=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_bounds_stay_below_and_more_hosts_never_cost_more(seed):
    costs, weights = instance(seed, 15, 9, whole=False, lonely=False)
    weighted = np.ascontiguousarray((costs * weights[:, None]).T)
    values = [brute(costs, weights, p) for p in range(1, 6)]
    assert values == sorted(values, reverse=True)
    for p, value in enumerate(values, 1):
        hosts, upper = interchange(weighted, p, np.random.default_rng(seed), starts=4)
        assert value - 1e-9 <= upper == pytest.approx(weighted[hosts].min(axis=0).sum())
        assert ascend(weighted, p, upper, weighted.min(axis=0) + 0.1).value <= value + 1e-9


def test_a_hard_corner_small_p_many_sites_is_proved():
    places = np.random.default_rng(3).random((300, 2))
    costs = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    plan = p_median(costs, p=5, rng=np.random.default_rng(1))
    assert plan.gap <= 1e-9
    assert p_median_heuristic(costs, p=5, rng=np.random.default_rng(2))[1] <= plan.value * 1.001


def test_the_order_of_places_does_not_matter():
    costs, weights = instance(4, 30, 20, whole=True, lonely=False)
    order = np.random.default_rng(0).permutation(20)
    one = p_median(costs, weights, 4, rng=np.random.default_rng(1))
    other = p_median(costs[:, order], weights, 4, rng=np.random.default_rng(1))
    assert one.value == other.value


def test_the_same_seed_gives_the_same_plan():
    costs, weights = instance(5, 60, 60, whole=False, lonely=False)
    plans = [p_median(costs, weights, 6, rng=np.random.default_rng(9)) for _ in range(2)]
    assert plans[0].hosts.tolist() == plans[1].hosts.tolist()
    assert plans[0].steps == plans[1].steps


def test_a_search_without_time_says_what_is_not_proved():
    costs, weights = instance(6, 150, 150, whole=False, lonely=False)
    plan = p_median(costs, weights, 10, rng=np.random.default_rng(1), limits=Limits(0.0))
    assert 0 < plan.gap < 0.2
    assert plan.bound < plan.value
    assert not plan.proved


SQUARE = [[0.0, 1.0], [1.0, 0.0]]


@pytest.mark.parametrize(
    ("cost", "weights", "p", "words"),
    [
        (SQUARE, None, 0, "0 hosts among 2"),
        (SQUARE, None, 3, "3 hosts among 2"),
        ([[0.0, -1.0], [1.0, 0.0]], None, 1, "A cost is -1"),
        ([[0.0, np.nan], [1.0, 0.0]], None, 1, "A cost is nan"),
        (SQUARE, [1.0, -2.0], 1, "A weight is -2"),
        (SQUARE, [1.0, np.inf], 1, "infinite"),
        (SQUARE, [1.0], 1, "1 weights for 2"),
        (np.empty((0, 2)), None, 1, "shape"),
        ([[np.inf, np.inf], [1.0, 0.0]], None, 1, "reached from no candidate"),
    ],
)
def test_bad_input_is_named(cost, weights, p, words):
    with pytest.raises(AllmendeError, match=words):
        p_median(cost, weights, p, rng=np.random.default_rng(0))


def test_too_few_hosts_for_two_islands_are_refused():
    islands = [[0.0, np.inf], [np.inf, 0.0]]
    with pytest.raises(Refused, match="1 host cannot reach everybody"):
        p_median(islands, p=1, rng=np.random.default_rng(0))
    assert p_median(islands, p=2, rng=np.random.default_rng(0)).value == 0
