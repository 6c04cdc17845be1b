"""Needs from a projection: the spans of ages that services ask for, drawn, widened like every interval, and weighed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from allmende.areas.region import Region
from allmende.needs.capacity import Facility
from allmende.needs.demand import People
from allmende.needs.services import SEXES, Service, Span
from allmende.outlook.facilities import FACILITIES, area_keys, read_facilities, unit_shapes
from allmende.outlook.fans import stretch
from allmende.outlook.folder import sum_matrix
from allmende.outlook.needs import Geography, ServiceNeeds, region_geographies, weigh_needs
from allmende.outlook.services import SERVICES, load_services, needed_bands
from allmende.projection.bands import Band
from allmende.projection.draws import draw
from allmende.projection.drivers import Drivers
from allmende.projection.model import Model
from allmende.projection.widths import Widths

EVERYBODY = Band("all", 0, 100)
SEX_OF = dict(zip(SEXES, (None, 0, 1), strict=True))
MEMORY = 250_000_000
"""Bytes of one service's draws; a large region is given fewer draws of needs, which each service then says."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a region offers: its services and their facilities."""

    services: tuple[Service, ...]
    facilities: tuple[Facility, ...]


def read_offer(public: Path, region: Region, region_folder: Path) -> Offer | None:
    """Read services and facilities of a public folder; None where there are no facilities to weigh needs against.

    Raises `AllmendeError` for files that cannot be used, with all their defects.
    """
    if not (public / FACILITIES).is_file():
        return None
    own = public / SERVICES
    services = load_services(own if own.is_dir() else None)
    shapes = unit_shapes(region_folder, region)
    return Offer(services, read_facilities(public / FACILITIES, services, area_keys(region), shapes))


def weigh_offer(
    offer: Offer, model: Model, drivers: Drivers, widths: Widths, region: Region, *, draws: int, seed: int
) -> tuple[ServiceNeeds, ...]:
    """Weigh the needs of all services, each from draws of its own spans of ages.

    People are widened area by area, as the fans are, so that a municipality's needs are as sure as its people.
    """
    geographies = region_geographies(region)
    keys = {each.name: tuple(dict.fromkeys(each.catchment_of.values())) for each in geographies}
    named = [_with_people(each, keys[each.name]) for each in geographies]
    areas = [(each.name, key) for each in geographies for key in keys[each.name]]
    found: list[ServiceNeeds] = []
    for service in offer.services:
        spans = needed_bands([service])
        bands = (EVERYBODY, *(band_of(span) for span in spans))
        fit = MEMORY // (4 * (model.steps + 1) * len(areas) * len(bands))
        drawn = draw(model, drivers, bands, draws=int(max(1, min(draws, fit))), seed=seed)
        sums = sum_matrix([key for _, key in areas], model.units, model.parents)
        people = People(
            np.ascontiguousarray(stretch(drawn, widths, sums)[..., 1:], dtype=np.float64),
            model.years,
            tuple(_people_of(*area) for area in areas),
            spans,
        )
        found += weigh_needs(people, [service], _of(offer, service), named, seed=seed)
    return tuple(found)


def _of(offer: Offer, service: Service) -> Sequence[Facility]:
    return [facility for facility in offer.facilities if facility.service == service.id]


def band_of(span: Span) -> Band:
    """Return the band that a projection draws for a span of a service."""
    return Band(str(span), span.low, span.high, SEX_OF[span.sex])


def _people_of(geography: str, key: str) -> str:
    return f"people of {geography} {key}"


def _with_people(geography: Geography, keys: Sequence[str]) -> Geography:
    """Let a geography find its people as sums of their own, beside the areas of facilities."""
    return replace(geography, catchment_of={**geography.catchment_of, **{_people_of(geography.name, key): key for key in keys}})
