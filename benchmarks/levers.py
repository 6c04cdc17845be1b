"""A lever move is answered within 300 ms on the server, draws included.

Run `python benchmarks/levers.py PUBLIC_FOLDER [--moves 12]` on a public folder with a look ahead. Every move is new (nothing is
answered from memory) and asks for what the page's script asks for: sentence, pictures and table. Wall time is that of this
process, processor time counts both cores: on a busy machine the first tells about the neighbours, the second about us.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np

LIMIT_SECONDS = 0.3


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("public", type=Path)
    arguments.add_argument("--moves", type=int, default=12)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as state:
        os.environ.update(ALLMENDE_HOSTS="testserver")
        from allmende.portal import server

        server.set_up(asked.public, Path(state))
        server.prepare()
        from django.test import Client

        client = Client()
        address = "/vorausschau/szenario/ergebnis/"
        first = time.perf_counter()
        client.get(address)
        print(f"first answer of a new worker: {1000 * (time.perf_counter() - first):.0f} ms")
        wall, processor = [], []
        for move in range(asked.moves):
            start, used = time.perf_counter(), time.process_time()
            answered = client.get(address, {"geburten": 101 + move, "zuzug": 110, "fortzug": 95})
            wall.append(time.perf_counter() - start)
            processor.append(time.process_time() - used)
            assert b'role="status"' in answered.content, "no answer to the levers"
    _report("wall", wall)
    _report("processor", processor)


def _report(name: str, seconds: list[float]) -> None:
    median, p95 = (1000 * float(np.quantile(seconds, level)) for level in (0.5, 0.95))
    print(f"{name:9} median {median:5.0f} ms, p95 {p95:5.0f} ms, {median / 1000 / LIMIT_SECONDS:.2f} of the limit")


if __name__ == "__main__":
    main()
