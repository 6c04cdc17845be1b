"""The rehearsal's step, and many years of it for many runs at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from allmende.fund.rehearsal.awarding import award, award_by_shares
from allmende.fund.rehearsal.contributions import by_weight
from allmende.fund.rehearsal.draws import Draws, draw
from allmende.fund.rehearsal.setting import OVERFLOWS, Rules, Setting, World

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

STAYS = -1


@dataclass(frozen=True, slots=True)
class State:
    """Where many runs stand at the start of a year: axes [run, member], `pool`, `price`, `outside` [run].

    `contributed`, `received`, `returned` are cents so far; `applied` and `won` count applications; `satisfaction` lies between
    -1 and 1; `notice` counts the years until a member that gave notice is out (STAYS: gave none); `last_grants` are those of
    the years before, latest last.
    """

    year: int
    pool: Ints
    inside: Flags
    contributed: Ints
    received: Ints
    returned: Ints
    applied: Ints
    won: Ints
    satisfaction: Floats
    notice: Ints
    tax: Floats
    price: Floats
    outside: Floats
    last_grants: tuple[Ints, ...]

    @property
    def net(self) -> Ints:
        """Received less contributed and returned."""
        return self.received - self.contributed - self.returned


@dataclass(frozen=True, slots=True)
class Flows:
    """What happened in one year: cents and applications [run, member]; cents from outside, points weighted by cents [run]."""

    contributed: Ints
    returned: Ints
    granted: Ints
    applied: Ints
    won: Ints
    outside: Ints
    points: Floats


def opening_state(setting: Setting, runs: int) -> State:
    """Return the state before the first year: an empty pool, everybody inside, nobody content or discontent."""
    shape = (runs, len(setting.members))
    nothing = np.zeros(shape, dtype=np.int64)
    tax = np.broadcast_to(setting.column("tax_strength"), shape).copy()
    ones = np.ones(runs)
    return State(
        year=0,
        pool=np.zeros(runs, dtype=np.int64),
        inside=np.ones(shape, dtype=np.bool_),
        contributed=nothing,
        received=nothing,
        returned=nothing,
        applied=nothing,
        won=nothing,
        satisfaction=np.zeros(shape),
        notice=np.full(shape, STAYS, dtype=np.int64),
        tax=tax,
        price=ones,
        outside=ones,
        last_grants=(),
    )


def step(setting: Setting, rules: Rules, world: World, state: State, draws: Draws) -> tuple[State, Flows]:
    """Play one year: the world moves, members pay, apply, get grants, judge, give notice, leave."""
    state = _world_moves(setting, world, state, draws)
    running = state.inside.sum(axis=1) >= rules.least_members
    paid, granted = _contributions(setting, rules, state, running)
    matched = np.floor(paid.sum(axis=1) * rules.match * state.outside).astype(np.int64)
    outside = matched + np.floor(granted * state.outside).astype(np.int64)
    back = _returns(rules, state)
    score, asks = _applications(setting, rules, world, state, draws, running)
    budget = state.pool + paid.sum(axis=1) + outside + back.sum(axis=1)
    grants = _grants(rules, world, state, paid, budget, score, asks)
    got = grants.sum(axis=2)
    satisfaction = _judge(world, state, paid + back, got)
    notice = _notices(setting, rules, state, satisfaction)
    leaving = notice == 0
    applied, won = (asks > 0).sum(axis=2), (grants > 0).sum(axis=2)
    flows = Flows(paid, back, got, applied, won, outside, points=(grants * score).sum(axis=(1, 2)))
    after = replace(
        state,
        year=state.year + 1,
        pool=budget - got.sum(axis=1),
        inside=state.inside & ~leaving,
        contributed=state.contributed + paid,
        received=state.received + got,
        returned=state.returned + back,
        applied=state.applied + applied,
        won=state.won + won,
        satisfaction=satisfaction,
        notice=np.where(notice > 0, notice - 1, notice),
        last_grants=(*state.last_grants, got)[-max(rules.returns_after, 1) :],
    )
    return after, flows


def _world_moves(setting: Setting, world: World, state: State, draws: Draws) -> State:
    year = state.year
    grown = state.tax * np.exp(world.growth + world.growth_spread * draws.growth[:, year])
    price, outside = state.price * np.exp(world.price_growth), state.outside
    for k, shock in enumerate(setting.shocks):
        strikes = (draws.strikes[:, year, k] < shock.probability) | (shock.year == year + 1)
        factor = np.where(strikes, 1.0 + shock.size, 1.0)
        if shock.kind == "price":
            price = price * factor
        elif shock.kind == "outside":
            outside = outside * factor
        else:
            hit = shock.everybody | (np.arange(grown.shape[1]) == draws.victim[:, year, k, None])
            grown = np.where(hit, grown * factor[:, None], grown)
    return replace(state, tax=grown, price=price, outside=outside)


def _contributions(setting: Setting, rules: Rules, state: State, running: Flags) -> tuple[Ints, Ints]:
    """Return cents of members [run, member], and what the rule brings from outside [run]; nothing where the fund has ended."""
    paying = rules.paying or by_weight(rules.weight_tax or 0.0)
    paid, outside = paying.pay(setting, rules, state.year, state.tax, state.inside & running[:, None])
    return np.where(running[:, None], paid, 0), np.where(running, outside, 0)


def _grants(rules: Rules, world: World, state: State, paid: Ints, budget: Ints, score: Floats, asks: Ints) -> Ints:
    if rules.order == "equal-shares":
        return award_by_shares(score, asks, budget, paid, world.spillover, rules.threshold)
    claim = np.floor(rules.guarantee * (state.contributed + paid)).astype(np.int64) - state.received
    grants: Ints = award(
        *(score, asks, budget, np.maximum(claim, 0), rules.cap_member, rules.threshold),
        *(rules.order == "points-per-euro", OVERFLOWS.index(rules.overflow)),
    )
    return grants


def _returns(rules: Rules, state: State) -> Ints:
    if rules.returns == 0.0 or len(state.last_grants) < rules.returns_after:
        return np.zeros_like(state.received)
    back: Ints = np.floor(state.last_grants[0] * rules.returns).astype(np.int64)
    return back


def _applications(
    setting: Setting, rules: Rules, world: World, state: State, draws: Draws, running: Flags
) -> tuple[Floats, Ints]:
    """Return scores and what is asked for, [run, member, slot]; who is outside asks for nothing."""
    slots = draws.apply.shape[3]
    often = setting.column("applications") * np.where(state.net < 0, setting.push(), 1.0)
    writes = (draws.apply[:, state.year] < (often / slots)[:, :, None]) & (state.inside & running[:, None])[:, :, None]
    score = np.clip(setting.column("quality")[:, None] + world.quality_spread * draws.quality[:, state.year], 0.0, 100.0)
    # a log-normal cost whose mean is the member's, whatever the spread
    spread = np.exp(world.cost_spread * draws.cost[:, state.year] - world.cost_spread**2 / 2)
    cost = setting.column("cost")[:, None] * spread * state.price[:, None, None]
    asks = np.minimum(cost * rules.funding_rate, rules.cap_project).astype(np.int64)
    return score, np.where(writes, asks, 0)


def _judge(world: World, state: State, paid: Ints, got: Ints) -> Floats:
    outcome = np.clip((got - paid) / np.maximum(paid, 1) + world.common_good, -1.0, 1.0)
    return np.where(state.inside, world.memory * state.satisfaction + (1.0 - world.memory) * outcome, state.satisfaction)


def _notices(setting: Setting, rules: Rules, state: State, satisfaction: Floats) -> Ints:
    """Return the years until each member is out: it may give notice so that it leaves when the lock-in is over."""
    discontent = satisfaction < setting.column("exit_threshold")
    free = state.year + 1 + rules.notice >= rules.lock_in
    gives = state.inside & (state.notice == STAYS) & discontent & setting.leaves() & free
    notice: Ints = np.where(gives, rules.notice, state.notice)
    return notice


@dataclass(frozen=True, slots=True)
class Runs:
    """Many runs: what happened [run, year, member], and how the year ended; `outside`, `pool` and `points` [run, year]."""

    contributed: Ints
    returned: Ints
    granted: Ints
    applied: Ints
    won: Ints
    inside: Flags
    net: Ints
    satisfaction: Floats
    notice: Ints
    outside: Ints
    pool: Ints
    points: Floats
    last: State


def play(setting: Setting, rules: Rules, world: World, years: int, rngs: Sequence[np.random.Generator]) -> Runs:
    """Play so many years, one run from each generator; the same generators give the same bits."""
    state, draws = opening_state(setting, len(rngs)), draw(setting, years, rngs)
    flows: list[Flows] = []
    states: list[State] = []
    for _ in range(years):
        state, flow = step(setting, rules, world, state, draws)
        flows.append(flow)
        states.append(state)
    moved = {each.name: np.stack([getattr(flow, each.name) for flow in flows], axis=1) for each in fields(Flows)}
    ended = {
        name: np.stack([getattr(each, name) for each in states], axis=1)
        for name in ("inside", "net", "satisfaction", "notice", "pool")
    }
    return Runs(**moved, **ended, last=state)
