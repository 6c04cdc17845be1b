"""Published projections in full, by the functions and by the command; skipped where the files are not."""

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from allmende.cli import main
from allmende.outlook.references import AARGAU, AARGAU_OUT, CANADA, CANADA_OUT, CANADA_TABLE, SWEDEN, compare_references

FOLDER = Path(__file__).parents[2] / "../shared/refs/projection"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER} is not there")


def test_every_reference_is_met():
    found = compare_references(FOLDER.parent)
    assert len(found) >= 22
    assert not [f"{each.name}: {each.difference:.2e}" for each in found if not each.holds]


@pytest.fixture
def project(tmp_path):
    def call(convention, *options):
        out = tmp_path / "out.parquet"
        inputs = tmp_path / "inputs"
        arguments = ["project", "run", "--inputs", inputs, "--convention", convention, "--out", out, *options]
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        assert end.value.code == 0
        return pq.read_table(out).to_pandas()

    (tmp_path / "inputs").mkdir()
    return call


def published(name):
    return pacsv.read_csv(FOLDER / name).to_pandas()


def test_canada_by_the_command(project, tmp_path):
    for name, file in zip(("population.csv", "rates.csv.gz", "srb.csv"), CANADA, strict=True):
        shutil.copy(FOLDER / file, tmp_path / "inputs" / name)
    ours = project("un-end", "--years", 70).query("year > 1950").set_index(["sex", "year", "age"]).sort_index()
    theirs = published(CANADA_OUT).set_index(["year", "age"])
    for sex in "fm":
        assert np.abs(ours.loc[sex, "population"] - theirs[f"pop_{sex}"]).max() < 1e-8
    # flows are labelled with the end of their step in ours, with the year reached in theirs, too
    assert np.abs(ours.loc["f", "births"] - theirs["births_age"]).max() < 1e-8
    assert np.abs(ours.loc["m", "deaths"] - theirs["deaths_m"]).max() < 1e-8


def test_aargau_by_the_command(project, tmp_path):
    shutil.copy(FOLDER / AARGAU[0], tmp_path / "inputs/population.csv")
    shutil.copy(FOLDER / AARGAU[1], tmp_path / "inputs/rates.csv.gz")
    key = ["group", "sex", "year", "age"]
    ours = project("fso").query("year > 2024").set_index(key).sort_index()
    theirs = published(AARGAU_OUT).rename(columns={"nat": "group"}).set_index(key).sort_index()
    assert len(ours) == len(theirs) == 31 * 404
    for our, their in (("population", "n_dec"), ("deaths", "mor_n"), ("changed", "acq_n")):
        assert np.abs(ours[our] - theirs[their]).max() < 1e-9
    assert ours.loc[(slice(None), slice(None), 2055), "population"].sum() == pytest.approx(893_942.342, abs=1e-3)


@pytest.mark.parametrize(("convention", "name"), [("un-even", "even"), ("un-end", "end")])
def test_sweden_by_the_command(project, tmp_path, convention, name):
    for file in ("population.csv", "rates.csv"):
        shutil.copy(FOLDER / SWEDEN, tmp_path / "inputs" / file)
    settings = 'base_year = 1993\nboys_per_girl = 1.05\n[columns]\npop_f_1993 = "pop_f"\nnet_mig_f_5y = "net_f"\n'
    (tmp_path / "inputs/settings.toml").write_text(settings)
    ours = project(convention, "--years", 5).query("year == 1998")
    table = published(SWEDEN)
    assert np.abs(ours["population"].to_numpy() - table[f"r_{name}_pop_f_1998"].to_numpy()).max() < 1e-6
    assert np.abs(ours["births"].to_numpy() - table[f"r_{name}_births"].to_numpy()).max() < 1e-6
    if name == "even":
        assert (ours["population"].round().to_numpy() == table["book_pop_f_1998"].to_numpy()).all()


def test_the_certificate_is_part_of_selfcheck(capfd):
    with pytest.raises(SystemExit) as end:
        main(["selfcheck", "--refs", str(FOLDER), "--json"])
    found = json.loads(capfd.readouterr().out)
    assert end.value.code == 0
    assert {"privacy", "projection", "references"} <= found["rooms"].keys()


def test_the_life_table_by_the_command(capfd):
    with pytest.raises(SystemExit) as end:
        main(["project", "lifetable", str(FOLDER / CANADA_TABLE), "--json"])
    assert end.value.code == 0
    ours = {(row["sex"], row["age"]): row for row in json.loads(capfd.readouterr().out)["rows"]}
    for row in published(CANADA_TABLE).to_dict("records"):
        mine = ours[row["sex"][0], row["age_start"]]
        for our, their in (("q", "nqx"), ("l", "lx"), ("L", "nLx"), ("S", "Sx"), ("T", "Tx"), ("e", "ex")):
            assert mine[our] == pytest.approx(row[their], rel=1e-12), (their, row["sex"], row["age_start"])
