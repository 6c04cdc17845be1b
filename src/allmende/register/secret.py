"""The secret behind record keys: made once per epoch, kept in the office, proven without being shown."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from allmende.cubes.folding import Keys
from allmende.errors import AllmendeError

BYTES = 32
"""Length of a secret: 256 bits."""

_EPOCH = re.compile(r"[A-Za-z0-9._-]{1,32}")


@dataclass(frozen=True, slots=True)
class Secret:
    """The secret of one key epoch: a name that may be told and 32 bytes that may not (nor are they ever printed)."""

    epoch: str
    value: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not _EPOCH.fullmatch(self.epoch):
            raise AllmendeError(
                f"The epoch {self.epoch!r} is no name.",
                expected="1 to 32 letters, digits, dots, dashes or underscores",
                todo="Name the epoch by the year in which the secret was made, for example 2026.",
            )
        if len(self.value) != BYTES:
            raise AllmendeError(
                f"The secret has {len(self.value)} bytes.",
                expected=f"{BYTES} bytes",
                todo="Use the secret file as the shared unit handed it over, or make one: allmende register new-secret.",
            )

    def check_value(self) -> str:
        """Return 16 hexadecimal digits that tell secrets (and epochs) apart and reveal nothing about the value.

        >>> Secret("2026", bytes(32)).check_value()
        '3c1eb6e21d80bb8e'
        """
        return hashlib.blake2b(self.epoch.encode(), key=self.value, person=b"allmende-check", digest_size=8).hexdigest()


def new_secret(epoch: str) -> Secret:
    """Make a secret from the operating system's randomness."""
    return Secret(epoch, secrets.token_bytes(BYTES))


def write_secret(secret: Secret, path: Path) -> None:
    """Write a secret to a new file that only its owner may read; never replaces one."""
    text = f'# Allmende: secret behind record keys. Whoever reads it can recompute them.\nepoch = "{secret.epoch}"\n'
    text += f'value = "{secret.value.hex()}"\n'
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise AllmendeError(
            "There is a file already; a secret that was used once must never be lost.",
            where=str(path),
            expected="a path where nothing is",
            todo="Give another path, or move the old secret to a safe place first.",
        ) from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)


def read_secret(path: Path) -> Secret:
    """Read a secret file; refuse it when others than its owner may read or write it."""
    if path.stat().st_mode & 0o077:
        raise AllmendeError(
            "Others on this machine may read the secret.",
            where=str(path),
            expected="a file that only its owner may read (mode 0600)",
            todo=f"chmod 600 {path}",
        )
    try:
        fields = tomllib.loads(path.read_text(encoding="ascii"))
        return Secret(str(fields["epoch"]), bytes.fromhex(fields["value"]))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise AllmendeError(
            "This is no secret file.",
            where=str(path),
            expected='the lines epoch = "…" and value = "64 hexadecimal digits"',
            todo="Ask the shared unit for the region's secret file.",
        ) from error


def record_keys(secret: Secret, ags: str, ids: Iterable[str]) -> Keys:
    """Return one record key (uint32) per stable person id of a municipality.

    The first 32 bits, big endian, of BLAKE2b (512 bits) keyed with the secret over `<ags>|<id>`: uniform, the same for
    the same person in every run of an epoch, different in every municipality, and not to be inverted without the secret.

    >>> record_keys(Secret("2026", bytes(32)), "03999001", ["A1", "A2"]).tolist()
    [3206278061, 3077134078]
    """
    return keyed(secret, (f"{ags}|{identity}" for identity in ids))


def keyed(secret: Secret, texts: Iterable[str], *, purpose: bytes = b"") -> Keys:
    """Return the first 32 bits of keyed BLAKE2b over each text; a `purpose` (up to 16 bytes) keeps uses apart."""
    blank = hashlib.blake2b(key=secret.value, person=purpose)

    def digest(text: str) -> bytes:
        hashed = blank.copy()
        hashed.update(text.encode())
        return hashed.digest()[:4]

    return np.frombuffer(b"".join(map(digest, texts)), dtype=">u4").astype(np.uint32)
