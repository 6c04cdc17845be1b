"""The secret behind record keys: made once per epoch, kept in the office, proven without being shown."""

from __future__ import annotations

import hashlib
import secrets
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from allmende.cubes.folding import Keys
from allmende.cubes.manifest import EPOCH
from allmende.errors import AllmendeError
from allmende.files import read_private, toml_lines, write_private

BYTES = 32
"""Length of a secret: 256 bits."""


@dataclass(frozen=True, slots=True)
class Secret:
    """The secret of one key epoch: a name that may be told and 32 bytes that may not (nor are they ever printed)."""

    epoch: str
    value: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not EPOCH.fullmatch(self.epoch):
            raise AllmendeError(
                f"The epoch {self.epoch!r} is no name.",
                expected="1 to 32 letters, digits, dots, dashes or underscores",
                todo="Name the epoch by the year in which the secret was made, for example 2026.",
            )
        if len(self.value) != BYTES:
            raise AllmendeError(
                f"The secret has {len(self.value)} bytes.",
                expected=f"{BYTES} bytes",
                todo="Use the secret file as it was handed over, or make one: allmende register new-secret.",
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
    head = "# Allmende: secret behind record keys. Whoever reads it can recompute them."
    lines = toml_lines({"epoch": secret.epoch, "value": secret.value.hex()})
    write_private(path, "\n".join([head, *lines, ""]))


def read_secret(path: Path) -> Secret:
    """Read a secret file; refuse it when others than its owner may read or write it."""
    text = read_private(path)
    try:
        fields = tomllib.loads(text)
        return Secret(str(fields["epoch"]), bytes.fromhex(fields["value"]))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise AllmendeError(
            "This is no secret file.",
            where=str(path),
            expected='the lines epoch = "…" and value = "64 hexadecimal digits"',
            todo="Ask the office that made the region's secret for its file.",
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
