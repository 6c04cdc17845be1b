"""Grid cells ahead in the portal: pages, numbers for the map and files say what the outlook says, to those who may read it."""

from __future__ import annotations

import csv
import io
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from invented_cells import write_invented_cells
from invented_outlook import write_invented_outlook
from pytest_django.fixtures import Settings

from allmende.outlook.cells.file import CELLS, UNTOLD, CellsAhead, read_cells
from allmende.outlook.cells.rule import the_rule
from allmende.portal.metres import cells_in
from allmende.portal.outlook.stories.change import LIMITS
from allmende.portal.public import shelf

pytestmark = pytest.mark.django_db
REGION, TOWN, UNIT = "erfunden", "98001001", "98001001.01"


@pytest.fixture(scope="session")
def gridded(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    public = tmp_path_factory.mktemp("cells") / "public"
    shutil.copytree(release, public, symlinks=True)
    write_invented_outlook(public)
    write_invented_cells(public)
    return public


@pytest.fixture
def grids(gridded: Path, settings: Settings) -> dict[int, CellsAhead]:
    settings.ALLMENDE_PUBLIC = gridded
    return {grid.size: grid for grid in read_cells(gridded / "outlook" / CELLS)}


def read(client: Client, name: str, key: str, query: str = "") -> str:
    response = client.get(reverse(name, args=[key]) + query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("key", [REGION, TOWN, UNIT])
def test_a_page_answers_with_map_table_and_where_it_comes_from(
    client: Client, grids: dict[int, CellsAhead], key: str, language: str
) -> None:
    with override(language):
        page = read(client, "vorausschau_raster", key, "?gruppe=65%2B")
        assert reverse("vorausschau_rasterdaten", args=[key]) in page
        assert reverse("tabelle", args=["stock_grid_500" if key != REGION else "stock_grid_1000"]) in page
    assert 'class="hatched"' in page
    assert "<table" in page
    assert "2024-erfunden" in page
    assert ("schrumpft" if language == "de" else "shrinks") in page
    assert len(page) < 300_000


def test_the_sentence_counts_the_cells_of_the_file(client: Client, grids: dict[int, CellsAhead]) -> None:
    page = read(client, "vorausschau_raster", REGION, "?raster=500&jahr=2029&gruppe=0-17")
    grid = grids[500]
    change, open_ = grid.change[1, 0], grid.open[1, 0]
    told = change != UNTOLD
    more, fewer = ((change > 2) & ~open_).sum(), (told & (change < 2) & ~open_).sum()
    same, unsure = (change == 2).sum(), (told & (change != 2) & open_).sum()
    answer = re.search(r'class="answer">(.*?)</p>', page)
    assert answer
    assert [int(number) for number in re.findall(r"\d+", re.sub(r"\(.*?\)", "", answer[1]))] == [
        2029,
        more,
        told.sum(),
        fewer,
        same,
        unsure,
    ]
    first = re.search(r">Insgesamt</th>(.*?)</tr>", page, re.DOTALL)
    assert first
    assert int(re.findall(r">(\d+)<", first[1])[0]) == told.sum()
    assert "88" in page, "35 of 40 sure directions came true"


def test_the_movable_map_is_told_of_the_same_cells(client: Client, grids: dict[int, CellsAhead]) -> None:
    answer = client.get(reverse("vorausschau_rasterdaten", args=[TOWN]) + "?raster=1000&jahr=2034")
    told, grid = answer.json(), grids[1000]
    names = []
    for north, *steps in told["rows"]:
        names += [f"CRS3035RES1000mN{north * 1000}E{east * 1000}" for east in np.cumsum(steps)]
    place = shelf().atlas.place(TOWN, "de")
    assert sorted(names) == sorted(cells_in(shelf(), grid.cells, 1000, place))
    for name, look in zip(names, told["look"], strict=True):
        class_, _words, pattern = told["looks"][look]
        at = grid.cells.index(name)
        assert (class_, pattern == "open") == (f"d{grid.change[0, 1, at]}", bool(grid.open[0, 1, at]))
    assert "no-cache" in answer["Cache-Control"]


def test_the_file_holds_every_told_cell_and_no_other(client: Client, grids: dict[int, CellsAhead]) -> None:
    rows = list(csv.DictReader(io.StringIO(read(client, "vorausschau_raster_csv", REGION).lstrip("\ufeff")), delimiter=";"))
    assert len(rows) == sum(int((grid.change != UNTOLD).sum()) for grid in grids.values())
    assert {row["band"] for row in rows} == {"all", "0-17", "65+"}
    one = rows[-1]
    grid = grids[1000]
    at, k, h = grid.cells.index(one["cell"]), grid.groups.index(one["band"]), grid.years.index(int(one["year"]))
    assert (int(one["class"]), int(one["counted"])) == (grid.change[k, h, at], grid.now[k, at])
    inside = read(client, "vorausschau_raster_csv", TOWN).splitlines()
    assert 1 < len(inside) < len(rows)


def test_an_outlook_without_cells_has_no_such_tab(client: Client, release: Path, tmp_path: Path, settings: Settings) -> None:
    settings.ALLMENDE_PUBLIC = Path(shutil.copytree(release, tmp_path / "public", symlinks=True))
    write_invented_outlook(settings.ALLMENDE_PUBLIC)
    assert reverse("vorausschau_raster", args=[TOWN]) not in read(client, "vorausschau_alter", TOWN)
    assert "nichts zu sagen" in read(client, "vorausschau_raster", TOWN)
    assert client.get(reverse("vorausschau_rasterdaten", args=[TOWN])).status_code == 404


def test_cells_are_for_those_who_may_read_the_outlook(
    client: Client, release: Path, tmp_path: Path, settings: Settings
) -> None:
    settings.ALLMENDE_PUBLIC = Path(shutil.copytree(release, tmp_path / "public", symlinks=True))
    write_invented_outlook(settings.ALLMENDE_PUBLIC, audience="member")
    write_invented_cells(settings.ALLMENDE_PUBLIC)
    assert client.get(reverse("vorausschau_rasterdaten", args=[TOWN])).status_code == 404
    assert client.get(reverse("vorausschau_raster_csv", args=[TOWN])).status_code == 404
    assert "Rasterzellen" not in read(client, "vorausschau_raster", TOWN)


def test_words_and_rule_mean_the_same_classes() -> None:
    """The map of areas and the cells share legend and limits."""
    assert the_rule().classes == LIMITS
