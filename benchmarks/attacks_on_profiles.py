"""Compare p-tables under the attacks on synthetic towns: the figures of docs/decisions/0002-standard-p-table.md.

Each town has 30,000 persons in clustered 100 m cells, 40 districts (nearest centre), the 500 m grid over them, and people by
ten-year age, sex and nationality (41 groups with the total). Run: python benchmarks/attacks_on_profiles.py [towns]
"""

from __future__ import annotations

import sys
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allmende.privacy import Protection, printed_table, profile_table, protect_by
from allmende.privacy.attacks import (
    assess_margins,
    assess_side_channel,
    assess_slivers,
    assess_small_values,
    cube_margins,
    design_matrix,
    exact_by_averaging,
    find_slivers,
)
from allmende.privacy.ptable import PTable
from allmende.privacy.utility import accuracy

Ints = NDArray[np.int64]

TABLES: dict[str, PTable] = {
    "printed D4 V2.25 js2 stay .5": printed_table("hoehne_hoeninger_2018"),
    "max. entropy D4 V2.25 js2 stay .5": profile_table("standard"),
    "fine: D4 V1.8 js1": profile_table("fine"),
    "strict: D6 V2.5 js2": profile_table("strict"),
    "accuracy: D4 V0.7 stay .7": profile_table("accuracy"),
    "rounding: base 3": profile_table("rounding"),
}


class Town(NamedTuple):
    """Atoms (100 m cell × district): district, 500 m cell, and counts and keys by group (atoms × 41)."""

    district: Ints
    square: Ints
    n: Ints
    key: NDArray[np.uint32]
    age_sex: Ints  # districts × 20 age groups × 2, flattened


def town(seed: int, persons: int = 30_000) -> Town:
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, 80, (40, 2))
    home = centres[rng.integers(0, 40, persons // 12)] + rng.normal(0, 6.0, (persons // 12, 2))
    place = np.clip(home, 0, 79.999)[rng.integers(0, len(home), persons)]
    district = ((place[:, None, :] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
    cell = place.astype(np.int64)
    square = cell[:, 0] // 5 * 16 + cell[:, 1] // 5
    age, sex, foreign = rng.integers(0, 100, persons), rng.integers(0, 2, persons), rng.random(persons) < 0.13
    key = rng.integers(0, 2**32, persons, dtype=np.uint32)
    _, atom = np.unique((district * 80 + cell[:, 0]) * 80 + cell[:, 1], return_inverse=True)
    group = age // 10 * 4 + sex * 2 + foreign
    atoms = int(atom.max()) + 1
    n, keys = np.zeros((atoms, 41), dtype=np.int64), np.zeros((atoms, 41), dtype=np.uint32)
    for column in (group + 1, np.zeros(persons, dtype=np.int64)):
        np.add.at(n, (atom, column), 1)
        np.add.at(keys, (atom, column), key)
    first = np.unique(atom, return_index=True)[1]
    age_sex = np.bincount((district * 20 + age // 5) * 2 + sex, minlength=1600)
    return Town(district[first], square[first], n, keys, age_sex)


def attack(table: PTable, towns: list[Town]) -> dict[str, float]:
    protection = protect_by(table, bytes(range(32)), "compared")
    risks, near, shown_three, accurate = [], [], [], []
    for one in towns:
        risks.append(assess_slivers(find_slivers(one.district, one.square), one.n, one.key, protection))
        few = find_slivers(one.district, one.square, unions=1, most_terms=5)  # as in the trial of the reference
        near.append(assess_slivers(few, one.n, one.key, protection))
        squares = np.zeros((int(one.square.max()) + 1, 41), dtype=np.int64)
        np.add.at(squares, one.square, one.n)
        shown_three.append(assess_small_values(squares[squares > 0], protection).small_given_three)
        accurate.append(_accuracy(protection, one.age_sex))
    small = sum(risk.small for risk in risks)
    published = [shown for count in range(5) for shown in combinations(range(4), count)]
    margins = assess_margins(design_matrix(cube_margins((20, 2, 2, 2), published)), protection)
    return {
        "slivers 1-2": small,
        "recovery": sum(r.recovery * r.small for r in risks) / small,
        "precision": float(np.mean([r.precision for r in risks])),
        "MAP": sum(r.best_guess * r.small for r in risks) / small,
        "blind guess": sum(r.blind_guess * r.small for r in risks) / small,
        "recovery, ≤ 5 terms": float(np.mean([r.recovery for r in near])),
        "precision, ≤ 5 terms": float(np.mean([r.precision for r in near])),
        "MAP, ≤ 5 terms": float(np.mean([r.best_guess for r in near])),
        "P(≤ 2 | 3)": float(np.mean(shown_three)),
        "gain by all margins": margins.uplift,
        "10 new keys": exact_by_averaging(table.rows[-1], 10),
        "P(equal | 1 more)": assess_side_channel(protection).unseen[0],
        "MAE": float(np.mean([a for a, _ in accurate])),
        "HD": float(np.mean([h for _, h in accurate])),
    }


def _accuracy(protection: Protection, n: Ints) -> tuple[float, float]:
    keys = np.random.default_rng(1).integers(0, 2**32, len(n), dtype=np.uint32)
    report = accuracy(n, protection.protect(n, keys))
    return report.mean_deviation, report.hellinger


def main(count: int) -> None:
    towns = [town(seed) for seed in range(count)]
    results = {name: attack(table, towns) for name, table in TABLES.items()}
    names = list(next(iter(results.values())))
    print("| table | " + " | ".join(names) + " |")
    print("| --- |" + " ---: |" * len(names))
    for table, figures in results.items():
        print(f"| {table} | " + " | ".join(f"{v:.0f}" if v > 20 else f"{v:.3f}" for v in figures.values()) + " |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8)
