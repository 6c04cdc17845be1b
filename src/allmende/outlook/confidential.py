"""A hub's own look ahead: the same model on its exact cells. What comes of it is as confidential as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from allmende.areas.region import UNLOCATED_CODE, Region
from allmende.cubes import Cells, Column
from allmende.errors import AllmendeError
from allmende.outlook.cells.exact import exact_grids
from allmende.outlook.cells.rule import the_rule
from allmende.outlook.folder import Statement
from allmende.outlook.past import DIRECTIONS, EVERYBODY, LAST, SEXES, Places, find_places
from allmende.outlook.private import CONFIDENTIAL
from allmende.outlook.sources import Source
from allmende.projection.counts import AGES, Counts, Figures
from allmende.projection.rates.moving import CLASSES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SERIES = "12-31"
WANTED: Mapping[str, tuple[str, ...]] = {
    "stock": ("ags", "district", "age", "sex", "year"),
    "deaths": ("ags", "age", "sex", "year"),
    "births": ("ags", "age", "year"),
    "external_moves": ("ags", "direction", "counterpart", "age", "year"),
    "internal_moves": ("ags", "district", "origin_district", "age", "year"),
}
"""What is needed of the base cells of each kind, of persons with their main residence."""

SINGLE = tuple(range(AGES))
MOTHERS = (0, *range(15, 51))
"""First ages of mothers' bands; the first one holds the unknown, too."""
WINDOW = 3
"""Years whose moves say how far people move, as in the default catalogue."""


def counted(cells: Mapping[str, Cells], region: Region, located: Cells | None = None) -> Source:
    """Return what a hub knows: base cells folded to `WANTED`, exact and without noise; `located` is the stock by grid cell.

    Municipalities of which there are no cells, because their offices protect at the source, are left out, and the source
    says so. Persons whose sex is neither f nor m count half to each; persons whose district is unknown are spread over the
    units of their municipality in proportion to those who are known, as a look ahead has to put them somewhere.
    Raises `AllmendeError` if a kind of cells is missing.
    """
    lacking = [kind for kind in WANTED if kind not in cells or not len(cells[kind])]
    if lacking:
        raise AllmendeError(
            f"The hub has no cells of {', '.join(lacking)}.",
            where=f"series {SERIES}",
            expected=", ".join(WANTED),
            todo="Let the offices deliver stock and events.",
        )
    there = set(cells["stock"]["ags"].values())
    inside = replace(
        region,
        municipalities=tuple(town for town in region.municipalities if town.ags in there),
        districts=tuple(district for district in region.districts if district.ags in there),
    )
    missing = [town.name for town in region.municipalities if town.ags not in there]
    named = ", ".join(missing)
    notes = [Statement("confidential", "Aus den vertraulichen Zellen des Hubs", "From the hub's confidential cells", "")]
    if missing:
        de, en = f"Ohne {named}: Schutz an der Quelle", f"Without {named}: protected at the source"
        notes.append(Statement("left out", de, en, ""))
    digest = hashlib.sha256(b"".join(cells[kind].n.tobytes() for kind in WANTED)).hexdigest()[:10]
    return Source(
        f"{CONFIDENTIAL}-{digest}",
        CONFIDENTIAL,
        inside,
        lambda until: _counts(cells, inside, LAST if until is None else until),
        None,
        exact_grids(located, inside, the_rule().sizes) if located is not None else (),
        tuple(notes),
    )


def _counts(cells: Mapping[str, Cells], region: Region, until: int) -> Counts:
    places = find_places(region)
    towns = places.municipalities
    years = tuple(sorted({int(year) for year in cells["stock"]["year"].codes if year <= until}))
    window = years[-WINDOW:]
    deaths = _two_sexes(_fold(cells["deaths"], years, ("year", "ags", "sex", "age"), {"ags": towns}))
    births = _fold(cells["births"], years, ("year", "ags", "age"), {"ags": towns})
    external, internal = cells["external_moves"], cells["internal_moves"]
    moves = _fold(external, years, ("year", "direction", "ags", "age"), {"ags": towns, "direction": DIRECTIONS})
    far = (*towns, "country", "abroad")
    counterpart = _fold(
        external, window, ("direction", "ags", "counterpart"), {"ags": towns, "direction": DIRECTIONS, "counterpart": far}
    )
    within = _fold(internal, years, ("year", "ags", "age"), {"ags": towns})
    by_mother = np.add.reduceat(births.sum(axis=1), np.array(MOTHERS), axis=-1)[:, None]
    return Counts(
        units=places.units,
        parents=places.parents,
        groups=EVERYBODY,
        years=years,
        stock=(Figures(_stock(cells["stock"], years, places), 0.0, SINGLE, by_unit=True),),
        deaths_by_age=Figures(deaths.sum(axis=1), 0.0, SINGLE),
        births_by_age=Figures(by_mother, 0.0, MOTHERS),
        deaths=(Figures(deaths.sum(axis=3)),),
        births=(Figures(births.sum(axis=2)),),
        moves=(Figures(np.add.reduceat(moves, CLASSES, axis=-1)[:, :, :, None], 0.0, CLASSES),),
        counterparts=far,
        counterpart=Figures(counterpart),
        counterpart_years=len(window),
        within=Figures(np.add.reduceat(within, CLASSES, axis=-1), 0.0, CLASSES),
        crossing=_crossing(internal, window, towns),
    )


def _stock(cells: Cells, years: Sequence[int], places: Places) -> Floats:
    """Return persons [Y, 1, M, 2, A]; the unlocated are spread over the units of their municipality."""
    lost = [f"{ags}.{UNLOCATED_CODE}" for ags in places.municipalities]
    keys = (*places.units, *lost)
    by_key = _two_sexes(_fold(_placed(cells), years, ("year", "district", "sex", "age"), {"district": keys}))
    units = len(places.units)
    located, unlocated = by_key[:, :units], by_key[:, units:]
    home = np.array([places.municipalities.index(ags) for ags in places.parents])
    people = located.sum(axis=(2, 3))
    town = np.stack([people[:, home == at].sum(axis=1) for at in range(len(lost))], axis=1)[:, home]
    part = np.divide(people, town, out=np.ones_like(people) / np.bincount(home)[home], where=town > 0)
    return np.asarray(located + part[:, :, None, None] * unlocated[:, home], dtype=np.float64)[:, None]


def _placed(cells: Cells) -> Cells:
    """Name the unit of each cell: a municipality without districts is its own unit, and nobody there is unlocated."""
    divided = {key.split(".")[0] for key in cells["district"].labels or () if not key.endswith(f".{UNLOCATED_CODE}")}
    names = [
        ags if ags not in divided else key for ags, key in zip(cells["ags"].values(), cells["district"].values(), strict=True)
    ]
    labels = tuple(sorted(set(map(str, names))))
    place = {label: at for at, label in enumerate(labels)}
    unit = Column("district", np.array([place[str(name)] for name in names], dtype=np.int64), labels)
    return Cells(tuple(unit if column.name == "district" else column for column in cells.columns), cells.n, cells.key)


def _crossing(cells: Cells, years: Sequence[int], towns: Sequence[str]) -> Floats:
    """Return the part of moves between known districts that crosses a border; NaN where there are none."""
    found = np.full(len(towns), np.nan)
    of_town, year = np.array(cells["ags"].values()), cells["year"].codes
    to, origin = (np.array(cells[name].values()) for name in ("district", "origin_district"))
    known = ~(np.char.endswith(to, UNLOCATED_CODE) | np.char.endswith(origin, UNLOCATED_CODE))
    for at, ags in enumerate(towns):
        own = known & (of_town == ags) & np.isin(year, years)
        if cells.n[own].sum() > 0:
            found[at] = cells.n[own & (to != origin)].sum() / cells.n[own].sum()
    return found


def _fold(cells: Cells, years: Sequence[int], axes: Sequence[str], members: Mapping[str, Sequence[str]]) -> Floats:
    """Sum cells into an array with these axes; `members` names those of labelled ones, sexes as they stand in `_SEXES`."""
    kept = np.isin(cells["year"].codes, years)
    shape, index = [], []
    for name in axes:
        codes, labels = cells[name].codes, cells[name].labels
        if name == "year":
            size, at = len(years), np.searchsorted(years, np.minimum(codes, years[-1]))
        elif labels is None:
            size, at = AGES, np.clip(codes, 0, AGES - 1)
        else:
            listed = list(members.get(name, _SEXES))
            rest = listed.index("country") if "country" in listed else -1
            size, at = len(listed), np.array([listed.index(x) if x in listed else rest for x in labels])[codes]
        shape.append(size)
        kept &= at >= 0
        index.append(at)
    total = np.zeros(shape)
    np.add.at(total, tuple(at[kept] for at in index), cells.n[kept])
    return total


_SEXES = (*SEXES, "d", "x")


def _two_sexes(people: Floats) -> Floats:
    """Share persons whose sex is neither w nor m (third and fourth on the last axis but one) half and half."""
    return np.asarray(people[..., :2, :] + people[..., 2:, :].sum(axis=-2, keepdims=True) / 2, dtype=np.float64)
