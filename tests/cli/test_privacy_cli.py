"""`allmende privacy` and `allmende selfcheck` as a user calls them."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from allmende.cli import main
from allmende.deliveries.keys import write_matrix
from allmende.privacy import load_profile
from allmende.register.secret import Secret, write_secret

CELLS = "area;n;key\nNord;0;0\nSüd;1;5\nOst;3;4000000000\nWest;120;17\n"


@pytest.fixture
def run(capfd):
    def call(*arguments):
        with pytest.raises(SystemExit) as exit_:
            main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return exit_.value.code, out, err

    return call


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "matrix.secret"
    write_matrix(bytes(range(32)), path)
    return path


def test_ptable_prints_the_published_row(run):
    code, out, _ = run("privacy", "ptable", "--max-deviation", "2", "--variance", "0.9", "--json")
    document = json.loads(out)
    assert code == 0
    assert [row["n"] for row in document["rows"]] == [1, 2]
    assert document["rows"][0]["p"] == pytest.approx({"0": 0.3625, "1": 0.3625, "2": 0.1875, "3": 0.0875}, abs=1e-6)
    assert document["warnings"] == []


def test_ptable_takes_one_value_a_row(run):
    options = ("--max-deviation", "2", "--variance", "1.05", "--block-small", "1", "--monotone", "TTFT")
    code, out, _ = run("privacy", "ptable", *options, "--json")
    assert (code, len(json.loads(out)["rows"])) == (0, 4)
    code, out, _ = run("privacy", "ptable", "--max-deviation", "4", "--variance", "1.5", "--stay", ".8,.9,.9,.9", "--json")
    assert [row["tries"] for row in json.loads(out)["achieved"]] == [20, 7, 5, 3]


def test_ptable_warns_where_the_variance_is_missed(run):
    code, out, _ = run("privacy", "ptable", "--max-deviation", "2", "--variance", "1")
    assert code == 0
    assert "Warning: Row 1: variance 0.93188" in out


BAD_PARAMETERS = [
    (("--max-deviation", "4", "--variance", "1", "--block-small", "2"), "Raise the variance to 2"),
    (("--max-deviation", "2", "--variance", "3", "--block-small", "2"), "Raise the largest deviation to 3"),
    (("--max-deviation", "2", "--variance", "0.9", "--stay", "often"), "often"),
    (("--max-deviation", "2", "--variance", "0.9", "--monotone", "TX"), "T, F"),
    (("--max-deviation", "2", "--variance", "0.9", "--stay", "1.5"), "0 ≤ stay < 1"),
    (("--max-deviation", "2", "--variance", "nan"), "above 0"),
]


@pytest.mark.parametrize(("options", "hint"), BAD_PARAMETERS)
def test_ptable_refuses_with_the_remedy(run, options, hint):
    code, _, err = run("privacy", "ptable", *options)
    assert code == 2
    assert hint in err


def test_perturb_protects_and_drops_what_is_exact(run, tmp_path, secret):
    cells = tmp_path / "cells.csv"
    cells.write_text(CELLS, encoding="utf-8")
    code, out, _ = run("privacy", "perturb", cells, "--secret", secret, "--json")
    n, key = np.array([0, 1, 3, 120]), np.array([0, 5, 4_000_000_000, 17], dtype=np.uint32)
    shown = load_profile("standard", bytes(range(32))).protect(n, key).tolist()
    assert code == 0
    assert json.loads(out)["rows"] == [
        {"area": area, "published": value} for area, value in zip(("Nord", "Süd", "Ost", "West"), shown, strict=True)
    ]


def test_perturb_writes_parquet_as_it_reads_it(run, tmp_path, secret):
    source, target = tmp_path / "cells.parquet", tmp_path / "published.parquet"
    pq.write_table(pa.table({"cell": ["a", "b"], "n": [0, 7], "key": [0, 9]}), source)
    code, out, _ = run("privacy", "perturb", source, "--secret", secret, "--output", target, "--profile", "strict", "--json")
    assert (code, json.loads(out)["cells"]) == (0, 2)
    assert pq.read_table(target).column_names == ["cell", "published"]
    code, _, _ = run("privacy", "perturb", source, "--secret", secret, "--output", target, "--keep-exact")
    assert pq.read_table(target).column_names == ["cell", "n", "key", "published"]


def test_perturb_needs_the_secret_or_the_printed_order(run, tmp_path):
    cells = tmp_path / "cells.csv"
    cells.write_text(CELLS, encoding="utf-8")
    code, _, err = run("privacy", "perturb", cells)
    assert code == 2
    assert "secret is missing" in err
    code, out, _ = run("privacy", "perturb", cells, "--printed-order")
    assert code == 0
    assert out.splitlines()[0] == '"area","published"'


BAD_FILES = [
    ("area,n\na,1\n", "columns n and key"),
    ("n,key,published\n1,2,3\n", "no column published"),
    ("n,key\n1,\n", "a missing key cannot be replaced"),
    ("n,key\n1,0.25\n", "type double"),
    ("n,key\n-1,5\n", "outside 0"),
    ("n,key\n1,4294967296\n", "outside 0"),
    ("n,key\n1,2,3\n", "cannot be read"),
    ("", "cannot be read"),
]


@pytest.mark.parametrize(("text", "hint"), BAD_FILES)
def test_perturb_says_what_is_wrong_with_a_file(run, tmp_path, text, hint):
    cells = tmp_path / "cells.csv"
    cells.write_text(text, encoding="utf-8")
    code, out, err = run("privacy", "perturb", cells, "--printed-order")
    assert (code, out) == (2, "")
    assert hint in err
    assert "4294967296" not in err, "an exact value of the file was shown"


def test_perturb_refuses_a_secret_that_others_can_read(run, tmp_path, secret):
    cells = tmp_path / "cells.csv"
    cells.write_text(CELLS, encoding="utf-8")
    secret.chmod(0o644)
    code, _, err = run("privacy", "perturb", cells, "--secret", secret)
    assert code == 2
    assert "Others on this machine" in err


def test_selfcheck_reproduces_every_published_number(run):
    code, out, _ = run("selfcheck", "--json")
    document = json.loads(out)
    assert (code, document["holds"]) == (0, True)
    assert len(document["rooms"]["privacy"]) >= 30
    assert all(found["difference"] <= found["tolerance"] for found in document["rooms"]["privacy"])


def test_selfcheck_fails_on_a_miss(run, monkeypatch):
    from allmende import selfcheck
    from allmende.comparison import Comparison

    missed = (Comparison("the answer", "a book", 42, 41, 0.5),)
    monkeypatch.setitem(selfcheck.CHECKS, "privacy", lambda: missed)
    code, out, _ = run("selfcheck")
    assert code == 1
    assert "MISSED the answer" in out


@pytest.mark.parametrize("command", [("privacy", "ptable"), ("privacy", "perturb"), ("selfcheck",)])
def test_help_shows_an_example(run, command):
    code, out, _ = run(*command, "--help")
    assert code == 0
    assert "Example: allmende" in out


def test_perturb_refuses_the_secret_behind_record_keys(run, tmp_path):
    cells, region = tmp_path / "cells.csv", tmp_path / "region.secret"
    cells.write_text(CELLS, encoding="utf-8")
    write_secret(Secret("2026", bytes(range(32))), region)
    code, _, err = run("privacy", "perturb", cells, "--secret", region)
    assert code == 2
    assert "no matrix secret" in err
