"""What is said of a key is what it does."""

from fractions import Fraction

import pytest

from allmende.sharing.advice import easiest
from allmende.sharing.case import case_from
from allmende.sharing.compare import compare
from allmende.sharing.figures import figures_of
from allmende.sharing.key_terms import key_from
from allmende.sharing.key_words import benefit_part, key_sentence, percent
from allmende.sharing.keys import split_by
from allmende.sharing.page import page

KNOWN = figures_of(["A", "B", "C"], {"use": {"A": 5, "B": 3, "C": 2}, "inhabitants": {"A": 5, "B": 4, "C": 1}})
STAGED = {
    "weights": {"use": 1},
    "transition": {"from": {"weights": {"equal": "40 %", "use": "60 %"}, "cap": "1000000"}, "new_part": {2028: "50 %"}},
}


def case(*keys, total=90, year=2027, **more):
    """Return a case of three partners in which every group's cost is known and nobody would leave with any of the keys."""
    alone = [("A", 60), ("B", 60), ("C", 60), ("AB", 100), ("AC", 100), ("BC", 100), ("ABC", total)]
    figures = {"use": {"A": 5, "B": 3, "C": 2}, "inhabitants": {"A": 5, "B": 4, "C": 1}}
    table = {
        "year": year,
        "land": "HE",
        "partner": [{"name": name} for name in "ABC"],
        "figures": figures,
        "coalition": [{"members": list(members), "amount": amount} for members, amount in alone],
        "key": [{"id": f"key-{k}", **key} for k, key in enumerate(keys)],
    }
    return case_from(table | more)


@pytest.mark.parametrize(
    ("key", "year", "part"),
    [
        ({"weights": {"use": 1}}, 2027, Fraction(1)),
        ({"weights": {"use": "50 %", "inhabitants": "50 %"}}, 2027, Fraction(1, 2)),
        (STAGED, 2027, Fraction(3, 5)),
        (STAGED, 2028, Fraction(4, 5)),
        (STAGED, 2029, Fraction(1)),
        ({"weights": {"use": 1}, "pre_share": {"A": "60 %", "B": "21 %"}}, 2027, Fraction(19, 100)),
        ({"weights": {"use": 1}, "cap": {"A": "40 %"}}, 2027, Fraction(3, 5)),
        ({"weights": {"use": 1}, "floor": {"C": "30 %"}}, 2027, Fraction(7, 10)),
        ({"weights": {"use": 1}, "cap": {"A": "90 %"}}, 2027, Fraction(1)),
    ],
)
@pytest.mark.parametrize("amount", [1000_00, 7])
def test_only_what_is_split_by_the_benefit_follows_it(key, year, part, amount):
    assert benefit_part(split_by(key_from(key), amount, KNOWN, year)) == part


def test_a_key_that_follows_the_benefit_only_in_years_to_come_is_not_the_easiest_to_defend():
    later = {"weights": {"use": 1}, "transition": {"from": {"weights": {"inhabitants": 1}}, "new_part": {2028: "50 %"}}}
    mixed = {"weights": {"use": "30 %", "inhabitants": "70 %"}}
    found = easiest(compare(case(later, mixed)))
    assert (found.row.id, found.benefit) == ("key-1", Fraction(3, 10))
    assert "folgt zu 30\u202f% dem Nutzen" in page(compare(case(later, mixed)), "de")
    assert easiest(compare(case(later, mixed, year=2028))).row.id == "key-0"


def test_hooks_and_additivity_regard_the_old_key_while_it_is_in_force():
    old = {"weights": {"inhabitants": 1}, "cap": "80"}
    later = {"weights": {"use": 1}, "transition": {"from": old, "new_part": {2028: "50 %"}}}
    row = compare(case(later)).rows[0]
    assert [hook.measure for hook in row.hooks] == ["use", "inhabitants"]
    assert row.properties["additive"] is False
    assert "Einwohnerzahl: A 5; B 4; C 1" in page(compare(case(later)), "de")
    done = compare(case(later, year=2029)).rows[0]
    assert [hook.measure for hook in done.hooks] == ["use"]
    assert done.properties["additive"] is True


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("0.4365", "43,65"),
        ("0.1026", "10,26"),
        ("0.0004", "0,04"),
        ("1/3", "33 1/3"),
        ("1/300", "1/3"),
        ("1", "100"),
        ("0", "0"),
    ],
)
def test_percentages_of_a_key_are_said_exactly(part, said):
    assert percent(Fraction(part), "de") == f"{said}\u202f%"


@pytest.mark.parametrize(
    "exception",
    [{"cap": {"A": "43.65 %"}}, {"floor": "5 %"}, {"pre_share": {"A": "10 %"}}, {"exempt": ["B"]}, STAGED],
)
def test_a_key_with_exceptions_does_not_promise_proportion(exception):
    key = key_from({"weights": {"use": 1}} | exception)
    equal = key_from({"weights": {"equal": 1}} | {term: value for term, value in exception.items() if term != "weights"})
    for language, promises in (("de", ("das Doppelte", "gleich viel")), ("en", ("twice as much", "the same"))):
        assert promises[0] not in key_sentence(key, language)
        assert promises[1] not in key_sentence(equal, language)


def test_a_transition_says_what_the_old_key_is():
    sentence = key_sentence(key_from(STAGED), "de")
    assert "Schon so verteilt werden 50\u202f% (2028), davor nichts" in sentence
    assert "Alter Schlüssel: 40\u202f% zu gleichen Teilen, 60\u202f% nach Inanspruchnahme." in sentence
    assert "Jeder zahlt höchstens 1.000.000,00" in sentence
    assert "40% in equal parts, 60% by use." in key_sentence(key_from(STAGED), "en")


def test_the_last_stage_of_a_transition_is_a_stage():
    key = key_from({"weights": {"equal": 1}, "transition": {"from": {"weights": {"use": 1}}, "new_part": {2026: "75 %"}}})
    assert split_by(key, 60_00, KNOWN, 2026).cents == (22_50, 19_50, 18_00)
    assert split_by(key, 60_00, KNOWN, 2027).cents == (20_00, 20_00, 20_00)


def test_who_stands_at_a_bound_is_told_of_the_key_that_is_in_force():
    old = {"weights": {"use": 1}, "floor": {"C": "30 %"}}
    new = {"weights": {"use": 1}, "cap": {"A": "40 %"}, "transition": {"from": old, "new_part": {2027: "50 %"}}}
    found = {year: split_by(key_from(new), 1000, KNOWN, year).bound for year in (2026, 2027, 2028)}
    assert found == {2026: {"C": "floor"}, 2027: {"C": "floor", "A": "cap"}, 2028: {"A": "cap"}}
