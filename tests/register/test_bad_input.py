"""Everything that can be wrong with a file: each finding names file, line, field, value and expectation."""

from dataclasses import replace

import pytest

from allmende.errors import AllmendeError, Refused
from allmende.register.examination import examine
from allmende.register.findings import write_findings
from allmende.register.processing import aggregate
from allmende.register.profile import example_profile
from allmende.register.reading import load_bytes

ROWS = [  # what the row brings, the finding's code, field, value, and a word of what was expected
    ({"birth_date": "30.02.1980"}, "value.date", "birth_date", "30.02.1980", "TT.MM.JJJJ"),
    ({"birth_date": "1980-05-17"}, "value.date", "birth_date", "1980-05-17", "TT.MM.JJJJ"),
    ({"birth_date": ""}, "value.missing", "birth_date", "", "value"),
    ({"birth_date": "00.00.1980"}, "value.date_partial", "birth_date", "00.00.1980", "complete"),
    ({"birth_date": "01.01.2025"}, "person.future_birth", "birth_date", "01.01.2025", "2024-12-31"),
    ({"birth_date": "01.01.1899"}, "person.age", "birth_date", "01.01.1899", "1901-01-01"),
    ({"sex": "q"}, "value.code", "sex", "q", "one of m, M, 1"),
    ({"citizenships": "DE"}, "value.state", "citizenships", "DE", "three digits"),
    ({"citizenships": "000/12"}, "value.state", "citizenships", "000/12", "three digits"),
    ({"citizenships": ""}, "value.missing", "citizenships", "", "value"),
    ({"residence": "7"}, "value.code", "residence", "7", "one of A, H, N"),
    ({"residence": ""}, "value.missing", "residence", "", "value"),
    ({"moved_in": "01.01.1950"}, "person.moved_in", "moved_in", "01.01.1950", "between"),
    ({"moved_in": "31.04.2020"}, "value.date_ignored", "moved_in", "31.04.2020", "TT.MM.JJJJ"),
    ({"district": "0099"}, "address.district", "district", "0099", "code or name"),
    ({"street_key": "", "street": "Nirgendweg"}, "address.only_district", "street", "Nirgendweg", "house-coordinate"),
    (
        {"street_key": "", "street": "Nirgendweg", "district": ""},
        "address.unlocated",
        "street",
        "Nirgendweg",
        "house-coordinate",
    ),
    ({"id": ""}, "person.no_id", "", "", "Ordnungsmerkmal"),
]


@pytest.mark.parametrize(("changes", "code", "field", "value", "expected"), ROWS, ids=lambda part: str(part)[:40])
def test_a_bad_value_is_named_with_its_line(run_of, vendor, changes, code, field, value, expected):
    examined = examine(run_of([vendor.person("1"), vendor.person("2", **changes), vendor.person("3")]))
    (finding,) = examined.findings
    assert (finding.file, finding.line, finding.code, finding.field, finding.value) == ("stock.csv", 3, code, field, value)
    assert expected in finding.words("en")[1]
    kept = 2 if finding.severity == "error" else 3
    assert examined.summary.files["stock"].counted == kept
    assert (b"\r\n2;" in examined.quarantine.get("stock.csv", b"")) == (finding.severity == "error")


EVENTS = [
    ({"date": "16.05.1980"}, "event.before_birth", "date", "from birth"),
    ({"date": "01.01.2025"}, "event.future", "date", "2024-12-31"),
    ({"date": "31.06.2024"}, "value.date", "date", "TT.MM.JJJJ"),
    ({"event": "Q"}, "value.code", "event", "one of G, S, U"),
    ({"counterpart": "3999"}, "value.counterpart", "counterpart", "AGS"),
    ({"counterpart": "03999001"}, "value.counterpart", "counterpart", "AGS"),
    ({"event": "U"}, "event.no_origin", "from_street", "from_"),
    ({"event": "ST"}, "event.no_origin", "from_citizenships", "from_"),
    ({"event": "WS"}, "event.no_origin", "from_residence", "from_"),
    ({"event": "G"}, "event.birth_day", "date", "same day"),
    ({"event": "G", "mother_birth_date": "01.01.2020"}, "event.mother", "mother_birth_date", "another date"),
    ({"sex": "m"}, "event.other_person", "sex", "same fact"),
    ({"event": "W"}, "event.still_in_stock", "", "no entry"),
    ({"id": "9"}, "event.not_in_stock", "", "in the extract"),
]


@pytest.mark.parametrize(("changes", "code", "field", "expected"), EVENTS, ids=lambda part: str(part)[:40])
def test_a_bad_event_is_named_with_its_line(run_of, vendor, changes, code, field, expected):
    row = {"event": "Z", "date": "01.03.2024", "id": "1", "counterpart": "02000000"} | changes
    examined = examine(run_of([vendor.person("1")], [vendor.person(**{"identity": row.pop("id"), **row})]))
    found = {finding.code: finding for finding in examined.findings}
    assert (found[code].file, found[code].line, found[code].field) == ("events.csv", 2, field)
    assert found[code].value == ("" if code == "event.other_person" else row.get(field, ""))
    assert expected in found[code].words("en")[1]


HEAD = b"OM;Geburtsdatum;Geschlecht;Staatsangeh;Wohnungsart;Einzug;StrSchl;Strasse;HausNr;Zusatz;PLZ;Ortsteil\r\n"
GOOD = b"1;17.05.1980;w;000;H;;00011;Hauptstr.;1;;27001;0001\r\n"

FILES = [  # bytes, code, line, a word of what was expected
    (b"", "file.empty", 0, "at least one person"),
    (b"\r\n \r\n", "file.empty", 0, "at least one person"),
    (HEAD, "file.no_rows", 1, "at least one person"),
    (HEAD.replace(b"Geburtsdatum", b"Geb"), "file.columns", 1, '"Geburtsdatum"'),
    (HEAD.replace(b";", b"\t") + GOOD, "file.separator", 1, "TAB"),
    (HEAD.replace(b"Einzug", b"OM") + GOOD, "file.column_twice", 1, '"OM"'),
    ((HEAD + GOOD).decode().encode("utf-16"), "file.utf16", 0, "windows-1252"),
    (HEAD + GOOD + GOOD.replace(b"Hauptstr", "Süd".encode()), "file.is_utf8", 3, "utf-8"),
    (HEAD + GOOD + GOOD.replace(b"Hauptstr", b"S\x81d"), "row.encoding", 3, "windows-1252"),
    (HEAD + GOOD + GOOD.replace(b"Hauptstr", b"S\0d"), "row.nul", 3, "NUL"),
    (HEAD + GOOD + b"2;17.05.1980;w\r\n", "row.fields", 3, "12"),
    (HEAD + GOOD + GOOD.replace(b"Hauptstr.", b'"Haupt;str.'), "row.quotes", 3, "pairs"),
    (HEAD + GOOD + GOOD[:20], "file.truncated", 3, "12"),
]


@pytest.mark.parametrize(("data", "code", "line", "expected"), FILES, ids=[code for _, code, _, _ in FILES])
def test_a_bad_file_is_named_with_its_line_and_never_aborts_the_check(run_of, secret, data, code, line, expected):
    examined = examine(run_of(data))
    found = {finding.code: finding for finding in examined.findings}
    if code == "file.columns":
        assert (found.pop("file.columns").line, len(found)) == (1, 0)
        found = {finding.code: finding for finding in examined.findings}
    assert (found[code].file, found[code].line) == ("stock.csv", line)
    assert expected in found[code].words("en")[1]
    assert found[code].words("de") != found[code].words("en")
    with pytest.raises(Refused):
        aggregate(examined, secret)


def test_utf8_declared_and_windows_1252_found_names_every_line_with_a_special_letter(run_of, vendor):
    profile = example_profile("comma")
    rows = [{"birth_date": "1980-05-17", "sex": "w", "citizenships": "000", "residence": "HW"} for _ in range(3)]
    data = vendor.write(
        profile, "stock", [row | {"address": a} for row, a in zip(rows, ("Süd 1", "Ost 1", "Möhre 2"), strict=True)]
    )
    examined = examine(run_of(data.decode().encode("windows-1252"), profile=profile))
    assert [f.line for f in examined.findings if f.code == "row.encoding"] == [2, 4]
    assert examined.summary.files["stock"].counted == 1


def test_ten_percent_garbage_costs_exactly_the_garbage_and_stops_the_delivery(run_of, vendor, secret):
    rows = vendor.write(example_profile("semicolon"), "stock", [vendor.person(str(n)) for n in range(90)]).split(b"\r\n")
    garbage = [b"\x01\x02;;", b'"', b";;;;;;;;;;;", b"\xff\xfe\x00", b"lorem ipsum", b"2;3", b"17.05.1980", b"-", b"#", b"\x90"]
    for n, line in enumerate(garbage):
        rows.insert(5 + 9 * n, line)
    examined = examine(run_of(b"\r\n".join(rows)))
    count = examined.summary.files["stock"]
    assert (count.records, count.quarantined, count.counted) == (100, 10, 90)
    assert all(line in examined.quarantine["stock.csv"] for line in garbage)
    with pytest.raises(Refused, match="10 of 100"):
        aggregate(examined, secret)
    assert aggregate(examined, secret, most_set_aside=0.1).cubes[0].total() == 90


def test_a_file_above_the_limit_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(2 * 1024**3)
    with pytest.raises(AllmendeError) as caught:
        load_bytes(path)
    assert "2,048 MB" in caught.value.what
    assert "256 MB" in caught.value.expected
    assert "--max-size-mb" in caught.value.todo


DOUBLES = [  # rows of one person, codes found, rows that count
    ([{}, {}], ["person.duplicate"], 1),
    ([{}, {"residence": "A"}], ["person.duplicate"], 1),
    (
        [{"moved_in": "01.01.2020"}, {"street_key": "00012", "house_number": "7", "moved_in": "01.01.2021"}],
        ["person.two_main"],
        1,
    ),
    ([{"residence": "N"}, {"residence": "N", "house_number": "1a"}], ["person.two_secondary"], 1),
    ([{}, {"residence": "N"}], [], 2),
    ([{}, {"birth_date": "18.05.1980"}], ["person.contradiction"], 1),
    ([{}, {"sex": "m"}, {}], ["person.contradiction", "person.contradiction"], 1),
]


@pytest.mark.parametrize(("rows", "codes", "counted"), DOUBLES, ids=range(len(DOUBLES)))
@pytest.mark.parametrize("turned", [False, True])
def test_doubles_of_a_person_are_merged_or_set_aside_whatever_their_order(run_of, vendor, secret, rows, codes, counted, turned):
    people = [vendor.person("1", **row) for row in (rows[::-1] if turned else rows)]
    examined = examine(run_of(people))
    assert sorted(f.code for f in examined.findings) == codes
    count = examined.summary.files["stock"]
    assert (count.counted, count.records) == (counted, len(rows))
    assert count.merged + count.set_aside == len(rows) - counted


def test_the_newest_of_two_main_dwellings_counts(run_of, vendor, secret):
    old = vendor.person("1", moved_in="01.01.2020")
    new = vendor.person("1", moved_in="01.01.2021", street_key="00012", house_number="7", district="0002")
    result = aggregate(examine(run_of([old, new])), secret, most_set_aside=1)
    assert result.cubes[0].cells["district"].values() == ["03999001.0002"]
    assert [f.detail for f in result.examined.findings] == ["3"]


def test_the_findings_file_is_private_and_runs_nothing_in_a_spreadsheet(run_of, vendor, tmp_path):
    examined = examine(run_of([vendor.person("1", sex="=cmd()")]))
    write_findings(examined.findings, tmp_path / "findings.csv", "de")
    text = (tmp_path / "findings.csv").read_text(encoding="utf-8-sig")
    assert "stock.csv;2;sex;'=cmd();error;value.code;Der Code ist nicht im Profil;einer von m, M, 1" in text
    assert (tmp_path / "findings.csv").stat().st_mode & 0o777 == 0o600


def test_files_of_the_same_name_keep_their_findings_and_quarantine_apart(run_of, vendor):
    run = run_of([vendor.person("1")], previous=[vendor.person("1"), vendor.person("2", sex="q")])
    assert run.previous is not None
    examined = examine(replace(run, previous=replace(run.previous, name="stock.csv")))
    assert [(f.file, f.line) for f in examined.findings] == [("previous-stock.csv", 3)]
    assert list(examined.quarantine) == ["previous-stock.csv"]
