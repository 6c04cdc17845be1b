"""Sums of published figures: a place from its parts, a coarser band from finer ones; less exact than the parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from allmende.cubes import Column, ReleasedCube
from allmende.cubes.columns import TOTAL
from allmende.parameters.classifications import Classification


def combine(cube: ReleasedCube, dimension: str, group_of: Mapping[str, str]) -> ReleasedCube:
    """Add up the cells whose members belong to one group; members without a group are left out, margins stay.

    >>> from allmende.cubes import numbers, texts
    >>> from allmende.cubes.released import TableNote
    >>> note = TableNote("t", "stock", "municipality", (), "12-31", "12-31", "2024-12-31", "public", "")
    >>> columns = (texts("area", "abb"), numbers("year", [1, 1, 2]))
    >>> cube = ReleasedCube(columns, np.array([5, 7, 4]), note, {"a": (1,), "b": (1, 2)})
    >>> both = combine(cube, "area", {"a": "all", "b": "all"})
    >>> both.value.tolist(), both.areas
    ([12, 4], {'all': (1,)})
    """
    old = cube[dimension]
    labels = tuple(dict.fromkeys(group_of.values()))
    position = {label: code for code, label in enumerate(labels)}
    lookup = np.array([position[group_of[label]] if label in group_of else -1 for label in old.labels or ()], dtype=np.int64)
    codes = np.where(old.codes == TOTAL, TOTAL, lookup[np.maximum(old.codes, 0)]) if len(lookup) else old.codes
    kept = codes != -1
    column = Column(dimension, codes[kept], labels)
    columns = tuple(column if c.name == dimension else c.take(kept) for c in cube.columns)
    areas = _covered(cube, group_of) if dimension == "area" else cube.areas
    return _added(ReleasedCube(columns, cube.value[kept], cube.note, areas))


def coarser(cube: ReleasedCube, fine: Classification, coarse: Classification) -> ReleasedCube:
    """Return a table in coarser bands of one dimension, each the sum of published finer ones."""
    group_of = dict(zip(fine.labels, (coarse.labels[code] for code in coarse.code(fine.lows)), strict=True))
    note = replace(
        cube.note,
        dimensions=tuple((name, coarse.name if name == fine.dimension else old) for name, old in cube.note.dimensions),
    )
    return replace(combine(cube, fine.dimension, group_of), note=note)


def nests(fine: Classification, coarse: Classification) -> bool:
    """Return whether every band of `coarse` begins where a band of `fine` begins."""
    return set(coarse.lows.tolist()) <= set(fine.lows.tolist())


def _covered(cube: ReleasedCube, group_of: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for member, group in group_of.items():
        years = set(cube.areas.get(member, ()))
        found[group] = found.get(group, years) & years
    return {group: tuple(sorted(years)) for group, years in found.items()}


def _added(cube: ReleasedCube) -> ReleasedCube:
    if not len(cube):
        return cube
    order = np.lexsort([column.codes for column in reversed(cube.columns)])
    sorted_codes = np.stack([column.codes[order] for column in cube.columns])
    starts = np.flatnonzero(np.concatenate(([True], (sorted_codes[:, 1:] != sorted_codes[:, :-1]).any(axis=0))))
    value = np.add.reduceat(cube.value[order], starts)
    kept = value != 0
    rows = order[starts][kept]
    return ReleasedCube(tuple(column.take(rows) for column in cube.columns), value[kept], cube.note, cube.areas)
