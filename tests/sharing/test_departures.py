"""What the others pay if one leaves."""

from allmende.sharing.case import case_from
from allmende.sharing.compare import compare
from allmende.sharing.departures import departures
from allmende.sharing.page import page

ALL = [("A", 60), ("B", 60), ("C", 60), ("AB", 100), ("BC", 85), ("ABC", 120)]  # nobody knows what A and C would pay


def case(*keys, kind="cost"):
    return case_from(
        {
            "year": 2027,
            "kind": kind,
            "partial": True,
            "partner": [{"name": name, "use": use} for name, use in (("A", 5), ("B", 3), ("C", 2))],
            "coalition": [{"members": list(members), "amount": amount} for members, amount in ALL],
            "key": [{"id": f"key-{k}", **key} for k, key in enumerate(keys)],
        }
    )


def test_the_others_pay_what_their_group_costs_by_the_same_key():
    a, b, c = departures(case({"weights": {"use": 1}}))
    assert (a.partner, a.together, a.shares["key-0"]) == ("A", 85_00, (51_00, 34_00))
    assert (b.partner, b.together, b.shares) == ("B", None, {})
    assert (c.partner, c.together, c.shares["key-0"]) == ("C", 100_00, (62_50, 37_50))


def test_terms_about_the_one_who_left_fall_away_and_the_others_stay():
    old = {"weights": {"equal": 1}, "cap": {"A": "30 %"}}
    key = {"weights": {"use": 1}, "pre_share": {"A": "10 %"}, "floor": {"C": "50 %"}, "exempt": []}
    staged = {"weights": {"use": 1}, "transition": {"from": old, "new_part": {2027: "50 %"}}}
    first, *_ = departures(case(key, staged))
    assert first.shares == {"key-0": (42_50, 42_50), "key-1": (46_75, 38_25)}


def test_a_key_that_cannot_split_among_the_others_says_so():
    found = case({"weights": {"use": 1}, "cap": "40 %"}, {"weights": {"use": 1}, "exempt": ["A", "B"]})
    *_, last = departures(found)
    assert last.shares == {"key-0": None, "key-1": None}
    assert "teilt den Betrag der anderen nicht mehr" in page(compare(found), "de")


def test_the_page_shows_it_with_the_difference_and_says_what_is_not_known():
    html = page(compare(case({"weights": {"use": 1}})), "de")
    section = html[html.index("Und wenn einer geht?") :]
    assert "Ohne A: Die anderen zahlen zusammen 85,00\u202f€." in section
    assert "51,00<small>+15,00</small>" in section
    assert "Ohne B: Der Betrag der anderen ist nicht bekannt." in section
    gains = page(compare(case({"weights": {"use": 1}}, kind="value")), "en")
    assert "Without A: the others have €85.00 together." in gains


def test_nobody_can_leave_who_is_alone():
    table = {"year": 2027, "partner": [{"name": "A"}], "coalition": [{"members": ["A"], "amount": 5}]}
    assert departures(case_from(table)) == ()
