"""Coordinates from one reference system to another, by way of PROJ."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer
from pyproj.exceptions import CRSError

from allmende.errors import AllmendeError

Floats = NDArray[np.float64]

LAEA, WGS84 = "EPSG:3035", "EPSG:4326"
"""ETRS89-LAEA Europe, equal in area and the system of the INSPIRE grid (metres); and longitude, latitude (degrees)."""

BOUNDS = {
    "EPSG:25832": (-600_000, 1_600_000, 4_900_000, 6_500_000),
    "EPSG:25833": (-1_000_000, 1_200_000, 4_900_000, 6_500_000),
    "EPSG:3035": (3_000_000, 6_000_000, 2_000_000, 4_500_000),
    "EPSG:4326": (0, 25, 44, 58),
}
"""Central Europe in each reference system (x from, to; y from, to): what lies outside has swapped or foreign axes."""


def to_laea(x: ArrayLike, y: ArrayLike, crs: str) -> tuple[Floats, Floats]:
    """Return (east, north) in metres of EPSG:3035, as arrays of the shape given.

    `x` is the longitude or easting, `y` the latitude or northing, whatever axis order the system itself prescribes;
    `crs` names it ("EPSG:25832", "EPSG:4326"). Missing coordinates (NaN) stay NaN. Raises AllmendeError if the
    system is unknown or a point lies where the systems do not reach, which mostly means swapped axes or a wrong `crs`.

    >>> east, north = to_laea([8.8077], [53.0759], "EPSG:4326")  # Bremen, market place
    >>> east.round().tolist(), north.round().tolist()
    ([4241092.0], [3330376.0])
    """
    return _transform(x, y, crs, LAEA)


def to_wgs84(east: ArrayLike, north: ArrayLike) -> tuple[Floats, Floats]:
    """Return (longitude, latitude) in degrees for metres of EPSG:3035.

    >>> lon, lat = to_wgs84([4241092], [3330376])
    >>> lon.round(3).tolist(), lat.round(3).tolist()
    ([8.808], [53.076])
    """
    return _transform(east, north, LAEA, WGS84)


def _transform(x: ArrayLike, y: ArrayLike, source: str, target: str) -> tuple[Floats, Floats]:
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    given = np.isfinite(xs) & np.isfinite(ys)
    a, b = np.full(xs.shape, np.nan), np.full(xs.shape, np.nan)
    a[given], b[given] = _transformer(source, target).transform(xs[given], ys[given])
    lost = given & ~(np.isfinite(a) & np.isfinite(b))
    if lost.any():
        raise AllmendeError(
            f"{int(lost.sum())} of {xs.size} points lie outside the reference system {source}.",
            where=f"first: x {xs[lost][0]}, y {ys[lost][0]}",
            expected="x as longitude or easting, y as latitude or northing",
            todo="Check whether x and y are swapped, and the name of the reference system.",
        )
    return a, b


@lru_cache(maxsize=16)
def _transformer(source: str, target: str) -> Transformer:
    try:
        return Transformer.from_crs(source, target, always_xy=True)
    except CRSError as error:
        raise AllmendeError(
            f"The coordinate reference system {source!r} is unknown.",
            expected="an EPSG code such as EPSG:25832 (UTM 32N), EPSG:25833, EPSG:4326 or EPSG:3035",
            todo="Correct the code.",
        ) from error
