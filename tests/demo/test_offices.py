"""What offices export: every vendor's extract is understood by the register room, and its dirt is found to the last piece."""

from collections import Counter

import numpy as np
import pytest

from allmende.areas.geometry import read_geojson
from allmende.demo.dirt import soil
from allmende.demo.offices import list_offices, write_offices
from allmende.demo.people import FIRST_YEAR
from allmende.demo.places import UTM, write_places
from allmende.demo.vendors import VENDORS, stock_rows, vendor_profile, write_book, write_extract
from allmende.register.examination import examine
from allmende.register.houses import read_houses
from allmende.register.profile import load_profile
from allmende.register.run import Run, Source
from allmende.register.values import NATIONALITIES

YEAR = 2025


@pytest.fixture(scope="module")
def folder(small, tmp_path_factory):
    path = tmp_path_factory.mktemp("offices")
    write_places(small.places, path / "region")
    assert [o.ags for o in write_offices(small.places, small.soiled, path)] == [m["ags"] for m in small.places.members]
    return path


@pytest.fixture(scope="module")
def examined(small, folder):
    return {office: _examine(small, folder, office) for office in list_offices(small.places.region, folder)}


def _examine(small, folder, office, **more):
    shapes = read_geojson(folder / "region" / "districts.geojson", "key")
    houses = read_houses(office.addresses.read_bytes(), "addresses.txt", office.ags, UTM)
    run = Run(Source.load(office.stock(YEAR)), load_profile(office.profile), small.places.region, office.ags, YEAR,
              houses=houses, shapes=shapes, **more)  # fmt: skip
    return examine(run)


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_clean_extract_of_any_vendor_is_read_without_a_finding(small, vendor, tmp_path):
    profile, _ = vendor_profile(vendor)
    places = small.places
    people = small.people.take(places.addresses.municipality[small.people.address] == 1)
    write_extract(tmp_path / "stock", "stock", stock_rows(people, write_book(places).columns(), profile), profile)
    run = Run(Source.load(tmp_path / "stock"), profile, places.region, places.members[1]["ags"], FIRST_YEAR)
    found = examine(run)
    assert {f.code for f in found.findings} <= {"address.only_district", "citizenship.unclear"}
    read = found.stock.persons()
    assert Counter(read.sex.tolist()) == Counter(people.sex.tolist())
    assert sorted(read.birth.tolist()) == sorted(people.born.tolist())
    assert np.bincount(read.nationality == NATIONALITIES.index("other")).tolist() == np.bincount(people.foreign).tolist()


def test_offices_use_five_different_programs(small, folder):
    layouts = {load_profile(o.profile).layout for o in list_offices(small.places.region, folder)}
    assert len(layouts) == 5
    assert {layout.encoding for layout in layouts} == {"utf-8", "windows-1252", "iso-8859-15"}


def test_checks_find_exactly_the_dirt_that_was_planted(small, examined):
    planted = small.soiled.ledger.planted
    codes = {
        "two_main": "person.two_main",
        "duplicate": "person.duplicate",
        "no_citizenship": "value.missing",
        "impossible_date": "value.date",
    }
    for number, (office, found) in enumerate(examined.items()):
        counted = Counter(found.summary.findings)
        told = {kind: planted[kind][number, YEAR] for kind in codes}
        if not office.person_ids:  # nobody can tell that two rows are one person
            told |= {"two_main": 0, "duplicate": 0}
        assert {kind: counted[code] for kind, code in codes.items()} == told, office.vendor


def test_a_stock_counts_the_truth_and_the_effect_of_its_dirt(small, folder):
    municipality = small.places.addresses.municipality
    true = np.bincount(municipality[small.history.stocks[YEAR].address], minlength=12)
    for number, office in enumerate(list_offices(small.places.region, folder)):
        examined = _examine(small, folder, office, events=Source.load(office.events(YEAR)))
        assert len(examined.stock.persons()) == true[number] + small.soiled.ledger.effect[number, YEAR]


def test_an_office_without_lasting_ids_counts_by_the_fallback(small, examined):
    without = [office for office in examined if not office.person_ids]
    assert [office.name for office in without] == ["Brookwarden"]
    for office, found in examined.items():
        summary = found.summary
        assert summary.fallback == (0 if office.person_ids else summary.identities)
        assert summary.findings.get("person.no_id", 0) == (0 if office.person_ids else len(found.stock.persons()))


def test_misspelt_addresses_are_found_and_only_unsurveyed_houses_are_not(small, examined):
    for number, (office, found) in enumerate(examined.items()):
        unplaced = sum(found.summary.findings.get(code, 0) for code in ("address.only_district", "address.unlocated"))
        # doubled and quarantined rows may be among them
        assert unplaced <= small.soiled.ledger.planted["unsurveyed_house"][number, YEAR] + 3, office.vendor


def test_soiling_changes_neither_the_history_nor_the_book(small):
    before = small.history.stocks[YEAR].state.copy()
    book = write_book(small.places)
    soil(small.places, small.history, book, np.random.default_rng(0))
    assert (small.history.stocks[YEAR].state == before).all()
    assert book.street == write_book(small.places).street
