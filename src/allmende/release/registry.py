"""The registry: what was ever published, from which people, under which protection. Confidential, in the hub's folder."""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from allmende.areas.hierarchy import Region
from allmende.cubes.publication import Words
from allmende.errors import Refused
from allmende.release.catalogue import Table
from allmende.release.geographies import GRIDS, areas_of, district_of
from allmende.release.protect import Protected

FILE, CELLS = "registry.sqlite", "published"

Hashes = NDArray[np.uint64]

SCHEMA = """
CREATE TABLE IF NOT EXISTS release (
    id TEXT PRIMARY KEY, created TEXT NOT NULL, epoch TEXT NOT NULL, protection TEXT NOT NULL, cells INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS published (
    release TEXT NOT NULL REFERENCES release (id), definition TEXT NOT NULL, years TEXT NOT NULL,
    PRIMARY KEY (release, definition));
CREATE TABLE IF NOT EXISTS secret (mark TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS partition (
    geography TEXT PRIMARY KEY, areas TEXT NOT NULL, release TEXT NOT NULL REFERENCES release (id));
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One release in the registry; `cells` is the number of cells ever published with it."""

    id: str
    created: date
    epoch: str
    protection: str
    cells: int


@dataclass(frozen=True, slots=True)
class Published:
    """Cells as the registry remembers them: `people` (hash of count and key sum under the matrix secret) and `value`."""

    people: Hashes
    value: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Registry:
    """The registry in one hub's folder."""

    folder: Path

    def entries(self) -> tuple[Entry, ...]:
        """Return all releases, the oldest first."""
        with self._open() as database:
            rows = database.execute("SELECT id, created, epoch, protection, cells FROM release ORDER BY rowid").fetchall()
        return tuple(
            Entry(name, date.fromisoformat(day), epoch, protection, cells) for name, day, epoch, protection, cells in rows
        )

    def tables(self) -> tuple[Table, ...]:
        """Return the tables of all releases, each definition once."""
        with self._open() as database:
            rows = database.execute("SELECT DISTINCT definition FROM published ORDER BY definition").fetchall()
        return tuple(_table(text) for (text,) in rows)

    def check(self, epoch: str, protection: str, secret: bytes, region: Region, tables: Sequence[Table]) -> None:
        """Refuse what would let an attacker average or subtract over releases.

        Another epoch, p-table or matrix secret would show the same people with fresh noise; another cut of the same
        geography would leave the people between the old and the new border.
        """
        for entry in self.entries():
            for what, old, new in (("key epoch", entry.epoch, epoch), ("p-table", entry.protection, protection)):
                if old != new:
                    raise Refused(
                        f"Release {entry.id} was made under another {what}: the same people would get fresh noise.",
                        where=str(self.folder / FILE),
                        expected=f"{what} {old}, not {new}",
                        todo=f"Use the {what} of the series. After a compromise begin a new series in a new hub folder.",
                    )
        if self._marks() - {_mark(secret)}:
            raise Refused(
                "Earlier releases were made with another matrix secret: the same people would get fresh noise.",
                where=str(self.folder / FILE),
                expected="the file matrix.secret as `allmende hub init` wrote it",
                todo="Restore it from its backup. If it is lost, begin a new series in a new hub folder.",
            )
        known = self._partitions()
        for geography, areas in _partitions(region, tables).items():
            if known.get(geography, areas) != areas:
                raise Refused(
                    f"The areas of {geography!r} are not those published before: subtracted, they show the few between.",
                    where=str(self.folder / FILE),
                    expected="the same districts as in all releases of this hub",
                    todo="Publish the old districts on; after a reform begin a new series in a new hub folder.",
                )

    def contradictions(self, tables: Sequence[Protected], secret: bytes) -> tuple[int, int]:
        """Count the people published before whom the tables show again, and those of them with another value."""
        fresh = remember(tables, secret)
        same = different = 0
        for entry in self.entries():
            old = self._read(entry.id)
            _, here, there = np.intersect1d(fresh.people, old.people, assume_unique=True, return_indices=True)
            same += len(here)
            different += int((fresh.value[here] != old.value[there]).sum())
        return same, different

    def record(self, entry: Entry, tables: Sequence[Protected], region: Region, secret: bytes) -> None:
        """Log a release before it is published; nothing if it is logged. Rather one too many here than one too few."""
        if any(known.id == entry.id for known in self.entries()):
            return
        cells = remember(tables, secret)
        path = self.folder / CELLS / f"{entry.id}.parquet"
        path.parent.mkdir(mode=0o700, exist_ok=True)
        pq.write_table(pa.table({"people": cells.people, "value": cells.value}), path, compression="zstd")
        with self._open() as database, database:
            fields = (entry.id, entry.created.isoformat(), entry.epoch, entry.protection, entry.cells)
            database.execute("INSERT INTO release VALUES (?, ?, ?, ?, ?)", fields)
            database.execute("INSERT OR IGNORE INTO secret VALUES (?)", (_mark(secret),))
            rows = [(entry.id, _definition(each.table), json.dumps(each.years)) for each in tables]
            database.executemany("INSERT OR IGNORE INTO published VALUES (?, ?, ?)", rows)
            cuts = _partitions(region, [each.table for each in tables])
            database.executemany(
                "INSERT OR IGNORE INTO partition VALUES (?, ?, ?)", [(name, areas, entry.id) for name, areas in cuts.items()]
            )

    def _marks(self) -> set[str]:
        with self._open() as database:
            return {mark for (mark,) in database.execute("SELECT mark FROM secret")}

    def _partitions(self) -> dict[str, str]:
        with self._open() as database:
            return dict(database.execute("SELECT geography, areas FROM partition").fetchall())

    def _read(self, release: str) -> Published:
        table = pq.read_table(self.folder / CELLS / f"{release}.parquet")
        return Published(table["people"].to_numpy(), table["value"].to_numpy())

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.folder / FILE)) as database:
            database.executescript(SCHEMA)
            yield database


def remember(tables: Sequence[Protected], secret: bytes) -> Published:
    """Return each set of people that perturbed cells show, once, with its value; exact totals are left out.

    Equal count and key sum mean the same people (but for one case in 2³²).
    """
    people, values = [], []
    for protected in tables:
        for part in protected.parts:
            if not (protected.table.exact_totals and part.margin == ()):
                people.append(
                    part.cells.key.astype(np.uint64) << np.uint64(32) | part.cells.n.astype(np.uint64) & np.uint64(0xFFFFFFFF)
                )
                values.append(part.value)
    hashed = _mix(np.concatenate(people), secret)
    unique, first = np.unique(hashed, return_index=True)
    return Published(unique, np.concatenate(values)[first])


def _mark(secret: bytes) -> str:
    """Return what tells matrix secrets apart and reveals nothing of them."""
    return hmac.digest(secret, b"allmende registry mark", hashlib.sha256).hex()[:16]


def _mix(codes: Hashes, secret: bytes) -> Hashes:
    """Map 64-bit codes one to one by a permutation that depends on the secret (xor, odd multiplier, shift; twice)."""
    digest = np.frombuffer(hmac.digest(secret, b"allmende registry", hashlib.sha256), dtype="<u8").astype(np.uint64)
    mixed = codes ^ digest[0]
    for odd in digest[1:3] | np.uint64(1):
        mixed = mixed * odd
        mixed = mixed ^ (mixed >> np.uint64(29))
    return np.asarray(mixed ^ digest[3], dtype=np.uint64)


def _partitions(region: Region, tables: Sequence[Table]) -> dict[str, str]:
    """Return a hash of how each administrative geography of the tables cuts the region."""
    found = {}
    for geography in sorted({table.geography for table in tables} - set(GRIDS)):
        cut = []
        for m in region.municipalities:
            area = district_of(region, geography) if geography.startswith("district") else None
            finest = [d.key for d in region.finest(m.ags)]
            cut.append([m.ags, [[key, area(key)] for key in finest] if area else areas_of(region, m.ags, geography)])
        found[geography] = hashlib.sha256(json.dumps(cut).encode()).hexdigest()
    return found


def _definition(table: Table) -> str:
    return json.dumps(asdict(table), sort_keys=True, ensure_ascii=False)


def _table(text: str) -> Table:
    fields = json.loads(text)
    fields["title"] = Words(**fields["title"])
    fields["dimensions"] = tuple((name, classes) for name, classes in fields["dimensions"])
    fields["margins"] = tuple(tuple(margin) for margin in fields["margins"])
    return Table(**fields)
