"""Who is reached in time, now and with what is planned: fire cover and other services with a norm in minutes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from allmende.files import write_whole
from allmende.needs.capacity import Facility
from allmende.needs.reach import FireNorm, fire_cover
from allmende.needs.services import Service
from allmende.outlook.inhabited import Inhabited, share_bounds
from allmende.outlook.needs import AHEAD
from allmende.outlook.settled import Journeys, Settled
from allmende.outlook.unusable import PLAN, read_document, using
from allmende.outlook.weighing import Offer

Floats = NDArray[np.float64]

REACH = "reach.json"
FORMAT = 4
"""Version of `reach.json`; a reader refuses any other."""

REGION = "region"
HALF_A_YEAR = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Reached:
    """People of an area (AGS or `region`), and how many of them are reached in time; `uncounted` live nobody knows where."""

    area: str
    people: float
    reached: float
    uncounted: float = 0.0

    @property
    def share(self) -> float:
        """The part of the people counted who are reached; nan where there are none."""
        return self.reached / self.people if self.people else float("nan")

    @property
    def bounds(self) -> tuple[float, float]:
        """The part of all people who are reached if none, and if all, of those who are not counted are."""
        return share_bounds(self.reached, self.people, self.uncounted)


@dataclass(frozen=True, slots=True)
class Stage:
    """The stations that are open on a day, who is reached then, and where people live who are not (lon, lat, people, minutes).

    People are those of 31.12. of `year`, the nearest one. The region stands first in `areas`. Minutes are those of the drive
    from the nearest station.
    """

    day: str
    year: int
    stations: int
    areas: tuple[Reached, ...]
    late: tuple[tuple[float, float, float, float], ...]

    def of(self, area: str) -> Reached:
        """Return one area. Raises KeyError for an unknown one."""
        for each in self.areas:
            if each.area == area:
                return each
        raise KeyError(area)


@dataclass(frozen=True, slots=True)
class ServiceReach:
    """One service: its norm, and its stages: today, every day from which stations are added or gone, and ten years from now.

    People are those of the released year `settled` today, by cells of `size` metres, and as many as are projected later;
    `minutes` is the whole norm, `before_driving` what of it passes before anybody drives, `target` the share of people who
    shall be reached.
    """

    service: str
    title: Mapping[str, str]
    minutes: float
    before_driving: float
    target: float
    source: Mapping[str, str]
    by_road: bool
    size: int
    settled: int
    far: float
    stages: tuple[Stage, ...]

    @property
    def now(self) -> Stage:
        """What is there at the end of the released year."""
        return self.stages[0]

    @property
    def planned(self) -> Stage:
        """What is there once everything planned is done, and ten years from now at the least."""
        return self.stages[-1]


def reach_services(offer: Offer, inhabited: Inhabited, journeys: Journeys) -> tuple[ServiceReach, ...]:
    """Measure all services that have a norm and nothing but stations with a position: who is reached from them in time."""
    measured = [
        _measure(service, stations, inhabited, journeys)
        for service in offer.services
        if service.kind == "reach" and (stations := _of(offer.facilities, service))
    ]
    return tuple(measured)


def _of(facilities: Sequence[Facility], service: Service) -> list[Facility]:
    return [each for each in facilities if each.service == service.id and each.lon is not None]


def _measure(service: Service, stations: Sequence[Facility], inhabited: Inhabited, journeys: Journeys) -> ServiceReach:
    norm, settled = service.norm, inhabited.settled
    assert norm is not None  # noqa: S101 - a service of this kind has one, its reader sees to that
    today = date(settled.year, 12, 31)
    changes = {each.opens for each in stations} | {_day_after(each.closes) for each in stations if each.closes}
    changes.add(date(min(settled.year + AHEAD, inhabited.years[-1]), 12, 31))
    days = [today, *sorted(day for day in changes if day and day > today)]
    stages = [_stage(day, stations, inhabited, journeys, FireNorm(norm.minutes, 0.0, norm.before_driving)) for day in days]
    return ServiceReach(
        service=service.id,
        title=dict(service.title),
        minutes=norm.minutes,
        before_driving=norm.before_driving,
        target=norm.target,
        source=dict(norm.source),
        by_road=journeys.by_road,
        size=settled.size,
        settled=settled.year,
        far=journeys.far(settled),
        stages=tuple(stages),
    )


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _stage(day: date, stations: Sequence[Facility], inhabited: Inhabited, journeys: Journeys, norm: FireNorm) -> Stage:
    settled, year = inhabited.settled, (day - HALF_A_YEAR).year
    people = inhabited.people(year)
    there = [(each.lon, each.lat) for each in stations if each.open_on(day) and each.lon is not None and each.lat is not None]
    nobody = np.full(len(people), np.inf)
    minutes = journeys.minutes_from_nearest(settled, there) if there else nobody
    towns, uncounted = np.bincount(settled.town, people, len(settled.towns)), inhabited.uncounted(year)
    late = fire_cover(minutes, people, norm).late
    missed = np.bincount(settled.town[late], people[late], len(settled.towns))
    whole = Reached(REGION, float(towns.sum()), float(towns.sum() - missed.sum()), float(uncounted.sum()))
    reached = (towns - missed).tolist()
    each = [Reached(*row) for row in zip(settled.towns, towns.tolist(), reached, uncounted.tolist(), strict=True)]
    missing = tuple(_late(at, settled, people, minutes) for at in late.tolist())
    return Stage(day.isoformat(), max(year, settled.year), len(there), (whole, *each), missing)


def _late(at: int, settled: Settled, people: Floats, minutes: Floats) -> tuple[float, float, float, float]:
    """Return a place that is not reached in time; -1 minutes stand for no way at all."""
    drive = round(float(minutes[at]), 1) if np.isfinite(minutes[at]) else -1.0
    return round(float(settled.lon[at]), 5), round(float(settled.lat[at]), 5), round(float(people[at]), 2), drive


def write_reach(measured: Sequence[ServiceReach], path: Path) -> None:
    """Write what was measured, the same bytes for the same figures."""
    document = {"format": FORMAT, "services": [asdict(each) for each in measured]}
    write_whole(path, (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n").encode())


def read_reach(folder: Path) -> tuple[ServiceReach, ...]:
    """Read who is reached in time from an outlook folder; nothing if it was not measured.

    Raises `UnusableOutlook` for a damaged file or another format.
    """
    path = folder / REACH
    if not path.is_file():
        return ()
    document = read_document(path, FORMAT, PLAN)
    with using(path, PLAN):
        return tuple(_service(each) for each in document["services"])


def _service(data: Mapping[str, object]) -> ServiceReach:
    stages = data["stages"]
    assert isinstance(stages, list)  # noqa: S101 - written by write_reach
    return ServiceReach(**{**data, "stages": tuple(_read_stage(stage) for stage in stages)})  # type: ignore[arg-type]


def _read_stage(data: Mapping[str, object]) -> Stage:
    areas, late = data["areas"], data["late"]
    assert isinstance(areas, list)  # noqa: S101 - written by write_reach
    assert isinstance(late, list)  # noqa: S101
    own = {**data, "areas": tuple(Reached(**each) for each in areas), "late": tuple(tuple(each) for each in late)}
    return Stage(**own)  # type: ignore[arg-type]
