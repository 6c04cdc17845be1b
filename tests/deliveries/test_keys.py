"""Keys come back as they were written, stay private, and are never printed or replaced."""

from pathlib import Path

import pytest

from allmende.deliveries import (
    new_hub_identity,
    new_office_key,
    parse_recipient,
    parse_verify_key,
    read_identity,
    read_signing_key,
    write_identity,
    write_signing_key,
)
from allmende.errors import AllmendeError


def test_keys_come_back(tmp_path: Path):
    key, identity = new_office_key(), new_hub_identity()
    write_signing_key(key, tmp_path / "office")
    write_identity(identity, tmp_path / "hub")
    assert read_signing_key(tmp_path / "office") == key
    assert read_identity(tmp_path / "hub") == identity
    assert parse_verify_key(f"{key.verify_key()}\n") == key.verify_key()
    assert parse_recipient(identity.recipient() + "\n") == identity.recipient()


def test_a_signature_holds_for_one_message_and_one_key():
    key = new_office_key()
    signature = key.sign(b"message")
    assert key.verify_key().verifies(signature, b"message")
    assert not key.verify_key().verifies(signature, b"massage")
    assert not new_office_key().verify_key().verifies(signature, b"message")
    assert not key.verify_key().verifies(b"", b"message")


def test_only_the_owner_may_read_a_key(tmp_path: Path):
    write_signing_key(new_office_key(), tmp_path / "office")
    write_identity(new_hub_identity(), tmp_path / "hub")
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("office", "hub")} == {0o600}
    for name, read in (("office", read_signing_key), ("hub", read_identity)):
        (tmp_path / name).chmod(0o640)
        with pytest.raises(AllmendeError, match=r"may read the key \(mode 0640\)"):
            read(tmp_path / name)


def test_a_key_is_never_replaced(tmp_path: Path):
    write_signing_key(new_office_key(), tmp_path / "office")
    before = (tmp_path / "office").read_bytes()
    with pytest.raises(AllmendeError, match="must never be lost"):
        write_signing_key(new_office_key(), tmp_path / "office")
    assert (tmp_path / "office").read_bytes() == before


def test_a_secret_half_is_never_printed():
    key, identity = new_office_key(), new_hub_identity()
    assert key.value.hex() not in repr(key)
    assert repr(key.value) not in repr(key)
    assert identity.value not in repr(identity)


@pytest.mark.parametrize(
    "text", ["", "allmende-verify-key-1 ", "allmende-verify-key-1 " + "0" * 63, "allmende-signing-key-1 " + "0" * 64, "age1x"]
)
def test_what_is_no_verify_key_is_named_so(text: str):
    with pytest.raises(AllmendeError, match="no verify key"):
        parse_verify_key(text, "office.verify")


def test_what_is_no_key_file_is_named_so(tmp_path: Path):
    for name, read, words in (("a", read_signing_key, "no signing key"), ("b", read_identity, "no hub's identity")):
        (tmp_path / name).write_bytes(b"\xff\xfe rubbish")
        (tmp_path / name).chmod(0o600)
        with pytest.raises(AllmendeError, match=words):
            read(tmp_path / name)
