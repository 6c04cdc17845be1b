"""What a hub accepts, and everything it refuses."""

import hashlib
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyrage
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from allmende.cubes import BaseCube, ReleasedCube, numbers, texts
from allmende.cubes.base import content_hash
from allmende.cubes.released import TableNote
from allmende.deliveries import Delivery, DeliveryNote, new_hub_identity, new_office_key, open_delivery, opening, seal_protected
from allmende.deliveries.guard import check_base
from allmende.deliveries.head import MAGIC
from allmende.errors import AllmendeError, Refused

from .conftest import AGS, Post, stock


def opened(post: Post, path: Path | None = None) -> Delivery:
    return open_delivery(path or post.path, identity=post.hub, verify_keys=post.verify_keys)


def inside(post: Post) -> bytes:
    return bytes(pyrage.decrypt(post.path.read_bytes(), [pyrage.x25519.Identity.from_str(post.hub.value)]))


def resealed(post: Post, plain: bytes) -> Path:
    """Encrypt other bytes to the hub, as anybody may who knows its public key."""
    post.path.write_bytes(pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(post.hub.recipient())]))
    return post.path


@pytest.fixture
def sealed(post: Post) -> tuple[Post, bytes]:
    post.send(stock(2025))
    return post, inside(post)


def forged(post: Post, change: dict[str, object], *, files: bytes | None = None) -> Path:
    """Change fields of the note and sign again, as a faulty or hostile office might."""
    line, _, rest = inside(post)[len(MAGIC) :].partition(b"\n")
    fields = json.loads(line)
    fields["note"] |= change
    line = json.dumps(fields).encode() + b"\n"
    signature = post.office.sign(MAGIC + line).hex().encode() + b"\n"
    return resealed(post, MAGIC + line + signature + (rest[129:] if files is None else files))


def test_what_was_sealed_is_opened(post: Post):
    cubes = [stock(2025), stock(2024)]
    post.send(*cubes, sequence=7)
    delivery = opened(post)
    assert [content_hash(cube.cells) for cube in delivery.cubes] == [content_hash(cube.cells) for cube in reversed(cubes)]
    assert [content.slot for content in delivery.note.contents] == [("stock", "12-31", 2024), ("stock", "12-31", 2025)]
    assert [content.counted for content in delivery.note.contents] == [cubes[1].total(), cubes[0].total()]
    assert (delivery.note.office, delivery.note.sequence, delivery.note.epoch) == (AGS, 7, "2026")


def test_the_same_content_has_the_same_bytes_inside_and_the_same_id(post: Post):
    post.send(stock(2024), stock(2025))
    first, id_ = inside(post), opened(post).id
    post.send(stock(2025), stock(2024))
    assert (inside(post), opened(post).id) == (first, id_)


def test_every_changed_byte_is_refused(post: Post):
    whole = post.send(stock(2025)).read_bytes()
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1 << place % 8
        post.path.write_bytes(changed)
        with pytest.raises(AllmendeError):
            opened(post)


def test_a_changed_byte_is_refused_though_encrypted_again(post: Post):
    post.send(stock(2025))
    plain = inside(post)
    for place in range(0, len(plain), 5):
        changed = bytearray(plain)
        changed[place] ^= 1 << place % 8
        with pytest.raises(Refused):
            opened(post, resealed(post, bytes(changed)))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_edit_of_what_is_inside_passes(sealed: tuple[Post, bytes], data: st.DataObject):
    post, plain = sealed
    start = data.draw(st.integers(0, len(plain)))
    end = data.draw(st.integers(start, len(plain)))
    changed = plain[:start] + data.draw(st.binary(min_size=1, max_size=40)) + plain[end:]
    assume(changed != plain)
    with pytest.raises(Refused):
        opened(post, resealed(post, changed))


def test_a_truncated_file_is_refused(post: Post):
    whole = post.send(stock(2025)).read_bytes()
    for length in range(0, len(whole), 97):
        post.path.write_bytes(whole[:length])
        with pytest.raises(AllmendeError):
            opened(post)


def test_appended_bytes_are_refused(post: Post):
    post.path.write_bytes(post.send(stock(2025)).read_bytes() + b"x")
    with pytest.raises(Refused, match="truncated or was changed"):
        opened(post)


def test_another_hub_cannot_open_it(post: Post):
    post.send(stock(2025))
    with pytest.raises(Refused, match="not meant for this hub"):
        open_delivery(post.path, identity=new_hub_identity(), verify_keys=post.verify_keys)


def test_a_hub_cannot_pass_it_on_as_if_the_office_had_sent_it(post: Post):
    post.send(stock(2025))
    other = Post(post.office, new_hub_identity(), post.path)
    resealed(other, inside(post))
    with pytest.raises(Refused, match="signed for another hub"):
        opened(other)


def test_an_unknown_office_is_refused(post: Post):
    post.send(stock(2025, ags="99001002"))
    with pytest.raises(Refused, match="'99001002', which is not registered"):
        opened(post)


def test_a_stranger_cannot_sign_for_an_office(post: Post):
    Post(new_office_key(), post.hub, post.path).send(stock(2025))
    with pytest.raises(Refused, match=f"not that of office {AGS}"):
        opened(post)


@pytest.mark.parametrize("version", [b"allmende delivery 2\n", b"allmende delivery 1 \n"])
def test_another_format_is_refused(post: Post, version: bytes):
    post.send(stock(2025))
    with pytest.raises(Refused, match="another format"):
        opened(post, resealed(post, version + inside(post)[len(MAGIC) :]))


def test_another_schema_of_cubes_is_refused(post: Post):
    cube = stock(2025)
    post.send(BaseCube(cube.cells, replace(cube.manifest, schema=2)))
    with pytest.raises(Refused, match="schema version 2"):
        opened(post)


@pytest.mark.parametrize(
    "line", [b"{}", b"[", b"null", b'{"note":{"office":["x"]}}', b'{"note":{"office":"../../x"}}', b"[" * 100_000]
)
def test_an_unreadable_note_is_refused(post: Post, line: bytes):
    with pytest.raises(Refused, match="note cannot be read"):
        opened(post, resealed(post, MAGIC + line + b"\n" + b"0" * 128 + b"\n"))


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": "1"},
        {"sequence": 0},
        {"sequence": 10**6},
        {"sequence": True},
        {"mode": "on-trust"},
        {"made": "yesterday"},
        {"contents": 5},
        {"contents": [{}]},
        {"surprise": 1},
        {"tables": [{"note": None}]},
    ],
    ids=str,
)
def test_a_signed_note_with_senseless_entries_is_refused(post: Post, change: dict[str, object]):
    post.send(stock(2025))
    with pytest.raises(Refused, match="entries that are none"):
        opened(post, forged(post, change))


@pytest.mark.parametrize("name", ["../../hub", "a/b", "", "x" * 65, "Ä"])
def test_the_name_of_a_table_cannot_lead_elsewhere(post: Post, name: str):
    table = protected()
    table = ReleasedCube(table.columns, table.value, replace(table.note, table=name), table.areas)
    seal_protected([table], post.path, office=post.office, hub_recipient=post.hub.recipient(), delivery=at_source())
    with pytest.raises(Refused, match="cannot be the name of a table"):
        opened(post)


def test_a_signature_has_one_spelling(post: Post):
    post.send(stock(2025))
    line, _, rest = inside(post)[len(MAGIC) :].partition(b"\n")
    with pytest.raises(Refused, match="signature"):
        opened(post, resealed(post, MAGIC + line + b"\n" + rest[:128].upper() + rest[128:]))


def test_a_note_that_says_something_else_than_its_cube_is_refused(post: Post):
    post.send(stock(2025))
    entry = json.loads(inside(post).split(b"\n")[1])["note"]["contents"][0]
    with pytest.raises(Refused, match="something else of itself"):
        opened(post, forged(post, {"contents": [entry | {"counted": entry["counted"] + 1}]}))


@pytest.mark.parametrize("content", [b"", b"name;born\nMeier;1970\n" * 50])
def test_what_is_no_delivery_is_named_so(post: Post, content: bytes):
    post.path.write_bytes(content)
    with pytest.raises(AllmendeError, match="no delivery") as error:
        opened(post)
    assert not isinstance(error.value, Refused)


def test_a_file_that_is_too_large_is_not_read(post: Post, monkeypatch: pytest.MonkeyPatch):
    post.send(stock(2025))
    monkeypatch.setattr(opening, "FILE_LIMIT", 1000)
    with pytest.raises(AllmendeError, match="too large"):
        opened(post)


def _rows(count: int) -> pa.Table:
    """Return a table that is small in a file and huge in memory."""
    cube = stock(2025)
    columns = {c.name: pa.array(np.zeros(count, np.int64)) for c in cube.cells.columns if c.labels is None}
    zeros = pa.array(np.zeros(count, np.int32))
    for column in cube.cells.columns:
        columns[column.name] = columns.get(column.name, pa.DictionaryArray.from_arrays(zeros, pa.array(["x"])))
    return pa.table(columns | {"n": np.ones(count, np.int64), "key": np.zeros(count, np.uint32)})


@pytest.mark.parametrize(
    ("table", "options", "words"),
    [
        (_rows(2_000_000), {}, "2000000 rows"),
        (_rows(200).drop_columns("sex"), {}, "other columns"),
        (_rows(200).append_column("name", pa.array(["x" * 1000] * 200)), {}, "other columns"),
        (_rows(200).set_column(0, "age", pa.array(np.zeros(200, np.float64))), {}, "other columns"),
        (_rows(200), {"use_dictionary": False, "column_encoding": {"age": "DELTA_BINARY_PACKED"}}, "other columns"),
    ],
    ids=["many rows", "column missing", "column too many", "other type", "other encoding"],
)
def test_a_table_that_would_unfold_into_something_else_is_not_read(
    post: Post, table: pa.Table, options: dict[str, object], words: str
):
    post.send(stock(2025))
    content = opened(post).note.contents[0]
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    with pytest.raises(Refused, match=words):
        check_base(file.getvalue(), content, "here")


def test_rubbish_in_place_of_a_table_is_refused(post: Post):
    post.send(stock(2025))
    with pytest.raises(Refused, match="no Parquet table"):
        check_base(b"PAR1 rubbish PAR1", opened(post).note.contents[0], "here")


def protected() -> ReleasedCube:
    note = TableNote(
        "sex_by_district", "stock", "district", (("sex", "all"),), "12-31", "12-31", "2026-01-01", "public", "test"
    )
    columns = (texts("area", [f"{AGS}.01"] * 2), numbers("year", [2025] * 2), texts("sex", ["m", "w"]))
    return ReleasedCube(columns, np.array([12, 9]), note, {f"{AGS}.01": (2025,)})


def at_source() -> DeliveryNote:
    return DeliveryNote(AGS, "Musterstadt", 1, "at-source", date(2026, 1, 1), "2026", "c0ffee", date(2027, 1, 15))


def test_at_source_only_protected_tables_travel(post: Post):
    seal_protected([protected()], post.path, office=post.office, hub_recipient=post.hub.recipient(), delivery=at_source())
    delivery = opened(post)
    assert delivery.cubes == ()
    assert [table.note.table for table in delivery.tables] == ["sex_by_district"]
    assert delivery.tables[0].value.tolist() == [12, 9]
    assert delivery.note.tables[0].years == (2025,)


def test_a_base_cube_cannot_travel_as_a_protected_table(post: Post):
    post.send(stock(2025))
    cube = inside(post)[len(MAGIC) :].partition(b"\n")[2][129:]
    seal_protected([protected()], post.path, office=post.office, hub_recipient=post.hub.recipient(), delivery=at_source())
    entry = json.loads(inside(post).split(b"\n")[1])["note"]["tables"][0]
    forged(post, {"tables": [entry | {"size": len(cube), "sha256": hashlib.sha256(cube).hexdigest()}]}, files=cube)
    with pytest.raises(Refused, match="other columns"):
        opened(post)
