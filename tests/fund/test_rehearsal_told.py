"""Rehearsals as people read them: rule sets compared, and any run of the comparison again, year by year."""

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

from allmende import parameters
from allmende.cli import main
from allmende.fund.rehearsal.reading import read_rehearsal
from allmende.fund.rehearsal.story import rehearsal_story, replay_story
from allmende.fund.rehearsal.study import compare, sample_worlds
from allmende.money import cents

PAGE = Path(__file__).parents[2] / "docs" / "methods" / "rehearsal.md"


def document():
    return tomllib.loads(PAGE.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0])


@pytest.fixture
def rehearse_file(capsys, tmp_path, monkeypatch):
    """Call `fund rehearse` on the page's example, its scheme a file beside it; returns exit code and what was printed."""
    file = tmp_path / "fund.toml"
    text = PAGE.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    file.write_text(text.replace('scheme = "rendsburg"', 'scheme = "mine.toml"'), encoding="utf-8")
    scheme = Path(parameters.__file__).parent / "schemes" / "rendsburg.toml"
    (tmp_path / "mine.toml").write_text(scheme.read_text(encoding="utf-8"), encoding="utf-8")

    def call(*options, locale="de"):
        monkeypatch.setenv("LC_ALL", locale)
        with pytest.raises(SystemExit) as done:
            main(["fund", "rehearse", str(file), "--seed", "3", "--years", "6", "--runs", "5", *options])
        told = capsys.readouterr()
        return done.value.code, told.out + told.err

    return call


def test_a_replay_is_that_run_of_the_comparison_in_that_world(rehearse_file):
    rehearsal = read_rehearsal(document(), "fund.toml")
    worlds = sample_worlds(rehearsal.world, rehearsal.uncertain, rehearsal.worlds, 3)
    compared = compare(rehearsal.setting, rehearsal.rule_sets, worlds, 6, 3, 5).outcomes["guarantee"]
    for world, run in ((1, 1), (3, 2), (5, 5)):
        options = ("--replay", str(run), "--world", str(world), "--rules", "guarantee", "--json")
        told = json.loads(rehearse_file(*options)[1])
        assert told["uncertain"] == {name: getattr(worlds[world - 1], name) for name in rehearsal.uncertain}
        log, last = told["log"], told["log"][-1]["members"].values()
        assert [year["year"] for year in log] == [1, 2, 3, 4, 5, 6]
        granted = sum(cents(each["granted"]) for year in log for each in year["members"].values())
        assert granted / 100 == compared["granted"][world - 1, run - 1] > 0
        assert cents(log[-1]["pool"]) / 100 == compared["idle"][world - 1, run - 1]
        assert sum(not each["inside"] for each in last) == compared["exits"][world - 1, run - 1]
        assert np.mean([cents(each["net"]) >= 0 for each in last]) == compared["winners"][world - 1, run - 1]


def test_a_replay_tells_of_every_member_what_it_wrote_won_thinks_and_when_it_leaves(rehearse_file):
    poor = document()
    poor["member"][0] |= {"applications": 0, "exit_threshold": -0.3}
    poor["world"] |= {"memory": 0, "common_good": 0}
    poor.pop("uncertain")
    rehearsal = read_rehearsal(poor, "fund.toml")
    log = replay_story(rehearsal, "quality", years=3, seed=1, run=1)["log"]
    told = [year["members"]["Ahausen"] for year in log]
    assert [each["leaves_after_year"] for each in told] == [2, None, None]
    assert [each["inside"] for each in told] == [True, False, False]
    assert [cents(each["contributed"]) > 0 for each in told] == [True, True, False]
    assert [each["satisfaction"] for each in told] == [-1.0, -1.0, -1.0]
    assert {each["exit_threshold"] for each in told} == {-0.3}
    for year in log:
        for each in year["members"].values():
            assert 0 <= each["funded"] <= each["applications"] <= 3
            assert (cents(each["granted"]) > 0) == (each["funded"] > 0)
    nets = [cents(year["members"]["Bedorf"]["net"]) for year in log]
    year = log[1]["members"]["Bedorf"]
    assert nets[1] - nets[0] == cents(year["granted"]) - cents(year["contributed"]) - cents(year["returned"])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--replay", "6"), "The comparison has no run 6."),
        (("--replay", "1", "--world", "6"), "There is no world 6."),
        (("--replay", "1", "--rules", "odd"), "There are no rules 'odd'."),
        (("--world", "2"), "A comparison takes all rules and all worlds."),
        (("--seed=-5",), "--seed"),
    ],
)
def test_what_the_comparison_does_not_have_is_not_replayed(options, says, rehearse_file):
    code, told = rehearse_file(*options)
    assert code == 2
    assert says in told
    assert "nobody foresaw" not in told


@pytest.mark.parametrize(
    ("locale", "compared", "replayed"),
    [
        (
            "de",
            ["Läufe, in denen niemand austrat", "Prozentpunkte (Welt", "Die Regeln bewegen nicht gleich viel Geld"],
            ["Regeln „quality“, Lauf 2, Startwert 3, Welt 1 von 5", "Saldo bisher", "Zufriedenheit"],
        ),
        (
            "en",
            ["runs in which nobody left", "percentage points (world", "The rules do not move the same amount of money"],
            ["Rules “quality”, run 2, seed 3, world 1 of 5", "net so far", "satisfaction"],
        ),
    ],
)
def test_rehearsals_are_told_in_the_readers_language(locale, compared, replayed, rehearse_file):
    code, told = rehearse_file(locale=locale)
    assert code == 0
    assert all(text in told for text in compared)
    code, told = rehearse_file("--replay", "2", locale=locale)
    assert code == 0
    assert all(text in told for text in replayed)
    assert "{" not in told


def test_rule_sets_that_move_the_same_money_are_compared_without_a_warning():
    table = document()
    table["rules"].pop("as_rendsburg")
    assert rehearsal_story(read_rehearsal(table, "fund.toml"), years=2, seed=1, runs=2)["unequal"] is None
    table["rules"]["quality"]["volume"] = 310_000
    told = rehearsal_story(read_rehearsal(table, "fund.toml"), years=2, seed=1, runs=2)
    assert told["contributed_in_first_year"] == {"quality": "310000.00", "guarantee": "300000.00", "by_key": "300000.00"}
    assert "quality 310.000,00 €" in told["unequal"]["de"]


def test_the_command_compares_every_rule_set_and_the_same_twice(rehearse_file):
    code, told = rehearse_file("--json")
    assert code == 0
    assert set(json.loads(told)["rules"]) == {"quality", "guarantee", "by_key", "as_rendsburg"}
    assert rehearse_file("--json")[1] == told
