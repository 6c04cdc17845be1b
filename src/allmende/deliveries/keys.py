"""Who signs and who may open: an office's signing key, the hub's identity, and what each may show to others."""

from __future__ import annotations

import hashlib
import re
import secrets
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from allmende.errors import AllmendeError
from allmende.files import read_private, write_private

_SIGNING = "allmende-signing-key-1 "
_VERIFY = "allmende-verify-key-1 "
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """What everybody may know of an office's key: enough to check its signatures."""

    value: bytes

    def __str__(self) -> str:
        return _VERIFY + self.value.hex()

    def fingerprint(self) -> str:
        """Return 20 hexadecimal digits in groups, to be compared by telephone.

        >>> VerifyKey(bytes(32)).fingerprint()
        '6668-7aad-f862-bd77-6c8f'
        """
        digest = hashlib.sha256(self.value).hexdigest()
        return "-".join(digest[place : place + 4] for place in range(0, 20, 4))

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Say whether the office signed exactly this message (Ed25519, RFC 8032)."""
        try:
            Ed25519PublicKey.from_public_bytes(self.value).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An office's secret half: 32 bytes that are never printed."""

    value: bytes = field(repr=False)

    def verify_key(self) -> VerifyKey:
        """Return the public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.value).public_key()
        return VerifyKey(public.public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message: 64 bytes, the same for the same message."""
        return Ed25519PrivateKey.from_private_bytes(self.value).sign(message)


@dataclass(frozen=True, slots=True)
class HubIdentity:
    """The hub's secret half: an age X25519 identity, never printed."""

    value: str = field(repr=False)

    def recipient(self) -> str:
        """Return the public half, `age1…`, to which offices encrypt."""
        return str(pyrage.x25519.Identity.from_str(self.value).to_public())


def new_office_key() -> SigningKey:
    """Make an office's key from the operating system's randomness."""
    return SigningKey(secrets.token_bytes(32))


def new_hub_identity() -> HubIdentity:
    """Make a hub's identity from the operating system's randomness."""
    return HubIdentity(str(pyrage.x25519.Identity.generate()))


def parse_verify_key(text: str, where: str = "") -> VerifyKey:
    """Read a verify key from its line of text."""
    return VerifyKey(_parse(text, _VERIFY, "verify key", where))


def parse_recipient(text: str, where: str = "") -> str:
    """Read a hub's recipient (`age1…`) from its line of text."""
    recipient = text.strip()
    try:
        return str(pyrage.x25519.Recipient.from_str(recipient))
    except pyrage.RecipientError as error:
        raise AllmendeError(
            "This is no hub's public key.",
            where=where,
            expected="one line that begins with age1 and has 62 letters and digits",
            todo="Ask the hub for the file hub.recipient; it is public.",
        ) from error


def write_signing_key(key: SigningKey, path: Path) -> None:
    """Write an office's key to a new file that only its owner may read."""
    write_private(path, _SIGNING + key.value.hex() + "\n")


def read_signing_key(path: Path) -> SigningKey:
    """Read an office's key; refuse a file that others may read."""
    return SigningKey(_parse(read_private(path), _SIGNING, "signing key", str(path)))


def write_identity(identity: HubIdentity, path: Path) -> None:
    """Write a hub's identity, as the tool `age` writes it, to a new file that only its owner may read."""
    write_private(path, identity.value + "\n")


def read_identity(path: Path) -> HubIdentity:
    """Read a hub's identity; refuse a file that others may read."""
    text = read_private(path).strip()
    try:
        pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError as error:
        raise AllmendeError(
            "This is no hub's identity.",
            where=str(path),
            expected="one line that begins with AGE-SECRET-KEY-1",
            todo="Restore the file hub.identity from its backup; without it no delivery can be opened.",
        ) from error
    return HubIdentity(text)


def write_matrix(value: bytes, path: Path) -> None:
    """Write the region's matrix secret, which orders the intervals of p-tables, to a new file for its owner only."""
    write_private(path, f'# Allmende: order of p-table intervals.\nmatrix = "{value.hex()}"\n')


def read_matrix(path: Path) -> bytes:
    """Read a matrix secret (32 bytes); any other secret is refused, above all the one behind record keys."""
    text = read_private(path)
    try:
        return bytes.fromhex(tomllib.loads(text)["matrix"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise AllmendeError(
            "This is no matrix secret.",
            where=str(path),
            expected='the line matrix = "64 hexadecimal digits"',
            todo="Give the file matrix.secret of the hub as it was written; with another one the same people get fresh noise.",
        ) from error


def _parse(text: str, prefix: str, kind: str, where: str) -> bytes:
    line = text.strip()
    digits = line.removeprefix(prefix)
    if not line.startswith(prefix) or not _HEX.fullmatch(digits):
        raise AllmendeError(
            f"This is no {kind}.",
            where=where,
            expected=f"one line: {prefix}and 64 hexadecimal digits",
            todo="Give the file as `allmende register new-key` wrote it.",
        )
    return bytes.fromhex(digits)
