"""One year of a region, written to be read: the oracle of the compiled kernel.

Everybody who lives in the region at the start of the year (N, by unit, group, sex and age) is followed to its end:

    left the region  N e (1 - q/2)          e = leave to the country and abroad
    died             N q (1 - e/2)          q = probability of dying
    still there      N (1 - q) (1 - e)      of whom `leave` inside move to another dwelling of the region
    arrived          I (1 - q/2)            I = arrivals from outside, who are half a year at risk

Movers inside the region are counted among survivors, so moves change no total; no cell is ever negative; q = 1 empties.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array

from allmende.projection.accounts import Year, aged
from allmende.projection.model import ABROAD, COUNTRY, FEMALE, INSIDE, Floats, Ints, Model


@dataclass(frozen=True, slots=True)
class Shock:
    """Factors of one scenario and year on the rates of each unit [M]; probabilities stop at 1."""

    birth: Floats
    death: Floats
    leave: Floats
    arrive: Floats


@dataclass(frozen=True, slots=True)
class _Fate:
    """What the start population comes to before anybody arrives [G, M, 2, A], by age at the start."""

    died: Floats
    left: Floats
    movers: Floats
    stay: Floats


def advance(model: Model, step: int, people: Floats, shock: Shock | None = None) -> Year:
    """Take people [G, M, 2, A] from the start of year `step` (0 = the first) to its end."""
    risk = _death(model, step, shock)
    fate = _fate(model, step, people, risk, shock)
    moved_in = _settle(model, step, fate.movers, shock)
    arrived = _arrivals(model, step, shock)
    base = fate.stay + arrived * (1 - risk / 2)
    chained, built_inside, built_outside = _move_into_new_dwellings(model, step, base)
    end = base - chained + moved_in + built_inside + built_outside
    changed = _change_group(model, step, end)
    end = end + changed
    births, infant_deaths = _births(model, step, people, end, shock)
    return Year(
        end=aged(end) + births - infant_deaths,
        births=births,
        deaths=aged(fate.died + arrived * risk / 2) + infant_deaths,
        came=aged(arrived + built_outside),
        left=aged(fate.left),
        moved_in=aged(moved_in + built_inside),
        moved_out=aged(fate.movers + chained),
        changed=aged(changed),
    )


def _death(model: Model, step: int, shock: Shock | None) -> Floats:
    factor = model.death_factor[step] * (shock.death if shock else 1.0)
    risk: Floats = np.minimum(model.death[step][:, None] * factor[None, :, None, None], 1.0)
    return risk


def _leave(model: Model, step: int, level: int, shock: Shock | None) -> Floats:
    factor = model.leave_factor[step, level] * (shock.leave if shock else 1.0)
    leave: Floats = model.leave[step, level][:, None] * _by_age(model, factor)
    return leave


def _by_age(model: Model, by_class: Floats) -> Floats:
    """Spread [X, M] over ages: [1, M, 1, A]."""
    return by_class[model.age_class].T[None, :, None, :]


def _fate(model: Model, step: int, people: Floats, risk: Floats, shock: Shock | None) -> _Fate:
    away = _away(model, step, shock)
    inside = np.minimum(_leave(model, step, INSIDE, shock), 1.0)
    there = people * (1 - risk) * (1 - away)
    removed, rehoused = removals(model, step)
    living = there.sum(axis=(0, 2, 3))
    lost = np.minimum(np.divide(removed, living, out=np.zeros_like(living), where=living > 0), 1.0)[None, :, None, None]
    kept, displaced = there * (1 - lost), there * lost
    part = rehoused[None, :, None, None]
    return _Fate(
        died=people * risk * (1 - away / 2),
        left=people * away * (1 - risk / 2) + displaced * (1 - part),
        movers=kept * inside + displaced * part,
        stay=kept * (1 - inside),
    )


def _away(model: Model, step: int, shock: Shock | None) -> Floats:
    away: Floats = np.minimum(_leave(model, step, COUNTRY, shock) + _leave(model, step, ABROAD, shock), 1.0)
    return away


def beyond_everybody(model: Model, population: Floats) -> Floats:
    """Return by how many people [T, M] demolition asks for more than live there, along a path [T + 1, G, M, 2, A].

    A unit's homes are taken from those who live there and neither die nor leave in the year; no more can lose theirs.
    """
    beyond = np.zeros((model.steps, len(model.units)))
    for step in np.flatnonzero(model.builds.removed.any(axis=0)).tolist():
        there = population[step] * (1 - _death(model, step, None)) * (1 - _away(model, step, None))
        beyond[step] = np.maximum(removals(model, step)[0] - there.sum(axis=(0, 2, 3)), 0)
    return beyond


def removals(model: Model, step: int) -> tuple[Floats, Floats]:
    """Return who loses a home in each unit [M], and the part of them that stays in the region [M]."""
    removed, rehoused = np.zeros(len(model.units)), np.zeros(len(model.units))
    np.add.at(removed, model.builds.unit, model.builds.removed[:, step])
    np.add.at(rehoused, model.builds.unit, model.builds.removed[:, step] * model.builds.from_region)
    return removed, np.divide(rehoused, removed, out=np.zeros_like(removed), where=removed > 0)


def _settle(model: Model, step: int, movers: Floats, shock: Shock | None) -> Floats:
    """Return movers inside the region by where they arrive: by known flows, the rest through the pool."""
    share = attraction(model, step, INSIDE, shock)
    by_town = _sum_by(movers, model.home, len(model.municipalities))
    flows, klass = model.flows, model.age_class
    direct, known = np.zeros_like(by_town), np.zeros((by_town.shape[1], model.classes))
    np.add.at(known, flows.origin, flows.share.T)
    pool = np.einsum("gzsa,za->gsa", by_town, 1 - known[:, klass])
    for x, part in enumerate(flows.share):
        pairs = coo_array((part, (flows.destination, flows.origin)), shape=(len(known), len(known))).tocsr()
        movers_of_class = by_town[..., klass == x].transpose(1, 0, 2, 3)
        arriving = (pairs @ movers_of_class.reshape(len(known), -1)).reshape(movers_of_class.shape)
        direct[..., klass == x] = arriving.transpose(1, 0, 2, 3)
    room = _sum_by(share.T[None, :, None], model.home, by_town.shape[1])[0, :, 0].T
    within = np.divide(share, room[:, model.home], out=np.zeros_like(share), where=room[:, model.home] > 0)
    settled: Floats = _by_age(model, share) * pool[:, None] + _by_age(model, within) * direct[:, model.home]
    return settled


def attraction(model: Model, step: int, level: int, shock: Shock | None) -> Floats:
    """Return how those who come settle [X, M]; shocks of arrival shift the shares of the pool, whose sum stays 1."""
    share: Floats = model.share[step, level]
    if shock is None or level != INSIDE:
        return share
    drawn: Floats = share * shock.arrive
    drawn /= drawn.sum(axis=1, keepdims=True)
    return drawn


def _sum_by(values: Floats, home: Ints, towns: int) -> Floats:
    """Sum [G, M, 2, A] over the units of each municipality: [G, Z, 2, A]."""
    total = np.zeros((towns, values.shape[0], *values.shape[2:]))
    np.add.at(total, home, np.moveaxis(values, 1, 0))
    return np.moveaxis(total, 0, 1)


def _arrivals(model: Model, step: int, shock: Shock | None) -> Floats:
    total = np.zeros_like(model.start)
    for source, level in enumerate((COUNTRY, ABROAD)):
        factor = model.arrive_factor[step, source] * (shock.arrive if shock else 1.0)
        total += model.arrive[step, source][:, None] * _by_age(model, model.share[step, level] * factor)
    return total


def _move_into_new_dwellings(model: Model, step: int, base: Floats) -> tuple[Floats, Floats, Floats]:
    """Return who leaves a home for a new dwelling, and who moves into new dwellings from inside and from outside."""
    builds, towns = model.builds, len(model.municipalities)
    chained, inside, outside = np.zeros_like(base), np.zeros_like(base), np.zeros_like(base)
    arrivals = builds.arrivals[:, step]
    if not arrivals.any():
        return chained, inside, outside
    wanted = np.einsum("n,nz,ngsa->gzsa", builds.from_region, builds.origins, arrivals)
    there = _sum_by(base, model.home, towns)
    part = np.minimum(np.divide(wanted, there, out=np.zeros_like(there), where=there > 0), 1.0)
    chained = base * part[:, model.home]
    met = np.divide(part * there, wanted, out=np.zeros_like(there), where=wanted > 0)
    found = np.einsum("n,nz,ngsa,gzsa->ngsa", builds.from_region, builds.origins, arrivals, met)
    for build, unit in enumerate(builds.unit):
        inside[:, unit] += found[build]
        outside[:, unit] += arrivals[build] - found[build]
    return chained, inside, outside


def _change_group(model: Model, step: int, end: Floats) -> Floats:
    gained: Floats = np.einsum("ijsa,imsa->jmsa", model.change[step], end)
    gained -= end * model.change[step].sum(axis=1)[:, None]
    return gained


def _births(model: Model, step: int, start: Floats, end: Floats, shock: Shock | None) -> tuple[Floats, Floats]:
    """Return births and deaths of newborns in row 0; mothers are the mean of the start and the end of their cohort."""
    factor = model.birth_factor[step] * (shock.birth if shock else 1.0)
    mothers = (start[:, :, FEMALE] + end[:, :, FEMALE]) / 2
    children = model.child_group.T @ (np.einsum("ga,gma->gm", model.birth[step], mothers) * factor)
    girls = children / (1 + model.boys_per_girl)
    born = np.stack([girls, children - girls], axis=-1)
    risk = model.death_factor[step] * (shock.death if shock else 1.0)
    died = born * np.minimum(model.newborn_death[step][:, None] * risk[None, :, None], 1.0)
    births, deaths = np.zeros_like(start), np.zeros_like(start)
    births[..., 0], deaths[..., 0] = born, died
    return births, deaths
