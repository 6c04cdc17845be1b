"""A count that stays while its people change draws fresh noise each year: the gate averages it, as an attacker would."""

from datetime import date

import numpy as np
import pytest

from allmende.cubes import BaseCube, Cells, Column, Manifest, fold
from allmende.cubes.base import KINDS
from allmende.cubes.publication import Words
from allmende.engine import open_engine
from allmende.privacy.attacks import exact_by_averaging, load_limits
from allmende.privacy.profiles import load_profile
from allmende.release.catalogue import Catalogue, Table
from allmende.release.gate import Gate
from allmende.release.suggest import suggest
from allmende.release.tabulate import Source

from .conftest import CHECK, SECRET, FolderStore, make_region

HOUSE = 4_230_043_000
BUSY = HOUSE + 5
GRID = Table("grid", Words("", ""), "stock", "12-31", "grid_100", (), ((),))
CATALOGUE = Catalogue(Words("", ""), (GRID,))
YEARS = range(2010, 2022)


def cube(region, year, keys):
    """A house of twelve persons with these keys, and a cell nearby of thirty persons more each year."""
    town = region.municipalities[0]
    neighbours = 100 + 30 * (year - YEARS[0])
    total = len(keys) + neighbours
    labels = {
        "ags": (town.ags,),
        "district": (f"{town.ags}.01",),
        "sex": ("m", "w", "d", "x"),
        "nationality": ("german", "other"),
        "residence": ("main", "secondary"),
    }
    cell, rk = np.full(total, BUSY), np.random.default_rng(year).integers(0, 2**32, total, dtype=np.uint32)
    cell[: len(keys)], rk[: len(keys)] = HOUSE, keys
    values = {"cell": cell, "age": np.full(total, 40), "year": np.full(total, year)}
    columns = tuple(Column(name, values.get(name, np.zeros(total, np.int64)), labels.get(name)) for name in KINDS["stock"])
    day = date(year, 12, 31)
    cells = fold(Cells(columns, np.ones(total, np.int64), rk), KINDS["stock"])
    return BaseCube(cells, Manifest("stock", town.ags, day, day, date(2025, 1, 1), "2025a", CHECK, "test"))


def examined(tmp_path, moves, profile="standard"):
    """Attack a house of twelve in which, in the first so many years, one person moved out and another one in."""
    region, store = make_region([1], [1]), FolderStore(tmp_path)
    keys = np.random.default_rng(1).integers(0, 2**32, 12, dtype=np.uint32)
    for year in YEARS:
        if 0 < year - YEARS[0] <= moves:
            keys = np.append(keys[1:], np.uint32(year))
        store.add(cube(region, year, keys))
    with open_engine() as engine:
        gate = Gate(Source(store, engine, region), load_profile(profile, SECRET), load_limits())
        found = gate.examine(CATALOGUE, ("repeated years",))
        changed = [suggest(gate, CATALOGUE, finding).catalogue for finding in found if not finding.passed]
        left = [finding for catalogue in changed for finding in gate.examine(catalogue, ("repeated years",))]
    return found, left


def test_the_same_people_tell_nothing_new_in_all_their_years(tmp_path):
    assert examined(tmp_path, moves=0) == ((), [])


@pytest.mark.parametrize(("moves", "passed"), [(4, True), (8, True), (9, False), (11, False)])
def test_the_more_people_change_the_more_their_constant_count_tells(tmp_path, moves, passed):
    (finding,), left = examined(tmp_path, moves)
    row = load_profile("standard", SECRET).table.rows[-1]
    assert finding.check.value == pytest.approx(exact_by_averaging(row, moves + 1) - row.stay())
    assert finding.passed is passed
    assert (finding.tables, f"{moves + 1} times" in finding.detail) == (("grid",), True)
    assert all(each.passed for each in left)


def test_a_profile_that_rarely_leaves_a_count_gains_by_fewer_years(tmp_path):
    (finding,), _ = examined(tmp_path, 4, "strict")
    assert not finding.passed
