"""Counts become person records: single ages, birthdays and houses, all of them modelled.

No record stands for a living person. What the published table fixes (Ortsteil, age group, sex, nationality) is kept
exactly; what it does not tell is drawn: the age evenly within its group, the birthday evenly within its year, the house
among points that lie where the 1 km grid of the Zensus 2011 counted people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray

from allmende.areas.geometry import Shapes, to_metres
from allmende.demo.real.ortsteile import OPEN_END, Ints, Ortsteile

Floats = NDArray[np.float64]

KILOMETRE = 1000.0


@dataclass(frozen=True, slots=True)
class Grid:
    """Inhabited 1 km cells: centres in metres of EPSG:3035, and residents."""

    east: Floats
    north: Floats
    people: Ints


@dataclass(frozen=True, slots=True)
class Houses:
    """Points in metres of EPSG:3035; those of area i are `first[i]` up to `first[i + 1]`, none for an area without outline."""

    east: Floats
    north: Floats
    first: Ints


@dataclass(frozen=True, slots=True)
class Persons:
    """One entry a person: position of the Ortsteil, sex (0 m, 1 w), nationality (0 German, 1 other), birth date, place.

    `east` and `north` are metres of EPSG:3035, NaN where the Ortsteil has no outline.
    """

    area: Ints
    sex: Ints
    nationality: Ints
    birth_date: NDArray[np.datetime64]
    east: Floats
    north: Floats


def build_houses(
    keys: Sequence[str], outlines: Shapes, grid: Grid, people: Ints, per_house: float, rng: np.random.Generator
) -> Houses:
    """Draw about `people / per_house` houses for each key inside its outline, dense where the grid counts residents."""
    metres = to_metres(outlines)
    position = {key: place for place, key in enumerate(metres.keys)}
    tree = shapely.STRtree(_squares(grid))
    east, north, first = [], [], [0]
    for key, count in zip(keys, people, strict=True):
        wanted = int(np.ceil(count / per_house)) if key in position else 0
        if wanted:
            corners, weight = _inhabited_triangles(metres.polygons[position[key]], tree, grid)
            x, y = _points_in(corners, weight, wanted, rng)
            east.append(x)
            north.append(y)
        first.append(first[-1] + wanted)
    return Houses(np.concatenate(east), np.concatenate(north), np.array(first, dtype=np.int64))


def draw_persons(counts: Ortsteile, houses: Houses, survival: float, oldest: int, rng: np.random.Generator) -> Persons:
    """Expand counts to persons.

    Ages are even within a group; in the open one each age has `survival` times the people of the age before, up to
    `oldest`. The age on the key date, a 31.12., is the year minus the birth year.
    """
    area, group, kind = (np.repeat(index.ravel(), counts.people.ravel()) for index in np.indices(counts.people.shape))
    low, high = np.array(counts.ages, dtype=np.int64).T
    age = low[group] + _even(np.where(high == OPEN_END, 1, high - low + 1)[group], rng)
    open_end = high[group] == OPEN_END
    beyond = np.arange(oldest - low[-1] + 1)
    chances = survival**beyond
    age[open_end] += rng.choice(beyond, size=int(open_end.sum()), p=chances / chances.sum())
    year = (counts.key_date.year - age - 1970).astype("datetime64[Y]")
    start, end = year.astype("datetime64[D]"), (year + 1).astype("datetime64[D]")
    birth_date = start + _even((end - start).astype(np.int64), rng)
    available = np.diff(houses.first)[area]
    house = houses.first[area] + _even(np.maximum(available, 1), rng)
    placed = available > 0
    east, north = (np.where(placed, axis[np.where(placed, house, 0)], np.nan) for axis in (houses.east, houses.north))
    return Persons(area, kind % 2, kind // 2, birth_date, east, north)


def age_on(key_date: date, birth_date: NDArray[np.datetime64]) -> Ints:
    """Return completed years on a 31.12."""
    return key_date.year - (birth_date.astype("datetime64[Y]").astype(np.int64) + 1970)


def _even(below: Ints, rng: np.random.Generator) -> Ints:
    return np.floor(rng.random(len(below)) * below).astype(np.int64)


def _squares(grid: Grid) -> NDArray[np.object_]:
    half = KILOMETRE / 2
    return np.asarray(shapely.box(grid.east - half, grid.north - half, grid.east + half, grid.north + half), dtype=object)


def _inhabited_triangles(outline: shapely.Geometry, tree: shapely.STRtree, grid: Grid) -> tuple[Floats, Floats]:
    """Cut an outline by the inhabited cells into triangles (k, 3 corners, 2) with the residents that each may expect."""
    cells = tree.query(outline, predicate="intersects")
    pieces = np.asarray(shapely.intersection(outline, tree.geometries[cells]), dtype=object)
    density = grid.people[cells].astype(np.float64)
    if not (density * shapely.area(pieces)).sum():
        pieces, density = np.array([outline], dtype=object), np.ones(1)
    triangles, piece = shapely.get_parts(shapely.constrained_delaunay_triangles(pieces), return_index=True)
    corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
    return corners, density[piece] * shapely.area(triangles)


def _points_in(corners: Floats, weight: Floats, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    a, b, c = corners[rng.choice(len(corners), size=count, p=weight / weight.sum())].transpose(1, 0, 2)
    # √r spreads points evenly over a triangle instead of crowding them at one corner
    r, s = np.sqrt(rng.random((count, 1))), rng.random((count, 1))
    point = (1 - r) * a + r * (1 - s) * b + r * s * c
    return np.round(point[:, 0], 1), np.round(point[:, 1], 1)
