"""A region made of random persons, in a store of the real form."""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from allmende.areas.grid import pack
from allmende.areas.hierarchy import District, Municipality, Region, write_region
from allmende.cubes import BaseCube, Cells, Column, Manifest, fold
from allmende.cubes.base import KINDS, write_cube
from allmende.deliveries import DeliveryNote, new_office_key, seal
from allmende.engine import open_engine
from allmende.hub import init_hub, open_hub, receive, register_office
from allmende.privacy.attacks import load_limits
from allmende.privacy.profiles import load_profile
from allmende.release.catalogue import load_catalogue
from allmende.release.gate import Gate
from allmende.release.tabulate import Source

SECRET = bytes(range(32))
CHECK = "0123456789abcdef"


@dataclass
class FolderStore:
    """Base cubes in a folder, asked as the hub's store is."""

    folder: Path
    held: list[Manifest] = field(default_factory=list)

    def add(self, cube: BaseCube) -> None:
        manifest = cube.manifest
        series = f"{manifest.key_date:%m-%d}"
        write_cube(cube, self.folder / manifest.kind / series / f"{manifest.ags}-{manifest.key_date.year}.parquet")
        self.held.append(cube.sealed().manifest)

    def frame(self, engine, kind, series):
        return engine.scan(self.folder / kind / series)

    def manifests(self):
        return self.held


def make_region(sizes, districts):
    towns = [Municipality(f"99{i:06}", f"Ort {i}", "99", "Gemeinde", ("Ortsteil",)) for i in range(1, len(sizes) + 1)]
    parts = [
        District(f"{t.ags}.{k:02}", f"{k:02}", f"Teil {k}", 1, "", t.ags)
        for t, count in zip(towns, districts, strict=True)
        for k in range(1, count + 1)
    ]
    names = {"de": "Musterland", "en": "Sample country"}
    return Region("muster", names, True, date(2025, 1, 1), "Allmende", tuple(towns), tuple(parts))


def people(rng, region, sizes):
    """Persons with a home: arrays of municipality, district, cell, birth year, sex, nationality, residence, key."""
    columns = []
    for number, (town, size) in enumerate(zip(region.municipalities, sizes, strict=True)):
        parts = region.finest(town.ags)
        share = rng.dirichlet(np.full(len(parts), 2.0))
        part = rng.choice(len(parts), size=size, p=share)
        middle = np.array([4_300_000 + 9_000 * (number % 4), 3_200_000 + 9_000 * (number // 4)])
        hubs = middle + rng.normal(0, 1_800, (len(parts), 2))
        home = hubs[part] + rng.normal(0, 450, (size, 2)) * rng.choice([0.5, 1, 2.2], size=(size, 1))
        # a district ends where the next one is nearer, as borders do
        part = ((home[:, None, :] - hubs[None]) ** 2).sum(axis=2).argmin(axis=1)
        columns.append((np.full(size, number), part, pack(home[:, 0], home[:, 1])))
    ags, part, cell = (np.concatenate(each) for each in zip(*columns, strict=True))
    total = len(ags)
    age = np.minimum(rng.integers(0, 85, total) + rng.binomial(15, 0.3, total), 104)
    return {
        "ags": ags,
        "part": part,
        "cell": cell,
        "born": 2024 - age,
        "sex": rng.integers(0, 2, total),
        "nationality": (rng.random(total) < 0.09).astype(np.int64),
        "residence": (rng.random(total) < 0.04).astype(np.int64),
        "rk": rng.integers(0, 2**32, total, dtype=np.uint32),
    }


def stock(region, persons, year, epoch="2025a"):
    """One base cube per municipality of the persons alive in a year."""
    labels = {"sex": ("m", "w", "d", "x"), "nationality": ("german", "other"), "residence": ("main", "secondary")}
    there = persons["born"] <= year
    for number, town in enumerate(region.municipalities):
        rows = there & (persons["ags"] == number)
        keys = tuple(d.key for d in region.finest(town.ags))
        values = {
            "ags": (np.zeros(rows.sum(), np.int64), (town.ags,)),
            "district": (persons["part"][rows], keys),
            "cell": (persons["cell"][rows], None),
            "age": (year - persons["born"][rows], None),
            **{name: (persons[name][rows], labels[name]) for name in labels},
            "year": (np.full(rows.sum(), year), None),
        }
        columns = tuple(Column(name, *values[name]) for name in KINDS["stock"])
        cells = fold(Cells(columns, np.ones(rows.sum(), np.int64), persons["rk"][rows]), KINDS["stock"])
        day = date(year, 12, 31)
        yield BaseCube(cells, Manifest("stock", town.ags, day, day, date(2025, 1, 1), epoch, CHECK, "test"))


@pytest.fixture(scope="session")
def region():
    return make_region([9000, 4000, 1500], [5, 3, 3])


@pytest.fixture(scope="session")
def store(region, tmp_path_factory):
    store = FolderStore(tmp_path_factory.mktemp("store"))
    persons = people(np.random.default_rng(7), region, [9000, 4000, 1500])
    for year in (2023, 2024):
        for cube in stock(region, persons, year):
            store.add(cube)
    return store


@pytest.fixture
def source(region, store):
    with open_engine() as engine:
        yield Source(store, engine, region)


@pytest.fixture(scope="session")
def protection():
    return load_profile("standard", SECRET)


@pytest.fixture
def gate(source, protection):
    return Gate(source, protection, load_limits())


SMALL = """
title = { de = "Probe", en = "Trial" }
[[table]]
id = "stock_municipality"
title = { de = "Bevölkerung", en = "Population" }
cube = "stock"
geography = "municipality"
dimensions = { age = "five", sex = "each" }
exact_totals = true
[[table]]
id = "stock_district"
title = { de = "Bevölkerung", en = "Population" }
cube = "stock"
geography = "district"
dimensions = { age = "broad", sex = "each" }
margins = [[], ["age"], ["sex"]]
[[table]]
id = "stock_grid_1000"
title = { de = "Einwohner", en = "Inhabitants" }
cube = "stock"
geography = "grid_1000"
min_parent = 20
"""


@pytest.fixture(scope="session")
def catalogue_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("catalogue") / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def filled_hub(region, tmp_path_factory):
    """A real hub that received two years of three offices."""
    folder = tmp_path_factory.mktemp("offices")
    write_region(region, folder / "region")
    hub = init_hub(folder / "hub", folder / "region", epoch="2025a", key_check=CHECK)
    persons = people(np.random.default_rng(7), region, [9000, 4000, 1500])
    cubes = [cube for year in (2023, 2024) for cube in stock(region, persons, year)]
    now = datetime(2025, 2, 1, 9, tzinfo=UTC)
    for town in region.municipalities:
        key = new_office_key()
        hub = register_office(hub, town.ags, key.verify_key(), "trusted-unit", now)
        own = [cube.sealed() for cube in cubes if cube.manifest.ags == town.ags]
        note = DeliveryNote.of(own, name=town.name, sequence=1, made=date(2025, 1, 20))
        path = folder / f"{town.ags}.allmende"
        receive(hub, seal(own, path, office=key, hub_recipient=hub.settings.recipient, delivery=note), now)
    return hub.folder


@pytest.fixture
def hub(filled_hub, tmp_path):
    """A copy of the filled hub that a test may change."""
    shutil.copytree(filled_hub, tmp_path / "hub")
    return open_hub(tmp_path / "hub")


@pytest.fixture
def small(catalogue_file):
    return load_catalogue(catalogue_file)


@pytest.fixture(scope="session")
def dense_town(tmp_path_factory):
    """A town of many small districts: its 500 m and 1 km cells cut through them and leave slivers."""
    town = make_region([8000], [30])
    store = FolderStore(tmp_path_factory.mktemp("town"))
    for cube in stock(town, people(np.random.default_rng(3), town, [8000]), 2024):
        store.add(cube)
    return town, store
