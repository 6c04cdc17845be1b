"""Needs from files of one's own: facilities and services, against a table of people or the draws of a look ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from allmende.areas.hierarchy import load_region
from allmende.areas.region import Region
from allmende.errors import AllmendeError
from allmende.needs.demand import People
from allmende.needs.services import Service, Span
from allmende.outlook.facilities import area_keys, read_facilities, unit_shapes
from allmende.outlook.folder import CURRENT, DESCRIPTION, Outlook, read_model, read_outlook
from allmende.outlook.needs import REGION, Geography, ServiceNeeds, region_geographies, weigh_needs
from allmende.outlook.needs_file import NEEDS, write_needs
from allmende.outlook.people import read_people
from allmende.outlook.private import CONFIDENTIAL, claim_private
from allmende.outlook.running import outlook_drivers
from allmende.outlook.services import load_services, needed_bands
from allmende.outlook.unusable import released_under
from allmende.outlook.weighing import Offer, weigh_offer

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
    _check_ages(everybody, wanted, people)
    return weigh_needs(everybody, wanted, there, geographies, seed=seed)


@dataclass(frozen=True, slots=True)
class Report:
    """Needs of a look ahead, the folder in which it stands, and facilities (names) where it knows no people."""

    needs: tuple[ServiceNeeds, ...]
    folder: Path
    left_out: tuple[str, ...]


def report_outlook(
    root: Path, facilities: Path, *, region: Path, services: Path | None = None, chosen: Sequence[str] = ()
) -> Report:
    """Weigh needs against capacity for every draw of the look ahead in force in a folder, public or private.

    `root` holds the look ahead in force (`outlook`), or is it. `region` is the region folder (a hub's `region`, a release's
    `region`). Municipalities that the look ahead does not tell of,
    because their offices protect at the source, are left out with their facilities. Nothing is written; what comes of a
    confidential look ahead is as confidential (`keep_needs`). Raises `AllmendeError` for what cannot be used, and
    `WithdrawnRelease` for a public look ahead whose release is not there any more.
    """
    folder = root.resolve() if (root / DESCRIPTION).is_file() else (root / CURRENT).resolve()
    outlook, places = read_outlook(folder), load_region(region)
    if outlook.audience != CONFIDENTIAL:
        released_under(folder.parent.parent, outlook.release, outlook.id)
    known = load_services(services)
    there = read_facilities(facilities, known, area_keys(places), unit_shapes(region, places))
    told = _told_of(outlook, places, region)
    inside = [one for one in there if one.area in area_keys(told)]
    wanted = _choose(known, chosen or sorted({facility.service for facility in inside}))
    needs = weigh_offer(
        Offer(wanted, tuple(inside)), read_model(folder), outlook_drivers(outlook), outlook.widths, told,
        draws=outlook.draws, seed=outlook.seed,
    )  # fmt: skip
    return Report(needs, folder, tuple(sorted({one.name for one in there if one not in inside})))


def keep_needs(report: Report, root: Path) -> Path:
    """Write the needs of a private look ahead beside it, for its owner alone; return the file.

    Raises `Refused` in a public folder, whose needs come with its look ahead, and in one that others may open.
    """
    claim_private(root)
    path = report.folder / NEEDS
    write_needs(report.needs, path)
    path.chmod(0o600)
    return path


def _told_of(outlook: Outlook, region: Region, where: Path) -> Region:
    """Return the part of a region that a look ahead tells of."""
    towns = tuple(town for town in region.municipalities if town.ags in outlook.parents)
    if {town.ags for town in towns} != set(outlook.parents):
        raise AllmendeError(
            "The look ahead is of another region.",
            where=str(where),
            expected=f"the region of {', '.join(dict.fromkeys(outlook.parents))}",
            todo="Give the region folder that the look ahead was made with.",
        )
    districts = tuple(district for district in region.districts if district.ags in outlook.parents)
    return replace(region, municipalities=towns, districts=districts)


def _check_ages(people: People, wanted: Sequence[Service], path: Path) -> None:
    """Refuse a table of people that lacks ages (or sexes) of which a service has quotas."""
    lacking: dict[Span, list[str]] = {}
    for service in wanted:
        for span in () if service.missing() else service.spans():
            if span not in people.spans:
                lacking.setdefault(span, []).append(service.id)
    if lacking:
        services = ", ".join(sorted({name for names in lacking.values() for name in names}))
        spans = sorted(lacking, key=lambda span: (span.low, span.high, span.sex))
        raise AllmendeError(
            f"The people cannot be used for {services}: ages are missing.",
            where=f"{path}: {', '.join(map(str, spans))}",
            expected="a row for every single year of these ages, in every year and area"
            + (", by sex" if any(span.sex != "all" for span in spans) else ""),
            todo="Add these rows to the table (0 where there is nobody), or name with --service only services of other ages.",
        )


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
