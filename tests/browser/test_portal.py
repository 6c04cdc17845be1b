"""The portal as people meet it: two widths, two languages, keyboard only, no script, no stranger on the line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
AGS = "98001001"
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
PAGES = (
    "/", "/daten/", f"/daten/gebiet/{AGS}/", f"/daten/gebiet/{AGS}/altersaufbau/", f"/daten/gebiet/{AGS}/altersgruppen/",
    f"/daten/gebiet/{AGS}/entwicklung/", f"/daten/gebiet/{AGS}/bewegungen/", f"/daten/gebiet/{AGS}/staatsangehoerigkeit/",
    "/daten/gebiet/region/karte/?ebene=grid_1000", f"/daten/gebiet/{AGS}/karte/", "/daten/vergleich/", "/daten/tabellen/",
    "/daten/tabellen/stock_municipality_total/", "/daten/veroeffentlichungen/2026-01-erfunden/", "/daten/methode/", "/glossar/",
    "/rueckmeldung/", "/barrierefreiheit/", "/impressum/", "/datenschutz/", "/konto/login/",
)  # fmt: skip
MEGABYTE = 1_000_000


class Visit:
    """A page with everything that went wrong on it."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home = page, home
        self.troubles: list[str] = []
        self.strangers: list[str] = []
        page.on("console", lambda message: self.troubles.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("request", lambda request: self._look(request.url))

    def _look(self, url: str) -> None:
        if not url.startswith((self.home, "data:", "blob:")):
            self.strangers.append(url)

    def go(self, path: str) -> Page:
        self.page.goto(self.home + path)
        self.page.wait_for_load_state("networkidle")
        return self.page


@pytest.fixture(params=list(WIDTHS))
def visit(request: pytest.FixtureRequest, chromium: Browser, portal: str) -> Iterator[Visit]:
    width, height = WIDTHS[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height}, bypass_csp=False)
    yield Visit(context.new_page(), portal)
    context.close()


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_quiet_and_alone(visit: Visit, prefix: str, path: str) -> None:
    page = visit.go(prefix + path)
    assert _violations(page) == []
    assert visit.troubles == []
    assert visit.strangers == []
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "the page scrolls sideways"


def test_the_map_moves_and_the_drawing_steps_back(visit: Visit) -> None:
    page = visit.go("/daten/gebiet/region/karte/?ebene=district")
    expect(page.locator("#karte[data-ready=yes]")).to_be_visible(timeout=15_000)
    expect(page.locator(".drawn")).to_be_hidden()
    page.locator("#karte canvas").focus()
    page.keyboard.press("+")
    expect(page.locator(".legend li").first).to_be_visible()
    assert visit.troubles == []


def test_choosing_by_keyboard_leads_to_an_address_that_says_it(chromium: Browser, portal: str) -> None:
    page = chromium.new_page()
    page.goto(f"{portal}/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("#gebiet").focus()
    page.keyboard.type("Buchenau")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Buchenau")
    page.get_by_role("link", name="Altersaufbau", exact=True).press("Enter")
    page.locator("#wahl-jahr").select_option("2020")
    page.wait_for_url("**/altersaufbau/?jahr=2020&umriss=2017")
    page.close()


def test_without_script_there_is_the_drawing_the_form_and_the_table(chromium: Browser, portal: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{portal}/daten/gebiet/region/karte/?ebene=municipality")
    expect(page.locator("svg.map")).to_be_visible()
    expect(page.locator("table tbody tr").first).to_be_visible()
    page.locator("#wahl-jahr").select_option("2019")
    page.get_by_role("button", name="Anzeigen").click()
    assert "jahr=2019" in page.url
    expect(page.locator(".answer")).to_contain_text("2019")
    context.close()


@pytest.mark.parametrize("path", ["/", f"/daten/gebiet/{AGS}/altersaufbau/", "/daten/gebiet/region/karte/?ebene=grid_500"])
def test_a_first_load_stays_below_a_megabyte(chromium: Browser, portal: str, path: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(portal + path)
    page.wait_for_load_state("networkidle")
    if "karte" in path:
        expect(page.locator("#karte[data-ready=yes]")).to_be_visible(timeout=15_000)
    assert sum(received) < MEGABYTE, f"{sum(received) / MEGABYTE:.2f} MB"
    context.close()


def test_a_page_prints_with_answer_picture_table_and_origin(chromium: Browser, portal: str) -> None:
    page = chromium.new_page()
    page.goto(f"{portal}/daten/gebiet/{AGS}/altersaufbau/")
    page.emulate_media(media="print")
    for shown in (".answer", "svg.chart >> nth=0", "table", ".origin"):
        expect(page.locator(shown)).to_be_visible()
    for hidden in (".tabs", ".choices", ".languages"):
        expect(page.locator(hidden)).to_be_hidden()
    page.close()


def _violations(page: Page) -> list[str]:
    if not AXE.is_file():
        pytest.skip("axe-core is not there: run tools/frontend.py")
    # through the debugger, not as a script element: the page's policy stays as strict as it is
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("() => axe.run({resultTypes: ['violations']})")
    return [json.dumps({"rule": v["id"], "at": [node["target"] for node in v["nodes"]][:4]}) for v in found["violations"]]
