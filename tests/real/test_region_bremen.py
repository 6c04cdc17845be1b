"""Region Bremen from public data: what is written is what was published."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.csv as pa_csv
import pytest

from allmende.areas import load_region
from allmende.areas.gemeindeverzeichnis import read_gemeindeverzeichnis
from allmende.areas.geometry import Shapes, read_geojson
from allmende.areas.projection import to_wgs84
from allmende.demo.real import prepare_real
from allmende.demo.real.ortsteile import GROUPS, OPEN_END
from allmende.demo.real.persons import age_on
from allmende.errors import AllmendeError
from allmende.register.profile import load_profile

DATA = Path(__file__).parents[2] / "../shared/data"
pytestmark = [pytest.mark.skipif(not DATA.is_dir(), reason="shared data absent"), pytest.mark.slow]
pd = pytest.importorskip("pandas")
pytest.importorskip("geopandas")

LATEST, OLDEST = date(2023, 12, 31), date(1980, 12, 31)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    return prepare_real(DATA, tmp_path_factory.mktemp("real"), years=[1980, 2023])


def extract(real, day):
    options = pa_csv.ConvertOptions(column_types={"Ortsteil": "string", "Geburtsdatum": "date32"})
    return pa_csv.read_csv(
        real.extracts[day], parse_options=pa_csv.ParseOptions(delimiter=";"), convert_options=options
    ).to_pandas()


def test_the_register_of_municipalities_equals_the_shared_table():
    found = read_gemeindeverzeichnis(DATA / "originals/gv_auszug_2023-12-31.xlsx")
    shared = pd.read_parquet(DATA / "population/gv_gemeinden_1983_2024.parquet")
    shared = shared[shared.gebietsstand == "2023-12-31"].set_index("ags")
    assert found.territory_date == LATEST
    assert {e.ags: (e.ars, e.people, e.male, e.female) for e in found.entries} == {
        ags: (row.ars, row.bev, row.m, row.w) for ags, row in shared[["ars", "bev", "m", "w"]].iterrows()
    }


def test_the_region_has_its_84_municipalities_and_their_people(real):
    region = load_region(real.folder)
    assert region == real.region
    assert (len(region.municipalities), region.fictional, region.territory_date) == (84, False, LATEST)
    people = pd.read_csv(real.open_tables / "people.csv", sep=";", dtype={"ags": str})
    assert people.people.sum() == 1_272_294
    assert (people.male + people.female == people.people).all()
    assert set(people.ags) == {m.ags for m in region.municipalities}
    for word in (
        "Destatis",
        "BKG 2016",
        "Statistisches Landesamt Bremen",
        "GeoInformation Bremen",
        "Zensus 2011",
        "nachgebildet",
    ):
        assert word in region.attribution


def test_every_municipality_has_its_borders_and_bruchhausen_vilsen_is_one(real):
    shapes = read_geojson(real.folder / "municipalities.geojson", "ags")
    assert set(shapes.keys) == {m.ags for m in real.region.municipalities}
    directory = read_gemeindeverzeichnis(DATA / "originals/gv_auszug_2023-12-31.xlsx")
    official = {entry.ags: entry.km2 for entry in directory.entries}
    for key, square_metres in zip(shapes.keys, shapes.square_metres(), strict=True):
        assert square_metres / 1e6 == pytest.approx(official[key], rel=0.04), key


def test_the_city_is_divided_completely_on_three_levels(real):
    city = real.office
    assert [len(real.region.level(city, level)) for level in (1, 2, 3)] == [5, 23, 90]
    assert real.region.ancestor("04011000.437", 2) == "04011000.43"
    assert real.region.ancestor("04011000.261", 2) == "04011000.26"  # Seehausen belongs to no Stadtteil and stands for itself
    outlines = read_geojson(real.folder / "districts.geojson", "key")
    without = {d.key for d in real.region.finest(city)} - set(outlines.keys)
    assert without == {"04011000.121"}  # Handelshäfen, part of the Überseestadt since


@pytest.mark.parametrize("day", [LATEST, OLDEST])
def test_extracts_hold_exactly_the_published_people(real, day):
    published, rows = real.published[day], extract(real, day)
    ortsteil = rows.Ortsteil.map({key[5:]: position for position, key in enumerate(published.keys)}).to_numpy()
    age = age_on(day, rows.Geburtsdatum.to_numpy().astype("datetime64[D]"))
    group = np.searchsorted([low for low, _ in published.ages], age, side="right") - 1
    name = rows.Staatsangehoerigkeit.map({"deutsch": "deutsch", "nicht deutsch": "auslaend"}) + "_" + rows.Geschlecht.str[0]
    kind = name.map({group: position for position, group in enumerate(GROUPS)}).to_numpy()
    counted = np.zeros_like(published.people)
    np.add.at(counted, (ortsteil, group, kind), 1)
    assert (counted == published.people).all()
    assert rows.Ordnungsmerkmal.is_unique
    assert not rows.isna()[["Ordnungsmerkmal", "Geburtsdatum", "Geschlecht", "Staatsangehoerigkeit", "Wohnung"]].any(axis=None)


def test_published_dates_equal_the_shared_table_at_both_ends(real):
    shared = pd.read_parquet(DATA / "population/bremen_ortsteile_alter_1980_2023.parquet")
    for day, published in real.published.items():
        rows = shared[(shared.stichtag == str(day)) & (shared.ebene == "Ortsteil") & (shared.alter != "Insgesamt")]
        table = rows.set_index(["schluessel", "alter_von"])[list(GROUPS)].fillna(0)
        for position, key in enumerate(published.keys):
            lows = [low for low, _ in published.ages]
            assert (table.loc[key].loc[lows].to_numpy(dtype=int) == published.people[position]).all()
    assert real.published[LATEST].people.sum() == 577_026
    assert real.published[LATEST].ages[-1] == (90, OPEN_END)


def test_people_live_in_their_ortsteil(real):
    rows = extract(real, OLDEST)
    placed = rows[rows.Rechtswert.notna()]
    assert set(rows[rows.Rechtswert.isna()].Ortsteil) == {"121"}
    shapes = read_geojson(DATA / "boundaries/bremen_bremerhaven_ortsteile_2023.geojson", "schluessel")
    city = [i for i, key in enumerate(shapes.keys) if key.startswith("04011")]
    shapes = Shapes(tuple(shapes.keys[i][5:] for i in city), tuple(shapes.polygons[i] for i in city))
    found = shapes.locate(*to_wgs84(placed.Rechtswert.to_numpy(), placed.Hochwert.to_numpy()))
    own = placed.Ortsteil.map({key: position for position, key in enumerate(shapes.keys)}).to_numpy()
    assert (found == own).mean() > 0.999  # coordinates are rounded to 0.1 m


def test_the_grid_is_that_of_the_census(real):
    cells = pd.read_csv(real.open_tables / "zensus-2011-1km.csv", sep=";", dtype={"ags": str})
    assert cells.cell.is_unique
    assert cells.cell.str.match(r"CRS3035RES1000mN\d{4}000E\d{4}000").all()
    # published with the nearest municipality for cells whose centre lies outside all borders: 3,842 cells, 1,197,538 people
    assert len(cells) == pytest.approx(3_842, abs=10)
    assert cells.people.sum() == pytest.approx(1_197_538, rel=0.002)


def test_the_profile_is_one_that_the_register_reads(real):
    profile = load_profile(real.profile)
    assert profile.layout.separator == ";"
    assert profile.codes["sex"]["weiblich"] == "w"


def test_the_same_data_give_the_same_files_and_nothing_else_is_written(real, tmp_path):
    again = prepare_real(DATA, tmp_path / "again", years=[1980, 2023])
    for path in sorted(p for p in again.folder.parent.rglob("*") if p.is_file()):
        twin = real.folder.parent / path.relative_to(again.folder.parent)
        assert path.read_bytes() == twin.read_bytes(), path.name
    assert sorted(p.name for p in tmp_path.iterdir()) == ["again"]
    assert sorted(p.name for p in again.folder.parent.iterdir()) == ["office", "open", "region"]


def test_a_folder_without_the_data_is_refused(tmp_path):
    with pytest.raises(AllmendeError, match="5 files of the public data are missing"):
        prepare_real(tmp_path, tmp_path / "work")
