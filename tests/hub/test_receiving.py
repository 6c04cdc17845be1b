"""What a hub takes in, what it refuses and why; twice is harmless."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from allmende.areas import Municipality, load_region
from allmende.cubes import BaseCube, ReleasedCube, numbers, texts
from allmende.cubes.base import content_hash
from allmende.cubes.released import TableNote
from allmende.deliveries import DeliveryNote, new_office_key, seal_protected
from allmende.engine import fold_cells, open_engine
from allmende.errors import AllmendeError, Refused
from allmende.hub import find_mismatches, init_hub, open_hub, receive, register_office

from .conftest import CHECK, EPOCH, NOW, TERRITORY, A, B, C, Round, moves, stock


def snapshot(circle: Round) -> dict[str, bytes]:
    """Return every file of the hub but its log."""
    hub = circle.hub.folder
    return {
        str(path.relative_to(hub)): path.read_bytes() for path in hub.rglob("*") if path.is_file() and path.name != "log.jsonl"
    }


def log(circle: Round) -> list[dict[str, object]]:
    return [json.loads(line) for line in (circle.hub.folder / "log.jsonl").read_text().splitlines()]


def test_what_an_office_sent_is_in_the_store(circle: Round):
    cubes = [stock(A, 2025), stock(A, 2026)]
    receipt = receive(circle.hub, circle.send(*cubes), NOW)
    assert (receipt.outcome, receipt.office, receipt.name, receipt.replaced) == ("received", A, "Auental", 0)
    assert receipt.contents == (("stock", "12-31", 2025), ("stock", "12-31", 2026))
    store = circle.hub.store
    assert [content_hash(cube.cells) for cube in store.cubes("stock", "12-31")] == [c.manifest.content for c in cubes]
    assert store.years("stock", "12-31") == (2025, 2026)
    assert [m.content for m in store.manifests()] == [c.manifest.content for c in cubes]
    assert (circle.hub.folder / "store/stock/12-31" / f"{A}-2025.parquet").exists()


def test_the_engine_opens_all_offices_together(circle: Round):
    sent = [stock(A, 2025), stock(B, 2025), stock(C, 2025)]
    for cube in sent:
        receive(circle.hub, circle.send(cube), NOW)
    with open_engine() as engine:
        cells = fold_cells(circle.hub.store.frame(engine, "stock", "12-31"), ["ags"])
    totals = dict(zip(cells["ags"].values(), cells.n.tolist(), strict=True))
    assert totals == {cube.manifest.ags: cube.total() for cube in sent}


def test_the_same_delivery_again_is_harmless(circle: Round):
    path = circle.send(stock(A, 2025))
    receive(circle.hub, path, NOW)
    before = snapshot(circle)
    assert receive(circle.hub, path, NOW).outcome == "known"
    circle.send(stock(A, 2025))  # encrypted anew: other bytes outside, the same inside
    assert receive(circle.hub, path, NOW).outcome == "known"
    assert snapshot(circle) == before
    assert [entry["what"] for entry in log(circle)[-3:]] == ["received", "known", "known"]


def test_a_sequence_is_used_once(circle: Round):
    receive(circle.hub, circle.send(stock(A, 2025)), NOW)
    with pytest.raises(Refused, match="used the sequence 1 for another content") as error:
        receive(circle.hub, circle.send(stock(A, 2025, seed=1)), NOW)
    assert "sequence 2" in error.value.expected


def test_a_correction_replaces_and_an_older_revision_is_refused(circle: Round):
    old, new = stock(A, 2025), stock(A, 2025, seed=1)
    late, known = circle.send(stock(A, 2025, seed=2), sequence=1).rename(circle.folder / "late"), circle.send(old, sequence=2)
    receive(circle.hub, known, NOW)
    assert receive(circle.hub, circle.send(new, stock(A, 2024), sequence=5), NOW).replaced == 1
    before = snapshot(circle)
    with pytest.raises(Refused, match="holds revision 5 of what this revision 1 brings"):
        receive(circle.hub, late, NOW)
    assert receive(circle.hub, known, NOW).outcome == "known"
    assert snapshot(circle) == before
    assert [cube.manifest.content for cube in circle.hub.store.cubes("stock", "12-31")] == [
        stock(A, 2024).manifest.content,
        new.manifest.content,
    ]


def test_nobody_is_a_count_too(circle: Round):
    for ags in (A, B):
        receive(circle.hub, circle.send(moves(ags, 2025, []), stock(ags, 2025, size=0)), NOW)
    assert [len(cube) for cube in circle.hub.store.cubes("stock", "12-31")] == [0, 0]
    assert find_mismatches(circle.hub).cells == ()
    with open_engine() as engine:
        assert len(fold_cells(circle.hub.store.frame(engine, "stock", "12-31"), ["ags", "age"])) == 0


def test_an_earlier_sequence_may_still_bring_what_is_missing(circle: Round):
    receive(circle.hub, circle.send(stock(A, 2026), sequence=2), NOW)
    assert receive(circle.hub, circle.send(stock(A, 2025), sequence=1), NOW).outcome == "received"


def changed(cube: BaseCube, **columns: object) -> BaseCube:
    return BaseCube(cube.cells.replace(*columns.values()), cube.manifest).sealed()


FAULTS = {
    "epoch": ([stock(A, 2025, epoch="2020")], "secret epoch '2020', not '2026'"),
    "secret": ([stock(A, 2025, key_check="0" * 16)], "another one than that of epoch 2026"),
    "borders": ([stock(A, 2025, territory_date=date(2020, 1, 1))], "borders are those of 2020-01-01"),
    "district": ([stock(A, 2025, codes=("01", "77", "78"))], f"unknown district {A}.77, {A}.78"),
    "other's district": (
        [changed(stock(A, 2025), d=texts("district", [f"{B}.01"] * len(stock(A, 2025))))],
        f"unknown district {B}.01",
    ),
    "other's persons": ([changed(stock(A, 2025), a=texts("ags", [B] * len(stock(A, 2025))))], f"unknown ags {B}"),
    "sex": ([changed(stock(A, 2025), s=texts("sex", ["f"] * len(stock(A, 2025))))], "unknown sex f"),
    "year": ([changed(stock(A, 2025), y=numbers("year", [2024] * len(stock(A, 2025))))], "other years than 2025"),
    "age": ([changed(stock(A, 2025), g=numbers("age", np.arange(len(stock(A, 2025))) - 1))], "ages below 0"),
    "counterpart": ([moves(A, 2025, [("out", "99009009", 3, "m", 1, 1)])], "unknown counterpart 99009009"),
    "itself": ([moves(A, 2025, [("out", A, 3, "m", 1, 1)])], f"unknown counterpart {A}"),
    "direction": ([moves(A, 2025, [("up", B, 3, "m", 1, 1)])], "unknown direction up"),
    "nobody": ([moves(A, 2025, [("in", B, 3, "m", 0, 1)])], "fewer than one person"),
}


@pytest.mark.parametrize(("cubes", "words"), FAULTS.values(), ids=FAULTS.keys())
def test_what_does_not_fit_is_refused_and_nothing_changes(circle: Round, cubes: list[BaseCube], words: str):
    receive(circle.hub, circle.send(stock(A, 2024)), NOW)
    before = snapshot(circle)
    with pytest.raises(Refused, match="does not fit this hub") as error:
        receive(circle.hub, circle.send(*cubes, sequence=2), NOW)
    assert words in error.value.what
    assert snapshot(circle) == before
    assert log(circle)[-1]["what"] == "refused"


def test_all_faults_are_told_at_once(circle: Round):
    cube = stock(A, 2025, codes=("77",), territory_date=date(2020, 1, 1), epoch="2020")
    with pytest.raises(Refused) as error:
        receive(circle.hub, circle.send(cube), NOW)
    assert all(words in error.value.what for words in ("secret epoch", "borders", "unknown district"))


def test_what_an_office_writes_cannot_move_the_cursor(circle: Round):
    with pytest.raises(Refused) as error:
        receive(circle.hub, circle.send(stock(A, 2025, codes=("\x1b[2J",))), NOW)
    assert f"unknown district {A}.�[2J" in error.value.what


def test_a_municipality_outside_the_region_cannot_be_registered(circle: Round):
    with pytest.raises(AllmendeError, match="does not belong to the region"):
        register_office(circle.hub, "99009009", new_office_key().verify_key(), "trusted-unit", NOW)


def test_a_key_is_not_replaced_by_mistake(circle: Round):
    new = new_office_key().verify_key()
    with pytest.raises(Refused, match="registered with another key"):
        register_office(circle.hub, A, new, "trusted-unit", NOW)
    assert register_office(circle.hub, A, new, "trusted-unit", NOW, replace_key=True).settings.verify_keys()[A] == new
    assert open_hub(circle.hub.folder).settings.verify_keys()[A] == new


def test_a_municipality_without_districts_delivers_itself(circle: Round):
    region = load_region(circle.hub.region_folder)
    plain = replace(
        region,
        municipalities=tuple(Municipality(m.ags, m.name, m.land, m.kind) for m in region.municipalities),
        districts=(),
    )
    hub = replace(circle.hub, region=plain)
    assert receive(hub, circle.send(stock(A, 2025, codes=("unlocated",))), NOW).outcome == "received"


def test_at_source_stores_protected_tables_apart_and_no_cube(circle: Round):
    hub = register_office(circle.hub, A, circle.keys[A].verify_key(), "at-source", NOW)
    with pytest.raises(Refused, match="comes in mode trusted-unit; the office is registered as at-source"):
        receive(hub, circle.send(stock(A, 2025)), NOW)
    note = TableNote("sex", "stock", "municipality", (("sex", "all"),), "12-31", "12-31", "2026-01-01", "public", "test")
    table = ReleasedCube((texts("area", [A]), numbers("year", [2025]), texts("sex", ["m"])), np.array([12]), note, {A: (2025,)})
    said = DeliveryNote(A, "Auental", 2, "at-source", TERRITORY, EPOCH, CHECK, date(2027, 1, 10))
    path = circle.folder / "protected.allmende"
    seal_protected([table], path, office=circle.keys[A], hub_recipient=hub.settings.recipient, delivery=said)
    assert receive(hub, path, NOW).tables == ("sex",)
    assert [(ags, t.value.tolist()) for ags, t in hub.store.tables("sex")] == [(A, [12])]
    assert hub.store.manifests() == ()


def protected(geography: str, area: str, value: int = 12, *, times: int = 1, **changed: str) -> ReleasedCube:
    """Return a table of one cell (or of the same one several times)."""
    borders = changed.get("borders", TERRITORY.isoformat())
    note = TableNote("sex", "stock", geography, (("sex", "each"),), "12-31", "12-31", borders, "public", "test")
    sex = texts("sex", [changed.get("sex", "m")] * times)
    columns = (texts("area", [area] * times), numbers("year", [2025] * times), sex)
    return ReleasedCube(columns, np.array([value] * times), note, {changed.get("listed", area): (2025,)})


def deliver_protected(circle: Round, table: ReleasedCube) -> str:
    hub = register_office(circle.hub, A, circle.keys[A].verify_key(), "at-source", NOW)
    said = DeliveryNote(A, "Auental", 1, "at-source", TERRITORY, EPOCH, CHECK, date(2027, 1, 10))
    path = circle.folder / "protected.allmende"
    seal_protected([table], path, office=circle.keys[A], hub_recipient=hub.settings.recipient, delivery=said)
    return receive(hub, path, NOW).outcome


CELL = "CRS3035RES500mN3000000E4000000"


@pytest.mark.parametrize(
    ("geography", "area"),
    [("region", "drei"), ("municipality", A), ("district", f"{A}.01"), ("district_1", f"{A}.unlocated"), ("grid_500", CELL),
     ("grid_500", "unlocated")],
)  # fmt: skip
def test_an_office_at_source_may_count_in_its_own_areas(circle: Round, geography: str, area: str):
    assert deliver_protected(circle, protected(geography, area)) == "received"


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (protected("municipality", B), f"no municipality of {A}: {B}"),
        (protected("district", f"{B}.01"), f"no district of {A}: {B}.01"),
        (protected("district", f"{A}.01", listed=f"{B}.02"), f"no district of {A}: {B}.02"),
        (protected("region", "elsewhere"), f"no region of {A}: elsewhere"),
        (protected("grid_100", CELL), f"no grid_100 of {A}: {CELL}"),
        (protected("continent", A), f"no continent of {A}: {A}"),
        (protected("municipality", A, sex="z"), "unknown sex z"),
        (protected("municipality", A, -3), "values below one person"),
        (protected("municipality", A, times=2), "one of its cells twice"),
        (protected("municipality", A, borders="2025-01-01"), "borders of 2025-01-01"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_table_protected_at_source_speaks_of_its_office_alone(circle: Round, table: ReleasedCube, fault: str):
    before = snapshot(circle)
    with pytest.raises(Refused) as error:
        deliver_protected(circle, table)
    assert fault in str(error.value)
    assert snapshot(circle).keys() == before.keys()


def test_an_office_does_not_change_its_mode_once_it_has_delivered(circle: Round):
    receive(circle.hub, circle.send(stock(A, 2025)), NOW)
    with pytest.raises(Refused, match="has delivered in mode trusted-unit; its people would count twice"):
        register_office(circle.hub, A, circle.keys[A].verify_key(), "at-source", NOW)
    assert open_hub(circle.hub.folder).settings.office(A).mode == "trusted-unit"


@pytest.mark.parametrize(("epoch", "check"), [('20"26', CHECK), ("2026", "c0ffee"), ("2026", "C0FFEE00C0FFEE00")])
def test_a_hub_is_set_up_for_a_secret_that_can_exist(tmp_path: Path, region_folder: Path, epoch: str, check: str):
    with pytest.raises(AllmendeError, match="names no secret"):
        init_hub(tmp_path / "new", region_folder, epoch=epoch, key_check=check)
    assert not (tmp_path / "new").exists()


def test_a_damaged_matrix_secret_says_what_to_do(circle: Round):
    (circle.hub.folder / "matrix.secret").write_text('value = "no digits"\n')
    with pytest.raises(AllmendeError, match="no matrix secret"):
        circle.hub.matrix_secret()


def test_the_store_is_compared_with_what_the_office_signed(circle: Round):
    receive(circle.hub, circle.send(stock(A, 2025)), NOW)
    receive(circle.hub, circle.send(stock(A, 2024), sequence=2), NOW)
    folder = circle.hub.folder / "store/stock/12-31"
    (folder / f"{A}-2025.parquet").write_bytes((folder / f"{A}-2024.parquet").read_bytes())
    with pytest.raises(AllmendeError, match="not the one that its office signed"):
        list(circle.hub.store.cubes("stock", "12-31"))


def test_what_never_came_is_named(circle: Round):
    with pytest.raises(AllmendeError, match="No office has delivered births"), open_engine() as engine:
        circle.hub.store.frame(engine, "births", "12-31")


def test_the_log_holds_who_when_what_and_hash(circle: Round):
    path = circle.send(stock(A, 2025))
    receipt = receive(circle.hub, path, NOW)
    entry = log(circle)[-1]
    assert {
        "at": "2027-01-20T09:00:00+00:00",
        "office": A,
        "id": receipt.id,
        "contents": ["stock 12-31 2025"],
    }.items() <= entry.items()
    assert len(str(entry["sha256"])) == 64


def test_a_missing_file_is_an_ordinary_error(circle: Round):
    with pytest.raises(FileNotFoundError):
        receive(circle.hub, Path("nowhere.allmende"), NOW)
