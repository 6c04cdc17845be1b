"""The step of `step.py` for many scenarios at once, compiled: same sums, other order, same result to 1e-9.

A thread carries a block of B scenarios through all years. For each unit it takes the base (who stays, and who came from
outside), adds what the pool brings, counts births and bands, and prepares at once what the unit gives to the next year's
pool, while the row is in the cache. Scenarios share nothing, so results do not depend on threads or blocks.

Groups and sexes are one axis here, P = 2 G, of position 2 · group + sex. Leaf functions take plain arrays: the compiler
is quicker with them, and sees that it may use vector instructions.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from allmende.projection.chance import normal
from allmende.projection.model import Floats, Ints, Model
from allmende.projection.step import removals

FAST = {"contract", "reassoc", "nsz", "arcp"}
"""Liberties of the compiler that change the last bits of a sum and nothing else."""

BIRTH, DEATH, LEAVE, ARRIVE = 0, 1, 2, 3
NATION, DISTRICT, MUNICIPALITY, UNIT = 0, 1, 2, 3
LEVEL, NOISE = 900_000, 1_000_000
"""Numbers of addresses from here on belong to levels and to the noise of bands, those below to drivers."""


class Tables(NamedTuple):
    """A model as the kernel reads it; names as in `Model`, P for group and sex."""

    start: Floats  # [P, M, A]
    death: Floats  # [T, P, A]
    newborn_death: Floats  # [T, P]
    death_factor: Floats  # [T, M]
    birth: Floats  # [T, G, A]
    birth_factor: Floats  # [T, M]
    child: Floats  # [G, P] part of the births of mothers of a group
    fertile: Ints  # [2] first age of mothers, and one after the last
    age_class: Ints  # [A]
    leave: Floats  # [T, 3, P, A]
    leave_factor: Floats  # [T, 3, X, M]
    arrive: Floats  # [T, 2, P, A]
    arrive_factor: Floats  # [T, 2, M]
    share: Floats  # [T, 3, X, M]
    home: Ints  # [M]
    flow_origin: Ints
    flow_destination: Ints
    flow_share: Floats  # [n, A]
    unknown: Floats  # [Z or 1, A] part of an origin's movers who go to the pool
    change: Floats  # [T, G, G, 2, A]
    build_unit: Ints
    build_arrivals: Floats  # [n, T, P, A]
    drawn_from: Floats  # [n, Z] part of the arrivals that is drawn from each municipality
    removed: Floats  # [T, M]
    rehoused: Floats  # [T, M]


class Chances(NamedTuple):
    """The drivers as the kernel reads them."""

    scenarios: NDArray[np.uint64]  # [S]
    nation: NDArray[np.uint64]  # [1] keys of places
    districts: NDArray[np.uint64]  # [D]
    municipalities: NDArray[np.uint64]  # [Z]
    units: NDArray[np.uint64]  # [M]
    district_of: Ints  # [Z]
    active: Ints  # [4 levels] 1 where anything is drawn
    mix: Floats  # [4 levels, 4 components, 4] what innovations make of four independent normal numbers
    persistence: Floats  # [4 levels, 4 components]
    town_level: Floats  # [Z or 0, 4] standard deviation of the log of the level that a municipality has in all years
    unit_level: Floats  # [M or 0, 4]


class Sheets(NamedTuple):
    """What to write down: sums of bands in some years, their demographic noise, and (for few scenarios) everybody."""

    row_of_year: Ints  # [T + 1] position in `value`, or -1
    low: Ints  # [K]
    high: Ints  # [K] one after the last age
    sex: Ints  # [K] 0, 1 or 2 for both
    apart: Floats  # [Y, M, K] people held apart
    carry: Floats  # [Y, M, K] noise: what stays of the noise of the year written before
    spread: Floats  # [Y, M, K] noise: standard deviation of what is new
    value: NDArray[np.float32]  # [Y, M, K, S]
    cut: Ints  # [S] how often the noise would have made a band negative and was cut at 0
    people: Floats  # [S or 0, T + 1, P, M, A]


class Room(NamedTuple):
    """The working memory of a block of B scenarios."""

    base: Floats  # [M, B, P, A] who stays, and who came from outside and lives, by age at the start of the year
    mothers: Floats  # [M, B, G] half of the births to those who were there at the start
    shock: Floats  # [M, 4, B] factors of the year under way
    old: Floats  # [4, B] factors of one unit in the year that ends
    unit_state: Floats  # [M, 4, B]
    town_state: Floats  # [Z, 4, B]
    town_log: Floats  # [Z, 4, B] nation, district and municipality together
    district_state: Floats  # [D, 4, B]
    nation_state: Floats  # [1, 4, B]
    town_level: Floats  # [Z or 0, 4, B] logs that stay
    unit_level: Floats  # [M or 0, 4, B]
    fresh: Floats  # [4, B] independent normal numbers
    inbound: Floats  # [Z or 1, B, P, A] what a unit with a share of 1 gets
    outbound: Floats  # [Z or 1, B, P, A] movers by origin
    rooms: Floats  # [Z or 1, X, B] sums of drawn shares by destination
    total: Floats  # [X, B] sums of drawn shares
    there: Floats  # [Z or 0, B, P, A] base by municipality: those whom a new dwelling may draw
    drawn: Floats  # [Z or 0, B, P, A] part of them that it draws
    noise: Floats  # [M, K, B]
    rows: Floats  # [B, P, A + 1] one unit by age at the end of the year; the last age waits to join the open group
    share: Floats  # [A] rates of one unit by age, factors multiplied in
    by_age: Floats  # [5, A] factors: three levels of leaving, two of arriving
    risk: Floats  # [P, A]
    away: Floats  # [P, A]
    inside: Floats  # [P, A]
    outside: Floats  # [P, A] arrivals


def tables(model: Model) -> Tables:
    """Lay a model out for the kernel."""
    steps, groups, _, ages = model.death.shape
    flows, builds, towns = model.flows, model.builds, len(model.municipalities)
    known = np.zeros((towns if flows.origin.size else 1, model.classes))
    np.add.at(known, flows.origin, flows.share.T)
    taken = [removals(model, step) for step in range(steps)]
    fertile = np.flatnonzero(model.birth.any(axis=(0, 1)))
    girls = 1 / (1 + model.boys_per_girl)
    laid_out = Tables(
        start=model.start.transpose(0, 2, 1, 3).reshape(2 * groups, len(model.units), ages),
        death=model.death.reshape(steps, 2 * groups, ages),
        newborn_death=model.newborn_death.reshape(steps, 2 * groups),
        death_factor=model.death_factor,
        birth=model.birth,
        birth_factor=model.birth_factor,
        child=np.kron(model.child_group, np.array([girls, 1 - girls])),
        fertile=np.array([fertile[0], fertile[-1] + 1] if fertile.size else [0, 0]),
        age_class=model.age_class,
        leave=model.leave.reshape(steps, 3, 2 * groups, ages),
        leave_factor=model.leave_factor,
        arrive=model.arrive.reshape(steps, 2, 2 * groups, ages),
        arrive_factor=model.arrive_factor,
        share=model.share,
        home=model.home,
        flow_origin=flows.origin,
        flow_destination=flows.destination,
        flow_share=flows.share[model.age_class].T,
        unknown=1 - known[:, model.age_class],
        change=model.change,
        build_unit=builds.unit,
        build_arrivals=builds.arrivals.reshape(len(builds.unit), steps, 2 * groups, ages),
        drawn_from=builds.origins * builds.from_region[:, None],
        removed=np.array([removed for removed, _ in taken]).reshape(steps, len(model.units)),
        rehoused=np.array([rehoused for _, rehoused in taken]).reshape(steps, len(model.units)),
    )
    return Tables(*(_frozen(entry) for entry in laid_out))  # one type of array: the kernel is compiled once


def _frozen(array: Any) -> Any:
    held = np.ascontiguousarray(array)
    held.flags.writeable = False
    return held


def simulate(model: Tables, chances: Chances, sheets: Sheets, *, threads: int, width: int) -> None:
    """Run all scenarios, `width` at a time on each thread, and fill `sheets.value`, `sheets.cut` and `sheets.people`."""
    count = len(chances.scenarios)
    firsts = range(0, count, width)

    def block(first: int) -> None:
        _run_block(model, chances, sheets, _room(model, chances, sheets, min(width, count - first)), first)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(block, firsts))


def _room(t: Tables, c: Chances, sheets: Sheets, count: int) -> Room:
    pairs, units, ages = t.start.shape
    towns, classes = len(c.municipalities), t.share.shape[2]
    joined, chained = len(t.unknown), towns if t.drawn_from.any() else 0
    rates = (pairs, ages)
    return Room(
        base=np.zeros((units, count, *rates)),
        mothers=np.zeros((units, count, pairs // 2)),
        shock=np.ones((units, 4, count)),
        old=np.ones((4, count)),
        unit_state=np.zeros((units if c.active[UNIT] else 0, 4, count)),
        town_state=np.zeros((towns, 4, count)),
        town_log=np.zeros((towns, 4, count)),
        district_state=np.zeros((len(c.districts), 4, count)),
        nation_state=np.zeros((1, 4, count)),
        town_level=np.zeros((len(c.town_level), 4, count)),
        unit_level=np.zeros((len(c.unit_level), 4, count)),
        fresh=np.zeros((4, count)),
        inbound=np.zeros((joined, count, *rates)),
        outbound=np.zeros((joined, count, *rates)),
        rooms=np.zeros((joined, classes, count)),
        total=np.zeros((classes, count)),
        there=np.zeros((chained, count, *rates)),
        drawn=np.zeros((chained, count, *rates)),
        noise=np.zeros((units, len(sheets.low), count)),
        rows=np.zeros((count, pairs, ages + 1)),
        share=np.zeros(ages),
        by_age=np.zeros((5, ages)),
        risk=np.zeros(rates),
        away=np.zeros(rates),
        inside=np.zeros(rates),
        outside=np.zeros(rates),
    )


@njit(nogil=True, cache=True, fastmath=FAST)
def _run_block(t, c, sheets, room, first):  # type: ignore[no-untyped-def]
    # Names of their own keep the arrays out of the tuples: taking one out costs more than a row.
    base, mothers, rows, inbound, outbound = room.base, room.mothers, room.rows, room.inbound, room.outbound
    shock, old, unit_state, town_log, fresh = room.shock, room.old, room.unit_state, room.town_log, room.fresh
    total, rooms, there, drawn, share = room.total, room.rooms, room.there, room.drawn, room.share
    rates, by_age = (room.risk, room.away, room.inside, room.outside), room.by_age
    birth, fertile, child, newborn_death, klass, home = t.birth, t.fertile, t.child, t.newborn_death, t.age_class, t.home
    death_factor, birth_factor, leave_factor, arrive_factor = t.death_factor, t.birth_factor, t.leave_factor, t.arrive_factor
    death, leave, arrive, shares, removed, rehoused = t.death, t.leave, t.arrive, t.share, t.removed, t.rehoused
    start, change, build_unit, arrivals, row_of_year = t.start, t.change, t.build_unit, t.build_arrivals, sheets.row_of_year
    scenarios, units, mix, persistence = c.scenarios, c.units, c.mix, c.persistence
    value, low, high, sex, apart, people = sheets.value, sheets.low, sheets.high, sheets.sex, sheets.apart, sheets.people
    noise, cut, carry, spread = room.noise, sheets.cut, sheets.carry, sheets.spread
    own, noisy, steps = c.active[UNIT] == 1, spread.any(), len(death)
    unit_level = room.unit_level
    _draw_levels(room.town_level, c.town_level, c.municipalities, scenarios, first)
    _draw_levels(unit_level, c.unit_level, units, scenarios, first)
    any_driver = c.active.any() or c.town_level.any() or c.unit_level.any()
    for step in range(-1, steps):  # -1 only writes the start down and prepares the first year
        begins, y = step + 1 < steps, row_of_year[step + 1]
        if step >= 0:
            _forget(inbound)
            _send(inbound, outbound, t.flow_origin, t.flow_destination, t.flow_share)
            _share_out(inbound, outbound, total, rooms, t.unknown, klass)
            _draw_for_dwellings(drawn, there, t.drawn_from, arrivals, step)
        if begins:
            _draw_places(c, room, first, step + 1)
        for m in range(start.shape[1]):
            z = home[m]
            if any_driver:
                old[:] = shock[m]
                if begins and own:
                    _walk(unit_state, m, fresh, scenarios, first, units[m], mix, persistence, UNIT, step + 1)
                if begins:
                    _join(shock, town_log, unit_state, unit_level, m, z)
            if step < 0:
                _begin(rows, start, m)
            else:
                _read_share(share, shares, klass, m, step)
                _arrive(rows, base, share, inbound, old, m, z)
                if len(build_unit):
                    _build(rows, base, drawn, build_unit, arrivals, m, z, step)
                if len(child) > 1:
                    _change_group(rows, change, step)
                risk = death_factor[step, m]
                _bear(rows, mothers, birth, fertile, child, newborn_death, old, m, step, birth_factor[step, m], risk)
            if y >= 0:
                _sum_bands(value, rows, low, high, sex, apart, m, y, first)
                if noisy:
                    _add_noise(value, noise, fresh, cut, carry, spread, scenarios, units[m], m, y, first)
            if len(people):
                _copy(people, rows, m, step + 1, first)
            if begins:
                _read_factors(by_age, leave_factor, arrive_factor, shares, klass, m, step + 1)
                _read_rates(rates, by_age, death, leave, arrive, death_factor[step + 1, m], step + 1)
                _leave(rows, base, outbound, rates, shock, m, z)
                if removed[step + 1, m] > 0:
                    _remove(rows, base, outbound, rates, shock, m, z, removed[step + 1, m], rehoused[step + 1, m])
                _count_mothers(mothers, rows, birth, fertile, m, step + 1)
                _count_attraction(total, rooms, shares, shock, m, z, step + 1)
                if len(there):
                    _count_there(there, base, m, z)


@njit(nogil=True, cache=True, fastmath=FAST)
def _send(inbound, outbound, origins, destinations, shares):  # type: ignore[no-untyped-def]
    """Send movers to the municipality that is known."""
    _, count, pairs, ages = inbound.shape
    for flow in range(len(origins)):
        origin, to = origins[flow], destinations[flow]
        for b in range(count):
            for p in range(pairs):
                for a in range(ages):
                    inbound[to, b, p, a] += shares[flow, a] * outbound[origin, b, p, a]


@njit(nogil=True, cache=True, fastmath=FAST)
def _share_out(inbound, outbound, total, rooms, unknown, age_class):  # type: ignore[no-untyped-def]
    """Add the pool of those whose destination is not known, for a unit with a share of 1; begin a new pool."""
    joined, count, pairs, ages = inbound.shape
    part, pool = np.empty(ages), np.empty((pairs, ages))
    for b in range(count):
        for a in range(ages):
            part[a] = 1 / total[age_class[a], b]
        for p in range(pairs):
            for a in range(ages):
                pool[p, a] = 0.0
            for z in range(joined):
                for a in range(ages):
                    pool[p, a] += unknown[z, a] * part[a] * outbound[z, b, p, a]
                    outbound[z, b, p, a] = 0.0
        for z in range(joined):
            for a in range(ages):
                room = rooms[z, age_class[a], b]
                part[a] = 1 / room if room > 0 else 0.0
            for p in range(pairs):
                for a in range(ages):
                    inbound[z, b, p, a] = inbound[z, b, p, a] * part[a] + pool[p, a]
        total[:, b] = 0.0
        rooms[:, :, b] = 0.0


@njit(nogil=True, cache=True, fastmath=FAST)
def _forget(inbound):  # type: ignore[no-untyped-def]
    for z in range(inbound.shape[0]):
        for b in range(inbound.shape[1]):
            for p in range(inbound.shape[2]):
                for a in range(inbound.shape[3]):
                    inbound[z, b, p, a] = 0.0


@njit(nogil=True, cache=True, fastmath=FAST)
def _draw_for_dwellings(drawn, there, drawn_from, arrivals, step):  # type: ignore[no-untyped-def]
    towns, count, pairs, ages = there.shape
    wanted = np.empty((pairs, ages))
    for z in range(towns):
        for p in range(pairs):
            for a in range(ages):
                wanted[p, a] = 0.0
            for n in range(len(arrivals)):
                for a in range(ages):
                    wanted[p, a] += drawn_from[n, z] * arrivals[n, step, p, a]
            for b in range(count):
                for a in range(ages):
                    living = there[z, b, p, a] if there[z, b, p, a] > 0 else 1.0
                    drawn[z, b, p, a] = wanted[p, a] / living if wanted[p, a] < there[z, b, p, a] else 1.0
                    there[z, b, p, a] = 0.0


@njit(nogil=True, cache=True, fastmath=FAST)
def _draw_places(c, room, first, step):  # type: ignore[no-untyped-def]
    """Draw the drivers of nation, districts and municipalities for a year, and add them up."""
    places = c.nation, c.districts, c.municipalities
    for level, state in enumerate((room.nation_state, room.district_state, room.town_state)):
        if c.active[level]:
            for at in range(len(state)):
                _walk(state, at, room.fresh, c.scenarios, first, places[level][at], c.mix, c.persistence, level, step)
    for z in range(len(room.town_log)):
        d = c.district_of[z]
        for i in range(4):
            for b in range(room.town_log.shape[2]):
                sum_of_logs = room.nation_state[0, i, b] + room.district_state[d, i, b] + room.town_state[z, i, b]
                room.town_log[z, i, b] = sum_of_logs + (room.town_level[z, i, b] if len(room.town_level) else 0.0)


@njit(nogil=True, cache=True, fastmath=FAST)
def _draw_levels(levels, spread, places, scenarios, first):  # type: ignore[no-untyped-def]
    """Draw how far each place's level is off in all years alike."""
    for at in range(len(levels)):
        for i in range(4):
            for b in range(levels.shape[2]):
                levels[at, i, b] = spread[at, i] * normal(scenarios[first + b], places[at], LEVEL + i)


@njit(nogil=True, cache=True, fastmath=FAST)
def _walk(state, at, fresh, scenarios, first, place, mix, persistence, level, step):  # type: ignore[no-untyped-def]
    """Take the AR(1) of a place one year on, its four components together."""
    count = state.shape[2]
    for j in range(4):
        for b in range(count):
            fresh[j, b] = normal(scenarios[first + b], place, 4 * step + j)
    for i in range(4):
        for b in range(count):
            new = persistence[level, i] * state[at, i, b]
            for j in range(4):
                new += mix[level, i, j] * fresh[j, b]
            state[at, i, b] = new


@njit(nogil=True, cache=True, fastmath=FAST)
def _join(shock, town_log, unit_state, unit_level, m, z):  # type: ignore[no-untyped-def]
    """Make the factors of a unit from the logs of all that it belongs to."""
    for i in range(4):
        for b in range(shock.shape[2]):
            own = unit_state[m, i, b] if len(unit_state) else 0.0
            own += unit_level[m, i, b] if len(unit_level) else 0.0
            shock[m, i, b] = np.exp(town_log[z, i, b] + own)


@njit(nogil=True, cache=True, fastmath=FAST)
def _read_factors(by_age, leave_factor, arrive_factor, share, age_class, m, step):  # type: ignore[no-untyped-def]
    for a in range(len(age_class)):
        x = age_class[a]
        for level in range(3):
            by_age[level, a] = leave_factor[step, level, x, m]
        for source in range(2):
            by_age[3 + source, a] = arrive_factor[step, source, m] * share[step, 1 + source, x, m]


@njit(nogil=True, cache=True, fastmath=FAST)
def _read_rates(rates, by_age, death, leave, arrive, death_factor, step):  # type: ignore[no-untyped-def]
    """Multiply the rates of a year with the factors of a unit."""
    risk, away, inside, outside = rates
    for p in range(risk.shape[0]):
        for a in range(risk.shape[1]):
            risk[p, a] = death[step, p, a] * death_factor
            inside[p, a] = leave[step, 0, p, a] * by_age[0, a]
        for a in range(risk.shape[1]):
            away[p, a] = leave[step, 1, p, a] * by_age[1, a] + leave[step, 2, p, a] * by_age[2, a]
        for a in range(risk.shape[1]):
            outside[p, a] = arrive[step, 0, p, a] * by_age[3, a] + arrive[step, 1, p, a] * by_age[4, a]


@njit(nogil=True, cache=True, fastmath=FAST)
def _read_share(own, share, age_class, m, step):  # type: ignore[no-untyped-def]
    for a in range(len(own)):
        own[a] = share[step, 0, age_class[a], m]


@njit(nogil=True, cache=True, fastmath=FAST)
def _begin(rows, start, m):  # type: ignore[no-untyped-def]
    for b in range(len(rows)):
        for p in range(start.shape[0]):
            for a in range(start.shape[2]):
                rows[b, p, a] = start[p, m, a]


@njit(nogil=True, cache=True, fastmath=FAST)
def _arrive(rows, base, share, inbound, shock, m, z):  # type: ignore[no-untyped-def]
    """Add those who arrive to the base, by age at the start of the year plus 1."""
    home = z if len(inbound) > 1 else 0
    for b in range(base.shape[1]):
        attraction = shock[ARRIVE, b]
        for p in range(base.shape[2]):
            for a in range(base.shape[3]):
                rows[b, p, a + 1] = base[m, b, p, a] + share[a] * attraction * inbound[home, b, p, a]


@njit(nogil=True, cache=True, fastmath=FAST)
def _build(rows, base, drawn, places, arrivals, m, z, step):  # type: ignore[no-untyped-def]
    """Let people move out to new dwellings elsewhere, and into those of the unit."""
    _, count, pairs, ages = base.shape
    for b in range(count):
        for p in range(pairs):
            if len(drawn):
                for a in range(ages):
                    rows[b, p, a + 1] -= base[m, b, p, a] * drawn[z, b, p, a]
            for n in range(len(places)):
                if places[n] == m:
                    for a in range(ages):
                        rows[b, p, a + 1] += arrivals[n, step, p, a]


@njit(nogil=True, cache=True, fastmath=FAST)
def _change_group(rows, change, step):  # type: ignore[no-untyped-def]
    _, groups, _, sexes, ages = change.shape
    before = np.empty((groups, ages))
    for b in range(len(rows)):
        for s in range(sexes):
            for g in range(groups):
                for a in range(ages):
                    before[g, a] = rows[b, 2 * g + s, a + 1]
            for i in range(groups):
                for j in range(groups):
                    if i != j:
                        for a in range(ages):
                            moved = change[step, i, j, s, a] * before[i, a]
                            rows[b, 2 * i + s, a + 1] -= moved
                            rows[b, 2 * j + s, a + 1] += moved


@njit(nogil=True, cache=True, fastmath=FAST)
def _bear(rows, mothers, birth, fertile, child, newborn_death, shock, m, step, factor, risk):  # type: ignore[no-untyped-def]
    """Put the newborn into the first place of the rows, and the two last ages together."""
    count, pairs, ages = rows.shape[0], rows.shape[1], rows.shape[2] - 1
    for b in range(count):
        for p in range(pairs):
            rows[b, p, 0] = 0.0
        for g in range(pairs // 2):
            births = 0.0
            for a in range(fertile[0], fertile[1]):
                births += birth[step, g, a] * rows[b, 2 * g, a + 1]
            births = (mothers[m, b, g] + births / 2) * factor * shock[BIRTH, b]
            for p in range(pairs):
                dying = newborn_death[step, p] * risk * shock[DEATH, b]
                rows[b, p, 0] += births * child[g, p] * (1 - dying if dying < 1 else 0.0)
        for p in range(pairs):
            rows[b, p, ages - 1] += rows[b, p, ages]


@njit(nogil=True, cache=True, fastmath=FAST)
def _copy(people, rows, m, year, first):  # type: ignore[no-untyped-def]
    for b in range(rows.shape[0]):
        for p in range(rows.shape[1]):
            for a in range(rows.shape[2] - 1):
                people[first + b, year, p, m, a] = rows[b, p, a]


@njit(nogil=True, cache=True, fastmath=FAST)
def _sum_bands(value, rows, low, high, sex, apart, m, y, first):  # type: ignore[no-untyped-def]
    for k in range(len(low)):
        for b in range(len(rows)):
            people = apart[y, m, k]
            for p in range(rows.shape[1]):
                if sex[k] == 2 or sex[k] == p % 2:
                    for a in range(low[k], high[k]):
                        people += rows[b, p, a]
            value[y, m, k, first + b] = people


@njit(nogil=True, cache=True, fastmath=FAST)
def _add_noise(value, noise, fresh, cut, carry, spread, scenarios, place, m, y, first):  # type: ignore[no-untyped-def]
    """Add what chance does to the few: a walk that keeps as much of its last value as the band keeps of its people."""
    bands, count = noise.shape[1], noise.shape[2]
    for k in range(bands):
        for b in range(count):
            fresh[0, b] = normal(scenarios[first + b], place, NOISE + y * bands + k)
        for b in range(count):
            noise[m, k, b] = carry[y, m, k] * noise[m, k, b] + spread[y, m, k] * fresh[0, b]
            people = value[y, m, k, first + b] + noise[m, k, b]
            if people < 0:
                cut[first + b] += 1
            value[y, m, k, first + b] = people if people > 0 else 0.0


@njit(nogil=True, cache=True, fastmath=FAST)
def _leave(rows, base, outbound, rates, shock, m, z):  # type: ignore[no-untyped-def]
    """Let the year take those who die, leave and move; keep who stays and who comes from outside as the base."""
    risk, away, inside, outside = rates
    origin = z if len(outbound) > 1 else 0
    for b in range(base.shape[1]):
        died, leaving, arriving = shock[m, DEATH, b], shock[m, LEAVE, b], shock[m, ARRIVE, b]
        for p in range(base.shape[2]):
            for a in range(base.shape[3]):
                alive = 1 - risk[p, a] * died
                alive = alive if alive > 0.0 else 0.0
                there = 1 - away[p, a] * leaving
                there = there if there > 0.0 else 0.0
                move = inside[p, a] * leaving
                move = move if move < 1.0 else 1.0
                living = rows[b, p, a] * alive * there
                movers = living * move
                outbound[origin, b, p, a] += movers
                base[m, b, p, a] = living - movers + outside[p, a] * arriving * (0.5 + 0.5 * alive)


@njit(nogil=True, cache=True, fastmath=FAST)
def _remove(rows, base, outbound, rates, shock, m, z, removed, rehoused):  # type: ignore[no-untyped-def]
    """Take people out of homes that are torn down: correct what `_leave` left, for those who neither died nor left."""
    risk, away, inside, _ = rates
    origin = z if len(outbound) > 1 else 0
    living = np.empty_like(risk)
    for b in range(base.shape[1]):
        total = 0.0
        for p in range(base.shape[2]):
            for a in range(base.shape[3]):
                alive = 1 - min(risk[p, a] * shock[m, DEATH, b], 1.0)
                living[p, a] = rows[b, p, a] * alive * (1 - min(away[p, a] * shock[m, LEAVE, b], 1.0))
                total += living[p, a]
        lost = min(removed / total, 1.0) if total > 0 else 0.0
        for p in range(base.shape[2]):
            for a in range(base.shape[3]):
                move = min(inside[p, a] * shock[m, LEAVE, b], 1.0)
                base[m, b, p, a] -= living[p, a] * lost * (1 - move)
                outbound[origin, b, p, a] += living[p, a] * lost * (rehoused - move)


@njit(nogil=True, cache=True, fastmath=FAST)
def _count_mothers(mothers, rows, birth, fertile, m, step):  # type: ignore[no-untyped-def]
    for b in range(len(rows)):
        for g in range(mothers.shape[2]):
            births = 0.0
            for a in range(fertile[0], fertile[1]):
                births += birth[step, g, a] * rows[b, 2 * g, a]
            mothers[m, b, g] = births / 2


@njit(nogil=True, cache=True, fastmath=FAST)
def _count_attraction(total, rooms, share, shock, m, z, step):  # type: ignore[no-untyped-def]
    home = z if len(rooms) > 1 else 0
    for x in range(total.shape[0]):
        for b in range(total.shape[1]):
            attraction = share[step, 0, x, m] * shock[m, ARRIVE, b]
            total[x, b] += attraction
            rooms[home, x, b] += attraction


@njit(nogil=True, cache=True, fastmath=FAST)
def _count_there(there, base, m, z):  # type: ignore[no-untyped-def]
    for b in range(base.shape[1]):
        for p in range(base.shape[2]):
            for a in range(base.shape[3]):
                there[z, b, p, a] += base[m, b, p, a]
