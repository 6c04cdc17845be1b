"""Release tables with protection against plain aggregation, and against the ONS's package on its own single tables.

1. 32 margins over five variables (4,000 cells of 500 m × 21 ages × sex × nationality × residence) on a million records:
   fold once, fold the margins from one another, protect every cell; against DuckDB's GROUP BY CUBE alone (counts and key sums).
   Claim: at most 1.5 times as long.
2. Single tables as cell-key-perturbation 3.1.0 makes them, each in a process of its own. Claim: not slower, and at most
   half the peak memory (beyond the records) on the sparse one.

Run: python benchmarks/perturbation.py [records]
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from allmende.cubes import Cells, fold
from allmende.engine import fold_persons, open_engine
from allmende.privacy import load_profile

FIVE = ("cell", "age", "sex", "nationality", "residence")
SECRET = bytes(range(32))


def persons(count: int) -> dict[str, np.ndarray[Any, Any]]:
    rng = np.random.default_rng(1)
    return {
        "cell": np.minimum(rng.exponential(800, count).astype(np.int64), 3999),
        "age": rng.integers(0, 21, count),
        "sex": rng.integers(0, 2, count),
        "nationality": (rng.random(count) < 0.13).astype(np.int64),
        "residence": (rng.random(count) < 0.05).astype(np.int64),
        "rk": rng.integers(0, 2**32, count),
    }


def with_sparse(data: dict[str, np.ndarray[Any, Any]]) -> dict[str, np.ndarray[Any, Any]]:
    """Add single years of age and INSPIRE cell ids as text: 3.2 million possible cells, most of them empty."""
    labels = np.array([f"CRS3035RES500mN{3_300_000 + 500 * i}E4250000" for i in range(4000)], dtype=object)
    single = data["age"] * 5 + np.random.default_rng(2).integers(0, 5, len(data["age"]))
    return data | {"cell_id": labels[data["cell"]], "single_age": np.minimum(single, 100)}


def margins(base: Cells) -> dict[tuple[str, ...], Cells]:
    """Fold every margin from the smallest one that holds it."""
    made = {FIVE: base}
    for size in range(len(FIVE) - 1, -1, -1):
        for by in combinations(FIVE, size):
            parents = (cells for names, cells in made.items() if len(names) == size + 1 and set(by) <= set(names))
            made[by] = fold(min(parents, key=len), by)
    return made


def release(data: dict[str, np.ndarray[Any, Any]]) -> int:
    protection = load_profile("standard", SECRET)
    with open_engine() as engine:
        base = fold_persons(engine.frame(data), FIVE, key="rk")
    published = [protection.protect(cells.n, cells.key) for cells in margins(base).values()]
    return sum(len(values) for values in published)


def plain_cube(data: dict[str, np.ndarray[Any, Any]]) -> int:
    import duckdb

    with duckdb.connect() as connection:
        connection.register("persons", pa.table(data))
        names = ", ".join(FIVE)
        query = f"SELECT {names}, count(*) AS n, sum(rk) AS key FROM persons GROUP BY CUBE ({names})"  # noqa: S608
        return int(connection.sql(query).to_arrow_table().num_rows)


def seconds(work: Callable[[], int], runs: int = 5) -> tuple[float, int]:
    times, result = [], 0
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return min(times), result


TURNS = 3

TABLES: dict[str, Sequence[str]] = {
    "dense": ("cell", "age", "sex"),
    "sparse": ("cell_id", "single_age", "sex", "nationality", "residence"),
}


def single_ours(count: int, by: Sequence[str]) -> tuple[float, int, float]:
    data = with_sparse(persons(count))
    data = {name: data[name] for name in (*by, "rk")}
    protection = load_profile("standard", SECRET)
    base = forget_peak()

    def work() -> int:
        with open_engine() as engine:
            cells = fold_persons(engine.frame(data), by, key="rk")
        return len(protection.protect(cells.n, cells.key))

    return (*seconds(work, 3), peak() - base)


def single_theirs(count: int, by: Sequence[str]) -> tuple[float, int, float]:
    import pandas as pd
    from cell_key_perturbation.create_perturbed_table import create_perturbed_table
    from cell_key_perturbation.utils.generate_test_ptable import generate_ptable_10_5_rule

    data = with_sparse(persons(count))
    frame = pd.DataFrame({name: data[name] for name in by} | {"record_key": data["rk"] % 256})
    table = generate_ptable_10_5_rule()
    del data
    base = forget_peak()
    used = seconds(lambda: len(create_perturbed_table(frame, table, [], list(by), "record_key", False, 10)), 3)
    return (*used, peak() - base)


def forget_peak() -> float:
    """Let the kernel's peak of resident memory start again from now; return what is resident (MB)."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak()


def peak() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def side_by_side(table: str, count: int) -> tuple[float, float, float, float]:
    """Return the best time (s) and least memory (MB) of either side, in turns: what else the machine does hits both."""
    turns = [(alone("ours", table, count), alone("theirs", table, count)) for _ in range(TURNS)]
    times, _, peaks = np.array(turns).min(axis=0).T.tolist()
    return times[0], peaks[0], times[1], peaks[1]


def alone(kind: str, table: str, count: int) -> tuple[float, int, float]:
    """Run one side in its own process, so that peaks of memory do not mix."""
    answer = subprocess.run([sys.executable, __file__, str(count), kind, table], check=True, capture_output=True, text=True)
    used, rows, memory = json.loads(answer.stdout.splitlines()[-1])
    return used, rows, memory


def main(count: int) -> None:
    data = persons(count)
    cube, cells = seconds(lambda: plain_cube(data))
    ours, published = seconds(lambda: release(data))
    assert cells == published, (cells, published)
    print(f"32 margins of {count:,} records, {cells:,} cells: GROUP BY CUBE {cube:.2f} s, protected release {ours:.2f} s")
    print(f"  ratio {ours / cube:.2f} (claim: at most 1.5)")
    for table in TABLES:
        mine, my_memory, theirs, their_memory = side_by_side(table, count)
        print(f"{table} table {TABLES[table]}")
        print(f"  ours {mine:.2f} s, +{my_memory:.0f} MB; package {theirs:.2f} s, +{their_memory:.0f} MB")
        print(f"  ratio of time {mine / theirs:.2f} (claim: at most 1), of memory {my_memory / their_memory:.2f}")


if __name__ == "__main__":
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    if len(sys.argv) > 3:
        run = {"ours": single_ours, "theirs": single_theirs}[sys.argv[2]]
        print(json.dumps(run(records, TABLES[sys.argv[3]])))
    else:
        main(records)
