"""Receive a delivery: once, whole, and with an entry in the log whatever the outcome."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from allmende.cubes.base import write_cube
from allmende.deliveries import Delivery, open_delivery
from allmende.deliveries.head import Head
from allmende.errors import Refused
from allmende.hub import journal
from allmende.hub.checking import check_delivery
from allmende.hub.folder import Hub
from allmende.hub.received import head_path, holdings, read_heads, table_holdings
from allmende.hub.store import PROTECTED, STORE, cube_path, table_path


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a file: `received`, or `known` when the same delivery had come before and nothing changed.

    `contents` lists kind, series and year of each cube (mode trusted-unit), `tables` the names of protected tables;
    `replaced` counts cubes and tables of an earlier revision whose place was taken.
    """

    outcome: Literal["received", "known"]
    id: str
    office: str
    name: str
    sequence: int
    contents: tuple[tuple[str, str, int], ...]
    tables: tuple[str, ...]
    replaced: int


def receive(hub: Hub, path: Path, now: datetime) -> Receipt:
    """Open, check and store a delivery in one step; the same delivery again is harmless.

    Raises Refused (and logs it) for what `open_delivery` and `check_delivery` refuse and for a repeat: another content
    under a sequence that was used, or older than what the hub holds. Killed at any time, the store is as before or as after.
    """
    with hub.changing():
        try:
            delivery = open_delivery(path, identity=hub.identity(), verify_keys=hub.settings.verify_keys())
            heads = read_heads(hub.folder)
            if any(head.id == delivery.id for head in heads):
                journal.log(hub.folder, _entry("known", delivery.head, path, now))
                return _receipt("known", hub, delivery, 0)
            check_delivery(delivery, hub.settings, hub.region, path.name)
            replaced = _check_repeat(delivery, heads, path.name)
        except Refused as refusal:
            entry = {"at": now.isoformat(), "what": "refused", "why": refusal.what, "sha256": _digest(path)}
            journal.log(hub.folder, entry)
            raise
        journal.commit(hub.store, _files(hub.folder, delivery), _entry("received", delivery.head, path, now))
    return _receipt("received", hub, delivery, replaced)


def _check_repeat(delivery: Delivery, heads: tuple[Head, ...], where: str) -> int:
    note = delivery.note
    mine = [head for head in heads if head.note.office == note.office]
    if any(head.note.sequence == note.sequence for head in mine):
        raise _repeat(f"Office {note.office} has used the sequence {note.sequence} for another content.", mine, where)
    slots = {content.slot for content in note.contents}
    standing = [holding for holding in holdings(mine) if holding.content.slot in slots]
    years = {content.note.table: set(content.years) for content in note.tables}
    newer = [holding.sequence for holding in standing]
    newer += [t.sequence for t in table_holdings(mine) if years.get(t.content.note.table, set()).intersection(t.years)]
    if newer and max(newer) > note.sequence:
        raise _repeat(f"The hub holds revision {max(newer)} of what this revision {note.sequence} brings.", mine, where)
    return len(newer)


def _repeat(what: str, mine: list[Head], where: str) -> Refused:
    next_free = max(head.note.sequence for head in mine) + 1
    return Refused(
        what,
        where=where,
        expected=f"sequence {next_free}, or the same bytes as before",
        todo="If the office corrected something, let it deliver again with the next sequence.",
    )


def _files(folder: Path, delivery: Delivery) -> dict[Path, bytes]:
    files = {head_path(Path(), delivery.head): delivery.head.to_bytes()}
    for content, cube in zip(delivery.note.contents, delivery.cubes, strict=True):
        file = io.BytesIO()
        write_cube(cube, file)
        kind, series, year = content.slot
        files[STORE / cube_path(kind, series, delivery.note.office, year)] = file.getvalue()
    for table, data in zip(delivery.tables, delivery.table_files, strict=True):
        files[PROTECTED / table_path(table.note.table, delivery.note.office, delivery.note.sequence)] = data
    return files


def _entry(what: str, head: Head, path: Path, now: datetime) -> dict[str, Any]:
    note = head.note
    contents = [" ".join(map(str, content.slot)) for content in note.contents] + [t.note.table for t in note.tables]
    fields = {"office": note.office, "sequence": note.sequence, "mode": note.mode, "contents": contents}
    return {"at": now.isoformat(), "what": what, "id": head.id, "sha256": _digest(path)} | fields


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _receipt(outcome: Literal["received", "known"], hub: Hub, delivery: Delivery, replaced: int) -> Receipt:
    note = delivery.note
    return Receipt(
        outcome,
        delivery.id,
        note.office,
        hub.region.municipality(note.office).name,
        note.sequence,
        tuple(content.slot for content in note.contents),
        tuple(content.note.table for content in note.tables),
        replaced,
    )
