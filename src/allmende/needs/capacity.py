"""What is there: facilities with their places, by catchment and year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from allmende.errors import AllmendeError
from allmende.needs.services import Floats, Service


@dataclass(frozen=True, slots=True)
class Facility:
    """A place where a part of a service is offered; open from `opens` to `closes` (the last day; None: not ended).

    `area` is a unit or municipality key; `lon`, `lat` in degrees (WGS84), None where unknown; `capacity` in the service's unit.
    """

    id: str
    service: str
    part: str
    name: str
    area: str
    capacity: float
    lon: float | None = None
    lat: float | None = None
    opens: date | None = None
    closes: date | None = None

    def open_on(self, day: date) -> bool:
        """Say whether it is open on a day."""
        return (self.opens is None or self.opens <= day) and (self.closes is None or day <= self.closes)


def count_capacity(
    facilities: Sequence[Facility],
    service: Service,
    catchment_of: Mapping[str, str],
    catchments: Sequence[str],
    years: Sequence[int],
) -> Floats:
    """Add up the capacity that is open on the key date of each year: `[Y, C, P]` by what the service is told of.

    `catchment_of` names the catchment of every area key. Raises `AllmendeError` for a facility in an unknown area or in one
    whose catchment is none of `catchments`, of an unknown part, or with less than nothing to offer.
    """
    parts = [part.id for part in service.parts]
    names = list(catchments)
    capacity = np.zeros((len(years), len(names), len(parts)))
    for facility in facilities:
        if facility.service != service.id:
            continue
        where = f"facility {facility.id} ({facility.name})"
        if facility.part not in parts:
            raise AllmendeError(
                f"Facility {facility.id!r} offers {facility.part!r}, which {service.id!r} does not have.",
                where=where,
                expected=" or ".join(parts),
                todo="Correct the column part.",
            )
        if catchment_of.get(facility.area) not in names:
            raise AllmendeError(
                f"Facility {facility.id!r} lies in the unknown area {facility.area!r}.",
                where=where,
                expected="the key of a municipality or Ortsteil of the region, with people",
                todo="Correct the column area.",
            )
        if not facility.capacity >= 0:
            raise AllmendeError(
                f"Facility {facility.id!r} has a capacity of {facility.capacity}.",
                where=where,
                expected="a number of 0 or more",
                todo="Correct the column capacity.",
            )
        open_then = [facility.open_on(date(year, *service.key_date)) for year in years]
        capacity[open_then, names.index(catchment_of[facility.area]), parts.index(facility.part)] += facility.capacity
    return service.with_classes(capacity, up=False)
