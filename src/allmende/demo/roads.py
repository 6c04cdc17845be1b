"""Roads between the settlements and streets within them: one connected network."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay, KDTree

from allmende.demo.settlements import Settlement
from allmende.demo.territory import SEA, Floats, Ground, Ints, Waves

STEP = 25.0
"""Metres between the vertices of a street."""


@dataclass(frozen=True, slots=True)
class Line:
    """A road or street: positions in the network's vertices, its class, its settlements' or its own number."""

    vertices: tuple[int, ...]
    grade: str
    settlement: int


@dataclass(slots=True)
class Network:
    """Vertices (metres) and lines that share them at junctions; grows while the region is made.

    `taken` finds vertices by squares of `STEP`; `lure` is where builders like to build, so that no town becomes a circle.
    """

    points: list[tuple[float, float]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    taken: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    lure: Waves | None = None

    def add(self, x: float, y: float) -> int:
        """Add a vertex and return its position."""
        self.points.append((x, y))
        self.taken.setdefault((int(x // STEP), int(y // STEP)), []).append(len(self.points) - 1)
        return len(self.points) - 1

    def near(self, x: float, y: float) -> Iterator[int]:
        """Yield the vertices in the nine squares around a point."""
        i, j = int(x // STEP), int(y // STEP)
        for a in (i - 1, i, i + 1):
            for b in (j - 1, j, j + 1):
                yield from self.taken.get((a, b), ())


@dataclass(frozen=True, slots=True)
class Owners:
    """Which municipality a point lies in, by a raster of 50 m."""

    raster: Ints
    size: float = 50.0

    @classmethod
    def of(cls, ground: Ground, municipality: Ints) -> Owners:
        """Rasterise the municipalities, leaving out the river and its banks."""
        width, height = ground.sites.max(axis=0)
        x, y = np.meshgrid(np.arange(0, width, 50.0) + 25, np.arange(0, height, 50.0) + 25)
        points = np.column_stack([x.ravel(), y.ravel()])
        label = municipality[KDTree(ground.sites).query(points)[1]]
        label[KDTree(ground.river).query(points)[0] < 115] = SEA
        return cls(label.reshape(x.shape))

    def at(self, x: float, y: float) -> int:
        """Return the municipality at a point, `SEA` outside."""
        i, j = int(y // self.size), int(x // self.size)
        inside = 0 <= i < self.raster.shape[0] and 0 <= j < self.raster.shape[1]
        return int(self.raster[i, j]) if inside else SEA


def connect(settlements: Sequence[Settlement], ground: Ground, bridges: int, rng: np.random.Generator) -> Network:
    """Join the settlements by main roads: a Gabriel graph with few bridges, the busiest of its edges primary."""
    middles = np.array([s.middle for s in settlements])
    weights = np.array([s.addresses for s in settlements], dtype=float)
    edges = _gabriel(middles)
    west = ground.west[KDTree(ground.sites).query(middles)[1]]
    edges = _few_bridges(edges, middles, weights, west, bridges)
    edges = [edge for edge in edges if not _over_water(middles[list(edge)], ground)]
    traffic = _traffic(edges, middles, weights)
    network = Network(lure=Waves.draw(1900.0, rng))
    nodes = [network.add(x, y) for x, y in middles.tolist()]
    limits = np.quantile(traffic, [0.55, 0.85])
    for (a, b), load in zip(edges, traffic, strict=True):
        grade = ("tertiary", "secondary", "primary")[int((load > limits).sum())]
        way = [network.add(x, y) for x, y in _winding(middles[a], middles[b], rng)[1:-1].tolist()]
        network.lines.append(Line((nodes[a], *way, nodes[b]), grade, -1))
    return network


def lay_streets(network: Network, number: int, place: Settlement, owners: Owners, rng: np.random.Generator) -> None:
    """Grow streets from the main roads outwards until they can hold the settlement's houses."""
    middle, radius = place.middle, 260.0 + 26.0 * np.sqrt(place.addresses)
    need = place.addresses * (14.0 if place.main else 17.0)
    queue: list[tuple[float, int, int, float]] = []
    mains = [line for line in network.lines if line.settlement == -1]
    for line in mains:
        for at in range(1 + int(rng.integers(3)), len(line.vertices) - 1, 4):
            distance = _distance(network, line.vertices[at], middle)
            if distance < radius:
                need -= 2 * STEP if distance < 0.5 * radius else STEP
                _push_sides(queue, network, line.vertices, at, middle, rng)
    while queue and need > 0:
        _, _, start, heading = heapq.heappop(queue)
        path = _extend(network, start, heading, place, owners, rng)
        if len(path) < 4:
            continue
        network.lines.append(Line(tuple(path), "residential", number))
        need -= STEP * (len(path) - 2)
        for at in range(3, len(path) - 1, int(rng.integers(3, 5))):
            _push_sides(queue, network, path, at, middle, rng)
        if rng.random() < 0.6:
            _push(queue, network, path[-1], _heading(network, path[-2], path[-1]) + rng.normal(0, 0.3), middle, rng)


def _gabriel(points: Floats) -> list[tuple[int, int]]:
    triangles = Delaunay(points).simplices
    pairs = {tuple(sorted((int(t[i]), int(t[j])))) for t in triangles for i, j in ((0, 1), (1, 2), (0, 2))}
    tree = KDTree(points)
    kept = []
    for a, b in sorted(pairs):
        radius = float(np.hypot(*(points[a] - points[b]))) / 2
        if len(tree.query_ball_point((points[a] + points[b]) / 2, 0.93 * radius)) == 0:
            kept.append((a, b))
    return kept


def _few_bridges(
    edges: list[tuple[int, int]], points: Floats, weights: Floats, west: np.ndarray, bridges: int
) -> list[tuple[int, int]]:
    crossing = [edge for edge in edges if west[edge[0]] != west[edge[1]]]
    worth = [np.sqrt(weights[a] * weights[b]) / np.hypot(*(points[a] - points[b])) for a, b in crossing]
    chosen: list[tuple[int, int]] = []
    for i in np.argsort(worth)[::-1]:
        middle = points[list(crossing[i])].mean(axis=0)
        if len(chosen) < bridges and all(np.hypot(*(middle - points[list(c)].mean(axis=0))) > 2200 for c in chosen):
            chosen.append(crossing[i])
    return [edge for edge in edges if west[edge[0]] == west[edge[1]] or edge in chosen]


def _over_water(ends: Floats, ground: Ground) -> bool:
    way = ends[0] + np.linspace(0, 1, 40)[:, None] * (ends[1] - ends[0])
    return bool((~ground.land[KDTree(ground.sites).query(way)[1]]).mean() > 0.06)


def _traffic(edges: list[tuple[int, int]], points: Floats, weights: Floats) -> Floats:
    a, b = np.array(edges).T
    length = np.hypot(*(points[a] - points[b]).T)
    graph = csr_array((length, (a, b)), shape=(len(points), len(points)))
    _, before = dijkstra(graph, directed=False, return_predecessors=True)
    load = dict.fromkeys(edges, 0.0)
    big = np.argsort(weights)[-14:]
    for start in big:
        for end in big:
            here = int(end)
            while before[start, here] >= 0:
                edge = (min(here, int(before[start, here])), max(here, int(before[start, here])))
                load[edge] += weights[start] * weights[end]
                here = int(before[start, here])
    return np.array([load[edge] for edge in edges])


def _winding(a: Floats, b: Floats, rng: np.random.Generator) -> Floats:
    line = np.array([a, b])
    for scale in (0.10, 0.08, 0.06, 0.04):
        step = np.diff(line, axis=0)
        across = np.column_stack([-step[:, 1], step[:, 0]]) * rng.normal(0, scale, len(step)).clip(-0.16, 0.16)[:, None]
        middle = (line[:-1] + line[1:]) / 2 + across
        line = np.concatenate([np.stack([line[:-1], middle], axis=1).reshape(-1, 2), line[-1:]])
    for _ in range(2):
        line[1:-1] = (line[:-2] + 2 * line[1:-1] + line[2:]) / 4
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = np.linspace(0, along[-1], max(int(along[-1] / STEP), 2) + 1)
    return np.column_stack([np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])])


def _extend(
    network: Network, start: int, heading: float, place: Settlement, owners: Owners, rng: np.random.Generator
) -> list[int]:
    x, y = network.points[start]
    home = set(network.near(x, y))
    path: list[int] = []
    new: list[tuple[float, float]] = []
    bend = rng.normal(0, 0.035)
    for step in range(int(rng.integers(5, 15 if place.main else 10))):
        x, y = x + STEP * np.cos(heading), y + STEP * np.sin(heading)
        heading += bend + rng.normal(0, 0.03)
        if owners.at(x, y) != place.municipality:
            break
        met = [v for v in network.near(x, y) if v not in home or step > 2]
        if met:
            if len(new) >= 3:
                path = [min(met, key=lambda v: _distance(network, v, (x, y)))]
            elif step < 3:
                return []
            break
        new.append((x, y))
    if len(new) < 3:
        return []
    return [start, *(network.add(*point) for point in new), *path]


def _push_sides(queue: list[tuple[float, int, int, float]], network: Network, path: Sequence[int], at: int,
                middle: tuple[float, float], rng: np.random.Generator) -> None:  # fmt: skip
    along = _heading(network, path[at - 1], path[at + 1])
    for side in (-np.pi / 2, np.pi / 2):
        _push(queue, network, path[at], along + side + rng.normal(0, 0.10), middle, rng)


def _push(queue: list[tuple[float, int, int, float]], network: Network, vertex: int, heading: float,
          middle: tuple[float, float], rng: np.random.Generator) -> None:  # fmt: skip
    lure = float(network.lure.at(np.array([network.points[vertex]]))[0]) if network.lure else 0.0
    priority = _distance(network, vertex, middle) * rng.uniform(0.75, 1.3) * np.exp(0.45 * lure)
    heapq.heappush(queue, (float(priority), len(queue), vertex, float(heading)))


def _heading(network: Network, a: int, b: int) -> float:
    (ax, ay), (bx, by) = network.points[a], network.points[b]
    return float(np.arctan2(by - ay, bx - ax))


def _distance(network: Network, vertex: int, middle: tuple[float, float]) -> float:
    x, y = network.points[vertex]
    return float(np.hypot(x - middle[0], y - middle[1]))
