"""Margins of released tables as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from allmende.cubes.columns import TOTAL
from allmende.cubes.released import EVERYWHERE, ReleasedCube

Floats = NDArray[np.float64]


def dense(cube: ReleasedCube, axes: Mapping[str, Sequence[str | int]]) -> Floats:
    """Return the margin of a table over all dimensions that `axes` does not name, one axis for each name in its order.

    `axes` gives the members of each axis by label (years as numbers); "year" and "area" are always among them. A figure
    that is not published is NaN, one that is published as nothing 0.

    >>> from allmende.cubes import numbers, texts
    >>> from allmende.cubes.released import TableNote
    >>> note = TableNote("t", "stock", "municipality", (("sex", "all"),), "12-31", "12-31", "2024-12-31", "public", "")
    >>> columns = (texts("area", "aa"), numbers("year", [2024, 2024]), texts("sex", "mw"))
    >>> cube = ReleasedCube(columns, np.array([5, 7]), note, {"a": (2024,)})
    >>> dense(cube, {"year": [2023, 2024], "sex": ["w", "m"], "area": ["a"]}).tolist()
    [[[nan], [nan]], [[7.0], [5.0]]]
    """
    kept = np.ones(len(cube), dtype=bool)
    index = []
    for column in cube.columns:
        if column.name not in axes:
            kept &= column.codes == TOTAL
            continue
        place = {member: at for at, member in enumerate(axes[column.name])}
        if column.labels is None:
            at = np.array([place.get(int(code), -1) for code in column.codes], dtype=np.int64)
        else:
            of_label = np.array([place.get(label, -1) for label in column.labels])
            at = np.where(column.codes >= 0, of_label[np.maximum(column.codes, 0)], -1)
        kept &= at >= 0
        index.append((column.name, at))
    value = np.zeros([len(members) for members in axes.values()])
    at_of = dict(index)
    value[tuple(at_of[name][kept] for name in axes)] = cube.value[kept]
    return np.where(_published(cube, axes), value, np.nan)


def _published(cube: ReleasedCube, axes: Mapping[str, Sequence[str | int]]) -> NDArray[np.bool_]:
    """Say for each area and year whether the table publishes it, in the axes' shape."""
    names = list(axes)
    everywhere = set(cube.areas.get(EVERYWHERE, ()))
    known = np.array(
        [[year in everywhere or year in cube.areas.get(str(area), ()) for area in axes["area"]] for year in axes["year"]]
    )
    shape = [len(members) if name in ("year", "area") else 1 for name, members in axes.items()]
    return known.reshape(shape) if names.index("year") < names.index("area") else known.T.reshape(shape)
