"""`allmende hub` from the first command to the report, by hand and by script."""

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from allmende.areas import Municipality, Region, write_region
from allmende.cli import cli
from allmende.cubes import BaseCube, Cells, Manifest, numbers, texts
from allmende.deliveries import DeliveryNote, SigningKey, new_office_key, seal

A, B = "99001001", "99001002"


def call(*arguments: object, language: str = "en_GB") -> Result:
    return CliRunner(env={"LC_ALL": language}).invoke(cli, ["hub", *map(str, arguments)])


def move(ags: str, direction: str, counterpart: str, key: int) -> BaseCube:
    columns = (
        texts("ags", [ags]),
        texts("direction", [direction]),
        texts("counterpart", [counterpart]),
        texts("district", [f"{ags}.unlocated"]),
        numbers("cell", [-1]),
        numbers("age", [31]),
        texts("sex", ["w"]),
        texts("nationality", ["german"]),
        texts("residence", ["main"]),
        numbers("year", [2025]),
    )
    day = date(2025, 12, 31)
    manifest = Manifest("external_moves", ags, day, day, date(2026, 1, 1), "2026", "c0ffee00c0ffee00", "test")
    return BaseCube(Cells(columns, np.array([1]), np.array([key], dtype=np.uint32)), manifest)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a hub that knows two offices."""
    members = tuple(Municipality(ags, name, "99", "Gemeinde") for ags, name in ((A, "Auental"), (B, "Birkheim")))
    region = Region("zwei", {"de": "Zwei", "en": "Two"}, True, date(2026, 1, 1), "fiktiv", members, ())
    write_region(region, tmp_path / "region")
    made = call(
        "init", "--hub", tmp_path / "hub", "--region", tmp_path / "region", "--epoch", "2026", "--key-check", "c0ffee00c0ffee00"
    )
    assert made.exit_code == 0, made.output
    for ags in (A, B):
        key = new_office_key()
        (tmp_path / f"{ags}.verify").write_text(f"{key.verify_key()}\n")
        (tmp_path / f"{ags}.key").write_bytes(key.value)
        done = call("register-office", "--hub", tmp_path / "hub", ags, tmp_path / f"{ags}.verify")
        assert key.verify_key().fingerprint() in done.output
    return tmp_path


def deliver(desk: Path, cube: BaseCube, sequence: int = 1) -> Path:
    ags = cube.manifest.ags
    note = DeliveryNote.of([cube], name="x", sequence=sequence, made=date(2026, 2, 1))
    recipient = (desk / "hub/hub.recipient").read_text()
    path = desk / f"{ags}-{sequence}.allmende"
    return seal([cube], path, office=SigningKey((desk / f"{ags}.key").read_bytes()), hub_recipient=recipient, delivery=note)


def test_deliveries_are_received_and_shown(desk: Path):
    files = [deliver(desk, move(A, "out", B, 7)), deliver(desk, move(B, "in", A, 7))]
    done = call("receive", "--hub", desk / "hub", *files)
    assert done.exit_code == 0
    assert "received from 99001001 Auental, sequence 1: external_moves 12-31 2025" in done.output
    assert "had come before" in call("receive", "--hub", desk / "hub", files[0]).output
    shown = call("status", "--hub", desk / "hub")
    assert shown.exit_code == 0
    assert "external_moves  12-31  2025  (1)" in shown.output
    assert "Nothing is missing." in shown.output
    agreed = call("mismatches", "--hub", desk / "hub")
    assert (agreed.exit_code, "1 agree; 0 contradict" in agreed.output) == (0, True)


def test_contradictions_end_with_exit_code_1(desk: Path):
    call("receive", "--hub", desk / "hub", deliver(desk, move(A, "out", B, 7)), deliver(desk, move(B, "in", A, 8)))
    found = call("mismatches", "--hub", desk / "hub")
    assert found.exit_code == 1
    assert "30-34 w  left    1  arrived    1  as many, but others" in found.output
    document = json.loads(call("mismatches", "--hub", desk / "hub", "--json").output)
    assert [cell["verdict"] for cell in document["differing"]] == ["other moves"]
    assert (desk / "hub/reports/mismatches.csv").exists()


def test_one_refused_file_does_not_keep_the_others_out(desk: Path):
    good, bad = deliver(desk, move(A, "out", B, 7)), deliver(desk, move(B, "in", A, 7))
    bad.write_bytes(bad.read_bytes()[:-1])
    (desk / "letter.txt").write_text("Sehr geehrte Damen und Herren")
    answers = call("receive", "--hub", desk / "hub", bad, good, "--json")
    assert answers.exit_code == 1
    refused, received = json.loads(answers.output)
    assert "truncated" in refused["error"]["what"]
    assert received["outcome"] == "received"
    assert call("receive", "--hub", desk / "hub", desk / "letter.txt").exit_code == 2


def test_a_file_that_cannot_be_read_does_not_keep_the_others_out(desk: Path):
    good = deliver(desk, move(A, "out", B, 7))
    done = call("receive", "--hub", desk / "hub", "--json", desk / "missing.allmende", desk, good)
    assert done.exit_code == 2
    assert [sorted(answer)[0] for answer in json.loads(done.output)] == ["error", "error", "contents"]


def test_status_speaks_german_unless_told_otherwise(desk: Path):
    call("receive", "--hub", desk / "hub", deliver(desk, move(A, "out", B, 7)))
    shown = call("status", "--hub", desk / "hub", language="de_DE.UTF-8").output
    assert "Es fehlt:\n  99001002 Birkheim: external_moves 12-31 2025" in shown
    document = json.loads(call("status", "--hub", desk / "hub", "--json").output)
    assert [missing["name"] for missing in document["missing"]] == ["Birkheim"]


@pytest.mark.parametrize("command", ["init", "register-office", "receive", "status", "mismatches"])
def test_every_command_explains_itself_with_an_example(command: str):
    text = call(command, "--help").output
    assert re.search(r"Example: allmende hub " + command, re.sub(r"\s+", " ", text))
    assert "--json" in text


def test_the_hub_may_be_named_once_for_all(desk: Path):
    environment = os.environ | {"ALLMENDE_HUB": str(desk / "hub"), "LC_ALL": "en_GB"}
    command = [sys.executable, "-m", "allmende", "hub", "status"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "no delivery yet" in done.stdout) == (0, True)


def test_an_open_folder_ends_with_exit_code_2(desk: Path):
    (desk / "hub").chmod(0o755)
    command = [sys.executable, "-m", "allmende", "hub", "status", "--hub", desk / "hub"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "chmod 700" in done.stderr
