"""The fictional municipalities bear names that no German municipality has or had since 1983."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from allmende.parameters import load

FILE = Path(__file__).parents[2] / "../shared/data/population/gv_gemeinden_1983_2024.parquet"
pytestmark = pytest.mark.skipif(not FILE.is_file(), reason="shared data absent")


def test_no_german_municipality_is_called_like_one_of_the_demo():
    taken = {name.split(",")[0].casefold() for name in pq.read_table(FILE, columns=["name"]).column("name").to_pylist() if name}
    names = {m["name"].casefold() for m in load("demo_places")["municipality"]}
    assert len(taken) > 10_000
    assert not names & taken
