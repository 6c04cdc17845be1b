"""How long the gate takes on a hub, such as `allmende demo` makes it, beside the tabulation that any release needs."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from allmende.engine import open_engine
from allmende.hub import open_hub
from allmende.privacy.attacks import load_limits
from allmende.privacy.profiles import load_profile
from allmende.release import load_catalogue
from allmende.release.gate import Gate
from allmende.release.tabulate import Source, tabulate

LIMIT = 20.0
"""Seconds that the gate may take on the fictional region, on two cores."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hub", type=Path)
    hub = open_hub(parser.parse_args().hub)
    catalogue = load_catalogue()
    with open_engine() as engine:
        source = Source(hub.store, engine, hub.region)
        start = time.perf_counter()
        cells = sum(len(part) for table in catalogue.tables for part in tabulate(source, table).margins.values())
        counted = time.perf_counter()
        findings = Gate(source, load_profile("standard", hub.matrix_secret()), load_limits()).examine(catalogue)
        done = time.perf_counter()
    plain, gate = counted - start, done - counted
    print(f"{len(catalogue.tables)} tables, {cells:,} cells: tabulated in {plain:.1f} s")
    print(
        f"gate, tabulating again from what is kept: {gate:.1f} s, {len(findings)} figures, {gate / plain:.1f} x the tabulation"
    )
    print(f"limit {LIMIT:.0f} s: {'kept' if gate <= LIMIT else 'BROKEN'}")


if __name__ == "__main__":
    main()
