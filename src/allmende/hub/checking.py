"""Does a delivery fit this hub? Every reason against it is listed, none is passed over for another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from allmende.areas import UNLOCATED_CODE, Region
from allmende.areas.grid import UNLOCATED, parse_cell_id
from allmende.areas.keys import LAENDER
from allmende.cubes import BaseCube, Column, ReleasedCube
from allmende.cubes.base import MEMBERS, canonical_order, content_hash
from allmende.cubes.released import EVERYWHERE
from allmende.deliveries import Delivery, DeliveryNote
from allmende.errors import AllmendeError, Refused
from allmende.hub.settings import Settings

ELSEWHERE = (*LAENDER, "abroad", "unknown")
"""Counterparts of a move that are no member of the region, beside its own Länder (which may be fictional)."""

OLDEST = 150
"""No register holds a person older than that, only a wrong date of birth."""

LISTED = 20
"""So many faults are written out; the rest is counted."""


def check_delivery(delivery: Delivery, settings: Settings, region: Region, where: str) -> None:
    """Raise Refused that lists every fault: mode, epoch, borders, municipality, districts, members, years, counts."""
    faults = list(_note_faults(delivery.note, settings))
    for cube in delivery.cubes:
        faults += _cube_faults(cube, delivery.note, region)
    for table in delivery.tables:
        faults += _table_faults(table, delivery.note, region)
    if faults:
        shown = [f"  - {_printable(fault)}" for fault in islice(faults, LISTED)]
        shown += [f"  and {len(faults) - LISTED} more"] if len(faults) > LISTED else []
        raise Refused(
            f"The delivery of {delivery.note.office} does not fit this hub:\n" + "\n".join(shown),
            where=where,
            expected=f"epoch {settings.epoch} (check {settings.key_check}), borders of {settings.territory_date}, "
            f"region {region.id!r}",
            todo="Let the office aggregate again with the hub's region folder and the common secret.",
        )


def _note_faults(note: DeliveryNote, settings: Settings) -> Iterator[str]:
    office = settings.office(note.office)
    if office and office.mode != note.mode:
        yield f"it comes in mode {note.mode}; the office is registered as {office.mode}"
    if note.epoch != settings.epoch:
        yield f"its record keys belong to the secret epoch {note.epoch!r}, not {settings.epoch!r}"
    elif note.key_check != settings.key_check:
        yield f"its secret is another one than that of epoch {settings.epoch} (check {note.key_check})"
    if note.territory_date != settings.territory_date:
        yield f"its borders are those of {note.territory_date}, not of {settings.territory_date}"
    if not note.contents and not note.tables:
        yield "it holds nothing"
    slots = [content.slot for content in note.contents] + [content.note.table for content in note.tables]
    if len(set(slots)) < len(slots):
        yield "it holds the same cube or table twice"


def _cube_faults(cube: BaseCube, note: DeliveryNote, region: Region) -> Iterator[str]:
    manifest, cells = cube.manifest, cube.cells
    name = f"{manifest.kind} {manifest.key_date}"
    for what in ("epoch", "key_check", "territory_date"):
        if getattr(manifest, what) != getattr(note, what):
            yield f"{name}: {what} is {getattr(manifest, what)}, in the note {getattr(note, what)}"
    if manifest.ags != note.office:
        yield f"{name}: it counts municipality {manifest.ags}"
    allowed = {"ags": (note.office,), **MEMBERS}
    districts = _districts(region, note.office)
    allowed |= {"district": districts, "origin_district": districts}
    others = tuple(m.ags for m in region.municipalities if m.ags != note.office)
    allowed["counterpart"] = (*others, *{m.ags[:2] for m in region.municipalities}, *ELSEWHERE)
    for column in cells.columns:
        if column.labels is not None:
            yield from _strangers(name, column, allowed[column.name])
    yield from _number_faults(name, cube)


def _table_faults(table: ReleasedCube, note: DeliveryNote, region: Region) -> Iterator[str]:
    name, geography = f"table {table.note.table}", table.note.geography
    if table.note.territory_date != note.territory_date.isoformat():
        yield f"{name}: borders of {table.note.territory_date}"
    areas = {*table["area"].values(), *(table["area"].labels or ()), *table.areas} - {EVERYWHERE}
    strangers = sorted(str(area) for area in areas if not _is_own(str(area), geography, note.office, region))
    if strangers:
        more = f" and {len(strangers) - 5} more" if len(strangers) > 5 else ""
        yield f"{name}: no {geography} of {note.office}: {', '.join(strangers[:5])}{more}"
    for column in table.columns[2:]:
        if column.name in MEMBERS:
            yield from _strangers(name, column, MEMBERS[column.name])
    if (table.value < 1).any():
        yield f"{name}: values below one person"
    if np.unique([column.codes for column in table.columns], axis=1).shape[1] < len(table):
        yield f"{name}: one of its cells twice"


def _is_own(area: str, geography: str, ags: str, region: Region) -> bool:
    """Say whether an area of a protected table is one in which this office counts."""
    if geography.startswith("grid_"):
        return area == UNLOCATED_CODE or _is_cell(area, geography.removeprefix("grid_"))
    if geography.startswith("district"):
        return area in {*_districts(region, ags), *(district.key for district in region.districts if district.ags == ags)}
    return area == {"region": region.id, "municipality": ags}.get(geography)


def _is_cell(area: str, size: str) -> bool:
    try:
        return str(parse_cell_id(area)[1]) == size
    except AllmendeError:
        return False


def _districts(region: Region, ags: str) -> tuple[str, ...]:
    finest = region.finest(ags) if any(m.ags == ags for m in region.municipalities) else ()
    return (*(district.key for district in finest), f"{ags}.{UNLOCATED_CODE}", *(() if finest else (ags,)))


def _strangers(name: str, column: Column, allowed: Sequence[str]) -> Iterator[str]:
    strangers = sorted(set(column.labels or ()) - set(allowed))
    if strangers:
        more = f" and {len(strangers) - 5} more" if len(strangers) > 5 else ""
        yield f"{name}: unknown {column.name} {', '.join(strangers[:5])}{more}"


def _number_faults(name: str, cube: BaseCube) -> Iterator[str]:
    cells, year = cube.cells, cube.manifest.key_date.year
    if (cells["year"].codes != year).any():
        yield f"{name}: cells of other years than {year}"
    if (cells.n < 1).any():
        yield f"{name}: cells with fewer than one person"
    ages, youngest = cells["age"].codes, -1 if cube.manifest.kind == "births" else 0
    if (ages < youngest).any() or (ages > OLDEST).any():
        yield f"{name}: ages below {youngest} or above {OLDEST}"
    for column in cells.columns:
        if column.name in ("cell", "origin_cell") and ((column.codes < 0) & (column.codes != UNLOCATED)).any():
            yield f"{name}: grid cells that are none"
    if content_hash(canonical_order(cells)) != cube.manifest.content:
        yield f"{name}: cells out of order, or one of them twice"


def _printable(text: str) -> str:
    # labels come from another machine: they may not move the cursor of whoever reads the error
    return "".join(sign if sign.isprintable() else "�" for sign in text)
