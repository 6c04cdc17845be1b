"""Scenarios: every route as every role, the way to an agreement, what is frozen, and what stays when the basis is gone."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from invented_outlook import write_invented_outlook
from pytest_django.fixtures import Settings

from allmende.errors import Refused
from allmende.portal.accounts.models import Person
from allmende.portal.accounts.services import create_member
from allmende.portal.outlook.models import AGREED, DRAFT, PROPOSED, SHARED, Scenario
from allmende.portal.public import shelf

pytestmark = pytest.mark.django_db

OWN, OTHER, PASSWORD = "98001001", "98001002", "eine lange Losung 7"
ROLES = ("public", "member", "other", "operator")
OWNER_STEPS = ("teilen", "zuruecknehmen", "vorschlagen", "zurueckziehen", "loeschen", "umbenennen")


@pytest.fixture(scope="session")
def looking_ahead(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    public = Path(shutil.copytree(release, tmp_path_factory.mktemp("ahead") / "public", symlinks=True))
    write_invented_outlook(public)
    return public


@pytest.fixture
def folder(looking_ahead: Path, tmp_path: Path, settings: Settings) -> Path:
    settings.ALLMENDE_PUBLIC = Path(shutil.copytree(looking_ahead, tmp_path / "public", symlinks=True))
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return Path(settings.ALLMENDE_PUBLIC)


@pytest.fixture
def people(folder: Path) -> dict[str, Client]:
    """A client for every role; the operator runs the portal and belongs to no municipality."""
    known = frozenset(one.ags for one in shelf().region.municipalities)
    found = {"public": Client()}
    for role, ags in (("member", OWN), ("other", OTHER)):
        found[role] = Client()
        found[role].force_login(create_member(f"{role}@example.org", PASSWORD, [ags], known))
    found["operator"] = Client()
    found["operator"].force_login(
        Person.objects.create_user("operator@example.org", PASSWORD, is_staff=True, is_superuser=True)
    )
    return found


def save(client: Client, name: str = "Mehr Kinder", asked: str = "geburten=120&gebiet=98001001") -> Scenario:
    response = client.post(reverse("szenario_sichern"), {"name": name, "note": "für den Ausschuss", "asked": asked})
    assert response.status_code == 302
    return Scenario.objects.get(name=name)


def step(client: Client, scenario: Scenario, taken: str, **fields: str) -> int:
    return client.post(reverse("szenario_schritt", args=[scenario.number, taken]), fields).status_code


def see(client: Client, scenario: Scenario) -> int:
    return client.get(reverse("szenario_gesichert", args=[scenario.number])).status_code


def propose(people: dict[str, Client]) -> Scenario:
    scenario = save(people["member"], "Vorschlag")
    assert step(people["member"], scenario, "vorschlagen") == 302
    return scenario


def all_agree(scenario: Scenario) -> None:
    known = frozenset(one.ags for one in shelf().region.municipalities)
    for ags in sorted(known - set(scenario.consents.filter(agrees=True).values_list("ags", flat=True))):
        client = Client()
        client.force_login(create_member(f"{ags}-{uuid4()}@example.org", PASSWORD, [ags], known))
        assert step(client, scenario, "zustimmen", gemeinde=ags) == 302


@pytest.mark.parametrize(
    ("status", "readers"),
    [
        (DRAFT, {"member"}),
        (SHARED, set(ROLES)),
        (PROPOSED, {"member", "other"}),
        (AGREED, set(ROLES)),
    ],
)
def test_who_reads_a_scenario(people: dict[str, Client], status: str, readers: set[str]) -> None:
    scenario = save(people["member"])
    Scenario.objects.filter(number=scenario.number).update(status=status)
    assert {role for role, client in people.items() if see(client, scenario) == 200} == readers
    assert {see(client, scenario) for role, client in people.items() if role not in readers} <= {404}


@pytest.mark.parametrize("role", ROLES)
def test_only_members_of_a_municipality_save(people: dict[str, Client], role: str) -> None:
    response = people[role].post(reverse("szenario_sichern"), {"name": "x", "asked": "geburten=120"})
    expected = {"public": "/konto/login/", "member": "/vorausschau/szenarien/", "other": "/vorausschau/szenarien/"}
    assert response.status_code == (403 if role == "operator" else 302)
    if role in expected:
        assert response["Location"].startswith(expected[role])
    assert Scenario.objects.exists() == (role in ("member", "other"))


@pytest.mark.parametrize("role", ["public", "other", "operator"])
def test_nobody_else_takes_the_steps_of_the_owner(people: dict[str, Client], role: str) -> None:
    scenario = save(people["member"])
    for status in (DRAFT, SHARED, PROPOSED, AGREED):
        Scenario.objects.filter(number=scenario.number).update(status=status)
        for name in OWNER_STEPS:
            answered = step(people[role], scenario, name, name="gekapert")
            assert answered in ((302,) if role == "public" else (403, 404)), (status, name)
            after = Scenario.objects.get(number=scenario.number)
            assert (after.status, after.name) == (status, "Mehr Kinder")


@pytest.mark.parametrize("status", [DRAFT, SHARED, AGREED])
def test_nobody_consents_to_what_is_not_proposed(people: dict[str, Client], status: str) -> None:
    scenario = save(people["member"])
    Scenario.objects.filter(number=scenario.number).update(status=status)
    for name in ("zustimmen", "ablehnen"):
        for role, ags in (("member", OWN), ("other", OTHER), ("operator", OWN)):
            assert step(people[role], scenario, name, gemeinde=ags) in (403, 404)
    assert not scenario.consents.exists()


def test_a_member_speaks_for_the_own_municipality_only(people: dict[str, Client]) -> None:
    scenario = propose(people)
    assert step(people["other"], scenario, "zustimmen", gemeinde=OWN) == 403
    assert step(people["other"], scenario, "zustimmen", gemeinde="99999999") == 403
    assert step(people["other"], scenario, "zustimmen", gemeinde=OTHER) == 302
    assert dict(scenario.consents.values_list("ags", "agrees")) == {OWN: True, OTHER: True}


@pytest.mark.parametrize("role", ROLES)
def test_only_posts_change_anything(people: dict[str, Client], role: str) -> None:
    scenario = propose(people)
    for name in (*OWNER_STEPS, "zustimmen", "ablehnen", "neu-rechnen"):
        answered = people[role].get(reverse("szenario_schritt", args=[scenario.number, name])).status_code
        assert answered in (302, 405)
    assert Scenario.objects.get(number=scenario.number).status == PROPOSED
    assert scenario.lines.count() == 3


def test_a_post_from_elsewhere_is_refused(people: dict[str, Client]) -> None:
    scenario = save(people["member"])
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(Person.objects.get(email="member@example.org"))
    assert step(strict, scenario, "loeschen") == 403
    assert Scenario.objects.exists()


def test_an_agreement_needs_everybody_and_freezes_with_a_version(people: dict[str, Client]) -> None:
    scenario = propose(people)
    assert step(people["other"], scenario, "ablehnen", gemeinde=OTHER, note="zu optimistisch") == 302
    known = frozenset(one.ags for one in shelf().region.municipalities)
    for ags in sorted(known - {OWN, OTHER}):
        client = Client()
        client.force_login(create_member(f"{ags}@example.org", PASSWORD, [ags], known))
        step(client, scenario, "zustimmen", gemeinde=ags)
    assert Scenario.objects.get(number=scenario.number).status == PROPOSED, "one municipality does not agree"
    page = people["other"].get(reverse("szenario_gesichert", args=[scenario.number])).content.decode()
    assert "zu optimistisch" in page
    step(people["other"], scenario, "zustimmen", gemeinde=OTHER)
    agreed = Scenario.objects.get(number=scenario.number)
    assert (agreed.status, agreed.version) == (AGREED, 1)
    assert agreed.intact
    assert agreed.lines.last().step == "vereinbart"  # type: ignore[union-attr]
    assert "vereinbart, Fassung 1" in Client().get(reverse("szenarien")).content.decode()


def test_what_was_agreed_cannot_change(people: dict[str, Client]) -> None:
    scenario = propose(people)
    all_agree(scenario)
    agreed = Scenario.objects.get(number=scenario.number)
    for name in (*OWNER_STEPS, "ablehnen", "zustimmen"):
        assert step(people["member"], agreed, name, name="anders", gemeinde=OWN) == 403
    agreed.name = "anders"
    with pytest.raises(Refused):
        agreed.save()
    with pytest.raises(Refused):
        agreed.delete()
    Scenario.objects.filter(number=scenario.number).update(name="heimlich anders")
    assert not Scenario.objects.get(number=scenario.number).intact
    page = Client().get(reverse("szenario_gesichert", args=[scenario.number])).content.decode()
    assert "passt nicht zum Siegel" in page


def test_versions_count_up(people: dict[str, Client]) -> None:
    for at, name in enumerate(("eins", "zwei"), start=1):
        scenario = save(people["member"], name)
        step(people["member"], scenario, "vorschlagen")
        all_agree(scenario)
        assert Scenario.objects.get(number=scenario.number).version == at


def test_a_proposal_that_is_withdrawn_forgets_what_was_said(people: dict[str, Client]) -> None:
    scenario = propose(people)
    step(people["other"], scenario, "zustimmen", gemeinde=OTHER)
    assert step(people["member"], scenario, "zurueckziehen") == 302
    assert not scenario.consents.exists()
    assert [line.step for line in scenario.lines.all()] == [
        "gesichert", "vorschlagen", "zugestimmt", "zugestimmt", "zurueckziehen"
    ]  # fmt: skip
    assert see(people["other"], scenario) == 404


def test_a_link_that_was_shared_says_why_it_does_not_open_while_members_confer(people: dict[str, Client]) -> None:
    scenario = save(people["member"])
    step(people["member"], scenario, "teilen")
    step(people["member"], scenario, "vorschlagen")
    answered = people["public"].get(reverse("szenario_gesichert", args=[scenario.number]))
    assert answered.status_code == 403
    page = answered.content.decode()
    assert "Dieses Szenario wird gerade beraten" in page
    assert scenario.name not in page
    assert see(people["other"], scenario) == 200
    assert see(people["public"], propose(people)) == 404, "what was never shared is not known to anybody"


def test_nothing_is_offered_where_nothing_can_be_done(people: dict[str, Client]) -> None:
    scenario = propose(people)
    heading = "Was Sie damit tun können"
    assert heading in people["member"].get(reverse("szenario_gesichert", args=[scenario.number])).content.decode()
    all_agree(scenario)
    for client in people.values():
        assert heading not in client.get(reverse("szenario_gesichert", args=[scenario.number])).content.decode()


def test_a_scenario_outlives_its_outlook_and_is_computed_anew(people: dict[str, Client], folder: Path) -> None:
    scenario = propose(people)
    said = people["member"].get(reverse("szenario_gesichert", args=[scenario.number])).content.decode()
    write_invented_outlook(folder, name="2024-neu")
    newer = people["member"].get(reverse("szenario_gesichert", args=[scenario.number])).content.decode()
    assert "Inzwischen gilt die Vorausschau 2024-neu" in newer
    shutil.rmtree(folder / "outlooks" / "2024-erfunden")
    page = people["other"].get(reverse("szenario_gesichert", args=[scenario.number])).content.decode()
    assert "Die Grundlage dieses Szenarios wurde zurückgezogen oder ist nicht mehr lesbar." in page
    assert said.split('class="answer"')[1].split("</p>")[0] in page, "the answer stays as it was computed"
    assert step(people["other"], scenario, "zustimmen", gemeinde=OTHER) == 302
    assert not scenario.consents.filter(ags=OTHER).exists(), "nobody agrees to what has no basis any more"
    assert step(people["other"], scenario, "neu-rechnen") == 302
    fresh = Scenario.objects.get(outlook="2024-neu")
    assert (fresh.owner, fresh.status, fresh.after_id) == (OTHER, DRAFT, scenario.number)
    assert fresh.levers == scenario.levers
    assert Scenario.objects.get(number=scenario.number).outlook == "2024-erfunden"


def test_a_withdrawn_release_counts_as_a_withdrawn_basis(people: dict[str, Client], folder: Path) -> None:
    scenario = save(people["member"])
    Scenario.objects.filter(number=scenario.number).update(release="2023-zurueckgezogen")
    write_invented_outlook(folder, release="2023-zurueckgezogen")
    page = people["member"].get(reverse("szenario_gesichert", args=[scenario.number])).content.decode()
    assert "wurde zurückgezogen" in page
    assert "2023-zurueckgezogen" in page


def test_a_scenario_outlives_an_outlook_that_nobody_can_read_any_more(people: dict[str, Client], folder: Path) -> None:
    scenario = save(people["member"])
    (folder / "outlook" / "outlook.json").write_text('{"format": 1}', encoding="utf-8")
    page = people["member"].get(reverse("szenario_gesichert", args=[scenario.number])).content.decode()
    assert "nicht mehr lesbar" in page


def test_scenarios_stand_side_by_side_if_they_may_be_read(people: dict[str, Client]) -> None:
    first, second = save(people["member"], "eins"), save(people["member"], "zwei", "geburten=80&gebiet=98001001")
    address = reverse("szenarien_vergleich") + f"?s={first.number}&s={second.number}&gruppe=0-2"
    page = people["member"].get(address).content.decode()
    assert "zwei gegenüber eins" in page
    assert f'name="s" value="{second.number}"' in page, "the choice keeps what is compared"
    for role in ("public", "other", "operator"):
        assert people[role].get(address).status_code == 302
    assert people["member"].get(reverse("szenarien_vergleich") + f"?s={first.number}&s=unsinn").status_code == 302


def test_a_list_shows_what_concerns_the_visitor(people: dict[str, Client]) -> None:
    save(people["member"], "Entwurf A")
    shared = save(people["member"], "Geteilt B")
    step(people["member"], shared, "teilen")
    proposed = save(people["member"], "Vorschlag C")
    step(people["member"], proposed, "vorschlagen")
    seen = {
        role: {
            name
            for name in ("Entwurf A", "Geteilt B", "Vorschlag C")
            if name in client.get(reverse("szenarien")).content.decode()
        }
        for role, client in people.items()
    }
    assert seen == {
        "public": set(), "member": {"Entwurf A", "Geteilt B", "Vorschlag C"}, "other": {"Vorschlag C"}, "operator": set()
    }  # fmt: skip


def test_a_name_is_needed_and_the_levers_stay(people: dict[str, Client]) -> None:
    response = people["member"].post(reverse("szenario_sichern"), {"name": " ", "asked": "geburten=120"})
    assert "geburten=120" in response["Location"]
    assert not Scenario.objects.exists()


def test_a_member_cannot_save_for_another_municipality(people: dict[str, Client]) -> None:
    people["member"].post(reverse("szenario_sichern"), {"name": "x", "asked": "geburten=120", "owner": OTHER})
    assert not Scenario.objects.filter(owner=OTHER).exists()


def test_a_scenario_of_a_member_outlook_is_for_members(people: dict[str, Client], folder: Path) -> None:
    write_invented_outlook(folder, audience="member")
    scenario = save(people["member"])
    step(people["member"], scenario, "teilen")
    assert see(people["public"], scenario) == 404
    assert see(people["operator"], scenario) == 404
    assert see(people["other"], scenario) == 200
