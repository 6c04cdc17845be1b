"""The rehearsal: money conserved, chance that replays, exits by the rules, guarantees, rule sets compared, bad files."""

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allmende.errors import AllmendeError
from allmende.fund.rehearsal import Member, Rules, Setting, Shock, Strategy, World, draw, opening_state, play, step
from allmende.fund.rehearsal.draws import generators
from allmende.fund.rehearsal.reading import read_rehearsal
from allmende.fund.rehearsal.splitting import split_rows
from allmende.fund.rehearsal.study import compare, measure, model, rehearse, sample_worlds
from allmende.money import split

PAGE = Path(__file__).parents[2] / "docs" / "methods" / "rehearsal.md"
STRATEGIES = {"steady": Strategy("steady"), "loyal": Strategy("loyal", leaves=False), "pushing": Strategy("pushing", push=3.0)}


def document():
    return tomllib.loads(PAGE.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0])


def members(count=5, strategy="steady", threshold=-0.5):
    return tuple(
        Member(f"m{k}", 1000 * (k + 1), 10**8 * (k + 2), 0.5 + 0.2 * k, 50 + 3 * k, 80_000_00, strategy, threshold)
        for k in range(count)
    )


def setting(**changes):
    return replace(Setting(members(), STRATEGIES, (Shock("tax", -0.3, 0.2), Shock("outside", -1.0, year=4))), **changes)


RULES = Rules(volume=200_000_00, weight_tax=0.4, match=0.5, funding_rate=0.8)


def same(one, other):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("contributed", "granted", "returned", "satisfaction", "pool")
    )


@given(
    st.sampled_from(["ranking", "points-per-euro", "equal-shares"]),
    st.sampled_from(["skip", "stop", "partial"]),
    st.booleans(),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 1000),
)
@settings(max_examples=40, deadline=None)
def test_money_is_conserved_every_year_and_nobody_gets_more_than_allowed(
    order, overflow, others_bear, guarantee, returns, seed
):
    rules = replace(
        RULES,
        order=order,
        overflow=overflow,
        others_bear=others_bear,
        guarantee=guarantee,
        returns=returns,
        returns_after=2,
        cap_member=90_000_00,
    )
    runs = play(setting(), rules, World(spillover=guarantee), 8, generators(seed, 0, 5))
    before = np.concatenate([np.zeros((5, 1), dtype=np.int64), runs.pool[:, :-1]], axis=1)
    paid_in = (runs.contributed + runs.returned).sum(axis=2) + runs.outside
    assert np.array_equal(runs.pool, before + paid_in - runs.granted.sum(axis=2))
    assert runs.pool.min() >= 0
    assert order == "equal-shares" or runs.granted.max() <= 90_000_00
    assert np.array_equal(runs.last.net, (runs.granted - runs.contributed - runs.returned).sum(axis=1))
    if others_bear:
        running = runs.contributed.sum(axis=2) > 0
        assert set(runs.contributed.sum(axis=2)[running]) == {200_000_00}


def test_the_same_seed_gives_the_same_bits_alone_and_among_many():
    many = play(setting(), RULES, World(), 10, generators(7, 0, 20))
    assert same(many, play(setting(), RULES, World(), 10, generators(7, 0, 20)))
    alone = play(setting(), RULES, World(), 10, generators(7, 13, 1))
    assert np.array_equal(many.granted[13], alone.granted[0])
    assert np.array_equal(many.satisfaction[13], alone.satisfaction[0])
    assert not np.array_equal(many.granted, play(setting(), RULES, World(), 10, generators(8, 0, 20)).granted)


@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 2**64))
@settings(max_examples=20, deadline=None)
def test_a_longer_rehearsal_begins_with_the_shorter_one(years, more, seed):
    short = play(setting(), RULES, World(), years, generators(seed, 0, 2))
    long = play(setting(), RULES, World(), years + more, generators(seed, 0, 2))
    for name in ("contributed", "granted", "satisfaction", "applied", "notice", "pool"):
        assert np.array_equal(getattr(short, name), getattr(long, name)[:, :years]), name


@given(st.floats(-3, 4), st.floats(0, 1), st.integers(0, 100))
@settings(max_examples=30, deadline=None)
def test_satisfaction_stays_on_its_scale_and_reaches_both_ends(common_good, memory, seed):
    found = play(setting(), RULES, World(common_good=common_good, memory=memory), 8, generators(seed, 0, 3)).satisfaction
    assert (np.abs(found) <= 1.0).all()


def test_who_gets_nothing_is_at_the_bottom_and_who_gets_twice_its_payment_at_the_top():
    ends = play(setting(), replace(RULES, match=4.0), World(memory=0.0), 6, generators(1, 0, 20))
    nothing, twice = ends.granted == 0, ends.granted >= 2 * (ends.contributed + ends.returned)
    paying = ends.contributed > 0
    assert (ends.satisfaction[nothing & paying] == -1.0).all()
    assert (ends.satisfaction[twice & paying] == 1.0).all()
    assert (nothing & paying).any()
    assert (twice & paying).any()


@pytest.mark.parametrize(("received", "contributed", "often"), [(1, 0, 1.0), (0, 0, 1.0), (0, 1, 3.0)])
def test_only_members_who_are_behind_push(received, contributed, often):
    """Ahead or even, a pushing member applies as often as any other; behind, as much more as its strategy says."""
    case = setting(members=tuple(replace(each, applications=0.5, strategy="pushing") for each in members()))
    state = opening_state(case, 400)
    state = replace(state, received=state.received + received, contributed=state.contributed + contributed)
    applied = step(case, RULES, World(), state, draw(case, 1, generators(4, 0, 400)))[1].applied
    assert applied.mean() == pytest.approx(0.5 * often, rel=0.1)


@pytest.mark.parametrize(("notice", "lock_in", "last_year"), [(0, 0, 0), (1, 0, 1), (2, 0, 2), (1, 5, 4), (3, 2, 3)])
def test_exit_and_notice_are_honoured(notice, lock_in, last_year):
    poor = tuple(replace(each, applications=0.0, exit_threshold=-0.1) for each in members())
    rules = replace(RULES, notice=notice, lock_in=lock_in)
    runs = play(setting(members=poor), rules, World(memory=0.0), 8, generators(1, 0, 3))
    assert (runs.contributed[:, : last_year + 1] > 0).all()
    assert (runs.contributed[:, last_year + 1 :] == 0).all()


def test_the_loyal_stay_and_a_volume_shrinks_or_is_borne_by_those_who_stay():
    loyal = tuple(
        replace(each, applications=0.0, exit_threshold=0.0, strategy="loyal" if k else "steady")
        for k, each in enumerate(members())
    )
    shrinking = play(setting(members=loyal), RULES, World(memory=0.0), 5, generators(1, 0, 2))
    assert shrinking.inside[:, -1].tolist() == [[False, True, True, True, True]] * 2
    assert (shrinking.contributed[:, -1].sum(axis=1) < RULES.volume).all()
    bearing = play(setting(members=loyal), replace(RULES, others_bear=True), World(memory=0.0), 5, generators(1, 0, 2))
    assert (bearing.contributed[:, -1].sum(axis=1) == RULES.volume).all()


def test_a_guarantee_brings_weak_members_something_back():
    weak = (*members(4), replace(members(5)[4], quality=5.0, applications=3.0, cost=5_000_00, strategy="loyal"))
    case = setting(members=tuple(replace(each, applications=3.0) for each in weak))
    without = play(case, RULES, World(), 6, generators(2, 0, 20)).last.received[:, 4].mean()
    guaranteed = play(case, replace(RULES, guarantee=0.8), World(), 6, generators(2, 0, 20)).last.received[:, 4].mean()
    assert guaranteed > 1.5 * without > 0


def test_grants_flow_back_after_the_stated_years():
    runs = play(setting(), replace(RULES, returns=0.5, returns_after=3), World(), 8, generators(3, 0, 4))
    assert not runs.returned[:, :3].any()
    assert np.array_equal(runs.returned[:, 3:], runs.granted[:, :-3] // 2)


def test_a_shock_in_a_year_strikes_in_that_year():
    runs = play(setting(shocks=(Shock("outside", -1.0, year=4),)), RULES, World(), 6, generators(1, 0, 2))
    assert (runs.outside[:, :3] > 0).all()
    assert (runs.outside[:, 3:] == 0).all()


def test_pushing_members_apply_more_often_while_behind():
    calm = play(setting(members=members(strategy="loyal")), RULES, World(), 10, generators(4, 0, 20))
    pushing = setting(members=members(strategy="pushing", threshold=-2.0))
    assert play(pushing, RULES, World(), 10, generators(4, 0, 20)).last.applied.sum() > 1.2 * calm.last.applied.sum()


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=8).filter(any))
@settings(max_examples=200, deadline=None)
def test_contributions_are_split_as_money_is_split_elsewhere(amount, weights):
    parts = split_rows(np.array([amount]), np.array([weights], dtype=np.float64))[0]
    assert parts.sum() == amount
    exact = split(amount, weights)
    assert max(abs(a - b) for a, b in zip(parts.tolist(), exact, strict=True)) <= 1
    assert not parts[[k for k, weight in enumerate(weights) if not weight]].any()


def test_rule_sets_meet_the_same_chance_and_regret_is_never_negative():
    worlds = sample_worlds(World(), {"common_good": (0.0, 0.4)}, 4, seed=1)
    assert sorted(int(world.common_good / 0.1) for world in worlds) == [0, 1, 2, 3]
    found = compare(setting(), {"a": RULES, "same": RULES, "less": replace(RULES, match=0.0)}, worlds, 6, 1, 10)
    regret = found.regret("granted")
    assert np.array_equal(regret["a"], regret["same"])
    assert min(each.min() for each in regret.values()) == 0
    assert regret["less"].min() > 0


def test_batches_do_not_change_results(monkeypatch):
    whole = rehearse(setting(), RULES, [World()], 4, 1, 9)
    monkeypatch.setattr("allmende.fund.rehearsal.study.BATCH", 4)
    for name, values in rehearse(setting(), RULES, [World()], 4, 1, 9).items():
        assert np.array_equal(values, whole[name])


def test_the_model_takes_levers_and_uncertainties_by_name():
    found = model(setting(), RULES, World(), years=5, runs=10, match=0.0, common_good=2.0)
    assert found["exits"] == 0
    assert found["granted"] < model(setting(), RULES, World(), years=5, runs=10, common_good=2.0)["granted"]


def test_what_is_measured_is_what_was_played():
    runs = play(setting(), RULES, World(), 10, generators(5, 0, 6))
    found = measure(runs)
    assert np.array_equal(found["exits"], (~runs.inside[:, -1]).sum(axis=1))
    assert np.allclose(found["granted"], runs.granted.sum(axis=(1, 2)) / 100)
    assert ((found["points"] >= 0) & (found["points"] <= 100)).all()


BAD = {
    "strategy": (lambda d: d["member"][0].update(strategy="odd"), "There is no strategy 'odd'."),
    "twice": (lambda d: d["member"][1].update(id="Ahausen"), "an id is given twice"),
    "missing": (lambda d: d["member"][0].pop("cost"), "cost is missing."),
    "rules": (lambda d: d.update(rules={}), "There are no rules."),
    "volume": (lambda d: d["rules"]["quality"].update(volume=0), "The volume is 0"),
    "share": (lambda d: d["rules"]["quality"].update(weight_tax=1.5), "weight_tax is 1.5."),
    "strange": (lambda d: d["rules"]["quality"].update(jury=3), "jury is not known here."),
    "table": (lambda d: d.update(schock=[]), "schock is not known here."),
    "order": (lambda d: d["rules"]["quality"].update(order="lot"), "order is 'lot'."),
    "whole": (lambda d: d["rules"]["quality"].update(notice=1.5), "notice is 1.5."),
    "uncertain": (lambda d: d["uncertain"].update(weather=[0, 1]), "weather is nothing of the world."),
    "nothing": (lambda d: d["member"][0].update(cost=0), "is not above 0"),
    "no table": (lambda d: d.update(rules=3), "3 is no table."),
    "no list": (lambda d: d.update(shock={"kind": "tax"}), "shock is {'kind': 'tax'}."),
    "not finite": (lambda d: d["world"].update(growth=float("nan")), "growth is nan."),
    "worlds": (lambda d: d["uncertain"].update(worlds=-1), "worlds is -1."),
    "range": (lambda d: d["uncertain"].update(growth=[1, 0]), "The range is [1, 0]."),
    "below the scale": (lambda d: d["member"][0].update(exit_threshold=-3), "exit_threshold is -3."),
    "above the scale": (lambda d: d["member"][0].update(exit_threshold=1.1), "exit_threshold is 1.1."),
    "year 0": (lambda d: d["shock"][1].update(year=0), "year is 0."),
    "range beyond": (lambda d: d["uncertain"].update(memory=[0.5, 1.5]), "memory is 1.5."),
    "negative": (lambda d: d["member"][0].update(cost=-5), "cost is -5,00 €."),
}


@pytest.mark.parametrize(("spoil", "says"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_rehearsed_is_named(spoil, says):
    table = document()
    spoil(table)
    with pytest.raises(AllmendeError) as error:
        read_rehearsal(table, "fund.toml")
    assert says in error.value.what
    assert "fund.toml" in error.value.where
    assert error.value.expected
    assert error.value.todo
