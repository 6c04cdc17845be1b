"""The step of `step.py` for many scenarios at once, compiled: same sums, other order, same result to 1e-9.

A thread carries a block of B scenarios through all years. For each unit it multiplies rates with factors once; then, one
scenario after the other, it takes the base (who stays, and who came from outside), adds what the pool brings, counts births
and bands, and prepares at once what the unit gives to the next year's pool, while the row is in the cache. Scenarios share
nothing, so results do not depend on threads or blocks.

Leaf functions take plain arrays and a position, and their indices are counters of loops: what the compiler cannot prove to
be 0 or more it reads number by number, not by vectors. They stand in one file because the cache of compiled code looks at
one file only.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import numpy as np
from numba import njit

from allmende.projection.chance import mixed, normal_of
from allmende.projection.hints import prefer_wide_vectors, prefetch
from allmende.projection.layout import UNIT, VECTOR, Chances, Room, Sheets, Tables, room

FAST = {"contract", "reassoc", "nsz", "arcp"}
"""Liberties of the compiler that change the last bits of a sum and nothing else."""

BIRTH, DEATH, LEAVE, ARRIVE = 0, 1, 2, 3
RISK, AWAY, INSIDE, OUTSIDE = 0, 1, 2, 3
LEVEL, NOISE = 900_000, 1_000_000
"""Numbers of addresses from here on belong to levels and to the noise of bands, those below to drivers."""

AHEAD = 2
"""Rows between the one in hand and the one that memory is asked for."""

# Leaves become part of the block, so that its hints hold for them. A check for division by 0 keeps a loop out of vectors.
leaf = njit(nogil=True, fastmath=FAST, inline="always", error_model="numpy")


def simulate(model: Tables, chances: Chances, sheets: Sheets, *, threads: int, width: int) -> None:
    """Run all scenarios, `width` at a time on each thread, and fill `sheets.value`, `sheets.cut` and `sheets.people`."""
    count = len(chances.scenarios)
    spare: SimpleQueue[Room | None] = SimpleQueue()  # new memory for every block would cost a fiftieth of the work
    for _ in range(threads):
        spare.put(None)

    def block(first: int) -> None:
        size, held = min(width, count - first), spare.get()
        if held is None or held.base.shape[1] != size:
            held = room(model, chances, sheets, size)
        _run_block(model, chances, sheets, held, first)
        spare.put(held)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(block, range(0, count, width)))


@njit(nogil=True, cache=True, fastmath=FAST, error_model="numpy")
def _run_block(t, c, sheets, room, first):  # type: ignore[no-untyped-def]
    prefer_wide_vectors()  # type: ignore[call-arg]
    # Names of their own keep the arrays out of the tuples: taking one out costs more than a row.
    base, row, pyramid, inbound, outbound, there = room.base, room.row, room.pyramid, room.inbound, room.outbound, room.there
    shock, old, mothers, drawn, share, rates = room.shock, room.old, room.mothers, room.drawn, room.share, room.rates
    sums, by_sex, birth, child, newborn_death = room.sums, room.by_sex, t.birth, t.child, t.newborn_death
    death_factor, birth_factor, removed, rehoused = t.death_factor, t.birth_factor, t.removed, t.rehoused
    start, change, arrivals, build_unit, home = t.start, t.change, t.build_arrivals, t.build_unit, t.home
    members, sex, apart, people = sheets.members, sheets.sex, sheets.apart, sheets.people
    changing, last, ages = change.any(), len(t.death) - 1, t.ages[0]
    _begin_block(c, room, first)
    for step in range(-1, last + 1):  # -1 only writes the start down and prepares the first year
        begins, y = step < last, sheets.row_of_year[step + 1]
        built, awaited = step >= 0 and t.building[step] == 1, begins and len(there) > 0 and t.building[step + 1] == 1
        if step >= 0:
            _settle(t, room, step, built)
        if begins:
            _draw_places(c, room, first, step + 1)
        for m in range(len(start)):
            z = home[m]
            town = z if len(outbound) > 1 else 0
            _read_unit(t, c, room, m, town, step, first, begins)
            for b in range(base.shape[1]):
                _ask_ahead(base, m, b, 0, base.shape[2] // 2)
                if step < 0:
                    _begin(row, start, m)
                else:
                    _arrive(row, base, share, inbound, old[ARRIVE, b], m, town, b)
                    if built:
                        _build(row, base, drawn, build_unit, arrivals, m, z, step, b)
                    if changing:
                        _change_group(pyramid, change, step)
                    births, risk = birth_factor[step, m] * old[BIRTH, b], death_factor[step, m] * old[DEATH, b]
                    _bear(pyramid, mothers, birth, child, newborn_death, births, risk, m, step, b)
                    _join_open_group(pyramid, ages)
                if y >= 0:
                    _sum_bands(sums, by_sex, pyramid, members, sex, apart, m, y, b)
                if len(people):
                    _copy(people, row, m, step + 1, first + b)
                _ask_ahead(base, m, b, base.shape[2] // 2, base.shape[2])
                if begins:
                    _leave(row, base, outbound, rates, shock[m, DEATH, b], shock[m, LEAVE, b], shock[m, ARRIVE, b], m, town, b)
                    if removed[step + 1, m] > 0:
                        lost, rehoming = removed[step + 1, m], rehoused[step + 1, m]
                        _remove(row, base, outbound, rates, shock[m, DEATH, b], shock[m, LEAVE, b], lost, rehoming, m, town, b)
                    _count_mothers(mothers, pyramid, birth, m, step + 1, b)
                    if awaited:
                        _count_there(there, base, m, z, b)
            if y >= 0:
                _write_down(c, sheets, room, m, y, first)


@leaf
def _begin_block(c, room, first):  # type: ignore[no-untyped-def]
    """Forget the block before, and draw what stays in all years."""
    for state in (room.nation_state, room.district_state, room.town_state, room.unit_state):
        state[:] = 0.0
    _draw_levels(room.town_level, c.town_level, c.municipalities, c.scenarios, first)
    _draw_levels(room.unit_level, c.unit_level, c.units, c.scenarios, first)


@leaf
def _settle(t, room, step, built):  # type: ignore[no-untyped-def]
    """Let those who left a home in the region arrive: by known flows, through the pool, in new dwellings."""
    _send(room.inbound, room.outbound, t.first_flow, t.flow_origin, t.flow_share)
    _share_out(room.inbound, room.outbound, room.rooms, t.unknown, t.age_class)
    if built:
        _draw_for_dwellings(room.drawn, room.there, t.drawn_from, t.build_arrivals, step)


@leaf
def _read_unit(t, c, room, m, town, step, first, begins):  # type: ignore[no-untyped-def]
    """Read a unit's share of the pool of the year that ends, and its factors and rates of the year that begins."""
    if c.active.any() or len(c.town_level) or len(c.unit_level):
        _keep(room.old, room.shock, m)
        if begins and c.active[UNIT]:
            _walk(room.unit_state, m, room.fresh, c.scenarios, first, c.units[m], c.mix, c.persistence, UNIT, step + 1)
        if begins:
            _join(room.shock, room.town_log, room.unit_state, room.unit_level, m, t.home[m])
    if step >= 0:
        _read_share(room.share_by_age, t.share, t.age_class, m, step)
    if begins:
        _read_factors(room.factors, t.leave_factor, t.arrive_factor, t.share, t.age_class, m, step + 1)
        _read_rates(room.rates_by_age, room.factors, t.death, t.leave, t.arrive, t.death_factor[step + 1, m], step + 1)
        _count_attraction(room.rooms, t.share, room.shock, m, town, step + 1)


@leaf
def _write_down(c, sheets, room, m, y, first):  # type: ignore[no-untyped-def]
    if sheets.noisy[0]:
        _add_noise(room.sums, room.noise, sheets.cut, sheets.carry, sheets.spread, c.scenarios, c.units[m], m, y, first)
    _write(sheets.value, room.sums, m, y, first)


@leaf
def _send(inbound, outbound, first_flow, origins, shares):  # type: ignore[no-untyped-def]
    """Send movers to the municipality that is known."""
    towns, count, cells = inbound.shape
    for z in range(towns):
        for b in range(count):
            for c in range(cells):
                inbound[z, b, c] = 0.0
            for flow in range(first_flow[z], first_flow[z + 1]):
                origin = origins[flow]
                for c in range(cells):
                    inbound[z, b, c] += shares[flow, c] * outbound[origin, b, c]


@leaf
def _share_out(inbound, outbound, rooms, unknown, age_class):  # type: ignore[no-untyped-def]
    """Add the pool of those whose destination is not known, for a unit with a share of 1; begin a new pool."""
    towns, count, cells = inbound.shape
    part, pool, total = np.empty(cells), np.empty(cells), np.zeros(rooms.shape[1:])
    for z in range(towns):
        for x in range(len(total)):
            for b in range(count):
                total[x, b] += rooms[z, x, b]
    for b in range(count):
        for c in range(cells):
            pool[c] = 0.0
        for z in range(towns):
            for c in range(cells):
                pool[c] += unknown[z, c] * outbound[z, b, c]
                outbound[z, b, c] = 0.0
        _divide_by_class(part, total, age_class, b)
        for c in range(cells):
            pool[c] *= part[c]
        for z in range(towns):
            _divide_by_class(part, rooms[z], age_class, b)
            for c in range(cells):
                inbound[z, b, c] = inbound[z, b, c] * part[c] + pool[c]
    rooms[:] = 0.0


@leaf
def _divide_by_class(part, room, age_class, b):  # type: ignore[no-untyped-def]
    """Fill the cells with 1 by the room of their class of ages, 0 where there is none."""
    width, by_class = len(age_class), np.empty(len(room))
    by_age = part.reshape(len(part) // width, width)
    for x in range(len(room)):
        by_class[x] = 1 / room[x, b] if room[x, b] > 0 else 0.0
    for p in range(len(by_age)):
        for a in range(width):
            by_age[p, a] = by_class[age_class[a]]


@leaf
def _draw_for_dwellings(drawn, there, drawn_from, arrivals, step):  # type: ignore[no-untyped-def]
    towns, count, cells = there.shape
    wanted = np.empty(cells)
    for z in range(towns):
        for c in range(cells):
            wanted[c] = 0.0
        for n in range(len(arrivals)):
            for c in range(cells):
                wanted[c] += drawn_from[n, z] * arrivals[n, step, c]
        for b in range(count):
            for c in range(cells):
                living = there[z, b, c] if there[z, b, c] > 0 else 1.0
                drawn[z, b, c] = wanted[c] / living if wanted[c] < there[z, b, c] else 1.0
                there[z, b, c] = 0.0


@leaf
def _draw_places(c, room, first, step):  # type: ignore[no-untyped-def]
    """Draw the drivers of nation, districts and municipalities for a year, and add them up."""
    places = c.nation, c.districts, c.municipalities
    for level, state in enumerate((room.nation_state, room.district_state, room.town_state)):
        if c.active[level]:
            for at in range(len(state)):
                _walk(state, at, room.fresh, c.scenarios, first, places[level][at], c.mix, c.persistence, level, step)
    nation, district, town, level_of_town = room.nation_state, room.district_state, room.town_state, room.town_level
    log = room.town_log
    for z in range(len(log)):
        d = c.district_of[z]
        for i in range(4):
            for b in range(log.shape[2]):
                log[z, i, b] = nation[0, i, b] + district[d, i, b] + town[z, i, b]
            if len(level_of_town):
                for b in range(log.shape[2]):
                    log[z, i, b] += level_of_town[z, i, b]


@leaf
def _draw_levels(levels, spread, places, scenarios, first):  # type: ignore[no-untyped-def]
    """Draw how far each place's level is off in all years alike."""
    for at in range(len(levels)):
        for i in range(4):
            for b in range(levels.shape[2]):
                levels[at, i, b] = spread[at, i] * normal_of(mixed(scenarios[first + b] ^ places[at]), LEVEL + i)


@leaf
def _walk(state, at, fresh, scenarios, first, place, mix, persistence, level, step):  # type: ignore[no-untyped-def]
    """Take the AR(1) of a place one year on, its four components together."""
    count = state.shape[2]
    for b in range(count):
        stream = mixed(scenarios[first + b] ^ place)
        fresh[0, b] = normal_of(stream, 4 * step)
        fresh[1, b] = normal_of(stream, 4 * step + 1)
        fresh[2, b] = normal_of(stream, 4 * step + 2)
        fresh[3, b] = normal_of(stream, 4 * step + 3)
    for i in range(4):
        kept = persistence[level, i]
        one, two, three, four = mix[level, i, 0], mix[level, i, 1], mix[level, i, 2], mix[level, i, 3]
        for b in range(count):
            news = one * fresh[0, b] + two * fresh[1, b] + three * fresh[2, b] + four * fresh[3, b]
            state[at, i, b] = kept * state[at, i, b] + news


@leaf
def _keep(old, shock, m):  # type: ignore[no-untyped-def]
    for i in range(4):
        for b in range(old.shape[1]):
            old[i, b] = shock[m, i, b]


@leaf
def _join(shock, town_log, unit_state, unit_level, m, z):  # type: ignore[no-untyped-def]
    """Make the factors of a unit from the logs of all that it belongs to."""
    count = shock.shape[2]
    for i in range(4):
        for b in range(count):
            shock[m, i, b] = town_log[z, i, b]
        if len(unit_state):
            for b in range(count):
                shock[m, i, b] += unit_state[m, i, b]
        if len(unit_level):
            for b in range(count):
                shock[m, i, b] += unit_level[m, i, b]
        for b in range(count):
            shock[m, i, b] = fast_exp(shock[m, i, b])


@leaf
def fast_exp(log):  # type: ignore[no-untyped-def]
    """Return e^log as (e^(log/256))^256, which runs in vectors; relative error below 1e-12 for logs from -5 to 5."""
    x = log / 256
    y = 1 + x * (1 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x * (1 / 120 + x / 720)))))
    return y**256


@leaf
def _read_share(own, share, age_class, m, step):  # type: ignore[no-untyped-def]
    pairs, width = own.shape
    for p in range(pairs):
        for a in range(width):
            own[p, a] = share[step, 0, age_class[a], m]


@leaf
def _read_factors(factors, leave_factor, arrive_factor, share, age_class, m, step):  # type: ignore[no-untyped-def]
    country, abroad = arrive_factor[step, 0, m] / 2, arrive_factor[step, 1, m] / 2
    for a in range(len(age_class)):
        x = age_class[a]
        factors[0, a] = leave_factor[step, 0, x, m]
        factors[1, a] = leave_factor[step, 1, x, m]
        factors[2, a] = leave_factor[step, 2, x, m]
        factors[3, a] = country * share[step, 1, x, m]
        factors[4, a] = abroad * share[step, 2, x, m]


@leaf
def _read_rates(rates, factors, death, leave, arrive, death_factor, step):  # type: ignore[no-untyped-def]
    """Multiply the rates of a year with the factors of a unit."""
    _, pairs, width = rates.shape
    for p in range(pairs):
        for a in range(width):
            rates[RISK, p, a] = death[step, p, a] * death_factor
            rates[INSIDE, p, a] = leave[step, 0, p, a] * factors[0, a]
        for a in range(width):
            rates[AWAY, p, a] = leave[step, 1, p, a] * factors[1, a] + leave[step, 2, p, a] * factors[2, a]
        for a in range(width):
            rates[OUTSIDE, p, a] = arrive[step, 0, p, a] * factors[3, a] + arrive[step, 1, p, a] * factors[4, a]


@leaf
def _count_attraction(rooms, share, shock, m, town, step):  # type: ignore[no-untyped-def]
    for x in range(rooms.shape[1]):
        part = share[step, 0, x, m]
        for b in range(rooms.shape[2]):
            rooms[town, x, b] += part * shock[m, ARRIVE, b]


@leaf
def _ask_ahead(base, m, b, first, end):  # type: ignore[no-untyped-def]
    """Ask memory for a part of a row that follows, while there is work to do on this one."""
    row = (m * base.shape[1] + b + AHEAD) * base.shape[2]
    for c in range(first, end, VECTOR):
        prefetch(base, row + c)  # type: ignore[call-arg]


@leaf
def _begin(row, start, m):  # type: ignore[no-untyped-def]
    for c in range(start.shape[1]):
        row[c] = start[m, c]


@leaf
def _arrive(row, base, share, inbound, attraction, m, town, b):  # type: ignore[no-untyped-def]
    """Add those who arrive to the base, by age at the start of the year plus 1."""
    for c in range(base.shape[2]):
        row[c + 1] = base[m, b, c] + share[c] * attraction * inbound[town, b, c]


@leaf
def _build(row, base, drawn, places, arrivals, m, z, step, b):  # type: ignore[no-untyped-def]
    """Let people move out to new dwellings elsewhere, and into those of the unit."""
    cells = base.shape[2]
    if len(drawn):
        for c in range(cells):
            row[c + 1] -= base[m, b, c] * drawn[z, b, c]
    for n in range(len(places)):
        if places[n] == m:
            for c in range(cells):
                row[c + 1] += arrivals[n, step, c]


@leaf
def _change_group(pyramid, change, step):  # type: ignore[no-untyped-def]
    _, groups, _, sexes, width = change.shape
    before = np.empty((groups, width - 1))
    for s in range(sexes):
        for g in range(groups):
            for a in range(width - 1):
                before[g, a] = pyramid[2 * g + s, a + 1]
        for i in range(groups):
            for j in range(groups):
                if i != j:
                    for a in range(width - 1):
                        moved = change[step, i, j, s, a] * before[i, a]
                        pyramid[2 * i + s, a + 1] -= moved
                        pyramid[2 * j + s, a + 1] += moved


@leaf
def _bear(pyramid, mothers, birth, child, newborn_death, factor, risk, m, step, b):  # type: ignore[no-untyped-def]
    """Put the newborn into the first cells."""
    pairs, width = pyramid.shape
    for p in range(pairs):
        pyramid[p, 0] = 0.0
    for g in range(pairs // 2):
        births = 0.0
        for a in range(width - 1):
            births += birth[step, g, a] * pyramid[2 * g, a + 1]
        births = (mothers[m, b, g] + births / 2) * factor
        for p in range(pairs):
            dying = newborn_death[step, p] * risk
            pyramid[p, 0] += births * child[g, p] * (1 - dying if dying < 1 else 0.0)


@leaf
def _join_open_group(pyramid, ages):  # type: ignore[no-untyped-def]
    for p in range(len(pyramid)):
        pyramid[p, ages - 1] += pyramid[p, ages]
        pyramid[p, ages] = 0.0


@leaf
def _copy(people, row, m, year, scenario):  # type: ignore[no-untyped-def]
    for c in range(people.shape[3]):
        people[scenario, year, m, c] = row[c]


@leaf
def _sum_bands(sums, by_sex, pyramid, members, sex, apart, m, y, b):  # type: ignore[no-untyped-def]
    pairs, width = pyramid.shape
    for a in range(width):
        by_sex[0, a], by_sex[1, a] = pyramid[0, a], pyramid[1, a]
    for g in range(1, pairs // 2):
        for a in range(width):
            by_sex[0, a] += pyramid[2 * g, a]
            by_sex[1, a] += pyramid[2 * g + 1, a]
    for a in range(width):
        by_sex[2, a] = by_sex[0, a] + by_sex[1, a]
    for k in range(len(members)):
        people = 0.0
        for a in range(width):
            people += members[k, a] * by_sex[sex[k], a]
        sums[k, b] = people + apart[y, m, k]


@leaf
def _add_noise(sums, noise, cut, carry, spread, scenarios, place, m, y, first):  # type: ignore[no-untyped-def]
    """Add what chance does to the few: a walk that keeps as much of its last value as the band keeps of its people."""
    bands, count = sums.shape
    for k in range(bands):
        kept, new = carry[y, m, k], spread[y, m, k]
        for b in range(count):
            fresh = normal_of(mixed(scenarios[first + b] ^ place), NOISE + y * bands + k)
            noise[m, k, b] = kept * noise[m, k, b] + new * fresh
        for b in range(count):
            people = sums[k, b] + noise[m, k, b]
            cut[first + b] += people < 0
            sums[k, b] = people if people > 0 else 0.0


@leaf
def _write(value, sums, m, y, first):  # type: ignore[no-untyped-def]
    for k in range(sums.shape[0]):
        for b in range(sums.shape[1]):
            value[y, m, k, first + b] = sums[k, b]


@leaf
def _leave(row, base, outbound, rates, died, leaving, arriving, m, town, b):  # type: ignore[no-untyped-def]
    """Let the year take those who die, leave and move; keep who stays and who comes from outside as the base."""
    for c in range(base.shape[2]):
        alive = 1 - rates[RISK, c] * died
        alive = alive if alive > 0.0 else 0.0
        there = 1 - rates[AWAY, c] * leaving
        there = there if there > 0.0 else 0.0
        move = rates[INSIDE, c] * leaving
        move = move if move < 1.0 else 1.0
        living = row[c] * alive * there
        movers = living * move
        outbound[town, b, c] += movers
        base[m, b, c] = living - movers + rates[OUTSIDE, c] * arriving * (1 + alive)


@leaf
def _remove(row, base, outbound, rates, died, leaving, removed, rehoused, m, town, b):  # type: ignore[no-untyped-def]
    """Take people out of homes that are torn down: correct what `_leave` left, for those who neither died nor left."""
    living, total = np.empty(rates.shape[1]), 0.0
    for c in range(rates.shape[1]):
        living[c] = row[c] * (1 - min(rates[RISK, c] * died, 1.0)) * (1 - min(rates[AWAY, c] * leaving, 1.0))
        total += living[c]
    lost = min(removed / total, 1.0) if total > 0 else 0.0
    for c in range(rates.shape[1]):
        move = min(rates[INSIDE, c] * leaving, 1.0)
        base[m, b, c] -= living[c] * lost * (1 - move)
        outbound[town, b, c] += living[c] * lost * (rehoused - move)


@leaf
def _count_mothers(mothers, pyramid, birth, m, step, b):  # type: ignore[no-untyped-def]
    for g in range(mothers.shape[2]):
        births = 0.0
        for a in range(pyramid.shape[1]):
            births += birth[step, g, a] * pyramid[2 * g, a]
        mothers[m, b, g] = births / 2


@leaf
def _count_there(there, base, m, z, b):  # type: ignore[no-untyped-def]
    for c in range(base.shape[2]):
        there[z, b, c] += base[m, b, c]
