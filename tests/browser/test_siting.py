"""Shared functions as a mayor meets them: accessible at both widths and in both languages, and usable without a script."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser
PAGES = (
    "/vorausschau/gemeinsam/", "/vorausschau/gemeinsam/amt/", "/vorausschau/gemeinsam/amt/?aufgabe=hort",
    "/vorausschau/gemeinsam/zwang/",
)  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_quiet_and_alone(visit: Any, prefix: str, path: str) -> None:
    visit.examine(prefix + path)


def test_the_function_on_the_map_is_chosen_without_a_script(visit: Any, chromium: Any) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{visit.home}/vorausschau/gemeinsam/")
    page.get_by_role("link", name="Ein Amt für fünf").click()
    page.get_by_label("Aufgabe auf der Karte").select_option("hort")
    page.get_by_role("button", name="Anzeigen").click()
    assert "aufgabe=hort" in page.url
    assert "Ferienhort" in page.locator(".picture svg").first.inner_html()
    context.close()
