"""A rural network with its fire stations, and schools around Bremen; skipped where the data are not."""

from pathlib import Path

import numpy as np
import pytest

from allmende.areas.osm import ATTRIBUTION, read_osm_places, read_osm_roads
from allmende.areas.projection import to_wgs84
from allmende.areas.roads import metres_between
from allmende.needs.reach import (
    default_fire_norm,
    e2sfca_decay,
    fire_cover,
    nearest_facility,
    snap,
    straight_ways,
    travel_minutes,
    two_step,
)

DATA = Path(__file__).parents[2] / "../shared/data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="shared data absent")
NETWORK = DATA / "network/north-bayreuth_2014.osm.gz"
REGION_BREMEN = ("04011", "04012", "03352", "03356", "03361", "03401", "03451", "03458", "03461", "03251")


@pytest.fixture(scope="module")
def bayreuth():
    pytest.importorskip("osmium")
    return read_osm_roads(NETWORK), read_osm_places(NETWORK, "amenity", "fire_station")


def test_the_main_network_has_about_the_size_that_others_found(bayreuth):
    roads, _ = bayreuth
    # 5 964 nodes, 215 km with private roads and dead ends of one-way streets; both are left out here
    assert 5_300 <= len(roads) <= 5_964
    metres = metres_between(roads.lon[roads.tail], roads.lat[roads.tail], roads.lon[roads.head], roads.lat[roads.head])
    pairs = {(min(a, b), max(a, b)): m for a, b, m in zip(roads.tail.tolist(), roads.head.tolist(), metres, strict=True)}
    assert 180 <= sum(pairs.values()) / 1000 <= 215
    assert ATTRIBUTION in roads.notes


def test_seven_fire_stations_reach_what_the_norm_leaves(bayreuth):
    roads, stations = bayreuth
    assert len(stations) == 7
    snapped = snap(roads, [one.lon for one in stations], [one.lat for one in stations])
    assert snapped.metres.max() < 500
    assert not len(snapped.far)
    nearest = nearest_facility(roads, snapped.node, outward=True)
    pairs = travel_minutes(roads, snapped.node, np.arange(len(roads)), outward=True)
    np.testing.assert_allclose(nearest.minutes, pairs.min(axis=0))
    assert np.isfinite(nearest.minutes).all()
    cover = fire_cover(nearest.minutes, np.ones(len(roads)), default_fire_norm())
    assert 0.9 < float(cover.share) <= 1
    # without any one station nobody is reached sooner
    for out in range(7):
        fewer = nearest_facility(roads, np.delete(snapped.node, out), outward=True).minutes
        assert (fewer >= nearest.minutes - 1e-9).all()


def test_no_mapper_is_kept(bayreuth):
    import gzip
    import re

    roads, stations = bayreuth
    text = gzip.decompress(NETWORK.read_bytes()).decode()
    mappers = set(re.findall(r' user="([^"]{4,})"', text))
    kept = repr(roads.notes) + repr(stations)
    assert not [name for name in mappers if name in kept]


def test_schools_of_region_bremen_share_their_places_among_the_children_near_them():
    pd = pytest.importorskip("pandas")
    cells = pd.read_parquet(DATA / "grid/zensus2011_1km.parquet", columns=["x", "y", "einwohner", "ags_2016"])
    cells = cells[cells.ags_2016.str[:5].isin(REGION_BREMEN)]
    schools = pd.read_parquet(DATA / "facilities/schulen_jedeschule_2017.parquet", columns=["lon", "lat", "ags_2016"])
    schools = schools[schools.ags_2016.astype(str).str[:5].isin(REGION_BREMEN)].dropna()
    places = np.stack(to_wgs84(cells.x.to_numpy(), cells.y.to_numpy()), axis=1)
    ways = straight_ways(places, schools[["lon", "lat"]].to_numpy(), limit=30.0)
    assert len(cells) > 4_000
    assert len(schools) > 500
    people = cells.einwohner.to_numpy(dtype=float)
    found = two_step(ways, people, np.ones(len(schools)), decay=e2sfca_decay())
    assert (found.index * people).sum() == pytest.approx(float(found.reachable), rel=1e-12)
    assert float(found.reachable) == len(schools) - len(found.idle)
    reached = np.setdiff1d(np.arange(len(cells)), found.unserved)
    assert people[reached].sum() / people.sum() > 0.99
