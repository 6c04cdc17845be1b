import dataclasses
from dataclasses import replace
from datetime import date

import pytest

from allmende.cubes.publication import current, read_publication
from allmende.errors import AllmendeError, Refused
from allmende.release import build, plan, verify
from allmende.release.registry import Registry

TODAY, LATER = date(2025, 3, 1), date(2025, 9, 9)


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_request_gives_the_same_bytes_on_another_day_and_in_another_folder(hub, small, tmp_path):
    first = build(hub, plan(hub, small), tmp_path / "one", TODAY)
    again = build(hub, plan(hub, small), tmp_path / "two", LATER)
    assert first.id == again.id
    assert contents(first.folder) == contents(again.folder)
    assert current(tmp_path / "one").name == first.id
    assert [entry.id for entry in Registry(hub.folder).entries()] == [first.id]


def test_a_release_that_is_there_is_put_in_force_again(hub, small, tmp_path):
    first = build(hub, plan(hub, small), tmp_path / "public", TODAY)
    other = build(hub, plan(hub, small.without("stock_district")), tmp_path / "public", TODAY)
    assert current(tmp_path / "public").name == other.id != first.id
    back = build(hub, plan(hub, small), tmp_path / "public", LATER)
    assert back.repeated
    assert current(tmp_path / "public").name == first.id


def test_what_is_published_reads_as_the_catalogue_says(hub, small, tmp_path):
    built = build(hub, plan(hub, small), tmp_path / "public", TODAY)
    release = read_publication(built.folder)
    assert [entry.note.table for entry in release.tables] == [table.id for table in small.tables]
    assert release.region.name.en == "Sample country"
    assert release["stock_district"].years == (2023, 2024)
    assert (built.folder / "region" / "region.toml").is_file()
    district = release.open("stock_district")
    assert district.covers("99000002.01", 2024)
    assert not district.covers("99000002.01", 2022)
    assert district.margins() == {(), ("age",), ("sex",)}
    assert release.open("stock_grid_1000").margins() == {()}


def test_a_table_whose_areas_are_all_too_small_is_a_gap(hub, small):
    wanted = small.with_table(replace(small["stock_district"], min_parent=10**6))
    planned = plan(hub, wanted)
    assert "stock_district" not in {table.id for table in planned.catalogue.tables}
    assert any(gap.startswith("stock_district: nobody to count") for gap in planned.gaps)


def test_another_p_table_for_the_same_people_is_refused(hub, small, tmp_path):
    build(hub, plan(hub, small), tmp_path / "public", TODAY)
    with pytest.raises(Refused, match="another p-table"):
        plan(hub, small, "strict")


def test_another_epoch_is_refused_before_anything_is_counted(hub, small):
    other = dataclasses.replace(hub, settings=dataclasses.replace(hub.settings, epoch="2026b"))
    with pytest.raises(AllmendeError, match="another secret"):
        plan(other, small)


def test_another_matrix_secret_is_refused(hub, small, tmp_path):
    build(hub, plan(hub, small), tmp_path / "public", TODAY)
    secret = hub.folder / "matrix.secret"
    secret.write_text(secret.read_text().replace(hub.matrix_secret().hex(), "5a" * 32))
    with pytest.raises(Refused, match="another matrix secret"):
        plan(hub, small)


def test_what_else_lies_in_the_region_folder_changes_nothing(hub, small):
    before = plan(hub, small).id
    (hub.region_folder / "notes").mkdir()
    (hub.region_folder / ".DS_Store").write_bytes(b"x")
    assert plan(hub, small).id == before


def test_people_published_before_keep_their_value(hub, small, tmp_path):
    build(hub, plan(hub, small), tmp_path / "public", TODAY)
    finding = plan(hub, small.without("stock_grid_1000")).findings[-1]
    assert finding.passed
    assert int(finding.detail.split()[0]) > 400


def test_districts_cut_anew_are_refused(hub, small, tmp_path):
    build(hub, plan(hub, small), tmp_path / "public", TODAY)
    fewer = tuple(district for district in hub.region.districts if district.code != "05")
    changed = dataclasses.replace(hub, region=dataclasses.replace(hub.region, districts=fewer))
    with pytest.raises(Refused, match="not those published before"):
        plan(changed, small)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("tables/stock_district.parquet", lambda p: p.write_bytes(p.read_bytes()[:-1] + b"x")),
        ("report.html", lambda p: p.write_text("nothing")),
        ("region/region.toml", lambda p: p.unlink()),
        ("tables/extra.parquet", lambda p: p.write_bytes(b"")),
    ],
)
def test_verify_names_the_file_that_was_touched(hub, small, tmp_path, name, change):
    built = build(hub, plan(hub, small), tmp_path / "public", TODAY)
    verify(built.folder)
    change(built.folder / name)
    with pytest.raises(Refused, match=name):
        verify(built.folder)
