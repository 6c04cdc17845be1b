"""One office protects before anything leaves it: register, delivery, hub, gate and release, each room for real."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from allmende.areas.hierarchy import write_region
from allmende.deliveries import DeliveryNote, new_office_key, seal, seal_protected
from allmende.errors import AllmendeError
from allmende.hub import init_hub, receive, register_office
from allmende.privacy.profiles import load_profile
from allmende.register.processing import process
from allmende.register.profile import example_profile
from allmende.register.run import Run, Source
from allmende.register.secret import new_secret
from allmende.release import Catalogue, build, load_catalogue, plan, protect_at_source, verify

from .conftest import make_region

YEAR, NOW = 2024, datetime(2025, 2, 1, 9, tzinfo=UTC)
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


@pytest.fixture
def catalogue(small):
    """Districts, municipalities and a grid; and moves of three years, which one year's delivery cannot have."""
    return Catalogue(small.title, (*small.tables, load_catalogue()["moves_counterpart"]))


def deliver(offices, catalogue, tmp_path, quiet):
    """Set a hub up and let every office deliver, those in `quiet` at the source."""
    region, secret, made = offices
    write_region(region, tmp_path / "region")
    hub = init_hub(tmp_path / "hub", tmp_path / "region", epoch=secret.epoch, key_check=secret.check_value())
    protection = load_profile("standard", hub.matrix_secret())
    for town in region.municipalities:
        key, cubes, path = new_office_key(), made[town.ags], tmp_path / f"{town.ags}.allmende"
        note = DeliveryNote.of(cubes, name=town.name, sequence=1, made=date(2025, 1, 20))
        way = {"office": key, "hub_recipient": hub.settings.recipient, "delivery": note}
        if town.ags in quiet:
            hub = register_office(hub, town.ags, key.verify_key(), "at-source", NOW)
            seal_protected(protect_at_source(cubes, region, catalogue, protection).tables, path, **way)
        else:
            hub = register_office(hub, town.ags, key.verify_key(), "trusted-unit", NOW)
            seal(cubes, path, **way)
        receive(hub, path, NOW)
    return hub


def test_an_office_that_protects_at_the_source_is_published_beside_the_others(offices, catalogue, tmp_path):
    region = offices[0]
    quiet = region.municipalities[-1].ags
    hub = deliver(offices, catalogue, tmp_path, {quiet})
    assert quiet not in {manifest.ags for manifest in hub.store.manifests()}  # no base cell of theirs reached the hub
    planned = plan(hub, catalogue)
    assert [finding.sentence() for finding in planned.findings if not finding.passed] == []
    built = build(hub, planned, tmp_path / "public", date(2025, 2, 2))
    publication = verify(built.folder)
    assert {entry.note.table for entry in publication.tables} == {"stock_municipality", "stock_district", "stock_grid_1000"}
    municipalities = publication.open("stock_municipality")
    totals = municipalities.select(age="total", sex="total")
    assert dict(zip(totals["area"].values(), totals.value.tolist(), strict=True)) == dict(
        zip((town.ags for town in region.municipalities), SIZES, strict=True)
    )


def test_a_hub_without_any_base_cube_says_what_it_lacks(offices, catalogue, tmp_path):
    hub = deliver(offices, catalogue, tmp_path, {town.ags for town in offices[0].municipalities})
    with pytest.raises(AllmendeError, match="no base cubes that the gate could attack"):
        plan(hub, catalogue)


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
