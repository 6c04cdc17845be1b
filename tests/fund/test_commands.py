"""`allmende fund select` for people: in their language, and with an error where there is nothing to select."""

import re
import tomllib
from pathlib import Path

import pytest

from allmende.cli import main
from allmende.fund.call_file import read_call

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PAGE = EXAMPLES.parent / "formats" / "call.md"
ELECTION = "META\nkey;value\nbudget;1500.50\nPROJECTS\nproject_id;cost\na;1200.25\nb;200\nVOTES\nvoter_id;vote\n{}"


GERMAN = [
    "Voraussetzung fehlt: Ratsbeschluss liegt vor",
    "140.000,00 €",
    "Was nicht passt, wird übersprungen. Bei gleicher Punktzahl geht der kleinere Zuschuss vor",
    "100,00 Punkte",
    "Gewicht Wirkung im Ortskern 0,60: die Auswahl bleibt von 0,50 bis 1,00.",
    "Geld: Beiträge 220.000,00 €, übertragen 25.000,00 €",
    "Ein Euro mehr änderte nichts.",
    "„Dorfplatz“, Wirkung im Ortskern, Bewerter r1: 2 → 3: neu auf der Liste „Dorfplatz“, nicht mehr darauf „Gasthof",
    "Ahausen: zahlt 90.000,00 €",
]
ENGLISH = [
    "requirement not met: Ratsbeschluss liegt vor",
    "€140,000.00",
    "What does not fit is skipped. Among equal scores the smaller grant leads",
    "100.00 points",
    "One more euro would change nothing.",
    "“Dorfplatz”, Wirkung im Ortskern, rater r3: 2 → 3: on the list “Dorfplatz”, off it “Gasthof",
]


def run(capsys, file, *options):
    with pytest.raises(SystemExit) as done:
        main(["fund", "select", str(file), *options])
    return done.value.code, *capsys.readouterr()


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        ("de_DE.UTF-8", GERMAN),
        ("en_GB.UTF-8", ENGLISH),
    ],
)
def test_a_call_is_told_in_the_readers_language(locale, says, capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", locale)
    (tmp_path / "call.toml").write_text(
        PAGE.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0], encoding="utf-8"
    )
    code, out, _ = run(capsys, tmp_path / "call.toml")
    assert code == 0
    assert [text for text in says if text not in out] == []


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        ("de_DE.UTF-8", ["1.400,25 / 1.500,5", "META nennt keine Art der Stimmzettel", "Bei Gleichstand"]),
        ("en_GB.UTF-8", ["1,400.25 / 1,500.5", "META names no vote_type", "Ties go to"]),
    ],
)
def test_an_election_is_told_in_the_readers_language(locale, says, capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", locale)
    (tmp_path / "x.pb").write_text(ELECTION.format("1;a,b\n2;a\n"), encoding="utf-8")
    code, out, _ = run(capsys, tmp_path / "x.pb", "--rule", "greedy")
    assert code == 0
    assert all(text in out for text in says)


def test_an_election_without_votes_is_an_error_and_no_empty_list(capsys, tmp_path):
    (tmp_path / "x.pb").write_text(ELECTION.format(""), encoding="utf-8")
    code, out, err = run(capsys, tmp_path / "x.pb")
    assert (code, out) == (2, "")
    assert "0 ballots support no project" in err
    assert "x.pb, VOTES" in err


@pytest.mark.parametrize("option", [("--completion", "add1"), ("--utility", "count")])
def test_what_only_elections_have_is_refused_with_a_call(option, capsys):
    code, out, err = run(capsys, EXAMPLES / "call.toml", *option)
    assert (code, out) == (2, "")
    assert option[0] in err
    assert "to do:" in err


def test_years_are_headed_and_named(capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    with pytest.raises(SystemExit):
        main(["fund", "years", str(EXAMPLES / "plan.toml")])
    out = capsys.readouterr().out
    assert re.search(r"^Saldo je Mitglied +Innenentwicklung 2027 +Innenentwicklung 2028 +Summe$", out, flags=re.MULTILINE)
    assert re.search(r"^Ahausen +50.000,00 € ", out, flags=re.MULTILINE)
    assert "„Mühle als Treffpunkt“" in out


def test_shares_may_be_written_in_per_cent_as_in_cases():
    text = (EXAMPLES / "call.toml").read_text(encoding="utf-8")
    percent = text.replace("funding_rate = 0.8 ", 'funding_rate = "80 %"').replace("own_share = 0.2 ", 'own_share = "20 %"')
    percent = percent.replace("weight = 0.6 ", 'weight = "60 %"').replace("threshold = 50 ", 'threshold = "50 %"')
    assert percent.count("%") == text.count("%") + 4
    assert read_call(tomllib.loads(percent), "call.toml") == read_call(tomllib.loads(text), "call.toml")


def test_an_error_names_the_file_as_it_was_typed(capsys, tmp_path):
    (tmp_path / "x.toml").write_text("[call")
    for command in (("fund", "select"), ("fund", "years"), ("fund", "rehearse"), ("scheme", "run", "kif")):
        with pytest.raises(SystemExit):
            main([*command, str(tmp_path / "x.toml")])
        err = capsys.readouterr().err
        assert f"where:    {tmp_path / 'x.toml'}" in err
        assert "to do:" in err
