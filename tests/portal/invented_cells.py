"""Grid cells ahead for the invented look ahead: the cells of the released grids, with classes drawn at random."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from allmende.cubes.publication import current, read_publication
from allmende.outlook.cells.file import CELLS, UNTOLD, CellsAhead, Tried, write_cells

GROUPS, YEARS = ("all", "0-17", "65+"), (2029, 2034)


def write_invented_cells(public: Path) -> tuple[CellsAhead, ...]:
    """Write `cells.json` into the outlook in force; of a third of the cells nothing is told by age."""
    publication, random = read_publication(current(public)), np.random.default_rng(4)
    grids = []
    for size in (500, 1000):
        cells = tuple(sorted(publication.open(f"stock_grid_{size}").areas))
        change = random.integers(0, 5, (len(GROUPS), len(YEARS), len(cells))).astype(np.int8)
        change[1:, :, ::3] = UNTOLD
        now = random.integers(50, 900, (len(GROUPS), len(cells)))
        now[1:, ::3] = 0
        open_ = (change != UNTOLD) & (random.random(change.shape) < 0.6)
        tried = tuple(Tried(group, step, 100, 81.0, 40, 35) for group in GROUPS for step in (1, 2))
        grids.append(CellsAhead(size, f"stock_grid_{size}", GROUPS, 2024, YEARS, cells, now, change, open_, tried))
    write_cells(grids, (public / "outlook").resolve() / CELLS)
    return tuple(grids)
