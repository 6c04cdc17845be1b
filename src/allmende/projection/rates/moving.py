"""Who leaves and who comes, by municipality, class of ages and how far: inside the region, in the country, abroad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.projection.counts import AGES, IN, OUT, Counts, Figures
from allmende.projection.rates.exchange import Exchange, fit_exchange
from allmende.projection.rates.reconciling import reconcile
from allmende.projection.rates.rogers_castro import RogersCastro
from allmende.projection.rates.shrinkage import draw_to, marshall, pool

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CLASSES = (0, 6, 18, 21, 25, 30, 40, 50, 65, 80)
"""First ages reached of the classes in which municipalities may differ: finer than moves are published, as balances tell."""
CLASS_OF = np.searchsorted(np.asarray(CLASSES), np.arange(AGES), side="right") - 1
"""Class of each age reached."""
LEAST = 0.05
"""Part of the usual arrivals of a class that remains where balances would leave none."""


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """The people behind moves, by age reached: at the start [n, Z, G, A], balance [n, Z, 2, A], its noise [Z, A], and years."""

    people: Floats
    women: Floats  # [A] part of the people of the region who are women
    net: Floats
    noise: Floats
    years: int


@dataclass(frozen=True, slots=True, eq=False)
class Moving:
    """Yearly moves: `leave` [G, A] the region's rate by age reached, `arrive` [G, 2, A] persons; municipalities by class.

    `out`, `into` [3, Z, X] persons a year by level (inside the region without own moves, country, abroad); `spread_out`,
    `spread_in` [Z] relative variance of the levels of a municipality; `kept` counts classes whose arrivals had to be kept
    above `LEAST`, `held` bands of a sex whose balance implied fewer than 0 arrivals.
    """

    leave: Floats
    arrive: Floats
    out: Floats
    into: Floats
    spread_out: Floats
    spread_in: Floats
    kept: int
    held: int


def estimate_moves(
    counts: Counts, at: Ints, past: Past, curve: RogersCastro, levels: Floats, types: Ints, parents: Sequence[Ints]
) -> Moving:
    """Estimate moves of the years `at`; `levels` [3] say how far people move where no counterparts are published."""
    if not counts.moves:
        raise AllmendeError("No moves are known.", where="moves", expected="moves into and out of municipalities by broad age")
    lows = max((figures.lows for figures in counts.moves), key=len)
    if not set(lows) <= set(CLASSES):
        raise AllmendeError(
            f"Moves are counted by the ages from {list(lows)}.",
            where="moves",
            expected=f"bands that begin at some of {list(CLASSES)}",
        )
    noise = min(f.noise for f in counts.moves if f.lows == lows) * past.years
    table = yearly_moves(counts, at, lows)  # [2, Z, G, B]
    region = _region(table, lows, past, curve)
    people = past.people.sum(axis=0) / past.years  # [Z, G, A]
    groups = _by_group(table[OUT], lows, people, region)
    expected = _bands(people * groups, lows).sum(axis=1)
    factor = np.empty_like(expected)
    arrivals = np.empty_like(expected)
    spread = np.zeros((2, *expected.shape))
    for band in range(len(lows)):
        gone = pool(table[OUT, :, :, band].sum(axis=1) * past.years, expected[:, band] * past.years, parents, noise)
        come = pool(table[IN, :, :, band].sum(axis=1) * past.years, people.sum(axis=(1, 2)) * past.years, parents, noise)
        factor[:, band] = gone.rate * _to_total(table[OUT, :, :, band].sum(), gone.rate @ expected[:, band])
        arrivals[:, band] = come.rate * people.sum(axis=(1, 2))
        arrivals[:, band] *= _to_total(table[IN, :, :, band].sum(), arrivals[:, band].sum())
        spread[:, :, band] = _relative(gone.rate, gone.variance), _relative(come.rate, come.variance)
    out = _classes(people * groups, axis_sum=1) * factor[:, _band_of_class(lows)]
    into, kept = _split_arrivals(arrivals, out, lows, past, region, types)
    far = [how_far(counts, direction, levels) for direction in (OUT, IN)]  # [Z, 3]
    gone, come = (share.T[:, :, None] * moves for share, moves in zip(far, (out, into), strict=True))
    meeting = (gone[0].sum() + come[0].sum()) / 2
    sexes, held = _sexes(lows, past, region)
    return Moving(
        leave=groups,
        arrive=_who_arrives(table[IN], lows, sexes, region, into.sum(axis=0)),
        out=_meet(gone, meeting),
        into=_meet(come, meeting),
        spread_out=np.average(spread[0], axis=1, weights=table[OUT].sum(axis=(0, 1)) + 1),
        spread_in=np.average(spread[1], axis=1, weights=table[IN].sum(axis=(0, 1)) + 1),
        kept=kept,
        held=held,
    )


def yearly_moves(counts: Counts, at: Ints, lows: Sequence[int]) -> Floats:
    """Bring all margins of the moves together: [2, Z, G, B] persons a year."""
    towns = len(counts.municipalities)
    views = [Figures(f.value[at], f.noise, f.lows, f.by_unit) for f in counts.moves]
    shape = (len(at), 2, towns, len(counts.groups), len(lows))
    return np.asarray(reconcile(shape, views, np.arange(towns), lows).mean(axis=0), dtype=np.float64)


def how_far(counts: Counts, direction: int, levels: Floats) -> Floats:
    """Share moves in a direction out on the region, the country and abroad [Z, 3]; small municipalities like the others."""
    towns = len(counts.municipalities)
    if counts.counterpart is None:
        usual = levels * np.array([towns > 1, True, True])
        return np.tile(usual / usual.sum(), (towns, 1))
    level = np.array([{"country": 1, "abroad": 2}.get(name, 0) for name in counts.counterparts])
    known = np.nan_to_num(counts.counterpart.value[direction])  # what is not published says nothing: the others' mean holds
    seen = np.stack([known[:, level == where].sum(axis=1) for where in range(3)], axis=1)
    total = seen.sum(axis=1)
    cells = np.bincount(level, minlength=3)
    if total.sum() <= 0:
        raise AllmendeError("No move has a counterpart.", where="counterpart", expected="moves by where from and where to")
    part = np.stack([marshall(seen[:, i], total, counts.counterpart.noise * cells[i]).rate for i in range(3)], axis=1)
    return np.asarray(part / part.sum(axis=1, keepdims=True), dtype=np.float64)


def _meet(moves: Floats, inside: float) -> Floats:
    """Hold moves inside the region to one number for both directions, at the cost of the other levels [3, Z, X].

    What one member sends another receives; counted and protected twice, both ways never quite agree.
    """
    total = moves.sum(axis=0)
    factor = inside / moves[0].sum() if moves[0].sum() > 0 else 1.0
    near = np.minimum(moves[0] * factor, 0.95 * total)
    rest = np.divide(total - near, total - moves[0], out=np.zeros_like(total), where=total > moves[0])
    return np.stack([near, moves[1] * rest, moves[2] * rest])


def _to_total(wanted: float, have: float) -> float:
    return float(wanted / have) if have > 0 else 1.0


def _region(table: Floats, lows: Sequence[int], past: Past, curve: RogersCastro) -> Exchange:
    people = past.people.sum(axis=(0, 1, 2)) / past.years
    net = past.net.sum(axis=(0, 1, 2)) / past.years
    totals = table.sum(axis=(1, 2))
    return fit_exchange(totals[OUT], totals[IN], lows, people, net, past.years, past.noise.sum(axis=0), curve)


def _by_group(gone: Floats, lows: Sequence[int], people: Floats, region: Exchange) -> Floats:
    """Give each group the region's curve at its own height in each band: rates by group and age reached [G, A]."""
    expected = _bands(people.sum(axis=0) * region.leave, lows)
    height = np.stack([pool(gone.sum(axis=0)[:, band], expected[:, band], []).rate for band in range(len(lows))], axis=1)
    return np.asarray(region.leave * height[:, _band_of(lows)], dtype=np.float64)


def _split_arrivals(
    arrivals: Floats, out: Floats, lows: Sequence[int], past: Past, region: Exchange, types: Ints
) -> tuple[Floats, int]:
    """Split each municipality's arrivals of a band on finer classes, as its own balances by age tell [Z, X]."""
    band = _band_of_class(lows)
    of_band = arrivals[:, band]
    usual = _classes(region.arrive)
    whole = np.bincount(band, weights=usual, minlength=len(lows))
    usual = np.divide(usual, whole[band], out=np.zeros_like(usual), where=whole[band] > 0)
    net = _classes(past.net.sum(axis=(0, 2))) / past.years
    seen = np.divide(net + out, of_band, out=np.tile(usual, (len(net), 1)), where=of_band > 0)
    off = seen - usual
    count = np.bincount(band)
    off -= (np.stack([np.bincount(band, weights=row, minlength=len(lows)) for row in off]) / count)[:, band]
    chance = (of_band * usual + out) / past.years + _classes(past.noise)
    variance = np.divide(chance, of_band**2, out=np.full_like(chance, np.inf), where=of_band > 0)
    drawn, _ = draw_to(off, np.minimum(variance, 1e6), _type_means(off, variance, types))
    part = usual + drawn
    kept = int(((part < LEAST * usual) & (usual > 0)).sum())
    part = np.maximum(part, LEAST * usual)
    sums = np.stack([np.bincount(band, weights=row, minlength=len(lows)) for row in part])[:, band]
    return of_band * np.divide(part, sums, out=np.zeros_like(part), where=sums > 0), kept


def _type_means(off: Floats, variance: Floats, types: Ints) -> Floats:
    """Return the mean deviation of each area's type, itself drawn to none [Z, X]."""
    weight = 1 / variance
    means, errors = np.zeros((int(types.max()) + 1, off.shape[1])), np.ones((int(types.max()) + 1, off.shape[1]))
    for kind in range(len(means)):
        own = weight[types == kind].sum(axis=0)
        means[kind] = np.divide((weight * off)[types == kind].sum(axis=0), own, out=np.zeros_like(own), where=own > 0)
        errors[kind] = np.divide(1.0, own, out=np.full_like(own, 1e6), where=own > 0)
    return draw_to(means, errors, np.zeros_like(means))[0][types]


def _who_arrives(come: Floats, lows: Sequence[int], sexes: Floats, region: Exchange, by_class: Floats) -> Floats:
    """Share the region's arrivals out by group, sex [2, B] and age reached [G, 2, A]; sums to `by_class` [X] over all."""
    total = come.sum(axis=0)
    group = np.divide(total, total.sum(axis=0), out=np.full_like(total, 1 / len(total)), where=total.sum(axis=0) > 0)
    age = np.divide(by_class, _classes(region.arrive), out=np.zeros_like(by_class), where=_classes(region.arrive) > 0)
    each = region.arrive * age[CLASS_OF]
    return np.asarray(group[:, None, _band_of(lows)] * sexes[None, :, _band_of(lows)] * each, dtype=np.float64)


def _sexes(lows: Sequence[int], past: Past, region: Exchange) -> tuple[Floats, int]:
    """Tell the part of women and men among arrivals of each band [2, B] from their balances: moves are published without.

    Also count the balances that imply fewer than 0 arrivals; they are taken as 0.
    """
    people = past.people.sum(axis=(0, 1, 2)) / past.years
    left = people * region.leave * np.stack([past.women, 1 - past.women])
    net = past.net.sum(axis=(0, 1)) / past.years
    implied = _bands(net + left, lows)
    come = np.maximum(implied, 0.0)
    total, gone = come.sum(axis=0), _bands(left, lows).sum(axis=0)
    women = np.divide(come[0], total, out=np.full_like(total, 0.5), where=total > 0)
    chance = np.divide((total + gone) / past.years + 1.0, np.maximum(total, 1.0) ** 2)
    drawn = np.clip(draw_to(women, chance, np.full_like(women, 0.5))[0], 0.2, 0.8)
    return np.stack([drawn, 1 - drawn]), int((implied < 0).sum())


def _classes(by_age: Floats, axis_sum: int | None = None) -> Floats:
    table = by_age if axis_sum is None else by_age.sum(axis=axis_sum)
    return np.asarray(np.add.reduceat(table, np.asarray(CLASSES), axis=-1), dtype=np.float64)


def _bands(by_age: Floats, lows: Sequence[int]) -> Floats:
    return np.asarray(np.add.reduceat(by_age, np.asarray(lows), axis=-1), dtype=np.float64)


def _band_of(lows: Sequence[int]) -> Ints:
    return np.asarray(np.searchsorted(np.asarray(lows), np.arange(AGES), side="right") - 1, dtype=np.int64)


def _band_of_class(lows: Sequence[int]) -> Ints:
    return np.asarray(_band_of(lows)[np.asarray(CLASSES)], dtype=np.int64)


def _relative(rate: Floats, variance: Floats) -> Floats:
    return np.divide(variance, rate**2, out=np.zeros_like(rate), where=rate > 0)
