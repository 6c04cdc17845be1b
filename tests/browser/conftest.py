"""A served portal and a real Chromium."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "src" / "allmende" / "portal" / "static" / "vendor"
CHROMIUM = shutil.which("chromium")
SOFTWARE_GL = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the invented release with gunicorn on a free port; give the address."""
    if not VENDOR.is_dir():
        pytest.skip("the front-end files are not there: run tools/frontend.py")
    folder = tmp_path_factory.mktemp("portal")
    spec = importlib.util.spec_from_file_location("invented", ROOT / "tests" / "portal" / "invented.py")
    assert spec
    assert spec.loader
    invented = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(invented)
    invented.write_invented(folder / "public")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "allmende", "portal", "serve", "--public", str(folder / "public"), "--port", str(port)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ALLMENDE_", "DJANGO_"))}
    server = subprocess.Popen(command, env=clean)
    try:
        yield _wait(f"http://127.0.0.1:{port}", server)
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium, drawing without a graphics card."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SOFTWARE_GL)
        yield browser
        browser.close()


def _wait(address: str, server: subprocess.Popen[bytes]) -> str:
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"{address}/lebt/", timeout=5):  # noqa: S310  # our own server
                return address
        except (urllib.error.URLError, ConnectionError):
            assert server.poll() is None, "the portal ended at its start"
            time.sleep(0.25)
    raise AssertionError("the portal did not open within a minute")
