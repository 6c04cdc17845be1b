"""Sets of hosts of one service: all that cost less than a figure, and plans that are chosen from them."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allmende.needs.siting import Limits, Service, Sharing, broken, outcome, share_functions
from allmende.needs.siting.columns import plan_by_columns
from allmende.needs.siting.neighbourhood import search_functions
from allmende.needs.siting.sets import list_sets


def neighbours(seed: int, partners: int = 7, services: int = 1, **terms: object) -> Sharing:
    rng = np.random.default_rng(seed)
    where = rng.integers(0, 12, (partners, 2)).astype(float)  # whole minutes, so that there are ties
    minutes = np.abs(where[:, None] - where[None]).sum(axis=2)
    demand = rng.uniform(1, 20, (3, services, partners))
    own = tuple(Service(f"s{k}", travel_cost=1.5, **terms) for k in range(services))  # type: ignore[arg-type]
    return Sharing(tuple(map(str, range(partners))), own, minutes, demand, rng.uniform(20, 200, (services, partners)))


def by_brute_force(sharing: Sharing, service: int) -> list[tuple[float, tuple[int, ...]]]:
    one = replace(sharing, services=sharing.services[service : service + 1], demand=sharing.demand[:, service : service + 1],
                  fixed_cost=sharing.fixed_cost[service : service + 1])  # fmt: skip
    found = []
    for p in range(1, len(sharing.partners) + 1):
        for hosts in combinations(range(len(sharing.partners)), p):
            hosting = np.zeros((1, len(sharing.partners)), dtype=np.bool_)
            hosting[0, list(hosts)] = True
            plan = outcome(one, hosting)
            if not broken(one, plan):
                found.append((plan.cost, hosts))
    return sorted(found)


TERMS = st.fixed_dictionaries(
    {},
    optional={
        "min_load": st.floats(5, 30), "capacity": st.floats(20, 80), "reach": st.floats(3, 12), "sites": st.integers(1, 4),
    },
)  # fmt: skip


@given(st.integers(0, 10_000), TERMS, st.floats(1.0, 1.5), st.sampled_from(["mean", "every"]))
@settings(max_examples=40, deadline=None)
def test_all_sets_below_a_cost_are_listed_and_no_other(seed: int, terms: dict[str, float], most: float, loads: str) -> None:
    sharing = replace(neighbours(seed, **terms), loads=loads)
    wanted = by_brute_force(sharing, 0)
    below = most * wanted[0][0] if wanted else 1e4
    listed = list_sets(sharing, 0, below=below, room=1000, work=1e9)
    expected = [pair for pair in wanted if pair[0] < below]
    assert listed.cost.tolist() == pytest.approx([cost for cost, _ in expected])
    assert {tuple(np.flatnonzero(row)) for row in listed.hosting} == {hosts for _, hosts in expected}
    assert listed.below == below


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(0, 400))
@settings(max_examples=40, deadline=None)
def test_what_is_left_out_costs_at_least_what_is_said(seed: int, room: int, work: int) -> None:
    """Few sets are kept, and work may end: whatever set is not listed costs no less than `below`."""
    sharing = neighbours(seed, capacity=70.0)
    listed = list_sets(sharing, 0, below=np.inf, room=room, work=work)
    there = {tuple(np.flatnonzero(row)) for row in listed.hosting}
    others = [cost for cost, hosts in by_brute_force(sharing, 0) if hosts not in there]
    assert len(listed.cost) <= room
    assert min(others, default=np.inf) >= listed.below - 1e-6


@given(st.integers(0, 10_000), st.sampled_from([0.0, 1e-6, 10.0]))
@settings(max_examples=25, deadline=None)
def test_a_plan_by_columns_lies_above_its_bound_and_the_best_between(seed: int, seconds: float) -> None:
    sharing = replace(neighbours(seed, partners=5, services=2, capacity=60.0), max_functions=1)
    found = plan_by_columns(sharing, Limits(seconds))
    best = share_functions(sharing, rng=np.random.default_rng(1))
    assert best.gap <= 1e-9
    assert found.bound <= best.value * (1 + 1e-9)
    assert found.floors.sum() <= best.value * (1 + 1e-9)
    if found.found is not None:
        assert not broken(sharing, found.found)
        assert found.found.cost >= best.value * (1 - 1e-9)
    if seconds > 1:
        assert found.found is not None
        assert found.found.cost == pytest.approx(best.value)


def test_a_service_that_no_set_can_keep_has_no_plan() -> None:
    assert plan_by_columns(neighbours(1, capacity=0.5), Limits(5.0)).bound == np.inf


def test_a_local_search_without_time_returns_where_it_began() -> None:
    sharing = neighbours(3, partners=12, services=3)
    begun = search_functions(sharing, np.random.default_rng(1), Limits(0.0))
    assert begun.hosting.sum(axis=1).tolist() == [1, 1, 1]
    assert search_functions(sharing, np.random.default_rng(1)).cost <= begun.cost
