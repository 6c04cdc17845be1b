"""A served portal, a real Chromium, and a visit that notes everything that goes wrong on a page."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from invented import write_invented, write_open_table
from invented_cells import write_invented_cells
from invented_needs import write_invented_needs
from invented_outlook import write_invented_outlook
from invented_siting import write_invented_plans
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "src" / "allmende" / "portal" / "static" / "vendor"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium")
SOFTWARE_GL = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]

MEMBER, PASSWORD = "planung@ahrenstadt.example", "eine lange Losung 7"
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}


class Visit:
    """A browser's page with everything that went wrong on it."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home = page, home
        self.troubles: list[str] = []
        self.strangers: list[str] = []
        page.on("console", lambda message: self._note(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("request", lambda request: self._look(request.url))

    def go(self, path: str) -> Page:
        """Open a page and wait until nothing more is fetched."""
        self.page.goto(self.home + path)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def sign_in(self, path: str = "") -> Page:
        """Fill the form of a page that asks who somebody is, as a member of the invented region."""
        page = self.go(path) if path else self.page
        if page.locator("#id_login").count():
            page.locator("#id_login").fill(MEMBER)
        page.locator("#id_password").fill(PASSWORD)
        page.locator("main form button").first.click()
        page.wait_for_load_state("networkidle")
        return page

    def examine(self, path: str = "", *, answered: str = "") -> Page:
        """Open a page, or take the one that is open, and assert that it is accessible, quiet, alone, and as wide as the screen.

        `answered` is the status that the page may be answered with besides 200, which a browser calls an error.
        """
        page = self.go(path) if path else self.page
        assert _violations(page) == []
        assert [words for words in self.troubles if not (answered and answered in words)] == []
        assert self.strangers == []
        width = page.viewport_size["width"] if page.viewport_size else 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page scrolls sideways"
        return page

    def _note(self, words: str) -> None:
        self.troubles.append(words)

    def _look(self, url: str) -> None:
        if not url.startswith((self.home, "data:", "blob:")):
            self.strangers.append(url)


@pytest.fixture(params=list(WIDTHS))
def visit(request: pytest.FixtureRequest, chromium: Browser, portal: str) -> Iterator[Visit]:
    """Come with a desktop and with a phone, each time without cookies."""
    width, height = WIDTHS[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height}, bypass_csp=False)
    yield Visit(context.new_page(), portal)
    context.close()


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the invented release with gunicorn on a free port; give the address."""
    if not VENDOR.is_dir():
        pytest.skip("the front-end files are not there: run tools/frontend.py")
    folder = tmp_path_factory.mktemp("portal")
    _write_release(folder / "public")
    asked = _allmende("create-member", MEMBER, "--ags", "98001001", "--public", str(folder / "public"), stdin=subprocess.PIPE)
    asked.communicate(f"{PASSWORD}\n{PASSWORD}\n".encode(), timeout=60)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = _allmende("serve", "--public", str(folder / "public"), "--port", str(port))
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


def _write_release(public: Path) -> None:
    """Write the invented release, beside it one open table of somebody else, and a look ahead with plans and needs."""
    write_invented(public)
    write_open_table(public)
    write_invented_outlook(public)
    write_invented_cells(public)
    write_invented_plans(public)
    write_invented_needs(public, reach=True)


def _allmende(*arguments: str, stdin: int | None = None) -> subprocess.Popen[bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ALLMENDE_", "DJANGO_"))}
    return subprocess.Popen(
        [sys.executable, "-m", "allmende", "portal", *arguments], env=clean, stdin=stdin, start_new_session=True
    )


def _wait(address: str, server: subprocess.Popen[bytes]) -> str:
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"{address}/lebt/", timeout=5):  # noqa: S310  # our own server
                return address
        except OSError:  # refused, or not answered while the kernel is compiled
            assert server.poll() is None, "the portal ended at its start"
            time.sleep(0.25)
    raise AssertionError("the portal did not open within a minute")


def _violations(page: Page) -> list[str]:
    if not AXE.is_file():
        pytest.skip("axe-core is not there: run tools/frontend.py")
    # through the debugger, not as a script element: the page's policy stays as strict as it is
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("() => axe.run({resultTypes: ['violations']})")
    return [json.dumps({"rule": v["id"], "at": [node["target"] for node in v["nodes"]][:4]}) for v in found["violations"]]
