"""The ground: small cells of land, grown into municipalities and their districts between a river, a coast and each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree, Voronoi

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEA = -1
"""Label of cells outside the region."""

COARSE, FINE, BANK = 430.0, 210.0, 110.0
"""Metres between cells in the country, in built-up places, and from a bank to the river's middle."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The cells of land and how they touch, in metres from the frame's lower left corner.

    `sites` (n × 2) are the cells' middles; `pairs` (m × 2) the cells on both sides of each edge; `ends` (m × 2) the
    edge's corners in `corners`; `west` which cells lie left of the river; `land` which are no sea; `river` (k × 2) its course.
    """

    sites: Floats
    pairs: Ints
    ends: Ints
    corners: Floats
    west: NDArray[np.bool_]
    land: NDArray[np.bool_]
    river: Floats


@dataclass(frozen=True, slots=True)
class Waves:
    """A smooth random field: a sum of plane waves, about -1 to 1."""

    directions: Floats
    phases: Floats

    @classmethod
    def draw(cls, length: float, rng: np.random.Generator, count: int = 12) -> Waves:
        """Draw waves of about `length` metres."""
        angle = rng.uniform(0, 2 * np.pi, count)
        number = 2 * np.pi / (length * rng.uniform(0.6, 1.8, count))
        return cls(np.column_stack([np.cos(angle), np.sin(angle)]) * number[:, None], rng.uniform(0, 2 * np.pi, count))

    def at(self, points: Floats) -> Floats:
        """Return the field's value at each point (n × 2)."""
        waves: Floats = np.cos(points @ self.directions.T + self.phases)
        return np.asarray(waves.sum(axis=1) / np.sqrt(len(self.phases)) * 0.8)


def make_ground(place: dict[str, Any], rng: np.random.Generator) -> Ground:
    """Lay the cells: finer where people live, mirrored along the river so that its course is a border."""
    width, height = place["frame"]["width"] * 1000.0, place["frame"]["height"] * 1000.0
    river = _meander(np.array(place["river"]["course"]) * 1000.0, rng)
    towns = [(np.array(m["centre"]) * 1000.0, 900.0 + 13.0 * np.sqrt(m["population"])) for m in place["municipality"]]
    inland = np.concatenate([_jittered(width, height, COARSE, rng), _jittered(width, height, FINE, rng)])
    fine = np.arange(len(inland)) >= len(inland) - _count(width, height, FINE)
    built = np.min([np.hypot(*(inland - centre).T) / radius for centre, radius in towns], axis=0) < 1
    inland = inland[built == fine]
    banks = _banks(river)
    inland = inland[KDTree(river).query(inland)[0] > 2.1 * BANK]
    sites = np.concatenate([inland, banks])
    cells = Voronoi(sites)
    finite = np.array([-1 not in ridge for ridge in cells.ridge_vertices])
    ends = np.array([ridge for ridge in cells.ridge_vertices if -1 not in ridge], dtype=np.int64)
    pairs = cells.ridge_points[finite].astype(np.int64)
    return Ground(sites, pairs, ends, cells.vertices, _west_of(sites, river), _is_land(sites, river, width, height, rng), river)


def grow(ground: Ground, seeds: Sequence[int], within: NDArray[np.bool_], slow: Floats) -> Ints:
    """Give each cell of `within` to the seed from which it is reached soonest, never across the river.

    `slow` (one per cell) is how hard it is to cross; every area grown so is connected. Cells that no seed reaches get `SEA`.
    """
    a, b = ground.pairs.T
    open_edge = within[a] & within[b] & (ground.west[a] == ground.west[b])
    a, b = a[open_edge], b[open_edge]
    cost = np.hypot(*(ground.sites[a] - ground.sites[b]).T) * (slow[a] + slow[b]) / 2
    size = len(ground.sites)
    graph = csr_array((np.concatenate([cost, cost]), (np.concatenate([a, b]), np.concatenate([b, a]))), shape=(size, size))
    distance, _, source = dijkstra(graph, indices=list(seeds), min_only=True, return_predecessors=True)
    order = np.full(size, SEA, dtype=np.int64)
    order[list(seeds)] = np.arange(len(seeds))
    return np.where(np.isfinite(distance) & within, order[np.where(source >= 0, source, 0)], SEA)


def spread(points: Floats, count: int, rng: np.random.Generator, first: int | None = None) -> list[int]:
    """Choose `count` points far from one another: each next one is the farthest of a random half."""
    chosen = [int(rng.integers(len(points))) if first is None else first]
    nearest = np.hypot(*(points - points[chosen[0]]).T)
    while len(chosen) < count:
        lottery = np.where(rng.random(len(points)) < 0.5, nearest, -1.0)
        chosen.append(int(np.argmax(lottery)))
        nearest = np.minimum(nearest, np.hypot(*(points - points[chosen[-1]]).T))
    return chosen


def _count(width: float, height: float, step: float) -> int:
    return len(np.arange(-2000, width + 2000, step)) * len(np.arange(-2000, height + 2000, step))


def _jittered(width: float, height: float, step: float, rng: np.random.Generator) -> Floats:
    x, y = np.meshgrid(np.arange(-2000, width + 2000, step), np.arange(-2000, height + 2000, step))
    points = np.column_stack([x.ravel(), y.ravel()])
    return points + rng.uniform(-0.42, 0.42, points.shape) * step


def _meander(course: Floats, rng: np.random.Generator) -> Floats:
    t = np.linspace(0, len(course) - 1, 60 * len(course))
    line = np.asarray(CubicSpline(np.arange(len(course)), course)(t))
    across = Waves.draw(4200.0, rng).at(line) * 520 + Waves.draw(1700.0, rng).at(line) * 170
    normal = _normals(line)
    return _even(line + normal * across[:, None], 180.0)


def _normals(line: Floats) -> Floats:
    step = np.gradient(line, axis=0)
    left = np.column_stack([-step[:, 1], step[:, 0]])
    return np.asarray(left / np.hypot(*left.T)[:, None])


def _even(line: Floats, step: float) -> Floats:
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = np.arange(0, along[-1], step)
    return np.column_stack([np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])])


def _banks(river: Floats) -> Floats:
    normal = _normals(river)
    return np.concatenate([river + BANK * normal, river - BANK * normal])


def _west_of(points: Floats, river: Floats) -> NDArray[np.bool_]:
    nearest = KDTree(river).query(points)[1]
    # the course runs north, so its left is west
    return np.asarray(((points - river[nearest]) * _normals(river)[nearest]).sum(axis=1) > 0)


def _is_land(points: Floats, river: Floats, width: float, height: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    x, y = points.T / np.array([[width], [height]]) * 2 - 1
    shape = np.abs(x) ** 2.4 + np.abs(y) ** 2.8 + 0.20 * Waves.draw(13_000.0, rng).at(points)
    shape += 0.09 * Waves.draw(4_500.0, rng).at(points)
    coast = 0.80 + 0.06 * Waves.draw(12_000.0, rng).at(points) + 0.02 * Waves.draw(3_000.0, rng).at(points)
    funnel = 700.0 * np.clip((y - coast + 0.22) / 0.22, 0, 1) ** 2
    estuary = KDTree(river).query(points)[0] < funnel + 0.4 * BANK * (funnel > BANK)
    return np.asarray((shape < 0.95) & (y < coast) & ~estuary)
