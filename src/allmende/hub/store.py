"""Where base cells lie: Parquet files in the hub's folder, or Spark tables, behind the same questions."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from allmende.cubes import BaseCube, Column, Manifest, ReleasedCube
from allmende.cubes.base import KINDS, read_cube
from allmende.cubes.released import read_released
from allmende.engine import Engine, Frame, fold_cells, open_engine
from allmende.errors import AllmendeError
from allmende.files import settle
from allmende.hub.received import Holding, TableHolding, holdings, read_heads, table_holdings

STORE, PROTECTED = "store", "protected"


def cube_path(kind: str, series: str, ags: str, year: int) -> Path:
    """Return a cube's path inside the store."""
    return Path(kind, series, f"{ags}-{year}.parquet")


def table_path(table: str, ags: str) -> Path:
    """Return the path of an office's protected table below the folder `protected`."""
    return Path(table, f"{ags}.parquet")


@dataclass(frozen=True, slots=True)
class Store(ABC):
    """The base cells of a hub: `folder` is the hub's."""

    folder: Path

    @abstractmethod
    def frame(self, engine: Engine, kind: str, series: str) -> Frame:
        """Open all cells of a kind and series: the kind's dimensions, `n`, `key`; raises AllmendeError if none came."""

    @abstractmethod
    def cubes(self, kind: str, series: str) -> Iterator[BaseCube]:
        """Yield the cubes of a kind and series by municipality and year, each checked against what its office signed."""

    @abstractmethod
    def absorb(self, staged: Path) -> None:
        """Take over a folder of cubes laid out as in the store, replacing those of the same place; may be repeated."""

    def holdings(self) -> tuple[Holding, ...]:
        """Return what stands in the store, by municipality, kind, series and year."""
        return holdings(read_heads(self.folder))

    def manifests(self) -> tuple[Manifest, ...]:
        """Return the manifests of all cubes in the store."""
        return tuple(holding.content.manifest for holding in self.holdings())

    def years(self, kind: str, series: str) -> tuple[int, ...]:
        """Return the years that any municipality delivered of a kind and series."""
        return tuple(sorted({h.content.slot[2] for h in self.holdings() if h.content.slot[:2] == (kind, series)}))

    def table_holdings(self) -> tuple[TableHolding, ...]:
        """Return which protected tables offices delivered at source."""
        return table_holdings(read_heads(self.folder))

    def tables(self, table: str) -> Iterator[tuple[str, ReleasedCube]]:
        """Yield the AGS and the protected table of each office that delivered this table at source."""
        for holding in self.table_holdings():
            if holding.content.note.table == table:
                yield holding.ags, read_released(self.folder / PROTECTED / table_path(table, holding.ags))

    def _standing(self, kind: str, series: str) -> tuple[Holding, ...]:
        found = tuple(holding for holding in self.holdings() if holding.content.slot[:2] == (kind, series))
        if not found:
            raise AllmendeError(
                f"No office has delivered {kind} of the series {series}.",
                where=str(self.folder),
                expected=f"one of the kinds {', '.join(KINDS)} and a series such as 12-31",
                todo="See what has come: allmende hub status.",
            )
        return found


class FileStore(Store):
    """Parquet files under `store/`, one for each kind, series, municipality and year."""

    __slots__ = ()

    def frame(self, engine: Engine, kind: str, series: str) -> Frame:
        """Open the folder of a kind and series."""
        self._standing(kind, series)
        return engine.scan(self.folder / STORE / kind / series)

    def cubes(self, kind: str, series: str) -> Iterator[BaseCube]:
        """Read the files of a kind and series."""
        for holding in self._standing(kind, series):
            path = self.folder / STORE / cube_path(kind, series, holding.ags, holding.content.slot[2])
            yield _as_signed(read_cube(path), holding, str(path))

    def absorb(self, staged: Path) -> None:
        """Rename each file into its place."""
        move_files(staged, self.folder / STORE)


@dataclass(frozen=True, slots=True)
class TableStore(Store):
    """Spark tables `<prefix><kind>_<MMDD>`, partitioned by municipality and year."""

    prefix: str

    def frame(self, engine: Engine, kind: str, series: str) -> Frame:
        """Open the table of a kind and series."""
        self._standing(kind, series)
        return engine.scan(self.table(kind, series))

    def cubes(self, kind: str, series: str) -> Iterator[BaseCube]:
        """Fold each municipality and year out of the table."""
        standing = self._standing(kind, series)
        with open_engine("spark") as engine:
            frame = self.frame(engine, kind, series)
            for holding in standing:
                mine = (nw.col("ags") == holding.ags) & (nw.col("year") == holding.content.slot[2])
                cube = BaseCube(fold_cells(frame.filter(mine), KINDS[kind]), holding.content.manifest)
                yield _as_signed(cube.sealed(), holding, self.table(kind, series))

    def absorb(self, staged: Path) -> None:
        """Replace the partition of each staged cube, then forget the cube."""
        paths = sorted(staged.rglob("*.parquet"))
        if not paths:
            return
        with open_engine("spark") as engine:
            for path in paths:
                cube = read_cube(path)
                kind, series = path.parts[-3], path.parts[-2]
                columns: dict[str, NDArray[Any]] = {column.name: _members(column) for column in cube.cells.columns}
                columns |= {"n": cube.cells.n, "key": cube.cells.key.astype(np.int64)}
                partition: dict[str, str | int] = {"ags": cube.manifest.ags, "year": cube.manifest.key_date.year}
                engine.save(columns, self.table(kind, series), partition)
                path.unlink()

    def table(self, kind: str, series: str) -> str:
        """Return the name of the table of a kind and series."""
        return f"{self.prefix}{kind}_{series.replace('-', '')}"


def move_files(source: Path, target: Path) -> None:
    """Rename every file below one folder to the same place below another, replacing; may be repeated after a crash."""
    for path in sorted(source.rglob("*")):
        if path.is_file():
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            path.replace(place)
            settle(place.parent)
    shutil.rmtree(source, ignore_errors=True)


def _members(column: Column) -> NDArray[np.int64] | NDArray[np.str_]:
    # the type is said, since an empty list has none
    return column.codes if column.labels is None else np.array(column.values(), dtype=np.str_)


def _as_signed(cube: BaseCube, holding: Holding, where: str) -> BaseCube:
    if cube.manifest.content != holding.content.manifest.content:
        raise AllmendeError(
            f"The cube of {holding.ags} is not the one that its office signed in delivery {holding.sequence}.",
            where=where,
            expected=f"cells with the hash {holding.content.manifest.content}",
            todo="Somebody changed the store: restore it from its backup and find out who.",
        )
    return cube
