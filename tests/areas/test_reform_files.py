from datetime import date

import numpy as np
import pytest

from allmende.areas.reform_files import change_steps, read_changes, read_umsteiger
from allmende.areas.reforms import Table, carry
from allmende.areas.xlsx import Workbook
from allmende.errors import AllmendeError

HEAD_2020 = [
    "Gemeinden 31.12.2020", "Gemeindename 2020", "flächen- proportionaler Umsteige- schlüssel",
    "bevölkerungs- proportionaler Umsteige- schlüssel", "Gemeinden 31.12.2021",
]  # fmt: skip
HEAD_2021 = [
    "Gemeinden\n31.12.2022", "Gemeinden\n31.12.2021", "bevölkerungs-\nproportionaler\nUmsteige-\nschlüssel",
    "flächen-\nproportionaler\nUmsteige-\nschlüssel", "beschäftigten-\nproportionaler\nUmsteige-\nschlüssel",
]  # fmt: skip


def test_sheets_with_other_orders_and_numeric_keys_are_read_alike(write_xlsx, tmp_path):
    path = write_xlsx(
        tmp_path / "ref.xlsx",
        {
            "2020": [HEAD_2020, [1001000, "Flensburg", 1, 1, 1001000], [16064073, "Anrode", 0.5, 0.25, 16064073]],
            "2021": [
                ["Umsteigeschlüssel BBSR"],
                [],
                HEAD_2021,
                [1001000, "01001000", 1, 1, 1],
                [16064071, 16064073, 0.5, 0.6, ""],
            ],
        },
    )
    first, second = read_umsteiger(path, "2020"), read_umsteiger(path, "2021")
    assert (first.start, first.end, second.end) == (date(2020, 12, 31), date(2021, 12, 31), date(2022, 12, 31))
    assert first.source == ("01001000", "16064073")
    assert second.source == ("01001000", "16064073")
    assert second.target == ("01001000", "16064071")
    assert first.weights["population"].tolist() == [1, 0.25]
    assert first.weights["area"].tolist() == [1, 0.5]
    assert second.weights["population"].tolist() == [1, 0.5]
    assert second.weights["employees"].tolist()[0] == 1
    assert np.isnan(second.weights["employees"][1])
    assert first.complete


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ([17064073, "x", 1, 1, 16064073], "row 2, column 1"),
        ([16064073, "x", 1, "viel", 16064073], "row 2, column 4"),
        ([16064073, "x", 1.5, 1, 16064073], "row 2, column 3"),
        ([16064073, "x", 1, 1, ""], "row 2, column 5"),
    ],
)
def test_a_bad_cell_of_an_umsteiger_is_named(write_xlsx, tmp_path, row, says):
    path = write_xlsx(tmp_path / "ref.xlsx", {"2020": [HEAD_2020, row]})
    with pytest.raises(AllmendeError, match=says):
        read_umsteiger(path, "2020")


def test_other_tables_are_refused_by_their_headings(write_xlsx, tmp_path):
    path = write_xlsx(
        tmp_path / "ref.xlsx", {"a": [["Gemeinde", "Name"]], "b": [HEAD_2020[1:]], "c": [HEAD_2020[:2] + HEAD_2020[4:]]}
    )
    for sheet in ("a", "b", "c"):
        with pytest.raises(AllmendeError, match="other headings"):
            read_umsteiger(path, sheet)
    with pytest.raises(AllmendeError, match="other headings"):
        read_changes(path, "a")
    with pytest.raises(AllmendeError, match="no sheet '1990'"):
        read_umsteiger(path, "1990")


GROUPS = [
    "Kennziffer",
    "Regionaleinheit",
    "Abgebende / Aufgelöste Gemeinde",
    "",
    "",
    "",
    "",
    "",
    "Aufnehmende / Neugebildete Gemeinde",
]
FIELDS = [
    "", "", "ARS", "Schlüssel (AGS)", "Name", "Änderungs-art 1)", "Fläche qm", "Einwohner",
    "ARS", "Schlüssel (AGS)", "Name", "juristisch", "statistisch",
]  # fmt: skip


def record(source, kind, area, inhabitants, target, day="01.01.2024", unit="Gemeinde"):
    return ["1", unit, "", source, "alt", kind, area, inhabitants, "", target, "neu", day, day]


def changes(write_xlsx, tmp_path, *records):
    return read_changes(
        write_xlsx(tmp_path / "c.xlsx", {"Gebietsaenderungen": [["2024"], GROUPS, FIELDS, [], *records, ["1) Art"]]})
    )


def test_changes_become_dated_steps(write_xlsx, tmp_path):
    found = changes(
        write_xlsx,
        tmp_path,
        record("", "1", "", "", "", unit="Gemeindeverband"),
        record("03000003", "1", "100", "30", "03000004"),
        record("03000003", "1", "300", "10", "03000005"),
        record("03000004", "3, 4", "", "", "03000014", day="01.07.2024"),
        record("03000005", "4", "", "", "03000005", day="01.08.2024"),
    )
    assert [c.kinds for c in found] == [{1}, {1}, {3, 4}, {4}]
    steps = change_steps(found, "sample")
    assert [s.end for s in steps] == [date(2024, 1, 1), date(2024, 7, 1)]
    table, report = carry(Table(("03000003", "03000009"), ("people",), np.array([[80.0], [5.0]])), steps, whole=True)
    assert dict(zip(table.keys, table.values[:, 0], strict=True)) == {"03000005": 20, "03000009": 5, "03000014": 60}
    assert report.split == ("03000003",)


def test_a_part_ceded_without_people_is_divided_by_area(write_xlsx, tmp_path):
    found = changes(
        write_xlsx, tmp_path, record("03000003", "2", "1", "0", "03000004"), record("03000003", "2", "3", "0", "03000003")
    )
    _, report = carry(Table(("03000003",), ("people",), np.array([[8.0]])), change_steps(found, "sample"))
    assert report.by_area == ("03000003",)


def test_a_part_ceded_without_what_stays_is_refused(write_xlsx, tmp_path):
    found = changes(write_xlsx, tmp_path, record("03000003", "2", "1", "5", "03000004"))
    with pytest.raises(AllmendeError, match="no record of the part that stays"):
        change_steps(found, "sample")


@pytest.mark.parametrize(
    ("bad", "column"),
    [
        (record("0300000", "1", "1", "1", "03000004"), 4),
        (record("03000003", "?", "1", "1", "03000004"), 6),
        (record("03000003", "1", "1 ha", "1", "03000004"), 7),
        (record("03000003", "1", "1", "1", "03000004", day="2024-01-01"), 12),
    ],
)
def test_a_bad_cell_of_the_changes_is_named(write_xlsx, tmp_path, bad, column):
    with pytest.raises(AllmendeError, match=f"row 5, column {column}"):
        changes(write_xlsx, tmp_path, bad)


def test_what_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0 an old .xls")
    with pytest.raises(AllmendeError, match="Excel workbook"):
        Workbook(path)


def test_cells_are_found_by_their_letters_and_numbers_read_plainly(write_xlsx, tmp_path):
    path = write_xlsx(tmp_path / "x.xlsx", {"A": [["", "", "c"], [1.0, 0.5, "ä & <b>"], [*[""] * 27, "ab"]]})
    with Workbook(path) as book:
        rows = dict(book.rows("A"))
    assert rows[1] == ["", "", "c"]
    assert rows[2] == ["1", "0.5", "ä & <b>"]
    assert rows[3][27] == "ab"
