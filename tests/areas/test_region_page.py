"""The page about the region folder is held to the code: its example is read, and what it forbids is refused."""

import re
from pathlib import Path

import pytest

from allmende.areas import Region, load_region
from allmende.areas.geometry import Shapes, read_geojson
from allmende.errors import AllmendeError

PAGE = (Path(__file__).parents[2] / "docs/formats/region-folder.md").read_text(encoding="utf-8")
FILES = {"toml": "region.toml", "csv": "districts.csv", "json": "municipalities.geojson"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for kind, name in FILES.items():
        (block,) = re.findall(rf"```{kind}\n(.*?)```", PAGE, flags=re.DOTALL)
        (tmp_path / name).write_text(block, encoding="utf-8")
    return tmp_path


def read_all(folder: Path) -> tuple[Region, Shapes]:
    return load_region(folder), read_geojson(folder / "municipalities.geojson", "ags")


def test_the_example_is_a_region(folder: Path):
    region, shapes = read_all(folder)
    assert (region.id, region.name["en"], region.fictional) == ("auental", "Aue Valley", True)
    assert [m.levels for m in region.municipalities] == [("Stadtbezirk", "Ortsteil"), ()]
    assert [d.name for d in region.finest("98001000")] == ["Altstadt", "Hafen", "Ost"]
    assert set(shapes.keys) == {m.ags for m in region.municipalities}
    assert shapes.locate([8.1], [53.05]).tolist() == [shapes.keys.index("98001000")]  # on the border: the smaller key


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("toml", "fictional = true", "fictional = false", "say that the region is fictional"),
        ("toml", '"98001001"', '"03001001"', "a Land from 98 to 99"),
        ("csv", "98001000.21;21;Ost;2;98001000.2;98001000\n", "", r"line 3, key .*parts on level 2"),
        ("csv", "98001000.12;12", "98001000.unlocated;unlocated", "other than 'unlocated'"),
        ("csv", "98001000.12;12", "98001000.1 2;1 2", "without dot, bar, slash or space"),
        ("json", '"Polygon"', '"LineString"', "feature 1"),
    ],
)
def test_what_the_page_forbids_is_refused(folder: Path, file: str, old: str, new: str, told: str):
    path = folder / FILES[file]
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(AllmendeError, match=told):
        read_all(folder)
