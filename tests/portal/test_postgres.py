"""The portal's own tests again, on a PostgreSQL server of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import quote

import pytest

ROOT = Path(__file__).resolve().parents[2]
OWNER = "postgres"


def _server_programs() -> Path | None:
    """Return the folder of initdb and pg_ctl: on the path, or where Debian keeps the newest version."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


PROGRAMS = _server_programs()
pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(PROGRAMS is None, reason="no PostgreSQL server here: install the package postgresql"),
]


def _run(program: str, *arguments: str) -> None:
    """Run a program of the server, as root in the name of an ordinary user, for the server refuses root."""
    assert PROGRAMS is not None
    disguise = ["runuser", "-u", OWNER, "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*disguise, str(PROGRAMS / program), *arguments], capture_output=True, text=True, check=False, cwd="/"
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """Start a server that listens on a socket in a folder of its own only; yield the URL of a new database."""
    # beside pytest's folders, which another user may not enter and whose names are too long for a socket
    home = Path(mkdtemp(prefix="pg-"))
    if os.geteuid() == 0:
        shutil.chown(home, OWNER)
    data = home / "data"
    try:
        _run("initdb", "--pgdata", str(data), "--username", OWNER, "--auth", "trust", "--encoding", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off"
        _run("pg_ctl", "start", "--pgdata", str(data), "--wait", "--log", str(home / "log"), "--options", options)
        try:
            _run("createdb", "--host", str(home), "--username", OWNER, "portal")
            yield f"postgresql://{OWNER}@/portal?host={quote(str(home))}"
        finally:
            _run("pg_ctl", "stop", "--pgdata", str(data), "--wait", "--mode", "immediate")
    finally:
        shutil.rmtree(home)


def _python(database: str, folder: Path, *arguments: str) -> str:
    variables = os.environ | {"ALLMENDE_DATABASE": database, "ALLMENDE_STATE": str(folder)}
    variables.pop("PYTEST_XDIST_WORKER", None)
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return done.stdout


def test_the_portals_own_tests_pass(database: str, tmp_path: Path):
    said = _python(database, tmp_path, "-m", "pytest", "-q", "tests/portal", "-m", "not postgres", "-p", "no:cacheprovider")
    assert "passed" in said


MIGRATED = """
import django
django.setup()
from django.core.management import call_command
from django.db import connection
assert connection.vendor == "postgresql", connection.vendor
call_command("migrate", verbosity=0)
call_command("migrate", check_unapplied=True, verbosity=0)
print(len(connection.introspection.table_names()))
"""


def test_a_new_database_is_brought_up_to_date_by_its_url(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "allmende.portal.settings")
    assert int(_python(database, tmp_path, "-c", MIGRATED)) > 5
