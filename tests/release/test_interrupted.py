"""Killed, or out of disk, at any moment: what was in force stays whole and in force, and the next run carries on."""

import shutil
import signal
import subprocess
import sys
from datetime import date

import pytest

from allmende.cubes.publication import current
from allmende.release import build, plan, verify

DRIVER = """
import os, signal, sys
from datetime import date
from pathlib import Path
from allmende.hub import open_hub
from allmende.release import load_catalogue, plan
from allmende.release import build as _
import allmende.release.build
builder = sys.modules["allmende.release.build"]
hub, public, catalogue, step, when = sys.argv[1:]

def dying(name):
    original = getattr(builder, name)
    def die(*arguments, **named):
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        original(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(builder, name, die)

if step == "rename":
    Path.rename = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
elif step == "full":
    import resource
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
else:
    dying(step)
opened = open_hub(Path(hub))
planned = plan(opened, load_catalogue(Path(catalogue)))
if step == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
builder.build(opened, planned, Path(public), date(2025, 5, 1))
"""


@pytest.fixture
def published(hub, small, tmp_path):
    old = build(hub, plan(hub, small.without("stock_district")), tmp_path / "public", date(2025, 3, 1))
    return hub, tmp_path / "public", old


def run(hub, public, catalogue_file, step, when):
    command = [sys.executable, "-c", DRIVER, hub.folder, public, catalogue_file, step, when]
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    ("step", "when"),
    [
        ("_write_table", "after"),
        pytest.param("write_publication", "before", marks=pytest.mark.slow),
        pytest.param("_refuse_leaks", "after", marks=pytest.mark.slow),
        pytest.param("_write_internal", "after", marks=pytest.mark.slow),
        ("rename", "before"),
        pytest.param("put_in_force", "before", marks=pytest.mark.slow),
        pytest.param("put_in_force", "after", marks=pytest.mark.slow),
    ],
)
def test_killed_the_old_release_stays_whole_and_the_next_run_completes(published, catalogue_file, small, step, when):
    hub, public, old = published
    result = run(hub, public, catalogue_file, step, when)
    assert result.returncode == -signal.SIGKILL, result.stderr
    in_force = current(public)
    verify(in_force)
    assert (when == "after" and step == "put_in_force") or in_force.name == old.id
    for folder in (public / "releases").glob("[!.]*"):
        verify(folder)
    built = build(hub, plan(hub, small), public, date(2025, 6, 1))
    assert verify(current(public)).id == built.id
    assert not list((public / "releases").glob(".*"))


def test_a_full_disk_is_an_error_that_leaves_nothing_behind(published, catalogue_file):
    hub, public, old = published
    result = run(hub, public, catalogue_file, "full", "")
    assert result.returncode == 1
    assert "OSError" in result.stderr
    assert current(public).name == old.id
    assert [path.name for path in (public / "releases").iterdir()] == [old.id]


def test_a_killed_release_that_was_only_logged_counts_as_published(published, catalogue_file, small, tmp_path):
    """The log comes before the rename: rather one entry too many than one release unknown. The bytes are those of the log."""
    hub, public, _ = published
    run(hub, public, catalogue_file, "rename", "before")
    late = build(hub, plan(hub, small), public, date(2025, 9, 9))
    assert verify(late.folder).created == date(2025, 5, 1)
    shutil.rmtree(public)
