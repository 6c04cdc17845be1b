"""Close a delivery: pack, sign for one hub, encrypt to it, write in one step."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyrage

from allmende.cubes import BaseCube, ReleasedCube
from allmende.cubes.base import write_cube
from allmende.cubes.released import write_released
from allmende.deliveries.head import MAGIC, Head, signed_line
from allmende.deliveries.keys import SigningKey, parse_recipient
from allmende.deliveries.note import Content, DeliveryNote, TableContent, years_of
from allmende.errors import AllmendeError
from allmende.files import write_whole


def seal(cubes: Sequence[BaseCube], path: Path, *, office: SigningKey, hub_recipient: str, delivery: DeliveryNote) -> Path:
    """Write base cubes as one delivery that only the hub of `hub_recipient` can open, signed by the office.

    `delivery` comes from `DeliveryNote.of`. Only one file is written, whole or not at all. Raises AllmendeError when
    the note does not fit the cubes or the recipient is no age key.
    """
    expected = DeliveryNote.of(cubes, name=delivery.name, sequence=delivery.sequence, made=delivery.made)
    if expected != replace(delivery, contents=()):
        raise AllmendeError(
            "The delivery note does not fit its cubes.",
            where=str(path),
            expected=f"office {expected.office}, epoch {expected.epoch}, borders of {expected.territory_date}",
            todo="Make the note from the cubes: DeliveryNote.of(cubes, …).",
        )
    packed = sorted((_pack_cube(cube) for cube in cubes), key=lambda pair: pair[0].slot)
    contents = tuple(content for content, _ in packed)
    if len({content.slot for content in contents}) < len(contents):
        raise AllmendeError(
            "Two cubes of one delivery count the same thing.",
            where=str(path),
            expected="one cube for each kind, series and year",
            todo="Leave one of them out.",
        )
    return _write(replace(delivery, contents=contents), [data for _, data in packed], path, office, hub_recipient)


def seal_protected(
    tables: Sequence[ReleasedCube], path: Path, *, office: SigningKey, hub_recipient: str, delivery: DeliveryNote
) -> Path:
    """Write protected tables as one delivery of mode at-source; otherwise as `seal`."""
    packed = sorted((_pack_table(table) for table in tables), key=lambda pair: pair[0].note.table)
    note = replace(delivery, mode="at-source", tables=tuple(content for content, _ in packed))
    return _write(note, [data for _, data in packed], path, office, hub_recipient)


def _pack_cube(cube: BaseCube) -> tuple[Content, bytes]:
    file = io.BytesIO()
    sealed = write_cube(cube, file)
    data = file.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    return Content(sealed.manifest, len(sealed), sealed.total(), len(data), digest), data


def _pack_table(table: ReleasedCube) -> tuple[TableContent, bytes]:
    file = io.BytesIO()
    write_released(table, file)
    data = file.getvalue()
    return TableContent(table.note, years_of(table), len(table), len(data), hashlib.sha256(data).hexdigest()), data


def _write(note: DeliveryNote, files: Sequence[bytes], path: Path, office: SigningKey, hub_recipient: str) -> Path:
    recipient = parse_recipient(hub_recipient)
    line = signed_line(note, recipient)
    head = Head(recipient, note, line, office.sign(MAGIC + line))
    plain = b"".join((head.to_bytes(), *files))
    write_whole(path, pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(recipient)]))
    return path
