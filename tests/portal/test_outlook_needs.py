"""Needs in the portal: every page as every role in both languages, figures that are those of the balance, words that fit."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils.translation import override
from invented_needs import write_invented_needs
from invented_outlook import write_invented_outlook
from pytest_django.fixtures import Settings

from allmende.needs.balance import LEVELS
from allmende.outlook.needs import AHEAD
from allmende.outlook.needs_file import NEEDS, read_needs
from allmende.portal.accounts.services import create_member
from allmende.portal.outlook import urls_needs
from allmende.portal.outlook.ahead import ahead
from allmende.portal.outlook.needs_sight import NEAR, Stand, View, choose
from allmende.portal.outlook.needs_words import judged, likely, source, steps, verdict
from allmende.portal.outlook.stories.needs_answer import answer, neighbours, since, tally
from allmende.portal.outlook.stories.needs_overview import views_of
from allmende.portal.outlook.stories.needs_service import fan_of
from allmende.portal.outlook.stories.needs_tables import areas_beside, by_year, csv_lines
from allmende.portal.public import shelf

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]

TOWN, NEXT, BARE, COAST = "98001001", "98001002", "98001003", "99002001"
WAYS = "/vorausschau/bedarf/doctors/wege/"
QUERIES = (
    "", f"?gebiet={TOWN}", f"?gebiet={TOWN}.01&jahr=2031&schwelle=75", f"?gebiet={BARE}&teil=3-6", "?jahr=1066",
    f"?gebiet={TOWN}&ebene=district&schwelle=x",
)  # fmt: skip
ADDRESSES = [
    "/vorausschau/bedarf/", f"/vorausschau/bedarf/?gebiet={TOWN}", f"/vorausschau/bedarf/?gebiet={TOWN}.02",
    *(f"/vorausschau/bedarf/kita/{query}" for query in QUERIES),
    "/vorausschau/bedarf/primary_school/", f"/vorausschau/bedarf/doctors/?gebiet={TOWN}", "/vorausschau/bedarf/care/",
    "/vorausschau/bedarf/fire/", f"/vorausschau/bedarf/kita/vorlage/?gebiet={TOWN}", "/vorausschau/bedarf/kita/vorlage/",
    f"/vorausschau/bedarf/kita/vorlage/?gebiet={NEXT}", f"/vorausschau/bedarf/doctors/vorlage/?gebiet={COAST}",
    f"/vorausschau/bedarf/primary_school/vorlage/?gebiet={TOWN}", f"/vorausschau/bedarf/kita/tabelle.csv?gebiet={TOWN}",
]  # fmt: skip


@pytest.fixture(scope="session")
def with_needs(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    public = tmp_path_factory.mktemp("needs") / "public"
    shutil.copytree(release, public, symlinks=True)
    write_invented_outlook(public)
    write_invented_needs(public)
    return public


@pytest.fixture
def folder(with_needs: Path, settings: Settings) -> Path:
    settings.ALLMENDE_PUBLIC = with_needs
    return with_needs


@pytest.fixture
def stand(folder: Path) -> Iterator[Stand]:
    found = ahead(("public",))
    assert found
    with override("de"):
        yield Stand(found, shelf(), read_needs(found.folder / NEEDS))


def view(stand: Stand, query: str, service: str = "kita") -> View:
    needs = stand.service(service)
    assert needs
    return choose(stand, needs, QueryDict(query))


def words_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_school_is_told_in_classes_of_all_grades(client: Client, folder: Path) -> None:
    text = words_of(client, f"/vorausschau/bedarf/primary_school/?gebiet={TOWN}")
    assert "Grundschule, alle Klassenstufen" in text
    assert "alle Klassenstufen in Ahrenstadt: Klassen" in text
    assert text.count("Grundschule am Markt") == 1, "the school stands once, not by grade"
    assert re.search(r"Grundschule am Markt \S+ 32 ", text), "four grades of 200 pupils are 32 classes of 25"
    assert "all grades" in words_of(client, f"/en/vorausschau/bedarf/primary_school/?gebiet={TOWN}")
    entries = words_of(client, f"/vorausschau/bedarf/primary_school/?gebiet={TOWN}&teil=1")
    assert "Klasse 1 (Einschulungen) in Ahrenstadt: Schülerinnen und Schüler" in entries


@pytest.mark.parametrize("role", ["public", "member"])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_address_answers_every_role_in_both_languages(client: Client, folder: Path, prefix: str, role: str) -> None:
    if role == "member":
        client.force_login(create_member("planung@ahrenstadt.example", "eine lange Losung 7", [TOWN], frozenset({TOWN})))
    for address in ADDRESSES:
        response = client.get(prefix + address)
        assert response.status_code == 200, address
        if "csv" not in address:
            text = response.content.decode()
            assert f'<html lang="{"en" if prefix else "de"}"' in text
            assert "%(" not in text, address
            assert "nan" not in re.sub(r"<[^>]+>", " ", text).split(), address


def test_every_route_is_tried_here() -> None:
    with override("de"):
        tried = {get_resolver().resolve(address.partition("?")[0]).route for address in (*ADDRESSES, WAYS)}
    assert {f"vorausschau/bedarf/{route.pattern}" for route in urls_needs.urlpatterns} == tried


@pytest.mark.parametrize("address", ["kunst/", "kunst/vorlage/", "kunst/tabelle.csv", "fire/vorlage/", "care/tabelle.csv"])
def test_what_is_not_there_is_not_found(client: Client, folder: Path, address: str) -> None:
    assert client.get(f"/vorausschau/bedarf/{address}").status_code == 404


@pytest.mark.parametrize("route", ["", "kita/", "kita/vorlage/", "kita/tabelle.csv"])
@pytest.mark.parametrize("key", ["zzz", "98001099", f"{TOWN}.77", "CRS3035RES500mN3330000E4240000"])
def test_a_mistyped_place_does_not_show_another_one(client: Client, folder: Path, route: str, key: str) -> None:
    assert client.get(f"/vorausschau/bedarf/{route}?gebiet={key}").status_code == 404


def test_a_choice_that_is_not_offered_is_named_on_a_page_and_not_found_as_paper_or_file(client: Client, folder: Path) -> None:
    for query in ("jahr=1999", "teil=foo", "schwelle=33"):
        _name, _equals, value = query.partition("=")
        assert f"„{value}“ gibt es hier nicht" in words_of(client, f"/vorausschau/bedarf/kita/?gebiet={TOWN}&{query}")
        for route in ("vorlage/", "tabelle.csv"):
            assert client.get(f"/vorausschau/bedarf/kita/{route}?gebiet={TOWN}&{query}").status_code == 404
    inner = words_of(client, f"/vorausschau/bedarf/doctors/?gebiet={TOWN}.01")
    assert "Gezeigt ist: Ahrenstadt." in inner
    assert "gibt es hier nicht" not in words_of(client, f"/vorausschau/bedarf/kita/?gebiet={TOWN}.01&jahr=2030")
    assert client.get(f"/vorausschau/bedarf/doctors/tabelle.csv?gebiet={TOWN}.01").status_code == 404


def test_only_reading_is_answered(client: Client, folder: Path) -> None:
    for address in ("", "kita/", "kita/vorlage/", "kita/tabelle.csv"):
        assert client.post(f"/vorausschau/bedarf/{address}").status_code == 405


def test_without_needs_the_pages_say_what_will_be_here(client: Client) -> None:
    for address in ("/vorausschau/bedarf/", "/vorausschau/bedarf/kita/"):
        assert "facilities/facilities.csv" in words_of(client, address)
    assert client.get("/vorausschau/bedarf/kita/vorlage/").status_code == 404


def test_needs_for_members_are_hidden_from_the_public(
    client: Client, release: Path, settings: Settings, tmp_path: Path
) -> None:
    settings.ALLMENDE_PUBLIC = Path(shutil.copytree(release, tmp_path / "public", symlinks=True))
    write_invented_outlook(settings.ALLMENDE_PUBLIC, audience="member")
    write_invented_needs(settings.ALLMENDE_PUBLIC)
    routes = ("kita/", "kita/vorlage/", "kita/tabelle.csv", "fire/", "care/")
    hidden = [client.get(f"/vorausschau/bedarf/{route}") for route in ("", *routes)]
    assert all(b"Kranich" not in answer.content and answer.status_code in (200, 404) for answer in hidden)
    assert "freigegeben" in words_of(client, "/vorausschau/bedarf/")
    client.force_login(create_member("planung@ahrenstadt.example", "eine lange Losung 7", [TOWN], frozenset({TOWN})))
    assert b"Kranich" in client.get(f"/vorausschau/bedarf/kita/?gebiet={TOWN}").content


def test_the_answer_is_the_finding_of_the_balance(stand: Stand) -> None:
    seen = view(stand, f"gebiet={TOWN}")
    balance, finding = seen.balance, seen.finding
    at = balance.years.index(finding.year)
    assert finding.kind == "short"
    assert balance.probability[at, seen.row, seen.at] > 0.5
    told = answer(seen)
    assert f"Am 1.\u00a0August {finding.year} reicht das Angebot in Ahrenstadt" in told
    assert f"fehlen rund {finding.amount:.0f} Plätze ({finding.steps}\u00a0Gruppen)" in told
    assert since(seen) == f"Es fehlt schon {balance.years[0]} mit mehr als 50\u202f% Wahrscheinlichkeit."


def test_a_chosen_year_and_threshold_are_what_is_told(stand: Stand) -> None:
    seen = view(stand, f"gebiet={COAST}&jahr=2033&schwelle=25")
    over = seen.balance.probability[:, seen.row, seen.at] > 0.25
    assert seen.short_years() == [year for year, short in zip(seen.years, over, strict=True) if short]
    assert "August 2033" in answer(seen)
    assert "25\u202f%" in since(seen)
    assert len(seen.short_years()) >= len(view(stand, f"gebiet={COAST}&schwelle=75").short_years())


def everything(stand: Stand) -> list[View]:
    """Every part of every service, in the region and in each of its municipalities."""
    places = [stand.place("region"), *stand.shelf.atlas.municipalities]
    return [one for place in places for one in views_of(stand, place)]


def test_a_verdict_and_its_sentence_look_as_far_ahead(stand: Stand) -> None:
    for one in everything(stand):
        assert len(one.judged) == AHEAD < len(one.years) == NEAR
        if one.finding.kind not in ("elsewhere", "nobody"):
            assert (verdict(one)[0] == "short") == (one.finding.kind == "short"), one.place.name


def test_a_shortage_after_ten_years_is_told_as_later_and_not_judged(stand: Stand) -> None:
    seen = view(stand, f"gebiet={TOWN}")
    whole = seen.areas.balance
    probability = np.zeros_like(whole.probability)
    probability[AHEAD + 2 :] = 0.6
    areas = replace(seen.areas, balance=replace(whole, probability=probability, missing=np.full_like(whole.missing, 0.01)))
    later = replace(seen, needs=replace(seen.needs, areas={**seen.needs.areas, seen.geography: areas}))
    first, last = whole.years[AHEAD + 2], whole.years[AHEAD - 1]
    assert verdict(later)[0] in ("enough", "spare")
    assert since(later).startswith(f"Bis {last} fehlt es in keinem Jahr")
    assert since(later).endswith(f"danach zuerst {first}.")
    assert f">{first}</text>" in fan_of(later).wide, "nothing is said to be missing where it rounds to nothing"
    assert "rund 0" not in fan_of(later).wide
    assert tally(later) == f"Bis {last} wird es in 0 von 6 Gemeinden knapp."


def test_readers_can_subtract_and_the_picture_says_what_the_table_says(stand: Stand) -> None:
    def plain(written: str) -> float:
        return float(written.replace("\u202f", "").replace("\u00a0", "").replace(".", "").replace(",", "."))

    seen = 0
    for one in everything(stand):
        for row in by_year(one).rows:
            if row[7] != "–":
                assert plain(row[7]) == pytest.approx(max(plain(row[4]) - plain(row[2]), 0)), (one.place.name, row)
                seen += 1
        last = by_year(one).rows[-1][2]
        assert f">{last}<" in fan_of(one).wide, (one.place.name, last)
    assert seen > 20


def test_a_place_without_facilities_says_so_and_is_not_called_short(stand: Stand) -> None:
    seen = view(stand, f"gebiet={BARE}")
    assert verdict(seen) == ("elsewhere", "kein Angebot")
    assert "kein eigenes Angebot" in answer(seen)


def test_neighbours_have_room_and_touch(stand: Stand) -> None:
    seen = view(stand, f"gebiet={TOWN}")
    found = neighbours(seen)
    assert [one.view.place.key for one in found] == [NEXT]
    at = (seen.years.index(seen.told), found[0].view.row, seen.at)
    assert found[0].spare == pytest.approx(seen.balance.spare[at])
    assert seen.balance.probability[at] <= 0.25
    assert neighbours(view(stand, "gebiet=erfunden")) == ()


def test_an_ortsteil_falls_back_to_its_municipality_where_nothing_finer_is_planned(stand: Stand) -> None:
    assert view(stand, f"gebiet={TOWN}.01").place.key == f"{TOWN}.01"
    assert view(stand, f"gebiet={TOWN}.01", "doctors").place.key == TOWN
    assert view(stand, "gebiet=region").place.kind == view(stand, "gebiet=").place.kind == "region"


def test_the_comparison_follows_the_level(stand: Stand) -> None:
    towns = [each.place.key for each in areas_beside(view(stand, f"gebiet={TOWN}"))]
    parts = [each.place.key for each in areas_beside(view(stand, f"gebiet={TOWN}&ebene=district"))]
    assert len(towns) == 6
    assert len(parts) == 5
    assert all(key.startswith(f"{TOWN}.") for key in parts)


def test_the_file_holds_all_years_unrounded_with_the_comma_of_the_language(stand: Stand) -> None:
    seen = view(stand, f"gebiet={TOWN}")
    lines = "".join(csv_lines(seen)).splitlines()
    head = lines[0].lstrip("\ufeff").split(";")
    rows = [dict(zip(head, line.split(";"), strict=True)) for line in lines[1:]]
    whole = seen.areas.balance
    assert len(rows) == len(whole.years) > NEAR
    median = [float(row["need_q500"].replace(",", ".")) for row in rows]
    assert np.allclose(median, whole.need[LEVELS.index(0.5), :, seen.row, seen.at])
    assert rows[0]["key_date"] == f"{whole.years[0]}-08-01"
    with override("en"):
        assert "," not in "".join(csv_lines(seen))


def test_facilities_of_a_place_are_those_in_it_and_in_its_parts(stand: Stand) -> None:
    assert [one.id for one in view(stand, f"gebiet={TOWN}").facilities()] == ["k4", "k3", "k1", "k2"]
    assert [one.id for one in view(stand, f"gebiet={TOWN}.02").facilities()] == ["k2"]


def test_facilities_that_only_a_municipality_can_count_are_named_in_its_parts(client: Client, folder: Path) -> None:
    assert "nur ihre Gemeinde bekannt ist: Kita der Stadt" in words_of(client, f"/vorausschau/bedarf/kita/?gebiet={TOWN}.01")


def test_small_places_are_shown_and_labelled(client: Client, folder: Path) -> None:
    text = words_of(client, "/vorausschau/bedarf/kita/?gebiet=98001004")
    assert "Eichhorst hat weniger als 5 000 Menschen" in text
    assert "Eichhorst klein" in text
    assert "Möwensiel klein" not in text


def test_every_quota_is_listed_with_its_source_and_marked_as_assumed(client: Client, folder: Path, stand: Stand) -> None:
    text = words_of(client, f"/vorausschau/bedarf/kita/?gebiet={TOWN}")
    kita = stand.service("kita")
    assert kita
    quotas = [quota for part in kita.service.parts for quota in part.quotas]
    assert text.count("ja, Annahme") == len(quotas) + len(kita.service.parts)
    assert "40,0 % (2025), 46,0 % (2035)" in text


def test_a_service_without_quotas_says_which_and_where_to_write_them(client: Client, folder: Path) -> None:
    text = words_of(client, "/vorausschau/bedarf/care/")
    assert "2 Angaben fehlen" in text
    assert "services/care.toml" in text
    assert "Pflegequote der unter 70-Jährigen" in text
    assert "care rate of people under 70" in words_of(client, "/en/vorausschau/bedarf/care/")


def test_fire_cover_tells_the_norm_until_somebody_measured_who_is_reached(
    client: Client, with_needs: Path, settings: Settings, tmp_path: Path
) -> None:
    settings.ALLMENDE_PUBLIC = Path(shutil.copytree(with_needs, tmp_path / "public", symlinks=True))
    before = words_of(client, "/vorausschau/bedarf/fire/")
    assert "90 % der Menschen sollen in 10 Minuten Hilfe haben" in before
    assert "Straßennetz" in before
    assert "Feuerwehr Ahrenstadt (ab 1. Januar 2031)" in before
    write_invented_needs(settings.ALLMENDE_PUBLIC, reach=True)
    after = words_of(client, "/vorausschau/bedarf/fire/")
    assert "sind 90 % der 6 000 Menschen der Region, die gezählt sind, in 10 Minuten zu erreichen" in after
    assert "150 Menschen wohnen in Zellen, die nicht veröffentlicht sind; sie sind nicht gezählt" in after
    assert "5 von 6 Gemeinden verfehlen es, in 1 ist das offen" in after
    assert "◇ offen: 86,9 % bis 99,9 %" in after, "it hangs on the uncounted"
    assert after.count("▲ verfehlt") == 5
    assert "über 99 %" in after, "one of a thousand is late: not everybody is reached"


def test_ways_say_who_is_near_and_where_there_is_too_little_for_those_who_compete(
    client: Client, with_needs: Path, settings: Settings, tmp_path: Path
) -> None:
    settings.ALLMENDE_PUBLIC = Path(shutil.copytree(with_needs, tmp_path / "public", symlinks=True))
    assert client.get(WAYS).status_code == 404
    assert "/doctors/wege/" not in client.get("/vorausschau/bedarf/doctors/").content.decode()
    write_invented_needs(settings.ALLMENDE_PUBLIC, reach=True)
    doctors = words_of(client, "/vorausschau/bedarf/doctors/")
    assert "Hier steht dem Bedarf gegenüber, was im Gebiet selbst seinen Sitz hat" in doctors, "why ways judge otherwise"
    assert "31. Dezember jedes Jahres" in doctors
    assert "davor und danach gemittelt" not in doctors, "people of that day are told as they are"
    assert (
        '<a href="/vorausschau/bedarf/doctors/wege/">was in Reichweite ist</a>'
        in client.get("/vorausschau/bedarf/doctors/").content.decode()
    )
    text = words_of(client, WAYS)
    assert "2025 haben 100 % der Menschen der Region, die gezählt sind, einen Standort in höchstens 15 Minuten" in text
    assert "Ziel sind 90 %. 800 Menschen wohnen in Zellen, die nicht veröffentlicht sind; sie sind nicht gezählt" in text
    assert "Ob das Ziel erreicht ist, ist deshalb offen: 55,6 % bis 100,0 %" in text
    # six municipalities from 125 % down in steps of 5 points, their Ortsteile after them; under 75 % is underserved
    assert re.search(r"Ahrenstadt 1.000 – 96.% 125.% ✓.versorgt", text)
    assert len(re.findall("▲.unterversorgt", text)) == int(re.search(r"(\d+) von \d+ Ortsteilen", text)[1])  # type: ignore[index]
    assert "knapp versorgt" in text
    assert "Hier zählt, was in Reichweite ist, auch jenseits der Gemeindegrenze" in text
    assert "Praxis am Wall" in text, "a facility without a position is named"
    later = words_of(client, f"/en{WAYS}?jahr=2026")
    assert re.search(r"Ahrenstadt 1,000 – 96% 120% ✓.served", later)
    assert client.get("/vorausschau/bedarf/kita/wege/").status_code == 404


def test_the_paper_names_openings_closings_options_and_where_it_comes_from(client: Client, folder: Path) -> None:
    text = words_of(client, f"/vorausschau/bedarf/kita/vorlage/?gebiet={TOWN}")
    for words in (
        "Beschlussvorlage, Ahrenstadt", "Kita am Deich öffnet am 1. August 2028 mit 30",
        "Kita Kranich schließt nach dem 31. Juli 2030 mit 60", "Gemeinsam mit Nachbarn", "In Buchenau sind",
        "Keine ist hier empfohlen", "2024-erfunden", "2026-01-erfunden", "20. Januar 2026",
        "Geprüft ist die Zahl aller Menschen",
        "http://testserver/vorausschau/bedarf/kita/?gebiet=98001001", "In der Rückschau über 2 Jahre",
    ):  # fmt: skip
        assert words in text, words


def test_the_matrix_says_each_verdict_by_sign_and_word_and_leads_on(client: Client, folder: Path) -> None:
    page = client.get("/vorausschau/bedarf/").content.decode()
    row = re.search(r"Ahrenstadt</th>(.*?)</tr>", page, re.DOTALL)
    assert row
    cells = re.findall(r'verdict-(\w+)"><a href="([^"]+)"><span aria-hidden="true">(.)</span> ([^<]+)', row[1])
    assert cells[0][0] == "short"
    assert cells[0][2:] == ("▲", "knapp ab 2025")
    assert all(f"gebiet={TOWN}" in address for _kind, address, _sign, _words in cells)
    assert len(cells) == 4
    assert reverse("bedarf_dienst", args=["kita"]) in cells[0][1]


@pytest.mark.parametrize(
    ("probability", "offered", "class_"),
    [(0.1, 5, "c0"), (0.11, 5, "c1 open"), (0.4, 5, "c2 open"), (0.51, 5, "c3"), (0.9, 5, "c4"), (1.0, 0, "none")],
)
def test_a_map_hatches_what_is_open_and_dots_what_is_not_there(probability: float, offered: float, class_: str) -> None:
    assert judged(probability, offered) == class_


@pytest.mark.parametrize(
    ("language", "said"), [("de", ["rund 85\u202f%", "mehr als 95\u202f%", "weniger als 5\u202f%"]),
                           ("en", ["about 85%", "more than 95%", "less than 5%"])],
)  # fmt: skip
def test_probabilities_are_said_no_finer_than_draws_bear(language: str, said: list[str]) -> None:
    with override(language):
        assert [likely(value) for value in (0.853, 0.99, 0.02)] == said


def test_sources_lose_the_mark_of_an_assumption_and_steps_are_counted_in_words(stand: Stand) -> None:
    assert source({"de": "Annahme: geschätzt", "en": "assumption: own guess"}) == ("geschätzt", True)
    assert source({"de": "eigene Zählung", "en": "own count"}) == ("eigene Zählung", False)
    part = view(stand, "").part
    assert [steps(part, count) for count in (1, 3)] == ["1\u00a0Gruppe", "3\u00a0Gruppen"]


def test_the_paper_of_who_has_room_names_the_neighbours_who_lack_it(client: Client, folder: Path) -> None:
    text = words_of(client, f"/vorausschau/bedarf/kita/vorlage/?gebiet={NEXT}")
    assert "Beibehalten." in text
    assert re.search(r"In Ahrenstadt fehlen \d{4} mit (rund|mehr als) \d+ % Wahrscheinlichkeit rund \d+ Plätze", text)
    assert "Selbst schaffen" not in text
