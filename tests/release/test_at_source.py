"""Offices protect before anything leaves them: register, delivery, hub, gate and release, each room for real."""

import json
from datetime import UTC, date, datetime

import numpy as np
import pytest

from allmende.areas.hierarchy import write_region
from allmende.cubes.publication import Words
from allmende.deliveries import DeliveryNote, new_office_key, seal, seal_protected
from allmende.hub import init_hub, receive, register_office
from allmende.privacy.profiles import load_profile
from allmende.register.processing import process
from allmende.register.profile import example_profile
from allmende.register.run import Run, Source
from allmende.register.secret import new_secret
from allmende.release import Catalogue, Table, build, load_catalogue, plan, protect_at_source, verify

from .conftest import make_region

YEAR, NOW, DAY = 2024, datetime(2025, 2, 1, 9, tzinfo=UTC), date(2025, 1, 20)
TABLES = {"stock_municipality", "stock_district", "stock_grid_1000", "stock_region"}
SIZES, DISTRICTS = (1500, 900, 700), (4, 3, 3)


def extract(region, ags, size, rng):
    """A vendor's file of so many residents, known by district only."""
    columns = example_profile("semicolon").stock
    parts = [district.code for district in region.finest(ags)]
    lines = [";".join(columns.values())]
    for number in range(size):
        person = {
            "id": str(number),
            "birth_date": f"{rng.integers(1, 29):02}.{rng.integers(1, 13):02}.{rng.integers(1930, YEAR)}",
            "sex": str(rng.choice(["m", "w"])),
            "citizenships": "163" if rng.random() < 0.1 else "000",
            "residence": "H",
            "district": str(rng.choice(parts)),
        }
        lines.append(";".join(person.get(name, "") for name in columns))
    return Source("stock.csv", "\r\n".join([*lines, ""]).encode("cp1252"))


@pytest.fixture(scope="module")
def offices():
    """What each of three offices made of its register."""
    region, secret, rng = make_region(SIZES, DISTRICTS), new_secret("2025a"), np.random.default_rng(5)
    events = Source("events.csv", (";".join(example_profile("semicolon").events.values()) + "\r\n").encode("cp1252"))
    made = {}
    for town, size in zip(region.municipalities, SIZES, strict=True):
        people = extract(region, town.ags, size, rng)
        run = Run(people, example_profile("semicolon"), region, town.ags, YEAR, events=events)
        made[town.ags] = process(run, secret).cubes
    return region, secret, made


REGION = Table(
    "stock_region", Words("Region", "Region"), "stock", "12-31", "region", (("sex", "two"),), ((), ("sex",)), residence="all"
)


@pytest.fixture
def catalogue(small):
    """Districts, municipalities, a grid, the region; and moves of three years, which one year's delivery cannot have."""
    return Catalogue(small.title, (*small.tables, REGION, load_catalogue()["moves_counterpart"]))


def deliver(offices, catalogue, tmp_path, quiet):
    """Set a hub up and let every office deliver, those in `quiet` at the source."""
    region, secret, made = offices
    write_region(region, tmp_path / "region")
    hub = init_hub(
        tmp_path / "hub", tmp_path / "region", epoch=secret.epoch, key_check=secret.check_value(), matrix=bytes(range(32))
    )
    keys = {town.ags: new_office_key() for town in region.municipalities}
    for town in region.municipalities:
        mode = "at-source" if town.ags in quiet else "trusted-unit"
        hub = register_office(hub, town.ags, keys[town.ags].verify_key(), mode, NOW)
        if mode == "at-source":
            hand_over(hub, keys[town.ags], made[town.ags], catalogue)
        else:
            note = DeliveryNote.of(made[town.ags], name=town.name, sequence=1, made=DAY)
            path = hub.folder.parent / f"{town.ags}.allmende"
            way = {"office": keys[town.ags], "hub_recipient": hub.settings.recipient, "delivery": note}
            receive(hub, seal(made[town.ags], path, **way), NOW)
    return hub


def hand_over(hub, key, cubes, catalogue, sequence=1, change=lambda table: table):
    """Protect an office's cubes with its catalogue, change what it made of them if asked, and let the hub receive it."""
    ags = cubes[0].manifest.ags
    tables = protect_at_source(cubes, hub.region, catalogue, load_profile("standard", hub.matrix_secret())).tables
    note = DeliveryNote.of(cubes, name="x", sequence=sequence, made=DAY)
    path = hub.folder.parent / f"{ags}-{sequence}.allmende"
    way = {"office": key, "hub_recipient": hub.settings.recipient, "delivery": note}
    receive(hub, seal_protected([change(table) for table in tables], path, **way), NOW)


def totals(publication, table, **members):
    """Return the values of a table by area, of the one year that there is."""
    chosen = publication.open(table).select(**members)
    return dict(zip(chosen["area"].values(), chosen.value.tolist(), strict=True))


def test_an_office_that_protects_at_the_source_is_published_beside_the_others(offices, catalogue, tmp_path):
    region = offices[0]
    quiet = region.municipalities[-1].ags
    hub = deliver(offices, catalogue, tmp_path, {quiet})
    assert quiet not in {manifest.ags for manifest in hub.store.manifests()}  # no base cell of theirs reached the hub
    planned = plan(hub, catalogue)
    assert [finding.sentence() for finding in planned.findings if not finding.passed] == []
    built = build(hub, planned, tmp_path / "public", date(2025, 2, 2))
    publication = verify(built.folder)
    assert {entry.note.table for entry in publication.tables} == TABLES
    assert totals(publication, "stock_municipality", age="total", sex="total") == dict(
        zip((town.ags for town in region.municipalities), SIZES, strict=True)
    )
    (whole,) = (each for each in planned.outgoing if each.table.id == "stock_region")
    assert set(whole.draws.tolist()) == {2}  # what the hub counts is protected once, the quiet office once
    accuracy = {entry.note.table: entry.accuracy for entry in publication.tables}
    assert accuracy["stock_region"].mean_deviation > 1.25 * accuracy["stock_district"].mean_deviation


def test_a_hub_of_offices_at_the_source_alone_publishes(offices, catalogue, tmp_path):
    region, _, made = offices
    hub = deliver(offices, catalogue, tmp_path, set(made))
    assert hub.store.manifests() == ()
    planned = plan(hub, catalogue)
    assert [finding.sentence() for finding in planned.findings if not finding.passed] == []
    assert {finding.check.attack for finding in planned.findings} >= {"least squares", "protected at the source"}
    built = build(hub, planned, tmp_path / "public", date(2025, 2, 2))
    publication = verify(built.folder)
    assert built.id.startswith(f"{YEAR}-")
    assert {entry.note.table for entry in publication.tables} == TABLES
    assert all(entry.years == (YEAR,) for entry in publication.tables)
    assert totals(publication, "stock_municipality", age="total", sex="total") == dict(zip(made, SIZES, strict=True))
    districts = publication.open("stock_district")
    assert all(districts.covers(district.key, YEAR) for district in region.districts)
    for sex in ("m", "w"):  # the same people have the same value in both tables: the region is the sum of its municipalities
        parts = totals(publication, "stock_municipality", age="total", sex=sex)
        assert totals(publication, "stock_region", sex=sex) == {region.id: sum(parts.values())}
    report = json.loads((hub.folder / "reports" / built.id / "report.json").read_text())
    assert report["summed_from_sources"]["stock_region"] == {"values": 3, "largest_variance": pytest.approx(3 * 2.25, 1e-3)}
    public = json.loads((built.folder / "report.json").read_text())
    (told,) = (table for table in public["tables"] if table["table"] == "stock_region")
    assert (told["at_source"], told["summed"], told["most_parts"]) == (3, 3, 3)
    assert ("moves_counterpart", sorted(made)) in [(each["table"], each["areas"]) for each in public["missing"]]


def test_the_same_request_gives_the_same_bytes(offices, catalogue, tmp_path):
    hub = deliver(offices, catalogue, tmp_path, set(offices[2]))
    first, second = (build(hub, plan(hub, catalogue), tmp_path / name, date(2025, 2, 2)) for name in ("one", "two"))
    assert first.id == second.id
    assert {path.relative_to(first.folder): path.read_bytes() for path in first.folder.rglob("*") if path.is_file()} == {
        path.relative_to(second.folder): path.read_bytes() for path in second.folder.rglob("*") if path.is_file()
    }


def test_what_an_office_protected_is_what_the_hub_would_have_published(offices, catalogue, tmp_path):
    region, _, made = offices
    protection = load_profile("standard", bytes(32))
    together = [cube for cubes in made.values() for cube in cubes]
    quiet = region.municipalities[-1].ags
    alone = {t.note.table: t for t in protect_at_source(made[quiet], region, catalogue, protection).tables}
    whole = {t.note.table: t for t in protect_at_source(together, region, catalogue, protection).tables}
    for name in ("stock_municipality", "stock_district"):
        theirs = [row for row in rows(whole[name]) if str(row[0]).startswith(quiet)]
        assert theirs == rows(alone[name])


def rows(cube):
    return sorted(zip(*(column.values() for column in cube.columns), cube.value.tolist(), strict=True))


def test_tables_that_need_more_years_are_left_out_and_named(offices, catalogue):
    region, _, made = offices
    protection = load_profile("standard", bytes(32))
    source = protect_at_source(made[region.municipalities[0].ags], region, catalogue, protection)
    assert "moves_counterpart" not in {table.note.table for table in source.tables}
    assert [gap for gap in source.gaps if "'moves_counterpart' has nothing to show" in gap and "[2024]" in gap]
