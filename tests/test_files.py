"""Files that are whole, files that are private, and lines of TOML."""

import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allmende.errors import AllmendeError
from allmende.files import open_private, read_private, toml_lines, write_private, write_whole


def test_a_file_is_replaced_whole_or_not(tmp_path):
    write_whole(tmp_path / "f", b"old")
    with pytest.raises(TypeError):
        write_whole(tmp_path / "f", 5)  # type: ignore[arg-type]
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("f", b"old")]


def test_a_private_file_is_the_owners_alone_whatever_lay_there(tmp_path):
    path = tmp_path / "findings.csv"
    path.write_text("of the last run")
    path.chmod(0o644)
    with open_private(path) as file:
        file.write("ä")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == ("\ufeffä".encode(), 0o600)


def test_a_secret_is_never_written_over_and_only_read_where_nobody_else_may(tmp_path):
    path = tmp_path / "region.secret"
    write_private(path, "first")
    with pytest.raises(AllmendeError, match="never be lost"):
        write_private(path, "second")
    assert read_private(path) == "first"
    path.chmod(0o640)
    with pytest.raises(AllmendeError, match="0640"):
        read_private(path)


VALUES = st.one_of(st.text(), st.integers(-(2**63), 2**63 - 1), st.booleans(), st.dates(date(1900, 1, 1)), st.lists(st.text()))


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), VALUES))
def test_lines_of_toml_read_back_as_they_were(fields):
    text = "\n".join(toml_lines(fields))
    assert tomllib.loads(text) == fields
