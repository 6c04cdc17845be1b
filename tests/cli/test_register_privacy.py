"""Nothing of a person on the screen or in a log, whatever the extract holds and wherever it is given by mistake."""

import json
import logging
from pathlib import Path

import pytest

from allmende.deliveries.keys import write_matrix
from allmende.register.profile import example_profile

from .conftest import AGS, HEAD, call

ID, BORN, STREET, HOUSE = "GEHEIM-4711", "13.07.1951", "Verratsgasse", "7719"
SECRETS = (ID, "GEHEIM", BORN, "1951-07-13", "13.07", STREET, HOUSE)
"""What would tell a person: id, date of birth (in two spellings), street, house number."""


def person(**changes):
    fields = {"id": ID, "born": BORN, "sex": "w", "state": "000", "home": "H", "since": "", "key": "", "street": STREET,
              "house": HOUSE, "suffix": "", "code": "27001", "part": "0001", **changes}  # fmt: skip
    return ";".join(fields.values())


def events(**changes):
    columns = example_profile("semicolon").events
    values = {"event": "Z", "date": "01.03.2024", "id": ID, "birth_date": BORN, "sex": "w", "citizenships": "000",
              "residence": "H", "street": STREET, "house_number": HOUSE, "counterpart": "11000000", **changes}  # fmt: skip
    rows = [";".join(map(str, columns.values())), ";".join(values.get(name, "") for name in columns)]
    return "\r\n".join([*rows, ""]).encode("windows-1252")


EXTRACTS = {
    "good": [person()],
    "wrong values": [person(sex=BORN), person(state=STREET), person(home=ID), person(since=BORN[:5]), person(part=STREET)],
    "wrong dates": [person(born="31.02.1951"), person(born=ID), person(born=""), person(born="13.07.1851")],
    "doubles": [person(), person(), person(born="14.07.1951"), person(key="00011", house="1")],
    "fields shifted": [person(street=f"{STREET};{ID}"), person(street=f'"{STREET}'), person(street=f"{STREET}\0")],
    "no id": [person(id=""), person(id="1,23457E+11")],
    "cut off": [person(), person()[:30]],
}
FILES = {name: "\r\n".join([HEAD.strip(), *rows, ""]).encode("windows-1252") for name, rows in EXTRACTS.items()} | {
    "no header": (person() + "\r\n" + person(id="GEHEIM2") + "\r\n").encode("windows-1252"),
    "a person's values as header": (person() + "\r\n").encode("utf-16"),
    "another encoding": f"{HEAD}{person(street=STREET + 'ß')}\r\n".encode(),
    "broken bytes": HEAD.encode() + person(street=STREET + "§").encode().replace(b"\xc2\xa7", b"\x81") + b"\r\n",
}


@pytest.fixture
def desk(office, tmp_path, capsys):
    """The office with its secrets made."""
    assert call("register", "new-secret", "region.secret", "--epoch", "2026") == 0
    assert call("register", "new-key", "buero.key") == 0
    write_matrix(bytes(32), tmp_path / "matrix.secret")
    capsys.readouterr()
    return tmp_path


def assert_nothing_told(capsys, caplog, where):
    out, err = capsys.readouterr()
    for told in (out, err, *(record.getMessage() for record in caplog.records)):
        assert [secret for secret in SECRETS if secret in told] == [], (where, told)
    assert "Traceback" not in err, err


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_screen_and_logs_tell_nothing_of_a_person(desk, capsys, caplog, monkeypatch, name, language):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("LC_ALL", language)
    Path("auszug.csv").write_bytes(FILES[name])
    Path("bewegung.csv").write_bytes(events(sex=BORN) if name == "wrong values" else events(birth_date="14.07.1951"))
    more = ("--profile", "buero.toml", "--year", "2024", "--events", "bewegung.csv", "--previous", "auszug.csv")
    for command in (["check", "--out", "befund"], ["check"], ["aggregate", "--out", "aus", "--allow-quarantine", "100"]):
        for json_too in ([], ["--json"]):
            call("register", command[0], "auszug.csv", *more, *command[1:], *json_too)
            assert_nothing_told(capsys, caplog, (name, command, json_too))


CHECK = ["check", "bestand.csv", "--profile", "buero.toml"]
AGGREGATE = ["aggregate", "bestand.csv", "--profile", "buero.toml", "--out", "aus"]
AT_SOURCE = [*AGGREGATE, "--mode", "at-source", "--matrix-secret"]
MISTAKES = [
    [*CHECK[:-1], "auszug.csv"],
    [*CHECK, "--houses", "auszug.csv"],
    [*CHECK, "--events", "auszug.csv"],
    [*CHECK, "--previous", "auszug.csv"],
    [*AGGREGATE, "--secret", "auszug.csv"],
    [*AGGREGATE, "--key", "auszug.csv"],
    [*AGGREGATE, "--hub", "auszug.csv"],
    [*AT_SOURCE, "auszug.csv"],
    [*AT_SOURCE, "matrix.secret", "--catalogue", "auszug.csv"],
]


@pytest.mark.parametrize("mode", [0o600, 0o644])
@pytest.mark.parametrize("arguments", MISTAKES, ids=[mistake[-2] for mistake in MISTAKES])
def test_an_extract_in_the_place_of_another_file_is_not_quoted(desk, capsys, caplog, arguments, mode):
    for rows in (
        FILES["good"],
        FILES["no header"],
        (f"{ID};{BORN};" + "4711;" * 20).encode(),
        (f'{ID} = "{BORN}"\n' * 2).encode(),
    ):
        Path("auszug.csv").write_bytes(rows)
        Path("auszug.csv").chmod(mode)
        for json_too in ([], ["--json"]):
            assert call("register", *arguments, "--year", "2024", *json_too) in (0, 1, 2)
            assert_nothing_told(capsys, caplog, arguments)


def test_only_the_files_named_for_it_hold_a_persons_values_and_only_their_owner_reads_them(desk, capsys):
    good = "".join(person(id=f"GEHEIM{n}") + "\r\n" for n in range(300))
    Path("auszug.csv").write_bytes((HEAD + good + person(sex="q") + "\r\n").encode("windows-1252"))
    Path("bewegung.csv").write_bytes(events())
    Path("vorjahr.csv").write_bytes((HEAD + good).encode("windows-1252"))
    arguments = ["--events", "bewegung.csv", "--previous", "vorjahr.csv", "--profile", "buero.toml", "--year", "2024"]
    before = {path for path in desk.rglob("*") if path.is_file()}
    assert call("register", "check", "auszug.csv", *arguments, "--out", "befund") == 1
    assert call("register", "aggregate", "auszug.csv", *arguments, "--out", "aus") == 0
    written = {path for path in desk.rglob("*") if path.is_file()} - before
    told = {path.name: path for path in written if any(secret.encode() in path.read_bytes() for secret in SECRETS)}
    assert set(told) <= {"findings.csv", "quarantine-auszug.csv", "streets-not-found.csv"}
    assert {"findings.csv", "quarantine-auszug.csv"} <= set(told)
    assert {path.name for path in written} - set(told) == {"summary.json", "reconciliation.csv", f"{AGS}-0001.allmende"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in written if path.suffix != ".allmende")
    assert {path.parent.name for path in told.values()} <= {"befund", f"bleibt-hier-{AGS}-2024"}
    assert json.loads((desk / "befund" / "summary.json").read_text())["files"]["stock"]["set_aside"] == 1
