"""Region Bremen: from a folder of public data to a region folder, stock extracts of the city's office, and open tables."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from allmende.areas.gemeindeverzeichnis import read_gemeindeverzeichnis
from allmende.areas.geometry import Shapes
from allmende.areas.hierarchy import Region
from allmende.demo.real.extracts import write_extract, write_profile
from allmende.demo.real.open_tables import read_grid, write_cells, write_index, write_totals
from allmende.demo.real.ortsteile import Ortsteile, read_ortsteile, write_ortsteile
from allmende.demo.real.persons import Grid, build_houses, draw_persons
from allmende.demo.real.places import (
    district_key,
    divide_city,
    make_region,
    members,
    read_borders,
    read_outlines,
    write_places,
)
from allmende.errors import AllmendeError
from allmende.parameters import load
from allmende.release import Catalogue, load_catalogue

GV = "originals/gv_auszug_2023-12-31.xlsx"
BORDERS = "boundaries/vg250_2016_gemeinden_demoregionen.parquet"
OUTLINES = "boundaries/bremen_bremerhaven_ortsteile_2023.geojson"
CATALOGUE = "catalogue_region_bremen.toml"
ORTSTEILE = "originals/12411-03-03-{year}.csv"
OLDER = "population/bremen_ortsteile_alter_1980_2023.parquet"
ZENSUS = "grid/zensus2011_1km.parquet"


@dataclass(frozen=True, slots=True)
class RealRegion:
    """What was written: the region folder, the office's profile and one stock extract a key date, the open tables.

    `published` keeps the table behind each extract, so that releases can be compared with it. `modelled` says in German and
    English what of the extracts is modelled; `attribution` must stand wherever the figures are shown.
    """

    region: Region
    folder: Path
    office: str
    profile: Path
    extracts: Mapping[date, Path]
    published: Mapping[date, Ortsteile]
    open_tables: Path
    attribution: str
    modelled: Mapping[str, str]


def real_catalogue() -> Catalogue:
    """Return the tables that are released of Region Bremen: the city's stock, since nothing else can be modelled.

    >>> {table.cube for table in real_catalogue().tables}
    {'stock'}
    """
    with as_file(files("allmende.parameters") / CATALOGUE) as path:
        return load_catalogue(path)


def prepare_real(data: Path, work: Path, *, years: Collection[int] | None = None) -> RealRegion:
    """Write Region Bremen into the folder `work` from the public data in `data`; nothing is written elsewhere.

    All key dates of the data are prepared, or those of `years` only. The same data give the same files. Needs the extra `geo`.
    Raises AllmendeError if a file is missing.
    """
    settings = load("region_bremen")
    _check_files(data)
    directory = read_gemeindeverzeichnis(data / GV)
    entries = members(directory, settings["kreise"])
    borders = read_borders(data / BORDERS, entries, settings["merged"])
    published = {counts.key_date: counts for counts in _read_dates(data, work, years)}
    latest = published[max(published)]
    outlines = read_outlines(data / OUTLINES, latest.keys, settings["city"])
    region = make_region(settings, directory, entries, divide_city(settings["city"], latest.keys, latest.names))
    write_places(region, entries, borders, outlines, settings["simplified"], work / "region")
    grid, figures = read_grid(data / ZENSUS, borders)
    tables = work / "open"
    write_totals(entries, tables / "people.csv")
    write_cells(figures, tables / "zensus-2011-1km.csv")
    write_index(_describe_tables(settings), tables / "index.json")
    profile = write_profile(work / "office" / "profile.toml")
    extracts = _write_extracts(settings, published, outlines, grid, work / "office")
    return RealRegion(
        region,
        work / "region",
        settings["city"],
        profile,
        extracts,
        published,
        tables,
        region.attribution,
        settings["modelled"],
    )


def _check_files(data: Path) -> None:
    missing = [name for name in (GV, BORDERS, OUTLINES, OLDER, ZENSUS) if not (data / name).is_file()]
    if missing:
        raise AllmendeError(
            f"{len(missing)} files of the public data are missing, {missing[0]} first.",
            where=str(data),
            expected="the folder of public data that its README describes",
            todo="Give that folder, or build the fictional region: allmende demo.",
        )


def _read_dates(data: Path, work: Path, years: Collection[int] | None) -> Iterator[Ortsteile]:
    """Read each date from its published file; dates kept only as a collection are first written back into that layout."""
    older = pq.read_table(data / OLDER).to_pylist()
    for day in sorted({row["stichtag"] for row in older}):
        year = int(day[:4])
        if years is not None and year not in years:
            continue
        path = data / ORTSTEILE.format(year=year)
        if not path.is_file():
            path = work / "layout" / path.name
            write_ortsteile([_record(row) for row in older if row["stichtag"] == day], path)
        yield read_ortsteile(path)
    shutil.rmtree(work / "layout", ignore_errors=True)


def _record(row: Mapping[str, Any]) -> tuple[str, str, str, str, tuple[int, ...] | None]:
    columns = ("insg", "m", "w", "deutsch", "deutsch_m", "deutsch_w", "auslaend", "auslaend_m", "auslaend_w")
    figures = None if row["insg"] is None else tuple(int(row[column]) for column in columns)
    return row["schluessel"], row["gebiet"], row["stichtag"], row["alter"], figures


def _write_extracts(
    settings: Mapping[str, Any], published: Mapping[date, Ortsteile], outlines: Shapes, grid: Grid, folder: Path
) -> dict[date, Path]:
    model, city = settings["person"], settings["city"]
    keys = published[max(published)].keys
    most = np.max([counts.people.sum(axis=(1, 2)) for counts in published.values()], axis=0)
    rng = np.random.default_rng(settings["seed"])
    houses = build_houses([district_key(city, key) for key in keys], outlines, grid, most, model["people_per_house"], rng)
    extracts = {}
    for day, counts in sorted(published.items()):
        draw = np.random.default_rng([settings["seed"], day.year])
        persons = draw_persons(counts, houses, model["open_age_survival"], model["oldest_age"], draw)
        extracts[day] = write_extract(persons, counts, folder / f"bestand-nachgebildet-{day}.csv")
    return extracts


def _describe_tables(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    source = {entry["id"]: entry for entry in settings["source"]}
    return [
        {
            "file": "people.csv",
            "title": {"de": "Bevölkerung der Gemeinden nach Geschlecht", "en": "People of the municipalities by sex"},
            "date": "2023-12-31",
            "attribution": source["gv-isys"]["attribution"],
            "licence": source["gv-isys"]["licence"],
        },
        {
            "file": "zensus-2011-1km.csv",
            "title": {"de": "Zensus 2011: Bevölkerung im 1-km-Gitter", "en": "Census 2011: people on the 1 km grid"},
            "date": "2011-05-09",
            "attribution": source["zensus-2011"]["attribution"],
            "licence": source["zensus-2011"]["licence"],
        },
    ]
