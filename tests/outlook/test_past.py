"""What is read from a release is what was written into it."""

import numpy as np
import pytest

from allmende.cubes.publication import read_publication
from allmende.errors import AllmendeError
from allmende.outlook.past import TooCoarse, find_places, read_counts
from allmende.parameters.classifications import classification
from allmende.projection.rates.settling import crossing
from allmende.projection.rates.stocks import reckon_stock

from .conftest import DEVIATION, YEARS, shelve


@pytest.fixture(scope="module")
def counts(shelf):
    return read_counts(read_publication(shelf.folder), shelf.region)


def figures(counts, *, by_unit, sexes, bands):
    return next(f for f in counts.stock if (f.by_unit, f.value.shape[3], f.value.shape[4]) == (by_unit, sexes, bands))


def test_stocks_are_those_that_were_written(counts, shelf):
    single = figures(counts, by_unit=False, sexes=2, bands=101)
    written = shelf.figures["stock_municipality", ("sex", "age")]
    np.testing.assert_array_equal(single.value[:, 0], written)
    assert single.noise == pytest.approx(np.pi / 2 * DEVIATION**2)
    totals = figures(counts, by_unit=False, sexes=1, bands=1)
    np.testing.assert_array_equal(totals.value[:, 0, :, 0, 0], shelf.figures["stock_municipality", ()])
    assert totals.noise == 0


def test_what_is_not_published_is_unknown_and_not_nobody(counts, shelf):
    """A municipality without districts is no row of the districts' table, and one district is hidden for a year."""
    five = figures(counts, by_unit=True, sexes=2, bands=21)
    assert five.lows == tuple(classification("age", "five").lows.tolist())
    units = find_places(shelf.region).units
    assert units[0] == "99001000"
    assert np.isnan(five.value[:, :, 0]).all()
    first, hidden = units.index("99001001.0"), YEARS.index(2021)
    assert np.isnan(five.value[hidden, :, first]).all()
    written = shelf.figures["stock_district", ("sex", "age")]
    known = [year for year in range(len(YEARS)) if year != hidden]
    np.testing.assert_array_equal(five.value[known, 0, 1:], written[known])
    assert not any(f.by_unit and f.value.shape[3:] == (1, 1) for f in counts.stock), "no total of districts was published"


def test_events_are_those_that_were_written(counts, shelf):
    np.testing.assert_array_equal(counts.deaths_by_age.value[:, 0], shelf.figures["deaths_region", ("age",)][:, 0])
    np.testing.assert_array_equal(counts.births_by_age.value[:, 0], shelf.figures["births_region", ("age",)][:, 0])
    np.testing.assert_array_equal(counts.births[0].value, shelf.figures["births_municipality", ()])
    np.testing.assert_array_equal(counts.deaths[0].value, shelf.figures["deaths_municipality", ("sex",)])
    moves = shelf.figures["moves_municipality", ("direction", "age")]
    np.testing.assert_array_equal(counts.moves[0].value[:, :, :, 0], np.moveaxis(moves, 2, 1))
    np.testing.assert_array_equal(counts.within.value, shelf.figures["moves_within", ("age",)])
    pooled = shelf.figures["moves_counterpart", ("direction", "counterpart")][-1]
    np.testing.assert_array_equal(counts.counterpart.value, np.moveaxis(pooled, 1, 0))
    assert counts.counterpart_years == 3
    assert counts.births_by_age.lows[0] == 0


def test_the_stock_of_units_is_the_regions(counts, truth):
    people = reckon_stock(counts).people.sum(axis=(1, 3, 4))
    true = truth.people.sum(axis=(1, 3, 4))
    np.testing.assert_allclose(people.sum(axis=1), true.sum(axis=1), rtol=1e-4)
    assert np.abs(people / true - 1).max() < 0.05


@pytest.mark.parametrize("until", [2022, 2024])
def test_later_years_are_not_seen(shelf, until):
    """Pooled tables too: of the years 2023-2025 nothing is known in 2024."""
    then = read_counts(read_publication(shelf.folder), shelf.region, until=until)
    assert then.years == tuple(range(2019, until + 1))
    pooled = shelf.figures["moves_counterpart", ("direction", "counterpart")][0]
    np.testing.assert_array_equal(then.counterpart.value, np.moveaxis(pooled, 1, 0))
    for figures in (*then.stock, *then.moves, *then.births, *then.deaths, then.deaths_by_age, then.within):
        assert len(figures.value) == until - 2018
    with pytest.raises(AllmendeError):
        read_counts(read_publication(shelf.folder), shelf.region, until=2018)


@pytest.mark.parametrize(
    ("table", "words", "german"),
    [
        ("stock_municipality", "stock by municipality with age × sex, single years", "Bestand je Gemeinde"),
        ("deaths_region", "deaths by region with age", "Sterbefälle je Region"),
        ("births_region", "births by region with age", "Geburten je Region"),
    ],
)
def test_a_release_without_it_carries_no_projection(truth, tmp_path, table, words, german):
    shelf = shelve(truth, tmp_path)
    shelf.publish(without=(table,))
    with pytest.raises(TooCoarse, match=words) as refused:
        read_counts(read_publication(shelf.folder), shelf.region)
    assert german in refused.value.de
    assert shelf.release in refused.value.where


def test_tables_for_members_are_left_to_members(truth, tmp_path):
    shelf = shelve(truth, tmp_path)
    entry = next(entry for entry in shelf.entries if entry.note.table == "moves_within")
    shelf.entries.remove(entry)
    values = shelf.figures["moves_within", ("age",)]
    labels = classification("age", "broad").labels
    towns = [town.ags for town in shelf.region.municipalities]
    shelf.add(
        "moves_within",
        "internal_moves",
        "municipality",
        towns,
        {"age": "broad"},
        {"age": labels},
        {("age",): values},
        audience="member",
    )
    shelf.publish()
    publication = read_publication(shelf.folder)
    assert read_counts(publication, shelf.region).within is None
    assert read_counts(publication, shelf.region, ("public", "member")).within is not None


def test_crossings_count_where_every_district_is_published(truth, tmp_path):
    """99001001 has three districts that are published; of 99001002 one is missing, so the assumption by population holds."""
    shelf = shelve(truth, tmp_path)
    keys = [district.key for district in shelf.region.districts]
    moves = np.zeros((1, len(keys), len(keys)))
    home = np.array([key.split(".")[0] for key in keys])
    moves[0][home[:, None] == home] = 10
    np.fill_diagonal(moves[0], 60)
    table = {("origin",): moves}
    shelf.add(
        "moves_between",
        "internal_moves",
        "district_1",
        keys,
        {"origin": "district_1"},
        {"origin": keys},
        table,
        years=(2025,),
        pooled=3,
        hidden=(("99001002.0", 2025),),
    )
    shelf.publish()
    counts = read_counts(read_publication(shelf.folder), shelf.region)
    assert counts.crossing[1] == pytest.approx(20 / 80)
    assert np.isnan(counts.crossing[[0, 2]]).all()
    size = np.ones((len(counts.units), 1))
    assert crossing(counts, size)[2] == pytest.approx(1 - 1 / 5)
    assert crossing(counts, size)[0] == 0
