"""Acceptance tests 6, 7 and 10 of the method on whole tables: one value per set of people, bounded noise, true zeros."""

from dataclasses import replace

import numpy as np
import pytest

from allmende.cubes.base import read_cube
from allmende.cubes.publication import Words
from allmende.engine import open_engine
from allmende.release.at_source import protect_at_source
from allmende.release.catalogue import Table, every_margin
from allmende.release.merge import put_together
from allmende.release.note import note_of
from allmende.release.protect import protect, publish
from allmende.release.shares import Share, Shares
from allmende.release.tabulate import Source, tabulate

from .conftest import FolderStore, people, stock

DETAIL = (("age", "five"), ("sex", "each"), ("nationality", "each"))
TABLE = Table("t", Words("", ""), "stock", "12-31", "district", DETAIL, every_margin(["age", "sex", "nationality"]))


@pytest.fixture
def protected(source, protection):
    return lambda table: protect(tabulate(source, table), protection)


@pytest.mark.parametrize("geography", ["region", "municipality", "district_1", "district", "grid_100", "grid_5000"])
def test_every_margin_counts_everybody_and_moves_by_at_most_d(protected, protection, geography):
    table = protected(replace(TABLE, geography=geography))
    totals = {int(part.cells.n.sum()) for part in table.parts}
    assert len(totals) == 1
    for n, value in table.values():
        assert np.abs(value - n).max() <= protection.table.max_deviation()
        assert not np.isin(value, [1, 2]).any()


def test_one_set_of_people_has_one_value_in_all_geographies_and_years(protected):
    seen = {}
    for geography in ("municipality", "district", "grid_100", "grid_1000"):
        for part in protected(replace(TABLE, geography=geography)).parts:
            for n, key, value in zip(part.cells.n.tolist(), part.cells.key.tolist(), part.value.tolist(), strict=True):
                assert seen.setdefault((n, key), value) == value
    assert len(seen) > 10_000


def test_the_noise_is_unbiased(protected):
    parts = protected(replace(TABLE, geography="grid_100", min_parent=0)).parts
    noise = np.concatenate([part.value - part.cells.n for part in parts])
    z = noise.mean() / (noise.std() / np.sqrt(len(noise)))
    assert len(noise) > 30_000
    assert abs(z) < 3


def test_small_areas_are_left_to_the_coarser_table_by_their_published_count(protected):
    table = protected(replace(TABLE, geography="grid_500", min_parent=50))
    assert table.hidden > 0
    shown = table[()]
    assert shown.value.min() >= 50
    pairs = set(zip(shown.cells["area"].values(), shown.cells["year"].codes.tolist(), strict=True))
    assert pairs == {(area, year) for area, years in table.areas.items() for year in years}
    for part in table.parts:
        assert set(zip(part.cells["area"].values(), part.cells["year"].codes.tolist(), strict=True)) <= pairs


def test_only_the_total_of_a_municipality_is_exact(protected):
    table = protected(replace(TABLE, geography="municipality", exact_totals=True))
    assert (table[()].value == table[()].cells.n).all()
    assert any((part.value != part.cells.n).any() for part in table.parts if part.margin)


def test_sexes_without_a_column_stay_in_every_total(region, tmp_path, protection):
    persons = people(np.random.default_rng(11), region, [900, 400, 150])
    persons["sex"][::10] = 2
    persons["sex"][5] = 3
    store = FolderStore(tmp_path)
    for cube in stock(region, persons, 2024):
        store.add(cube)
    two = replace(TABLE, dimensions=(("age", "broad"), ("sex", "two")), margins=every_margin(["age", "sex"]))
    with open_engine() as engine:
        source = Source(store, engine, region)
        each, counted = (tabulate(source, t) for t in (replace(two, dimensions=(("age", "broad"), ("sex", "each"))), two))
    alive = (persons["born"] <= 2024) & (persons["residence"] == 0)
    assert [int(counted.margins[m].n.sum()) for m in ((), ("age",))] == [alive.sum()] * 2
    for margin in (("sex",), ("age", "sex")):
        assert counted.margins[margin].n.sum() == (alive & (persons["sex"] < 2)).sum()
        shown = {row for row in cells(each.margins[margin]) if row[-3] in ("m", "w")}
        assert set(cells(counted.margins[margin])) == shown
    cube = publish(protect(counted, protection), region, note_of(two, region, store.manifests()))
    assert cube["sex"].labels == ("m", "w")
    assert cube.note.classification("sex") == "two"


def cells(folded):
    return zip(*(column.values() for column in folded.columns), folded.n.tolist(), folded.key.tolist(), strict=True)


def test_a_published_table_tells_no_cell_that_its_noise_emptied(protected, region, store):
    table = protected(replace(TABLE, geography="grid_100", dimensions=(), margins=((),)))
    emptied = {label for label, value in zip(table[()].cells["area"].values(), table[()].value, strict=True) if value == 0}
    cube = publish(table, region, note_of(table.table, region, store.manifests()))
    always = emptied - {str(label) for label in cube["area"].values()}
    assert always
    assert not always & set(cube["area"].labels)
    assert list(cube.areas) == ["*"]


def test_offices_that_protect_at_the_source_give_the_same_districts(source, region, store, protection, small):
    """Districts belong to one office: protected there or here they are equal; border cells are sums, and counted."""
    by_hub = {
        t.id: publish(protect(tabulate(source, t), protection), region, note_of(t, region, store.manifests()))
        for t in small.tables
    }
    towns, merged = tuple(m.ags for m in region.municipalities), {}
    offices = [
        protect_at_source(
            [read_cube(p) for p in sorted(store.folder.rglob(f"{m.ags}-*.parquet"))], region, small, protection
        ).tables
        for m in region.municipalities
    ]
    parts = tuple(Share(ags, cube) for ags, tables in zip(towns, offices, strict=True) for cube in tables)
    for table in small.tables:
        own = tuple(part for part in parts if part.cube.note.table == table.id)
        note = by_hub[table.id].note
        merged[table.id] = put_together(None, Shares(table, towns, own, ()), note, region, None)
    assert merged["stock_district"].summed == 0
    assert rows(merged["stock_district"].cube) == rows(by_hub["stock_district"])
    assert merged["stock_district"].cube.areas == by_hub["stock_district"].areas


def rows(cube):
    return sorted(zip(*(column.values() for column in cube.columns), cube.value.tolist(), strict=True))
