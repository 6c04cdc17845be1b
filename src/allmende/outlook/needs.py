"""Needs of a region: every service set against its facilities, by area and year."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from allmende.areas.region import Region
from allmende.needs.balance import Balance, quantiles, weigh
from allmende.needs.capacity import Facility, count_capacity
from allmende.needs.demand import People, apply_quotas, count_people, group_units
from allmende.needs.findings import Finding, find
from allmende.needs.services import Floats, Service

REGION, MUNICIPALITY, DISTRICT = "region", "municipality", "district"
LOCAL_KINDS = ("places", "classes")
"""What is planned by Ortsteile too; care and doctors are planned for municipalities at the least."""

COUNT_LEVELS = (0.1, 0.5, 0.9)
"""Quantiles of the people on the key date."""

DIGITS = 4
"""Decimals of all figures of a balance, so that what is read is what was computed."""

AHEAD = 10
"""Years that findings look at: a council decides on what comes within ten years, and later children are not born yet."""

ARRAYS = ("need", "capacity", "probability", "missing", "spare", "steps", "offered")


@dataclass(frozen=True, slots=True)
class Geography:
    """Areas of one kind: the catchment of every unit and of every area that a facility may have.

    `divided` are larger areas that hold several catchments: a facility that belongs to one of them as a whole cannot be counted
    here. Any other area that `catchment_of` does not name is no part of this geography.
    """

    name: str
    catchment_of: Mapping[str, str]
    divided: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class AreaNeeds:
    """A service by the areas of one geography.

    `people [3, Y, C, K]` are those of the service's spans of ages on its key date (quantiles `COUNT_LEVELS`), `eligible [3, Y,
    C, P]` those of all ages of a part together; `left_out` the ids of facilities that belong to a larger area and are
    counted there only.
    """

    balance: Balance
    people: Floats
    eligible: Floats
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ServiceNeeds:
    """A service, its facilities and, by name of the geography, its needs.

    There are none for a service that lacks quotas (`service.missing()` says which) or that is a matter of reach.
    """

    service: Service
    facilities: tuple[Facility, ...]
    draws: int
    areas: Mapping[str, AreaNeeds]

    def findings(self, geography: str) -> tuple[tuple[Finding, ...], ...]:
        """Return what there is to say of each catchment and part on the next `AHEAD` years, `[C][P]`."""
        balance = self.areas[geography].balance
        return find(balance, self.service, until=balance.years[0] + AHEAD - 1)


def region_geographies(region: Region) -> tuple[Geography, ...]:
    """Return the region as a whole, its municipalities, and the finest districts where there are any."""
    owner = {town.ags: town.ags for town in region.municipalities} | {each.key: each.ags for each in region.districts}
    finest = {each.key: each.key for town in region.municipalities for each in region.finest(town.ags)}
    larger = {owner[key] for key in finest} | {each.key for each in region.districts if each.key not in finest}
    found = (Geography(REGION, dict.fromkeys(owner, REGION)), Geography(MUNICIPALITY, owner))
    return (*found, Geography(DISTRICT, finest, frozenset(larger))) if finest else found


def weigh_needs(
    people: People,
    services: Sequence[Service],
    facilities: Sequence[Facility],
    geographies: Sequence[Geography],
    *,
    seed: int,
) -> tuple[ServiceNeeds, ...]:
    """Set the need of every draw against what is there, for every service, geography, year and part.

    The levels of quotas that are drawn follow from `seed` and the service's id, so that they are the same in all geographies,
    and those of one service do not change when another one is added.

    Raises `AllmendeError` for a facility in an area that no geography knows.
    """
    return tuple(_weigh(people, service, facilities, geographies, seed) for service in services)


def _weigh(
    people: People, service: Service, facilities: Sequence[Facility], geographies: Sequence[Geography], seed: int
) -> ServiceNeeds:
    own = tuple(facility for facility in facilities if facility.service == service.id)
    computable = service.parts and not service.missing()
    inhabited = [each for each in geographies if any(unit in each.catchment_of for unit in people.units)]
    chosen = [each for each in inhabited if each.name != DISTRICT or service.kind in LOCAL_KINDS] if computable else []
    known = {area for each in geographies for area in each.catchment_of}
    residents = people.of(service) if chosen else people
    areas = {}
    for each in chosen:
        elsewhere = known - each.catchment_of.keys()
        counted = [facility for facility in own if facility.area not in elsewhere]
        left_out = tuple(sorted({facility.id for facility in own if facility.area in each.divided}))
        areas[each.name] = _weigh_areas(residents, service, counted, each, left_out, seed)
    return ServiceNeeds(service, own, len(people.value), areas)


def _weigh_areas(
    people: People,
    service: Service,
    facilities: Sequence[Facility],
    geography: Geography,
    left_out: tuple[str, ...],
    seed: int,
) -> AreaNeeds:
    inside = [position for position, unit in enumerate(people.units) if unit in geography.catchment_of]
    units = tuple(people.units[position] for position in inside)
    residents = people if units == people.units else People(people.value[:, :, inside], people.years, units, people.spans)
    catchments = group_units(units, [geography.catchment_of[unit] for unit in units])
    counted = count_people(residents, service, catchments)
    need = apply_quotas(counted, service, people.years[1:], catchments.names, quota_generator(seed, service))
    capacity = count_capacity(facilities, service, geography.catchment_of, catchments.names, need.years)
    on_day, eligible = (np.round(quantiles(each, COUNT_LEVELS), DIGITS) for each in (counted, _eligible(counted, service)))
    return AreaNeeds(_rounded(weigh(need, capacity)), on_day, eligible, left_out)


def _eligible(counted: Floats, service: Service) -> Floats:
    """Sum people by spans of ages `[S, Y, C, K]` to those of each part, nobody twice `[S, Y, C, P]`."""
    spans = service.spans()
    own = [sorted({spans.index(quota.span) for quota in part.quotas}) for part in service.told()]
    return np.stack([counted[..., at].sum(axis=-1) for at in own], axis=-1)


def quota_generator(seed: int, service: Service) -> np.random.Generator:
    """Return the generator of a service's quota levels: of this service alone, and the same in all geographies."""
    name = hashlib.blake2b(service.id.encode(), digest_size=8).digest()
    return np.random.default_rng([seed, int.from_bytes(name, "little")])


def _rounded(balance: Balance) -> Balance:
    return replace(balance, **{name: np.round(getattr(balance, name), DIGITS) for name in ARRAYS})
