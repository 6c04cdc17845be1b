"""The base cube: finest cells with exact counts and key sums. Confidential."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from allmende.cubes.columns import stack
from allmende.cubes.folding import Cells, fold
from allmende.cubes.manifest import SCHEMA, Manifest
from allmende.cubes.parquet import File, Values, read_table, write_table
from allmende.errors import AllmendeError

KINDS: dict[str, tuple[str, ...]] = {
    "stock": ("ags", "district", "cell", "age", "sex", "nationality", "residence", "year"),
    "births": ("ags", "district", "cell", "age", "sex", "nationality", "residence", "year"),
    "deaths": ("ags", "district", "cell", "age", "sex", "nationality", "residence", "year"),
    "internal_moves": (
        "ags", "origin_district", "origin_cell", "district", "cell", "age", "sex", "nationality", "residence", "year",
    ),
    "external_moves": (
        "ags", "direction", "counterpart", "district", "cell", "age", "sex", "nationality", "residence", "year",
    ),
}  # fmt: skip
"""The cubes and their dimensions, in order.

`ags` municipality (8 digits); `district` the finest district, `<ags>.<code>`, or `<ags>.unlocated`; `cell` the 100 m
cell packed by `areas.grid.pack`, or `areas.grid.UNLOCATED`; `age` completed years at the age date (births: of the
mother, -1 unknown); `sex` m, w, d, x; `nationality` german, other; `residence` main, secondary; `year` of the key date.
Internal moves count in the target (`district`, `cell`) and carry the origin; external moves have `direction` in or out
and `counterpart`: the other municipality's AGS if in the region, else its Land (two digits), "abroad" or "unknown".
"""

MEMBERS: dict[str, tuple[str, ...]] = {
    "sex": ("m", "w", "d", "x"),
    "nationality": ("german", "other"),
    "residence": ("main", "secondary"),
    "direction": ("in", "out"),
}
"""All members of the dimensions that have the same ones in every region."""


@dataclass(frozen=True, slots=True)
class BaseCube:
    """Exact cells of one kind, with their manifest. Only `register`, `deliveries`, `hub`, `release` may touch one."""

    cells: Cells
    manifest: Manifest

    def __post_init__(self) -> None:
        expected = KINDS[self.manifest.kind]
        found = tuple(column.name for column in self.cells.columns)
        if found != expected:
            raise ValueError(f"A cube of {self.manifest.kind} has the dimensions {expected}, not {found}.")

    def __len__(self) -> int:
        return len(self.cells)

    def total(self) -> int:
        """Return the number of persons or events counted."""
        return int(self.cells.n.sum())

    def rollup(self, by: Sequence[str]) -> Cells:
        """Return exact cells of fewer dimensions."""
        return fold(self.cells, by)

    def sealed(self) -> BaseCube:
        """Return the cube in canonical order, its manifest carrying the content hash."""
        canonical = canonical_order(self.cells)
        return BaseCube(canonical, self.manifest.with_content(content_hash(canonical)))


def canonical_order(cells: Cells) -> Cells:
    """Sort labels and cells so that equal contents are equal arrays."""
    columns = []
    for column in cells.columns:
        if column.labels is not None:
            used = sorted(np.unique(column.codes).tolist(), key=column.labels.__getitem__)
            rank = np.full(len(column.labels), -1, dtype=np.int64)
            rank[used] = np.arange(len(used))
            column = replace(column, codes=rank[column.codes], labels=tuple(column.labels[code] for code in used))
        columns.append(column)
    return fold(Cells(tuple(columns), cells.n, cells.key), [column.name for column in columns])


def content_hash(cells: Cells) -> str:
    """Return the SHA-256 of cells in canonical order, independent of file format and library version."""
    digest = hashlib.sha256()
    for column in cells.columns:
        digest.update(f"{column.name}:{'|'.join(column.labels or ())}\n".encode())
        digest.update(column.codes.astype("<i8").tobytes())
    digest.update(cells.n.astype("<i8").tobytes())
    digest.update(cells.key.astype("<u4").tobytes())
    return digest.hexdigest()


def merge(parts: Sequence[Cells]) -> Cells:
    """Put cells of several cubes of one kind together and fold equal ones."""
    names = [column.name for column in parts[0].columns]
    columns = tuple(stack([part[name] for part in parts]) for name in names)
    n = np.concatenate([part.n for part in parts])
    key = np.concatenate([part.key for part in parts])
    return fold(Cells(columns, n, key), names)


def write_cube(cube: BaseCube, file: File) -> BaseCube:
    """Seal the cube and write it as one Parquet file; return the sealed cube."""
    sealed = cube.sealed()
    counts: Values = {"n": sealed.cells.n, "key": sealed.cells.key}
    write_table(file, sealed.cells.columns, counts, {"allmende.base": sealed.manifest.to_json()})
    return sealed


def read_cube(file: File, where: str = "") -> BaseCube:
    """Read a base cube and check its layout and its content hash; `where` names an open file in errors.

    Raises AllmendeError if the file is no base cube, has another schema version, or was changed.
    """
    columns, counts, metadata = read_table(file)
    where = where or str(file)
    if "allmende.base" not in metadata:
        raise AllmendeError(
            "This Parquet file is no base cube.",
            where=where,
            expected="metadata 'allmende.base'",
            todo="Give a file that `allmende register aggregate` wrote.",
        )
    manifest = Manifest.from_json(metadata["allmende.base"])
    if manifest.schema != SCHEMA:
        raise AllmendeError(
            f"The cube has schema version {manifest.schema}.",
            where=where,
            expected=f"version {SCHEMA}",
            todo="Let the office update Allmende and aggregate again.",
        )
    cells = Cells(columns, counts["n"].astype(np.int64), counts["key"].astype(np.uint32))
    if content_hash(cells) != manifest.content:
        raise AllmendeError(
            "The cube's cells do not match the hash in its manifest.",
            where=where,
            expected=manifest.content,
            todo="The file was changed: ask the office to deliver it again.",
        )
    return BaseCube(cells, manifest)
