"""The services of a region: ours, and in the place of some of them the region's own."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from allmende.errors import AllmendeError
from allmende.needs.service_data import parse_service
from allmende.needs.services import Service, Span

SERVICES = "services"
"""Folder of the service files, in a public folder as in the package."""


def load_services(own: Path | None = None) -> tuple[Service, ...]:
    """Read the services, sorted by id: a file in `own` takes the place of ours of the same name or stands beside them.

    Raises `AllmendeError` if the folder is missing, or for a file that cannot be used.

    >>> [service.id for service in load_services()]
    ['care', 'doctors', 'fire', 'kita', 'primary_school']
    """
    ours = resources.files("allmende.parameters") / SERVICES
    found: dict[str, Traversable] = {file.name: file for file in ours.iterdir() if file.name.endswith(".toml")}
    if own is not None:
        if not own.is_dir():
            raise AllmendeError(
                "The region's own services are not there.",
                where=str(own),
                expected="a folder of service files (docs/formats/services.md)",
                todo="Correct the path, or leave it out to use ours.",
            )
        found |= {file.name: file for file in own.glob("*.toml")}
    services = tuple(_read(file) for file in found.values())
    return tuple(sorted(services, key=lambda service: service.id))


def needed_bands(services: Sequence[Service]) -> tuple[Span, ...]:
    """Return the ages and sexes that the services need people of, each once: one draw of them serves all.

    Spans and not single ages: a need on any key date is linear in the people of a span (docs/methods/needs.md), so that
    care by five years of age costs 5 numbers and not 25.
    """
    return tuple(sorted({span for service in services for span in service.spans()}))


def _read(file: Traversable) -> Service:
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise AllmendeError(
            "The service cannot be read.", where=str(file), expected=f"TOML in UTF-8 ({error})", todo="Correct the file."
        ) from error
    service = parse_service(data, str(file))
    if f"{service.id}.toml" != file.name:
        raise AllmendeError(
            f"The service in this file calls itself {service.id!r}.",
            where=str(file),
            expected="the file's name without .toml, because files replace one another by name",
            todo="Rename the file or correct its id.",
        )
    return service
