"""`allmende project` and the certificate of `allmende selfcheck`, as a user calls them."""

import csv
import json

import pyarrow.parquet as pq
import pytest

from allmende.cli import main
from allmende.projection.published import SWEDEN


@pytest.fixture
def run(capfd):
    def call(*arguments):
        with pytest.raises(SystemExit) as exit_:
            main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return exit_.value.code, out, err

    return call


@pytest.fixture
def sweden(tmp_path):
    """Preston's Box 6.2 as plain files: women, and as many men who live and move like them."""
    folder = tmp_path / "sweden"
    folder.mkdir()
    stock, rates = ["year,sex,age,population"], ["sex,age,nLx,asfr,net"]
    for sex in ("female", "male"):
        for i, (persons, lived, fertility, net, *_) in enumerate(SWEDEN):
            stock.append(f"1993,{sex},{5 * i},{persons}")
            rates.append(f"{sex},{5 * i},{lived},{fertility if sex == 'female' else ''},{net}")
    (folder / "population.csv").write_text("\n".join(stock))
    (folder / "rates.csv").write_text("\n".join(rates))
    return folder


def test_the_textbook_cell_by_cell(run, sweden, tmp_path):
    out = tmp_path / "sweden.csv"
    code, text, _ = run("project", "run", "--inputs", sweden, "--convention", "un-even", "--years", 5, "--out", out)
    assert code == 0
    assert "1998: population" in text
    assert "births 615,988" in text
    assert "Accounts balance" in text
    with out.open() as file:
        rows = [row for row in csv.DictReader(file) if row["year"] == "1998"]
    women, men = ([row for row in rows if row["sex"] == sex] for sex in "fm")
    assert [round(float(row["population"])) for row in women] == [cells[5] for cells in SWEDEN]
    assert [round(float(row["births"])) for row in women] == [cells[4] for cells in SWEDEN]
    assert [round(float(row["population"])) for row in men] == [317340, *(cells[5] for cells in SWEDEN[1:])]


def test_json_holds_cells_totals_and_accounts(run, sweden):
    code, text, _ = run("project", "run", "--inputs", sweden, "--convention", "un-end", "--years", 10, "--json")
    found = json.loads(text)
    assert code == 0
    assert found["years"] == [1993, 1998, 2003]
    assert len(found["rows"]) == 3 * 2 * 18
    assert found["accounts"]["largest_residual"] < 1e-6
    start, row = found["rows"][0], found["rows"][36]
    assert start["deaths"] is None
    assert (row["year"], row["sex"], row["age"]) == (1998, "f", 0)
    before, deaths, net = 0, row["deaths"], row["net"]
    assert before + row["born"] - deaths + net == pytest.approx(row["population"])
    assert any("assumption" in note for note in found["notes"])


def test_parquet_and_json_files_hold_the_same(run, sweden, tmp_path):
    call = ("project", "run", "--inputs", sweden, "--convention", "leslie", "--years", "5", "--out")
    for ending in ("parquet", "json"):
        assert run(*call, tmp_path / f"out.{ending}")[0] == 0
    rows = json.loads((tmp_path / "out.json").read_text())["rows"]
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == rows
    code, _, err = run(*call, tmp_path / "out.xlsx")
    assert code == 2
    assert ".parquet" in err


def test_faults_are_listed_in_words_and_as_data(run, sweden):
    rates = sweden / "rates.csv"
    rates.write_text(rates.read_text().replace("female,0,497487,0,6840", "female,0,-1,0,many"))
    call = ("project", "run", "--inputs", sweden, "--convention", "un-even", "--years", 5)
    code, _, err = run(*call)
    assert code == 2
    assert "rates.csv:2 nLx: -1; expected years lived, 0 or more" in err
    assert "rates.csv:2 net: many; expected a number of persons" in err
    code, text, _ = run(*call, "--json")
    assert code == 2
    assert [(f["file"], f["line"], f["field"], f["value"]) for f in json.loads(text)["findings"]] == [
        ("rates.csv", 2, "nLx", "-1"),
        ("rates.csv", 2, "net", "many"),
    ]


def test_selfcheck_shows_the_projections(run):
    code, text, _ = run("selfcheck", "--json")
    found = json.loads(text)
    assert code == 0
    assert len(found["rooms"]["projection"]) > 40
    assert all(entry["holds"] for entry in found["rooms"]["projection"])
    assert {"empirical Bayes: area of 0 events", "Rogers-Castro: age of the peak"} <= {
        entry["name"] for entry in found["rooms"]["projection"]
    }


def test_selfcheck_needs_files_where_it_is_sent(run, tmp_path):
    code, _, err = run("selfcheck", "--refs", tmp_path)
    assert code == 2
    assert "no reference files" in err


def test_life_tables(run, tmp_path):
    file = tmp_path / "rates.csv"
    file.write_text("sex,age,mx,ax\nmale,0,0.01,0.1\nmale,1,0.2,\nfemale,0,0.02,0.2\nfemale,1,0.1,10\n")
    code, text, _ = run("project", "lifetable", file, "--json")
    women, men = json.loads(text)["rows"][:2], json.loads(text)["rows"][2:]
    assert code == 0
    assert women[0]["sex"] == "f"
    assert women[0]["q"] == pytest.approx(0.02 / (1 + 0.8 * 0.02))
    assert men[1]["e"] == 5
    code, text, _ = run("project", "lifetable", file)
    assert text.splitlines()[0] == "sex,age,m,a,q,l,d,L,S,T,e"
    file.write_text("age,mx\n0,0.01\n1,2\n")
    code, _, err = run("project", "lifetable", file)
    assert code == 2
    assert "years lived in the youngest age" in err
    file.write_text("age,mx,ax\n0,0.01,0.1\n1,0.001,1.5\n5,0.001,\n10,0.2,\n")
    code, text, _ = run("project", "lifetable", file, "--json")
    assert code == 0
    assert [row["S"] is None for row in json.loads(text)["rows"]] == [False, True, False, False]
    file.write_text("age,mx,ax\n0,0.01,0.1\n1,0.001,1.5\n7,0.001,\n10,0.2,\n")
    code, _, err = run("project", "lifetable", file)
    assert code == 2
    assert "0, 1, 7, 10; expected ages in equal steps, or 0, 1, 5, 10" in err


@pytest.mark.parametrize(
    "arguments",
    [(), ("public", "--inputs", "plain"), ("--hub", "hub"), ("public", "--to", "there"), ("public", "--convention", "fso")],
)
def test_sources_that_do_not_go_together_are_refused(run, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    for name in ("public", "plain", "hub"):
        (tmp_path / name).mkdir()
    code, _, err = run("project", "run", *arguments)
    assert code == 2
    assert "Usage" in err


def test_without_a_release_there_is_nothing_to_look_ahead_from(run, tmp_path):
    code, _, err = run("project", "run", tmp_path)
    assert code == 2
    assert "There is no release in force" in err
    assert "allmende release build" in err


@pytest.mark.slow
def test_a_release_too_coarse_is_named_and_a_hub_may_look_for_itself(run, tmp_path):
    run("demo", "--folder", tmp_path / "demo", "--small", "--no-serve")
    code, _, err = run("project", "run", tmp_path / "demo" / "public")
    assert code == 2
    assert "no table of stock by municipality with age × sex, single years" in err
    code, _, err = run("project", "run", "--hub", tmp_path / "demo" / "hub", "--to", tmp_path / "demo" / "public" / "mine")
    assert code == 1
    assert "no place in a public folder" in err
    private = tmp_path / "private"
    code, out, err = run("project", "run", "--hub", tmp_path / "demo" / "hub", "--to", private, "--years", "10", "--json")
    assert code == 0, err
    found = json.loads(out)
    assert [row["year"] for row in found["totals"]] == [2025, 2030, 2035]
    assert private.stat().st_mode & 0o777 == 0o700
    assert json.loads((private / "outlook" / "outlook.json").read_text())["audience"] == "confidential"
