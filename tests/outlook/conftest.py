"""A release of a region that is known: its tables as a folder, and beside them what was written into each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from allmende.areas.hierarchy import write_region
from allmende.areas.region import District, Municipality, Region
from allmende.cubes import numbers, texts
from allmende.cubes.columns import TOTAL, Column
from allmende.cubes.publication import (
    Accuracy,
    Publication,
    PublishedRegion,
    TableEntry,
    Words,
    file_hash,
    put_in_force,
    write_publication,
)
from allmende.cubes.released import ReleasedCube, TableNote, write_released
from allmende.parameters.classifications import classification

from ..projection.rates.conftest import banded, by_town, draw_region, protect

SIZES, UNITS = (2500, 6000, 15000, 30000), (1, 3, 5, 6)
YEARS = tuple(range(2019, 2026))
DEVIATION = 0.8
SEXES = {"sex": ("w", "m")}
DIRECTIONS = {"direction": ("in", "out")}
Members = Mapping[str, Sequence[str]]


@dataclass
class Shelf:
    """A release being written: `figures` holds the protected arrays by table and margin."""

    public: Path
    region: Region
    years: tuple[int, ...] = YEARS
    release: str = "2025-known"
    entries: list[TableEntry] = field(default_factory=list)
    figures: dict[tuple[str, tuple[str, ...]], np.ndarray] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.public / "releases" / self.release

    def add(
        self,
        table: str,
        cube: str,
        geography: str,
        areas: Sequence[str],
        kinds: Mapping[str, str],
        members: Members,
        margins: Mapping[tuple[str, ...], np.ndarray],
        *,
        years: Sequence[int] | None = None,
        pooled: int = 1,
        exact: bool = False,
        hidden: tuple[tuple[str, int], ...] = (),
        audience: str = "public",
    ) -> None:
        """Write margins [Y, R, members of the margin's names]; areas and years in `hidden` are not published."""
        years = tuple(years or self.years)
        shown = {area: tuple(y for y in years if (area, y) not in hidden) for area in areas}
        rows: list[tuple[object, ...]] = []
        for names, values in margins.items():
            self.figures[table, names] = values
            lists = [years, areas, *(members[name] for name in names)]
            for place, combination in zip(np.ndindex(values.shape), product(*lists), strict=True):
                year, area, *own = combination
                if values[place] and year in shown[area]:
                    by_name = dict(zip(names, own, strict=True))
                    rows.append((area, year, *(by_name.get(name, "") for name in kinds), int(values[place])))
        columns: list[Column] = [texts("area", [row[0] for row in rows]), numbers("year", [row[1] for row in rows])]
        for at, name in enumerate(kinds):
            column = texts(name, [row[2 + at] for row in rows])
            codes = np.where(column.codes == 0, TOTAL, column.codes - 1) if column.labels[0] == "" else column.codes
            columns.append(Column(name, codes, column.labels[1:] if column.labels[0] == "" else column.labels))
        note = TableNote(
            table, cube, geography, tuple(kinds.items()), "12-31", "12-31", "2025-12-31", audience, "test", exact, pooled
        )
        path = self.folder / "tables" / f"{table}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_released(ReleasedCube(tuple(columns), np.array([row[-1] for row in rows]), note, shown), path)
        accuracy = Accuracy(0.0 if exact and kinds == {} else DEVIATION, 0.9, 0.0, 0.0)
        entry = TableEntry(note, Words(table, table), f"tables/{table}.parquet", file_hash(path), len(rows), years, accuracy)
        self.entries.append(entry)

    def publish(self, without: Sequence[str] = ()) -> Path:
        """Write the description and put the release in force."""
        write_region(self.region, self.folder / "region")
        published = PublishedRegion(self.region.id, Words("Bekannt", "Known"), True, date(2025, 12, 31), "test")
        tables = tuple(entry for entry in self.entries if entry.note.table not in without)
        title = Words("Bekannt", "Known")
        write_publication(Publication(self.folder, self.release, title, date(2026, 3, 1), published, title, tables, ()))
        put_in_force(self.public, self.release)
        return self.public


def region_of(truth) -> Region:
    towns = tuple(
        Municipality(f"990010{at:02d}", f"Ort {at}", "99", "Gemeinde", ("Ortsteil",) if count > 1 else ())
        for at, count in enumerate(UNITS)
    )
    districts = tuple(
        District(f"{town.ags}.{at}", str(at), f"Teil {at}", 1, "", town.ags)
        for town, count in zip(towns, UNITS, strict=True)
        for at in range(count)
        if count > 1
    )
    return Region("known", {"de": "Bekannt", "en": "Known"}, True, date(2025, 12, 31), "test", towns, districts)


def shelve(truth, public: Path) -> Shelf:
    """Put everything a default catalogue has on a shelf, protected to multiples of 3."""
    shelf, rng = Shelf(public, region_of(truth)), np.random.default_rng(2)
    towns = tuple(town.ags for town in shelf.region.municipalities)
    units = tuple(
        key for town in shelf.region.municipalities for key in ([d.key for d in shelf.region.finest(town.ags)] or [town.ags])
    )
    people = truth.people.sum(axis=1)  # [Y, M, 2, A]
    by_ags = np.moveaxis(by_town(np.moveaxis(people, 1, 0), truth.home, len(towns)), 0, 1)
    labels = {name: classification("age", name).labels for name in ("single", "five", "ten", "broad", "mother")}

    def margins(values: np.ndarray, names: tuple[str, ...], chosen: Sequence[tuple[str, ...]]) -> dict:
        found = {}
        for margin in chosen:
            gone = tuple(2 + at for at, name in enumerate(names) if name not in margin)
            found[margin] = protect(values.sum(axis=gone), rng) if margin else values.sum(axis=gone)
        return found

    both = {"sex": SEXES["sex"], "age": labels["single"]}
    kinds = {"sex": "each", "age": "single"}
    chosen = [("sex", "age"), ("age",), ("sex",), ()]
    shelf.add(
        "stock_municipality", "stock", "municipality", towns, kinds, both, margins(by_ags, ("sex", "age"), chosen), exact=True
    )
    own = [at for at, key in enumerate(units) if "." in key]
    five = margins(banded(people[:, own], "five"), ("sex", "age"), [("sex", "age"), ("age",)])
    both = {"sex": SEXES["sex"], "age": labels["five"]}
    shelf.add(
        "stock_district",
        "stock",
        "district",
        [units[at] for at in own],
        {"sex": "each", "age": "five"},
        both,
        five,
        hidden=((units[own[0]], 2021),),
    )
    events = truth.events
    deaths = np.moveaxis(events["deaths"], 1, 1)  # [Y, Z, 2, A]
    shelf.add(
        "deaths_region",
        "deaths",
        "region",
        ["known"],
        {"age": "ten"},
        {"age": labels["ten"]},
        margins(banded(deaths.sum(axis=(1, 2)), "ten")[:, None], ("age",), [("age",)]),
    )
    shelf.add(
        "deaths_municipality",
        "deaths",
        "municipality",
        towns,
        {"sex": "each"},
        SEXES,
        margins(deaths.sum(axis=3), ("sex",), [("sex",), ()]),
    )
    births = events["births"].sum(axis=2)  # [Y, Z, A]
    lows = [max(low, 0) for low in classification("age", "mother").lows.tolist()]
    mothers = np.add.reduceat(births.sum(axis=1), lows, axis=-1)
    shelf.add(
        "births_region",
        "births",
        "region",
        ["known"],
        {"age": "mother"},
        {"age": labels["mother"]},
        margins(mothers[:, None], ("age",), [("age",)]),
    )
    shelf.add("births_municipality", "births", "municipality", towns, {}, {}, {(): protect(births.sum(axis=2), rng)})
    moves = np.moveaxis(banded(events["moves"].sum(axis=3), "broad"), 1, 2)  # [Y, Z, 2, B]
    ways = DIRECTIONS | {"age": labels["broad"]}
    shelf.add(
        "moves_municipality",
        "external_moves",
        "municipality",
        towns,
        {"direction": "each", "age": "broad"},
        ways,
        margins(moves, ("direction", "age"), [("direction", "age")]),
    )
    far = (*towns, "country", "abroad")
    pooled = np.stack([np.moveaxis(events["counterpart"][at - 2 : at + 1].sum(axis=0), 0, 1) for at in (3, 6)])
    table = {("direction", "counterpart"): protect(pooled, rng)}
    shelf.add(
        "moves_counterpart",
        "external_moves",
        "municipality",
        towns,
        {"direction": "each", "counterpart": "each"},
        DIRECTIONS | {"counterpart": far},
        table,
        years=(2022, 2025),
        pooled=3,
    )
    within = margins(banded(events["within"], "broad"), ("age",), [("age",)])
    shelf.add("moves_within", "internal_moves", "municipality", towns, {"age": "broad"}, {"age": labels["broad"]}, within)
    return shelf


@pytest.fixture(scope="session")
def truth():
    return draw_region(SIZES, UNITS, years=YEARS)


@pytest.fixture(scope="session")
def shelf(truth, tmp_path_factory) -> Shelf:
    shelf = shelve(truth, tmp_path_factory.mktemp("known"))
    shelf.publish()
    return shelf
