"""The head of an opened delivery: format, signed line, signature. What a hub keeps as evidence of who sent what."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from allmende.deliveries.keys import VerifyKey
from allmende.deliveries.note import FORMAT, DeliveryNote
from allmende.errors import Refused

MAGIC = b"allmende delivery %d\n" % FORMAT
LINE_LIMIT = 16 << 20
"""Longest signed line in bytes: room for 10,000 cubes."""

_SIGNATURE = 128
_AGS = re.compile(r"[0-9]{8}")


@dataclass(frozen=True, slots=True)
class Head:
    """A head whose signature was checked: `hub` is the recipient it was signed for, `size` its length in bytes."""

    hub: str
    note: DeliveryNote
    line: bytes
    signature: bytes

    @property
    def id(self) -> str:
        """SHA-256 of the signed line: the same for the same content in the same revision, however it was encrypted."""
        return hashlib.sha256(self.line).hexdigest()

    @property
    def size(self) -> int:
        """Length in bytes; the files follow."""
        return len(self.to_bytes())

    def to_bytes(self) -> bytes:
        """Return the bytes that `read_head` reads."""
        return MAGIC + self.line + self.signature.hex().encode() + b"\n"


def signed_line(note: DeliveryNote, hub: str) -> bytes:
    """Return the one line that is signed: the note and the hub it is meant for, the same bytes for the same note."""
    fields = {"hub": hub, "note": note.to_fields()}
    return json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def read_head(data: bytes | memoryview, verify_keys: Mapping[str, VerifyKey], where: str) -> Head:
    """Read a head and check its signature with the key of the office it names.

    Nothing of the note is believed, and nothing after the head is looked at, before the signature has been checked.
    Raises Refused for another format, an unknown office, a wrong signature.
    """
    line, signature = _split(data, where)
    office = _office(line, where)
    if office not in verify_keys:
        raise Refused(
            f"The delivery says that it comes from office {office!r}, which is not registered.",
            where=where,
            expected="one of: " + (", ".join(sorted(verify_keys)) or "nobody is registered yet"),
            todo="Register the office with its verify key (allmende hub register-office), or send the file back.",
        )
    if not verify_keys[office].verifies(signature, MAGIC + line):
        raise Refused(
            f"The signature is not that of office {office}.",
            where=where,
            expected=f"a signature by the key {verify_keys[office].fingerprint()}",
            todo="Somebody else made or changed this file, or the office has a new key: ask the office by telephone.",
        )
    return _believed(line, signature, where)


def stored_head(data: bytes, where: str) -> Head:
    """Read a head that a hub checked when it arrived and kept (the office may have another key by now)."""
    return _believed(*_split(data, where), where)


def _split(data: bytes | memoryview, where: str) -> tuple[bytes, bytes]:
    start = bytes(data[: len(MAGIC) + LINE_LIMIT + _SIGNATURE + 1])
    if not start.startswith(MAGIC):
        raise Refused(
            "The delivery has another format.",
            where=where,
            expected=MAGIC.decode().strip(),
            todo="Bring office and hub to the same version of Allmende and let the office deliver again.",
        )
    line, end, rest = start[len(MAGIC) :].partition(b"\n")
    digits = rest[: _SIGNATURE + 1]
    try:
        signature = bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        signature = b""
    # one way to write a signature: otherwise a changed byte (a capital, a space) would pass
    return line + end, signature if digits == signature.hex().encode() + b"\n" else b""


def _believed(line: bytes, signature: bytes, where: str) -> Head:
    try:
        fields = json.loads(line)
        return Head(str(fields["hub"]), DeliveryNote.from_fields(fields["note"]), line, signature)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused(
            f"The delivery's note has entries that are none ({error}).",
            where=where,
            expected="a note as docs/formats/delivery.md describes it",
            todo="Bring office and hub to the same version of Allmende and let the office deliver again.",
        ) from error


def _office(line: bytes, where: str) -> str:
    try:
        office = json.loads(line)["note"]["office"]
    except (ValueError, KeyError, TypeError, RecursionError):
        office = None
    if not isinstance(office, str) or not _AGS.fullmatch(office):
        raise Refused(
            "The delivery's note cannot be read.",
            where=where,
            expected="one line of JSON that names the office by its AGS",
            todo="The file was not made by Allmende or is damaged: ask the office to send it again.",
        )
    return office
