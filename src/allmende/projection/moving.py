"""Put levers into a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from allmende.errors import AllmendeError
from allmende.projection.levers import RATES, Change, Closing, Estate, Levers, Longevity, Split
from allmende.projection.model import INSIDE, Builds, Floats, Model

_FIELD_OF_RATE = {
    "fertility": ("birth_factor", None),
    "mortality": ("death_factor", None),
    "leave_inside": ("leave_factor", 0),
    "leave_country": ("leave_factor", 1),
    "leave_abroad": ("leave_factor", 2),
    "arrive_country": ("arrive_factor", 0),
    "arrive_abroad": ("arrive_factor", 1),
}


def apply(model: Model, levers: Levers) -> Model:
    """Return the model that follows when levers are moved; the model itself stays.

    Raises `AllmendeError` for a unit, kind or year that the model does not have, and where a lever would push a probability
    above 1 or a share below 0.
    """
    for change in levers.changes:
        model = _change(model, change)
    for longevity in levers.longevity:
        model = _lengthen(model, longevity)
    for split in levers.splits:
        model = _split(model, split)
    for closing in levers.closings:
        model = _close(model, closing)
    return _build(model, levers.estates) if levers.estates else model


def life_expectancy(death: Floats, newborn_death: Floats) -> Floats:
    """Return life expectancy at birth from q by age at the start of the year [..., A] and that of newborns [...].

    Newborns live half of their first part-year, who dies in a year lives half of it; the open age has 1 / q - 1 / 2 years.

    >>> round(float(life_expectancy(np.full(101, 0.5), np.array(0.0))), 6)
    2.0
    """
    alive = (1 - newborn_death)[..., None] * np.cumprod(
        np.concatenate([np.ones_like(death[..., :1]), 1 - death[..., :-1]], -1), -1
    )
    lived = alive[..., :-1] * (1 - death[..., :-1] / 2)
    open_age = alive[..., -1] * np.divide(1, death[..., -1], out=np.full_like(death[..., -1], 50.0), where=death[..., -1] > 0)
    years: Floats = 0.5 * (1 - newborn_death / 2) + lived.sum(axis=-1) + open_age - alive[..., -1] / 2
    return years


def _change(model: Model, change: Change) -> Model:
    if change.rate not in RATES:
        raise AllmendeError(f"There is no rate {change.rate!r}.", expected=f"one of {', '.join(RATES)}")
    units = [_unit(model, unit) for unit in change.units] or list(range(len(model.units)))
    return _scale(model, change.rate, _ramp(model, change.factor, change.first_year, change.full_year), units)


def _scale(model: Model, rate: str, factor: Floats, units: Sequence[int]) -> Model:
    """Multiply a rate with factors [T] in some units."""
    name, layer = _FIELD_OF_RATE[rate]
    array = getattr(model, name).copy()
    target = array if layer is None else array[:, layer]
    target[..., units] *= factor.reshape(-1, *[1] * (target.ndim - 1))
    return replace(model, **{name: array})


def _lengthen(model: Model, longevity: Longevity) -> Model:
    """Find the factor on mortality that brings the years of life, and let it grow with the ramp."""
    full = min(max(longevity.full_year - model.base_year - 1, 0), model.steps - 1)
    death, newborn = model.death[full], model.newborn_death[full]

    def gained(factor: float) -> float:
        lived = life_expectancy(np.minimum(death * factor, 1), np.minimum(newborn * factor, 1)).mean()
        return float(lived - life_expectancy(death, newborn).mean() - longevity.years)

    low, high = 0.05, 4.0
    if not gained(high) <= 0 <= gained(low):
        raise AllmendeError(
            f"No change of mortality gives {longevity.years:+g} years of life.",
            where="longevity",
            expected="a few years at most",
        )
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if gained(middle) > 0 else (low, middle)
    ramp = _ramp(model, (low + high) / 2, longevity.first_year, longevity.full_year)
    return _scale(model, "mortality", ramp, range(len(model.units)))


def _split(model: Model, split: Split) -> Model:
    share, unit = model.share.copy(), _unit(model, split.unit)
    share[..., unit] *= _ramp(model, split.factor, split.first_year, split.full_year)[:, None, None]
    return replace(model, share=share / share.sum(axis=-1, keepdims=True))


def _close(model: Model, closing: Closing) -> Model:
    if closing.kind not in model.special_kinds:
        kinds = ", ".join(model.special_kinds) or "none"
        raise AllmendeError(f"Nobody is held apart as {closing.kind!r}.", where=closing.unit, expected=f"one of: {kinds}")
    if not 0 <= closing.part <= 1:
        raise AllmendeError(
            f"{closing.part:g} of {closing.kind} cannot leave.", where=closing.unit, expected="a part from 0 to 1"
        )
    share = model.special_share.copy()
    unit, kind = _unit(model, closing.unit), model.special_kinds.index(closing.kind)
    share[_step(model, closing.year) + 1 :, kind, unit] *= 1 - closing.part
    return replace(model, special_share=share)


def _build(model: Model, estates: Sequence[Estate]) -> Model:
    """Add estates; of the dwellings of a unit and year, the first `trend_dwellings` are in the trend already."""
    planned = np.array([_dwellings(model, estate) for estate in estates])  # [n, T]
    units = np.array([_unit(model, estate.unit) for estate in estates])
    new = np.maximum(planned, 0)
    for unit in np.unique(units):
        here = units == unit
        total = new[here].sum(axis=0)
        beyond = np.maximum(total - model.trend_dwellings[unit], 0)
        new[here] *= np.divide(beyond, total, out=np.zeros_like(total), where=total > 0)
    occupancy = np.array([estate.occupancy for estate in estates])[:, None]
    patterns = np.array([_pattern(model, estate) for estate in estates])  # [n, G, 2, A]
    builds = model.builds
    return replace(
        model,
        builds=Builds(
            unit=np.concatenate([builds.unit, units]),
            arrivals=np.concatenate([builds.arrivals, (new * occupancy)[:, :, None, None, None] * patterns[:, None]]),
            removed=np.concatenate([builds.removed, np.maximum(-planned, 0) * occupancy]),
            from_region=np.concatenate([builds.from_region, [estate.from_region for estate in estates]]),
            origins=np.concatenate([builds.origins, [_origins(model, unit) for unit in units]]),
        ),
    )


def _dwellings(model: Model, estate: Estate) -> Floats:
    """Return the dwellings of each year [T]."""
    first, last = _step(model, estate.first_year), _step(model, estate.last_year)
    if last < first or estate.occupancy < 0 or not 0 <= estate.from_region <= 1:
        raise AllmendeError(
            f"An estate from {estate.first_year} to {estate.last_year}, {estate.occupancy:g} persons per dwelling, "
            f"{estate.from_region:g} from the region, cannot be built.",
            where=estate.unit,
            expected="a last year not before the first, an occupancy of at least 0, and a part from 0 to 1",
        )
    dwellings = np.zeros(model.steps)
    dwellings[first : last + 1] = estate.dwellings
    return dwellings


def _pattern(model: Model, estate: Estate) -> Floats:
    """Return who lives in the dwellings by age at the start of the year [G, 2, A], as parts of 1."""
    unit = _unit(model, estate.unit)
    here = model.start[:, unit]
    if not here.sum():
        here = model.start.sum(axis=1)
    groups: Floats = here.sum(axis=(1, 2)) / here.sum()
    if not estate.pattern:
        as_here: Floats = here / here.sum()
        return as_here
    lows = [low for low, _ in estate.pattern]
    shares = np.array([share for _, share in estate.pattern])
    ages = here.shape[-1]
    if lows != sorted(set(lows)) or lows[0] < 0 or lows[-1] >= ages or (shares < 0).any() or abs(shares.sum() - 1) > 1e-6:
        raise AllmendeError(
            f"The ages of the estate in {estate.unit} are {list(estate.pattern)}.",
            where=estate.unit,
            expected="pairs (lowest age, share) in rising order of age, whose shares sum to 1",
        )
    by_age = np.zeros(ages)
    for low, high, share in zip(lows, [*lows[1:], ages], shares, strict=True):
        by_age[low:high] = share / (high - low)
    pattern: Floats = groups[:, None, None] * by_age / shares.sum() / 2 * np.ones((1, 2, 1))
    return pattern


def _origins(model: Model, unit: int) -> Floats:
    """Return from which municipalities [Z] people move to the unit's: by known flows and by the pool, in the first year."""
    movers = model.start.sum(axis=0) * model.leave[0, INSIDE].mean(axis=0)  # [M, 2, A]
    movers = movers * model.leave_factor[0, INSIDE][model.age_class].T[:, None]
    by_class = np.zeros((model.classes, len(model.municipalities)))
    for age, klass in enumerate(model.age_class):
        np.add.at(by_class[klass], model.home, movers[:, :, age].sum(axis=1))
    flows, town = model.flows, model.home[unit]
    known, direct = np.zeros_like(by_class), np.zeros_like(by_class)
    for origin, destination, share in zip(flows.origin, flows.destination, flows.share.T, strict=True):
        known[:, origin] += share
        direct[:, origin] += share * (destination == town)
    rest = np.maximum(1 - known, 0)  # shares that sum to 1 may do so but for rounding: nothing is left for the pool
    share_of_pool = model.share[0, INSIDE][:, model.home == town].sum(axis=1, keepdims=True)
    weights = (by_class * (direct + rest * share_of_pool)).sum(axis=0)
    people = np.zeros(len(model.municipalities))
    np.add.at(people, model.home, model.start.sum(axis=(0, 2, 3)))
    origins: Floats = weights / weights.sum() if weights.sum() > 0 else people / people.sum()
    return origins


def _ramp(model: Model, factor: float, first_year: int, full_year: int) -> Floats:
    """Return factors [T] that are 1 before the first year and full from the full year on."""
    if factor < 0 or full_year < first_year:
        raise AllmendeError(
            f"A factor of {factor:g} from {first_year} to {full_year} cannot act.",
            expected="a factor of at least 0, full_year ≥ first_year",
        )
    years = np.array(model.years[1:])
    part = np.clip((years - first_year + 1) / (full_year - first_year + 1), 0, 1)
    ramp: Floats = 1 + (factor - 1) * part
    return ramp


def _unit(model: Model, unit: str) -> int:
    if unit not in model.units:
        raise AllmendeError(f"The projection has no unit {unit}.", expected=f"one of its {len(model.units)} units")
    return model.units.index(unit)


def _step(model: Model, year: int) -> int:
    if not model.years[0] < year <= model.years[-1]:
        raise AllmendeError(
            f"The projection does not reach {year}.", expected=f"a year from {model.years[1]} to {model.years[-1]}"
        )
    return year - model.years[1]
