"""How the compiled kernel sees a model, its drivers, its results and its working memory: arrays without names of places.

Groups, sexes and ages are one axis of C cells: P = 2 · groups rows (position 2 · group + sex) of W ages each. W is larger than
the number of ages: the first spare cell is where the last age waits to join the open group, and full rows of vector
instructions need no remainder. Spare cells hold 0.

Where ages matter, P and W are axes of their own: a loop over computed positions would not run in vectors.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from allmende.projection.model import Floats, Ints, Model
from allmende.projection.step import removals

NATION, DISTRICT, MUNICIPALITY, UNIT = 0, 1, 2, 3

VECTOR = 8
"""Numbers that the widest vector instructions take, and those of a cache line."""


class Tables(NamedTuple):
    """A model as the kernel reads it; names as in `Model`."""

    ages: Ints  # [1]
    start: Floats  # [M, C]
    death: Floats  # [T, P, W]
    newborn_death: Floats  # [T, P]
    death_factor: Floats  # [T, M]
    birth: Floats  # [T, G, W]
    birth_factor: Floats  # [T, M]
    child: Floats  # [G, P] part of the births of mothers of a group
    age_class: NDArray[np.uint64]  # [W] unsigned: what could be negative would be looked at each time
    leave: Floats  # [T, 3, P, W]
    leave_factor: Floats  # [T, 3, X, M]
    arrive: Floats  # [T, 2, P, W]
    arrive_factor: Floats  # [T, 2, M]
    share: Floats  # [T, 3, X, M]
    home: Ints  # [M]
    first_flow: Ints  # [Z + 1] flows are in order of their destination: the first to each, and one after the last
    flow_origin: Ints  # [n]
    flow_share: Floats  # [n, C]
    unknown: Floats  # [Z or 1, C] part of an origin's movers who go to the pool
    change: Floats  # [T, G, G, 2, W]
    building: Ints  # [T] 1 where new dwellings are ready
    build_unit: Ints
    build_arrivals: Floats  # [n, T, C]
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
    members: Floats  # [K, W] 1 for the ages of a band
    sex: Ints  # [K] 0, 1 or 2 for both
    apart: Floats  # [Y, M, K] people held apart
    carry: Floats  # [Y, M, K] noise: what stays of the noise of the year written before
    spread: Floats  # [Y, M, K] noise: standard deviation of what is new
    noisy: Ints  # [1] 1 where there is any
    value: NDArray[np.float32]  # [Y, M, K, S]
    cut: Ints  # [S] how often the noise would have made a band negative and was cut at 0
    people: Floats  # [S or 0, T + 1, M, C]


class Room(NamedTuple):
    """The working memory of a block of B scenarios."""

    base: Floats  # [M, B, C] who stays, and who came from outside and lives, by age at the start of the year
    mothers: Floats  # [M, B, G] half of the births to those who were there at the start
    shock: Floats  # [M, 4, B] factors of the year under way
    old: Floats  # [4, B] factors of one unit in the year that ends
    unit_state: Floats  # [M or 0, 4, B]
    town_state: Floats  # [Z, 4, B]
    town_log: Floats  # [Z, 4, B] nation, district and municipality together
    district_state: Floats  # [D, 4, B]
    nation_state: Floats  # [1, 4, B]
    town_level: Floats  # [Z or 0, 4, B] logs that stay
    unit_level: Floats  # [M or 0, 4, B]
    fresh: Floats  # [4, B] independent normal numbers
    inbound: Floats  # [Z or 1, B, C] what a unit with a share of 1 gets
    outbound: Floats  # [Z or 1, B, C] movers by origin
    rooms: Floats  # [Z or 1, X, B] sums of drawn shares by destination
    there: Floats  # [Z or 0, B, C] base by municipality: those whom a new dwelling may draw
    drawn: Floats  # [Z or 0, B, C] part of them that it draws
    noise: Floats  # [M, K, B]
    sums: Floats  # [K, B] bands of one unit
    by_sex: Floats  # [3, W] one unit and scenario: women, men, both
    row: Floats  # [C + 1] one unit and scenario by age at the end of the year
    pyramid: Floats  # [P, W] the same memory
    share: Floats  # [C] of one unit
    share_by_age: Floats  # [P, W] the same memory
    factors: Floats  # [5, W] three levels of leaving, two of arriving
    rates: Floats  # [4, C] of one unit: dying, leaving the region, moving inside it; half of the arrivals
    rates_by_age: Floats  # [4, P, W] the same memory


def tables(model: Model) -> Tables:
    """Lay a model out for the kernel."""
    steps, groups, _, ages = model.death.shape
    flows, builds, towns, units = model.flows, model.builds, len(model.municipalities), len(model.units)
    width, rows = -(-(ages + 1) // VECTOR) * VECTOR, 2 * groups
    age_class = np.concatenate([model.age_class, np.full(width - ages, model.age_class[-1])])
    known = np.zeros((towns if flows.origin.size else 1, model.classes))
    np.add.at(known, flows.origin, flows.share.T)
    order = np.argsort(flows.destination, kind="stable")
    taken = [removals(model, step) for step in range(steps)]
    girls = 1 / (1 + model.boys_per_girl)

    def cells(array: Floats, *axes: int) -> Floats:
        return _widened(array, width).reshape(*axes, rows * width)

    def by_age(array: Floats, *axes: int) -> Floats:
        return _widened(array, width).reshape(*axes, rows, width)

    laid_out = Tables(
        ages=np.array([ages]),
        start=cells(model.start.transpose(1, 0, 2, 3), units),
        death=by_age(model.death, steps),
        newborn_death=model.newborn_death.reshape(steps, rows),
        death_factor=model.death_factor,
        birth=_widened(model.birth, width),
        birth_factor=model.birth_factor,
        child=np.kron(model.child_group, np.array([girls, 1 - girls])),
        age_class=age_class.astype(np.uint64),
        leave=by_age(model.leave, steps, 3),
        leave_factor=model.leave_factor,
        arrive=by_age(model.arrive, steps, 2),
        arrive_factor=model.arrive_factor,
        share=model.share,
        home=model.home,
        first_flow=np.searchsorted(flows.destination[order], np.arange(len(known) + 1)),
        flow_origin=flows.origin[order],
        flow_share=np.tile(flows.share[age_class][:, order].T, (1, rows)),
        unknown=np.tile(1 - known[:, age_class], (1, rows)),
        change=_widened(model.change, width),
        building=np.array([builds.arrivals[:, step].any() for step in range(steps)], dtype=np.int64),
        build_unit=builds.unit,
        build_arrivals=cells(builds.arrivals, len(builds.unit), steps),
        drawn_from=builds.origins * builds.from_region[:, None],
        removed=np.array([removed for removed, _ in taken]).reshape(steps, units),
        rehoused=np.array([rehoused for _, rehoused in taken]).reshape(steps, units),
    )
    return Tables(*(_frozen(entry) for entry in laid_out))  # one type of array: the kernel is compiled once


def _widened(array: Floats, width: int) -> Floats:
    return np.concatenate([array, np.zeros((*array.shape[:-1], width - array.shape[-1]))], axis=-1)


def _frozen(array: Any) -> Any:
    held = np.ascontiguousarray(array)
    held.flags.writeable = False
    return held


def room(t: Tables, c: Chances, sheets: Sheets, count: int) -> Room:
    """Return the working memory for `count` scenarios."""
    units, cells = t.start.shape
    towns, classes, groups, width = len(c.municipalities), t.share.shape[2], t.birth.shape[1], t.birth.shape[2]
    joined, chained = len(t.unknown), towns if t.drawn_from.any() else 0
    row = _aligned(cells + VECTOR)[VECTOR - 1 :]  # its second cell is the first that is written in vectors
    rates, share = _aligned(4, cells), _aligned(cells)
    return Room(
        base=_aligned(units, count, cells),
        mothers=np.zeros((units, count, groups)),
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
        inbound=_aligned(joined, count, cells),
        outbound=_aligned(joined, count, cells),
        rooms=np.zeros((joined, classes, count)),
        there=_aligned(chained, count, cells),
        drawn=_aligned(chained, count, cells),
        noise=np.zeros((units, len(sheets.members), count)),
        sums=np.zeros((len(sheets.members), count)),
        by_sex=_aligned(3, width),
        row=row,
        pyramid=row[:-1].reshape(2 * groups, width),
        share=share,
        share_by_age=share.reshape(2 * groups, width),
        factors=_aligned(5, width),
        rates=rates,
        rates_by_age=rates.reshape(4, 2 * groups, width),
    )


def _aligned(*shape: int) -> Floats:
    """Return zeros that begin with a cache line."""
    size = int(np.prod(shape))
    held = np.zeros(size + VECTOR)
    first = -(held.ctypes.data // held.itemsize) % VECTOR
    aligned: Floats = held[first : first + size].reshape(shape)
    return aligned
