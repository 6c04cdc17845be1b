"""What programs and people do to extracts on their way: each is read, or said in words, and nobody is lost in silence."""

import pytest

from allmende.register.examination import examine
from allmende.register.profile import example_profile, parse_profile

HEAD = "OM;Geburtsdatum;Geschlecht;Staatsangeh;Wohnungsart;Einzug;StrSchl;Strasse;HausNr;Zusatz;PLZ;Ortsteil"


def row(identity, **changes):
    fields = {"id": f"{identity}", "born": "17.05.1980", "sex": "w", "state": "000", "home": "H", "since": "", "key": "00011",
              "street": "Hauptstr.", "house": "1", "suffix": "", "code": "27001", "part": "0001", **changes}  # fmt: skip
    return ";".join(fields.values())


A, B, C, D = (row(n) for n in "1234")


def lines(*texts, end="\r\n", encoding="windows-1252"):
    return "".join(text + end for text in texts).encode(encoding)


DELIMITED = [  # what happened, bytes, (code, line) of each finding, persons counted
    ("CR alone ends lines", lines(HEAD, A, B, end="\r"), [], 2),
    ("CR CR LF ends lines", lines(HEAD, A, B, end="\r\r\n"), [], 2),
    ("a CR joins two lines", lines(HEAD, A + "\r" + B, C), [("row.line_end", 2)], 1),
    ("a CR in a field", lines(HEAD, row(1, street='"Haupt\rstr."'), C), [("row.line_end", 2)], 1),
    ("a line break in a field", lines(HEAD, row(1, street='"Haupt\r\nstr."'), C), [("row.fields", 3), ("row.quotes", 2)], 1),
    ("a form feed at a page's end", lines(HEAD, A, "\f" + B, C), [], 3),
    ("a separator more in every row", lines(HEAD, *(each + ";" for each in (A, B, C))), [], 3),
    ("a separator more in the header alone", lines(HEAD + ";", A, B, C), [], 3),
    ("nameless columns", lines(HEAD + ";;", *(each + ";x;" for each in (A, B, C))), [], 3),
    ("a separator in a name", lines(HEAD, row(1, street="Haupt;str."), B, C), [("row.fields", 2)], 2),
    ("a separator in a name, the last column empty",
     lines(HEAD, row(1, street="Haupt;str.", part=""), B, C), [("row.fields", 2)], 2),
    ("a separator in a quoted name", lines(HEAD, row(1, street='"Haupt;str."'), B), [], 2),
    ("everything quoted", lines(*(";".join(f'"{f}"' for f in each.split(";")) for each in (HEAD, A, B))), [], 2),
    ("an empty column", lines(HEAD, *(row(n, since="", suffix="", code="") for n in "12")), [], 2),
    ("blanks that do not break", lines(HEAD, row(1, born="17.05.1980\xa0", sex="\xa0w")), [], 1),
    ("two byte order marks", b"\xef\xbb\xbf" * 2 + lines(HEAD, A), [], 1),
    ("a byte order mark before Windows-1252", b"\xef\xbb\xbf" + lines(HEAD, A, row(2, part="Groß Süd")), [], 2),
    ("UTF-8 among Windows-1252",
     lines(HEAD, row(1, part="Groß Süd")) + lines(row(2, part="Groß Süd"), encoding="utf-8"),
     [("address.district", 3), ("file.mixed", 3)], 2),
    ("two extracts joined", lines(HEAD, A, HEAD, B), [("row.header", 3)], 2),
    ("two extracts with byte order marks joined", 2 * (b"\xef\xbb\xbf" + lines(HEAD, A)),
     [("person.duplicate", 4), ("row.header", 3)], 1),
    ("Excel's line about the separator", lines("sep=;", HEAD, A), [("file.header_late", 1)], 0),
    ("a title", lines("Bestand Musterstadt;;;", "", HEAD, A), [("file.header_late", 1)], 0),
    ("no header", lines(A, B), [("file.no_header", 1)], 0),
    ("a web page", b"<html><table><tr><td>OM</td></tr></table></html>", [("file.no_header", 1)], 0),
    ("commas instead", lines(HEAD, A).replace(b";", b","), [("file.separator", 1)], 0),
    ("a spreadsheet", b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256)), [("file.binary", 0)], 0),
    ("a compressed file", b"\x1f\x8b\x08\x00" + bytes(range(256)), [("file.binary", 0)], 0),
    ("UTF-16 without its mark", lines(HEAD, A, encoding="utf-16-le"), [("file.utf16", 0)], 0),
    ("UTF-16, the other order", lines(HEAD, A, encoding="utf-16-be"), [("file.utf16", 0)], 0),
    ("nothing but NULs", bytes(4096), [("file.empty", 0)], 0),
    ("NULs behind the end", lines(HEAD, A) + bytes(512), [("row.nul", 3)], 1),
    ("years of two digits", lines(HEAD, row(1, born="17.05.80"), B), [("value.date", 2)], 1),
    ("ids that a spreadsheet rounded",
     lines(HEAD, row("1,23457E+11"), row("1.23457e+11"), row("2E+05"), row("12E5")),
     [("person.id_rounded", 2), ("person.id_rounded", 3), ("person.id_rounded", 4)], 1),
    ("an end longer than a reader takes", lines(HEAD, A, row(2, street='"' + "x" * 140_000 + '"')), [("row.quotes", 3)], 1),
]  # fmt: skip


@pytest.mark.parametrize(("data", "findings", "counted"), [case[1:] for case in DELIMITED], ids=[case[0] for case in DELIMITED])
def test_what_happens_to_delimited_extracts(run_of, data, findings, counted):
    examined = examine(run_of(data))
    assert sorted({(f.code, f.line) for f in examined.findings}) == findings
    count = examined.summary.files["stock"]
    assert count.counted == counted
    assert count.records == count.counted + count.merged + count.quarantined


@pytest.fixture
def fixed(vendor):
    """Lines of the profile `fixed`."""
    profile = example_profile("fixed")
    people = [
        vendor.person(n, birth_date="19800517", sex="2", residence="1", street="Hauptstr. 1") | {"address": "Hauptstr. 1"}
        for n in "1234"
    ]
    return vendor.write(profile, "stock", people).split(b"\r\n")[:-1]


FIXED = [
    ("as they should be", lambda a, b, c, d: [a, b, c, d], [], 4),
    ("trailing blanks cut off", lambda a, b, c, d: [each.rstrip() for each in (a, b, c, d)], [], 4),
    ("blanks turned into tabulators", lambda a, b, c, d: [a, b.replace(b" " * 8, b"\t", 1).ljust(400), c, d], ["row.tab"], 3),
    ("a line end lost", lambda a, b, c, d: [a, b, c + d], ["row.long"], 2),
    ("a column that the profile leaves out", lambda a, b, c, d: [each + b"X" for each in (a, b, c, d)], [], 4),
    ("a line cut short", lambda a, b, c, d: [a, b[:12], c, d], ["row.short"], 3),
    ("the header of another export", lambda a, b, c, d: [b"ORDNUNGSMERKMAL".ljust(len(a)), a, b, c, d], ["value"], 4),
]


@pytest.mark.parametrize(("change", "codes", "counted"), [case[1:] for case in FIXED], ids=[case[0] for case in FIXED])
def test_what_happens_to_fixed_width_extracts(run_of, fixed, change, codes, counted):
    data = b"".join(line + b"\r\n" for line in change(*fixed))
    examined = examine(run_of(data, profile=example_profile("fixed"), houses=None))
    errors = {f.code for f in examined.findings if f.severity == "error"}
    assert {code if code.startswith("row") else code.partition(".")[0] for code in errors} == set(codes)
    assert examined.summary.files["stock"].counted == counted


HEADERLESS = """schema = 1
[file]
encoding = "utf-8"
header = false
[dates]
formats = ["JJJJ-MM-TT"]
[stock]
birth_date = 1
sex = 2
citizenships = 3
residence = 4
"""


@pytest.mark.parametrize(
    ("text", "found", "counted"),
    [
        ("1980-01-01;m;000;H\n" * 3, [], 3),
        ("1980-01-01;m;000;H;\n" * 3, [], 3),
        ("1980-01-01;m;000\n" * 3, [("file.column_number", "residence", "numbers from 1 to 3")], 0),
        ("1980-01-01,m,000,H\n" * 3, [("file.column_number", name, "is the separator right") for name in
                                     ("sex", "citizenships", "residence")], 0),
        ("\n\n;;;\n", [("value.missing", name, "a value") for name in ("birth_date", "sex", "residence", "citizenships")], 0),
    ],
)  # fmt: skip
def test_what_happens_to_extracts_without_a_header(run_of, text, found, counted):
    examined = examine(run_of(text.encode(), profile=parse_profile(HEADERLESS, "headerless"), houses=None))
    listed = [f for f in examined.findings if f.severity in ("fatal", "error")]
    assert [(f.code, f.field) for f in listed] == [(code, field) for code, field, _ in found]
    assert all(word in f.words("en")[1] for f, (_, _, word) in zip(listed, found, strict=True))
    assert examined.summary.files["stock"].counted == counted
