"""The whole chain on the small region: what is released is what was generated, dirt and protection accounted for."""

import json
from collections import Counter
from datetime import date

import pytest

from allmende.areas.hierarchy import load_region
from allmende.areas.roads import main_component, read_geojson_roads
from allmende.cubes.released import read_released
from allmende.demo.facilities import ROADS
from allmende.demo.pipeline import Order, run_demo
from allmende.hub import open_hub
from allmende.outlook.facilities import FACILITIES, area_keys, read_facilities, unit_shapes
from allmende.outlook.services import load_services
from allmende.privacy.profiles import load_profile
from allmende.release import verify

pytestmark = pytest.mark.slow

TODAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def order(tmp_path_factory):
    order = Order(tmp_path_factory.mktemp("demo"), seed=3, small=True)
    steps = list(run_demo(order, TODAY, lambda _: lambda *_: None))
    assert [s.step.name for s in steps] == [
        "region",
        "hub",
        "offices",
        "receiving",
        "release",
        "facilities",
        "outlook",
        "together",
    ]
    return order


@pytest.fixture(scope="module")
def truth(order):
    return json.loads(order.truth.read_text(encoding="utf-8"))


def _expected(truth, measure):
    effect = {(entry["ags"], str(entry["year"])): entry["count"] for entry in truth["effect"]}
    return {
        (ags, year): count + effect.get((ags, year), 0)
        for year, counts in truth[measure].items()
        for ags, count in counts.items()
    }


def _released(order, **members):
    """Published values by (AGS, year); every dimension not named is its margin."""
    table = read_released(order.public / "current" / "tables" / "stock_municipality.parquet")
    chosen = {column.name: "total" for column in table.columns if column.name not in ("area", "year")} | members
    cells = table.select(**chosen)
    keys = zip(cells["area"].values(), map(str, cells["year"].values()), strict=True)
    return dict(zip(keys, cells.value.tolist(), strict=True))


def test_municipal_totals_are_exact(order, truth):
    assert _released(order) == _expected(truth, "main_residents")


def test_an_office_that_protects_at_the_source_is_published_though_the_hub_holds_no_base_cell_of_it(order, truth):
    hub = open_hub(order.hub)
    quiet = [office.ags for office in hub.settings.offices if office.mode == "at-source"]
    assert quiet == ["98051015"]
    assert {manifest.ags for manifest in hub.store.manifests()} == {o.ags for o in hub.settings.offices} - set(quiet)
    assert {year: n for (ags, year), n in _released(order).items() if ags in quiet} == {
        year: n for (ags, year), n in _expected(truth, "main_residents").items() if ags in quiet
    }


def test_women_lie_within_the_profiles_bound(order, truth):
    """Bad rows may be women's or men's: so many more may be missing or too many."""
    bound = max(abs(change) for change in _changes(1000))
    dirt = Counter()
    for kind in ("no_citizenship", "impossible_date", "late_departure", "late_arrival"):
        dirt.update({(entry["ags"], str(entry["year"])): entry["count"] for entry in truth["planted"].get(kind, [])})
    true = {(ags, year): n for year, counts in truth["women"].items() for ags, n in counts.items()}
    released = _released(order, sex="w")
    assert released
    assert all(abs(value - true[key]) <= bound + dirt[key] for key, value in released.items())


def _changes(count):
    values, chances = load_profile("standard", bytes(32)).distribution(count)
    return [value - count for value, chance in zip(values, chances, strict=True) if chance > 0]


def test_the_release_is_whole(order):
    assert verify((order.public / "current").resolve()).tables


def test_persons_stay_in_the_offices(order):
    """Neither the deliveries nor the hub nor the public folder holds a street, an id column or a date of birth."""
    streets = {line.split(";")[13].encode() for line in next(order.offices.glob("*/addresses.txt")).read_text().splitlines()}
    rare = [street for street in streets if len(street) > 14]
    for folder in (order.deliveries, order.hub, order.public):
        for path in folder.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                assert not any(street in data for street in rare), path


def test_facilities_stand_in_the_region_and_offer_what_its_services_have(order):
    services = load_services(order.public / "services")
    region = load_region(order.region)
    shapes = unit_shapes(order.region, region)
    facilities = read_facilities(order.public / FACILITIES, services, area_keys(region), shapes)
    assert {(f.service, f.part) for f in facilities} == {
        (s.id, part) for s in services for part in [p.id for p in s.parts] or [""]
    }
    at = shapes.locate([f.lon for f in facilities], [f.lat for f in facilities])
    assert [shapes.keys[position] for position in at] == [f.area for f in facilities]
    assert not any(service.missing() for service in services)
    roads = read_geojson_roads(order.public / ROADS)
    assert not roads.notes
    assert len(main_component(roads)) == len(roads)


def test_a_second_run_only_looks(order):
    assert all(done.reused for done in run_demo(order, TODAY, lambda _: lambda *_: None))
