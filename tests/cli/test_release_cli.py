import importlib.util
import json
import sys
from pathlib import Path

import pytest

from allmende.cli import main

# the sample region of the release room's tests serves here too
_spec = importlib.util.spec_from_file_location("release_samples", Path(__file__).parents[1] / "release" / "conftest.py")
samples = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = samples
_spec.loader.exec_module(samples)
region, catalogue_file, filled_hub, hub = samples.region, samples.catalogue_file, samples.filled_hub, samples.hub


@pytest.fixture
def run(capsys, monkeypatch):
    def call(*arguments):
        words = [str(argument) for argument in arguments]
        monkeypatch.setattr(sys, "argv", ["allmende", *words])
        with pytest.raises(SystemExit) as left:
            main(words)
        output = capsys.readouterr()
        return left.value.code, output.out, output.err

    return call


def test_plan_build_list_verify(run, hub, catalogue_file, tmp_path):
    chosen = ("--catalogue", catalogue_file)
    code, out, _ = run("release", "plan", hub.folder, *chosen)
    assert (code, "lets release" in out) == (0, True)
    code, out, _ = run("release", "build", hub.folder, tmp_path / "public", *chosen, "--json")
    built = json.loads(out)
    assert (code, built["repeated"]) == (0, False)
    code, out, _ = run("release", "list", tmp_path / "public")
    assert out.startswith(f"* {built['id']}")
    code, out, _ = run("release", "verify", tmp_path / "public" / "current")
    assert (code, "is whole: 3 tables" in out) == (0, True)


def test_a_refused_plan_exits_with_1_and_proposes_a_change(run, hub, tmp_path):
    leaking = tmp_path / "leaking.toml"
    words = 'title = { de = "a", en = "b" }\n'
    leaking.write_text(
        f'{words}[[table]]\nid = "fine"\n{words}cube = "stock"\ngeography = "grid_100"\ndimensions = {{ age = "single" }}'
    )
    code, out, _ = run("release", "plan", hub.folder, "--catalogue", leaking)
    assert code == 1
    assert "REFUSED  fine: sparsity" in out
    assert "would pass: fine:" in out
    code, out, _ = run("release", "plan", hub.folder, "--catalogue", leaking, "--json")
    assert code == 1
    assert json.loads(out)["changes"][0]["table"] == "fine"
    code, _, err = run("release", "build", hub.folder, tmp_path / "public", "--catalogue", leaking)
    assert code == 1
    assert "refuses" in err
    assert not (tmp_path / "public").exists()


def test_a_changed_file_makes_verify_exit_with_1_and_is_named(run, hub, catalogue_file, tmp_path):
    run("release", "build", hub.folder, tmp_path / "public", "--catalogue", catalogue_file)
    (tmp_path / "public" / "current" / "report.html").write_text("other")
    code, _, err = run("release", "verify", tmp_path / "public" / "current")
    assert code == 1
    assert "report.html: was changed" in err


def test_releases_of_a_folder_that_is_not_there_cannot_be_listed(run, tmp_path):
    code, out, err = run("release", "list", tmp_path / "publik")
    assert (code, out) == (2, "")
    assert "There is no such folder" in err
    assert str(tmp_path / "publik") in err
    assert run("release", "list", tmp_path)[0] == 0


@pytest.mark.parametrize("command", ["plan", "build", "verify", "list"])
def test_every_command_shows_an_example(run, command):
    code, out, _ = run("release", command, "--help")
    assert code == 0
    assert f"allmende release {command} " in out
    assert "--json" in out


def test_a_folder_that_is_no_release_cannot_be_used(run, tmp_path):
    code, _, err = run("release", "verify", tmp_path)
    assert code == 2
    assert "no release" in err
