"""The step of `step.py` for many scenarios at once, compiled: same sums, other order, same result to 1e-9.

A thread carries a block of scenarios through all years. For each unit it takes the base (who stays, and who came from outside),
adds what the pool brings, counts births and bands, and prepares at once what the unit gives to the next year's pool, while
the row is in the cache. Scenarios share nothing, so results do not depend on threads or blocks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from allmende.projection.chance import normal
from allmende.projection.model import FEMALE, Floats, Ints, Model
from allmende.projection.step import removals

FAST = {"contract", "reassoc", "nsz", "arcp"}
"""Liberties of the compiler that change the last bits of a sum and nothing else."""

BIRTH, DEATH, LEAVE, ARRIVE = 0, 1, 2, 3
NATION, DISTRICT, MUNICIPALITY, UNIT = 0, 1, 2, 3


class Tables(NamedTuple):
    """A model as the kernel reads it; names and axes as in `Model`."""

    start: Floats
    death: Floats
    newborn_death: Floats
    death_factor: Floats
    birth: Floats
    birth_factor: Floats
    girls: float
    child_group: Floats
    age_class: Ints
    leave: Floats
    leave_factor: Floats
    arrive: Floats
    arrive_factor: Floats
    share: Floats
    home: Ints  # [M]
    flow_origin: Ints
    flow_destination: Ints
    flow_share: Floats
    known: Floats  # [Z, X] part of an origin's movers whose destination is known
    change: Floats
    build_unit: Ints
    build_arrivals: Floats
    build_from_region: Floats
    build_origins: Floats
    removed: Floats  # [T, M]
    rehoused: Floats  # [T, M]
    fertile: Ints  # [2] first and last age of mothers


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


class Sheets(NamedTuple):
    """What to write down: sums of bands in some years, their demographic noise, and (for few scenarios) everybody."""

    row_of_year: Ints  # [T + 1] position in `value`, or -1
    low: Ints  # [K]
    high: Ints  # [K] included
    sex: Ints  # [K] 0, 1 or 2 for both
    apart: Floats  # [Y, M, K] people held apart
    carry: Floats  # [Y, M, K] noise: what stays of the noise of the year written before
    spread: Floats  # [Y, M, K] noise: standard deviation of what is new
    value: NDArray[np.float32]  # [Y, M, K, S]
    cut: Ints  # [S] how often the noise would have made a band negative and was cut at 0
    people: Floats  # [S or 0, T + 1, G, M, 2, A]


class Room(NamedTuple):
    """The working memory of a block of B scenarios."""

    base: Floats  # [M, B, G, 2, A] who stays, and who came from outside and lives, by age at the start of the year
    mothers: Floats  # [M, B, G] half of the births to those who were there at the start
    shock: Floats  # [M, 4, B] factors of the year under way
    unit_state: Floats  # [M, 4, B]
    town_state: Floats  # [Z, 4, B]
    town_log: Floats  # [Z, 4, B] nation, district and municipality together
    district_state: Floats  # [D, 4, B]
    nation_state: Floats  # [4, B]
    fresh: Floats  # [4, B] independent normal numbers
    inbound: Floats  # [Z or 1, B, G, 2, A] what a unit with a share of 1 gets
    outbound: Floats  # [Z or 1, B, G, 2, A] movers by origin
    rooms: Floats  # [Z or 1, X, B] sums of drawn shares by destination
    total: Floats  # [X, B]
    there: Floats  # [Z or 0, B, G, 2, A] base by municipality: those whom a new dwelling may draw
    drawn: Floats  # [Z or 0, B, G, 2, A] part of them that it draws
    noise: Floats  # [M, K, B]
    rows: Floats  # [G, 2, A + 1] one unit, one scenario; the last row waits to join the open group
    old: Floats  # [4, B] factors of one unit in the year that ends
    share: Floats  # [A] rates of one unit by age, factors multiplied in
    risk: Floats  # [G, 2, A]
    away: Floats  # [G, 2, A]
    inside: Floats  # [G, 2, A]
    outside: Floats  # [G, 2, A] arrivals


def tables(model: Model) -> Tables:
    """Lay a model out for the kernel."""
    flows, builds = model.flows, model.builds
    known = np.zeros((len(model.municipalities), model.classes))
    np.add.at(known, flows.origin, flows.share.T)
    taken = [removals(model, step) for step in range(model.steps)]
    ages = np.flatnonzero(model.birth.any(axis=(0, 1)))
    return Tables(
        start=model.start,
        death=model.death,
        newborn_death=model.newborn_death,
        death_factor=model.death_factor,
        birth=model.birth,
        birth_factor=model.birth_factor,
        girls=1 / (1 + model.boys_per_girl),
        child_group=model.child_group,
        age_class=model.age_class,
        leave=model.leave,
        leave_factor=model.leave_factor,
        arrive=model.arrive,
        arrive_factor=model.arrive_factor,
        share=model.share,
        home=model.home,
        flow_origin=flows.origin,
        flow_destination=flows.destination,
        flow_share=flows.share,
        known=known,
        change=model.change,
        build_unit=builds.unit,
        build_arrivals=builds.arrivals,
        build_from_region=builds.from_region,
        build_origins=builds.origins,
        removed=np.array([removed for removed, _ in taken]).reshape(model.steps, len(model.units)),
        rehoused=np.array([rehoused for _, rehoused in taken]).reshape(model.steps, len(model.units)),
        fertile=np.array([ages[0], ages[-1]] if ages.size else [0, -1]),
    )


@njit(parallel=True, cache=True, fastmath=FAST)
def simulate(t: Tables, c: Chances, sheets: Sheets, width: int) -> None:
    """Run all scenarios, `width` of them at a time on each thread, and fill `sheets.value` and `sheets.people`."""
    count = len(c.scenarios)
    for block in prange((count + width - 1) // width):
        first = block * width
        _run_block(t, c, sheets, first, min(width, count - first))


@njit(cache=True, fastmath=FAST)
def _run_block(t, c, sheets, first, count):  # type: ignore[no-untyped-def]
    room = _make_room(t, c, sheets, count)
    units, steps = t.start.shape[1], t.death.shape[0]
    for step in range(-1, steps):  # -1 writes the start down and prepares the first year
        if step >= 0:
            _settle(t, room, step)
        if step + 1 < steps:
            _draw_places(c, room, first, step + 1)
        for m in range(units):
            room.old[:] = room.shock[m]
            if step + 1 < steps:
                _draw_unit(t, c, room, first, m, step + 1)
            _pass_unit(t, sheets, room, first, m, step)
    return


@njit(cache=True, fastmath=FAST)
def _make_room(t, c, sheets, count):  # type: ignore[no-untyped-def]
    groups, units, _, ages = t.start.shape
    towns, classes = t.known.shape
    joined = towns if len(t.flow_origin) else 1
    chained = towns if t.build_from_region.any() else 0
    shape = (count, groups, 2, ages)
    return Room(
        np.zeros((units, *shape)),
        np.zeros((units, count, groups)),
        np.ones((units, 4, count)),
        np.zeros((units if c.active[UNIT] else 0, 4, count)),
        np.zeros((towns, 4, count)),
        np.zeros((towns, 4, count)),
        np.zeros((len(c.districts), 4, count)),
        np.zeros((4, count)),
        np.zeros((4, count)),
        np.zeros((joined, *shape)),
        np.zeros((joined, *shape)),
        np.zeros((joined, classes, count)),
        np.zeros((classes, count)),
        np.zeros((chained, *shape)),
        np.zeros((chained, *shape)),
        np.zeros((units, len(sheets.low), count)),
        np.zeros((groups, 2, ages + 1)),
        np.ones((4, count)),
        np.zeros(ages),
        np.zeros((groups, 2, ages)),
        np.zeros((groups, 2, ages)),
        np.zeros((groups, 2, ages)),
        np.zeros((groups, 2, ages)),
    )


@njit(cache=True, fastmath=FAST)
def _settle(t, room, step):  # type: ignore[no-untyped-def]
    """Turn movers by origin into what a unit with a share of 1 gets; see who may be drawn into new dwellings."""
    joined, count, groups, _, ages = room.inbound.shape
    room.inbound[:] = 0
    for z in range(joined):
        for b in range(count):
            for g in range(groups):
                for s in range(2):
                    for a in range(ages):
                        unknown = 1 - t.known[z, t.age_class[a]] if len(t.flow_origin) else 1.0
                        room.inbound[0, b, g, s, a] += unknown * room.outbound[z, b, g, s, a] / room.total[t.age_class[a], b]
    for z in range(1, joined):
        room.inbound[z] = room.inbound[0]
    for f in range(len(t.flow_origin)):
        origin, to = t.flow_origin[f], t.flow_destination[f]
        for b in range(count):
            for g in range(groups):
                for s in range(2):
                    for a in range(ages):
                        x = t.age_class[a]
                        part = t.flow_share[x, f]
                        if part > 0:
                            room.inbound[to, b, g, s, a] += part * room.outbound[origin, b, g, s, a] / room.rooms[to, x, b]
    room.outbound[:] = 0
    room.total[:] = 0
    room.rooms[:] = 0
    if len(room.there):
        _draw_for_dwellings(t, room, step)


@njit(cache=True, fastmath=FAST)
def _draw_for_dwellings(t, room, step):  # type: ignore[no-untyped-def]
    towns, count, groups, _, ages = room.there.shape
    for z in range(towns):
        for g in range(groups):
            for s in range(2):
                for a in range(ages):
                    wanted = 0.0
                    for n in range(len(t.build_unit)):
                        wanted += t.build_from_region[n] * t.build_origins[n, z] * t.build_arrivals[n, step, g, s, a]
                    for b in range(count):
                        living = room.there[z, b, g, s, a]
                        room.drawn[z, b, g, s, a] = min(wanted / living, 1.0) if living > 0 else 0.0
    room.there[:] = 0


@njit(cache=True, fastmath=FAST)
def _draw_places(c, room, first, step):  # type: ignore[no-untyped-def]
    """Draw the drivers of nation, districts and municipalities for a year."""
    if c.active[NATION]:
        _walk(c, room, room.nation_state, c.nation[0], NATION, first, step)
    if c.active[DISTRICT]:
        for d in range(len(c.districts)):
            _walk(c, room, room.district_state[d], c.districts[d], DISTRICT, first, step)
    for z in range(len(c.municipalities)):
        if c.active[MUNICIPALITY]:
            _walk(c, room, room.town_state[z], c.municipalities[z], MUNICIPALITY, first, step)
        room.town_log[z] = room.nation_state + room.district_state[c.district_of[z]] + room.town_state[z]


@njit(cache=True, fastmath=FAST)
def _walk(c, room, state, place, level, first, step):  # type: ignore[no-untyped-def]
    """Take the AR(1) of a place one year on, its four components together [4, B]."""
    count = state.shape[1]
    for j in range(4):
        for b in range(count):
            room.fresh[j, b] = normal(c.scenarios[first + b], place, 4 * step + j)
    for i in range(4):
        for b in range(count):
            state[i, b] *= c.persistence[level, i]
        for j in range(i + 1):
            for b in range(count):
                state[i, b] += c.mix[level, i, j] * room.fresh[j, b]


@njit(cache=True, fastmath=FAST)
def _draw_unit(t, c, room, first, m, step):  # type: ignore[no-untyped-def]
    if not c.active.any():
        return
    shock, log = room.shock[m], room.town_log[t.home[m]]
    if c.active[UNIT]:
        _walk(c, room, room.unit_state[m], c.units[m], UNIT, first, step)
        for i in range(4):
            for b in range(shock.shape[1]):
                shock[i, b] = np.exp(log[i, b] + room.unit_state[m, i, b])
    else:
        for i in range(4):
            for b in range(shock.shape[1]):
                shock[i, b] = np.exp(log[i, b])


@njit(cache=True, fastmath=FAST)
def _pass_unit(t, sheets, room, first, m, step):  # type: ignore[no-untyped-def]
    """Finish year `step` of a unit in all scenarios of the block, and begin the next."""
    steps, count = t.death.shape[0], room.base.shape[1]
    if step >= 0:
        for a in range(len(room.share)):
            room.share[a] = t.share[step, 0, t.age_class[a], m]
    if step + 1 < steps:
        _read_rates(t, room, m, step + 1)
    for b in range(count):
        if step < 0:
            room.rows[:, :, :-1] = t.start[:, m]
        else:
            _arrive(t, room, m, b, step)
            _age(t, room, m, b, step)
        _write(sheets, room, m, b, first + b, step + 1)
        if step + 1 < steps:
            _leave(t, room, m, b, step + 1)


@njit(cache=True, fastmath=FAST)
def _read_rates(t, room, m, step):  # type: ignore[no-untyped-def]
    groups, _, ages = room.risk.shape
    for a in range(ages):
        x = t.age_class[a]
        inside = t.leave_factor[step, 0, x, m]
        country, abroad = t.leave_factor[step, 1, x, m], t.leave_factor[step, 2, x, m]
        from_country = t.arrive_factor[step, 0, m] * t.share[step, 1, x, m]
        from_abroad = t.arrive_factor[step, 1, m] * t.share[step, 2, x, m]
        for g in range(groups):
            for s in range(2):
                room.risk[g, s, a] = t.death[step, g, s, a] * t.death_factor[step, m]
                room.inside[g, s, a] = t.leave[step, 0, g, s, a] * inside
                room.away[g, s, a] = t.leave[step, 1, g, s, a] * country + t.leave[step, 2, g, s, a] * abroad
                arrivals = t.arrive[step, 0, g, s, a] * from_country + t.arrive[step, 1, g, s, a] * from_abroad
                room.outside[g, s, a] = arrivals


@njit(inline="always")
def _arrive(t, room, m, b, step):  # type: ignore[no-untyped-def]
    """Fill `rows` with those who live in the unit at the end of the year, by age at its start plus 1."""
    groups, _, ages = room.risk.shape
    z = t.home[m] if len(room.inbound) > 1 else 0
    drawn = room.old[ARRIVE, b]
    for g in range(groups):
        for s in range(2):
            for a in range(ages):
                room.rows[g, s, a + 1] = room.base[m, b, g, s, a] + room.share[a] * drawn * room.inbound[z, b, g, s, a]
    if len(room.there):
        z = t.home[m]
        for g in range(groups):
            for s in range(2):
                for a in range(ages):
                    room.rows[g, s, a + 1] -= room.base[m, b, g, s, a] * room.drawn[z, b, g, s, a]
    for n in range(len(t.build_unit)):
        if t.build_unit[n] == m:
            for g in range(groups):
                for s in range(2):
                    for a in range(ages):
                        room.rows[g, s, a + 1] += t.build_arrivals[n, step, g, s, a]
    if groups > 1:
        _change_group(t, room, step)


@njit(cache=True, fastmath=FAST)
def _change_group(t, room, step):  # type: ignore[no-untyped-def]
    groups, _, ages = room.risk.shape
    before = np.empty(groups)
    for s in range(2):
        for a in range(ages):
            for g in range(groups):
                before[g] = room.rows[g, s, a + 1]
            for i in range(groups):
                for j in range(groups):
                    moved = t.change[step, i, j, s, a] * before[i]
                    room.rows[i, s, a + 1] -= moved
                    room.rows[j, s, a + 1] += moved


@njit(inline="always")
def _age(t, room, m, b, step):  # type: ignore[no-untyped-def]
    """Put the newborn into row 0, and the two last rows together."""
    groups, _, ages = room.risk.shape
    room.rows[:, :, 0] = 0
    risk = t.death_factor[step, m] * room.old[DEATH, b]
    for i in range(groups):
        births = 0.0
        for a in range(t.fertile[0], t.fertile[1] + 1):
            births += t.birth[step, i, a] * room.rows[i, FEMALE, a + 1]
        births = (room.mothers[m, b, i] + births / 2) * t.birth_factor[step, m] * room.old[BIRTH, b]
        for j in range(groups):
            for s in range(2):
                part = t.girls if s == FEMALE else 1 - t.girls
                dying = min(t.newborn_death[step, j, s] * risk, 1.0)
                room.rows[j, s, 0] += births * t.child_group[i, j] * part * (1 - dying)
    for g in range(groups):
        for s in range(2):
            room.rows[g, s, ages - 1] += room.rows[g, s, ages]


@njit(inline="always")
def _write(sheets, room, m, b, scenario, year):  # type: ignore[no-untyped-def]
    """Write down the bands of a unit, with noise, and everybody if asked for."""
    groups, _, ages = room.risk.shape
    y = sheets.row_of_year[year]
    if y >= 0:
        for k in range(len(sheets.low)):
            people = sheets.apart[y, m, k]
            for g in range(groups):
                for s in range(2):
                    if sheets.sex[k] == s or sheets.sex[k] == 2:
                        for a in range(sheets.low[k], sheets.high[k] + 1):
                            people += room.rows[g, s, a]
            sheets.value[y, m, k, scenario] = people
    if len(sheets.people):
        for g in range(groups):
            for s in range(2):
                for a in range(ages):
                    sheets.people[scenario, year, g, m, s, a] = room.rows[g, s, a]


@njit(inline="always")
def _leave(t, room, m, b, step):  # type: ignore[no-untyped-def]
    """Let the year take those who die, leave and move; keep who stays and who comes from outside as the base."""
    groups, _, ages = room.risk.shape
    died, leaving, arriving = room.shock[m, DEATH, b], room.shock[m, LEAVE, b], room.shock[m, ARRIVE, b]
    z = t.home[m] if len(room.outbound) > 1 else 0
    lost = _lost(t, room, m, step, died, leaving) if t.removed[step, m] > 0 else 0.0
    kept, back = 1 - lost, lost * t.rehoused[step, m]
    for g in range(groups):
        for s in range(2):
            for a in range(ages):
                risk = min(room.risk[g, s, a] * died, 1.0)
                living = room.rows[g, s, a] * (1 - risk) * (1 - min(room.away[g, s, a] * leaving, 1.0))
                inside = min(room.inside[g, s, a] * leaving, 1.0)
                room.outbound[z, b, g, s, a] += living * (kept * inside + back)
                room.base[m, b, g, s, a] = living * kept * (1 - inside) + room.outside[g, s, a] * arriving * (1 - risk / 2)
        births = 0.0
        for a in range(t.fertile[0], t.fertile[1] + 1):
            births += t.birth[step, g, a] * room.rows[g, FEMALE, a]
        room.mothers[m, b, g] = births / 2
    for x in range(len(room.total)):
        attraction = t.share[step, 0, x, m] * arriving
        room.total[x, b] += attraction
        room.rooms[z, x, b] += attraction
    if len(room.there):
        room.there[t.home[m], b] += room.base[m, b]


@njit(cache=True, fastmath=FAST)
def _lost(t, room, m, step, died, leaving):  # type: ignore[no-untyped-def]
    """Return the part of the unit's people who lose their home."""
    groups, _, ages = room.risk.shape
    living = 0.0
    for g in range(groups):
        for s in range(2):
            for a in range(ages):
                stayed = 1 - min(room.away[g, s, a] * leaving, 1.0)
                living += room.rows[g, s, a] * (1 - min(room.risk[g, s, a] * died, 1.0)) * stayed
    return min(t.removed[step, m] / living, 1.0) if living > 0 else 0.0
