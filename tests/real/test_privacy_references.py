"""p-tables, lookups and figures against the files of published numbers; skipped where they are not."""

import csv
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from allmende.privacy import PTable, Row, design_ptable, lay_out, printed_table
from allmende.privacy.lookup import KEY_SPACE

FOLDER = Path(__file__).parents[2] / "../shared/refs/privacy"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER} is not there")


def printed(name):
    """Read a printed table: rows of (published, probability, upper bound), in the printed order."""
    rows = defaultdict(list)
    with (FOLDER / name).open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            rows[int(line["i"])].append((int(line["j"]), float(line["p"]), float(line["ub"])))
    return dict(rows)


@pytest.mark.parametrize(("name", "variance"), [("ptable_D2_V1.csv", 1.0), ("ptable_D2_V0.9.csv", 0.9)])
def test_published_tables(name, variance):
    table = design_ptable(2, variance).table
    for n, row in printed(name).items():
        assert (table.rows[n].noise + n).tolist() == [j for j, _, _ in row]
        assert np.abs(table.rows[n].p - [p for _, p, _ in row]).max() <= 1e-6


@pytest.mark.parametrize(
    "name", ["ptable_hoehne_hoeninger_2018.csv", "ptable_D2_V0.9_modified_thr0.2_seed123.csv", "ptable_D2_V0.9.csv"]
)
def test_every_interval_is_looked_up_as_printed(name):
    rows = printed(name)
    table = PTable(
        tuple(
            Row(np.array([j - n for j, _, _ in row]), np.diff([u for _, _, u in row], prepend=0.0))
            for n, row in sorted(rows.items())
        )
    )
    lookup = lay_out(table, None)
    for n, row in rows.items():
        lower = 0
        for value, _, bound in row:
            upper = round(min(bound, 1.0) * KEY_SPACE)
            keys = np.array([lower, (lower + upper) // 2, upper - 1], dtype=np.uint32)
            assert (n + lookup.draw(np.full(3, n), keys)).tolist() == [value] * 3
            lower = upper


def test_the_quoted_table_is_the_printed_one():
    for n, row in printed("ptable_hoehne_hoeninger_2018.csv").items():
        ours = printed_table("hoehne_hoeninger_2018").rows[n]
        assert (ours.noise + n).tolist() == [j for j, _, _ in row]
        assert ours.p.tolist() == [p for _, p, _ in row]


def test_exact_means_beside_perturbed_counts_give_them_away():
    case = json.loads((FOLDER / "test_vectors.json").read_text(encoding="utf-8"))["handbook_means_attack"]
    for shown, mean, true in zip(case["perturbed"][:2], case["means"][:2], case["true"][:2], strict=True):
        around = np.arange(shown - case["D"], shown + case["D"] + 1)
        whole = np.abs(around * mean - np.rint(around * mean)) < 1e-3
        assert around[whole].tolist() == [true]
