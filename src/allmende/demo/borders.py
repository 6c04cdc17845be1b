"""Borders: the edges between differently labelled cells, joined into lines, smoothed once, shared by both neighbours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from allmende.demo.territory import Floats, Ground, Ints

Lonlat = Callable[[Floats], Floats]
"""Metres of the frame (n × 2) to degrees (n × 2), rounded as files hold them."""


def draw_areas(ground: Ground, labels: Ints, lonlat: Lonlat) -> dict[int, BaseGeometry]:
    """Return one polygon per label (not `SEA`), in degrees; together they are a valid coverage.

    Every border is smoothed as one line between the points where three areas meet, so neighbours share it exactly. Cutting
    corners (Chaikin) keeps each line inside the cells it runs along: lines cannot cross.
    """
    lines = [shapely.LineString(_distinct(lonlat(_smooth(line)))) for line in _border_lines(ground, labels)]
    faces = shapely.polygonize(lines).geoms
    sites = [shapely.Point(x, y) for x, y in lonlat(ground.sites)]
    face, site = shapely.STRtree(sites).query(list(faces), predicate="contains")
    parts: dict[int, list[BaseGeometry]] = defaultdict(list)
    for number, polygon in enumerate(faces):
        inside = labels[site[face == number]]
        label = int(np.bincount(inside + 1).argmax()) - 1 if len(inside) else -1
        if label >= 0:
            parts[label].append(polygon)
    return {label: shapely.coverage_union_all(parts[label]) for label in sorted(parts)}


def _border_lines(ground: Ground, labels: Ints) -> list[Floats]:
    edges = ground.ends[labels[ground.pairs[:, 0]] != labels[ground.pairs[:, 1]]]
    touching: dict[int, list[int]] = defaultdict(list)
    for number, (a, b) in enumerate(edges):
        touching[int(a)].append(number)
        touching[int(b)].append(number)
    used = np.zeros(len(edges), dtype=bool)
    lines = []
    meetings = [corner for corner, met in touching.items() if len(met) != 2]
    for start in [*meetings, *touching]:  # closed rings, if any, are left for the second part
        for first in touching[start]:
            if not used[first]:
                lines += [ground.corners[_follow(start, first, edges, touching, used)]]
    return lines


def _follow(start: int, edge: int, edges: Ints, touching: dict[int, list[int]], used: np.ndarray) -> list[int]:
    path = [start]
    while True:
        used[edge] = True
        a, b = edges[edge]
        path.append(int(b) if int(a) == path[-1] else int(a))
        onward = touching[path[-1]]
        if len(onward) != 2 or path[-1] == start:
            return path
        edge = onward[0] if onward[1] == edge else onward[1]
        if used[edge]:
            return path


def _smooth(line: Floats, rounds: int = 2) -> Floats:
    for _ in range(rounds):
        quarter = 0.75 * line[:-1] + 0.25 * line[1:]
        three = 0.25 * line[:-1] + 0.75 * line[1:]
        middle = np.stack([quarter, three], axis=1).reshape(-1, 2)[1:-1]
        line = np.concatenate([line[:1], middle, line[-1:]])
    return line


def _distinct(line: Floats) -> Floats:
    kept = np.concatenate([[True], (np.diff(line, axis=0) != 0).any(axis=1)])
    return np.asarray(line[kept])
