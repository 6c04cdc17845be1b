"""Solve hard random games against coopgame-py, a compiled peer, where it is installed; Shapley value and memory beside it.

Games of the types 1, 2 and 4 of the published test set of Benedek, Fliege and Nguyen (Math. Prog. 190), made from seeds.
Claims: nucleolus of 20 players at most 2 times the peer's time, of 15 at most 1 s; Shapley value of 20 at most 0.05 s;
25 players within 2.5 GB.

Run: python benchmarks/sharing.py [largest n] [python of an environment with coopgame-py]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

PEER = """
import json, sys, time, numpy, coopgame
game = coopgame.Game(numpy.load(sys.argv[1])[1:].tolist())
start = time.perf_counter(); found = coopgame.nucleolus(game)
print(json.dumps([time.perf_counter() - start, found["allocation"]]))
"""


def random_game(kind: int, n: int, seed: int) -> np.ndarray[Any, Any]:
    rng = np.random.default_rng(seed)
    size = np.bitwise_count(np.arange(1 << n, dtype=np.uint32)).astype(float)
    high = {1: 100 * size, 2: np.full(1 << n, 50.0 * n), 4: np.full(1 << n, float(n))}[kind]
    worth = np.floor(rng.random(1 << n) * high) + 1
    worth[0] = 0
    worth[1 << np.arange(n)] = 0
    if kind == 1:
        worth[-1] = rng.integers(0, 201) + 100 * (n - 2)
    return worth


def best(work: Any, runs: int = 3) -> tuple[float, Any]:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        found = work()
        times.append(time.perf_counter() - start)
    return min(times), found


def peer(python: str, worth: np.ndarray[Any, Any]) -> tuple[float, Any] | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "game.npy"
        np.save(path, worth)
        runs = [subprocess.run([python, "-c", PEER, path], capture_output=True, text=True, check=False) for _ in range(3)]
    if any(run.returncode for run in runs):
        return None
    answers = [json.loads(run.stdout) for run in runs]
    return min(seconds for seconds, _ in answers), answers[0][1]


def main(largest: int, python: str) -> None:
    from allmende.sharing.games import Game
    from allmende.sharing.nucleolus import nucleolus
    from allmende.sharing.shapley import shapley

    def game(kind: int, n: int) -> Game:
        return Game("value", tuple(map(str, range(n))), random_game(kind, n, 100 * n + kind))

    nucleolus(game(1, 5))  # compiled on the first call
    for n in (10, 15, 20):
        for kind in (1, 2, 4):
            made = game(kind, n)
            seconds, shares = best(lambda made=made: nucleolus(made))
            line = f"nucleolus n={n:2} type {kind}: {seconds:.4f} s"
            other = peer(python, made.amounts)
            if other is None:
                print(line, "(coopgame-py is not installed)")
                continue
            away = float(np.abs(shares - np.array(other[1])).max())
            print(f"{line}, coopgame-py {other[0]:.4f} s, ratio {seconds / other[0]:.3f} (claim: at most 2), apart {away:.1e}")
    made = game(2, 20)
    print(f"Shapley n=20: {best(lambda: shapley(made))[0]:.4f} s (claim: at most 0.05)")
    made = game(2, largest)
    for name, method in (("Shapley", shapley), ("nucleolus", nucleolus)):
        print(f"{name} n={largest}: {best(lambda method=method: method(made), 1)[0]:.2f} s")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"peak memory with n={largest}: {memory:.2f} GB (claim: at most 2.5)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25, sys.argv[2] if len(sys.argv) > 2 else sys.executable)
