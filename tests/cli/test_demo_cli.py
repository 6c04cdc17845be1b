"""`allmende demo` on the command line."""

import json
import socket

import pytest

from allmende.cli import main


def _call(*arguments):
    with pytest.raises(SystemExit) as stopped:
        main(["demo", *arguments])
    return stopped.value.code


def test_help_shows_an_example(capsys):
    assert _call("--help") == 0
    assert "allmende demo --folder" in capsys.readouterr().out


def test_a_taken_port_is_refused_before_anything_is_built(tmp_path, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert _call("--folder", str(tmp_path / "demo"), "--port", str(port)) == 2
    assert f"--port {port + 1}" in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()


@pytest.mark.slow
def test_json_names_every_step_and_the_second_call_reuses_them(tmp_path, capsys):
    arguments = ("--folder", str(tmp_path), "--small", "--seed", "4", "--no-serve", "--json")
    _call(*arguments)
    first = json.loads(capsys.readouterr().out)
    _call(*arguments)
    second = json.loads(capsys.readouterr().out)
    names = ["region", "hub", "offices", "receiving", "release", "facilities", "outlook", "together"]
    assert [step["step"] for step in first["steps"]] == names
    said = {step["step"]: step["result"] for step in first["steps"]}
    assert said["outlook"].startswith("Skipped, the release is too coarse")
    assert not any(step["reused"] for step in first["steps"])
    assert all(step["reused"] for step in second["steps"])
    assert (tmp_path / "public" / "current" / "release.json").is_file()
    _call(*arguments[:-1])
    told = capsys.readouterr().err.splitlines()
    assert len(told) == len(names), "a log has one line a step, however long"
    assert all(line.startswith("✓ ") for line in told)
