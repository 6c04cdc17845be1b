"""`allmende register` as a clerk uses it: files in, sealed delivery out, nothing personal on the screen."""

import json
import re
from dataclasses import replace

import pytest

from allmende.deliveries import open_delivery, parse_verify_key
from allmende.deliveries.keys import write_matrix
from allmende.register.profile import example_profile
from allmende.register.secret import read_secret

from .conftest import AGS, call


def test_from_new_secret_to_a_delivery_that_the_hub_can_open(office, tmp_path, capsys):
    assert call("register", "new-secret", "region.secret", "--epoch", "2026", "--json") == 0
    check = json.loads(capsys.readouterr().out)["check"]
    assert call("register", "new-key", "buero.key") == 0
    for number in (1, 2):
        capsys.readouterr()
        assert (
            call("register", "aggregate", "bestand.csv", "--profile", "buero.toml", "--year", "2024", "--out", "aus", "--json")
            == 0
        )
        shown = json.loads(capsys.readouterr().out)
        assert shown["sequence"] == number
    assert shown["files"]["stock"] == {"records": 40, "unreadable": 0, "set_aside": 0, "merged": 0, "counted": 40}
    assert shown["stocks"][0]["placed"]["placed_by_district"] == 40
    verify = parse_verify_key((tmp_path / "buero.verify").read_text())
    delivery = open_delivery(tmp_path / shown["delivery"], identity=office, verify_keys={AGS: verify})
    (cube,) = delivery.cubes
    assert (cube.total(), cube.manifest.key_check, cube.manifest.source) == (40, check, example_profile("semicolon").name)
    secret = read_secret(tmp_path / "region.secret")
    raw = (tmp_path / shown["delivery"]).read_bytes() + repr(cube.cells.columns).encode() + delivery.note.office.encode()
    for word in (b"GEHEIM", b"allee", b"17.05", secret.value, secret.value.hex().encode()):
        assert word not in raw


def test_aggregate_tells_where_everybody_and_every_event_went(office, tmp_path, capsys):
    columns = example_profile("semicolon").events
    values = {"event": "Z", "date": "01.03.2024", "id": "GEHEIM1", "birth_date": "17.05.1951", "sex": "w",
              "citizenships": "000", "residence": "H", "district": "0001", "counterpart": "11000000"}  # fmt: skip
    rows = [";".join(map(str, columns.values())), ";".join(values.get(name, "") for name in columns)]
    (tmp_path / "bewegung.csv").write_text("\r\n".join(rows) + "\r\n", encoding="windows-1252", newline="")
    assert call("register", "new-secret", "region.secret", "--epoch", "2026") == 0
    assert call("register", "new-key", "buero.key") == 0
    arguments = ["bestand.csv", "--events", "bewegung.csv", "--profile", "buero.toml", "--year", "2024", "--out", "aus"]
    assert call("register", "aggregate", *arguments, "--key-date", "12-31", "--key-date", "10-01@08-01") == 0
    shown = capsys.readouterr().out
    assert "On 2024-10-01, ages at 2024-08-01: 40 persons" in shown
    assert "0 births, 0 deaths, 0 moves within, 1 moves in and out; 0 changes of status" in shown
    assert "bleibt-hier-03999001-2024" in shown


def test_check_lists_errors_with_lines_and_shows_no_value(office, tmp_path, capsys):
    assert call("register", "check", "schlecht.csv", "--profile", "buero.toml", "--year", "2024", "--out", "befund") == 1
    shown = capsys.readouterr().out
    assert "schlecht.csv:2 birth_date: that is no date that exists" in shown
    assert "schlecht.csv:3 sex: the code is not in the profile; expected: one of m, M, 1" in shown
    assert not [word for word in ("GEHEIM", "30.02", "Schlo") if word in shown]
    assert "GEHEIM2" in (tmp_path / "befund" / "quarantine-schlecht.csv").read_text(encoding="windows-1252")
    assert "30.02.1980" in (tmp_path / "befund" / "findings.csv").read_text(encoding="utf-8-sig")
    summary = (tmp_path / "befund" / "summary.json").read_text()
    assert not [word for word in ("GEHEIM", "30.02", "Schlo") if word in summary]
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "befund").iterdir()} == {0}


def test_a_second_check_leaves_nothing_of_the_first(office, tmp_path, capsys):
    arguments = ["register", "check", "auszug.csv", "--profile", "buero.toml", "--year", "2024", "--out", "befund"]
    (tmp_path / "auszug.csv").write_bytes((tmp_path / "schlecht.csv").read_bytes())
    (tmp_path / "befund").mkdir()
    (tmp_path / "befund" / "notiz.txt").touch()
    assert call(*arguments) == 1
    assert (tmp_path / "befund" / "quarantine-auszug.csv").exists()
    (tmp_path / "auszug.csv").write_bytes((tmp_path / "bestand.csv").read_bytes())
    assert call(*arguments) == 0
    assert sorted(path.name for path in (tmp_path / "befund").iterdir()) == ["findings.csv", "notiz.txt", "summary.json"]


def test_check_without_a_region_writes_nothing_about_streets(office, tmp_path, capsys):
    arguments = ["bestand.csv", "--profile", "semicolon", "--year", "2024"]
    before = sorted(tmp_path.rglob("*"))
    assert call("register", "check", *arguments) == 0
    assert sorted(tmp_path.rglob("*")) == before
    assert call("register", "check", *arguments, "--out", "befund") == 0
    assert sorted(path.name for path in (tmp_path / "befund").iterdir()) == ["findings.csv", "summary.json"]


def test_check_needs_nothing_but_the_extract_and_a_profile(office, capsys):
    assert call("register", "check", "bestand.csv", "--profile", "semicolon", "--year", "2024") == 0
    assert "40 rows = 40 counted + 0 merged + 0 in quarantine" in capsys.readouterr().out
    assert call("register", "check", "schlecht.csv", "--profile", "semicolon", "--year", "2024", "--json") == 1
    listed = json.loads(capsys.readouterr().out)["listed"]
    assert [(entry["line"], entry["field"], entry["code"]) for entry in listed] == [
        (2, "birth_date", "value.date"), (3, "sex", "value.code"),
    ]  # fmt: skip


CALLS = [  # arguments, exit code, a word of the error
    (["aggregate", "schlecht.csv", "--profile", "buero.toml", "--out", "aus"], 1, "2 of 2 records"),
    (["aggregate", "bestand.csv", "--profile", "semicolon", "--out", "aus"], 2, "--ags AGS and --region"),
    (
        ["aggregate", "bestand.csv", "--profile", "buero.toml", "--out", "aus", "--key-date", "31.12."],
        2,
        "12-31 or 10-01@08-01",
    ),
    (["aggregate", "bestand.csv", "--profile", "buero.toml", "--out", "aus", "--ags", "03999009"], 2, "03999009"),
    (["aggregate", "bestand.csv", "--profile", "buero.toml", "--out", "aus", "--key-date", "10-01"], 1, "--events"),
    (["aggregate", "bestand.csv", "--profile", "buero.toml", "--out", "aus", "--mode", "at-source"], 2, "--matrix-secret FILE"),
    (["check", "bestand.csv", "--profile", "buero.toml", "--max-size-mb", "0"], 2, "--max-size-mb"),
    (["check", "bestand.csv", "--profile", "bestand.csv"], 2, "Save it as UTF-8"),
    (["check", "bestand.csv", "--profile", "nurbestand.toml", "--events", "bestand.csv"], 2, "a section [events]"),
    (["new-secret", "region.secret", "--epoch", "2026"], 2, "never be lost"),
    (["new-secret", "other.secret", "--epoch", "zwei Wörter"], 2, "1 to 32 letters"),
]


@pytest.mark.parametrize(("arguments", "code", "word"), CALLS, ids=[" ".join(a[:1] + a[-2:]) for a, _, _ in CALLS])
def test_what_cannot_be_done_is_said_with_its_exit_code(office, tmp_path, capsys, arguments, code, word):
    assert call("register", "new-secret", "region.secret", "--epoch", "2026") == 0
    assert call("register", "new-key", "buero.key") == 0
    year = [] if arguments[0] == "new-secret" else ["--year", "2024"]
    assert call("register", *arguments, *year) == code
    assert word in capsys.readouterr().err
    assert not list(tmp_path.glob("aus/*.allmende"))


def test_at_source_only_protected_tables_travel(office, tmp_path, capsys):
    assert call("register", "new-secret", "region.secret", "--epoch", "2026") == 0
    write_matrix(bytes(range(32)), tmp_path / "matrix.secret")
    assert call("register", "new-key", "buero.key") == 0
    capsys.readouterr()
    arguments = ["register", "aggregate", "bestand.csv", "--profile", "buero.toml", "--year", "2024", "--out", "aus", "--json"]
    assert call(*arguments, "--mode", "at-source", "--matrix-secret", "matrix.secret") == 0
    path = tmp_path / json.loads(capsys.readouterr().out)["delivery"]
    verify = parse_verify_key((tmp_path / "buero.verify").read_text())
    delivery = open_delivery(path, identity=office, verify_keys={AGS: verify})
    assert (delivery.note.mode, delivery.cubes) == ("at-source", ())
    assert delivery.tables
    assert replace(delivery.note, contents=()) == delivery.note


def test_no_key_is_ever_lost_to_its_public_half(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert call("register", "new-key", "buero.verify") == 2
    assert not (tmp_path / "buero.verify").exists()
    assert call("register", "new-key", "buero.key", "--json") == 0
    public = (tmp_path / "buero.verify").read_text()
    (tmp_path / "buero.key").rename(tmp_path / "alt.key")
    assert call("register", "new-key", "buero.key") == 2
    assert (tmp_path / "buero.verify").read_text() == public
    assert call("register", "new-key", "neu.key") == 0
    assert len(re.findall(r"(?:[0-9a-f]{4}-){4}[0-9a-f]{4}", capsys.readouterr().out)) == 2


@pytest.mark.parametrize("odd", [("--year", "99999"), ("--year", "-5"), ("--max-size-mb", "0")])
def test_numbers_out_of_range_are_refused_in_words(office, capsys, odd):
    assert call("register", "check", "bestand.csv", "--profile", "semicolon", *odd) == 2
    assert "Traceback" not in capsys.readouterr().err
