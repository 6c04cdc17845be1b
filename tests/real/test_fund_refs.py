"""A real election under every rule; skipped where the files are not."""

import json
from pathlib import Path

import pytest

from allmende.cli import main

FOLDER = Path(__file__).parents[2] / "../shared/refs/sharing"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER} is not there")

RULES = {
    "greedy": ("greedy", "none"),
    "knapsack_welfare_max": ("knapsack", "none"),
    "mes": ("equal-shares", "none"),
    "mes_add1": ("equal-shares", "add1"),
    "phragmen": ("phragmen", "none"),
    "official_selected": ("equal-shares", "add1"),
}


@pytest.mark.parametrize("column", RULES)
def test_assen_selects_what_was_published(column, capsys):
    case = json.loads((FOLDER / "pb_rules_assen.json").read_text())["cases"][0]
    rule, completion = RULES[column]
    with pytest.raises(SystemExit) as done:
        main(["fund", "select", str(FOLDER / case["file"]), "--rule", rule, "--completion", completion, "--json"])
    assert done.value.code == 0
    document = json.loads(capsys.readouterr().out)
    assert document["selected"] == case[column]
    assert document["cost"] <= document["budget"] == case["budget"]
