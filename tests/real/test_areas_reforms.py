"""Reforms on real figures: published people of today's municipalities, from the keys of earlier dates."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from allmende.areas.reform_files import change_steps, read_changes, read_umsteiger
from allmende.areas.reforms import Step, Table, carry
from allmende.errors import Refused

DATA = Path(__file__).parents[2] / "../shared/data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="shared data absent")
pd = pytest.importorskip("pandas")

HARZ = "15085"


@pytest.fixture(scope="module")
def gv():
    return pd.read_parquet(DATA / "population/gv_gemeinden_1983_2024.parquet", columns=["gebietsstand", "ags", "bev"])


@pytest.fixture(scope="module")
def umsteiger():
    return pd.read_parquet(DATA / "reform/bbsr_umsteiger_gemeinden_1990_2020.parquet")


def people(gv, vintage):
    rows = gv[(gv.gebietsstand == vintage) & gv.bev.notna()]
    return Table(tuple(rows.ags), ("people",), rows[["bev"]].to_numpy(dtype=float))


def bbsr(umsteiger, year):
    rows = umsteiger[umsteiger.jahr == year]
    weights = {"population": rows.w_bev.to_numpy(), "area": rows.w_flaeche.to_numpy()}
    return Step(
        date(year, 12, 31), date(2020, 12, 31), tuple(rows.ags_von), tuple(rows.ags_2020), weights, True, f"BBSR {year}"
    )


def in_harz(table):
    return {key: value for key, value in zip(table.keys, table.values[:, 0], strict=True) if key.startswith(HARZ)}


@pytest.mark.parametrize(
    ("vintage", "year", "sources", "expected", "tolerance"),
    [
        ("1991-01-01", 1991, 111, 283_440, 2e-4),
        ("1994-12-31", 1994, 107, 271_689, 1e-5),
        ("1997-12-31", 1998, 105, 266_992, 1e-9),
        ("2002-12-31", 2002, 86, 255_797, 1e-9),
        ("2005-12-31", 2005, 77, 247_490, 1e-9),
        ("2009-12-31", 2009, 62, 234_690, 1e-9),
        ("2013-12-31", 2013, 22, 221_043, 1e-9),
        ("2017-12-31", 2017, 20, 216_299, 1e-9),
    ],
)
def test_landkreis_harz_has_the_people_of_each_date_on_todays_territory(
    gv, umsteiger, vintage, year, sources, expected, tolerance
):
    step = bbsr(umsteiger, year)
    before = people(gv, vintage)
    table, report = carry(before, [step], whole=True, tolerance=tolerance)
    harz = in_harz(table)
    known = set(before.keys)
    assert len(harz) == 20
    assert sum(harz.values()) == expected
    assert len({s for s, t in zip(step.source, step.target, strict=True) if t.startswith(HARZ) and s in known}) == sources
    assert report.residual["people"] == -sum(loss.values["people"] for loss in report.lost)


@pytest.mark.parametrize(("vintage", "year", "lost", "keys"), [("1994-12-31", 1994, 677, 2), ("1991-01-01", 1991, 9_789, None)])
def test_germany_loses_only_what_is_known_and_the_keys_are_named(gv, umsteiger, vintage, year, lost, keys):
    with pytest.raises(Refused) as refused:
        carry(people(gv, vintage), [bbsr(umsteiger, year)])
    _, report = carry(people(gv, vintage), [bbsr(umsteiger, year)], tolerance=2e-4)
    assert report.residual["people"] == pytest.approx(-lost, abs=0.5)
    assert keys is None or len(report.lost) == keys
    assert max(report.lost, key=lambda loss: loss.values["people"]).key in str(refused.value)


@pytest.fixture
def three_steps(write_xlsx, tmp_path):
    """The BBSR tables 2020 to 2023 in the published layout: keys as numbers, columns in another order each year."""
    data = pd.read_parquet(DATA / "reform/bbsr_umsteiger_gemeinden_2020_2023.parquet")
    sheets = {}
    for year, rows in data.groupby("jahr"):
        columns = {
            f"Gemeinden 31.12.{year}": rows.ags_von.astype(int).tolist(),
            f"Gemeindename {year}": rows.name_von.tolist(),
            "flächen- proportionaler Umsteige- schlüssel": rows.w_flaeche.tolist(),
            "bevölkerungs- proportionaler Umsteige- schlüssel": rows.w_bev.tolist(),
            f"Gemeinden 31.12.{year + 1}": rows.ags_nach.astype(int).tolist(),
        }
        names = list(columns)[:: -1 if year % 2 else 1]
        sheets[str(year)] = [names, *map(list, zip(*(columns[name] for name in names), strict=True))]
    path = write_xlsx(tmp_path / "ref-gemeinden-ab-2020.xlsx", sheets)
    return [read_umsteiger(path, sheet) for sheet in ("2020", "2021", "2022")]


def test_three_steps_lead_from_2020_to_the_keys_of_2023_and_lose_nobody(gv, three_steps):
    table, report = carry(people(gv, "2020-12-31"), three_steps, whole=True)
    inhabited = {key for key, value in zip(table.keys, table.values[:, 0], strict=True) if value}
    after = people(gv, "2023-12-31")
    assert report.residual == {"people": 0}
    assert inhabited == {key for key, value in zip(after.keys, after.values[:, 0], strict=True) if value}
    assert sum(in_harz(table).values()) == 213_310
    assert len(in_harz(table)) == 20
    assert {"16064073", "16064014", "12065251", "12065332"} <= set(report.split)


@pytest.mark.parametrize(
    ("source", "targets"),
    [
        ("16064073", {"16061118": 0.5414, "16064046": 0.0997, "16064071": 0.3588}),
        ("16064014", {"16061118": 0.9668, "16064071": 0.0332}),
        ("12065251", {"12065251": 0.9927, "12065332": 0.0073}),
    ],
)
def test_split_municipalities_divide_as_published(three_steps, source, targets):
    table, report = carry(Table((source,), ("people",), np.array([[10_000.0]])), three_steps[2:], whole=True)
    assert report.split == (source,)
    assert table.values.sum() == 10_000
    for target, share in targets.items():
        assert table.row(target)["people"] == pytest.approx(10_000 * share, abs=2)


def test_oberkraemer_and_velten_exchange_parts_in_both_directions(three_steps):
    first, _ = carry(Table(("12065251",), ("people",), np.array([[10_000.0]])), three_steps[:1], whole=True)
    back, _ = carry(Table(("12065332",), ("people",), np.array([[10_000.0]])), three_steps[1:2], whole=True)
    assert (first.row("12065332")["people"], back.row("12065251")["people"]) == (100, 100)


def test_the_official_list_of_changes_2024_leads_to_the_keys_of_2024(gv):
    changes = read_changes(DATA / "originals/namens_grenz_aenderungen_2024.xlsx")
    shared = pd.read_csv(DATA / "reform/gebietsaenderungen_2023_2025.csv", dtype=str)
    shared = shared[(shared.jahr == "2024") & (shared.ebene == "Gemeinde")]
    assert [(c.source, c.target, "" if c.people is None else str(c.people)) for c in changes] == [
        tuple(row) for row in shared[["ags_von", "ags_nach", "einwohner"]].fillna("").itertuples(index=False)
    ]
    before, after = people(gv, "2023-12-31"), people(gv, "2024-12-31")
    table, report = carry(before, change_steps(changes, "Destatis, Gebietsänderungen 2024"), whole=True)
    assert set(table.keys) == set(after.keys)
    assert table.values.sum() == before.values.sum()
    assert report.lost == ()
    assert "12068117" in report.by_area  # Fehrbellin cedes land, and the list tells no people for either part
