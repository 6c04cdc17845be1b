"""Minutes between places and facilities: by road, or as the crow flies where no roads are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from allmende.areas.roads import EARTH, Roads
from allmende.errors import AllmendeError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ways:
    """Pairs within the limit: `place`, `facility`, `minutes [pairs]`, sorted by place; `basis` says how minutes were had.

    Places or facilities without a pair are still counted in `places` and `facilities`; `lonely()` names them.
    """

    place: Ints
    facility: Ints
    minutes: Floats
    places: int
    facilities: int
    basis: str

    def lonely(self) -> tuple[Ints, Ints]:
        """Return the places, and the facilities, that have no pair within the limit."""
        return (
            np.flatnonzero(np.bincount(self.place, minlength=self.places) == 0),
            np.flatnonzero(np.bincount(self.facility, minlength=self.facilities) == 0),
        )

    def matrix(self, values: Floats) -> csr_array:
        """Return values per pair as a sparse matrix `[places, facilities]`."""
        starts = np.concatenate([[0], np.cumsum(np.bincount(self.place, minlength=self.places))])
        return csr_array((values, self.facility, starts), shape=(self.places, self.facilities))


@dataclass(frozen=True, slots=True)
class Snapped:
    """The nearest node of each point, how far it is, and the points that are farther than allowed (kept, not dropped)."""

    node: Ints
    metres: Floats
    far: Ints


def snap(roads: Roads, lon: ArrayLike, lat: ArrayLike, *, farthest: float = 500.0) -> Snapped:
    """Find the nearest node of each point, as the crow flies; `farthest` metres is where a point counts as far.

    Raises `AllmendeError` if the roads have no positions.
    """
    if not len(roads) or np.isnan(roads.lon).any():
        raise AllmendeError(
            "The roads have no positions.", expected="a network with lon and lat", todo="Name the nodes of places instead."
        )
    tree = cKDTree(_on_sphere(roads.lon, roads.lat))
    chord, node = tree.query(_on_sphere(np.asarray(lon, np.float64), np.asarray(lat, np.float64)))
    metres = 2 * EARTH * np.arcsin(np.clip(chord / 2, 0.0, 1.0))
    return Snapped(np.asarray(node, dtype=np.int64), metres, np.flatnonzero(metres > farthest))


def _on_sphere(lon: Floats, lat: Floats) -> Floats:
    x, y = np.radians(lon), np.radians(lat)
    return np.stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)], axis=-1)


def travel_minutes(roads: Roads, sources: Ints, targets: Ints, *, limit: float = np.inf, outward: bool = False) -> Floats:
    """Return minutes `[sources, targets]` by the shortest way (Dijkstra); infinity beyond `limit` or without a way.

    `outward` False: from targets to sources (people who go to a facility), True: from sources to targets (engines that leave
    it).
    """
    graph = roads.graph()
    minutes: Floats = dijkstra(graph if outward else csr_array(graph.T), indices=sources, limit=limit)[:, targets]
    return minutes


@dataclass(frozen=True, slots=True)
class Nearest:
    """Per node: minutes to the nearest facility (infinity: none) and its number (-1: none); ties go to Dijkstra's first."""

    minutes: Floats
    facility: Ints


def nearest_facility(roads: Roads, facilities: Ints, *, limit: float = np.inf, outward: bool = False) -> Nearest:
    """Find for every node the nearest facility in one run of Dijkstra's algorithm from all of them."""
    graph = roads.graph()
    minutes, _, source = dijkstra(
        graph if outward else csr_array(graph.T), indices=facilities, limit=limit, min_only=True, return_predecessors=True
    )
    number = np.full(len(roads), -1, dtype=np.int64)
    number[facilities[::-1]] = np.arange(len(facilities))[::-1]  # of facilities at one node the first counts
    reached = np.isfinite(minutes)
    return Nearest(minutes, np.where(reached, number[np.where(reached, source, 0)], -1))


def road_ways(roads: Roads, places: Ints, facilities: Ints, *, limit: float, outward: bool = False, at_once: int = 64) -> Ways:
    """Return all pairs of places and facilities (given by node) within `limit` minutes by road.

    Facilities are the sources, `at_once` of them at a time, so that memory stays at `at_once` × nodes.
    """
    found: list[tuple[Ints, Ints, Floats]] = []
    graph = roads.graph()
    graph = graph if outward else csr_array(graph.T)
    for first in range(0, len(facilities), at_once):
        minutes = dijkstra(graph, indices=facilities[first : first + at_once], limit=limit)[:, places]
        facility, place = np.nonzero(np.isfinite(minutes))
        found.append((place, facility + first, minutes[facility, place]))
    return _pairs(found, len(places), len(facilities), "shortest way by road")


def straight_ways(
    place_lonlat: ArrayLike, facility_lonlat: ArrayLike, *, limit: float, speed: float = 40.0, detour: float = 1.3
) -> Ways:
    """Return pairs within `limit` minutes by straight line × `detour` at `speed` km/h: the fallback where no roads are known.

    `place_lonlat [places, 2]`, `facility_lonlat [facilities, 2]` in degrees. The basis says so wherever the minutes are shown.
    """
    places, facilities = np.asarray(place_lonlat, np.float64), np.asarray(facility_lonlat, np.float64)
    per_metre = detour / (speed * 1000 / 60)
    tree = cKDTree(_on_sphere(places[:, 0], places[:, 1]))
    centres = _on_sphere(facilities[:, 0], facilities[:, 1])
    chord = 2 * np.sin(min(limit / per_metre / EARTH, np.pi) / 2)
    near = tree.query_ball_point(centres, chord, return_sorted=True)
    counts = np.array([len(found) for found in near], dtype=np.int64)
    place = np.concatenate([np.asarray(found, dtype=np.int64) for found in near]) if counts.sum() else np.empty(0, np.int64)
    facility = np.repeat(np.arange(len(facilities)), counts)
    apart = np.linalg.norm(tree.data[place] - centres[facility], axis=1)
    minutes = 2 * EARTH * np.arcsin(np.clip(apart / 2, 0.0, 1.0)) * per_metre
    basis = f"straight line × {detour:g} at {speed:g} km/h (no roads)"
    return _pairs([(place, facility, minutes)], len(places), len(facilities), basis)


def _pairs(found: list[tuple[Ints, Ints, Floats]], places: int, facilities: int, basis: str) -> Ways:
    if not found:
        return Ways(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), places, facilities, basis)
    place, facility, minutes = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((facility, place))
    return Ways(place[order], facility[order], minutes[order], places, facilities, basis)
