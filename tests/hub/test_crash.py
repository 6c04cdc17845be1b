"""Whatever happens while a delivery is received, the store is as before or as after, and nothing needs repair."""

import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from allmende.errors import AllmendeError
from allmende.hub import open_hub, receive
from allmende.hub.disk import append_line, last_lines, locked

from .conftest import NOW, A, B, Round, moves, stock


def state(folder: Path) -> dict[str, bytes]:
    """Return what a reader of the hub can see."""
    seen = [path for name in ("store", "received", "protected") for path in (folder / name).rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in seen}


def received(folder: Path) -> list[str]:
    entries = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [entry["id"] for entry in entries if entry["what"] == "received"]


def allmende(*arguments: object, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    def restrict() -> None:
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-B", "-m", "allmende", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=restrict)


@pytest.fixture
def delivery(circle: Round) -> Path:
    """A correction of one cube and two new ones, to a hub that holds the old one."""
    receive(circle.hub, circle.send(stock(A, 2025)), NOW)
    return circle.send(stock(A, 2025, seed=1), stock(A, 2026), moves(A, 2026, [("out", B, 3, "m", 1, 1)]), sequence=2)


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_the_store_whole(circle: Round, delivery: Path, tmp_path: Path):
    before, copies = state(circle.hub.folder), tmp_path / "copies"
    copies.mkdir()
    script = Path(__file__).parent / "kill_everywhere.py"
    subprocess.run([sys.executable, script, circle.hub.folder, delivery, copies], check=True)
    *killed, survivor = sorted(copies.iterdir())
    after = state(survivor)
    assert len(after) > len(before)
    outcomes = set()
    for folder in killed:
        hub = open_hub(folder)
        assert state(folder) in (before, after), f"killed before change {int(folder.name)}"
        outcomes.add(state(folder) == after)
        again = receive(hub, delivery, NOW)
        assert again.outcome in ("received", "known")
        assert state(folder) == after
        assert len(received(folder)) == len(set(received(folder))) == 2
        assert list((folder / "journal").iterdir()) == []
    assert outcomes == {False, True}
    assert len(killed) > 20


def test_a_disk_that_fills_up_while_preparing_changes_nothing(circle: Round, delivery: Path):
    before = state(circle.hub.folder)
    answer = allmende("hub", "receive", "--hub", circle.hub.folder, delivery, limit=3000)
    assert answer.returncode == 2
    assert "Nothing was stored." in answer.stderr
    assert "Make room, then receive the file again" in answer.stderr
    assert state(circle.hub.folder) == before
    assert list((circle.hub.folder / "journal").iterdir()) == []
    assert receive(open_hub(circle.hub.folder), delivery, NOW).outcome == "received"


def test_a_disk_that_fills_up_after_the_decision_is_finished_later(circle: Round, delivery: Path):
    log = circle.hub.folder / "log.jsonl"
    log.write_text(log.read_text() + '{"at": "", "what": "x"}\n' * 1000)
    size = log.stat().st_size
    answer = allmende("hub", "receive", "--hub", circle.hub.folder, delivery, limit=size + 100)
    assert answer.returncode == 2
    assert "accepted, but not all of it is in its place" in answer.stderr
    assert log.stat().st_size == size + 100
    hub = open_hub(circle.hub.folder)
    assert hub.store.years("stock", "12-31") == (2025, 2026)
    assert len(received(hub.folder)) == 2
    assert receive(hub, delivery, NOW).outcome == "known"


@pytest.mark.slow
def test_a_full_disk_is_told_and_changes_nothing(circle: Round, delivery: Path, tmp_path: Path, small_disk: Path):
    shutil.copytree(circle.hub.folder, small_disk / "hub")
    (small_disk / "hub").chmod(0o700)
    before = state(small_disk / "hub")
    fill = small_disk / "fill"
    free = shutil.disk_usage(small_disk).free
    fill.write_bytes(bytes(free - 8192))
    answer = allmende("hub", "receive", "--hub", small_disk / "hub", delivery)
    assert answer.returncode == 2
    assert "No space left on device" in answer.stderr
    assert state(small_disk / "hub") == before
    fill.unlink()
    assert receive(open_hub(small_disk / "hub"), delivery, NOW).outcome == "received"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_line_that_a_crash_cut_off_is_dropped_from_the_log(tmp_path: Path):
    log = tmp_path / "log.jsonl"
    append_line(log, '{"a": 1}')
    with log.open("a") as file:
        file.write('{"b": ')
    append_line(log, '{"c": 3}')
    assert last_lines(log) == ['{"a": 1}', '{"c": 3}']


def test_only_one_command_changes_a_hub_at_a_time(circle: Round, delivery: Path):
    with circle.hub.changing(), pytest.raises(AllmendeError, match="Another command is changing"):
        receive(circle.hub, delivery, NOW)


def test_a_lock_ends_with_its_process(tmp_path: Path):
    lines = "import os, pathlib, sys; from allmende.hub.disk import locked\n"
    lines += "with locked(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", lines, tmp_path / "lock"], check=False).returncode == -9
    with locked(tmp_path / "lock"):
        pass
