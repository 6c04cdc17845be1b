"""Where base cells lie: Parquet files in the hub's folder, or Spark tables, behind the same questions."""

from __future__ import annotations

import hashlib
import io
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from allmende.cubes import BaseCube, Column, Manifest, ReleasedCube
from allmende.cubes.base import KINDS, merge, read_cube
from allmende.cubes.released import read_released
from allmende.engine import Engine, Frame, fold_cells, open_engine
from allmende.errors import AllmendeError
from allmende.files import settle
from allmende.hub.received import Holding, TableHolding, damaged, holdings, read_heads, table_holdings

STORE, PROTECTED = "store", "protected"
PARTITION = ("ags", "year", "sequence")


def cube_path(kind: str, series: str, ags: str, year: int) -> Path:
    """Return a cube's path inside the store."""
    return Path(kind, series, f"{ags}-{year}.parquet")


def table_path(table: str, ags: str, sequence: int) -> Path:
    """Return the path of an office's protected table below the folder `protected`: every revision is kept as it was signed."""
    return Path(table, f"{ags}-{sequence:06}.parquet")


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
    def absorb(self, staged: Path, sequence: int) -> None:
        """Take over the cubes of an office's delivery, laid out as in the store, replacing older ones; may be repeated."""

    @abstractmethod
    def check(self) -> None:
        """Raise AllmendeError that names the first file which is damaged, missing, or belongs to no delivery."""

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
        """Yield the AGS and the protected table of each office that delivered this table at source, as it was signed.

        What an office delivered year by year comes in several parts, each with the years for which it stands.
        """
        for holding in self.table_holdings():
            if holding.content.note.table == table:
                yield holding.ags, _of_years(read_released(io.BytesIO(self._signed(holding))), holding.years)

    def _signed(self, holding: TableHolding) -> bytes:
        path = self.folder / PROTECTED / table_path(holding.content.note.table, holding.ags, holding.sequence)
        data = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(data).hexdigest() != holding.content.sha256:
            reason = "it is not what the office signed" if data else "it is missing or empty"
            raise damaged(path, reason, _deliver_again(holding.ags))
        return data

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
            yield self._read(holding)

    def absorb(self, staged: Path, sequence: int) -> None:
        """Rename each file into its place."""
        move_files(staged, self.folder / STORE)

    def check(self) -> None:
        """Read every cube whole, and look for files that no delivery brought."""
        standing = self.holdings()
        for holding in standing:
            self._read(holding)
        strangers = set((self.folder / STORE).rglob("*.parquet")) - {self._path(holding) for holding in standing}
        for path in sorted(strangers):
            raise damaged(path, "no delivery brought it", "move it away")

    def _path(self, holding: Holding) -> Path:
        kind, series, year = holding.content.slot
        return self.folder / STORE / cube_path(kind, series, holding.ags, year)

    def _read(self, holding: Holding) -> BaseCube:
        path = self._path(holding)
        if not path.is_file():
            raise damaged(path, "it is missing", _deliver_again(holding.ags))
        try:
            return _as_signed(read_cube(path), holding, str(path))
        except (AllmendeError, pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
            reason = error.what if isinstance(error, AllmendeError) else str(error).splitlines()[0]
            raise damaged(path, reason.rstrip("."), _deliver_again(holding.ags)) from error


@dataclass(frozen=True, slots=True)
class TableStore(Store):
    """Spark tables `<prefix><kind>_<MMDD>`, partitioned by municipality, year and the sequence of the delivery.

    A new revision stands beside the old one until its note is in its place: whoever reads sees one of them whole.
    """

    prefix: str

    def frame(self, engine: Engine, kind: str, series: str) -> Frame:
        """Open the rows of a kind and series that stand."""
        standing = self._standing(kind, series)
        parts = {
            "ags": np.array([holding.ags for holding in standing]),
            "year": np.array([holding.content.slot[2] for holding in standing]),
            "sequence": np.array([holding.sequence for holding in standing]),
        }
        rows = engine.scan(self.table(kind, series)).join(engine.frame(parts), on=list(PARTITION), how="semi")
        return rows.select(*KINDS[kind], "n", "key")

    def cubes(self, kind: str, series: str) -> Iterator[BaseCube]:
        """Fold each municipality and year out of the table."""
        standing = self._standing(kind, series)
        with open_engine("spark") as engine:
            frame = self.frame(engine, kind, series)
            for holding in standing:
                mine = (nw.col("ags") == holding.ags) & (nw.col("year") == holding.content.slot[2])
                cube = BaseCube(fold_cells(frame.filter(mine), KINDS[kind]), holding.content.manifest)
                yield _as_signed(cube.sealed(), holding, self.table(kind, series))

    def absorb(self, staged: Path, sequence: int) -> None:
        """Write the cubes of each table at once beside what stands.

        Forgotten are revisions that stood before, and what a crash left of this one: what nobody reads.
        """
        folders = sorted({path.parent for path in staged.rglob("*.parquet")})
        if not folders:
            return
        with open_engine("spark") as engine:
            for folder in folders:
                kind, series = folder.parts[-2:]
                standing = [h for h in self.holdings() if h.content.slot[:2] == (kind, series)]
                engine.keep(self.table(kind, series), [(h.ags, h.content.slot[2], h.sequence) for h in standing])
                cells = merge([read_cube(path).cells for path in sorted(folder.glob("*.parquet"))])
                columns: dict[str, NDArray[Any]] = {column.name: _members(column) for column in cells.columns}
                columns |= {"n": cells.n, "key": cells.key.astype(np.int64), "sequence": np.full(len(cells), sequence)}
                engine.save(columns, self.table(kind, series), PARTITION)

    def check(self) -> None:
        """Nothing: tables are kept whole by the site's storage, and each cube is compared when it is read."""

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


def _of_years(table: ReleasedCube, years: tuple[int, ...]) -> ReleasedCube:
    kept = np.isin(table["year"].codes, years)
    areas = {area: tuple(year for year in shown if year in years) for area, shown in table.areas.items()}
    shown = {area: own for area, own in areas.items() if own}
    return ReleasedCube(tuple(column.take(kept) for column in table.columns), table.value[kept], table.note, shown)


def _deliver_again(ags: str) -> str:
    return f"ask office {ags} to deliver again with its next sequence"


def _as_signed(cube: BaseCube, holding: Holding, where: str) -> BaseCube:
    if cube.manifest.content != holding.content.manifest.content:
        raise AllmendeError(
            f"The cube of {holding.ags} is not the one that its office signed in delivery {holding.sequence}.",
            where=where,
            expected=f"cells with the hash {holding.content.manifest.content}",
            todo="Somebody changed the store: restore it from its backup and find out who.",
        )
    return cube
