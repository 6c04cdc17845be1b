"""Where movers settle: municipality to municipality, and which Ortsteil of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.projection.counts import IN, OUT, Counts
from allmende.projection.model import Flows
from allmende.projection.rates.moving import CLASSES, Moving
from allmende.projection.rates.shrinkage import marshall, pool

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
X = len(CLASSES)


@dataclass(frozen=True, slots=True, eq=False)
class Settling:
    """`own` [Z, X] yearly moves between units of a municipality, `flows` between and within them, `share` [3, X, M].

    `spread` [M] is the relative variance of how attractive a unit is within its municipality; `held` counts units and classes
    whose balance and leavers left fewer than no arrivals.
    """

    own: Floats
    flows: Flows
    share: Floats
    spread: Floats
    held: int


def estimate_settling(counts: Counts, at: Ints, moving: Moving, people: Floats, net: Floats, noise: Floats) -> Settling:
    """Estimate flows inside the region and the shares of units in those who come.

    `people`, `net`, `noise` [M, A]: persons at the start by age reached, their yearly balance, and its variance by protection.
    """
    own = own_moves(counts, at, moving, people)
    inside = own + moving.out[0]
    attraction, spread, held = _attraction(counts, moving, own, people, net, noise, len(at))
    into = moving.into.copy()
    into[0] += own
    share = np.stack([_shares(counts.home, arrivals, attraction) for arrivals in into])
    return Settling(own, _flows(counts, inside, own), share, spread, held)


def own_moves(counts: Counts, at: Ints, moving: Moving, people: Floats) -> Floats:
    """Return yearly moves between the units of a municipality by class [Z, X]; 0 where it has one unit or none are known.

    Where moves between districts are not known, movers are assumed to choose units by their population.
    """
    towns = len(counts.municipalities)
    if counts.within is None:
        return np.zeros((towns, X))
    moved = counts.within.value[at].mean(axis=0)
    lows = np.asarray(counts.within.lows)
    band = np.searchsorted(lows, CLASSES, side="right") - 1
    # inside a band by class as across borders: those who move much move everywhere
    weight = _classes(_by_town(counts, people) * moving.leave.mean(axis=0))
    whole = np.stack([np.bincount(band, weights=row, minlength=len(lows)) for row in weight])[:, band]
    part = np.divide(weight, whole, out=np.zeros_like(weight), where=whole > 0)
    return np.asarray(moved[:, band] * part * crossing(counts, people)[:, None], dtype=np.float64)


def crossing(counts: Counts, people: Floats) -> Floats:
    """Return the part of moves inside a municipality that cross a border between its units [Z]."""
    size = people.sum(axis=1)
    town = np.bincount(counts.home, weights=size)
    part = np.divide(size, town[counts.home], out=np.zeros_like(size), where=town[counts.home] > 0)
    by_chance: Floats = np.clip(1 - np.bincount(counts.home, weights=part**2), 0.0, 1.0)
    if counts.crossing is None:
        return by_chance
    return np.where(np.bincount(counts.home) > 1, np.where(np.isfinite(counts.crossing), counts.crossing, by_chance), 0.0)


def origin_destination(counts: Counts) -> Floats:
    """Return yearly moves from municipality to municipality [Z, Z], diagonal 0.

    Each move is counted where it began and where it ended: the mean of both, drawn to what sizes alone would bring
    (leavers × arrivals), as far as it is small.
    """
    towns = len(counts.municipalities)
    if counts.counterpart is None or towns == 1:
        return np.zeros((towns, towns))
    column = {name: at for at, name in enumerate(counts.counterparts)}
    members = [column.get(ags) for ags in counts.municipalities]
    gone, come = np.full((2, towns, towns), np.nan)
    for at, where in enumerate(members):
        if where is not None:
            gone[:, at] = counts.counterpart.value[OUT, :, where]
            come[at] = counts.counterpart.value[IN, :, where]
    known = np.stack([gone, come])
    seen = np.where(
        np.isfinite(known).any(axis=0), np.nansum(known, axis=0) / np.maximum(np.isfinite(known).sum(axis=0), 1), 0.0
    )
    np.fill_diagonal(seen, 0.0)
    chance = seen.sum(axis=1)[:, None] * seen.sum(axis=0)[None, :]
    np.fill_diagonal(chance, 0.0)
    if chance.sum() <= 0:
        return seen
    chance *= seen.sum() / chance.sum()
    pairs = ~np.eye(towns, dtype=bool)
    drawn = np.zeros_like(seen)
    drawn[pairs] = marshall(seen[pairs], chance[pairs], counts.counterpart.noise / 2).rate * chance[pairs]
    return np.asarray(drawn / counts.counterpart_years, dtype=np.float64)


def _flows(counts: Counts, inside: Floats, own: Floats) -> Flows:
    """Give every municipality's movers their destinations: its own other units, and those it is known to send people to."""
    table = origin_destination(counts)
    sums = table.sum(axis=1, keepdims=True)
    part = np.divide(table, sums, out=np.zeros_like(table), where=sums > 0)
    stay = np.divide(own, inside, out=np.zeros_like(own), where=inside > 0)  # [Z, X]
    origin, destination = np.nonzero((part > 0.002) | (np.eye(len(part), dtype=bool) & (stay.max(axis=1) > 0)))
    itself = origin == destination
    share = np.where(itself, stay[origin].T, (1 - stay[origin]).T * part[origin, destination])
    return Flows(origin.astype(np.int64), destination.astype(np.int64), share)


def _attraction(
    counts: Counts, moving: Moving, own: Floats, people: Floats, net: Floats, noise: Floats, years: int
) -> tuple[Floats, Floats, int]:
    """Return how many each unit attracts in each class [M, X]: what its balance and its leavers imply, drawn to its town's."""
    town = _by_town(counts, people)
    leave = np.divide(moving.out.sum(axis=0) + own, _classes(town), out=np.zeros((len(town), X)), where=_classes(town) > 0)
    gone = _classes(people) * leave[counts.home]
    implied = _classes(net) + gone
    held = int((implied < 0).sum())
    events = np.maximum(implied, 0.0) * years
    # those who leave are expected, not counted: their chance is part of what the balance cannot tell
    doubt = gone * years + _classes(noise) * years**2
    exposure = np.repeat(people.sum(axis=1)[:, None] * years, X, axis=1)
    found = np.zeros_like(events)
    spread = np.zeros_like(events)
    for k in range(X):
        if exposure[:, k].sum() > 0:
            drawn = pool(events[:, k], exposure[:, k], [counts.home], doubt[:, k])
            found[:, k] = drawn.rate * people.sum(axis=1)
            spread[:, k] = np.divide(drawn.variance, drawn.rate**2, out=np.zeros_like(drawn.rate), where=drawn.rate > 0)
    return found, np.average(spread, axis=1, weights=found.sum(axis=0) + 1e-9), held


def _shares(home: Ints, arrivals: Floats, attraction: Floats) -> Floats:
    """Return the units' shares [X, M] of arrivals that municipalities get [Z, X]; nobody's share is quite 0."""
    size = np.bincount(home)
    attraction = attraction + 1e-6 * np.maximum(attraction.mean(), 1e-6)
    town = np.stack([np.bincount(home, weights=column) for column in attraction.T], axis=1)
    of_unit = attraction / town[home] * (arrivals + 1e-6 * np.maximum(arrivals.mean(), 1e-6) * size[:, None])[home]
    return np.ascontiguousarray((of_unit / of_unit.sum(axis=0)).T)


def _by_town(counts: Counts, values: Floats) -> Floats:
    total = np.zeros((len(counts.municipalities), values.shape[1]))
    np.add.at(total, counts.home, values)
    return total


def _classes(by_age: Floats) -> Floats:
    return np.asarray(np.add.reduceat(by_age, np.asarray(CLASSES), axis=-1), dtype=np.float64)
