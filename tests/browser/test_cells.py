"""Grid cells ahead as planners meet them: a map that moves, a drawing without script, and a first load below a megabyte."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser
PAGE = "/vorausschau/gebiet/erfunden/raster/"
MEGABYTE = 1_000_000


@pytest.mark.parametrize("path", [PAGE, "/en" + PAGE, "/vorausschau/gebiet/98001001/raster/?gruppe=65%2B&jahr=2029"])
def test_a_page_is_accessible_quiet_and_alone(visit: Any, path: str) -> None:
    page = visit.examine(path)
    expect(page.locator("#karte[data-ready=yes]")).to_be_visible(timeout=15_000)
    visit.examine()


def test_a_first_load_stays_below_a_megabyte(chromium: Browser, portal: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(f"{portal}{PAGE}?raster=500")
    expect(page.locator("#karte[data-ready=yes]")).to_be_visible(timeout=15_000)
    assert sum(received) < MEGABYTE, f"{sum(received) / MEGABYTE:.2f} MB"
    context.close()


def test_without_script_the_drawing_stays_and_choices_answer(chromium: Browser, portal: str) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(portal + PAGE)
    expect(page.locator("svg.map .hatched")).to_be_visible()
    page.locator("select[name=jahr]").select_option("2029")
    page.get_by_role("button", name="Anzeigen").click()
    expect(page.locator(".answer")).to_contain_text("Bis 2029")
    context.close()
