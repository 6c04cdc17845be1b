"""facilities.csv: read and written back, every defect with its line, areas found from coordinates."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import shapely

from allmende.areas.geometry import Shapes
from allmende.errors import AllmendeError
from allmende.needs.capacity import Facility
from allmende.outlook.facilities import COLUMNS, read_facilities, write_facilities
from allmende.outlook.services import load_services
from allmende.outlook.strict_tables import UnusableTable

SERVICES = load_services()
AREAS = ("01", "01.1", "01.2")
SHAPES = Shapes(("01.1", "01.2"), (shapely.box(8, 53, 9, 54), shapely.box(9, 53, 10, 54)))
DEICH = Facility("k1", "kita", "u3", "Kita am Deich", "01.1", 30.0, 8.5, 53.5, None, date(2029, 7, 31))
KNOWN = (
    DEICH,
    replace(DEICH, part="3-6", capacity=62.5, closes=None),
    replace(DEICH, part="3-6", capacity=25.0, opens=date(2028, 8, 1), closes=None),
    Facility("f1", "fire", "", "Feuerwehr; Ort", "01.2", 1.0, None, None),
)


def read(folder: Path, *rows: str, shapes: Shapes | None = SHAPES, header: str = ";".join(COLUMNS)) -> tuple[Facility, ...]:
    path = folder / "facilities.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_facilities(path, SERVICES, AREAS, shapes)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_facilities(KNOWN, tmp_path / "new" / "facilities.csv")
    assert read_facilities(tmp_path / "new" / "facilities.csv", SERVICES, AREAS, SHAPES) == KNOWN


def test_an_area_is_found_from_coordinates(tmp_path: Path) -> None:
    found = read(tmp_path, "k1;kita;u3;Kita;;9.5;53.5;30;;", "k2;kita;u3;Kita;01;9,5;53,5;12,5;;")
    assert [(f.area, f.capacity) for f in found] == [("01.2", 30), ("01", 12.5)]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (";kita;u3;Kita;01.1;;;30;;", "id"),
        ("k1;crèche;u3;Kita;01.1;;;30;;", "service"),
        ("k1;kita;u4;Kita;01.1;;;30;;", "part"),
        ("k1;kita;;Kita;01.1;;;30;;", "part"),
        ("f1;fire;all;Wache;01.1;;;1;;", "part"),
        ("k1;kita;u3;;01.1;;;30;;", "name"),
        ("k1;kita;u3;Kita;02;;;30;;", "area"),
        ("k1;kita;u3;Kita;;;;30;;", "area"),
        ("k1;kita;u3;Kita;01.1;8.5;;30;;", "lon, lat"),
        ("k1;kita;u3;Kita;01.1;53.5;8.5;30;;", "lon, lat"),
        ("k1;kita;u3;Kita;;7.5;53.5;30;;", "lon, lat"),
        ("k1;kita;u3;Kita;01.1;8,5°;53.5;30;;", "lon"),
        ("k1;kita;u3;Kita;01.1;8.5;95;30;;", "lat"),
        ("k1;kita;u3;Kita;01.1;;;;;", "capacity"),
        ("k1;kita;u3;Kita;01.1;;;-1;;", "capacity"),
        ("k1;kita;u3;Kita;01.1;;;nan;;", "capacity"),
        ("k1;kita;u3;Kita;01.1;;;inf;;", "capacity"),
        ("k1;kita;u3;Kita;01.1;;;1.200;;", "capacity"),
        ("k1;kita;u3;Kita;01.1;;;30;1.8.2028;", "opens"),
        ("k1;kita;u3;Kita;01.1;;;30;2028-08-01;2028-07-31", "closes"),
        ("k1;kita;u3;Kita;01.1;;;30", "row"),
        ('k1;kita;u3;"Kita;01.1;;;30;;', "row"),
    ],
)
def test_a_defect_is_named_with_line_and_field(tmp_path: Path, row: str, field: str) -> None:
    with pytest.raises(UnusableTable) as caught:
        read(tmp_path, "k0;kita;u3;Kita;01.1;;;30;;", row)
    assert [(defect.line, defect.field) for defect in caught.value.defects] == [(3, field)]
    assert "facilities.csv" in caught.value.where


def test_all_defects_are_listed_at_once(tmp_path: Path) -> None:
    with pytest.raises(UnusableTable) as caught:
        read(tmp_path, "k1;kita;u3;;02;;;x;;", "", "k1;kita;u3;Kita;01;;;30;;31.7.2029")
    assert [(d.line, d.field) for d in caught.value.defects] == [
        (2, "name"), (2, "area"), (2, "capacity"), (4, "closes"), (4, "name"), (4, "area"), (4, "id"),
    ]  # fmt: skip


def test_rows_of_one_id_are_parts_of_one_facility(tmp_path: Path) -> None:
    with pytest.raises(UnusableTable) as caught:
        read(tmp_path, "k1;kita;u3;Kita;01.1;;;30;;", "k1;kita;3-6;Kita;01.2;;;30;;", "k1;kita;3-6;Kita;01.1;;;30;;")
    assert [(d.line, d.field) for d in caught.value.defects] == [(3, "area"), (4, "id")]


def test_without_outlines_an_area_cannot_be_found(tmp_path: Path) -> None:
    with pytest.raises(UnusableTable, match="no outlines"):
        read(tmp_path, "k1;kita;u3;Kita;;9.5;53.5;30;;", shapes=None)


def test_another_header_says_which_is_expected(tmp_path: Path) -> None:
    with pytest.raises(UnusableTable, match="id;service;part"):
        read(tmp_path, header="id,service")
    with pytest.raises(UnusableTable, match="header"):
        read(tmp_path, header=";".join([*COLUMNS, "remark"]))


def test_no_file_and_a_file_of_another_encoding_are_named(tmp_path: Path) -> None:
    with pytest.raises(AllmendeError, match=r"nothing\.csv"):
        read_facilities(tmp_path / "nothing.csv", SERVICES, AREAS)
    (tmp_path / "old.csv").write_bytes("Käthe".encode("cp1252"))
    with pytest.raises(AllmendeError, match="UTF-8"):
        read_facilities(tmp_path / "old.csv", SERVICES, AREAS)
