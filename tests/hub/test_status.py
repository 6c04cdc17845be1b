"""What a hub says of itself, and that nobody else may enter it."""

from datetime import date
from pathlib import Path

import pytest

from allmende.areas import load_region
from allmende.deliveries import new_office_key
from allmende.errors import AllmendeError
from allmende.hub import init_hub, open_hub, receive, register_office, status
from allmende.privacy import load_profile

from .conftest import CHECK, EPOCH, NOW, A, B, C, Round, moves, stock

TODAY = date(2027, 2, 9)


def test_what_came_and_what_is_missing(circle: Round):
    cubes = [stock(A, 2025), stock(A, 2026), moves(A, 2026, [("out", B, 3, "m", 1, 1)])]
    receive(circle.hub, circle.send(*cubes), NOW)
    receive(circle.hub, circle.send(stock(B, 2025)), NOW)
    report = status(circle.hub, TODAY)
    assert report.deliveries == 2
    first = report.offices[0]
    assert (first.ags, first.name, first.mode, first.sequence, first.age) == (A, "Auental", "trusted-unit", 1, 30)
    held = [(h.kind, h.series, h.years, h.counted) for h in first.held]
    assert held == [
        ("external_moves", "12-31", (2026,), 1),
        ("stock", "12-31", (2025, 2026), cubes[0].total() + cubes[1].total()),
    ]
    lacking = [(m.ags, m.kind, m.year) for m in report.missing]
    assert lacking == [
        (B, "external_moves", 2026),
        (B, "stock", 2026),
        (C, "external_moves", 2026),
        (C, "stock", 2025),
        (C, "stock", 2026),
    ]


def test_an_office_at_source_owes_no_cube(circle: Round):
    register_office(circle.hub, C, circle.keys[C].verify_key(), "at-source", NOW)
    hub = open_hub(circle.hub.folder)
    receive(hub, circle.send(stock(A, 2025)), NOW)
    assert {m.ags for m in status(hub, TODAY).missing} == {B}


def test_who_is_not_registered_is_named(tmp_path: Path, region_folder: Path):
    hub = init_hub(tmp_path / "new", region_folder, epoch=EPOCH, key_check=CHECK)
    hub = register_office(hub, A, new_office_key().verify_key(), "trusted-unit", NOW)
    report = status(hub, TODAY)
    assert [office.ags for office in report.unregistered] == [B, C]
    assert (report.deliveries, report.missing) == (0, ())


def test_a_hub_opens_as_it_was_left(circle: Round):
    again = open_hub(circle.hub.folder)
    assert again.settings == circle.hub.settings
    assert again.region == circle.hub.region
    assert again.identity().recipient() == again.settings.recipient
    assert (again.folder / "hub.recipient").read_text().strip() == again.settings.recipient
    assert load_region(again.region_folder) == again.region
    assert load_profile("standard", again.matrix_secret()).id


def test_a_hub_is_for_its_owner_only(circle: Round):
    folder = circle.hub.folder
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {(folder / name).stat().st_mode & 0o777 for name in ("hub.identity", "matrix.secret")} == {0o600}
    folder.chmod(0o750)
    with pytest.raises(AllmendeError, match="Others on this machine may enter"):
        open_hub(folder)


def test_a_hub_is_not_set_up_over_anything(circle: Round, region_folder: Path):
    with pytest.raises(AllmendeError, match="something in this folder already"):
        init_hub(circle.hub.folder, region_folder, epoch=EPOCH, key_check=CHECK)


def test_a_region_with_defects_makes_no_hub(tmp_path: Path, region_folder: Path):
    (region_folder / "districts.csv").write_text("rubbish")
    with pytest.raises(AllmendeError, match="districts"):
        init_hub(tmp_path / "new", region_folder, epoch=EPOCH, key_check=CHECK)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("old", "new"), [("schema = 1", "schema = 9"), ("trusted-unit", "on-trust"), ("territory_date = ", "x = "), ("[[", "[")]
)
def test_settings_that_cannot_be_read_are_named(circle: Round, old: str, new: str):
    path = circle.hub.folder / "hub.toml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(AllmendeError, match="settings cannot be read"):
        open_hub(circle.hub.folder)


def test_what_is_no_hub_is_named_so(tmp_path: Path):
    with pytest.raises(AllmendeError, match="no hub"):
        open_hub(tmp_path)
