"""Files of a hub that a disk or a hand has damaged: the error names the file and says what helps."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from allmende.cubes import ReleasedCube, numbers, texts
from allmende.cubes.released import TableNote
from allmende.deliveries import DeliveryNote, seal_protected
from allmende.errors import AllmendeError
from allmende.hub import open_hub, receive, register_office

from .conftest import CHECK, EPOCH, NOW, TERRITORY, A, B, Round, stock


def cut_in_half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flip_a_bit(data: bytes) -> bytes:
    place = len(data) // 4
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


DAMAGE = [cut_in_half, flip_a_bit, lambda data: b"", lambda data: b"\0" * len(data)]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_cube_is_named(circle: Round, damage):
    receive(circle.hub, circle.send(stock(A, 2025), stock(A, 2026)), NOW)
    path = circle.hub.folder / "store/stock/12-31" / f"{A}-2026.parquet"
    path.write_bytes(damage(path.read_bytes()))
    for read in (circle.hub.store.check, lambda: list(circle.hub.store.cubes("stock", "12-31"))):
        with pytest.raises(AllmendeError, match="damaged or was changed") as error:
            read()
        assert error.value.where == str(path)
        assert error.value.todo.startswith("Restore it from backup, or ask office 99001001 to deliver again")


def test_a_cube_that_is_gone_or_too_many_is_named(circle: Round):
    receive(circle.hub, circle.send(stock(A, 2025)), NOW)
    path = circle.hub.folder / "store/stock/12-31" / f"{A}-2025.parquet"
    stranger = path.rename(path.with_name(f"{B}-2025.parquet"))
    with pytest.raises(AllmendeError, match="it is missing") as error:
        circle.hub.store.check()
    assert error.value.where == str(path)
    path.write_bytes(stranger.read_bytes())
    with pytest.raises(AllmendeError, match="no delivery brought it") as error:
        circle.hub.store.check()
    assert error.value.where == str(stranger)


def test_a_cube_delivered_again_with_the_next_sequence_heals_the_store(circle: Round):
    receive(circle.hub, circle.send(stock(A, 2025)), NOW)
    path = circle.hub.folder / "store/stock/12-31" / f"{A}-2025.parquet"
    path.write_bytes(cut_in_half(path.read_bytes()))
    receive(circle.hub, circle.send(stock(A, 2025), sequence=2), NOW)
    circle.hub.store.check()


@pytest.mark.parametrize(
    "damage", [*DAMAGE, lambda data: data[:-40], lambda data: data.replace(b'"sequence":1', b'"sequence":3')]
)
def test_a_damaged_note_is_named_and_may_be_delivered_again(circle: Round, damage):
    sent = circle.send(stock(A, 2025))
    receive(circle.hub, sent, NOW)
    path = circle.hub.folder / "received" / f"{A}-000001.note"
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    for read in (circle.hub.store.holdings, lambda: receive(circle.hub, sent, NOW)):
        with pytest.raises(AllmendeError, match="damaged or was changed") as error:
            read()
        assert error.value.where == str(path)
        assert f"Restore it from backup, or move it away and ask office {A} to deliver again" in error.value.todo
    path.rename(circle.folder / "moved away")
    assert receive(open_hub(circle.hub.folder), sent, NOW).outcome == "received"
    assert path.read_bytes() == whole


def protected(circle: Round, years: tuple[int, ...], sequence: int, value: int = 12) -> Path:
    """Return a delivery of one protected table with one total for each year."""
    note = TableNote("people", "stock", "municipality", (), "12-31", "12-31", "2026-01-01", "public", "test")
    columns = texts("area", [A] * len(years)), numbers("year", years)
    table = ReleasedCube(columns, np.full(len(years), value), note, {A: years})
    said = DeliveryNote(A, "Auental", sequence, "at-source", TERRITORY, EPOCH, CHECK, date(2027, 1, 10))
    path = circle.folder / f"protected-{sequence}.allmende"
    return seal_protected([table], path, office=circle.keys[A], hub_recipient=circle.hub.settings.recipient, delivery=said)


@pytest.fixture
def quiet(circle: Round) -> Round:
    circle.hub = register_office(circle.hub, A, circle.keys[A].verify_key(), "at-source", NOW)
    return circle


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_protected_table_is_named(quiet: Round, damage):
    receive(quiet.hub, protected(quiet, (2025,), 1), NOW)
    path = quiet.hub.folder / "protected/people" / f"{A}-000001.parquet"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(AllmendeError, match="damaged or was changed") as error:
        list(quiet.hub.store.tables("people"))
    assert error.value.where == str(path)
    assert "Restore it from backup, or ask office 99001001 to deliver again" in error.value.todo


def test_a_protected_table_stands_year_by_year(quiet: Round):
    """An office that delivers each year keeps its older years; a correction replaces the years that it brings."""
    for sequence, years, value in ((1, (2023, 2024), 12), (2, (2025,), 15), (3, (2024,), 17)):
        receipt = receive(quiet.hub, protected(quiet, years, sequence, value), NOW)
        assert receipt.replaced == (1 if sequence == 3 else 0)
    shown = {}
    for ags, table in quiet.hub.store.tables("people"):
        assert ags == A
        assert table.areas == {A: tuple(table["year"].codes.tolist())}
        shown |= dict(zip(table["year"].codes.tolist(), table.value.tolist(), strict=True))
    assert shown == {2023: 12, 2024: 17, 2025: 15}
