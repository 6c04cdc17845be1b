"""New dwellings as people: how many live in one, of which ages, and how many of them come from the region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from allmende.errors import AllmendeError
from allmende.parameters import load
from allmende.projection.levers import Estate

OLDEST = 90
"""Nobody of this age or older is assumed to move into a new dwelling."""


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How dwellings of one kind are lived in. Ours are assumptions: replace them by what the municipality has counted.

    `usual` persons per dwelling at each of `years` since completion, with `low` and `high` as a range; `lows` and `share` the
    ages of those who move in; `from_region` the part who lived in the region before.
    """

    years: tuple[float, ...]
    usual: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    lows: tuple[int, ...]
    share: tuple[float, ...]
    from_region: float
    source: str

    def __post_init__(self) -> None:
        _check(self)


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
        return Occupancy(years, usual, low, high, tuple(ages["lows"]), tuple(ages[kind]), from_region, str(entries["source"]))
    except KeyError as gap:
        raise AllmendeError(f"The occupancy lacks {gap}.", where="schedules.toml", expected="the layout of ours") from gap


def estate(
    unit: str, years: tuple[int, int], dwellings: float, kind: Occupancy, *, level: Literal["low", "usual", "high"] = "usual"
) -> Estate:
    """Return the lever of new dwellings a year in a unit, from the first to the last of `years`, lived in as `kind` says.

    Persons per dwelling are those at completion; how an estate changes later comes out of births, deaths and moves. The lever
    itself leaves out dwellings that the trend holds and takes the part from the region out of where movers lived.

    >>> new = estate("07131001", (2027, 2030), 20, occupancy("house"), level="low")
    >>> new.occupancy, new.from_region, new.pattern[-1]
    (2.4, 0.6, (90, 0.0))
    """
    persons = {"low": kind.low, "usual": kind.usual, "high": kind.high}[level][0]
    pattern = (*zip(kind.lows, kind.share, strict=True), (OLDEST, 0.0))
    return Estate(unit, years[0], years[1], dwellings, persons, kind.from_region, pattern)


def _check(kind: Occupancy) -> None:
    sizes = {len(kind.years), len(kind.usual), len(kind.low), len(kind.high)}
    if len(sizes) > 1 or not kind.years or list(kind.years) != sorted(set(kind.years)):
        raise AllmendeError("Occupancy needs persons, low and high for each of ascending years.", where="occupancy")
    ordered = all(0 <= low <= usual <= high for low, usual, high in zip(kind.low, kind.usual, kind.high, strict=True))
    if not ordered:
        raise AllmendeError(
            "Occupancy must rise from low over usual to high.", where="occupancy", expected="0 ≤ low ≤ usual ≤ high"
        )
    for name, parts in (("ages", kind.share),):
        if abs(sum(parts) - 1) > 1e-6 or min(parts) < 0:
            raise AllmendeError(
                f"The shares of {name} sum to {sum(parts):g}.", where="occupancy", expected="shares that sum to 1"
            )
    if len(kind.lows) != len(kind.share) or not 0 <= kind.from_region <= 1:
        raise AllmendeError("Occupancy has other ages than shares, or more than all come from the region.", where="occupancy")
