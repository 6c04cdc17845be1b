"""Levers and needs: nothing moved is what was published, and what is moved is what a look ahead with the levers in it says."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from django.utils.translation import override
from invented_needs import write_invented_needs
from invented_outlook import write_invented_outlook
from pytest_django.fixtures import Settings

from allmende.areas import load_region
from allmende.outlook.running import outlook_drivers
from allmende.outlook.weighing import Offer, weigh_offer
from allmende.portal.outlook.ahead import Ahead, ahead
from allmende.portal.outlook.answering import answer
from allmende.portal.places import Place
from allmende.portal.public import shelf
from allmende.projection.levers import Change, Estate, Levers
from allmende.projection.moving import apply

pytestmark = pytest.mark.django_db

TOWN, NEXT = "98001001", "98001002"
ESTATE = Levers(estates=(Estate(f"{TOWN}.01", 2026, 2030, 40.0, 2.5, from_region=0.5),))
MORE_BIRTHS = Levers(changes=(Change("fertility", 1.4, 2025, 2027),))
PLACES = ("region", TOWN, f"{TOWN}.02", NEXT)


@pytest.fixture(scope="session")
def with_needs(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    public = tmp_path_factory.mktemp("moved") / "public"
    shutil.copytree(release, public, symlinks=True)
    write_invented_outlook(public)
    write_invented_needs(public)
    return public


@pytest.fixture
def found(with_needs: Path, settings: Settings) -> Ahead:
    settings.ALLMENDE_PUBLIC = with_needs
    opened = ahead(("public",))
    assert opened
    return opened


def place(key: str) -> Place:
    return shelf().atlas.place(shelf().region.id if key == "region" else key, "de")


@pytest.mark.parametrize("key", PLACES)
def test_without_levers_needs_are_the_published_ones(found: Ahead, key: str) -> None:
    for needs, moved in answer(found, Levers()).needs(place(key)):
        assert np.array_equal(moved.need, moved.before), needs.service.id
        assert np.array_equal(moved.short, moved.short_before)
        assert not moved.more.any()


@pytest.mark.parametrize("levers", [ESTATE, MORE_BIRTHS])
@pytest.mark.parametrize("key", PLACES)
def test_moved_needs_are_those_of_a_look_ahead_with_the_levers_in_it(found: Ahead, key: str, levers: Levers) -> None:
    offer = Offer(tuple(one.service for one in found.needs), tuple(each for one in found.needs for each in one.facilities))
    region = load_region(found.folder.parent.parent / "current" / "region")
    model, drivers = apply(found.model, levers), outlook_drivers(found.outlook)
    anew = {
        each.service.id: each for each in weigh_offer(offer, model, drivers, found.outlook.widths, region, draws=64, seed=1)
    }
    geography = "region" if key == "region" else "district" if "." in key else "municipality"
    answered = answer(found, levers).needs(place(key))
    assert answered
    for needs, moved in answered:
        balance = anew[needs.service.id].areas[geography].balance
        at = balance.catchments.index(key)
        # chance among few people is drawn anew for another set of ages: no equality, and a class more or less
        middle, spread = balance.need[3, :, at], balance.need[5, :, at] - balance.need[1, :, at]
        assert (np.abs(moved.need[3] - middle) <= 0.02 * middle + 0.1 * spread + 1).all(), needs.service.id
        assert moved.short == pytest.approx(balance.probability[:, at], abs=0.2)


def test_an_estate_takes_need_from_the_neighbours_it_draws_people_from(found: Ahead) -> None:
    answered = answer(found, ESTATE)
    own, neighbour = (
        {needs.service.id: moved.more[1, 5].sum() for needs, moved in answered.needs(place(key))}["kita"]
        for key in (TOWN, NEXT)
    )
    assert own > 5
    assert neighbour < 0


def test_the_page_says_which_shortage_becomes_more_probable(found: Ahead, client: Client) -> None:
    address = "/vorausschau/szenario/ergebnis/"
    still = client.get(address, {"gebiet": TOWN}).content.decode()
    moved = client.get(address, {"gebiet": TOWN, "geburten": "150"}).content.decode()
    with override("en"):
        english = client.get(f"/en{address}", {"gebiet": TOWN, "geburten": "150"}).content.decode()
    assert "Was die Dienste brauchen" in still
    assert "reicht das Angebot seltener" in moved
    assert "reicht das Angebot" not in still
    assert "the supply suffices less often" in english
