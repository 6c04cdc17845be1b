"""The look ahead as planners meet it: accessible at both widths and in both languages, levers with and without script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser
AGS = "98001001"
PAGES = (
    "/vorausschau/", f"/vorausschau/gebiet/{AGS}/?gruppe=0-2&variante=more", f"/vorausschau/gebiet/{AGS}/altersaufbau/",
    f"/vorausschau/gebiet/{AGS}/altersaufbau/?umriss=varianten&alter=1", "/vorausschau/gebiet/99002002/altersaufbau/",
    f"/vorausschau/gebiet/{AGS}.01/bilanz/", "/vorausschau/gebiet/erfunden/alter-und-zeit/?mass=veraenderung",
    "/vorausschau/gebiet/erfunden/karte/?ebene=ortsteil", f"/vorausschau/gebiet/{AGS}/rueckschau/?gruppe=0-2&ab=2022",
    "/vorausschau/treffsicherheit/", "/vorausschau/szenario/",
    f"/vorausschau/szenario/?geburten=130&bau1-ort={AGS}.01", "/vorausschau/szenario/?geburten=999", "/vorausschau/szenarien/",
)  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_quiet_and_alone(visit: Any, prefix: str, path: str) -> None:
    visit.examine(prefix + path)


def test_a_lever_answers_without_a_new_page(visit: Any) -> None:
    page = visit.go("/vorausschau/szenario/")
    expect(page.locator("#ergebnis .answer")).to_contain_text("Noch ist kein Hebel bewegt")
    page.evaluate("window.still = true")
    page.locator("#id_geburten").fill("130")
    expect(page.locator("#ergebnis .answer")).to_contain_text("Mit diesen Hebeln")
    assert page.evaluate("window.still"), "the page was not loaded again"
    assert "geburten=130" in page.url
    visit.examine()
    page.reload()
    expect(page.locator("#id_geburten")).to_have_value("130")
    expect(page.locator("#ergebnis .answer")).to_contain_text("Mit diesen Hebeln")


def test_who_moves_too_many_levers_is_asked_to_wait_and_answered_then(visit: Any) -> None:
    page = visit.page
    page.clock.install()
    visit.go("/vorausschau/szenario/")
    patience = '<div data-query="geburten=130"><p>Geduld</p></div>'
    slow = {"status": 429, "headers": {"Retry-After": "25"}, "body": patience, "content_type": "text/html; charset=utf-8"}
    page.route("**/ergebnis/**", lambda route: route.fulfill(**slow), times=1)
    page.locator("#id_geburten").fill("130")
    page.clock.run_for(1000)
    expect(page.locator("#ergebnis")).to_have_text("Geduld")
    assert "geburten=130" in page.url
    page.clock.run_for(25_000)
    expect(page.locator("#ergebnis .answer")).to_contain_text("Mit diesen Hebeln")


def test_a_place_to_build_opens_the_next_estate(visit: Any) -> None:
    page = visit.go("/vorausschau/szenario/")
    page.locator("#id_bau1-ort").select_option(f"{AGS}.01")
    expect(page.locator("#id_bau2-ort")).to_be_attached()
    expect(page.locator("#ergebnis")).to_contain_text("Baugebiet")


def test_levers_move_without_script(chromium: Browser, portal: str) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{portal}/vorausschau/szenario/")
    page.locator("#id_zuzug").fill("150")
    page.get_by_role("button", name="Rechnen").click()
    expect(page.locator("#ergebnis .answer")).to_contain_text("mehr als in der mittleren Variante")
    context.close()


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_member_saves_proposes_and_sees_who_agrees(visit: Any, prefix: str) -> None:
    page = visit.sign_in(f"{prefix}/konto/login/?next={prefix}/vorausschau/szenario/%3Fgeburten%3D120")
    name = f"Mehr Kinder {prefix}{page.viewport_size['width']}"
    page.locator("#sichern-name").fill(name)
    page.locator("#sichern-form button").click()
    page.wait_for_load_state("networkidle")
    expect(visit.examine().locator("h1")).to_have_text(name)
    page.locator("button[formaction$='/vorschlagen/']").click()
    page.wait_for_load_state("networkidle")
    expect(visit.examine().locator(".state")).to_have_text(re.compile(r"(1 von 6|1 of 6)"))
    expect(page.locator(".consents tbody tr")).to_have_count(6)
    visit.examine(f"{prefix}/vorausschau/szenarien/")
