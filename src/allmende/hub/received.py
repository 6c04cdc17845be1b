"""What came: the signed heads of all deliveries, and which of them stands for each kind, series and year now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from allmende.deliveries import Content, TableContent
from allmende.deliveries.head import Head, stored_head

FOLDER = "received"


@dataclass(frozen=True, slots=True)
class Holding:
    """One base cube in the store: which office's, from which revision, and what its manifest says."""

    ags: str
    sequence: int
    content: Content


@dataclass(frozen=True, slots=True)
class TableHolding:
    """One protected table that an office delivered at source."""

    ags: str
    sequence: int
    content: TableContent


def head_path(folder: Path, head: Head) -> Path:
    """Return where the head of a delivery is kept."""
    return folder / FOLDER / f"{head.note.office}-{head.note.sequence:06}.note"


def read_heads(folder: Path) -> tuple[Head, ...]:
    """Read the heads of all deliveries received, by office and sequence."""
    return tuple(stored_head(path.read_bytes(), str(path)) for path in sorted((folder / FOLDER).glob("*.note")))


def holdings(heads: Iterable[Head]) -> tuple[Holding, ...]:
    """Return the cubes that stand: the highest sequence of each office, kind, series and year."""
    standing: dict[tuple[str, str, str, int], Holding] = {}
    for head in sorted(heads, key=lambda h: h.note.sequence):
        for content in head.note.contents:
            standing[head.note.office, *content.slot] = Holding(head.note.office, head.note.sequence, content)
    return tuple(standing[slot] for slot in sorted(standing))


def table_holdings(heads: Iterable[Head]) -> tuple[TableHolding, ...]:
    """Return the protected tables that stand: the highest sequence of each office and table."""
    standing: dict[tuple[str, str], TableHolding] = {}
    for head in sorted(heads, key=lambda h: h.note.sequence):
        for content in head.note.tables:
            slot = head.note.office, content.note.table
            standing[slot] = TableHolding(head.note.office, head.note.sequence, content)
    return tuple(standing[slot] for slot in sorted(standing))
