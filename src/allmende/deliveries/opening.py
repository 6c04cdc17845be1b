"""Open a delivery at the hub: decrypt, check the signature, check every byte, only then read a table."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyrage

from allmende.cubes import BaseCube, ReleasedCube
from allmende.cubes.base import read_cube
from allmende.cubes.released import read_released
from allmende.deliveries.guard import check_base, check_protected
from allmende.deliveries.head import Head, read_head
from allmende.deliveries.keys import HubIdentity, VerifyKey
from allmende.deliveries.note import Content, DeliveryNote, TableContent, years_of
from allmende.errors import AllmendeError, Refused

FILE_LIMIT = 1 << 30
"""Largest delivery in bytes. age adds a few per mille and packs nothing, so this also bounds the memory needed."""

_AGE = b"age-encryption.org/"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery whose signature and hashes were checked: either base cubes or protected tables, by the note's mode.

    `table_files` are the bytes of the tables, in their order, as the office signed them.
    """

    head: Head
    cubes: tuple[BaseCube, ...] = ()
    tables: tuple[ReleasedCube, ...] = ()
    table_files: tuple[bytes, ...] = ()

    @property
    def id(self) -> str:
        """The same for the same content in the same revision."""
        return self.head.id

    @property
    def note(self) -> DeliveryNote:
        """What the office says of it."""
        return self.head.note


def open_delivery(path: Path, *, identity: HubIdentity, verify_keys: Mapping[str, VerifyKey]) -> Delivery:
    """Open a delivery with the hub's identity and the verify keys of its offices (by AGS).

    Everything happens in memory: no base cell touches the disk in the clear. Raises Refused when the file was encrypted
    or signed for another hub, is truncated or changed in a single byte, comes from an unknown office, or holds another
    version of cubes; AllmendeError when it is no delivery at all.
    """
    plain = memoryview(_decrypt(path, identity))
    head = read_head(plain, verify_keys, path.name)
    if head.hub != identity.recipient():
        raise Refused(
            "The delivery was signed for another hub and passed on.",
            where=path.name,
            expected=f"signed for {identity.recipient()}",
            todo=f"Ask office {head.note.office} to deliver to this hub itself, and tell it who passed its cubes on.",
        )
    files = _files(plain[head.size :], head.note, path.name)
    if head.note.mode == "at-source":
        signed = tuple(files)
        tables = tuple(_table(c, d, path.name) for c, d in zip(head.note.tables, signed, strict=True))
        return Delivery(head, tables=tables, table_files=signed)
    return Delivery(head, cubes=tuple(_cube(c, d, path.name) for c, d in zip(head.note.contents, files, strict=True)))


def _decrypt(path: Path, identity: HubIdentity) -> bytes:
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(len(_AGE))
        if start != _AGE or size > FILE_LIMIT:
            raise AllmendeError(
                "This file is no delivery." if start != _AGE else f"This file is too large for a delivery ({size} bytes).",
                where=str(path),
                expected=f"a file that `allmende register aggregate` wrote, at most {FILE_LIMIT} bytes",
                todo="Check that you chose the right file.",
            )
        sealed = start + file.read(size - len(_AGE))
    try:
        return pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity.value)])  # type: ignore[no-any-return]
    except pyrage.DecryptError as error:
        if "matching keys" in str(error):
            raise Refused(
                "The delivery is not meant for this hub.",
                where=path.name,
                expected=f"encrypted to {identity.recipient()}",
                todo="Send this line to the office (file hub.recipient) and ask it to deliver again.",
            ) from error
        raise _damaged(path.name, str(error)) from error


def _files(payload: memoryview, note: DeliveryNote, where: str) -> Iterator[bytes]:
    contents: Sequence[Content | TableContent] = note.tables if note.mode == "at-source" else note.contents
    if sum(content.size for content in contents) != len(payload):
        raise _damaged(where, f"{len(payload)} bytes follow the note, which lists another length")
    for content in contents:
        data, payload = bytes(payload[: content.size]), payload[content.size :]
        if hashlib.sha256(data).hexdigest() != content.sha256:
            raise _damaged(where, "a file has another hash than its signed note says")
        yield data


def _cube(content: Content, data: bytes, where: str) -> BaseCube:
    where = f"{where}, {' '.join(map(str, content.slot))}"
    check_base(data, content, where)
    cube = read_cube(io.BytesIO(data), where)
    if cube.manifest != content.manifest or (len(cube), cube.total()) != (content.cells, content.counted):
        raise _contradicting(where)
    return cube


def _table(content: TableContent, data: bytes, where: str) -> ReleasedCube:
    where = f"{where}, table {content.note.table}"
    check_protected(data, content, where)
    table = read_released(io.BytesIO(data), where)
    if (table.note, years_of(table), len(table)) != (content.note, content.years, content.cells):
        raise _contradicting(where)
    return table


def _damaged(where: str, reason: str) -> Refused:
    return Refused(
        f"The delivery is truncated or was changed on its way ({reason}).",
        where=where,
        expected="the bytes that the office wrote",
        todo="Ask the office to send the file again; nothing was stored.",
    )


def _contradicting(where: str) -> Refused:
    return Refused(
        "A file says something else of itself than the signed note says of it.",
        where=where,
        expected="the same manifest and counts in both",
        todo="The office's version of Allmende is faulty: let it update and deliver again.",
    )
