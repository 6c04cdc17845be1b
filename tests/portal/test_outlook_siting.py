"""Shared functions in the portal: every address as every role in both languages, and figures that are those of the plan."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver
from django.utils.translation import override
from invented_outlook import write_invented_outlook
from invented_siting import write_invented_plans
from pytest_django.fixtures import Settings

from allmende.outlook.folder import CURRENT
from allmende.outlook.joint_plan import JointPlan
from allmende.outlook.refusal import Easing, Refusal
from allmende.outlook.siting_file import read_plans
from allmende.portal.accounts.services import create_member
from allmende.portal.outlook import urls_siting
from allmende.portal.outlook.stories.siting import plan_page
from allmende.portal.outlook.stories.siting_refused import refused
from allmende.portal.outlook.stories.siting_tables import fixed_saved, ways_more
from allmende.portal.public import shelf

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]

TOWN = "98001001"
ADDRESSES = [
    "/vorausschau/gemeinsam/", "/vorausschau/gemeinsam/amt/", "/vorausschau/gemeinsam/amt/?aufgabe=hort",
    "/vorausschau/gemeinsam/amt/?aufgabe=nichts", "/vorausschau/gemeinsam/zwang/", "/vorausschau/gemeinsam/amt/tabelle.csv",
    "/vorausschau/gemeinsam/amt/kostenspiel.json",
]  # fmt: skip


def _write(public: Path, audience: str = "public") -> Path:
    write_invented_outlook(public, audience=audience)
    write_invented_plans(public)
    return public


@pytest.fixture(scope="session")
def planned(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _write(Path(shutil.copytree(release, tmp_path_factory.mktemp("siting") / "public", symlinks=True)))


@pytest.fixture
def folder(planned: Path, settings: Settings) -> Path:
    settings.ALLMENDE_PUBLIC = planned
    return planned


@pytest.fixture
def plans(folder: Path) -> dict[str, JointPlan]:
    return {plan.id: plan for plan in read_plans(folder / CURRENT)}


def sign_in(client: Client) -> None:
    client.force_login(create_member("planung@ahrenstadt.example", "eine lange Losung 7", [TOWN], frozenset({TOWN})))


def words_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.parametrize("role", ["public", "member"])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_address_answers_every_role_in_both_languages(client: Client, folder: Path, prefix: str, role: str) -> None:
    if role == "member":
        sign_in(client)
    for address in ADDRESSES:
        response = client.get(prefix + address)
        assert response.status_code == 200, address
        if address.endswith("/") or "?" in address:
            text = response.content.decode()
            assert f'<html lang="{"en" if prefix else "de"}"' in text
            assert "%(" not in text, address
            assert "nan" not in re.sub(r"<[^>]+>", " ", text).split(), address


def test_every_route_is_tried_here() -> None:
    with override("de"):
        tried = {get_resolver().resolve(address.partition("?")[0]).route for address in ADDRESSES}
    assert {f"vorausschau/gemeinsam/{route.pattern}" for route in urls_siting.urlpatterns} == tried


@pytest.mark.parametrize("address", ["kunst/", "kunst/tabelle.csv", "kunst/kostenspiel.json", "amt.game/"])
def test_what_is_not_there_is_not_found(client: Client, folder: Path, address: str) -> None:
    assert client.get(f"/vorausschau/gemeinsam/{address}").status_code == 404


def test_only_reading_is_answered(client: Client, folder: Path) -> None:
    for address in ADDRESSES:
        assert client.post(address).status_code == 405


def test_without_plans_the_page_says_how_one_comes_about(client: Client) -> None:
    assert "functions.toml" in words_of(client, "/vorausschau/gemeinsam/")
    assert client.get("/vorausschau/gemeinsam/amt/").status_code == 404


def test_plans_for_members_are_hidden_from_the_public(
    client: Client, release: Path, settings: Settings, tmp_path: Path
) -> None:
    settings.ALLMENDE_PUBLIC = _write(Path(shutil.copytree(release, tmp_path / "public", symlinks=True)), "member")
    assert "Ein Amt" not in words_of(client, "/vorausschau/gemeinsam/")
    assert [client.get(address).status_code for address in ADDRESSES[1:]] == [404] * (len(ADDRESSES) - 1)
    sign_in(client)
    assert "Ein Amt für fünf" in words_of(client, "/vorausschau/gemeinsam/")


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("", ["Ein Bauhof für alle", "Kein Plan hält alle Bedingungen ein", "Bauhof: höchstens", "statt 5 Minuten Weg"]),
        ("/en", ["One depot for all", "No plan keeps all terms", "Depot: at most", "instead of 5 minutes"]),
    ],
)
def test_a_proposal_that_no_plan_keeps_says_what_could_give_way(
    client: Client, folder: Path, prefix: str, words: list[str]
) -> None:
    text = words_of(client, f"{prefix}/vorausschau/gemeinsam/")
    assert [each for each in words if each not in text] == []
    assert client.get(f"{prefix}/vorausschau/gemeinsam/eng/").status_code == 404, "there is no plan to show"


@pytest.mark.parametrize(
    ("kind", "asked", "feasible", "words"),
    [
        ("sites", 1, 3.0, "Amt: 3 Standorte statt 1"),
        ("min_load", 500, 412.7, "Amt: Mindestauslastung eines Standorts 412 statt 500 (knapp in Aue)"),
        ("capacity", 500, 612.2, "Amt: Platz an einem Standort für 613 statt 500 (knapp in Aue)"),
        ("reach", 10, 13.04, "Amt: höchstens 13,1 statt 10 Minuten Weg (zu weit ist es für Aue)"),
        ("max_functions", 1, 2.0, "Eine Gemeinde darf 2 statt 1 Aufgaben haben (nötig in Aue)"),
        ("min_share", 1, 0.0, "Jede Gemeinde hat mindestens 0 statt 1 Aufgaben (knapp in Aue)"),
        ("participation", 0, 1234.5, "Mehr zahlen als allein, bis 1\u202f235\u00a0€ im Jahr: Aue"),
    ],
)
def test_an_easing_is_never_rounded_to_what_is_not_enough(kind: str, asked: float, feasible: float, words: str) -> None:
    title = {"de": "Ein Amt", "en": "An office"}
    easing = Easing(kind, {"de": "Amt", "en": "Office"}, asked, feasible, ("Aue",))
    refusal = Refusal("amt", title, "2024-x", "2024-y", 2030, ("Bach", "Aue"), together=False, easings=(easing,))
    with override("de"):
        assert refused(refusal).easings == [words]
        assert refused(replace(refusal, easings=())).asked.endswith("ist nicht bewiesen.")
        assert "zugleich" in refused(replace(refusal, easings=(easing, easing), together=True)).lead


def test_the_page_says_who_has_what_and_what_it_saves(client: Client, plans: dict[str, JointPlan]) -> None:
    plan = plans["amt"]
    text = words_of(client, "/en/vorausschau/gemeinsam/amt/")
    saved = re.search(r"they would save about ([\d,]+).€ in 2032", text)
    assert saved
    assert int(saved[1].replace(",", "")) == pytest.approx(plan.saved, rel=0.05)
    for function in plan.functions:
        hosts = ", ".join(sorted(plan.name(host) for host in function.hosts))
        assert hosts in text or len(function.hosts) == len(plan.partners)
    assert "nobody pays more than alone" in text
    assert "no roads are known" in text
    assert "invented costs" in text


def test_a_plan_that_costs_more_than_going_alone_says_so(client: Client, plans: dict[str, JointPlan]) -> None:
    assert plans["zwang"].saved < 0
    text = words_of(client, "/vorausschau/gemeinsam/zwang/")
    assert "zahlten sie 2030 zusammen rund" in text
    assert "müssten einen Ausgleich bekommen" in text
    assert "zahlt mehr im Jahr" in text


def test_what_functions_bring_adds_up_to_what_is_saved(plans: dict[str, JointPlan]) -> None:
    for plan in plans.values():
        brought = sum(fixed_saved(plan, function) - ways_more(plan, function) for function in plan.functions)
        assert brought == pytest.approx(plan.saved, rel=0.05), "medians for means"


def test_doubt_and_risk_are_told(plans: dict[str, JointPlan], folder: Path) -> None:
    plan = plans["amt"]
    host = plan.functions[0].hosts[0]
    doubtful = replace(
        plan, bound=plan.cost * 0.98, regret=0.0, infeasible=3,
        partners=(replace(plan.partners[0], worse=0.2), *plan.partners[1:]),
        functions=(replace(plan.functions[0], at_risk={host: 0.25}), *plan.functions[1:]),
    )  # fmt: skip
    with override("en"):
        told = plan_page(doubtful, shelf(), {})  # type: ignore[arg-type]  # a query is read as a mapping
    assert "at most 2.0% less" in told.robust
    assert "also the cheapest" in told.robust
    assert "In 3 of them no plan keeps all terms." in told.robust
    assert plan.partners[0].name in told.gains_words
    assert any("in 25% of the futures" in note for note in told.page.notes)


def test_files_hold_the_plan(client: Client, plans: dict[str, JointPlan]) -> None:
    plan = plans["amt"]
    table = client.get("/vorausschau/gemeinsam/amt/tabelle.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table), delimiter=";"))
    assert len(rows) == len(plan.functions) * len(plan.partners)
    for row in rows:
        function = next(each for each in plan.functions if each.id == row["function"])
        assert row["host"] == function.assigned[row["ags"]]
        assert float(row["minutes"]) == pytest.approx(function.minutes[row["ags"]], abs=0.05)
    response = client.get("/vorausschau/gemeinsam/amt/kostenspiel.json")
    game = json.loads(response.content)
    assert response["Content-Disposition"].startswith('attachment; filename="kostenspiel-amt-')
    assert len(game["coalitions"]) == 2 ** len(plan.partners) - 1
    whole = next(each for each in game["coalitions"] if len(each["members"]) == len(plan.partners))
    assert whole["amount"] == pytest.approx(plan.cost)


def hosts_on_map(page: str) -> Iterator[str]:
    return iter(re.findall(r'class="host (kept|new|closed)"', page))


def test_the_map_shows_the_chosen_function(client: Client, plans: dict[str, JointPlan]) -> None:
    plan = plans["amt"]
    for function in plan.functions:
        page = client.get(f"/vorausschau/gemeinsam/amt/?aufgabe={function.id}").content.decode()
        wide = page[page.index('class="drawn__wide"') : page.index('class="drawn__narrow"')]
        partners = len(plan.partners)
        assert list(hosts_on_map(wide)).count("closed") == partners - len(function.hosts)
        assert list(hosts_on_map(wide)).count("kept") == partners + len(function.hosts)
