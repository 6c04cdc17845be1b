"""Tables that offices protected at the source, and how the hub puts them beside its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from allmende.areas.hierarchy import Region
from allmende.cubes import BaseCube, Column, Manifest, ReleasedCube
from allmende.cubes.columns import stack
from allmende.cubes.released import EVERYWHERE, TableNote
from allmende.engine import Engine, Frame, open_engine
from allmende.privacy.protection import Protection
from allmende.release.catalogue import Catalogue, Table
from allmende.release.protect import protect, publish
from allmende.release.tabulate import Source, tabulate, with_data


@dataclass(frozen=True, slots=True)
class CubeStore:
    """Base cubes of one office as a store."""

    held: tuple[BaseCube, ...]

    def frame(self, engine: Engine, kind: str, series: str) -> Frame:
        """Bring the cells of a kind and series onto the engine."""
        chosen = [c for c in self.held if c.manifest.kind == kind and f"{c.manifest.key_date:%m-%d}" == series]
        names = [column.name for column in chosen[0].cells.columns]
        columns = {name: np.array(stack([cube.cells[name] for cube in chosen]).values()) for name in names}
        n = np.concatenate([cube.cells.n for cube in chosen])
        key = np.concatenate([cube.cells.key for cube in chosen]).astype(np.int64)
        return engine.frame(columns | {"n": n, "key": key})

    def manifests(self) -> Sequence[Manifest]:
        """Return the cubes' manifests."""
        return [cube.manifest for cube in self.held]


@dataclass(frozen=True, slots=True)
class AtSource:
    """One office's protected tables, and in words which tables of the catalogue it has no data for (or too few years)."""

    tables: tuple[ReleasedCube, ...]
    gaps: tuple[str, ...]


def protect_at_source(cubes: Sequence[BaseCube], region: Region, catalogue: Catalogue, protection: Protection) -> AtSource:
    """Make one office's share of every table of a catalogue, protected before it leaves the office.

    Tables of which the office has no cube, or too few years to pool, are left out and named. The protection must be the
    region's, or the office's people would be published with noise of their own. Raises AllmendeError if no table is left.
    """
    with open_engine() as engine:
        source = Source(CubeStore(tuple(cubes)), engine, region)
        own, gaps = with_data(source, catalogue)
        tables = tuple(
            publish(protect(tabulate(source, each), protection), region, note_of(each, region, cubes)) for each in own.tables
        )
    return AtSource(tables, gaps)


def note_of(table: Table, region: Region, manifests: Sequence[BaseCube | Manifest]) -> TableNote:
    """Return the public note of a table."""
    heads = [each.manifest if isinstance(each, BaseCube) else each for each in manifests]
    own = [head for head in heads if head.kind == table.cube and f"{head.key_date:%m-%d}" == table.series]
    return TableNote(
        table=table.id,
        cube=table.cube,
        geography=table.geography,
        dimensions=table.dimensions,
        key_date=table.series,
        age_date=f"{own[0].age_date:%m-%d}",
        territory_date=region.territory_date.isoformat(),
        audience=table.audience,
        source=region.attribution,
        exact=table.exact_totals,
        pooled=table.pooled,
        residence=table.residence,
    )


@dataclass(frozen=True, slots=True)
class Merged:
    """One table out of several; `summed` values are sums of parts that were protected separately (noise adds up)."""

    cube: ReleasedCube
    summed: int


def merge_released(cubes: Sequence[ReleasedCube]) -> Merged:
    """Put one table's parts from several sources together; cells that several of them count are added.

    Districts belong to one office each; only grid cells on borders, and the region, are counted by several.
    """
    columns = [stack_labelled([cube[column.name] for cube in cubes]) for column in cubes[0].columns]
    value = np.concatenate([cube.value for cube in cubes])
    codes = np.array([column.codes for column in columns])
    unique, place, sources = np.unique(codes, axis=1, return_inverse=True, return_counts=True)
    total = np.zeros(unique.shape[1], dtype=np.int64)
    np.add.at(total, place.ravel(), value)
    merged = tuple(replace(column, codes=row) for column, row in zip(columns, unique, strict=True))
    return Merged(ReleasedCube(merged, total, cubes[0].note, _areas(cubes)), int((sources > 1).sum()))


def stack_labelled(parts: Sequence[Column]) -> Column:
    """Put columns under one another; equal labels keep their order, as bands of ages must."""
    if all(part.labels == parts[0].labels for part in parts):
        return replace(parts[0], codes=np.concatenate([part.codes for part in parts]))
    return stack(parts)


def _areas(cubes: Sequence[ReleasedCube]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for cube in cubes:
        for area, years in cube.areas.items():
            if area == EVERYWHERE:
                # everywhere is published only in years that every source speaks of
                years = tuple(set(years).intersection(*(other.areas.get(EVERYWHERE, ()) for other in cubes)))
            found.setdefault(area, set()).update(years)
    return {area: tuple(sorted(found[area])) for area in sorted(found)}
