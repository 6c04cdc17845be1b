"""What page and answers claim holds, as far as it was tested, and to the cent."""

import re
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from allmende.sharing.advice import easiest
from allmende.sharing.case import case_from
from allmende.sharing.compare import compare
from allmende.sharing.core import core_report
from allmende.sharing.games import game_from
from allmende.sharing.page import page
from allmende.sharing.page.glance import advice
from allmende.sharing.page.reasons import verdict
from allmende.sharing.page.wording import wording

DE, EN = wording("de"), wording("en")
TWO_KEYS = [{"id": "equal", "weights": {"equal": 1}}, {"id": "use", "weights": {"use": 1}}]


def deal(amounts, keys=TWO_KEYS, **more):
    """Return a comparison of partners of one letter, who use 1, 2, 3, …"""
    names = [name for name in amounts if len(name) == 1]
    table = {
        "year": 2027,
        "land": "HE",
        "partner": [{"name": name, "use": 1 + k} for k, name in enumerate(names)],
        "coalition": [{"members": list(members), "amount": amount} for members, amount in amounts.items()],
        "partial": True,
        "key": keys,
    }
    return compare(case_from(table | more))


def row(found, name):
    return next(one for one in found.rows if one.id == name)


PARTIAL = {"A": 60, "B": 60, "C": 60, "ABC": 90}
EMPTY = {"A": 10, "B": 10, "C": 10, "AB": 10, "AC": 10, "BC": 10, "ABC": 18}
DEARER = {"A": 10, "B": 10, "C": 10, "AB": 20, "AC": 20, "BC": 20, "ABC": 36}


def test_nobody_leaves_only_as_far_as_groups_are_known():
    found = deal(PARTIAL)
    assert "soweit geprüft (3 von 6 Gruppen)" in verdict(found, row(found, "use"), DE)
    assert "as far as tested (3 of 6 groups)" in verdict(found, row(found, "use"), EN)
    assert "soweit geprüft (3 von 6 Gruppen)" in advice(found, DE)
    assert row(found, "use").properties["core"] is None
    whole = deal(PARTIAL | {"AB": 100, "AC": 100, "BC": 100})
    assert verdict(whole, row(whole, "use"), DE) == "Niemand und keine Gruppe zahlt mehr als ohne die anderen."
    assert "soweit" not in advice(whole, DE)
    assert row(whole, "use").properties["core"] is True


@pytest.mark.parametrize(
    ("amounts", "step"), [(PARTIAL, "niemand ginge"), (EMPTY, "hilft hier nicht"), (DEARER, "hilft hier nicht")]
)
def test_the_step_that_is_advised_can_be_taken(amounts, step):
    said = re.search(r"Was ein Rat jetzt tun kann: [^<]*", page(deal(amounts), "de"))[0]
    assert step in said
    assert ("Schlüssel wählen, bei dem niemand ginge" in said) == (amounts is PARTIAL)


def test_where_no_key_stands_but_one_could_the_advice_is_to_look_for_it():
    found = deal({"A": 20, "B": 60, "C": 60, "AB": 75, "AC": 75, "BC": 100, "ABC": 110}, TWO_KEYS[:1])
    assert found.balance.nonempty
    assert "keiner der besprochenen Schlüssel hält alle zusammen" in page(found, "de")


def test_what_costs_more_together_is_not_said_to_save():
    found = deal(DEARER)
    assert row(found, "equal-savings").sentence["de"].startswith("Was die Zusammenarbeit insgesamt mehr kostet")
    assert "more than it would pay alone" in row(found, "proportional").sentence["en"]
    gains = deal({"A": 10, "B": 10, "AB": 15}, TWO_KEYS, kind="value")
    assert "weniger bringt" in row(gains, "equal-savings").sentence["de"]
    assert "insgesamt spart" in row(deal(PARTIAL), "equal-savings").sentence["de"]


@pytest.mark.parametrize(
    ("cents", "said"),
    [
        (250, "2,50\u202f€"),
        (40, "0,40\u202f€"),
        (0.3, "<\u202f0,01\u202f€"),
        (0, "0\u202f€"),
        (1e-9, "0\u202f€"),
        (1000, "10\u202f€"),
        (4812.5, "48,13\u202f€"),
        (250050, "2.501\u202f€"),
        (-250050, "−2.501\u202f€"),
        (-30, "−0,30\u202f€"),
    ],
)
def test_amounts_are_rounded_commercially_and_small_ones_do_not_vanish(cents, said):
    assert DE.euro(cents) == said


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [(48.125, 2, "48.13"), (0.5, 0, "1"), (2.5, 0, "3"), (-2.5, 0, "−3"), (2.675, 2, "2.68"), (Fraction(1, 8), 2, "0.13")],
)
def test_numbers_are_rounded_commercially(value, decimals, said):
    assert EN.number(value, decimals) == said
    assert EN.signed(value, decimals).lstrip("+") == said


def test_a_table_to_the_cent_has_differences_to_the_cent():
    html = page(deal({"A": "2.50", "B": "4.10", "AB": "5.01"}), "de")
    ledger = html[html.index("Alle Beträge auf den Cent") :]
    assert "<small>+0,01</small>" in ledger  # A pays 2,51 of 5,01 in equal parts
    glance = html[html.index('class="glance"') : html.index("</table>")]
    assert "2,51<small>+0,01</small>" in glance
    assert "zahlt &lt;\u202f0,01\u202f€ mehr" in html  # exactly half a cent, which is not yet one


def test_a_table_of_large_amounts_still_shows_a_small_difference():
    html = page(deal({"A": 5000, "B": 5000, "AB": "9999.40"}), "de")
    assert "5.000<small>−0,30</small>" in html[html.index('class="glance"') : html.index("</table>")]


def test_the_difference_to_alone_is_more_if_a_key_costs_more():
    html = page(deal({"A": 1000, "B": 5000, "AB": 4000}, TWO_KEYS[:1]), "de")
    glance = html[html.index('class="glance"') : html.index("</table>")]
    assert "2.000<small>+1.000</small>" in glance
    assert "2.000<small>−3.000</small>" in glance
    assert re.search(r'class="n worse"[^>]*data-label="A"|data-label="A"[^>]*class="n worse"', glance)


def test_a_share_below_nothing_is_said_and_drawn_where_it_lies():
    found = deal({"A": 4000, "B": 6000, "C": 500, "AB": 9000, "AC": 1000, "BC": 1500, "ABC": 2000}, [])
    negative = [one for one in found.rows if min(one.cents) < 0]
    assert negative
    partner = found.case.game.players[int(np.argmin(negative[0].cents))]
    assert f"{partner} zahlt dabei nichts, sondern bekommt " in verdict(found, negative[0], DE)
    assert f"{partner} zahlt dabei nichts, sondern bekommt " in page(found, "de")
    ticks = re.findall(r'class="tick">([^<]*)<', page(found, "de"))
    assert any(tick.startswith("−") for tick in ticks)


def test_on_paper_a_law_has_its_address():
    html = page(deal(PARTIAL), "de")
    assert "</a> (https://justiz-nrw.wolterskluwer-online.de/" in html
    assert "das Rechtsportal der Justiz NRW führt auch hessisches Recht" in html
    assert "dort liegen die berechneten Methoden, mit denen niemand ginge" in html


def test_the_interval_holds_ninety_per_cent_of_the_draws():
    found = deal({"A": 60_000, "B": 60_000, "AB": 90_000}, uncertainty={"together": "10 %", "draws": 300})
    low, high = row(found, "equal").interval[0]
    assert (low / 45_000_00, high / 45_000_00) == pytest.approx((0.9, 1.1), abs=0.02)


def test_of_two_keys_by_benefit_the_one_that_holds_more_often_is_easier_to_defend():
    found = deal({"A": 60, "B": 60, "AB": 80}, [TWO_KEYS[1], {"id": "again", "weights": {"use": 1}}])
    first, again, *others = found.rows

    def chosen(one, two):
        rows = (replace(first, holds=one), replace(again, holds=two, core=replace(again.core, room=0.0)), *others)
        return easiest(replace(found, rows=rows)).row.id

    assert (chosen(0.6, 0.9), chosen(0.9, 0.6), chosen(0.9, 0.9)) == ("again", "use", "use")


def test_every_group_that_would_be_better_off_is_counted():
    game = game_from("cost", "ABC", lambda members: {1: 10, 2: 16, 3: 24}[len(members)])
    assert core_report(game, np.array([11.0, 11.0, 2.0])).unsatisfied == 3  # A, B, A and B
