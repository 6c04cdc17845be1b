"""What each municipality of the fictional region has and plans: so much as need and character ask for, in whole steps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import Any

import numpy as np

from allmende.demo.facilities_sites import STRETCH, Streets, spread_sites
from allmende.demo.territory import Floats, Ints
from allmende.needs.capacity import Facility
from allmende.needs.services import OLDEST, Part, Service, Span

TODAY = 2025


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the region and its people in the release: `persons` in bands from `lows` on, the last one to 100 and older."""

    key: str
    name: str
    ags: str
    lows: Ints
    persons: Floats

    def people(self, span: Span) -> float:
        """Return the people of a span of ages; a band that it cuts is shared out evenly over its ages, sexes by halves."""
        ends = np.append(self.lows[1:], max(OLDEST, int(self.lows[-1])) + 1)
        overlap = np.clip(np.minimum(ends, span.high + 1) - np.maximum(self.lows, span.low), 0, None)
        return float((self.persons * overlap / (ends - self.lows)).sum()) * (1.0 if span.sex == "all" else 0.5)

    def need(self, part: Part) -> float:
        """Return today's need of a part of a service by its quotas."""
        return sum(self.people(quota.span) * float(quota.at([TODAY])[0]) for quota in part.quotas)


def share_out(seats: int, weights: Sequence[float]) -> list[int]:
    """Give whole seats in proportion to weights (Sainte-Laguë); ties go to the earlier one.

    >>> share_out(5, [30, 20, 1])
    [3, 2, 0]
    """
    given = [0] * len(weights)
    for _ in range(seats):
        claims = [weight / (2 * count + 1) for weight, count in zip(weights, given, strict=True)]
        given[claims.index(max(claims))] += 1
    return given


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans the facilities of one municipality: its `units` (positions in those of `streets`) and demo_facilities.toml."""

    units: Mapping[int, Unit]
    flavour: str
    streets: Streets
    wishes: Mapping[str, Any]
    rng: np.random.Generator

    def plan(self, service: Service) -> list[Facility]:
        """Return what the municipality has of a service today, with closings, and what it plans."""
        if service.kind == "reach":
            there = list(self._stations(service))
            return [*there, *self._further(service, there)]
        # homes and services for people in need of care are houses of their own; a Kita or school has all its parts in one
        together = [[part] for part in service.parts] if service.kind == "people" else [list(service.parts)]
        today = [each for parts in together for each in self._houses(service, parts)]
        return [*self._close(service, today), *self._open(service)]

    @property
    def ags(self) -> str:
        """The municipality."""
        return next(iter(self.units.values())).ags

    def _houses(self, service: Service, parts: Sequence[Part]) -> Iterator[Facility]:
        """Yield houses that offer these parts together, spread over the units by need."""
        need = {at: [unit.need(part) for part in parts] for at, unit in self.units.items()}
        steps = self._steps(service, parts, np.array(list(need.values())).sum(axis=0))
        by_unit = dict(zip(need, self._count_houses(service, max(steps), [sum(each) for each in need.values()]), strict=True))
        sites = [site for unit, houses in by_unit.items() if houses for site in self._sites([unit], houses)]
        weight = [sum(need[at]) / by_unit[at] for at in self.streets.unit[sites].tolist()]
        offered = [share_out(each, weight) for each in steps]
        kind = service.id if len(parts) == len(service.parts) else f"{service.id}_{parts[0].id}"
        for number, (site, name) in enumerate(zip(sites, self._names(kind, sites), strict=True)):
            for part, groups in zip(parts, offered, strict=True):
                if groups[number]:
                    yield self._at(site, f"{kind}-{self.ags}-{number + 1}", service, part.id, name, groups[number] * part.step)

    def _count_houses(self, service: Service, steps: int, need: Sequence[float]) -> list[int]:
        """Return how many houses each unit has: one as soon as it fills the smallest, more when it fills the largest."""
        size = self.wishes["size"][service.id]
        filled = share_out(max(round(steps / size["smallest"]), 1), need)
        return [math.ceil(each * size["smallest"] / size["largest"]) for each in filled]

    def _steps(self, service: Service, parts: Sequence[Part], need: Floats) -> list[int]:
        """Return the whole steps (groups, classes, practices) that the municipality has of each part."""
        supply = self.wishes["supply"]["values"][service.id][self.flavour]
        steps = [max(round(float(each) * supply / part.step), 1) for each, part in zip(need, parts, strict=True)]
        # whoever enters a class stays in it for all grades
        return [max(steps)] * len(parts) if service.kind == "classes" else steps

    def _stations(self, service: Service) -> Iterator[Facility]:
        inhabitants = sum(unit.people(Span(0, OLDEST)) for unit in self.units.values())
        sites = self._sites(list(self.units), max(round(inhabitants / self.wishes["size"]["fire"]["inhabitants"]), 1))
        for number, (site, name) in enumerate(zip(sites, self._names(service.id, sites), strict=True), 1):
            yield self._at(site, f"{service.id}-{self.ags}-{number}", service, "", name, 1.0)

    def _close(self, service: Service, today: Sequence[Facility]) -> Iterator[Facility]:
        """Yield today's facilities; where a closing is planned, the smallest one has its last day."""
        planned = [each for each in self.wishes["closing"] if each["ags"] == self.ags and each["service"] == service.id]
        sizes: dict[str, float] = {}
        for each in today:
            sizes[each.id] = sizes.get(each.id, 0.0) + each.capacity
        closing = dict(zip(sorted(sizes, key=lambda key: sizes[key]), [each["closes"] for each in planned], strict=False))
        return (replace(each, closes=closing.get(each.id)) for each in today)

    def _open(self, service: Service) -> Iterator[Facility]:
        """Yield what is planned, in the unit with the greatest need."""
        planned = [each for each in self.wishes["opening"] if each["ags"] == self.ags and each["service"] == service.id]
        for number, wish in enumerate(planned, 1):
            unit = max(self.units, key=lambda at: sum(self.units[at].need(part) for part in service.parts))
            site = self._sites([unit], 1)[0]
            for part, capacity in wish["capacity"].items():
                new = self._at(site, f"{service.id}-{self.ags}-new-{number}", service, part, wish["name"], capacity)
                yield replace(new, opens=wish["opens"])

    def _further(self, service: Service, there: Sequence[Facility]) -> Iterator[Facility]:
        """Yield the stations that are planned, each in the place that is farthest from those of today."""
        planned = [each for each in self.wishes["opening"] if each["ags"] == self.ags and each["service"] == service.id]
        today = np.array([(each.lon, each.lat) for each in there])

        def apart(at: int) -> float:
            middle = self.streets.point[self.streets.unit == at].mean(axis=0)
            return float(np.hypot(*((today - middle) * STRETCH).T).min())

        far = sorted(self.units, key=apart, reverse=True)
        for number, (wish, at) in enumerate(zip(planned, far, strict=False), 1):
            site = spread_sites(self.streets, [at], 1, np.random.default_rng(number))[0]  # moves no other site
            new = self._at(site, f"{service.id}-{self.ags}-new-{number}", service, "", wish["name"], wish["capacity"])
            yield replace(new, opens=wish["opens"])

    def _sites(self, units: list[int], count: int) -> list[int]:
        return spread_sites(self.streets, units, count, self.rng)

    def _names(self, kind: str, sites: Sequence[int]) -> list[str]:
        """Return a name for each site, in the municipality each only once."""
        stems = self.wishes["names"][kind]
        mixed = [stems[i] for i in self.rng.permutation(len(stems))]
        if len(stems) == 1:  # such as "Grundschule": told apart by where it is
            mixed = [f"{stems[0]} {self.units[at].name}" for at in self.streets.unit[list(sites)].tolist()]
        found: list[str] = []
        for name in islice(cycle(mixed), len(sites)):
            again = sum(each == name or each.startswith(f"{name} ") for each in found)
            found.append(f"{name} ({again + 1})" if again else name)
        return found

    def _at(self, site: int, key: str, service: Service, part: str, name: str, capacity: float) -> Facility:
        lon, lat = self.streets.point[site].tolist()
        unit = self.units[int(self.streets.unit[site])]
        return Facility(key, service.id, part, name, unit.key, float(capacity), lon, lat)
