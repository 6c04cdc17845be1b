"""p-center, set cover and maximal cover against brute force."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allmende.errors import AllmendeError, Refused
from allmende.needs.siting import Limits, max_cover, p_center, set_cover


def some(seed, customers=9, candidates=7):
    return np.random.default_rng(seed).integers(0, 15, (customers, candidates)).astype(float)


def choices(candidates, p):
    return [list(hosts) for hosts in combinations(range(candidates), p)]


@given(st.integers(0, 10_000), st.integers(1, 7))
@settings(max_examples=40, deadline=None)
def test_p_center_is_the_best_of_all_choices(seed, p):
    costs = some(seed)
    plan = p_center(costs, p)
    assert plan.value == plan.bound == min(costs[:, hosts].min(axis=1).max() for hosts in choices(7, p))
    assert len(set(plan.hosts.tolist())) == p
    assert costs[np.arange(9), plan.assignment].max() == plan.value


@given(st.integers(0, 10_000), st.integers(1, 7))
@settings(max_examples=40, deadline=None)
def test_a_weighted_center_is_the_best_of_all_choices(seed, p):
    costs, weights = some(seed), np.random.default_rng(seed + 1).integers(0, 4, 9).astype(float)
    plan = p_center(costs, p, weights=weights)
    assert plan.value == plan.bound == min((weights * costs[:, hosts].min(axis=1)).max() for hosts in choices(7, p))


@given(st.integers(0, 10_000), st.integers(1, 7), st.integers(0, 14))
@settings(max_examples=40, deadline=None)
def test_maximal_cover_is_the_best_of_all_choices(seed, p, within):
    costs, weights = some(seed), np.random.default_rng(seed + 1).integers(0, 9, 9).astype(float)
    plan = max_cover(costs, weights, p, within=within)
    assert plan.value == max(weights[(costs[:, hosts] <= within).any(axis=1)].sum() for hosts in choices(7, p))
    assert plan.gap == 0
    assert weights[plan.assignment >= 0].sum() == plan.value


@given(st.integers(0, 10_000), st.integers(4, 14))
@settings(max_examples=40, deadline=None)
def test_a_set_cover_has_the_fewest_hosts(seed, within):
    costs = some(seed)
    costs[:, 0] = np.minimum(costs[:, 0], 4.0)
    plan = set_cover(costs, within)
    fewest = next(p for p in range(1, 8) if any((costs[:, hosts] <= within).any(axis=1).all() for hosts in choices(7, p)))
    assert plan.value == plan.bound == fewest == len(plan.hosts)
    assert costs[np.arange(9), plan.assignment].max() <= within


def test_who_is_out_of_reach_is_named_with_the_distance_that_would_do():
    with pytest.raises(Refused, match=r"2 \(nearest 7\)") as refusal:
        set_cover([[1.0, 2.0], [2.0, 1.0], [7.0, 9.0]], 3.0)
    assert "Allow 7" in refusal.value.todo


def test_a_center_without_time_has_an_honest_bound():
    places = np.random.default_rng(0).random((100, 2))
    costs = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    plan = p_center(costs, 6, limits=Limits(0.0))
    assert plan.bound <= p_center(costs, 6).value <= plan.value


@pytest.mark.parametrize("p", [0, 8])
def test_a_number_of_hosts_that_cannot_be_is_named(p):
    with pytest.raises(AllmendeError, match=f"{p} hosts among 7"):
        p_center(some(1), p)
    with pytest.raises(AllmendeError, match=f"{p} hosts among 7"):
        max_cover(some(1), p=p, within=3)


def test_islands_need_a_host_each():
    with pytest.raises(Refused, match="reach everybody"):
        p_center([[0.0, np.inf], [np.inf, 0.0]], 1)
