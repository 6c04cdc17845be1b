"""The delivery note: who delivers what, in which revision, under which secret, valid for which borders."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal, TypeVar

from allmende.cubes import BaseCube, Manifest, ReleasedCube
from allmende.cubes.released import TableNote
from allmende.errors import AllmendeError

FORMAT = 1
"""Version of the delivery format (docs/formats/delivery.md); a reader refuses any other."""

Mode = Literal["trusted-unit", "at-source"]
MODES: tuple[Mode, ...] = ("trusted-unit", "at-source")
"""`trusted-unit`: base cubes travel, encrypted. `at-source`: the office protects first; only protected tables travel."""

LAST = 999_999
"""Highest sequence: six digits, as the hub names the notes that it keeps."""

Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class Content:
    """One base cube of a delivery: its manifest, `cells` stored, persons or events `counted`, `size` in bytes, SHA-256."""

    manifest: Manifest
    cells: int
    counted: int
    size: int
    sha256: str

    @property
    def slot(self) -> tuple[str, str, int]:
        """What the cube fills at the hub: kind, series, year."""
        return self.manifest.kind, series_of(self.manifest), self.manifest.key_date.year


@dataclass(frozen=True, slots=True)
class TableContent:
    """One protected table of a delivery at source."""

    note: TableNote
    years: tuple[int, ...]
    cells: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DeliveryNote:
    """What an office says of one delivery; everything in it is signed.

    `office` is the AGS, `name` the municipality's name, `sequence` counts the office's deliveries from 1: a later one
    replaces cubes of the same kind, series and year. `made` is the day it was made. `contents` (mode trusted-unit) or
    `tables` (mode at-source) describe the files in the order in which they follow; `seal` fills them in.
    """

    office: str
    name: str
    sequence: int
    mode: Mode
    territory_date: date
    epoch: str
    key_check: str
    made: date
    contents: tuple[Content, ...] = ()
    tables: tuple[TableContent, ...] = ()

    def __post_init__(self) -> None:
        if type(self.sequence) is not int or not 1 <= self.sequence <= LAST or self.mode not in MODES:
            raise ValueError(
                f"A delivery has a sequence from 1 to {LAST} and a mode of {MODES}, not {self.sequence!r}, {self.mode!r}."
            )
        sizes = [size for c in self.contents for size in (c.cells, c.size)]
        sizes += [size for t in self.tables for size in (t.cells, t.size)]
        if any(type(size) is not int or size < 0 for size in sizes):
            raise ValueError("Cells and bytes of a delivery are whole numbers from 0.")

    @classmethod
    def of(cls, cubes: Sequence[BaseCube], *, name: str, sequence: int, made: date) -> DeliveryNote:
        """Take office, borders and epoch from the cubes' manifests; refuse cubes that differ in one of them."""
        manifests = [cube.manifest for cube in cubes]
        return cls(
            office=_only(manifests, "ags", lambda m: m.ags),
            name=name,
            sequence=sequence,
            mode="trusted-unit",
            territory_date=_only(manifests, "territory date", lambda m: m.territory_date),
            epoch=_only(manifests, "secret epoch", lambda m: m.epoch),
            key_check=_only(manifests, "key check", lambda m: m.key_check),
            made=made,
        )

    def to_fields(self) -> dict[str, Any]:
        """Return the note as JSON fields."""
        fields = asdict(self)
        for name in ("territory_date", "made"):
            fields[name] = fields[name].isoformat()
        for content, entry in zip(self.contents, fields["contents"], strict=True):
            entry["manifest"] = json.loads(content.manifest.to_json())
        return fields

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> DeliveryNote:
        """Read what `to_fields` wrote."""
        plain = dict(fields)
        for name in ("territory_date", "made"):
            plain[name] = date.fromisoformat(plain[name])
        plain["contents"] = tuple(_content(entry) for entry in plain["contents"])
        plain["tables"] = tuple(_table(entry) for entry in plain["tables"])
        return cls(**plain)


def series_of(manifest: Manifest) -> str:
    """Return the name of the series a cube belongs to: month and day of its key date."""
    return f"{manifest.key_date:%m-%d}"


def years_of(table: ReleasedCube) -> tuple[int, ...]:
    """Return the years that a protected table publishes."""
    return tuple(sorted({year for years in table.areas.values() for year in years}))


def _content(entry: Mapping[str, Any]) -> Content:
    return Content(**{**entry, "manifest": Manifest.from_json(json.dumps(entry["manifest"]))})


def _table(entry: Mapping[str, Any]) -> TableContent:
    note = dict(entry["note"])
    note["dimensions"] = tuple((name, classification) for name, classification in note["dimensions"])
    return TableContent(**{**entry, "note": TableNote(**note), "years": tuple(entry["years"])})


def _only(manifests: Sequence[Manifest], what: str, choose: Callable[[Manifest], Known]) -> Known:
    found = sorted({str(choose(manifest)) for manifest in manifests})
    if len(found) != 1:
        raise AllmendeError(
            f"The cubes of one delivery differ in their {what}: {', '.join(found)}."
            if found
            else "There is nothing to deliver.",
            expected=f"cubes of one office, made in one run with one {what}",
            todo="Aggregate all of them again in one run with the same secret and region.",
        )
    return choose(manifests[0])
