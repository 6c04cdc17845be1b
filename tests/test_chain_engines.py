"""From an office's extract to the released bytes: NumPy, DuckDB and Spark come to the same, to the bit."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from allmende.areas.hierarchy import load_region
from allmende.cubes import BaseCube, Cells
from allmende.cubes.base import KINDS, canonical_order, content_hash
from allmende.deliveries import new_office_key, write_signing_key
from allmende.demo.delivering import KITA, Extracts, Job, deliver
from allmende.demo.offices import Office, list_offices
from allmende.demo.pipeline import Order, generate
from allmende.demo.places import UTM
from allmende.engine import fold_persons, open_engine
from allmende.hub import Hub, init_hub, open_hub, receive, register_office
from allmende.register import aggregate as aggregation
from allmende.register.houses import read_houses
from allmende.register.processing import process
from allmende.register.profile import load_profile
from allmende.register.run import YEAR_END, Run, Source
from allmende.register.secret import Secret, new_secret, write_secret
from allmende.release import build, load_catalogue, plan, verify

YEAR = 2025
NOW = datetime(2026, 1, 20, 9, 0, tzinfo=UTC)
CATALOGUE = files("allmende.parameters") / "demo_small_catalogue.toml"


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> Order:
    """Return the folder of a small fictional region whose offices hold their extracts."""
    made = Order(tmp_path_factory.mktemp("demo"), seed=1, small=True)
    generate(made, lambda *_: None)
    return made


@pytest.fixture(scope="module")
def town(order: Order) -> Office:
    return list_offices(load_region(order.region), order.offices)[0]


@pytest.fixture(scope="module")
def counted(order: Order, town: Office) -> list[tuple[Cells, BaseCube]]:
    """Return for every cube of an office's year the persons or events that it counts, one a row, and the cube."""
    rows: list[Cells] = []

    def watched(cells: Cells, by: tuple[str, ...]) -> Cells:
        rows.append(cells)
        return fold(cells, by)

    fold = aggregation.fold
    run = Run(
        Source.load(town.stock(YEAR)), load_profile(town.profile), load_region(order.region), town.ags, YEAR,
        rules=(YEAR_END, KITA), events=Source.load(town.events(YEAR)),
        houses=read_houses(town.addresses.read_bytes(), town.addresses.name, town.ags, UTM),
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aggregation, "fold", watched)
        cubes = process(run, Secret("2026", bytes(range(32)))).cubes
    return list(zip(rows, cubes, strict=True))


def _shuffled(cells: Cells, path: Path, seed: int) -> Path:
    order = np.random.default_rng(seed).permutation(len(cells))
    columns = {column.name: np.array(column.values())[order] for column in cells.columns}
    pq.write_table(pa.table(columns | {"rk": cells.key[order]}), path, row_group_size=500)
    return path


def _differing(counted: list[tuple[Cells, BaseCube]], folder: Path, engine: str, threads: int) -> list[str]:
    """Return the kinds whose cube an engine folds to other cells than NumPy did."""
    differing = []
    with open_engine(engine, threads=threads) as session:
        for number, (rows, cube) in enumerate(counted):
            kind = cube.manifest.kind
            persons = _shuffled(rows, folder / f"{number}.parquet", seed=threads)
            cells = fold_persons(session.scan(persons), KINDS[kind], key="rk")
            if content_hash(canonical_order(cells)) != cube.sealed().manifest.content:
                differing.append(kind)
    return differing


def test_an_office_counts_every_kind_of_cube(counted: list[tuple[Cells, BaseCube]]):
    assert [cube.manifest.kind for _, cube in counted] == ["stock", *KINDS]
    assert all(len(rows) == cube.total() > 0 for rows, cube in counted)


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("engine", ["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def test_an_engine_makes_the_offices_cubes(counted: list[tuple[Cells, BaseCube]], tmp_path: Path, engine: str, threads: int):
    assert _differing(counted, tmp_path, engine, threads) == []


@pytest.mark.spark
@pytest.mark.usefixtures("spark_tables")
def test_a_release_from_spark_tables_has_the_same_bytes(order: Order, town: Office, tmp_path: Path):
    secret, key_matrix = new_secret("2026"), bytes(range(32))
    write_secret(secret, tmp_path / "secret.toml")
    plain, tables = (
        init_hub(tmp_path / name, order.region, epoch=secret.epoch, key_check=secret.check_value(), matrix=key_matrix,
                 store=name, prefix="chain_" if name == "spark" else "")
        for name in ("files", "spark")
    )  # fmt: skip
    (tmp_path / "tables.toml").write_bytes(CATALOGUE.read_bytes())

    for hub in (plain, tables):
        delivery = _deliver(order, town, hub, tmp_path / f"{hub.folder.name}.allmende")
        if hub is plain:
            receive(open_hub(hub.folder), delivery, NOW)
        else:
            _allmende("hub", "receive", "--hub", hub.folder, delivery)
    _allmende("release", "plan", tables.folder, "--catalogue", tmp_path / "tables.toml")
    _allmende("release", "build", tables.folder, tmp_path / "from_tables", "--catalogue", tmp_path / "tables.toml")

    created = verify((tmp_path / "from_tables/current").resolve()).created
    planned = plan(open_hub(plain.folder), load_catalogue(tmp_path / "tables.toml"))
    assert build(open_hub(plain.folder), planned, tmp_path / "from_files", created).cells > 50
    assert not list((tables.folder / "store").rglob("*.parquet"))
    assert _bytes(tmp_path / "from_tables") == _bytes(tmp_path / "from_files")


def _deliver(order: Order, town: Office, hub: Hub, target: Path) -> Path:
    key = new_office_key()
    write_signing_key(key, target.with_suffix(".key"))
    register_office(hub, town.ags, key.verify_key(), "trusted-unit", NOW)
    job = Job(
        ags=town.ags, name=town.name, profile=town.profile, houses=town.addresses, crs=UTM,
        extracts=(Extracts(YEAR, town.stock(YEAR), town.events(YEAR)),), region=order.region,
        secret=target.parent / "secret.toml", key=target.with_suffix(".key"), recipient=hub.settings.recipient,
        made=date(2026, 1, 10), target=target,
    )  # fmt: skip
    return deliver(job).path


def _allmende(*command: object) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "allmende", *map(str, command)], capture_output=True, text=True, check=False, env=os.environ
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _bytes(public: Path) -> dict[str, bytes]:
    return {str(path.relative_to(public)): path.read_bytes() for path in public.rglob("*") if path.is_file()}
