"""The portal as people meet it: two widths, two languages, keyboard only, no script, no stranger on the line."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from allmende.areas.projection import to_wgs84

pytestmark = pytest.mark.browser
AGS = "98001001"
PAGES = (
    "/", "/daten/", f"/daten/gebiet/{AGS}/", f"/daten/gebiet/{AGS}/altersaufbau/", f"/daten/gebiet/{AGS}/altersgruppen/",
    f"/daten/gebiet/{AGS}/entwicklung/", f"/daten/gebiet/{AGS}/bewegungen/", f"/daten/gebiet/{AGS}/staatsangehoerigkeit/",
    "/daten/gebiet/region/karte/?ebene=grid_1000", f"/daten/gebiet/{AGS}/karte/", "/daten/vergleich/", "/daten/tabellen/",
    "/daten/tabellen/stock_municipality_total/", "/daten/veroeffentlichungen/2026-01-erfunden/", "/daten/methode/", "/glossar/",
    "/rueckmeldung/", "/barrierefreiheit/", "/impressum/", "/datenschutz/", "/konto/login/",
    "/konto/signup/", "/konto/password/reset/", "/daten/offen/", f"/daten/gebiet/{AGS}/bewegungen/?bild=herkunft",
    "/daten/gebiet/erfunden/bewegungen/?bild=mitglieder",
    "/daten/veroeffentlichungen/", "/daten/gebiet/region/karte/?ebene=district",
    "/daten/gebiet/CRS3035RES1000mN3334000E4244000/",
)  # fmt: skip
MEMBERS_PAGES = (
    "/", "/daten/tabellen/", "/konto/2fa/", "/konto/2fa/totp/activate/", "/konto/password/change/", "/konto/",
    "/konto/logout/",
)  # fmt: skip
MEGABYTE = 1_000_000


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_quiet_and_alone(visit: Any, prefix: str, path: str) -> None:
    visit.examine(prefix + path)


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", ["/nichts/", "/daten/gebiet/12345678/"])
def test_a_page_that_is_not_there_is_as_good_as_the_others(visit: Any, prefix: str, path: str) -> None:
    expect(visit.examine(prefix + path, answered="404").locator("h1")).to_be_visible()


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_errors_of_a_form_and_a_stale_form_are_told_well(visit: Any, prefix: str) -> None:
    page = visit.go(f"{prefix}/konto/login/")
    page.locator("#id_login").fill("niemand@ahrenstadt.example")
    page.locator("#id_password").fill("falsch")
    page.locator("main form button").click()
    expect(visit.examine().get_by_role("alert")).to_be_visible()
    page.context.clear_cookies()
    page.locator("#id_login").fill("niemand@ahrenstadt.example")
    page.locator("#id_password").fill("falsch")
    page.locator("main form button").click()
    expect(visit.examine(answered="403").locator("h1")).to_have_text("Not sent" if prefix else "Nicht gesendet")


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_member_sets_a_second_factor_up_on_pages_like_the_others(visit: Any, prefix: str) -> None:
    page = visit.sign_in(f"{prefix}/konto/login/")
    for path in MEMBERS_PAGES:
        visit.go(prefix + path)
        if "reauthenticate" in page.url:
            visit.examine()
            visit.sign_in()
        visit.examine()


def test_the_map_moves_and_the_drawing_steps_back(visit: Any) -> None:
    page = visit.go("/daten/gebiet/region/karte/?ebene=district")
    expect(page.locator("#karte[data-ready=yes]")).to_be_visible(timeout=15_000)
    expect(page.locator(".drawn")).to_be_hidden()
    page.locator("#karte canvas").focus()
    page.keyboard.press("+")
    expect(page.locator(".legend li").first).to_be_visible()
    assert visit.troubles == []


def test_a_name_gives_way_before_another_and_a_figure_before_a_name(chromium: Browser, portal: str) -> None:
    page = chromium.new_page()
    page.goto(f"{portal}/glossar/")
    script = "async places => { const own = await import('/static/portal/names.mjs'); return own.settled(places) }"
    places = [
        {"alone": [0, 10, 40, 20], "both": [0, 5, 40, 25]},  # the figure would touch the next name
        {"alone": [10, 22, 50, 32], "both": [10, 17, 50, 37]},  # and its own the name before
        {"alone": [45, 30, 80, 40], "both": [45, 25, 80, 45]},  # no room even for the name
        {"alone": [0, 60, 40, 70], "both": [0, 55, 40, 75]},
    ]
    assert page.evaluate(script, places) == ["alone", "alone", "none", "both"]
    page.close()


def test_a_phone_shows_a_map_that_fills_its_frame_and_words_that_keep_apart(chromium: Browser, portal: str) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{portal}/daten/gebiet/region/karte/?ebene=municipality")
    expect(page.locator("#karte[data-ready=yes]")).to_be_visible(timeout=15_000)
    script = "all => all.map(e => e.getBoundingClientRect()).map(r => [r.left, r.top, r.right, r.bottom])"
    words = page.locator("#karte .town:visible").evaluate_all(script)
    assert words
    for one, other in combinations(words, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    page.close()


def test_the_browser_puts_grid_cells_where_the_projection_has_them(chromium: Browser, portal: str) -> None:
    page = chromium.new_page()
    page.goto(f"{portal}/glossar/")
    east, north = np.meshgrid(np.linspace(4_031_000, 4_673_000, 9), np.linspace(2_684_000, 3_551_000, 9))
    points = np.column_stack((east.ravel(), north.ravel(), *to_wgs84(east.ravel(), north.ravel())))
    script = "async all => { const own = await import('/static/portal/cells.mjs'); return all.map(p => own.toDegrees(...p)) }"
    found = np.array(page.evaluate(script, points[:, :2].tolist()))
    assert np.abs(found - points[:, 2:]).max() < 1e-8  # a millimetre
    page.close()


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
