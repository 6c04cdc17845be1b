"""Cells of a grid ahead: nothing is told that the rule keeps back, and nothing is told that the release does not say."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import box

from allmende.areas.geometry import Shapes, write_geojson
from allmende.areas.grid import cell_id, pack
from allmende.areas.projection import to_wgs84
from allmende.cubes import Cells, numbers, texts
from allmende.cubes.publication import current, read_publication
from allmende.errors import AllmendeError, Refused
from allmende.outlook.cells.course import Course, follow
from allmende.outlook.cells.exact import exact_grids
from allmende.outlook.cells.file import CELLS, UNTOLD, CellsAhead, as_document, read_cells, write_cells
from allmende.outlook.cells.grids import Grid, overlaps, released_grids
from allmende.outlook.cells.lesson import learn
from allmende.outlook.cells.rule import Rule, tell, the_rule
from allmende.outlook.folder import write_outlook
from allmende.outlook.private import CONFIDENTIAL
from allmende.outlook.running import LookAhead, look_ahead
from allmende.outlook.settings import read_settings
from allmende.outlook.sources import released
from allmende.outlook.track import BackTest
from allmende.parameters.classifications import classification
from allmende.projection.run import run
from allmende.projection.widths import Widths

from ..projection.rates.conftest import banded, protect
from .conftest import Shelf, region_of, shelve

QUICK = read_settings() | {"horizon": 10, "draws": 40, "back_test_draws": 20}
EAST, NORTH = 4_300_000, 3_400_000
SHARES = np.array([0.45, 0.3, 0.15, 0.1])
PLACES = [(0, 0), (1, 0), (0, 1), (1, 1)]
HIDDEN = 150
"""Cells with fewer people than this are not published."""


def outline(unit: int, count: int = 1):
    """A unit is a square of 2 km, a municipality its units in a row."""
    east, north = np.array([0, 0, 1, 1]) * 2000 * count + EAST + 2000 * unit, np.array([0, 1, 1, 0]) * 2000 + NORTH
    lon, lat = to_wgs84(east.astype(float), north.astype(float))
    return type(box(0, 0, 1, 1))(list(zip(lon, lat, strict=True)))


def name(unit: int, place: int, size: int = 1000) -> str:
    x, y = PLACES[place]
    return cell_id(int(pack(EAST + 2000 * unit + 1000 * x, NORTH + 1000 * y)), size)


def draw_outlines(shelf: Shelf, home: np.ndarray) -> None:
    folder = shelf.folder / "region"
    folder.mkdir(parents=True, exist_ok=True)
    towns = [town.ags for town in shelf.region.municipalities]
    starts = [int(np.flatnonzero(home == at)[0]) for at in range(len(towns))]
    shapes = Shapes(tuple(towns), tuple(outline(start, int((home == at).sum())) for at, start in enumerate(starts)))
    write_geojson(shapes, folder / "municipalities.geojson", "ags")
    keys = [district.key for district in shelf.region.districts]
    parts = tuple(outline(starts[towns.index(key.split(".")[0])] + int(key.split(".")[1])) for key in keys)
    write_geojson(Shapes(tuple(keys), parts), folder / "districts.geojson", "key")


def by_cell(truth) -> np.ndarray:
    """People of 1 km cells by single age [Y, M, 4, A]: each unit's, shared out."""
    return truth.people.sum(axis=(1, 3))[:, :, None] * SHARES[:, None]


def with_grid(truth, public: Path) -> Shelf:
    """A known release with outlines and a grid by broad ages, small cells hidden."""
    shelf, rng = shelve(truth, public), np.random.default_rng(5)
    draw_outlines(shelf, truth.home)
    people = by_cell(truth)
    bands = banded(people, "broad")
    labels = classification("age", "broad").labels
    cells = [name(unit, place) for unit in range(people.shape[1]) for place in range(4)]
    total = protect(people.sum(axis=3).round(), rng).reshape(len(people), -1)
    ages = protect(bands.round(), rng).reshape(len(people), len(cells), -1)
    hidden = tuple((cells[at], shelf.years[year]) for year, at in np.argwhere(total < HIDDEN))
    margins = {("age",): ages, (): total}
    shelf.add("stock_grid_1000", "stock", "grid_1000", cells, {"age": "broad"}, {"age": labels}, margins, hidden=hidden)
    return shelf


@pytest.fixture(scope="module")
def gridded(truth, tmp_path_factory) -> Path:
    return with_grid(truth, tmp_path_factory.mktemp("gridded")).publish()


@pytest.fixture(scope="module")
def grid(gridded) -> Grid:
    folder = current(gridded)
    (found,) = released_grids(read_publication(folder), released(gridded).region, folder / "region", (500, 1000))
    return found


@pytest.fixture(scope="module")
def found(gridded) -> LookAhead:
    return look_ahead(released(gridded), QUICK)


@pytest.fixture(scope="module")
def told(found) -> CellsAhead:
    (cells,) = found.cells
    return cells


def test_a_grid_is_what_the_release_shows(grid, truth):
    assert grid.groups == ("all", "0-17", "18-29", "30-49", "50-64", "65+")
    assert not grid.exact
    assert np.isnan(grid.figures[..., 0]).any(), "a small cell is hidden"
    np.testing.assert_allclose(grid.pieces.sum(axis=2), np.nan_to_num(grid.figures[:, grid.piece_cell, 0]))
    assert [truth.people.shape[2], len(grid.cells)] == [15, 60]
    assert grid.piece_unit[grid.piece_cell == grid.cells.index(name(7, 2))].tolist() == [7]


def test_a_cell_that_a_border_cuts_lies_in_both_areas():
    cells = [cell_id(int(pack(EAST, NORTH)), 1000), cell_id(int(pack(EAST + 1000, NORTH)), 1000)]
    left, right = (box(EAST + low, NORTH, EAST + high, NORTH + 1000) for low, high in ((0, 250), (250, 1500)))
    cell, unit, part = overlaps(cells, Shapes(("a", "b"), (left, right)), ("b", "a"))
    found = {(int(c), int(u)): p for c, u, p in zip(cell, unit, part, strict=True)}
    assert found == pytest.approx({(0, 1): 0.25, (0, 0): 0.75, (1, 0): 1.0})


def test_cells_and_the_hidden_rest_are_their_areas(found, grid):
    path = run(found.model)
    course = follow(grid, path, np.zeros((len(path.years), len(path.model.units))))
    whole = path.population.sum(axis=(1, 3, 4))
    shown = np.zeros_like(whole)
    for at, unit in zip(grid.piece_cell, grid.piece_unit, strict=True):
        shown[:, unit] += np.nan_to_num(course.middle[:, at, 0])
    assert (shown[0] < whole[0] * 1.02).all()
    np.testing.assert_allclose((shown / shown[0])[-1], (whole / whole[0])[-1], rtol=0.05)
    alike = [grid.cells.index(name(3, place)) for place in (0, 1)]
    assert course.growth[-1, alike[0], 0] == pytest.approx(course.growth[-1, alike[1], 0], rel=0.05)
    assert (course.half[1:][np.isfinite(course.half[1:])] > 0).all()


def test_only_cells_that_the_release_shows_are_told_of(told, gridded):
    """A cell or group that was suppressed, or has fewer people than the rule asks for, never appears."""
    table = read_publication(current(gridded)).open("stock_grid_1000")
    rule = the_rule()
    assert len(told.cells) < 60
    for k, group in enumerate(told.groups):
        cells = table.select(year=2025, age="total" if group == "all" else group)
        labels = cells["area"].labels
        published = {labels[code]: value for code, value in zip(cells["area"].codes, cells.value.tolist(), strict=True)}
        for at, cell in enumerate(told.cells):
            assert table.covers(cell, 2025)
            if (told.change[k, :, at] != UNTOLD).any():
                assert published[cell] == told.now[k, at] >= rule.least
            else:
                assert told.now[k, at] == 0
                assert not told.open[k, :, at].any()
    assert (told.change[1:] == UNTOLD).any(), "a group of few people is kept back"


def test_a_class_is_all_that_is_told(told):
    """No number of people to come, nothing finer than the classes; years and sizes are those of the rule."""
    document = as_document([told])["grids"][0]
    assert set(document) == {"size", "table", "groups", "base_year", "years", "cells", "now", "change", "tried"}
    assert set("".join(row for rows in document["change"].values() for row in rows.values())) <= set("01234abcde-")
    assert [year - told.base_year for year in told.years] == [5, 10]
    assert told.size in the_rule().sizes


def test_the_outlook_is_a_function_of_public_figures(truth, gridded, found, tmp_path):
    """Whatever stands in tables that not everybody may read changes no byte of what is told."""
    other = with_grid(truth, tmp_path)
    cells = [name(unit, place) for unit in range(15) for place in range(4)]
    secret = np.random.default_rng(1).integers(3, 900, (7, 60)) * 3
    labels = {"age": classification("age", "broad").labels}
    margins = {("age",): np.repeat(secret[..., None], 5, axis=2), (): secret}
    other.add("a_member_grid", "stock", "grid_1000", cells, {"age": "broad"}, labels, margins, audience="member")
    other.entries.insert(0, other.entries.pop())
    fine = [cell_id(int(pack(EAST + 100 * at, NORTH)), 100) for at in range(200)]
    other.add("b_fine_grid", "stock", "grid_100", fine, {}, {}, {(): secret[:, :1] + np.zeros((7, 200), dtype=np.int64)})
    again = look_ahead(released(other.publish()), QUICK)
    assert again.outlook.id == found.outlook.id
    assert as_document(again.cells) == as_document(found.cells)


def test_a_grid_without_a_past_teaches_nothing(grid):
    """And of what the past does not teach nothing is told (`test_classes_and_open_signs`)."""
    lesson = learn(grid, BackTest((2025,), np.zeros((1, 15, 2, 101)), (), np.zeros((0, 15)), ()), the_rule())
    assert lesson.widths == (None,) * 6
    assert lesson.tried == ()


def test_the_past_is_told_with_every_group(told):
    everybody = [each for each in told.tried if each.group == "all"]
    assert [each.horizon for each in everybody] == [1, 2, 3]
    assert all(0 <= each.right <= each.sure <= each.cells for each in told.tried)
    assert np.average([each.held for each in told.tried], weights=[each.cells for each in told.tried]) == pytest.approx(
        80, abs=8
    )


GROWTH = [0.85, 0.92, 0.99, 1.01, 1.04, 1.3]


@pytest.mark.parametrize(
    ("half", "open_"), [(0.001, [False] * 6), (0.05, [False, False, True, True, True, False]), (0.4, [True] * 6)]
)
def test_classes_and_open_signs(half: float, open_: list[bool]) -> None:
    count = len(GROWTH)
    grid = Grid(
        1000, "t", tuple(f"c{at}" for at in range(count)), ("all",), np.zeros(1, dtype=np.int64), (2025,),
        np.full((1, count, 1), 100.0), 0.0, np.zeros((1, 0, 1)), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64),
    )  # fmt: skip
    growth = np.stack([np.ones((count, 1)), np.array(GROWTH)[:, None]])
    course = Course((2025, 2026), np.full((count, 1), 100.0), growth, np.full((2, count, 1), 100 * half / 2))
    twice = Widths((np.inf,), (100.0,), (1,), (0.5, 0.8, 0.95), np.full((1, 1, 3), 2.0), np.full((1, 1), 100))
    rule = Rule((1000,), (1, 5), 50, (-10.0, -2.0, 2.0, 10.0), (150,))
    told = tell(grid, course, [twice], [], rule)
    assert told.change[0, 0].tolist() == [0, 1, 2, 2, 3, 4]
    assert told.open[0, 0].tolist() == open_
    assert told.years == (2026,)
    assert tell(grid, course, [None], [], rule) is None
    assert tell(grid, course, [twice], [], replace(rule, least=101)) is None


def located(truth) -> Cells:
    """The hub's stock by cell, district and age: 1 km cells as their first 100 m cell."""
    keys = [
        f"{town.ags}.{at}" for town in region_of(truth).municipalities for at in range(len(region_of(truth).finest(town.ags)))
    ]
    keys = [f"{region_of(truth).municipalities[0].ags}.unlocated", *keys]
    people = by_cell(truth).round().astype(np.int64)
    year, unit, place, age = np.nonzero(people)
    packed = np.array([[pack(EAST + 2000 * m + 1000 * x, NORTH + 1000 * y) for x, y in PLACES] for m in range(len(keys))])
    districts = [keys[m] for m in unit]
    columns = (
        numbers("cell", packed[unit, place]),
        texts("ags", [key[:8] for key in districts]),
        texts("district", districts),
        numbers("age", age),
        numbers("year", 2019 + year),
    )
    return Cells(columns, people[people > 0], np.zeros(len(year), dtype=np.uint64))


def test_a_hub_follows_its_exact_cells_for_itself(truth, found, gridded, tmp_path):
    stock = located(truth)
    exact = exact_grids(stock, region_of(truth), (1000,))
    assert exact[0].figures[-1, :, 0].sum() == stock.n[stock["year"].codes == 2025].sum()
    assert exact[0].pieces.sum() == stock.n.sum()
    own = look_ahead(replace(released(gridded), audience=CONFIDENTIAL, grids=exact), QUICK)
    (cells,) = own.cells
    assert cells.exact
    assert len(cells.cells) == 60
    region = own.outlook.population[0, 5].sum()
    assert cells.people[0, 0].sum() == pytest.approx(region, rel=0.01)
    folder = write_outlook(own.outlook, own.model, (), tmp_path / "mine", own.cells)
    np.testing.assert_array_equal(read_cells(folder / CELLS)[0].people, cells.people)
    for outlook in (own.outlook, replace(own.outlook, audience="public")):
        with pytest.raises(Refused, match="no place in a public folder"):
            write_outlook(outlook, own.model, (), gridded, own.cells)
    with pytest.raises(Refused, match="no place in a public folder"):
        write_outlook(own.outlook, own.model, (), gridded, ())
    assert not (gridded / "outlooks").exists()


def test_what_is_read_is_what_was_written(found, told, tmp_path):
    folder = write_outlook(found.outlook, found.model, (), tmp_path / "public", found.cells)
    (read,) = read_cells(folder / CELLS)
    for field in CellsAhead.__slots__:
        np.testing.assert_array_equal(getattr(read, field), getattr(told, field))
    write_cells([read], tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (folder / CELLS).read_bytes()
    assert read_cells(tmp_path / "public" / CELLS) == ()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:100],
        lambda text: json.dumps(json.loads(text) | {"format": 9}),
        lambda text: json.dumps({"format": 1, "grids": [json.loads(text)["grids"][0] | {"cells": ["one"]}]}),
        lambda text: text.replace('"years"', '"ages"'),
    ],
)
def test_a_damaged_file_is_named(told, tmp_path, damage):
    write_cells([told], tmp_path / CELLS)
    (tmp_path / CELLS).write_text(damage((tmp_path / CELLS).read_text()))
    with pytest.raises(AllmendeError) as refused:
        read_cells(tmp_path / CELLS)
    assert CELLS in refused.value.where


def test_what_cells_rest_on_is_among_the_assumptions(found):
    (said,) = [each for each in found.outlook.statements if each.topic == "cells"]
    assert str(the_rule().least) in said.de
    assert str(the_rule().least) in said.en
