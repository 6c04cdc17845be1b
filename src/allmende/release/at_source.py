"""What an office does that protects at the source: the same tables from its own cubes, attacked before they leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allmende.areas.hierarchy import Region
from allmende.cubes import BaseCube, Manifest, ReleasedCube
from allmende.cubes.columns import stack
from allmende.engine import Engine, Frame, open_engine
from allmende.privacy.attacks import load_limits
from allmende.privacy.protection import Protection
from allmende.release.catalogue import Catalogue
from allmende.release.gate import Gate
from allmende.release.note import note_of
from allmende.release.protect import publish
from allmende.release.tabulate import Source, with_data


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
    """One office's protected tables, and in words which tables of the catalogue it leaves out: no data, or not safe alone."""

    tables: tuple[ReleasedCube, ...]
    gaps: tuple[str, ...]


def protect_at_source(cubes: Sequence[BaseCube], region: Region, catalogue: Catalogue, protection: Protection) -> AtSource:
    """Make one office's share of every table of a catalogue, protected and attacked before it leaves the office.

    Tables of which the office has no cube, or too few years to pool, are left out and named; so are those that an attack
    other than sparsity would get through, since only the office can compute that on its cells. The protection must be the
    region's, or the office's people would be published with noise of their own. Raises AllmendeError if nothing was counted.
    """
    with open_engine() as engine:
        source = Source(CubeStore(tuple(cubes)), engine, region)
        own, gaps = with_data(source, catalogue)
        gate = Gate(source, protection, load_limits())
        own, unsafe = _safe(gate, own)
        tables = tuple(publish(gate.protected(each), region, note_of(each, region, cubes)) for each in own.tables)
    return AtSource(tables, gaps + unsafe)


def _safe(gate: Gate, catalogue: Catalogue) -> tuple[Catalogue, tuple[str, ...]]:
    """Leave out the table in question of each attack that gets through, until none does.

    How sparse a table is, is a question to the whole region's.
    """
    gaps: list[str] = []
    while failing := [f for f in gate.examine(catalogue) if not f.passed and f.check.attack != "sparsity"]:
        left_out = next(name for name in failing[0].tables if name in {table.id for table in catalogue.tables})
        gaps.append(f"Table {left_out!r} is left out, an attack would get through: {failing[0].sentence()}")
        catalogue = catalogue.without(left_out)
    return catalogue, tuple(gaps)
