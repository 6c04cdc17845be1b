"""Needs as a Kita planner meets them: accessible at both widths and in both languages, and a council paper that prints."""

from __future__ import annotations

import re
from typing import Any

import pytest

pytestmark = pytest.mark.browser
AGS = "98001001"
MOST_SHEETS = 2
PAGES = (
    "/vorausschau/bedarf/", f"/vorausschau/bedarf/?gebiet={AGS}", "/vorausschau/bedarf/kita/",
    f"/vorausschau/bedarf/kita/?gebiet={AGS}&ebene=district", f"/vorausschau/bedarf/kita/?gebiet={AGS}.01&jahr=2030",
    "/vorausschau/bedarf/kita/?gebiet=98001003&teil=3-6", f"/vorausschau/bedarf/primary_school/?gebiet={AGS}",
    f"/vorausschau/bedarf/doctors/?gebiet={AGS}", "/vorausschau/bedarf/care/", "/vorausschau/bedarf/fire/",
    "/vorausschau/bedarf/doctors/wege/",
    f"/vorausschau/bedarf/kita/vorlage/?gebiet={AGS}",
)  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_quiet_and_alone(visit: Any, prefix: str, path: str) -> None:
    visit.examine(prefix + path)


def test_answer_and_picture_stand_on_the_first_screen(visit: Any) -> None:
    page = visit.go(f"/vorausschau/bedarf/kita/?gebiet={AGS}")
    height = page.viewport_size["height"]
    for part in ("h1", ".answer", ".picture svg:visible"):
        box = page.locator(part).first.bounding_box()
        assert box
        assert box["y"] < height, part


def test_a_planner_finds_the_paper_from_the_matrix_without_a_script(visit: Any, chromium: Any) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{visit.home}/vorausschau/bedarf/")
    page.locator(".verdict-short a").first.click()
    page.locator("select[name=schwelle]").select_option("75")
    page.locator("form.choices button").click()
    assert "schwelle=75" in page.url
    page.get_by_role("link", name="Vorlage für den Ausschuss").click()
    assert "/vorlage/" in page.url
    assert "schwelle=75" in page.url
    assert "Beschlussvorlage" in page.locator("main").inner_text()
    context.close()


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("query", [f"kita/vorlage/?gebiet={AGS}", "primary_school/vorlage/", f"doctors/vorlage/?gebiet={AGS}"])
def test_the_paper_prints_on_few_sheets_with_its_picture_and_without_the_navigation(
    visit: Any, prefix: str, query: str
) -> None:
    page = visit.go(f"{prefix}/vorausschau/bedarf/{query}")
    printed = page.pdf(prefer_css_page_size=True)
    sheets = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert 1 <= sheets <= MOST_SHEETS
    page.emulate_media(media="print")
    assert page.locator(".picture svg:visible").count() >= 1
    assert page.locator(".sheet table:visible").count() == 2
    assert page.locator(".head__inside:visible, .foot:visible, .way:visible").count() == 0
    assert page.locator(".fictional:visible").count() == 1
