"""Needs from plain files: people, facilities and services, without a release."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from allmende.areas.hierarchy import load_region
from allmende.areas.region import Region
from allmende.errors import AllmendeError
from allmende.needs.services import Service
from allmende.outlook.facilities import area_keys, read_facilities, unit_shapes
from allmende.outlook.needs import REGION, Geography, ServiceNeeds, region_geographies, weigh_needs
from allmende.outlook.people import read_people
from allmende.outlook.services import load_services, needed_bands

AREA = "area"
"""The geography of files without a region: each area of the people for itself."""


def report_needs(
    people: Path,
    facilities: Path,
    *,
    services: Path | None = None,
    chosen: Sequence[str] = (),
    region: Path | None = None,
    seed: int = 1,
) -> tuple[ServiceNeeds, ...]:
    """Weigh needs against capacity for the people and facilities of two files (docs/formats/services.md).

    `services` is a folder whose files take the place of ours; `chosen` the ids of services, those of the facilities if none is
    named. With a region folder, areas add up to municipalities and districts; without one each area of the people
    stands for itself. Raises `AllmendeError` for what cannot be used, with all defects of a file.
    """
    known = load_services(services)
    everybody = read_people(people, needed_bands(known))
    if region is None:
        own = {area: area for area in everybody.units}
        there = read_facilities(facilities, known, everybody.units)
        geographies: tuple[Geography, ...] = (Geography(REGION, dict.fromkeys(own, REGION)), Geography(AREA, own))
    else:
        places = load_region(region)
        _check_units(everybody.units, places, people)
        there = read_facilities(facilities, known, area_keys(places), unit_shapes(region, places))
        geographies = region_geographies(places)
    wanted = _choose(known, chosen or sorted({facility.service for facility in there}))
    return weigh_needs(everybody, wanted, there, geographies, seed=seed)


def _choose(services: Sequence[Service], chosen: Sequence[str]) -> tuple[Service, ...]:
    by_id = {service.id: service for service in services}
    for each in chosen:
        if each not in by_id:
            raise AllmendeError(f"There is no service {each!r}.", expected=" or ".join(by_id), todo="Correct the service's id.")
    return tuple(by_id[each] for each in chosen)


def _check_units(units: Sequence[str], region: Region, path: Path) -> None:
    """Refuse areas that the region does not have, and areas that lie in one another: people would count twice."""
    parents = {district.key: district.parent or district.ags for district in region.districts}
    for unit in units:
        if unit not in area_keys(region):
            raise AllmendeError(
                f"The people live in {unit!r}, which the region does not have.",
                where=str(path),
                expected="the key of a municipality or district of the region",
                todo="Correct the column area, or leave the region out.",
            )
        around = parents.get(unit)
        while around is not None:
            if around in units:
                raise AllmendeError(
                    f"The people of {unit!r} would count twice: {around!r} holds them too.",
                    where=str(path),
                    expected="areas that do not overlap",
                    todo="Leave out the larger area or its parts.",
                )
            around = parents.get(around)
