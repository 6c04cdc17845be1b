"""A scheme's years as people read them: what was paid and got, what lacked figures, and what a leaver has."""

import json
import tomllib

import pytest

from allmende.cli import main
from allmende.parameters import load
from allmende.schemes.figures_file import account_of, read_run
from allmende.schemes.reading import read_scheme
from allmende.schemes.story import account_story, scheme_story

MINE = """
years = [2019, 2022]
partners = ["Ahausen", "Bedorf"]
opening = "50.00"
figures.levy_base = { Ahausen = 10000, Bedorf = 20000 }
stays.Bedorf = { first = 2004, notice = 2019-06-01 }
"""


def told_of_rendsburg(capsys, tmp_path, *options, figures=MINE):
    (tmp_path / "figures.toml").write_text(figures, encoding="utf-8")
    with pytest.raises(SystemExit) as done:
        main(["scheme", "run", "rendsburg", str(tmp_path / "figures.toml"), *options])
    assert done.value.code == 0
    return capsys.readouterr().out


def test_years_are_told_with_what_is_paid_got_and_adds_up(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", "de")
    rows = [" ".join(line.split()) for line in told_of_rendsburg(capsys, tmp_path).splitlines()]
    assert rows[1:7] == [
        "2019 zahlt erhält Saldo",
        "Topf am Jahresanfang 50,00 €",
        "Ahausen 100,00 € 0,00 € -100,00 €",
        "Bedorf 200,00 € 0,00 € -200,00 €",
        "Summe 300,00 € 0,00 € -300,00 €",
        "Topf am Jahresende 350,00 €",
    ]
    assert "2021 zahlt erhält Saldo Saldo seit 2019" in rows
    assert rows.count("Ahausen 100,00 € 0,00 € -100,00 € -300,00 €") == 1
    assert sum(row.startswith("Bedorf") for row in rows) == 2 + 1  # two years of membership, and its exit
    assert "Topf am Jahresende 850,00 €" in rows


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        (
            "de",
            [
                "Ohne Angaben, deshalb als 0 gezählt: Beitrag II je Wohnung, Beitrag II, Geschosswohnungsbau, Leitprojekte",
                "Bedorf scheidet am 31.12.2020 aus; in diesen Jahren gezahlt 400,00 €, erhalten 0,00 €, Saldo -400,00 €.",
                "Was Bedorf dabei mitnimmt oder schuldet: nicht geregelt.",
            ],
        ),
        ("en", ["No figures, hence counted as 0: ", "Bedorf leaves on 2020-12-31", "takes along or owes: not ruled."]),
    ],
)
def test_years_say_what_lacked_figures_and_what_a_leaver_has(locale, says, capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", locale)
    told = told_of_rendsburg(capsys, tmp_path)
    assert all(text in told for text in says)


def test_what_has_figures_is_not_said_to_lack_them(capsys, tmp_path):
    all_given = "".join(
        f"figures.{name} = {{ Ahausen = 0, Bedorf = 0 }}\n" for name in ("new_dwellings", "multistorey_plot_m2", "projects")
    )
    told = json.loads(told_of_rendsburg(capsys, tmp_path, "--json", figures=MINE + all_given))
    assert told["without_figures"] == []
    assert len(json.loads(told_of_rendsburg(capsys, tmp_path, "--json"))["without_figures"]) == 3


def test_who_left_before_the_first_year_that_is_run_has_an_empty_account(capsys, tmp_path):
    gone = MINE.replace("years = [2019, 2022]", "years = [2021, 2022]")
    told = json.loads(told_of_rendsburg(capsys, tmp_path, "--json", figures=gone))
    assert told["exits"]["Bedorf"] == {
        "day": "2020-12-31",
        "contributed": "0.00",
        "received": "0.00",
        "net": "0.00",
        "rule": None,
    }


def test_a_scheme_that_rules_exits_says_so_when_shown_and_when_run():
    table = load("schemes/rendsburg")
    rule = {"de": "Wer geht, erhält nichts.", "en": "Who leaves gets nothing."}
    scheme = read_scheme({**table, "membership": {**table["membership"], "on_exit": rule}}, "mine.toml")
    run = read_run(tomllib.loads(MINE), "figures.toml")
    assert account_story(scheme, account_of(scheme, run))["exits"]["Bedorf"]["rule"] == rule
    assert scheme_story(scheme)["membership"]["on_exit"] == rule
