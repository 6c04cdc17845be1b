"""A publication of an invented region, written by the real writers: six municipalities, districts, a grid, eight years."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import MultiPoint, box

from allmende.areas import District, Municipality, Region, write_region
from allmende.areas.geometry import Shapes, write_geojson
from allmende.areas.grid import cell_id, coarsen, pack
from allmende.areas.projection import to_wgs84
from allmende.cubes import Column, ReleasedCube
from allmende.cubes.columns import TOTAL
from allmende.cubes.publication import (
    RELEASES,
    Accuracy,
    Publication,
    PublishedRegion,
    TableEntry,
    Words,
    file_hash,
    put_in_force,
    write_publication,
)
from allmende.cubes.released import TableNote, write_released
from allmende.parameters.classifications import classification

RELEASE = "2026-01-erfunden"
YEARS = tuple(range(2017, 2025))
LAENDER = {"98": "Geestmark", "99": "Marschenland"}
TOWNS = {
    "98001001": ("Ahrenstadt", "Stadt", 21400, 1.010, 5),
    "98001002": ("Buchenau", "Gemeinde", 6200, 0.994, 3),
    "98001003": ("Dornfelde", "Flecken", 4100, 0.988, 2),
    "98001004": ("Eichhorst", "Gemeinde", 2300, 1.004, 2),
    "99002001": ("Möwensiel", "Stadt", 11800, 1.001, 4),
    "99002002": ("Übersee am Deich", "Gemeinde", 1500, 0.982, 0),
}
OTHERS, WINDOW = (*TOWNS, "99", "98", "abroad", "unknown"), 4
EAST, NORTH, EDGE = 4_240_000, 3_330_000, 24_000
ACCURACY = Accuracy(1.1, 0.68, 0.06, 0.012)


def write_invented(public: Path) -> Path:
    """Write the release below `public` and put it in force; return its folder."""
    folder = public / RELEASES / RELEASE
    region, shapes, parts = _region()
    write_region(region, folder / "region")
    write_geojson(shapes, folder / "region" / "municipalities.geojson", "ags")
    write_geojson(parts, folder / "region" / "districts.geojson", "key")
    people = _people(region)
    entries = [_write(folder, *table) for table in _tables(region, people, shapes)]
    publication = Publication(
        folder, RELEASE, Words("Bevölkerung 2017 bis 2024", "Population 2017 to 2024"), date(2026, 1, 20),
        PublishedRegion(region.id, Words(**region.name), True, region.territory_date, region.attribution),
        Words("Jede Zahl ist für sich verändert (Cell-Key-Methode).", "Every figure is changed by itself (cell-key method)."),
        tuple(entries), (),
    )  # fmt: skip
    write_publication(publication)
    put_in_force(public, RELEASE)
    return folder


def write_open_table(public: Path, rows: str = "98001001;Ahrenstadt;21987") -> Path:
    """Put a table of somebody else beside the releases, which knows the people of municipalities; return its folder."""
    folder = public / "open"
    folder.mkdir(parents=True)
    (folder / "people.csv").write_text(f"ags;name;people\n{rows}\n", encoding="utf-8")
    told = {
        "file": "people.csv", "title": {"de": "Menschen der Gemeinden", "en": "People of the municipalities"},
        "date": "2023-12-31", "attribution": "Erfundenes Amt", "licence": {"de": "erfunden", "en": "invented"},
    }  # fmt: skip
    (folder / "index.json").write_text(json.dumps({"tables": [told]}), encoding="utf-8")
    return folder


def _region() -> tuple[Region, Shapes, Shapes]:
    random = np.random.default_rng(7)
    frame = box(EAST, NORTH, EAST + EDGE, NORTH + EDGE * 0.75).buffer(-500)
    centres = [(4, 5), (13, 4), (20, 9), (12, 12), (5, 14), (20, 15.5)]
    points = MultiPoint([(EAST + x * 1000, NORTH + y * 1000) for x, y in centres])
    outlines = _cut(frame, points)
    municipalities, districts, parts = [], [], []
    for ags, outline in zip(TOWNS, outlines, strict=True):
        name, kind, _size, _growth, number = TOWNS[ags]
        municipalities.append(Municipality(ags, name, LAENDER[ags[:2]], kind, ("Ortsteil",) if number else ()))
        if not number:
            continue
        west, south, east, north = outline.bounds
        inner = MultiPoint(_scatter(random, outline, (west, south, east, north), number))
        for i, part in enumerate(_cut(outline, inner), 1):
            word = ["Mitte", "Nord", "Süd", "Hafen", "Neudorf"][i - 1]
            districts.append(District(f"{ags}.{i:02}", f"{i:02}", f"{name}-{word}", 1, "", ags))
            parts.append(part)
    region = Region(
        "erfunden", {"de": "Erfundene Küstenregion", "en": "Invented coastal region"}, True, date(2024, 12, 31),
        "Erfundene Daten, keine amtliche Statistik", tuple(municipalities), tuple(districts),
    )  # fmt: skip
    return region, _degrees(list(TOWNS), outlines), _degrees([d.key for d in districts], parts)


def _cut(frame: shapely.Polygon, points: MultiPoint) -> list[shapely.Polygon]:
    cells = list(shapely.voronoi_polygons(points, extend_to=frame).geoms)
    return [next(cell for cell in cells if cell.covers(point)).intersection(frame) for point in points.geoms]


def _scatter(
    random: np.random.Generator, outline: shapely.Polygon, bounds: Sequence[float], number: int
) -> list[shapely.Point]:
    west, south, east, north = bounds
    found: list[shapely.Point] = []
    while len(found) < number:
        point = shapely.Point(random.uniform(west, east), random.uniform(south, north))
        if outline.contains(point) and all(point.distance(other) > 1500 for other in found):
            found.append(point)
    return found


def _degrees(keys: Sequence[str], polygons: Sequence[shapely.Polygon]) -> Shapes:
    moved = shapely.transform(np.array(polygons, dtype=object), lambda p: np.column_stack(to_wgs84(p[:, 0], p[:, 1])))
    return Shapes(tuple(keys), tuple(moved))


def _people(region: Region) -> dict[str, np.ndarray]:
    """Return persons by area as arrays [year, age in five-year bands, sex, nationality]."""
    middle = np.arange(21) * 5 + 2.5
    shape = 1.0 + 0.35 * np.exp(-(((middle - 58) / 13) ** 2)) - 0.25 * np.exp(-(((middle - 12) / 12) ** 2))
    alive = 1 / (1 + np.exp((middle - 84) / 5.5))
    found: dict[str, np.ndarray] = {}
    for rank, (ags, (_name, _kind, size, growth, number)) in enumerate(TOWNS.items()):
        young = shape * alive * (1 + 0.05 * np.cos(rank + middle / 9))
        women = 0.49 + 0.16 / (1 + np.exp((78 - middle) / 6))
        foreign = (0.04 + 0.012 * (5 - rank)) * np.exp(-(((middle - 32) / 22) ** 2))
        ages = young / young.sum()
        cells = (
            np.stack([ages * (1 - women), ages * women], axis=-1)[..., None] * np.stack([1 - foreign, foreign], -1)[:, None, :]
        )
        years = size * growth ** np.arange(len(YEARS))
        found[ags] = np.rint(years[:, None, None, None] * cells).astype(np.int64)
        shares = np.arange(number, 0, -1) / max(sum(range(number + 1)), 1)
        for i, share in enumerate(shares, 1):
            found[f"{ags}.{i:02}"] = np.rint(found[ags] * share).astype(np.int64)
    found[region.id] = sum(found[ags] for ags in TOWNS)  # type: ignore[assignment]
    return found


def _tables(region: Region, people: Mapping[str, np.ndarray], shapes: Shapes):  # type: ignore[no-untyped-def]
    """Yield (name, title, cube, geography, audience, dimensions, cells by area, and of how many years each is the sum)."""
    districts = [d.key for d in region.districts]
    for geography, areas in (("region", [region.id]), ("municipality", list(TOWNS)), ("district", districts)):
        fine = {area: people[area] for area in areas}
        audience = "member" if geography == "district" else "public"
        name = {"region": "Region", "municipality": "Gemeinden", "district": "Ortsteile"}[geography]
        yield (
            f"stock_{geography}_total",
            f"Bevölkerung, {name}",
            "stock",
            geography,
            "public",
            {},
            {a: v.sum((1, 2, 3)) for a, v in fine.items()},
        )
        yield (
            f"stock_{geography}_five",
            f"Bevölkerung nach Alter und Geschlecht, {name}",
            "stock",
            geography,
            audience,
            {"age": "five", "sex": "each", "nationality": "each"},
            fine,
        )
        broad = {
            a: np.stack(
                [
                    v[:, :3].sum(1) + v[:, 3] * 3 // 5,
                    v[:, 3] * 2 // 5 + v[:, 4:6].sum(1),
                    v[:, 6:10].sum(1),
                    v[:, 10:13].sum(1),
                    v[:, 13:].sum(1),
                ],
                1,
            ).sum((2, 3))
            for a, v in fine.items()
        }
        yield (
            f"stock_{geography}_broad",
            f"Bevölkerung nach Lebensphasen, {name}",
            "stock",
            geography,
            "public",
            {"age": "broad"},
            broad,
        )
        born = {a: v[:, 5:8].sum((1, 2, 3)) // 17 for a, v in fine.items()}
        died = {a: v[:, 14:].sum((1, 2, 3)) // 19 for a, v in fine.items()}
        moved = {a: np.stack([v.sum((1, 2, 3)) // 16 + 9, v.sum((1, 2, 3)) // 17], 1) for a, v in fine.items()}
        yield f"births_{geography}", f"Geburten, {name}", "births", geography, "public", {}, born
        yield f"deaths_{geography}", f"Sterbefälle, {name}", "deaths", geography, "public", {}, died
        yield (
            f"moves_{geography}",
            f"Zuzüge und Fortzüge, {name}",
            "external_moves",
            geography,
            "public",
            {"direction": "each"},
            moved,
        )
    yield (
        "moves_municipality_partners",
        "Umzüge nach Herkunft und Ziel, Gemeinden",
        "external_moves",
        "municipality",
        "public",
        {"direction": "each", "counterpart": "each"},
        {ags: _partners(ags, people[ags].sum((1, 2, 3))[WINDOW - 1 :: WINDOW] // 5) for ags in TOWNS},
        WINDOW,
    )
    for size in (500, 1000):
        yield (
            f"stock_grid_{size}",
            f"Bevölkerung im Raster {size} m",
            "stock",
            f"grid_{size}",
            "public",
            {},
            _grid(size, shapes),
        )


def _partners(ags: str, moved: np.ndarray) -> np.ndarray:
    """Return moves [window, direction, other side]; nobody moves from a municipality to itself."""
    shares = np.arange(len(OTHERS), 0, -1) / 60 * (np.array(OTHERS) != ags)
    return np.stack([np.rint(np.outer(moved, shares)), np.rint(np.outer(moved, shares**1.1))], 1).astype(np.int64)


def _grid(size: int, shapes: Shapes) -> dict[str, np.ndarray]:
    random = np.random.default_rng(size)
    east, north = np.meshgrid(np.arange(EAST, EAST + EDGE, size), np.arange(NORTH, NORTH + EDGE * 3 // 4, size))
    cells = coarsen(pack(east.ravel() + 1.0, north.ravel() + 1.0), size)
    lon, lat = to_wgs84(east.ravel() + size / 2, north.ravel() + size / 2)
    near = np.min(
        [
            np.hypot(east.ravel() - EAST - x * 1000, north.ravel() - NORTH - y * 1000)
            for x, y in [(4, 5), (13, 4), (20, 9), (5, 14)]
        ],
        0,
    )
    dense = np.rint(size**2 / 1e6 * 700 * np.exp(-near / 1800) * random.uniform(0.5, 1.5, len(cells))).astype(np.int64)
    inside = (shapes.locate(lon, lat) >= 0) & (dense > 2)
    return {
        cell_id(int(c), size): n + np.arange(len(YEARS)) * (n > 20) for c, n in zip(cells[inside], dense[inside], strict=True)
    }


def _write(
    folder: Path,
    name: str,
    title: str,
    cube: str,
    geography: str,
    audience: str,
    dimensions: Mapping[str, str],
    cells: Mapping[str, np.ndarray],
    pooled: int = 1,
) -> TableEntry:
    years = YEARS[pooled - 1 :: pooled]
    members = {"sex": ("m", "w"), "nationality": ("german", "other"), "direction": ("in", "out"), "counterpart": OTHERS}
    labels = {d: classification(d, c).labels if d == "age" else members[d] for d, c in dimensions.items()}
    areas = tuple(sorted(cells))
    rows, values = [], []
    for summed in product((False, True), repeat=len(dimensions)):
        axes = tuple(i + 2 for i, gone in enumerate(summed) if gone)
        margin = np.stack([cells[area] for area in areas]).sum(axis=axes)
        where = np.nonzero(margin)
        kept = iter(where[2:])
        codes = [where[0], np.array(years)[where[1]]]
        codes += [np.full(len(where[0]), TOTAL) if gone else next(kept) for gone in summed]
        rows.append(np.stack(codes))
        values.append(margin[where])
    code = np.concatenate(rows, axis=1).astype(np.int64)
    columns = (Column("area", code[0], areas), Column("year", code[1]),
               *(Column(d, code[i + 2], tuple(labels[d])) for i, d in enumerate(dimensions)))  # fmt: skip
    note = TableNote(
        name, cube, geography, tuple(dimensions.items()), "12-31", "12-31", "2024-12-31", audience, "Erfundene Melderegister",
        pooled=pooled,
    )  # fmt: skip
    released = ReleasedCube(columns, np.concatenate(values), note, dict.fromkeys(areas, years))
    path = folder / "tables" / f"{name}.parquet"
    write_released(released, path)
    return TableEntry(
        note, Words(title, f"{title} (en)"), f"tables/{name}.parquet", file_hash(path), len(released), years, ACCURACY
    )
