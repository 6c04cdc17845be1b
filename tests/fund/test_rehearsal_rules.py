"""Rules of a rehearsal beside its ranking: contributions by any key or scheme, equal shares, and the EMA workbench."""

import functools
import tomllib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allmende.errors import AllmendeError
from allmende.fund.election import ballots_of
from allmende.fund.equal_shares import Market, equal_shares
from allmende.fund.rehearsal import Member, Rules, Setting, Strategy, World, play
from allmende.fund.rehearsal.awarding import buy_by_shares
from allmende.fund.rehearsal.contributions import ByKey
from allmende.fund.rehearsal.draws import generators
from allmende.fund.rehearsal.reading import read_rehearsal
from allmende.fund.rehearsal.study import OUTCOMES, model
from allmende.schemes.reading import load_scheme
from allmende.schemes.settling import settle
from allmende.sharing.figures import figures_of
from allmende.sharing.key_terms import key_from
from allmende.sharing.keys import split_by

PAGE = Path(__file__).parents[2] / "docs" / "methods" / "rehearsal.md"
STILL = World(growth=0.0, growth_spread=0.0, price_growth=0.0, memory=0.0)
NAMES = ["A", "B", "C", "D"]


def case(*thresholds):
    members = tuple(
        Member(
            *(name, 1000 * (k + 1), 10**8 * (4 - k), 1.0, 60.0, 50_000_00, "steady", (thresholds or (-2.0,) * 4)[k]),
            figures={"area": Fraction(10 + 7 * k), "levy_base": Fraction(2_000_000 - 300_000 * k)},
        )
        for k, name in enumerate(NAMES)
    )
    return Setting(members, {"steady": Strategy("steady")})


FIGURES = figures_of(
    NAMES,
    {
        "inhabitants": {name: 1000 * (k + 1) for k, name in enumerate(NAMES)},
        "tax_strength": {name: 10**6 * (4 - k) for k, name in enumerate(NAMES)},
        "area": {name: 10 + 7 * k for k, name in enumerate(NAMES)},
        "levy_base": {name: 2_000_000 - 300_000 * k for k, name in enumerate(NAMES)},
    },
)


@given(
    st.dictionaries(
        st.sampled_from(["inhabitants", "tax_strength", "area", "levy_base", "equal"]), st.integers(1, 9), min_size=1
    ),
    st.dictionaries(st.sampled_from(NAMES), st.integers(26, 60), max_size=3),
    st.dictionaries(st.sampled_from(NAMES), st.integers(0, 24), max_size=3),
    st.sampled_from([{}, {"pre_share": {"B": "10 %"}}, {"exempt": ["C"]}, {"minimum_share": "12 %"}]),
)
@settings(max_examples=80, deadline=None)
def test_members_pay_what_the_key_says_to_the_cent(weights, caps, floors, more):
    parts = {name: Fraction(weight, sum(weights.values())) for name, weight in weights.items()}
    bounds = {"cap": {n: f"{p} %" for n, p in caps.items()}, "floor": {n: f"{p} %" for n, p in floors.items()}}
    key = replace(key_from({"weights": {"equal": 1}, **bounds, **more}), measures=parts)
    try:
        exact = split_by(key, 300_000_01, FIGURES, 2026)
    except AllmendeError:
        return  # bounds that contradict one another are refused when the file is read
    runs = play(case(), Rules(volume=300_000_01, paying=ByKey(key)), STILL, 1, generators(1, 0, 2))
    paid = runs.contributed[0, 0]
    assert paid.sum() == 300_000_01
    assert max(abs(int(a) - b) for a, b in zip(paid, exact.cents, strict=True)) <= 1
    assert np.array_equal(paid, runs.contributed[1, 0])


def test_who_stays_pays_as_before_or_bears_the_rest():
    key = key_from({"weights": {"area": 1}, "cap": {"B": 40_000}})
    leaving = case(9.0, -2.0, -2.0, -2.0)  # A is never content and leaves after a year of notice
    shrinking = play(leaving, Rules(volume=300_000_00, paying=ByKey(key)), STILL, 4, generators(1, 0, 1)).contributed[0]
    assert shrinking[3].tolist() == [0, *shrinking[0, 1:].tolist()]
    rules = Rules(volume=300_000_00, paying=ByKey(key), others_bear=True)
    bearing = play(leaving, rules, STILL, 4, generators(1, 0, 1)).contributed[0]
    assert bearing[3].sum() == 300_000_00
    assert bearing[3, :2].tolist() == [0, 40_000_00]


def read(**rules):
    table = tomllib.loads(PAGE.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0])
    table["rules"] = {"own": rules}
    return read_rehearsal(table, "fund.toml")


def test_a_scheme_says_what_members_pay_and_what_comes_from_outside():
    levy_base = {"Ahausen": 9_000_000, "Bedorf": 5_000_000, "Cestadt": 30_000_000}
    table = tomllib.loads(PAGE.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0])
    for member in table["member"]:
        member["figures"] = {"levy_base": levy_base[member["id"]], "new_dwellings": 3}
    table |= {"rules": {"own": {"scheme": "rendsburg", "first_year": 2026}}, "shock": []}
    rehearsal = read_rehearsal(table, "fund.toml")
    figures = figures_of(levy_base, {"levy_base": levy_base, "new_dwellings": dict.fromkeys(levy_base, 3)})
    expected = settle(load_scheme("rendsburg"), figures, 2026).contributed
    runs = play(rehearsal.setting, rehearsal.rule_sets["own"], STILL, 2, generators(1, 0, 3))
    assert (runs.contributed[:, 0] == expected).all()
    growing = play(rehearsal.setting, rehearsal.rule_sets["own"], replace(STILL, growth=0.1), 1, generators(1, 0, 1))
    dwellings = 3 * 2500_00
    assert growing.contributed[0, 0] - dwellings == pytest.approx((np.array(expected) - dwellings) * np.exp(0.1), abs=1)


def test_the_kif_brings_the_districts_part_from_outside():
    choices = {
        "volume": 300_000,
        "weight_tax_strength": 0.5,
        "weight_inhabitants": 0.5,
        "district_rounding": "base",
        "kreisumlage": {"2018": 20_000_000, "2019": 20_000_000},
    }
    rehearsal = read(scheme="kif", first_year=2020, choices=choices)
    runs = play(rehearsal.setting, rehearsal.rule_sets["own"], STILL, 2, generators(1, 0, 1))
    assert runs.outside[0].tolist() == [300_000_00 + 300_000_00, 300_000_00]
    assert runs.contributed[0].sum(axis=1).tolist() == [300_000_00, 300_000_00]


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ({"volume": 1}, "How members pay is said twice or not at all."),
        ({"volume": 1, "weight_tax": 0.5, "key": {"weights": {"equal": 1}}}, "How members pay is said twice or not at all."),
        ({"key": {"weights": {"equal": 1}}}, "The volume is 0"),
        ({"volume": 1, "key": {"weights": {"equal": 1}}, "scheme": "kif"}, "Both a key and a scheme are given."),
        ({"volume": 1, "key": {"weights": {"use": 1}}}, "There is no figure of use"),
        ({"volume": 1, "key": {"weights": {"equal": 0.5}}}, "The weights of the key sum to 0.5."),
        ({"volume": 1, "key": {"weights": {"equal": 1}, "rounding": "largest-share"}}, "rounding is not known here."),
        ({"volume": 1, "key": {"weights": {"equal": 1}, "cap": "20 %"}}, "The caps leave a part of the amount that nobody"),
        ({"volume": 1, "key": {"weights": {"equal": 1}, "exempt": ["Nowhere"]}}, "The key names 'Nowhere'"),
        ({"volume": 1, "key": 7}, "7 is no table."),
        ({"scheme": "kif", "first_year": 2020}, "volume is not given for 2020"),
        ({"scheme": "kif"}, "first_year is None"),
        ({"scheme": "kiff", "first_year": 2020}, "There is no scheme “kiff”."),
        (
            {"scheme": "verbandsumlage", "first_year": 2020, "choices": {"need": 1, "cap": 1}},
            "There are no figures of use",
        ),
        ({"scheme": "rendsburg", "first_year": 2020, "volume": 5}, "A scheme says itself what is paid."),
        ({"volume": 1, "weight_tax": 0.5, "order": "equal-shares", "cap_member": 5}, "Equal shares are a guarantee"),
        ({"volume": 1, "weight_tax": 0.5, "order": "equal-shares", "guarantee": 0.5}, "Equal shares are a guarantee"),
    ],
)
def test_rules_that_do_not_go_together_are_named_with_file_and_remedy(rules, says):
    with pytest.raises(AllmendeError) as error:
        read(**rules)
    assert says in error.value.what
    assert "fund.toml, rules.own" in error.value.where
    assert error.value.todo


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_equal_shares_buy_what_the_exact_rule_buys(data):
    members, slots = data.draw(st.integers(1, 5)), 3
    paid = data.draw(st.lists(st.integers(0, 50), min_size=members, max_size=members).filter(any))
    score = data.draw(st.lists(st.integers(0, 20), min_size=members * slots, max_size=members * slots))
    asks = data.draw(st.lists(st.integers(0, 60), min_size=members * slots, max_size=members * slots))
    spillover = data.draw(st.sampled_from([0.0, 0.25, 0.5, 1.0]))
    budget = sum(paid)
    shape = (1, members, slots)
    bought = buy_by_shares(
        *(np.array(score, dtype=np.float64).reshape(shape), np.array(asks).reshape(shape)),
        *(np.array([budget]), np.array([paid]), spillover, 1.0),
    )
    listed = [k for k in range(members * slots) if asks[k] and score[k] >= 1]
    support = [
        (place, i, int(4 * score[k] * (1.0 if i == k // slots else spillover)))
        for place, k in enumerate(listed)
        for i in range(members)
        if i == k // slots or spillover
    ]
    votes = ballots_of(members, len(listed), support)
    exact = equal_shares(Market(tuple(asks[k] for k in listed), votes, votes.points), paid) if listed else []
    assert np.flatnonzero(bought.ravel()).tolist() == sorted(listed[j] for j in exact)


def test_by_equal_shares_everybody_has_its_own_money_first():
    setting = replace(
        case(),
        members=tuple(replace(m, applications=3.0, cost=5_000_00, quality=20.0 * k) for k, m in enumerate(case().members)),
    )
    rules = Rules(volume=100_000_00, weight_tax=0.5)
    ranked = play(setting, rules, STILL, 1, generators(1, 0, 50))
    shared = play(setting, replace(rules, order="equal-shares"), STILL, 1, generators(1, 0, 50))
    assert shared.granted[:, 0, 1].mean() >= ranked.granted[:, 0, 1].mean()
    assert np.array_equal(shared.contributed, ranked.contributed)
    assert (shared.granted.sum(axis=(1, 2)) <= 100_000_00).all()


def test_the_workbench_runs_the_model():
    ema = pytest.importorskip("ema_workbench")
    rehearsal = read(volume=300_000, weight_tax=0.5, match=1.0)
    function = functools.partial(model, rehearsal.setting, rehearsal.rule_sets["own"], rehearsal.world, years=4, runs=5)
    bench = ema.Model("fund", function=function)
    bench.uncertainties = [ema.RealParameter("common_good", 0.0, 0.5), ema.RealParameter("quality_spread", 5, 20)]
    bench.levers = [ema.RealParameter("weight_tax", 0, 1), ema.IntegerParameter("lock_in", 0, 8)]
    bench.outcomes = [ema.ScalarOutcome(name) for name in OUTCOMES]
    experiments, outcomes = ema.perform_experiments(bench, scenarios=3, policies=2)
    assert len(experiments) == 6
    assert outcomes.keys() == OUTCOMES.keys()
    row = experiments.iloc[4]
    again = function(
        **{name: row[name] for name in ("common_good", "quality_spread", "weight_tax")}, lock_in=int(row["lock_in"])
    )
    assert again == {name: values[4] for name, values in outcomes.items()}
