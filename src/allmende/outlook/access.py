"""Services that people go to: who is within the norm, and how much of what is offered each place can count on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np

from allmende.files import write_whole
from allmende.needs.balance import LEVELS
from allmende.needs.capacity import Facility
from allmende.needs.reach import Ways, e2sfca_decay, two_step
from allmende.needs.services import Norm
from allmende.outlook.inhabited import Inhabited, share_bounds
from allmende.outlook.needs import AHEAD, MUNICIPALITY, REGION, ServiceNeeds
from allmende.outlook.settled import Floats, Journeys
from allmende.outlook.unusable import PLAN, read_document, using
from allmende.parameters import load

ACCESS = "access.json"
FORMAT = 2
"""Version of `access.json`; a reader refuses any other."""

DIGITS = 4


@dataclass(frozen=True, slots=True)
class Served:
    """An area (a unit, an AGS, or `region`) in a year: its people, and how many are within the norm.

    `need` is what they need, in the service's unit; `cover` the part of it that is within reach of them when everybody competes
    for it (E2SFCA): 1 is enough, below 1 others take it or it is far. `uncounted` people live nobody knows where within it; of
    an Ortsteil it is None, because that is known of municipalities only.
    """

    area: str
    people: float
    within: float
    need: float
    cover: float
    uncounted: float | None = None

    @property
    def share(self) -> float:
        """The part of the people counted who are within the norm; nan where there are none."""
        return self.within / self.people if self.people else float("nan")

    @property
    def bounds(self) -> tuple[float, float]:
        """The part of all people within the norm if none, and if all, of those who are not counted are."""
        return share_bounds(self.within, self.people, self.uncounted or 0.0)

    @property
    def cover_bounds(self) -> tuple[float, float]:
        """The part of the need that is within reach if nothing, and if enough, is within reach of the uncounted."""
        low, high = share_bounds(self.cover * self.people, self.people, self.uncounted or 0.0)
        return low, self.cover if self.cover >= 1 else high


@dataclass(frozen=True, slots=True)
class Year:
    """What is open on the key date of a year: how many facilities, what they offer together, and who is served."""

    year: int
    facilities: int
    offered: float
    areas: tuple[Served, ...]

    def of(self, area: str) -> Served | None:
        """Return an area, None where nobody lives."""
        return next((each for each in self.areas if each.area == area), None)


@dataclass(frozen=True, slots=True)
class ServiceAccess:
    """One service over the next years, by cells of `size` metres; `lost` are facilities without a position, not counted.

    `minutes` is what the norm leaves for the way; `decay` the weights of E2SFCA, up to so many minutes each; `far` the people
    far from any road, whose ways are too short.
    """

    service: str
    title: Mapping[str, str]
    unit: Mapping[str, str]
    minutes: float
    target: float
    source: Mapping[str, str]
    decay: tuple[tuple[float, float], ...]
    by_road: bool
    size: int
    settled: int
    far: float
    lost: tuple[str, ...]
    years: tuple[Year, ...]


def access_services(needs: Sequence[ServiceNeeds], inhabited: Inhabited, journeys: Journeys) -> tuple[ServiceAccess, ...]:
    """Measure all services of an outlook that have a norm, figures of need, and a facility with a position."""
    found = []
    for each in needs:
        norm = each.service.norm
        if norm is not None and MUNICIPALITY in each.areas and any(one.lon is not None for one in each.facilities):
            found.append(_measure(each, norm, inhabited, journeys))
    return tuple(found)


def _measure(needs: ServiceNeeds, norm: Norm, inhabited: Inhabited, journeys: Journeys) -> ServiceAccess:
    settled, service = inhabited.settled, needs.service
    placed = [one for one in needs.facilities if one.lon is not None and one.lat is not None]
    minutes = journeys.minutes_to(settled, [(one.lon or 0.0, one.lat or 0.0) for one in placed])
    drive, decay = norm.minutes - norm.before_driving, _decay()
    years = needs.areas[MUNICIPALITY].balance.years[:AHEAD]
    return ServiceAccess(
        service=service.id,
        title=dict(service.title),
        unit=dict(service.unit),
        minutes=drive,
        target=norm.target,
        source=dict(norm.source),
        decay=decay,
        by_road=journeys.by_road,
        size=settled.size,
        settled=settled.year,
        far=journeys.far(settled),
        lost=tuple(sorted({one.name for one in needs.facilities if one.lon is None})),
        years=tuple(_year(year, needs, placed, minutes, drive, inhabited) for year in years),
    )


def _year(
    year: int, needs: ServiceNeeds, placed: Sequence[Facility], minutes: Floats, drive: float, inhabited: Inhabited
) -> Year:
    day = date(year, *needs.service.key_date)
    open_then = np.flatnonzero([one.open_on(day) for one in placed])
    there, supply = minutes[:, open_then], np.array([placed[at].capacity for at in open_then.tolist()])
    people = inhabited.people(year)
    need = _need_of_places(needs, inhabited, people, year)
    inside = people * (there.min(axis=1, initial=np.inf) <= drive)
    met = need * _cover(there, need, supply)
    uncounted = inhabited.uncounted(year)
    lost = dict(zip(inhabited.settled.towns, uncounted.tolist(), strict=True)) | {REGION: float(uncounted.sum())}
    areas = tuple(
        Served(area, _sum(people[at]), _sum(inside[at]), _sum(need[at]), _part(met[at], need[at]), _rounded(lost.get(area)))
        for area, at in _places_of(inhabited)
    )
    return Year(year, len({placed[at].id for at in open_then.tolist()}), float(supply.sum()), areas)


def _need_of_places(needs: ServiceNeeds, inhabited: Inhabited, people: Floats, year: int) -> Floats:
    """Spread the median need of every municipality over its places, by their people."""
    balance, settled = needs.areas[MUNICIPALITY].balance, inhabited.settled
    own = len(needs.service.parts)  # a school's parts without their sum, which is counted in classes
    middle = balance.need[LEVELS.index(0.5), balance.years.index(year), :, :own].sum(axis=-1)
    of_town = dict(zip(balance.catchments, middle.tolist(), strict=True))
    needed = np.array([of_town.get(ags, 0.0) for ags in settled.towns])
    lived = np.bincount(settled.town, people, len(settled.towns))
    spread: Floats = people * np.divide(needed, lived, out=np.zeros_like(lived), where=lived > 0)[settled.town]
    return spread


def _decay() -> tuple[tuple[float, float], ...]:
    return tuple((float(minutes), float(weight)) for minutes, weight in load("reach")["decay"]["e2sfca"]["steps"])


def _cover(minutes: Floats, need: Floats, supply: Floats) -> Floats:
    """Return the part of each place's need that is met: E2SFCA with need in the place of people."""
    place, facility = np.nonzero(minutes <= _decay()[-1][0])
    ways = Ways(place, facility, minutes[place, facility], len(need), len(supply), "")
    return two_step(ways, need, supply, decay=e2sfca_decay()).index


def _places_of(inhabited: Inhabited) -> list[tuple[str, np.ndarray[tuple[int], np.dtype[np.int64]]]]:
    """Return the region, its municipalities and its units, each with the positions of its places; none without any."""
    settled = inhabited.settled
    found = [(REGION, np.arange(len(settled.people)))]
    found += [(ags, settled.of(ags)) for ags in settled.towns]
    divided = [
        (key, np.flatnonzero(inhabited.unit == at)) for at, key in enumerate(inhabited.units) if key not in settled.towns
    ]
    return [(area, at) for area, at in found + divided if len(at)]


def _sum(values: Floats) -> float:
    return round(float(values.sum()), DIGITS)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def _part(met: Floats, need: Floats) -> float:
    return round(float(met.sum() / need.sum()), DIGITS) if need.sum() > 0 else 0.0


def write_access(measured: Sequence[ServiceAccess], path: Path) -> None:
    """Write what was measured, the same bytes for the same figures."""
    document = {"format": FORMAT, "services": [asdict(each) for each in measured]}
    write_whole(path, (json.dumps(document, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n").encode())


def read_access(folder: Path) -> tuple[ServiceAccess, ...]:
    """Read who is served from an outlook folder; nothing if it was not measured.

    Raises `UnusableOutlook` for a damaged file or another format.
    """
    path = folder / ACCESS
    if not path.is_file():
        return ()
    document = read_document(path, FORMAT, PLAN)
    with using(path, PLAN):
        return tuple(
            ServiceAccess(
                **each
                | {
                    "decay": tuple(tuple(step) for step in each["decay"]),
                    "lost": tuple(each["lost"]),
                    "years": tuple(map(_read_year, each["years"])),
                }
            )
            for each in document["services"]
        )


def _read_year(data: dict[str, object]) -> Year:
    areas = data["areas"]
    assert isinstance(areas, list)  # noqa: S101 - written by write_access
    return Year(**data | {"areas": tuple(Served(**each) for each in areas)})  # type: ignore[arg-type]
