"""How long folding persons into a base cube takes, against the plain GROUP BY of the same run.

    python benchmarks/base_cube.py            8, 21, 42 and 84 million synthetic persons (about 1 GB of disk for a while)
    python benchmarks/base_cube.py --short    1 and 2 million

Claims: at 84 million persons ≤ 1.3 × the plain GROUP BY, ≤ 6 GB of memory, growth linear from 8 to 84 million. Each measurement
runs in a process of its own, so that its peak memory is its own; three runs each, the median is printed. `ratio` compares
wall clocks, `cpu` the work of all threads, which other programs disturb less.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from allmende.engine import fold_persons, open_engine

CUBES = {
    "municipality x age x sex x nationality": ["ags", "age", "sex", "nationality"],
    "500 m cell x age group": ["cell500", "five"],
}
BLOCK = 1_000_000


def write_persons(path: Path, millions: int) -> None:
    """Persons of a country: 10,800 municipalities of very different size, 3 million populated 500 m cells."""
    draw = np.random.default_rng(84)
    weights = draw.pareto(1.1, 10_800) + 0.05
    cumulated = np.cumsum(weights / weights.sum())
    keys = np.array([f"{code:08d}" for code in range(1_001_000, 1_011_800)])
    writer = None
    for _ in range(millions):
        place = np.searchsorted(cumulated, draw.random(BLOCK))
        age = np.minimum(draw.gamma(4.5, 10, BLOCK), 109).astype(np.int32)
        block = pa.table(
            {
                "ags": pa.DictionaryArray.from_arrays(pa.array(place.astype(np.int32)), pa.array(keys)),
                "age": age,
                "five": age // 5,
                "sex": pa.DictionaryArray.from_arrays(
                    pa.array(draw.integers(0, 2, BLOCK, dtype=np.int32)), pa.array(["m", "w"])
                ),
                "nationality": pa.DictionaryArray.from_arrays(
                    pa.array((draw.random(BLOCK) < 0.15).astype(np.int32)), pa.array(["german", "other"])
                ),
                "cell500": place * 300 + draw.integers(0, 300, BLOCK),
                "rk": draw.integers(0, 2**32, BLOCK, dtype=np.uint32),
            }
        )
        writer = writer or pq.ParquetWriter(path, block.schema, compression="zstd")
        writer.write_table(block)
    assert writer is not None
    writer.close()


def measure(path: Path, cube: str, how: str) -> dict[str, float]:
    """Fold once in this process; return seconds, peak memory in GB, and the number of cells."""
    by = CUBES[cube]
    warm = {name: np.zeros(1, dtype=np.int64) for name in (*by, "rk")}
    with open_engine() as engine:
        fold_persons(engine.frame(warm), by, key="rk")  # imports are paid once a process, not once a cube
    start, worked = time.perf_counter(), time.process_time()
    if how == "allmende":
        with open_engine() as engine:
            cells = len(fold_persons(engine.scan(path), by, key="rk"))
    else:
        query = f"SELECT {', '.join(by)}, count(*) AS n FROM read_parquet('{path}') GROUP BY ALL"  # noqa: S608
        cells = duckdb.sql(query).to_arrow_table().num_rows
    spent = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - worked}
    return spent | {"gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, "cells": cells}


def in_its_own_process(path: Path, cube: str, how: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, "--one", str(path), cube, how], capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--one", nargs=3)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(Path(options.one[0]), *options.one[1:])))
        return
    heads = f"{'plain s':>8} {'ours s':>8} {'ratio':>6} {'cpu':>6} {'µs/1000':>8} {'peak GB':>8}"
    print(f"{'persons':>10}  {'cube':42} {'cells':>10} {heads}")
    for millions in (1, 2) if options.short else (8, 21, 42, 84):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "persons.parquet"
            write_persons(path, millions)
            for cube in CUBES:
                runs = [(in_its_own_process(path, cube, "plain"), in_its_own_process(path, cube, "allmende")) for _ in range(3)]
                plain = statistics.median(run[0]["seconds"] for run in runs)
                ours = statistics.median(run[1]["seconds"] for run in runs)
                ratio = statistics.median(run[1]["seconds"] / run[0]["seconds"] for run in runs)
                cpu = statistics.median(run[1]["cpu"] / run[0]["cpu"] for run in runs)
                peak = max(run[1]["gigabytes"] for run in runs)
                print(
                    f"{millions:>8} M  {cube:42} {runs[0][1]['cells']:>10,} {plain:>8.2f} {ours:>8.2f}"
                    f" {ratio:>6.2f} {cpu:>6.2f} {ours / millions * 1e3:>8.1f} {peak:>8.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
