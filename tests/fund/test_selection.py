"""Selection rules against brute force and against the definition of equal shares in plain fractions."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allmende.errors import AllmendeError
from allmende.fund.election import Election, ballots_of
from allmende.fund.equal_shares import Market, Purse, equal_shares
from allmende.fund.knapsack import best_set
from allmende.fund.phragmen import phragmen
from allmende.fund.selection import select


def literal(costs, support, endowments):
    """The rule read aloud: support[j] = {voter: utility}; sort supporters by what they have left per utility."""
    left, bought = [Fraction(e) for e in endowments], []
    while True:
        offers = []
        for j in set(range(len(costs))) - set(bought):
            people = sorted(support[j].items(), key=lambda each: left[each[0]] / each[1])
            if not people or sum(left[i] for i, _ in people) < costs[j]:
                continue
            missing, weight = Fraction(costs[j]), sum(u for _, u in people)
            for i, u in people:
                if left[i] * weight >= missing * u:
                    break
                missing, weight = missing - left[i], weight - u
            offers.append((missing / weight, j))
        if not offers:
            return bought
        rho, j = min(offers)
        for i, u in support[j].items():
            left[i] -= min(left[i], rho * u)
        bought.append(j)


@st.composite
def markets(draw):
    voters, projects = draw(st.integers(1, 7)), draw(st.integers(1, 6))
    cost = st.integers(0, 12) | st.sampled_from([4, 6, 12])
    costs = draw(st.lists(cost, min_size=projects, max_size=projects))
    support = [draw(st.dictionaries(st.integers(0, voters - 1), st.integers(1, 3), max_size=voters)) for _ in costs]
    endowments = draw(st.lists(st.integers(0, 12), min_size=voters, max_size=voters))
    if draw(st.booleans()):
        endowments = [draw(st.integers(1, 8))] * voters
        support = [dict.fromkeys(each, 1) for each in support]
    return costs, support, endowments


def market(costs, support, voters):
    votes = ballots_of(voters, len(costs), [(j, i, u) for j, each in enumerate(support) for i, u in each.items()])
    return Market(tuple(costs), votes, votes.points)


@given(markets())
@settings(max_examples=400, deadline=None)
def test_equal_shares_are_the_rule_read_aloud(case):
    costs, support, endowments = case
    assert equal_shares(market(costs, support, len(endowments)), endowments) == literal(costs, support, endowments)


@given(markets(), st.integers(1, 10**9))
@settings(max_examples=60, deadline=None)
def test_equal_shares_do_not_depend_on_the_unit_of_money(case, unit):
    costs, support, endowments = case
    scaled = market([cost * unit for cost in costs], support, len(endowments))
    assert equal_shares(scaled, [e * unit for e in endowments]) == literal(costs, support, endowments)


@given(markets())
@settings(max_examples=100, deadline=None)
def test_supporters_pay_the_cost_exactly(case):
    costs, support, endowments = case
    this = market(costs, support, len(endowments))
    purse = Purse(this, endowments)
    for j in equal_shares(this, endowments):
        before = Fraction(sum(purse.left), purse.denominator)
        purse.buy(j)
        assert before - Fraction(sum(purse.left), purse.denominator) == costs[j]
        assert min(purse.left) >= 0


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 20)), max_size=9), st.integers(0, 80))
@settings(max_examples=300, deadline=None)
def test_the_best_set_is_the_best_of_all_sets(items, budget):
    values, costs = [v for v, _ in items], [c for _, c in items]
    every = [s for k in range(len(items) + 1) for s in combinations(range(len(items)), k)]
    fits = [s for s in every if sum(costs[k] for k in s) <= budget and all(values[k] for k in s)]
    best = min(
        fits, key=lambda s: (-sum(values[k] for k in s), sum(costs[k] for k in s), [k not in s for k in range(len(items))])
    )
    assert best_set(values, costs, budget) == list(best)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 20), st.sampled_from("abc")), max_size=9),
    st.integers(0, 80),
    st.integers(0, 40),
)
@settings(max_examples=200, deadline=None)
def test_the_best_set_under_a_cap_for_each_member_is_the_best_of_all_that_keep_it(items, budget, cap):
    values, costs, owners = [v for v, _, _ in items], [c for _, c, _ in items], [g for _, _, g in items]
    every = [s for k in range(len(items) + 1) for s in combinations(range(len(items)), k)]
    keep = [s for s in every if all(sum(costs[k] for k in s if owners[k] == g) <= cap for g in "abc")]
    fits = [s for s in keep if sum(costs[k] for k in s) <= budget and all(values[k] for k in s)]
    best = min(
        fits, key=lambda s: (-sum(values[k] for k in s), sum(costs[k] for k in s), [k not in s for k in range(len(items))])
    )
    assert best_set(values, costs, budget, groups=owners, cap=cap) == list(best)


def test_ties_hold_beyond_a_word_of_projects():
    assert best_set([1] * 150, [1] * 150, 70) == list(range(70))


def election(budget, projects, kind="approval"):
    """Projects as {id: (cost, voters)}."""
    ids = sorted(projects)
    voters = 1 + max(v for _, people in projects.values() for v in people)
    votes = ballots_of(voters, len(ids), [(j, v, 1) for j, each in enumerate(ids) for v in projects[each][1]])
    return Election(tuple(ids), tuple(ids), tuple(projects[each][0] for each in ids), budget, 1, kind, votes)


def chosen(found, case):
    return [case.projects[j] for j in found.chosen]


def test_a_minority_gets_its_share():
    # 51 of 100 like red, 49 like blue: a majority rule buys red alone, equal shares five red and four blue
    red, blue = range(51), range(51, 100)
    case = election(100, {f"r{k}": (10, red) for k in range(10)} | {f"s{k}": (10, blue) for k in range(10)})
    assert {each[0] for each in chosen(select(case, "greedy"), case)} == {"r"}
    shares = chosen(select(case, "equal-shares"), case)
    assert (sum(each[0] == "r" for each in shares), sum(each[0] == "s" for each in shares)) == (5, 4)


def test_ties_go_to_the_id_that_is_first_as_text():
    case = election(10, {"9": (10, [0]), "10": (10, [1]), "2": (10, [2])})
    for rule in ("greedy", "knapsack", "phragmen"):
        assert chosen(select(case, rule), case) == ["10"]


@pytest.mark.parametrize("rule", ["greedy", "knapsack", "phragmen", "equal-shares"])
@pytest.mark.parametrize("utility", ["cost", "count"])
def test_what_costs_nothing_is_given_and_what_costs_too_much_is_not(rule, utility):
    case = election(10, {"free": (0, [0]), "dear": (11, [0, 1, 2]), "a": (10, [0, 1, 2])})
    found = select(case, rule, utility=utility, completion="add1" if rule == "equal-shares" else "none")
    assert set(chosen(found, case)) == {"free", "a"}


def test_what_nobody_supports_is_only_given_by_greedy_which_spends_what_is_left():
    case = replace(election(10, {"a": (4, [0])}), projects=("a", "b"), names=("a", "b"), costs=(4, 5))
    case = replace(case, ballots=ballots_of(1, 2, [(0, 0, 1)]))
    bought = {rule: chosen(select(case, rule), case) for rule in ("greedy", "knapsack", "phragmen", "equal-shares")}
    assert bought == {"greedy": ["a", "b"], "knapsack": ["a"], "phragmen": ["a"], "equal-shares": ["a"]}


def test_completions_spend_what_equal_shares_leave():
    case = election(10, {"a": (6, [0, 1]), "b": (3, [2]), "c": (1, [3])})
    assert chosen(select(case, "equal-shares"), case) == ["c"]
    assert chosen(select(case, "equal-shares", completion="utilitarian"), case) == ["c", "a", "b"]
    found = select(case, "equal-shares", completion="add1")
    assert set(chosen(found, case)) == {"a", "b", "c"}
    assert found.steps[0]["raised"] == 1


def test_phragmen_stops_before_the_budget_is_passed():
    case = election(10, {"a": (6, [0, 1, 2]), "b": (6, [0, 1]), "c": (2, [3])})
    assert phragmen(case) == [(0, Fraction(2)), (2, Fraction(2))]


@pytest.mark.parametrize(
    ("rule", "options"), [("lottery", {}), ("greedy", {"completion": "add1"}), ("greedy", {"utility": "points"})]
)
def test_what_does_not_go_together_is_refused(rule, options):
    with pytest.raises(AllmendeError):
        select(election(10, {"a": (6, [0])}), rule, **options)
