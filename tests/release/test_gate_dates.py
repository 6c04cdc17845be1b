"""Two key dates of a year count nearly the same people: the gate reckons with both."""

from dataclasses import replace
from datetime import date
from functools import partial

import numpy as np
import pytest

from allmende.areas.hierarchy import District, Municipality
from allmende.cubes import BaseCube
from allmende.cubes.publication import Words
from allmende.engine import open_engine
from allmende.privacy.attacks import load_limits
from allmende.release.catalogue import Catalogue, Table
from allmende.release.gate import Gate
from allmende.release.gate.dates import _drift
from allmende.release.geographies import alike
from allmende.release.tabulate import Source

from .conftest import FolderStore, make_region, people, stock

DECEMBER = Table("december", Words("", ""), "stock", "12-31", "district", (), ((),))
OCTOBER = replace(DECEMBER, id="october", series="10-01")
BOTH = Catalogue(Words("", ""), (DECEMBER, OCTOBER))


def findings(tmp_path, protection, moved, catalogue=BOTH):
    """Attack one town of three districts in which so many persons of each district came between October and December."""
    region, sizes = make_region([3000], [3]), [3000]
    persons = people(np.random.default_rng(4), region, sizes)
    late = np.concatenate(
        [np.flatnonzero((persons["part"] == part) & (persons["residence"] == 0))[:moved] for part in range(3)]
    )
    early = {name: np.delete(column, late) for name, column in persons.items()}
    store = FolderStore(tmp_path)
    for cube in stock(region, persons, 2024):
        store.add(cube)
    for cube in stock(region, early, 2024):
        store.add(BaseCube(cube.cells, replace(cube.manifest, key_date=date(2024, 10, 1))))
    with open_engine() as engine:
        found = Gate(Source(store, engine, region), protection, load_limits()).examine(catalogue)
    return [finding for finding in found if "all key dates" in finding.check.figure]


def test_people_who_did_not_change_tell_nothing_new(tmp_path, protection):
    assert findings(tmp_path, protection, moved=0) == []


@pytest.mark.parametrize(("moved", "left"), [(1, 0.59), (30, 0.998)])
def test_the_fewer_changed_the_more_two_dates_tell(tmp_path, protection, moved, left):
    """(V + c) / (2 V + c), c the squared change: V = 2.25."""
    (finding,) = findings(tmp_path, protection, moved)
    assert finding.check.value == pytest.approx((2.25 + moved**2) / (4.5 + moved**2), abs=1e-3)
    assert finding.check.value == pytest.approx(left, abs=0.01)
    assert set(finding.tables) == {"december", "october"}


def test_another_geography_of_the_same_areas_hides_nothing(tmp_path, protection):
    """The town has one level: its districts of the first level are the finest."""
    other = Catalogue(BOTH.title, (DECEMBER, replace(OCTOBER, geography="district_1")))
    (finding,) = findings(tmp_path, protection, 1, other)
    assert finding.check.value == pytest.approx(3.25 / 5.5, abs=1e-3)


def test_a_district_that_is_not_divided_further_has_one_name():
    district = partial(District, ags="98001000")
    parts = (
        district("98001000.1", "1", "Mitte", 1, ""), district("98001000.2", "2", "Ost", 1, ""),
        district("98001000.11", "11", "Altstadt", 2, "98001000.1"), district("98001000.12", "12", "Hafen", 2, "98001000.1"),
        district("98001000.21", "21", "Ost", 2, "98001000.2"),
    )  # fmt: skip
    town = Municipality("98001000", "Auental", "Nordland", "Stadt", ("Stadtbezirk", "Ortsteil"))
    names = alike(replace(make_region([10], [1]), municipalities=(town,), districts=parts))
    assert names["98001000.2"] == names["98001000.21"]
    assert len(set(names.values())) == 4


def test_how_much_an_area_changes_is_known_from_all_its_years():
    """Steps of one pair of key dates share their mean; years in which nothing is published (between) add up."""
    totals = {(2023, "12-31"): 100, (2024, "10-01"): 103, (2024, "12-31"): 104, (2025, "10-01"): 109, (2025, "12-31"): 109}
    drift = _drift(totals)
    assert [drift[date] for date in sorted(totals)] == [0, 17, 17.5, 34.5, 35]  # (9 + 25) / 2 and (1 + 0) / 2, in turn
