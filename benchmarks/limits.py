"""Measure what the gate's limits limit, on hubs: the figures of docs/decisions/0004-limits-of-the-gate.md, as Markdown tables.

Run: python benchmarks/limits.py [--short] HUB …        (hubs such as `allmende demo` makes: one for each seed, Region Bremen)

Each hub is attacked twice: with its own tables, as a release would be, and in a trial that no gate would let pass: districts
and 500 m cells of any size by age, sex (each) and nationality, which leaves slivers enough to tell the profiles apart.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np

from allmende.engine import open_engine
from allmende.hub import Hub, open_hub
from allmende.privacy.attacks import DifferencingRisk, assess_small_values, load_limits
from allmende.privacy.profiles import load_profile, profile_names
from allmende.privacy.utility import accuracy
from allmende.release import Catalogue, load_catalogue
from allmende.release.gate import Gate
from allmende.release.gate.overlap import Overlap, assess_overlap, pool
from allmende.release.protect import Protected
from allmende.release.tabulate import Source

HEADS = (
    "tables",
    "profile",
    "8 slivers of 1-2 (places)",
    "8 recovery",
    "8 precision",
    "8 best guess",
    "8 blind guess",
    "8 gain",
    "8 lasting",
    "9 variance left",
    "9 all key dates",
    "9 gain",
    "10 gain by years",
    "10 repeated, different",
    "11 sparsest",
    "11 P(≤ 2 given 3)",
    "13 MAE",
    "13 HD",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hubs", type=Path, nargs="+")
    parser.add_argument("--short", action="store_true", help="the first hub and the standard profile only")
    asked = parser.parse_args()
    profiles = profile_names()[: 1 if asked.short else None]
    print(f"limits: {load_limits()}\n")
    for folder in asked.hubs[: 1 if asked.short else None]:
        hub = open_hub(folder)
        print(f"{folder}: {hub.region.name['en']}\n\n| {' | '.join(HEADS)} |\n|{' --- |' * 2}{' ---: |' * (len(HEADS) - 2)}")
        with open_engine() as engine:
            source = Source(hub.store, engine, hub.region)
            for row in _rows(source, hub, profiles):
                print(f"| {' | '.join(row)} |", flush=True)
        print()


def _rows(source: Source, hub: Hub, profiles: tuple[str, ...]) -> Iterator[list[str]]:
    own = own_catalogue(hub)
    for name in profiles:
        gate = Gate(source, load_profile(name, hub.matrix_secret()), load_limits())
        yield ["released", name, *_figures(gate, own)]
    for name in profiles:
        protection = load_profile(name, hub.matrix_secret())
        outer, inner = (Gate(source, protection, load_limits()).protected(table) for table in trial(own).tables)
        yield ["trial", name, *_differencing(assess_overlap(source, outer, inner, protection)), *["–"] * 9]


def own_catalogue(hub: Hub) -> Catalogue:
    """Return the tables of a region: its own catalogue if Allmende has one, else the usual one."""
    path = resources.files("allmende.parameters") / f"catalogue_{hub.region.id.replace('-', '_')}.toml"
    return load_catalogue(Path(str(path)) if path.is_file() else None)


def trial(catalogue: Catalogue) -> Catalogue:
    """Return two tables that no gate would let pass: districts and 500 m cells of any size, every sex and nationality."""
    each = (("age", "ten"), ("sex", "each"), ("nationality", "each"))
    margins = ((), ("age",), ("sex",), ("nationality",), ("age", "sex"))
    base = replace(catalogue["stock_district"], dimensions=each, margins=margins, min_parent=0)
    return Catalogue(catalogue.title, (base, replace(base, id="trial_grid_500", geography="grid_500")))


def _figures(gate: Gate, catalogue: Catalogue) -> list[str]:
    findings = gate.examine(catalogue)
    tables = [gate.protected(table) for table in catalogue.tables]

    def worst(figure: str) -> str:
        values = [(f.check.value, f.check.at_least) for f in findings if figure in f.check.figure]
        return f"{(min if values[0][1] else max)(value for value, _ in values):.3f}" if values else "–"

    counts = np.concatenate([n for each in tables for n, _ in each.values()])
    posterior = assess_small_values(counts, gate.protection).small_given_three
    pyramid = next(each for each in tables if each.table.id == "stock_district")[("age", "sex")]
    useful = accuracy(pyramid.cells.n, pyramid.value)
    return [
        *_differencing(gate.overlaps(catalogue)),
        worst("variance left of one"),
        worst("variance left by all"),
        worst("gain in the chance"),
        worst("gain by averaging"),
        repeated(tables),
        worst("share of filled cells"),
        f"{posterior:.3f}",
        f"{useful.mean_deviation:.3f}",
        f"{useful.hellinger:.3f}",
    ]


def _differencing(overlaps: tuple[Overlap, ...]) -> list[str]:
    risk: DifferencingRisk = pool(overlaps)
    shares = (risk.recovery, risk.precision, risk.best_guess, risk.blind_guess, risk.guess_gain, risk.lasting)
    return [f"{risk.small} of {risk.slivers:,} ({risk.places})", *(f"{share:.3f}" for share in shares)]


def repeated(tables: list[Protected]) -> str:
    """Say how many sets of people stand in more than one cell (area, table, year), and how many of those differ."""
    parts = [part for each in tables for part in each.parts if not (each.table.exact_totals and part.margin == ())]
    people = np.concatenate(
        [part.cells.key.astype(np.uint64) << np.uint64(32) | part.cells.n.astype(np.uint64) for part in parts]
    )
    value = np.concatenate([part.value for part in parts])
    order = np.lexsort([value, people])
    people, value = people[order], value[order]
    same = people[1:] == people[:-1]
    sets = np.unique(people[1:][same])
    return f"{len(sets):,}, {len(np.unique(people[1:][same & (value[1:] != value[:-1])]))}"


if __name__ == "__main__":
    main()
