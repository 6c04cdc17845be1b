"""Values in tables that came protected which the region's p-table can never give."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from allmende.cubes import ReleasedCube
from allmende.cubes.columns import TOTAL
from allmende.privacy.attacks import Check
from allmende.privacy.protection import Protection
from allmende.release.gate.finding import Finding


def find_foreign(table: str, cubes: Sequence[ReleasedCube], protection: Protection) -> Finding:
    """Count the delivered values that were not protected, or by another p-table, beyond doubt; exact totals are left out.

    A p-table that lets small counts vanish never gives them: one published 1 or 2 proves that another was used.
    """
    values = np.concatenate([cube.value[~_exact(cube)] for cube in cubes])
    found, times = np.unique(values, return_counts=True)
    foreign = sum(int(often) for value, often in zip(found.tolist(), times, strict=True) if not can_give(protection, value))
    check = Check("protected at the source", "values that the p-table cannot give", float(foreign), 0.0)
    return Finding((table,), check, f"{len(values)} values of {len(cubes)} deliveries")


def can_give(protection: Protection, value: int) -> bool:
    """Say whether a positive value can be the published one of any count."""
    reach = protection.table.max_deviation()
    return any(value in protection.distribution(n)[0] for n in range(max(1, value - reach), value + reach + 1))


def _exact(cube: ReleasedCube) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    rows = np.full(len(cube), cube.note.exact)
    for column in cube.columns[2:]:
        rows &= column.codes == TOTAL
    return rows
