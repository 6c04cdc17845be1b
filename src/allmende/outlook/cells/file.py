"""`cells.json` of an outlook folder: what is told of a grid's cells ahead."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.files import write_whole
from allmende.outlook.unusable import read_document, using

Ints = NDArray[np.int64]

CELLS = "cells.json"
FORMAT = 1
"""Version of `cells.json`; a reader refuses any other."""

UNTOLD = -1
SURE, OPEN, NOTHING = "01234", "abcde", "-"
"""One letter a cell: the class of its change, 0 the strongest decline; a letter where the sign is open; nothing is told."""


@dataclass(frozen=True, slots=True)
class Tried:
    """How a group's cells would have done at a horizon, with widths learnt from other years where these reach as far.

    `held` is the per cent of 80 % intervals that held what came, `sure` the number of cells whose direction would have been
    called sure, `right` how many of these went that way.
    """

    group: str
    horizon: int
    cells: int
    held: float
    sure: int
    right: int


@dataclass(frozen=True, slots=True, eq=False)
class CellsAhead:
    """What is told of the cells of one size.

    `now [K, C]` persons of each group as published for the base year, 0 where nothing is told; `change [K, H, C]` classes of
    change until `years`, from 0 (strongest decline) to 4, `UNTOLD` where nothing is told; `open [K, H, C]` whether the 80 %
    interval holds growth and decline; `tried` how such classes did in the past. Only grids made from exact counts number
    `people [K, H, C]`: they never leave a private folder.
    """

    size: int
    table: str
    groups: tuple[str, ...]
    base_year: int
    years: tuple[int, ...]
    cells: tuple[str, ...]
    now: Ints
    change: NDArray[np.int8]
    open: NDArray[np.bool_]
    tried: tuple[Tried, ...]
    people: NDArray[np.float64] | None = None

    @property
    def exact(self) -> bool:
        """Whether it was made from exact counts."""
        return self.people is not None


def as_document(grids: Sequence[CellsAhead]) -> dict[str, Any]:
    """Return what `cells.json` says."""
    return {"format": FORMAT, "grids": [_plain(grid) for grid in grids]}


def write_cells(grids: Sequence[CellsAhead], path: Path) -> None:
    """Write `cells.json`; the same grids give the same bytes."""
    write_whole(path, (json.dumps(as_document(grids), indent=1, sort_keys=True, allow_nan=False) + "\n").encode())


def read_cells(path: Path) -> tuple[CellsAhead, ...]:
    """Read `cells.json`; an outlook without one has no cells.

    Raises `UnusableOutlook` for another format and for a file that is damaged.
    """
    if not path.is_file():
        return ()
    document = read_document(path, FORMAT)
    with using(path):
        return tuple(_grid(each) for each in document["grids"])


def _plain(grid: CellsAhead) -> dict[str, Any]:
    letters = np.where(grid.change == UNTOLD, len(SURE + OPEN), grid.change + len(SURE) * grid.open)
    alphabet = np.array(list(SURE + OPEN + NOTHING))
    document: dict[str, Any] = {
        name: getattr(grid, name) for name in ("size", "table", "groups", "base_year", "years", "cells")
    }
    document |= {
        "now": {group: row.tolist() for group, row in zip(grid.groups, grid.now, strict=True)},
        "change": {
            group: {str(year): "".join(row) for year, row in zip(grid.years, alphabet[rows], strict=True)}
            for group, rows in zip(grid.groups, letters, strict=True)
        },
        "tried": [asdict(each) for each in grid.tried],
    }
    return document if grid.people is None else document | {"people": grid.people.tolist()}


def _grid(data: Mapping[str, Any]) -> CellsAhead:
    groups, years, cells = (tuple(data[name]) for name in ("groups", "years", "cells"))
    rows = [[data["change"][group][str(year)] for year in years] for group in groups]
    place = np.array([[[(SURE + OPEN + NOTHING).index(letter) for letter in row] for row in each] for each in rows])
    place = place.reshape(len(groups), len(years), len(cells))
    now = np.array([data["now"][group] for group in groups], dtype=np.int64).reshape(len(groups), len(cells))
    untold = place == len(SURE + OPEN)
    return CellsAhead(
        size=data["size"],
        table=data["table"],
        groups=groups,
        base_year=data["base_year"],
        years=years,
        cells=cells,
        now=now,
        change=np.where(untold, UNTOLD, place % len(SURE)).astype(np.int8),
        open=~untold & (place >= len(SURE)),
        tried=tuple(Tried(**each) for each in data["tried"]),
        people=np.array(data["people"]).reshape(place.shape) if "people" in data else None,
    )
