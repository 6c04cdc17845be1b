"""The page about plain inputs: its examples run as they stand, and it names every column and setting."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from allmende.cli import main
from allmende.outlook.plain_settings import Settings
from allmende.outlook.plain_tables import AXES, SEXES, VALUES

PAGE = Path(__file__).parents[2] / "docs/formats/projection-inputs.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = {section.splitlines()[0]: section for section in TEXT.split("\n## Example: ")[1:]}
FILE = re.compile(r"^`([\w.]+)`\n\n```\w+\n(.*?)```", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    found = {}
    for title, section in EXAMPLES.items():
        folder = tmp_path_factory.mktemp("inputs")
        for name, text in FILE.findall(section):
            (folder / name).write_text(text, encoding="utf-8")
        (command,) = re.findall(r"```sh\nallmende (.*)\n```", section)
        out = folder.with_suffix(".json")
        with pytest.raises(SystemExit) as end:
            main([*command.replace("DIR", str(folder)).split(), "--out", str(out)])
        assert end.value.code == 0, title
        found[title] = json.loads(out.read_text(encoding="utf-8"))
    return found


def test_the_textbook_gives_its_births(results):
    assert round(results["a textbook"]["totals"][1]["births"]) == 615_988
    assert not any("assum" in note for note in results["a textbook"]["notes"])


def test_the_others_balance_and_use_all_their_columns(results):
    assert len(results) == 6
    for title, found in results.items():
        assert found["accounts"]["largest_residual"] < 1e-9, title
        assert not any("not used" in note or "not counted" in note for note in found["notes"]), title
    assert results["as the UN"]["years"] == [1950, 1965, 1980]
    assert results["as a Swiss canton"]["years"] == [2024, 2025]
    assert results["a Leslie matrix"]["sexes"] == ["f"]


def test_the_leslie_example_by_hand(results):
    women = [row["population"] for row in results["a Leslie matrix"]["rows"] if row["year"] == 1975]
    middle = [900 * 0.995, 600 * 0.985, 400 * 0.995, 300]
    k = 0.8 * 15 / (2 * 2.05)
    newborn = k * (0.2 * 0.9 * middle[0] + (0.2 + 0.1 * 0.92) * middle[1] + 0.1 * middle[2])
    later = [middle[0] * 0.9 - 9, middle[1] * 0.92 - 2, middle[2] * 0.8 + middle[3] * 0.3]
    assert women == pytest.approx([newborn - 4.5, *later])


def test_the_printed_matrices_by_hand(results):
    found = results["a matrix as it is printed"]
    assert [row["population"] for row in found["rows"] if row["year"] == 1] == pytest.approx([11895, 11700, 14850])
    areas = results["several areas"]
    town = [row for row in areas["rows"] if (row["year"], row["area"]) == (1990, "town")]
    newborn = 0.30 * 400 + 0.25 * 500 + 0.10 * 900 + 0.02 * 600
    assert [row["population"] for row in town] == pytest.approx(
        [newborn, 0.85 * 400 + 0.25 * 900, 0.6 * 500 + 0.05 * 200 + 0.05 * 600]
    )
    assert town[1]["came"] == pytest.approx(225)
    assert town[1]["left"] == pytest.approx(40)
    assert sum(row["came"] - row["left"] for row in areas["rows"] if row["year"] == 1990) == pytest.approx(0)


def test_every_column_and_setting_is_described():
    for name, words in (AXES | VALUES | SEXES).items():
        for word in (name, *words):
            assert re.search(f"`{word}`", TEXT, re.IGNORECASE), f"{word} is not on the page"
    for part in fields(Settings):
        assert re.search(rf"^(\[?{part.name}|\[{part.name}\])", TEXT, re.MULTILINE), (
            f"the setting {part.name} is not on the page"
        )
