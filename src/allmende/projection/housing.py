"""New dwellings as people: how many move in, of which ages, when, from where, and what the trend holds already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.parameters import load
from allmende.projection.model import INSIDE, Builds, Model

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How dwellings of one kind are lived in. Ours are assumptions: replace them by what the municipality has counted.

    `persons` per dwelling at each of `years` since completion, with `low` and `high` as a range; `lows` and `share` the ages
    of those who move in; `pace` the part moved into in the year of completion, the next, …; `from_region` the part who
    lived in the region before.
    """

    years: tuple[float, ...]
    persons: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    lows: tuple[int, ...]
    share: tuple[float, ...]
    pace: tuple[float, ...]
    from_region: float
    source: str

    def __post_init__(self) -> None:
        _check(self)

    def at(self, since: Sequence[float] | Floats) -> Floats:
        """Return persons per dwelling so many years after completion, interpolated.

        >>> occupancy("house").at([0, 5]).round(2).tolist()
        [2.8, 3.05]
        """
        return np.interp(np.asarray(since, dtype=np.float64), self.years, self.persons)


def occupancy(kind: str, own: Mapping[str, Any] | None = None) -> Occupancy:
    """Read the occupancy of "house" or "flat"; `own` (parsed TOML of the section `occupancy`) takes the place of ours.

    >>> occupancy("flat").source.startswith("assumption")
    True
    """
    entries = dict(own) if own else load("schedules")["occupancy"]
    if not isinstance(entries.get(kind), dict):
        raise AllmendeError(f"No occupancy of {kind!r} is known.", where="schedules.toml", expected="house or flat")
    try:
        persons, ages = entries[kind], entries["ages"]
        years, usual, low, high = (
            tuple(float(value) for value in row)
            for row in (entries["years"], persons["usual"], persons["low"], persons["high"])
        )
        from_region = float(entries["from_region"]["value"])
        pace = tuple(entries["pace"]["values"])
        return Occupancy(
            years, usual, low, high, tuple(ages["lows"]), tuple(ages[kind]), pace, from_region, str(entries["source"])
        )
    except KeyError as gap:
        raise AllmendeError(f"The occupancy lacks {gap}.", where="schedules.toml", expected="the layout of ours") from gap


def beyond_trend(dwellings: Floats, trend: float) -> tuple[Floats, Floats]:
    """Split planned dwellings a year [T] from those a year that the base period had already.

    Returns the dwellings above the trend, whose people come on top, and those by which building falls short of it, whose people
    the trend's arrivals hold too many of (give them to a lever that lowers arrivals). Without this, houses count twice.

    >>> above, short = beyond_trend(np.array([10.0, 2.0]), 4.0)
    >>> above.tolist(), short.tolist()
    ([6.0, 0.0], [0.0, 2.0])
    """
    return np.maximum(dwellings - trend, 0.0), np.maximum(trend - dwellings, 0.0)


def moving_in(dwellings: Floats, kind: Occupancy, groups: Floats, ages: int = 101) -> Floats:
    """Return who moves into dwellings completed a year [T]: persons [T, G, 2, A] by age at the start of the year.

    The persons at completion move in at the `pace`; how occupancy changes later comes out of births, deaths and moves of the
    projection itself. `groups` [G] shares of those who move in; both sexes alike.
    """
    wrong = ~(np.asarray(dwellings) >= 0)
    if wrong.any():
        raise AllmendeError(
            f"{dwellings[int(np.flatnonzero(wrong)[0])]:g} dwellings cannot be completed.",
            expected="numbers of 0 or more; give demolition as `removed`",
        )
    if not np.isclose(groups.sum(), 1.0):
        raise AllmendeError(f"The groups of those who move in sum to {groups.sum():g}.", expected="1")
    ready = np.convolve(dwellings, kind.pace)[: len(dwellings)]
    shape = age_pattern(kind, ages)
    by_group = ready[:, None] * kind.persons[0] * groups
    return np.repeat(by_group[:, :, None, None] * shape / 2, 2, axis=2)


def age_pattern(kind: Occupancy, ages: int = 101) -> Floats:
    """Spread the bands of those who move in evenly on single ages at the start of the year [A]; sums to 1."""
    starts = np.asarray(kind.lows)
    widths = np.diff(np.append(starts, 90 if starts[-1] < 90 else ages))
    by_reached = np.zeros(ages)
    for first, width, share in zip(starts, widths, kind.share, strict=True):
        by_reached[first : first + width] = share / width
    by_start = np.append(by_reached[1:], 0.0)
    by_start[0] += by_reached[0]
    return np.asarray(by_start / by_start.sum(), dtype=np.float64)


def chain_origins(model: Model, unit: int) -> Floats:
    """Say where those who come from the region lived before [Z]: by the usual flows into the unit's municipality.

    Weights are movers inside the region of the first year (rates × people × share that goes there), so dwellings are
    left where movers have always come from. Where nobody usually comes from, all have the weight of their people.
    """
    home, towns = model.home, len(model.municipalities)
    factor = model.leave_factor[0, INSIDE][model.age_class]  # [A, M]
    movers = np.einsum("gmsa,gsa,am->ma", model.start, model.leave[0, INSIDE], factor)
    by_class = np.zeros((towns, model.classes))
    np.add.at(by_class, (home[:, None], model.age_class[None, :]), movers)
    share = np.zeros((model.classes, towns))
    np.add.at(share.T, home, model.share[0, INSIDE].T)
    to = np.zeros((towns, model.classes))
    known = np.zeros((towns, model.classes))
    np.add.at(known, model.flows.origin, model.flows.share.T)
    to += (1 - known) * share[:, home[unit]]
    there = model.flows.destination == home[unit]
    np.add.at(to, model.flows.origin[there], model.flows.share.T[there])
    weights = (by_class * to).sum(axis=1)
    if not weights.sum() > 0:
        weights = np.bincount(home, weights=model.start.sum(axis=(0, 2, 3)))
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def build(model: Model, unit: int, dwellings: Floats, kind: Occupancy, removed: Floats | None = None) -> Builds:
    """Return one more build of a model: dwellings beyond the trend [T] in a unit, lived in as `kind` says.

    Groups are those of the unit's people; `removed` [T] persons whose homes are demolished.

    Raises
    ------
    AllmendeError
        If `dwellings` or `removed` do not have one number for each year, or are negative.
    """
    removed = np.zeros(model.steps) if removed is None else removed
    if len(dwellings) != model.steps or len(removed) != model.steps:
        raise AllmendeError(f"Dwellings of {len(dwellings)} years for a model of {model.steps}.", expected="one number a year")
    people = model.start[:, unit].sum(axis=(1, 2))
    groups = people / people.sum() if people.sum() > 0 else np.full(len(people), 1 / len(people))
    arrivals = moving_in(dwellings, kind, groups, model.start.shape[3])
    old = model.builds
    return Builds(
        np.append(old.unit, unit),
        np.concatenate([old.arrivals, arrivals[None]]),
        np.concatenate([old.removed, removed[None]]),
        np.append(old.from_region, kind.from_region),
        np.concatenate([old.origins, chain_origins(model, unit)[None]]),
    )


def _check(kind: Occupancy) -> None:
    sizes = {len(kind.years), len(kind.persons), len(kind.low), len(kind.high)}
    if len(sizes) > 1 or not kind.years or list(kind.years) != sorted(set(kind.years)):
        raise AllmendeError("Occupancy needs persons, low and high for each of ascending years.", where="occupancy")
    ordered = all(0 <= low <= usual <= high for low, usual, high in zip(kind.low, kind.persons, kind.high, strict=True))
    if not ordered:
        raise AllmendeError(
            "Occupancy must rise from low over usual to high.", where="occupancy", expected="0 ≤ low ≤ usual ≤ high"
        )
    for name, parts in (("ages", kind.share), ("pace", kind.pace)):
        if abs(sum(parts) - 1) > 1e-6 or min(parts) < 0:
            raise AllmendeError(
                f"The shares of {name} sum to {sum(parts):g}.", where="occupancy", expected="shares that sum to 1"
            )
    if len(kind.lows) != len(kind.share) or not 0 <= kind.from_region <= 1:
        raise AllmendeError("Occupancy has other ages than shares, or more than all come from the region.", where="occupancy")
