"""From addresses to places, offline: coordinates of the extract, house coordinates, or the district alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allmende.areas.geometry import Shapes
from allmende.areas.grid import UNLOCATED, pack
from allmende.areas.hierarchy import UNLOCATED_CODE, Region
from allmende.areas.projection import BOUNDS, to_laea, to_wgs84
from allmende.register.houses import Houses, plain_street, split_number
from allmende.register.reading import Coded, Table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LOCATED, NEAR, BY_DISTRICT, NOWHERE = range(4)
"""How a place was found: the house; the house without its suffix; only its district; not at all."""


class Address(NamedTuple):
    """An address as the extract writes it; every part may be empty."""

    address: str
    street: str
    street_key: str
    house_number: str
    house_suffix: str
    postal_code: str
    district: str
    east: str
    north: str


NO_ADDRESS = Address(*[""] * 9)


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """What is known of a municipality's places.

    `codes` maps district codes (as written and without leading zeros) and plain names to keys of its finest level; `shapes`
    their polygons, `houses` the house coordinates, `crs` the reference system of coordinates in the extract.
    """

    ags: str
    codes: Mapping[str, str]
    houses: Houses | None = None
    shapes: Shapes | None = None
    crs: str = ""

    @property
    def nowhere(self) -> str:
        """Return the district of whoever could not be placed."""
        return f"{self.ags}.{UNLOCATED_CODE}"

    @property
    def in_vain(self) -> tuple[int, ...]:
        """Return the ways of placing which say that an address was looked up in vain: none where nothing could be looked up."""
        if self.houses is not None or self.crs:
            return BY_DISTRICT, NOWHERE
        return (NOWHERE,) if self.codes else ()


def gazetteer(
    region: Region, ags: str, *, houses: Houses | None = None, shapes: Shapes | None = None, crs: str = ""
) -> Gazetteer:
    """Bring together what is known of a municipality's places; `shapes` are polygons of districts by key."""
    finest = region.finest(ags)
    named = Counter(plain_street(district.name) for district in finest)
    codes = {plain_street(d.name): d.key for d in finest if named[plain_street(d.name)] == 1}
    codes |= {d.code.lstrip("0"): d.key for d in finest} | {d.code: d.key for d in finest}
    if shapes is not None:
        wanted = set(codes.values())
        own = [position for position, key in enumerate(shapes.keys) if key in wanted]
        shapes = Shapes(tuple(shapes.keys[i] for i in own), tuple(shapes.polygons[i] for i in own)) if own else None
    return Gazetteer(ags, codes, houses, shapes, crs)


@dataclass(frozen=True, slots=True)
class Places:
    """The distinct addresses of a run, sorted; with `district` (key), `cell` (100 m) and `how` each was found."""

    addresses: tuple[Address, ...] = field(repr=False)
    district: tuple[str, ...]
    cell: Ints
    how: Ints
    unknown_district: NDArray[np.bool_]
    bad_point: NDArray[np.bool_]


def distinct_addresses(tables: Sequence[tuple[Table, str]]) -> tuple[tuple[Address, ...], list[Ints]]:
    """Return the addresses of several tables, sorted, and per table the position of each row's address.

    Each table comes with the prefix of its address fields ("" or "from_"). A row without any address has `NO_ADDRESS`.
    """
    parts = [_rows_of(table, prefix) for table, prefix in tables]
    addresses = tuple(sorted({address for found, _ in parts for address in found}))
    position = {address: i for i, address in enumerate(addresses)}
    places = [np.array([position[address] for address in found], dtype=np.int64)[rows] for found, rows in parts]
    return addresses, places


def _rows_of(table: Table, prefix: str) -> tuple[list[Address], Ints]:
    columns: list[Coded] = [table[prefix + name] for name in Address._fields]
    code = np.zeros(len(table), dtype=np.int64)
    for column in columns:
        if len(column.values) > 1:
            _, code = np.unique(code * len(column.values) + column.codes, return_inverse=True)
    _, first, rows = np.unique(code, return_index=True, return_inverse=True)
    return [Address(*(column.text(row) for column in columns)) for row in first], rows


def locate(addresses: Sequence[Address], known: Gazetteer) -> Places:
    """Find each address: by its coordinates, else among the house coordinates, else by its district.

    The district comes from the extract, else from the house (OTT), else from the polygon around the point. Where only the
    district is known, the cell is `UNLOCATED`; where nothing is, the district is `<ags>.unlocated`: nobody is lost.
    """
    given = [_district(address.district, known) for address in addresses]
    cell, lon, lat, bad_point = _own_points(addresses, known)
    how = np.where(cell == UNLOCATED, NOWHERE, LOCATED)
    district = list(given)
    if known.houses is not None:
        house, by_suffix = _find_houses(addresses, given, np.flatnonzero(how == NOWHERE), known, known.houses)
        found = np.flatnonzero(house >= 0)
        at = house[found]
        east, north = to_laea(known.houses.east[at], known.houses.north[at], known.houses.crs)
        cell[found] = pack(east, north)
        lon[found], lat[found] = to_wgs84(east, north)
        how[found] = np.where(by_suffix[found], LOCATED, NEAR)
        for place, h in zip(found, at, strict=True):
            district[place] = given[place] or _district(known.houses.district[h], known)
    _fill_by_polygon(district, lon, lat, known.shapes)
    how[[i for i, key in enumerate(district) if key and how[i] == NOWHERE]] = BY_DISTRICT
    unknown = np.array([bool(a.district) and not key for a, key in zip(addresses, given, strict=True)], dtype=bool)
    return Places(tuple(addresses), tuple(key or known.nowhere for key in district), cell, how, unknown, bad_point)


def _district(text: str, known: Gazetteer) -> str:
    return known.codes.get(text) or known.codes.get(text.lstrip("0")) or known.codes.get(plain_street(text), "") if text else ""


def _own_points(addresses: Sequence[Address], known: Gazetteer) -> tuple[Ints, Floats, Floats, NDArray[np.bool_]]:
    cell = np.full(len(addresses), UNLOCATED, dtype=np.int64)
    lon, lat = np.full(len(addresses), np.nan), np.full(len(addresses), np.nan)
    x, y = np.array([_number(a.east) for a in addresses]), np.array([_number(a.north) for a in addresses])
    said = np.array([bool(a.east or a.north) for a in addresses], dtype=bool)
    x0, x1, y0, y1 = BOUNDS.get(known.crs, (0, -1, 0, -1))
    inside = (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
    if inside.any():
        east, north = to_laea(x[inside], y[inside], known.crs)
        cell[inside] = pack(east, north)
        lon[inside], lat[inside] = to_wgs84(east, north)
    return cell, lon, lat, said & ~inside


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return float("nan")


def _find_houses(
    addresses: Sequence[Address], given: Sequence[str], wanted: Ints, known: Gazetteer, houses: Houses
) -> tuple[Ints, NDArray[np.bool_]]:
    """Return the house of each address, -1 where there is none, and whether its suffix agreed."""
    house = np.full(len(addresses), -1, dtype=np.int64)
    exact = np.ones(len(addresses), dtype=bool)
    for i in wanted:
        address = _parted(addresses[i])
        number, suffix = split_number(address.house_number, address.house_suffix)
        if number == 0:
            continue
        for wish in (suffix, "") if suffix else ("",):
            house[i] = _only_one(_candidates(address, number, wish, houses), address, given[i], known, houses)
            if house[i] >= 0:
                exact[i] = wish == suffix
                break
    return house, exact


def _parted(address: Address) -> Address:
    """Return an address whose street and number stood in one field with both apart."""
    if address.house_number or not address.address:
        return address
    head, _, tail = address.address.partition(",")[0].rpartition(" ")
    if tail.isalpha() and len(tail) == 1:
        head, _, number = head.rpartition(" ")
        tail = number + tail
    return address._replace(street=head, house_number=tail)


def _candidates(address: Address, number: int, suffix: str, houses: Houses) -> list[int]:
    key = address.street_key.lstrip("0")
    found = houses.by_key.get((key, number, suffix)) if key else None
    return found or houses.by_name.get((plain_street(address.street), number, suffix), [])


def _only_one(candidates: list[int], address: Address, district: str, known: Gazetteer, houses: Houses) -> int:
    """Return the house that fits; of several, the postal code and then the district must leave one place."""
    if len(candidates) > 1 and address.postal_code:
        candidates = [h for h in candidates if houses.postal_code[h] == address.postal_code] or candidates
    if len(candidates) > 1 and district:
        candidates = [h for h in candidates if _district(houses.district[h], known) == district] or candidates
    spots = {(houses.east[h], houses.north[h]) for h in candidates}
    return candidates[0] if len(spots) == 1 else -1


def _fill_by_polygon(district: list[str], lon: Floats, lat: Floats, shapes: Shapes | None) -> None:
    open_places = [i for i, key in enumerate(district) if not key and np.isfinite(lon[i])]
    if shapes is None or not open_places:
        return
    for i, polygon in zip(open_places, shapes.locate(lon[open_places], lat[open_places]), strict=True):
        district[i] = shapes.keys[polygon] if polygon >= 0 else ""


def located_by(places: Places, rows: Ints) -> dict[str, int]:
    """Return how many rows (positions of places) were found in which way; the counts sum to the rows."""
    counts = np.bincount(places.how[rows], minlength=4)
    names = ("located", "located_without_suffix", "placed_by_district", "unlocated")
    return {name: int(count) for name, count in zip(names, counts, strict=True)}
