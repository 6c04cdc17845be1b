"""The look ahead in the portal: every page in both languages, figures that agree with one another, who may read what."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pytest_django.fixtures import Settings

from allmende.portal.accounts.services import create_member
from allmende.portal.outlook.ahead import ahead
from allmende.portal.outlook.answering import answer
from allmende.portal.public import shelf
from allmende.projection.levers import Levers, read_levers

spec = importlib.util.spec_from_file_location("invented_outlook", Path(__file__).with_name("invented_outlook.py"))
assert spec
assert spec.loader
invented_outlook = importlib.util.module_from_spec(spec)
spec.loader.exec_module(invented_outlook)

pytestmark = pytest.mark.django_db

TOWN, UNIT, WHOLE, REGION = "98001001", "98001001.01", "99002002", "erfunden"
VIEWS = ("vorausschau_gebiet", "vorausschau_alter", "vorausschau_bilanz", "vorausschau_flaeche", "vorausschau_karte")
PAGES = ("vorausschau", "treffsicherheit", "szenario", "szenarien", "szenario_ergebnis")


@pytest.fixture(scope="session")
def looking_ahead(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    public = tmp_path_factory.mktemp("ahead") / "public"
    shutil.copytree(release, public, symlinks=True)
    invented_outlook.write_invented_outlook(public)
    return public


@pytest.fixture
def folder(looking_ahead: Path, settings: Settings) -> Path:
    settings.ALLMENDE_PUBLIC = looking_ahead
    return looking_ahead


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def answer_of(page: str) -> str:
    found = re.search(r'class="answer"[^>]*>(.*?)</p>', page, re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("key", [REGION, TOWN, UNIT, WHOLE])
def test_every_view_of_every_kind_of_place_answers(client: Client, folder: Path, key: str, view: str, language: str) -> None:
    with override(language):
        page = read(client, reverse(view, args=[key]))
    assert answer_of(page)
    assert "<svg" in page
    assert "<table" in page
    assert "2024-erfunden" in page


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_answers_in_both_languages(client: Client, folder: Path, name: str, language: str) -> None:
    with override(language):
        page = read(client, reverse(name))
    if name in ("vorausschau", "szenario"):
        assert "Erfundenes Amt" in page
        assert ("1.\u00a0Januar 2024" if language == "de" else "1\u00a0January 2024") in page


@pytest.mark.parametrize("name", PAGES)
def test_without_an_outlook_a_page_says_what_will_be_here(client: Client, name: str) -> None:
    response = client.get(reverse(name))
    if name == "szenario_ergebnis":
        assert response.status_code == 404
    elif name != "szenarien":
        assert "allmende project run" in response.content.decode()


def test_an_outlook_for_members_is_not_shown_to_the_public(
    client: Client, release: Path, tmp_path: Path, settings: Settings
) -> None:
    public = Path(shutil.copytree(release, tmp_path / "public", symlinks=True))
    invented_outlook.write_invented_outlook(public, audience="member")
    settings.ALLMENDE_PUBLIC = public
    for name in ("vorausschau", "treffsicherheit", "szenario"):
        assert "2024-erfunden" not in client.get(reverse(name)).content.decode()
    for name in ("vorausschau_csv", "vorausschau_alter_csv"):
        assert client.get(reverse(name, args=[REGION])).status_code == 404
    member = create_member("m@example.org", "eine lange Losung 7", [TOWN], frozenset([TOWN]))
    client.force_login(member)
    assert "2024-erfunden" in read(client, reverse("vorausschau"))


@pytest.mark.parametrize("key", ["99999999", "98001001.77", "CRS3035RES500mN3330000E4240000"])
def test_a_place_without_a_look_ahead_is_not_found(client: Client, folder: Path, key: str) -> None:
    assert client.get(reverse("vorausschau_gebiet", args=[key])).status_code == 404


def test_the_answer_says_the_figure_of_the_year_that_was_chosen(client: Client, folder: Path) -> None:
    found = ahead(["public"])
    assert found
    place = shelf().atlas.place(TOWN, "de")
    middle = found.fan(place, "all").at(2040)[0.5]
    told = answer_of(read(client, reverse("vorausschau_gebiet", args=[TOWN]) + "?jahr=2040"))
    number = re.search(r"rund ([\d\u202f]+) Menschen", told)
    assert number
    assert abs(int(number[1].replace("\u202f", "")) / middle - 1) < 0.05
    assert "2040" in told


def test_the_balance_leads_from_the_first_figure_to_the_last() -> None:
    from allmende.portal.outlook.stories.balance import Account

    found = Account(2024, 2040, start=1000, end=1010, births=90, deaths=120, came=300, left=250, inside=-12)
    assert found.rest == 2


@pytest.mark.parametrize("key", [REGION, TOWN, UNIT])
def test_counted_components_sum_to_the_path(folder: Path, key: str) -> None:
    from allmende.portal.outlook.sight import Sight
    from allmende.portal.outlook.stories.balance import account

    found = ahead(["public"])
    assert found
    sight = Sight(found, shelf(), shelf().atlas.place(key, "de"))
    assert abs(account(sight, "middle", 2024, 2044).rest) <= 3


def test_without_levers_a_scenario_is_the_published_middle(folder: Path) -> None:
    found = ahead(["public"])
    assert found
    place = shelf().atlas.place(TOWN, "de")
    course = answer(found, Levers()).course(place, "3-5")
    for level, values in found.fan(place, "3-5").quantiles.items():
        np.testing.assert_allclose(course.quantiles[level], values, rtol=1e-5, atol=1e-3)
    assert not np.stack(course.more).any()


def test_an_estate_brings_people_whose_number_is_surer_than_the_population(folder: Path) -> None:
    found = ahead(["public"])
    assert found
    estate = {"unit": UNIT, "first_year": 2026, "last_year": 2029, "dwellings": 50, "occupancy": 2.5, "from_region": 0.0}
    course = answer(found, read_levers({"estates": [estate]})).course(shelf().atlas.place(TOWN, "de"), "all")
    low, more, high = (values[-1] for values in course.more)
    assert 0 < low <= more <= high
    assert high - low < course.quantiles[0.9][-1] - course.quantiles[0.1][-1]


def test_levers_are_read_from_the_address_and_kept_in_it(client: Client, folder: Path) -> None:
    query = "?geburten=120&zuzug=90&bau1-ort=98001001.01&bau1-wohnungen=30&schluss=98001001.01%7Cbarracks&schluss_jahr=2027"
    page = read(client, reverse("szenario") + query)
    assert "Mit diesen Hebeln" in answer_of(page)
    assert 'value="120"' in page
    assert "Baugebiet 2" in page, "the next estate can be filled"
    assert "Kaserne in Ahrenstadt-Mitte (Ahrenstadt), Ende 2027" in page
    kept = re.search(r'data-query="([^"]*)"', page)
    assert kept
    assert "bau1-wohnungen=30" in kept[1]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("geburten=900", "geburten"),
        ("jahr=1066", "jahr"),
        ("bau1-ort=98001001.01&bau1-von=2030&bau1-bis=2028", "vor dem ersten"),
        ("leben=viel", "leben"),
    ],
)
def test_a_lever_that_cannot_be_read_is_marked_and_what_was_typed_stays(
    client: Client, folder: Path, query: str, words: str
) -> None:
    page = read(client, reverse("szenario") + "?" + query)
    assert "Bitte prüfen Sie die markierten Felder." in page
    assert "kern-form-input--error" in page
    assert words in page


def test_the_fragment_is_the_result_alone(client: Client, folder: Path) -> None:
    part = read(client, reverse("szenario_ergebnis") + "?geburten=110&gebiet=98001001")
    assert "<html" not in part
    assert answer_of(part)


def test_small_places_get_five_year_groups_and_a_warning(client: Client, folder: Path) -> None:
    small = read(client, reverse("vorausschau_alter", args=[WHOLE]) + "?alter=1")
    assert "einzelne Altersjahre tragen hier nicht" in small.replace("\n", " ")
    assert 'name="alter"' not in small
    assert 'name="alter"' in read(client, reverse("vorausschau_alter", args=[TOWN]))
    lines = client.get(reverse("vorausschau_alter_csv", args=[WHOLE])).content.decode()
    assert ";0-4;" in lines
    assert ";100+;" in lines


def test_the_file_has_every_year_and_band(client: Client, folder: Path) -> None:
    response = client.get(reverse("vorausschau_csv", args=[TOWN]))
    rows = response.content.decode("utf-8-sig").splitlines()
    assert response["Content-Disposition"].endswith('bevoelkerung-98001001-2024-erfunden.csv"')
    assert len(rows) == 1 + len(invented_outlook.BANDS) * (4 + invented_outlook.STEPS)
    assert len({row.count(";") for row in rows}) == 1


def test_the_map_hatches_where_the_sign_is_open(folder: Path) -> None:
    from allmende.portal.outlook.stories.change import Change

    place: Any = None
    assert Change(place, 100, 103, 3.0, -1.0, 7.0).open
    assert not Change(place, 100, 103, 3.0, 1.0, 7.0).open
    assert Change(place, 100, 70, -30.0, -40.0, -20.0).class_ == "d0"
    assert Change(place, 0, 0, float("nan"), float("nan"), float("nan")).class_ == "none"


def test_the_track_record_says_it_in_words(client: Client, folder: Path) -> None:
    page = read(client, reverse("treffsicherheit") + "?ebene=district&jahre=2")
    assert "Von 100 Ortsteilen lagen nach 2 Jahren 81 im 80-%-Bereich" in answer_of(page)
    assert "alles bleibt gleich" in page


@pytest.mark.parametrize("name", ["vorausschau", "treffsicherheit", "szenario_ergebnis"])
def test_pages_are_for_reading_only(client: Client, folder: Path, name: str) -> None:
    assert client.post(reverse(name)).status_code == 405
