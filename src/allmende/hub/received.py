"""What came: the signed heads of all deliveries, and which of them stands for each kind, series and year now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from allmende.deliveries import Content, TableContent
from allmende.deliveries.head import Head, stored_head
from allmende.errors import AllmendeError, Refused

FOLDER, LOG = "received", "log.jsonl"


@dataclass(frozen=True, slots=True)
class Holding:
    """One base cube in the store: which office's, from which revision, and what its manifest says."""

    ags: str
    sequence: int
    content: Content


@dataclass(frozen=True, slots=True)
class TableHolding:
    """One protected table that an office delivered at source; it stands for `years`, others came in another revision."""

    ags: str
    sequence: int
    content: TableContent
    years: tuple[int, ...]


def head_path(folder: Path, head: Head) -> Path:
    """Return where the head of a delivery is kept."""
    return folder / FOLDER / f"{head.note.office}-{head.note.sequence:06}.note"


def read_heads(folder: Path) -> tuple[Head, ...]:
    """Read the heads of all deliveries received, by office and sequence; raises AllmendeError that names a damaged one."""
    logged = _logged(folder / LOG)
    return tuple(_read_head(path, logged) for path in sorted((folder / FOLDER).glob("*.note")))


def holdings(heads: Iterable[Head]) -> tuple[Holding, ...]:
    """Return the cubes that stand: the highest sequence of each office, kind, series and year."""
    standing: dict[tuple[str, str, str, int], Holding] = {}
    for head in sorted(heads, key=lambda h: h.note.sequence):
        for content in head.note.contents:
            standing[head.note.office, *content.slot] = Holding(head.note.office, head.note.sequence, content)
    return tuple(standing[slot] for slot in sorted(standing))


def table_holdings(heads: Iterable[Head]) -> tuple[TableHolding, ...]:
    """Return the protected tables that stand: for each office, table and year the highest sequence.

    A revision that brings other years beside the old ones stands beside it, each for its own years; so does a table in which
    no area reaches the least count, for none.
    """
    latest: dict[tuple[str, str, int], int] = {}
    contents: dict[tuple[str, str, int], TableContent] = {}
    for head in sorted(heads, key=lambda h: h.note.sequence):
        for content in head.note.tables:
            contents[head.note.office, content.note.table, head.note.sequence] = content
            latest |= {(head.note.office, content.note.table, year): head.note.sequence for year in content.years}
    years: dict[tuple[str, str, int], list[int]] = {slot: [] for slot, content in contents.items() if not content.years}
    for (ags, table, year), sequence in sorted(latest.items()):
        years.setdefault((ags, table, sequence), []).append(year)
    return tuple(TableHolding(slot[0], slot[2], contents[slot], tuple(years[slot])) for slot in sorted(years))


def damaged(path: Path, reason: str, otherwise: str) -> AllmendeError:
    """Return the error for a file of the hub that is not what was received; `otherwise` says what helps without a backup."""
    return AllmendeError(
        f"A file of the hub is damaged or was changed ({reason}).",
        where=str(path),
        expected="the file as it was when the delivery was received",
        todo=f"Restore it from backup, or {otherwise}.",
    )


def _logged(log: Path) -> dict[tuple[str, int], set[str]]:
    """Return the ids under which deliveries were received, by office and sequence, as far as the log reaches."""
    ids: dict[tuple[str, int], set[str]] = {}
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else ():
        with suppress(ValueError, KeyError, TypeError):  # a log is for people: what is not understood proves nothing
            entry = json.loads(line)
            if entry["what"] == "received":
                ids.setdefault((entry["office"], entry["sequence"]), set()).add(entry["id"])
    return ids


def _read_head(path: Path, logged: Mapping[tuple[str, int], set[str]]) -> Head:
    office, _, sequence = path.stem.partition("-")
    again = f"move it away and ask office {office} to deliver again what it sent as sequence {sequence.lstrip('0')}"
    try:
        head = stored_head(path.read_bytes(), str(path))
    except Refused as error:
        raise damaged(path, error.what.rstrip("."), again) from error
    if not head.signature:
        raise damaged(path, "its signature is cut off", again)
    if path.name != head_path(path.parent.parent, head).name:
        raise damaged(path, "it is the note of another delivery", again)
    if head.id not in logged.get((head.note.office, head.note.sequence), {head.id}):
        raise damaged(path, "the log knows it with another content", again)
    return head
