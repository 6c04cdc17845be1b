"""Where facilities may stand in the fictional region: along its streets, spread out as its people are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.cluster.vq import kmeans2

from allmende.areas.geometry import Shapes
from allmende.demo.territory import Floats, Ints

RESIDENTIAL = "residential"
STRETCH = np.array([0.58, 1.0])
"""A degree of longitude is so many degrees of latitude at 54.4° north: for distances in degrees."""


@dataclass(frozen=True, slots=True)
class Streets:
    """Vertices of streets: `point [n, 2]` in degrees, `unit [n]` their position in the units, `residential [n]`."""

    point: Floats
    unit: Ints
    residential: np.ndarray


def read_streets(path: Path, units: Shapes) -> Streets:
    """Read the vertices of the region's roads and find the unit of each; those outside all units are left out."""
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    lines = [(each["properties"]["class"] == RESIDENTIAL, each["geometry"]["coordinates"]) for each in features]
    point = np.array([at for _, line in lines for at in line], dtype=np.float64)
    residential = np.array([homes for homes, line in lines for _ in line])
    unit = units.locate(*point.T)
    inside = unit >= 0
    return Streets(point[inside], unit[inside], residential[inside])


def spread_sites(streets: Streets, units: list[int], count: int, rng: np.random.Generator) -> list[int]:
    """Return `count` positions in the streets of these units, each in the middle of its part of the homes."""
    own = np.isin(streets.unit, units)
    homes = own & streets.residential
    among = np.flatnonzero(homes if homes.any() else own)
    if len(among) <= count:
        return [int(position) for position in np.resize(among, count)]
    point = streets.point[among] * STRETCH
    middles, _ = kmeans2(point, count, minit="++", seed=rng, missing="warn")
    return [int(among[np.hypot(*(point - middle).T).argmin()]) for middle in middles]


def write_roads(source: Path, target: Path) -> None:
    """Write the region's roads with the words that road networks are read by (`highway`)."""
    features = json.loads(source.read_text(encoding="utf-8"))["features"]
    named = [each | {"properties": {"highway": each["properties"]["class"]}} for each in features]
    lines = [json.dumps(each, separators=(",", ":")) for each in named]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    target.write_text(text, encoding="utf-8")
