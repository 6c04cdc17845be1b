"""Every page as every role, in both languages; what each of them must say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import accumulate
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver

from allmende.errors import AllmendeError
from allmende.portal.accounts.services import create_member, set_password
from allmende.portal.evidence import figures
from allmende.portal.evidence import urls as evidence
from allmende.portal.evidence.opendata import open_tables
from allmende.portal.evidence.reader import Reader
from allmende.portal.evidence.services import told_by_others
from allmende.portal.pages import urls as pages
from allmende.portal.pages.models import Feedback
from allmende.portal.pages.services import MOST_AN_HOUR, received
from allmende.portal.public import shelf

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]
AGS = "98001001"
KNOWN = frozenset({AGS, "98001002"})
MEMBERS_TABLE = "stock_district_five"
PLACES = ("region", AGS, "98001002.01", "98001003", "99002002", "CRS3035RES1000mN3334000E4244000")
VIEWS = ("gebiet", "altersaufbau", "altersgruppen", "entwicklung", "bewegungen", "staatsangehoerigkeit", "karte")
ADDRESSES = [
    "/", "/glossar/", "/rueckmeldung/", "/barrierefreiheit/", "/impressum/", "/datenschutz/", "/konto/login/",
    "/daten/", "/daten/vergleich/", f"/daten/vergleich/?a={AGS}&jahr_a=2017&b={AGS}&jahr_b=2024", "/daten/tabellen/",
    "/daten/tabellen/?inhalt=births", "/daten/tabellen/stock_municipality_five/", "/daten/veroeffentlichungen/",
    "/daten/veroeffentlichungen/2026-01-erfunden/", "/daten/methode/",
    *(f"/daten/gebiet/{place}/" + (f"{view}/" if view != "gebiet" else "") for place in PLACES for view in VIEWS),
    "/daten/gebiet/region/karte/?ebene=district&mass=dichte&jahr=2020", "/daten/gebiet/region/karte/?ebene=district&mass=junge",
    "/daten/gebiet/region/karte/?mass=ausland", "/daten/gebiet/region/karte/?ebene=grid_1000&mass=veraenderung&jahr=2018",
]  # fmt: skip


@pytest.fixture
def member(client: Client) -> Client:
    person = create_member("planung@ahrenstadt.example", "eine lange Losung 7", [AGS], KNOWN)
    client.force_login(person)
    return client


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_public_may_read_every_page(client: Client, prefix: str, address: str) -> None:
    answer = client.get(prefix + address)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert f'<html lang="{"en" if prefix else "de"}"' in text
    assert ("Fictional region." if prefix else "Fiktive Region.") in text


@pytest.mark.parametrize(
    "address", [*ADDRESSES[:23], f"/daten/tabellen/{MEMBERS_TABLE}/", "/konto/2fa/", "/konto/password/change/"]
)
def test_a_member_may_read_every_page(member: Client, address: str) -> None:
    assert member.get(address).status_code in (200, 302)


def test_every_route_of_the_data_and_of_the_pages_around_them_is_tried_here() -> None:
    tried = {get_resolver().resolve(address.partition("?")[0]).route for address in ADDRESSES}
    elsewhere = {
        "daten/gebiet/",
        "daten/gebiet/<str:key>/karte.geojson",
        "daten/gebiet/<str:key>/raster.json",
        "daten/offen/",
        "daten/offen/<str:name>",
    }
    ours = {str(route.pattern) for route in pages.urlpatterns} | {f"daten/{route.pattern}" for route in evidence.urlpatterns}
    assert {route for route in ours if "csv" not in route} - tried - elsewhere == set()


def test_who_is_in_a_place_sees_it_marked_in_the_navigation_and_on_the_way(client: Client) -> None:
    for prefix, word in (("", "Daten"), ("/en", "Data")):
        page = client.get(f"{prefix}/daten/tabellen/").content.decode()
        assert f'<a href="{prefix}/daten/" aria-current="true">{word}</a>' in page
        assert f'<li><a href="{prefix}/daten/">{word}</a></li>' in page
        assert 'aria-current="true">Daten' not in client.get(f"{prefix}/glossar/").content.decode()


@pytest.mark.parametrize("path", [f"{MEMBERS_TABLE}/", f"{MEMBERS_TABLE}.csv", f"{MEMBERS_TABLE}.csv-metadata.json"])
def test_a_table_for_members_is_not_there_for_the_public(client: Client, path: str) -> None:
    assert client.get(f"/daten/tabellen/{path}").status_code == 404
    assert MEMBERS_TABLE not in client.get("/daten/tabellen/").content.decode()
    assert client.get("/daten/gebiet/98001002.01/altersaufbau/").content.decode().count("<rect") == 0


def test_a_member_sees_the_table_for_members(member: Client) -> None:
    assert member.get(f"/daten/tabellen/{MEMBERS_TABLE}/").status_code == 200
    assert "<rect" in member.get("/daten/gebiet/98001002.01/altersaufbau/").content.decode()


@pytest.mark.parametrize("address", ["/daten/gebiet/12345678/", "/daten/gebiet/../etc/", "/daten/tabellen/base/", "/nichts/"])
def test_what_does_not_exist_says_so(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert "Diese Seite gibt es nicht" in answer.content.decode()


def test_choices_that_are_not_offered_fall_back_to_the_default_and_say_so(client: Client) -> None:
    odd = client.get(f"/daten/gebiet/{AGS}/altersaufbau/?jahr=1066&umriss=<script>").content.decode()
    assert "<script>" not in odd
    assert "31.\u00a0Dezember 2024" in odd
    assert "„1066“ gibt es hier nicht" in odd, "nothing is replaced in silence"


def test_the_language_switch_keeps_the_view(client: Client) -> None:
    page = client.get(f"/daten/gebiet/{AGS}/altersaufbau/?jahr=2020&umriss=2017").content.decode()
    assert f'href="/en/daten/gebiet/{AGS}/altersaufbau/?jahr=2020&amp;umriss=2017"' in page


def test_every_figure_says_where_it_comes_from(client: Client) -> None:
    page = client.get(f"/daten/gebiet/{AGS}/entwicklung/").content.decode()
    for word in ("Quelle", "Stichtag", "Gebietsstand", "Schutz", "Unsicherheit", "2026-01-erfunden", "Erfundene Melderegister"):
        assert word in page


MAPS = ("karte.geojson?ebene=municipality", "raster.json?ebene=grid_1000&mass=bevoelkerung")


@pytest.mark.parametrize("name", MAPS)
def test_map_data_may_be_kept_as_long_as_they_hold(client: Client, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"/daten/gebiet/region/{name}"
    first = client.get(address)
    assert "no-cache" in first["Cache-Control"]
    kept = {"if-none-match": first["ETag"]}
    assert client.get(address, headers=kept).status_code == 304
    # another version of the program that tells the same release in another form
    monkeypatch.setattr("allmende.portal.evidence.views.mapdrawing.data", lambda reader, view: "{}")
    assert client.get(address, headers=kept).status_code == 200


def test_grid_cells_are_told_by_number_and_outlines_in_degrees(client: Client) -> None:
    told = json.loads(client.get("/daten/gebiet/region/raster.json?ebene=grid_1000&mass=bevoelkerung").content)
    reader = Reader(shelf(), frozenset({"public"}))
    table = next(reader.tables("stock", "grid_1000", {}))
    values, look = table.at(2024, {}), iter(told["look"])
    cells = {}
    for north, *steps in told["rows"]:
        for east in accumulate(steps):
            cells[f"CRS3035RES1000mN{north * 1000}E{east * 1000}"] = told["looks"][next(look)]
    assert {key: int(value.replace("\u202f", "")) for key, (_class, value) in cells.items()} == values
    areas = json.loads(client.get("/daten/gebiet/region/karte.geojson?ebene=municipality").content)["features"]
    assert {area["properties"]["name"] for area in areas} >= {"Ahrenstadt", "Buchenau"}
    for wrong in ("karte.geojson?ebene=grid_1000", "raster.json?ebene=municipality"):
        assert client.get(f"/daten/gebiet/region/{wrong}").status_code == 404


def test_the_security_policy_allows_nothing_from_elsewhere(client: Client) -> None:
    answer = client.get("/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert 'style="' not in answer.content.decode()
    assert "Set-Cookie" not in answer


def test_feedback_is_kept_and_what_was_typed_survives_an_error(client: Client) -> None:
    broken = client.post("/rueckmeldung/", {"message": "Die Zahl stimmt nicht", "contact": "keine-adresse", "about": "figure"})
    assert "Die Zahl stimmt nicht" in broken.content.decode()
    assert not Feedback.objects.exists()
    client.post("/rueckmeldung/", {"message": "Die Zahl stimmt nicht", "about": "figure", "page": "/daten/"})
    assert received()[0]["message"] == "Die Zahl stimmt nicht"


def test_a_flood_of_messages_is_held_up_and_what_was_typed_survives_it(client: Client) -> None:
    Feedback.objects.bulk_create(Feedback(message=str(number), about="figure") for number in range(MOST_AN_HOUR))
    held = client.post("/rueckmeldung/", {"message": "Die Zahl stimmt nicht", "about": "figure", "page": "/daten/"})
    assert held.status_code == 429
    assert "Die Zahl stimmt nicht" in held.content.decode()
    assert Feedback.objects.count() == MOST_AN_HOUR


def test_an_empty_public_folder_gets_a_page_that_says_what_to_do(client: Client, settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.ALLMENDE_PUBLIC = tmp_path
    answer = client.get("/daten/")
    assert answer.status_code == 503
    assert "allmende release build" in answer.content.decode()


@pytest.mark.parametrize(
    ("email", "password", "ags"),
    [
        ("bad", "eine lange Losung 7", AGS),
        ("a@b.example", "kurz", AGS),
        ("a@b.example", "eine lange Losung 7", "01001000"),
        ("A@b.example", "eine lange Losung 7", ""),
    ],
)
def test_an_account_needs_an_address_a_good_password_and_a_municipality_of_the_region(
    email: str, password: str, ags: str
) -> None:
    with pytest.raises(AllmendeError):
        create_member(email, password, [ags] if ags else [], KNOWN)


def test_nobody_signs_up_alone_and_wrong_passwords_lock_out(client: Client) -> None:
    create_member("planung@ahrenstadt.example", "eine lange Losung 7", [AGS], KNOWN)
    assert "password1" not in client.get("/konto/signup/").content.decode()
    tries = [client.post("/konto/login/", {"login": "planung@ahrenstadt.example", "password": "falsch"}) for _ in range(6)]
    assert all(answer.status_code in (200, 429) for answer in tries)
    right = client.post("/konto/login/", {"login": "planung@ahrenstadt.example", "password": "eine lange Losung 7"})
    assert right.status_code != 302


def test_open_data_are_shown_with_who_must_be_named_and_can_be_downloaded(client: Client, open_folder: Path) -> None:
    page = client.get("/daten/offen/").content.decode()
    assert "Erfundenes Amt" in page
    assert "21987" in page
    assert 'href="/daten/offen/"' in client.get("/daten/").content.decode()
    sent = b"".join(client.get("/daten/offen/people.csv"))  # type: ignore[arg-type]
    assert sent == (open_folder / "people.csv").read_bytes()
    assert client.get("/daten/offen/index.json").status_code == 404


def test_a_region_without_figures_of_its_own_is_told_by_open_totals(client: Client, open_folder: Path) -> None:
    reader = Reader(shelf(), frozenset({"public"}))
    members = [m.ags for m in reader.shelf.region.municipalities]
    assert [words for words in told_by_others(reader) if "amtliche Statistik" in words] == []
    lines = [f"{ags};Ort;1500" for ags in members]
    (open_folder / "people.csv").write_text("\n".join(["ags;name;people", *lines, ""]), encoding="utf-8")
    first, second = told_by_others(reader)
    assert first.replace("\u202f", "").startswith(f"{1500 * len(members)} Menschen lebten am 31.")
    assert "Ahrenstadt" in second


def test_without_open_data_there_is_no_such_page(client: Client) -> None:
    assert client.get("/daten/offen/").status_code == 404
    assert "/daten/offen/" not in client.get("/daten/").content.decode()


def test_a_damaged_list_of_open_tables_says_so(open_folder: Path) -> None:
    (open_folder / "index.json").write_text('{"tables": [{}]}', encoding="utf-8")
    with pytest.raises(AllmendeError, match="damaged"):
        open_tables()


@pytest.mark.parametrize("place", ["region", AGS, "98001003"])
def test_pages_tell_the_same_population_and_shares(client: Client, place: str) -> None:
    reader = Reader(shelf(), frozenset({"public"}))
    where = reader.shelf.atlas.place(place, "de")
    size, ages, people = (
        figures.population(reader, where),
        figures.life_stages(reader, where),
        figures.pyramid(reader, where, 2024),
    )
    foreign = figures.nationality(reader, where)
    assert size is not None
    assert ages is not None
    assert people is not None
    assert foreign is not None
    for whole in (ages.totals[2024], people.total, foreign.totals[2024], sum(ages.values[2024]), sum(foreign.values[2024])):
        assert abs(whole - size.at(2024)) <= 30  # rounding of the invented bands
    young = ages.values[2024][0] / ages.totals[2024]
    assert 0.1 < young < 0.3
    if place == "region":
        assert f"{100 * young:.0f}\u202f% von ihnen waren unter 18" in client.get("/").content.decode()
    assert f"({100 * young:.1f}\u202f%)".replace(".", ",") in client.get(f"/daten/gebiet/{place}/").content.decode()


def test_a_member_finds_the_own_account_and_no_page_that_needs_mail(member: Client) -> None:
    page = member.get("/konto/").content.decode()
    for words in (
        "planung@ahrenstadt.example",
        "Sie gehören zu: Ahrenstadt.",
        'href="/konto/password/change/"',
        'href="/konto/2fa/"',
    ):
        assert words in page
    assert 'href="/konto/"' in member.get("/").content.decode()
    assert member.get("/konto/email/").headers["Location"] == "/konto/"


def test_who_is_locked_out_is_told_politely_what_to_do(client: Client) -> None:
    tries = [client.post("/konto/login/", {"login": "wer@ahrenstadt.example", "password": "falsch"}) for _ in range(6)]
    assert "Bitte warten Sie fünf Minuten" in tries[-1].content.decode()


def test_a_new_password_holds_and_ends_what_the_old_one_opened(member: Client) -> None:
    assert member.get("/konto/").status_code == 200
    set_password("Planung@ahrenstadt.example", "ganz andere Worte 8")
    assert member.get("/konto/").status_code == 302
    sent = member.post("/konto/login/", {"login": "planung@ahrenstadt.example", "password": "ganz andere Worte 8"})
    assert sent.status_code == 302
    for email, password in (("wer@ahrenstadt.example", "ganz andere Worte 8"), ("planung@ahrenstadt.example", "kurz")):
        with pytest.raises(AllmendeError):
            set_password(email, password)


def test_a_member_may_set_up_a_second_factor(client: Client) -> None:
    person = create_member("zweites@ahrenstadt.example", "eine lange Losung 7", [AGS], KNOWN)
    client.force_login(person)
    address = "/konto/2fa/totp/activate/"
    again = client.post(f"/konto/reauthenticate/?next={address}", {"password": "eine lange Losung 7"})
    assert again.status_code == 302
    assert 'name="code"' in client.get(address).content.decode()


def test_who_must_sign_in_first_is_led_to_the_page_for_it(client: Client) -> None:
    for path in ("/konto/", "/konto/2fa/", "/konto/password/change/"):
        assert client.get(path).headers["Location"].startswith("/konto/login/"), path


def test_who_forgot_a_password_reads_whom_to_ask_and_can_post_nothing(client: Client) -> None:
    assert "Betreiber" in client.get("/konto/password/reset/").content.decode()
    assert client.post("/konto/password/reset/", {"email": "planung@ahrenstadt.example"}).status_code == 405


def _allmende(*arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("ALLMENDE_", "LC_", "LANG"))}
    command = [sys.executable, "-m", "allmende", "portal", *arguments]
    # in a session of its own there is no terminal, so that a hidden question is answered by what is said
    return subprocess.run(command, capture_output=True, text=True, check=False, env=plain, input=said, start_new_session=True)


def test_a_portal_without_a_public_folder_is_refused(tmp_path: Path) -> None:
    done = _allmende("serve", "--public", str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "--public" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_operator_creates_an_account_and_gives_it_a_new_password(release: Path, tmp_path: Path) -> None:
    folders = ("--public", str(release), "--state", str(tmp_path / "state"))
    first, second = "eine lange Losung 7", "ganz andere Worte 8"
    made = _allmende("create-member", "amt@ahrenstadt.example", "--ags", AGS, *folders, said=f"{first}\n{first}\n")
    assert made.returncode == 0, made.stderr
    changed = _allmende("password", "amt@ahrenstadt.example", *folders, said=f"{second}\n{second}\n")
    assert changed.returncode == 0, changed.stderr
    assert "gilt ab jetzt" in changed.stdout
    assert second not in changed.stdout + changed.stderr
    assert _allmende("password", "niemand@ahrenstadt.example", *folders, said=f"{second}\n{second}\n").returncode == 2


def test_the_state_of_a_portal_is_for_its_owner_only(release: Path, tmp_path: Path) -> None:
    done = _allmende("prepare", "--public", str(release), "--state", str(tmp_path / "state"))
    assert done.returncode == 0, done.stderr
    written = [tmp_path / "state", *(tmp_path / "state").glob("*.*")]
    assert (tmp_path / "state" / "portal.sqlite3") in written
    assert not [path for path in written if path.stat().st_mode & 0o077]


def test_a_form_without_its_token_is_answered_in_our_words(release: Path) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/rueckmeldung/", {"message": "Die Zahl stimmt nicht", "about": "figure"})
    assert answer.status_code == 403
    assert "Ihr Text steht noch im Formular" in answer.content.decode()
