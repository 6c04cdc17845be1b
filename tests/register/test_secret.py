import hashlib

import numpy as np
import pytest

from allmende.errors import AllmendeError
from allmende.register.secret import Secret, new_secret, read_secret, record_keys, write_secret

SECRET = Secret("2026", bytes(range(32)))


def test_a_record_key_is_the_first_32_bits_of_keyed_blake2b():
    digest = hashlib.blake2b(b"03999001|4711", key=bytes(range(32))).digest()
    assert record_keys(SECRET, "03999001", ["4711"]).tolist() == [int.from_bytes(digest[:4], "big")]


def test_keys_depend_on_person_municipality_and_secret():
    ids = ["1", "2"]
    keys = {
        tuple(record_keys(secret, ags, ids).tolist())
        for secret in (SECRET, Secret("2026", bytes(32)))
        for ags in ("03999001", "04999001")
    }
    assert len(keys) == 4
    assert record_keys(SECRET, "03999001", []).dtype == np.uint32


def test_a_secret_survives_its_file_and_is_never_overwritten(tmp_path):
    path = tmp_path / "region.secret"
    write_secret(SECRET, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_secret(path) == SECRET
    with pytest.raises(AllmendeError, match="never be lost"):
        write_secret(SECRET, path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602])
def test_a_secret_that_others_can_reach_is_refused(tmp_path, mode):
    path = tmp_path / "region.secret"
    write_secret(SECRET, path)
    path.chmod(mode)
    with pytest.raises(AllmendeError, match="Others on this machine"):
        read_secret(path)


@pytest.mark.parametrize(
    "text", ["", "nonsense", 'epoch = "2026"', 'epoch = "2026"\nvalue = "xy"', 'epoch = "20 26"\nvalue = "00"', "ä = 1"]
)
def test_a_file_that_holds_no_secret_is_refused(tmp_path, text):
    path = tmp_path / "region.secret"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(AllmendeError):
        read_secret(path)


def test_the_check_value_tells_secrets_and_epochs_apart_and_printing_shows_no_value():
    values = {Secret(e, v).check_value() for e in ("2026", "2027") for v in (bytes(32), bytes(range(32)))}
    assert len(values) == 4
    assert SECRET.value.hex() not in repr(SECRET)
    assert repr(SECRET.value) not in repr(SECRET)
    assert new_secret("2026").value != new_secret("2026").value
