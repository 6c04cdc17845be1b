"""`needs.json`: the needs of a region as pages and reports read them, without computing anything anew."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from allmende.errors import AllmendeError
from allmende.files import write_whole
from allmende.needs.balance import LEVELS, Balance
from allmende.needs.capacity import Facility
from allmende.needs.findings import LIKELY
from allmende.needs.service_data import parse_service, service_data
from allmende.outlook.needs import ARRAYS, COUNT_LEVELS, AreaNeeds, ServiceNeeds
from allmende.outlook.unusable import read_document, using

FORMAT = 2
"""Version of `needs.json`; a reader refuses any other."""

NEEDS = "needs.json"


def as_document(needs: Sequence[ServiceNeeds]) -> dict[str, Any]:
    """Return the needs as JSON holds them (docs/formats/services.md); first years and findings stand there for readers."""
    return {
        "format": FORMAT,
        "levels": list(LEVELS),
        "count_levels": list(COUNT_LEVELS),
        "services": [_plain(n) for n in needs],
    }


def write_needs(needs: Sequence[ServiceNeeds], path: Path) -> None:
    """Write needs as JSON, the same bytes for the same needs."""
    text = json.dumps(as_document(needs), ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    write_whole(path, text.encode())


def read_needs(path: Path) -> tuple[ServiceNeeds, ...]:
    """Read the needs of an outlook folder (its `NEEDS`). Nothing is computed anew.

    Raises `AllmendeError` if there are none, `UnusableOutlook` if they are damaged or of another format.
    """
    if not path.is_file():
        raise AllmendeError(
            "There are no needs yet.",
            where=str(path),
            expected="the needs that belong to a look ahead",
            todo="Make the look ahead again with facilities.",
        )
    document = read_document(path, FORMAT)
    with using(path):
        return tuple(_needs(data, str(path)) for data in document["services"])


def _plain(needs: ServiceNeeds) -> dict[str, Any]:
    return {
        "service": service_data(needs.service),
        "required": list(needs.service.missing()),
        "assumptions": list(needs.service.assumptions()),
        "facilities": [_facility_data(facility) for facility in needs.facilities],
        "draws": needs.draws,
        "areas": {name: _plain_areas(needs, name) for name in needs.areas},
    }


def _plain_areas(needs: ServiceNeeds, geography: str) -> dict[str, Any]:
    areas = needs.areas[geography]
    balance = areas.balance
    return {
        "years": list(balance.years),
        "catchments": list(balance.catchments),
        "parts": list(balance.parts),
        "ages": [str(span) for span in needs.service.spans()],
        **{name: getattr(balance, name).tolist() for name in ARRAYS},
        "people": areas.people.tolist(),
        "eligible": areas.eligible.tolist(),
        "left_out": list(areas.left_out),
        "first_year": balance.first_year(LIKELY).tolist(),
        "findings": [[asdict(finding) for finding in parts] for parts in needs.findings(geography)],
    }


def _needs(data: Mapping[str, Any], where: str) -> ServiceNeeds:
    return ServiceNeeds(
        service=parse_service(data["service"], where),
        facilities=tuple(_facility(each) for each in data["facilities"]),
        draws=data["draws"],
        areas={name: _area_needs(each) for name, each in data["areas"].items()},
    )


def _area_needs(data: Mapping[str, Any]) -> AreaNeeds:
    arrays = {name: np.array(data[name], dtype=np.float64) for name in ARRAYS}
    balance = Balance(tuple(data["years"]), tuple(data["catchments"]), tuple(data["parts"]), **arrays)
    return AreaNeeds(
        balance,
        np.array(data["people"], dtype=np.float64),
        np.array(data["eligible"], dtype=np.float64),
        tuple(data["left_out"]),
    )


def _facility_data(facility: Facility) -> dict[str, Any]:
    values = {each.name: getattr(facility, each.name) for each in fields(facility)}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _facility(data: Mapping[str, Any]) -> Facility:
    days = {name: date.fromisoformat(data[name]) if data[name] else None for name in ("opens", "closes")}
    return Facility(**(dict(data) | days))
