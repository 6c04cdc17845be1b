"""Geographies: the ways in which a region is cut into areas, each computed from a base cell's district and 100 m cell."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from allmende.areas.grid import SIZES, UNLOCATED, cell_id, coarsen
from allmende.areas.hierarchy import UNLOCATED_CODE, Region
from allmende.cubes import Column

ADMINISTRATIVE = ("region", "municipality", "district_1", "district_2", "district_3", "district")
GRIDS = {f"grid_{size}": size for size in SIZES}
GEOGRAPHIES = (*ADMINISTRATIVE, *GRIDS)
"""All geographies by name, from the coarsest to the finest of each family."""


def base_column(geography: str) -> str:
    """Return the column of a base cube from which a geography's areas follow."""
    if geography in GRIDS:
        return "cell"
    return "ags" if geography in ("region", "municipality") else "district"


def area_column(column: Column, geography: str, region: Region) -> Column:
    """Return the column `area` (labelled) of a geography from the base column (`ags`, `district` or `cell`).

    A district's level below its municipality's own levels is the finest there is; a municipality without levels is
    its only district. Persons without a cell stand in the area "unlocated".
    """
    if geography in GRIDS:
        return _cells(column, GRIDS[geography])
    if geography == "region":
        return Column("area", np.zeros(len(column), dtype=np.int64), (region.id,))
    if geography == "municipality":
        return Column("area", column.codes, column.labels)
    return regroup(column, "area", district_of(region, geography))


def regroup(column: Column, name: str, member_of: Callable[[str], str]) -> Column:
    """Return a labelled column whose labels are replaced by the groups they belong to."""
    groups = [member_of(label) for label in column.labels or ()]
    labels = sorted(set(groups))
    position = {label: code for code, label in enumerate(labels)}
    lookup = np.array([position[group] for group in groups], dtype=np.int64)
    return Column(name, lookup[column.codes] if len(lookup) else column.codes, tuple(labels))


def district_of(region: Region, geography: str) -> Callable[[str], str]:
    """Return the function from a finest district's key to the area of a district geography that holds it."""

    def area(key: str) -> str:
        ags, _, code = key.partition(".")
        levels = len(region.municipality(ags).levels)
        wanted = min(levels, int(geography[-1])) if geography[-1].isdigit() else levels
        if geography == "municipality" or not levels or code == UNLOCATED_CODE:
            return ags if geography == "municipality" or not levels else key
        return region.ancestor(key, wanted)

    return area


def area_of(key: str, geography: str, region: Region) -> str:
    """Return the area of an administrative geography that holds a finest district."""
    return region.id if geography == "region" else district_of(region, geography)(key)


def areas_of(region: Region, ags: str, geography: str) -> tuple[str, ...]:
    """Return the areas of a municipality in an administrative geography, with the one of whoever could not be placed."""
    if geography in ("region", "municipality"):
        return (region.id if geography == "region" else ags,)
    area = district_of(region, geography)
    keys = [district.key for district in region.finest(ags)]
    return tuple(sorted({area(key) for key in (*keys, f"{ags}.{UNLOCATED_CODE}")}))


def alike(region: Region) -> dict[str, str]:
    """Return one name for all districts that are made of the same finest ones: those repeated on the levels below them."""
    parts: dict[str, set[str]] = {}
    for m in region.municipalities:
        for district in region.finest(m.ags):
            for level in range(1, len(m.levels) + 1):
                parts.setdefault(region.ancestor(district.key, level), set()).add(district.key)
    first: dict[frozenset[str], str] = {}
    return {area: first.setdefault(frozenset(own), area) for area, own in parts.items()}


def _cells(column: Column, size: int) -> Column:
    cells, codes = np.unique(coarsen(column.codes, size), return_inverse=True)
    labels = tuple(UNLOCATED_CODE if cell == UNLOCATED else cell_id(int(cell), size) for cell in cells)
    return Column("area", codes.astype(np.int64), labels)
