"""Ways, catchments and cover: identities, tables of cases, and agreement with PySAL's access where it is installed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allmende.areas.roads import Line, join, metres_between
from allmende.errors import AllmendeError
from allmende.needs.reach import (
    FireNorm,
    Ways,
    default_fire_norm,
    e2sfca_decay,
    fire_cover,
    nearest_facility,
    road_ways,
    snap,
    straight_ways,
    three_step,
    travel_minutes,
    two_step,
    within_minutes,
)


def town(size=8):
    """A square net of streets of about 700 m, every other east-west street one way."""
    lines = []
    for k in range(size):
        x = [8.0 + 0.01 * i for i in range(size)]
        lines.append(Line([(i, k) for i in range(size)], x, [53.0 + 0.006 * k] * size, 30.0, k % 2))
        lines.append(
            Line([(k, i) for i in range(size)], [8.0 + 0.01 * k] * size, [53.0 + 0.006 * i for i in range(size)], 50.0)
        )
    return join(lines)


def some_ways(seed, places=30, facilities=8):
    rng = np.random.default_rng(seed)
    minutes = rng.uniform(0, 60, (places, facilities))
    minutes[rng.random(minutes.shape) < 0.4] = np.inf
    place, facility = np.nonzero(np.isfinite(minutes))
    return Ways(place, facility, minutes[place, facility], places, facilities, "test"), rng


@given(st.integers(0, 10_000), st.sampled_from(["2sfca", "e2sfca", "3sfca"]), st.sampled_from([None, 5]))
@settings(max_examples=50, deadline=None)
def test_what_people_have_adds_up_to_what_is_reached(seed, method, draws):
    ways, rng = some_ways(seed)
    people = rng.uniform(0, 100, 30 if draws is None else (30, draws))
    supply = rng.uniform(0, 20, 8)
    if method == "3sfca":
        found = three_step(ways, people, supply)
    else:
        found = two_step(ways, people, supply, decay=e2sfca_decay() if method == "e2sfca" else None)
    np.testing.assert_allclose((found.index * people).sum(axis=0), found.reachable, rtol=1e-12)
    reached = np.setdiff1d(np.arange(8), found.idle)
    np.testing.assert_allclose(found.reachable, supply[reached].sum(), rtol=1e-12)
    assert (found.index[found.unserved] == 0).all()


def test_all_draws_at_once_are_each_draw_alone():
    ways, rng = some_ways(1)
    people, supply = rng.uniform(1, 100, (30, 4)), rng.uniform(1, 9, 8)
    together = two_step(ways, people, supply, decay=e2sfca_decay())
    for k in range(4):
        np.testing.assert_allclose(together.index[:, k], two_step(ways, people[:, k], supply, decay=e2sfca_decay()).index)


def test_the_published_package_gives_the_same():
    pd = pytest.importorskip("pandas")
    fca = pytest.importorskip("access.fca")
    weights = pytest.importorskip("access.weights")
    ways, rng = some_ways(2)
    people, supply = rng.uniform(1, 100, 30), rng.uniform(1, 9, 8)
    cost = pd.DataFrame({"origin": ways.place, "dest": ways.facility, "cost": ways.minutes})
    demand = pd.DataFrame({"demand": people}).rename_axis("geoid")
    offer = pd.DataFrame({"supply": supply}).rename_axis("geoid")
    enhanced = weights.step_fn({10: 1, 20: 0.68, 30: 0.22})
    competing = weights.step_fn({10: 0.962, 20: 0.704, 30: 0.377, 60: 0.042})
    for ours, theirs in (
        (two_step(ways, people, supply), fca.two_stage_fca(demand, offer, cost, max_cost=60)),
        (
            two_step(ways, people, supply, decay=e2sfca_decay()),
            fca.two_stage_fca(demand, offer, cost, max_cost=60, weight_fn=enhanced),
        ),
        (three_step(ways, people, supply), fca.three_stage_fca(demand, offer, cost, max_cost=60, weight_fn=competing)),
    ):
        assert len(theirs) > 25
        np.testing.assert_allclose(ours.index[theirs.index], theirs.to_numpy(), rtol=1e-12)


def test_one_run_for_the_nearest_agrees_with_all_pairs():
    roads = town()
    stations = np.array([3, 40, 62])
    everyone = np.arange(len(roads))
    for outward in (False, True):
        nearest = nearest_facility(roads, stations, outward=outward)
        pairs = travel_minutes(roads, stations, everyone, outward=outward)
        np.testing.assert_allclose(nearest.minutes, pairs.min(axis=0))
        np.testing.assert_allclose(pairs[nearest.facility, everyone], pairs.min(axis=0))
    there, back = (nearest_facility(roads, stations, outward=way).minutes for way in (True, False))
    assert not np.allclose(there, back)  # streets are one way


def test_a_limit_cuts_pairs_and_lonely_places_stay_counted():
    roads = town()
    everyone = np.arange(len(roads))
    ways = road_ways(roads, everyone, np.array([0, 63]), limit=4.0, at_once=1)
    full = travel_minutes(roads, np.array([0, 63]), everyone)
    assert len(ways.minutes) == (full <= 4.0).sum()
    np.testing.assert_allclose(ways.minutes, full[ways.facility, ways.place])
    assert (np.diff(ways.place) >= 0).all()
    lonely, _ = ways.lonely()
    assert lonely.tolist() == np.flatnonzero((full > 4.0).all(axis=0)).tolist()


def test_a_place_far_from_any_road_is_kept_and_named():
    roads = town()
    found = snap(roads, [8.0, 8.5], [53.0001, 53.0])
    assert found.node[0] == 0
    assert found.metres[0] == pytest.approx(11.1, abs=0.1)
    assert found.far.tolist() == [1]
    assert found.metres[1] == pytest.approx(
        metres_between(roads.lon[found.node[1]], roads.lat[found.node[1]], np.array(8.5), np.array(53.0)), rel=1e-6
    )


def test_the_fallback_says_what_it_is():
    ways = straight_ways([[8.0, 53.0], [9.0, 53.0]], [[8.0, 53.05]], limit=20.0)
    assert "straight line × 1.3" in ways.basis
    assert ways.place.tolist() == [0]
    assert ways.minutes[0] == pytest.approx(5559.7 * 1.3 / (40_000 / 60), rel=1e-3)
    assert ways.lonely()[0].tolist() == [1]
    assert straight_ways([[8.0, 53.0]], [[20.0, 10.0]], limit=1.0).lonely()[1].tolist() == [0]


def test_people_within_minutes_grow_with_the_limit_and_sum_to_all():
    nearest = nearest_facility(town(), np.array([0])).minutes
    people = np.arange(64.0)
    shares = [float(within_minutes(nearest, people, limit).share) for limit in (0, 2, 5, 10, 60)]
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_fire_brigade_has_what_the_norm_leaves():
    assert default_fire_norm().drive == 7.0
    cover = fire_cover([6.9, 7.1, np.inf], [10.0, 10.0, 20.0], FireNorm(10.0, 0.0, 3.0))
    assert float(cover.share) == 0.25
    assert cover.late.tolist() == [1, 2]
    with pytest.raises(AllmendeError, match="leave no drive"):
        fire_cover([1.0], [1.0], FireNorm(8.0, 4.0, 4.0))


@pytest.mark.parametrize(
    ("people", "supply", "words"),
    [
        (np.ones(3), np.ones(8), "do not fit"),
        (np.ones(30), np.ones(3), "do not fit"),
        (-np.ones(30), np.ones(8), "people holds"),
        (np.ones(30), np.full(8, np.nan), "supply holds"),
    ],
)
def test_bad_numbers_are_named(people, supply, words):
    with pytest.raises(AllmendeError, match=words):
        two_step(some_ways(0)[0], people, supply)


def test_places_cannot_be_snapped_to_a_network_without_positions(tmp_path):
    from allmende.areas.edge_list import read_edges

    (tmp_path / "e").write_text("1 2 3\n", encoding="utf-8")
    with pytest.raises(AllmendeError, match="no positions"):
        snap(read_edges(tmp_path / "e"), [8.0], [53.0])
