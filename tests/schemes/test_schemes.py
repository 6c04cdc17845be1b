"""Every scheme's worked example to the cent, its years with entry and exit, and what is wrong with bad figures."""

import json
import tomllib
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allmende.cli import main
from allmende.errors import AllmendeError
from allmende.money import cents
from allmende.parameters import load
from allmende.schemes.figures_file import account_of, example_run, read_run
from allmende.schemes.reading import SCHEMES, load_scheme, read_scheme
from allmende.schemes.scheme import Membership
from allmende.schemes.settling import settle
from allmende.schemes.years import Stay, exit_day, run_years
from allmende.sharing.figures import figures_of


def settled(name, **changes):
    scheme, run = load_scheme(name), example_run(load_scheme(name))
    return settle(scheme, run.figures, run.years[0], choices={**run.choices, **changes})


@pytest.mark.parametrize("name", SCHEMES)
def test_the_worked_example_comes_out_to_the_cent(name):
    scheme, found = load_scheme(name), settled(name)
    expected = scheme.example["expected"]
    for moved in found.movements:
        line = expected.get(moved.line, {})
        assert moved.outside == cents(line.get("outside", 0))
        assert moved.cents == tuple(cents(line.get(partner, 0)) for partner in found.partners), moved.line
    assert expected.keys() <= {moved.line for moved in found.movements}


@pytest.mark.parametrize("name", SCHEMES)
def test_the_pool_neither_makes_nor_loses_money(name):
    found = settled(name)
    signs = {"in": 1, "outside-in": 1, "out": -1, "outside-out": -1}
    moved = sum(signs[each.direction] * (sum(each.cents) + each.outside) for each in found.movements)
    assert found.closing == found.opening + moved
    assert sum(found.net) == sum(found.received) - sum(found.contributed)


@pytest.mark.parametrize("name", SCHEMES)
def test_a_scheme_says_source_period_and_every_unit(name):
    scheme = load_scheme(name)
    assert scheme.sources
    assert scheme.period
    assert all(each.unit and each.source for each in scheme.parameters.values())


def texts(thing, language):
    """Every text of a language in a story, by where it stands."""
    if isinstance(thing, dict):
        if thing.keys() == {"de", "en"}:
            return [thing[language]]
        return [text for each in thing.values() for text in texts(each, language)]
    return [text for each in thing for text in texts(each, language)] if isinstance(thing, list) else []


@pytest.mark.parametrize("name", SCHEMES)
@pytest.mark.parametrize("command", ["show", "run"])
@pytest.mark.parametrize(("locale", "own", "other"), [("de_DE.UTF-8", "de", "en"), ("en_GB.UTF-8", "en", "de")])
def test_a_scheme_speaks_the_readers_language(name, command, locale, own, other, capsys, monkeypatch):
    for key in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("LANG", locale)
    story = call(capsys, "scheme", command, name)
    with pytest.raises(SystemExit):
        main(["scheme", command, name])
    lines = capsys.readouterr().out
    spoken, foreign = texts(story, own), texts(story, other)
    assert len(spoken) > 5
    for mine, theirs in zip(spoken, foreign, strict=True):
        whole_phrase = theirs.count(" ") >= 3  # single words may be part of an id or of another phrase
        assert mine == theirs or not whole_phrase or theirs not in lines, theirs
    if command == "show":
        shown = [*texts(story["parameters"], own), *texts(story["figures"], own), *texts(story["not_known"], own)]
        sources = {text for each in story["parameters"].values() for text in texts(each["source"], own)}
        assert all(text in lines for text in shown if text not in sources)
    else:
        assert all(step in lines for step in texts(story["years"], own))


def test_kif_invents_nothing():
    scheme, run = load_scheme("kif"), example_run(load_scheme("kif"))
    required = {name for name, each in scheme.parameters.items() if each.required}
    assert required == {"volume", "weight_tax_strength", "weight_inhabitants", "kreisumlage", "district_rounding"}
    for name in required:
        chosen = {key: value for key, value in run.choices.items() if key != name}
        with pytest.raises(AllmendeError) as error:
            settle(scheme, run.figures, 2020, choices=chosen)
        assert name in str(error.value) or "district" in str(error.value)
    assert len(scheme.unknown) >= 6


def test_kif_rounds_base_or_product_as_chosen():
    assert settled("kif").movements[1].outside == 300_186_00
    assert settled("kif", district_rounding="product").movements[1].outside == 300_200_00


@pytest.mark.parametrize(("year", "share"), [(2020, "0.015"), (2021, "0.015"), (2022, "0.01"), (2024, "0.01")])
def test_kif_knows_the_districts_share_by_year(year, share):
    assert float(load_scheme("kif").parameters["district_share"].by_year[year]) == float(share)


def test_rendsburg_a_plot_of_700_m2_counts_as_one_dwelling():
    scheme = load_scheme("rendsburg")
    table = {"levy_base": {"A": 0, "B": 0}, "new_dwellings": {"A": 1, "B": 0}, "multistorey_plot_m2": {"A": 0, "B": 700}}
    assert settle(scheme, figures_of(["A", "B"], table), 2010).contributed == (2500_00, 2500_00)


@given(st.lists(st.integers(1, 10**7), min_size=2, max_size=6))
@settings(max_examples=50, deadline=None)
def test_zollernalb_returns_what_was_put_in_when_all_land_is_sold(values):
    names = [f"m{k}" for k in range(len(values))]
    table = {"value_put_in": dict(zip(names, values, strict=True))}
    table["sale_proceeds"] = {name: sum(values) if k == 0 else 0 for k, name in enumerate(names)}
    found = settle(load_scheme("zollernalb"), figures_of(names, table), 2010)
    assert found.received == tuple(value * 100 for value in values)


def test_twin_cities_equal_wealth_gets_equal_amounts_per_head():
    table = {
        "commercial_tax_base": {1971: {"A": 0, "B": 0}, 2000: {"A": 1000, "B": 0}},
        "inhabitants": {1999: {"A": 300, "B": 100}},
        "market_value_per_head": {1999: {"A": 70, "B": 70}},
    }
    assert settle(load_scheme("fiscal_disparities"), figures_of(["A", "B"], table), 2000).received == (300_00, 100_00)


def test_fpic_caps_the_levy_and_the_others_bear_the_rest():
    scheme, run = load_scheme("fpic"), example_run(load_scheme("fpic"))
    table = {key: dict(rows) for key, rows in scheme.example["figures"].items()}
    table["resources"] = {2018: {"Ault": 400_000, "Brie": 1_000_000, "Cler": 500_000}}
    found = settle(scheme, figures_of(run.figures.partners, table), 2018, choices=run.choices)
    assert found.movements[0].cents == (54_000_00, 51_000_00, 0)


@pytest.mark.parametrize(
    ("joined", "notice", "leaves"),
    [
        (2004, date(2017, 1, 1), date(2019, 12, 31)),
        (2004, date(2018, 12, 31), date(2019, 12, 31)),
        (2004, date(2019, 1, 1), date(2020, 12, 31)),
        (2019, date(2019, 2, 1), date(2023, 12, 31)),
    ],
)
def test_notice_lock_in_and_earliest_exit_are_honoured(joined, notice, leaves):
    assert exit_day(Membership(date(2019, 12, 31), 12, lock_in_years=5), Stay(joined, notice)) == leaves


def test_years_carry_the_pool_and_count_only_members():
    scheme = load_scheme("rendsburg")
    figures = figures_of(["A", "B", "C"], {"levy_base": {"A": 100, "B": 200, "C": 300}})
    stays = {"B": Stay(2021), "C": Stay(2004, date(2019, 6, 1))}
    account = run_years(scheme, figures, range(2019, 2023), stays=stays)
    assert account.net == {"A": (-100,) * 4, "B": (None, None, -200, -200), "C": (-300, -300, None, None)}
    assert account.cumulated["C"] == (-300, -600, -600, -600)
    assert account.settlements[-1].closing == 400 + 400 + 300 + 300
    assert account.exits == {"C": date(2020, 12, 31)}


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda t: t.update(line=[]), "The scheme moves no money."),
        (lambda t: t["line"][0].update(kind="magic"), "The line is of kind 'magic'"),
        (lambda t: t["line"][0].update(amount="nothing"), "There is no parameter 'nothing'."),
        (lambda t: t["line"][0].update(extra=1), "extra is not known here."),
        (lambda t: t["line"][1].update(id="levy"), "The id 'levy' is given twice."),
        (lambda t: t["parameters"]["cap"].update(value=1), "The parameter cap has value and required."),
        (lambda t: t.update(notice=12), "notice is not known here."),
        (lambda t: t.pop("sources"), "sources is missing."),
        (lambda t: t.update(period="since 2020"), "period is not said in both languages: 'since 2020'."),
        (lambda t: t["parameters"]["need"]["unit"].pop("de"), "unit is not said in both languages"),
        (lambda t: t["line"][0]["title"].update(en=""), "title is not said in both languages"),
        (lambda t: t.update(assumptions=["read so"]), "an entry of assumptions is not said in both languages"),
        (lambda t: t["line"][0].update(cap_of="purse"), "The measure purse has no name for people."),
        (lambda t: t.update(membership={"notice_months": "12"}), "notice_months is '12'."),
    ],
)
def test_a_scheme_that_cannot_be_read_is_named(spoil, says):
    table = load("schemes/verbandsumlage")
    spoil(table)
    with pytest.raises(AllmendeError) as error:
        read_scheme(table, "own.toml")
    assert says in error.value.what
    assert "own.toml" in error.value.where
    assert error.value.expected


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ({"need": {2025: 1}, "cap": 1}, "need is not given for 2026"),
        ({"need": 100_000, "cap": "0.001"}, "The caps leave a part of the amount that nobody bears."),
        ({"need": 100_000, "cap": 1, "kap": 1}, "The scheme has no parameter 'kap'."),
        ({"need": -5, "cap": 1}, "The figure -5 is below 0."),
    ],
)
def test_choices_that_do_not_fit_are_named(choices, says):
    run = example_run(load_scheme("verbandsumlage"))
    with pytest.raises(AllmendeError) as error:
        settle(load_scheme("verbandsumlage"), run.figures, 2026, choices=choices)
    assert says in error.value.what


RUN = {
    "years": [2026, 2027],
    "partners": ["Ahausen", "Bedorf"],
    "choices": {"need": 100_000, "cap": 1},
    "figures": {
        "use": {"2026": {"Ahausen": 60, "Bedorf": 30}, "2027": {"Ahausen": 50, "Bedorf": 30}},
        "levy_base": {"Ahausen": 1_000_000, "Bedorf": 800_000},
    },
}

BAD_RUNS = {
    "no figure": (lambda t: t["figures"]["use"]["2027"].pop("Bedorf"), "no figures of use for 2027", "Bedorf"),
    "zero base": (lambda t: t["figures"]["use"]["2026"].update(Ahausen=0, Bedorf=0), "sum to nothing", "use 2026: Ahausen"),
    "negative": (lambda t: t["figures"]["use"]["2026"].update(Bedorf=-3), "The figure -3 is below 0", "use 2026, Bedorf"),
    "no number": (lambda t: t["figures"]["use"]["2026"].update(Bedorf="x"), "'x' is not a figure", "use 2026, Bedorf"),
    "caps": (
        lambda t: t["choices"].update(cap="0.001"),
        "caps leave a part of the amount that nobody bears",
        "Ahausen, Bedorf",
    ),
    "stranger": (lambda t: t["figures"]["use"]["2026"].update(Cestadt=3), "There is no partner 'Cestadt'", "use 2026"),
    "table": (lambda t: t["figures"].update(use=7), "7 is no table", "figures.use"),
    "choices": (lambda t: t.update(choices=[1]), "[1] is no table", "[choices]"),
    "no choice": (lambda t: t["choices"].pop("need"), "need is not given for 2026", "[choices]"),
    "choice": (lambda t: t["choices"].update(need="viel"), "'viel' is not a figure", "choices.need"),
    "year of a choice": (lambda t: t["choices"].update(need={"2026": 1}), "need is not given for 2027", "[choices]"),
    "misspelt": (lambda t: t["choices"].update(kap=1), "no parameter 'kap'", "[choices]"),
    "stay": (lambda t: t.update(stays={"Cestadt": {"first": 2026}}), "There is no partner 'Cestadt'", "[stays]"),
    "notice": (lambda t: t.update(stays={"Bedorf": {"notice": "soon"}}), "The stay cannot be read", "stays.Bedorf"),
    "first": (lambda t: t.update(stays={"Bedorf": {"first": 99_999}}), "The stay cannot be read", "stays.Bedorf"),
    "notice first": (
        lambda t: t.update(stays={"Bedorf": {"first": 2027, "notice": date(2026, 12, 31)}}),
        "Notice is given on 2026-12-31, before membership begins in 2027",
        "figures.toml, stays.Bedorf",
    ),
    "nobody": (
        lambda t: t.update(stays={name: {"first": 2027} for name in t["partners"]}),
        "Nobody is a member in 2026",
        "[stays]",
    ),
    "opening": (lambda t: t.update(opening="x"), "'x' is not an amount", "opening"),
    "years": (lambda t: t.update(years=[2024, 2020]), "years is [2024, 2020]", "figures.toml"),
    "partners": (lambda t: t.update(partners=["A", "A"]), "partners is ['A', 'A']", "figures.toml"),
}


@pytest.mark.parametrize(("spoil", "says", "where"), BAD_RUNS.values(), ids=BAD_RUNS.keys())
def test_figures_that_cannot_be_used_are_named_with_file_place_and_remedy(spoil, says, where):
    table = deepcopy(RUN)
    spoil(table)
    with pytest.raises(AllmendeError) as error:
        account_of(load_scheme("verbandsumlage"), read_run(table, "figures.toml"))
    assert says in error.value.what
    assert where in error.value.where
    assert error.value.where.startswith("figures.toml")
    assert error.value.expected
    assert error.value.todo


def test_a_pool_cannot_be_overdrawn():
    table = {"levy_base": {"A": 100}, "projects": {"A": 50}}
    with pytest.raises(AllmendeError, match=r"The pool holds €1\.00, but projects takes €50\.00"):
        settle(load_scheme("rendsburg"), figures_of(["A"], table), 2020)


def test_an_error_within_a_year_names_year_and_line():
    table = {"years": [2027, 2028], "partners": ["A", "B"], "choices": {"need": 100, "cap": 0.001}}
    table |= {"figures": {"levy_base": {"A": 100, "B": 200}, "use": {"A": 1, "B": 1}}}
    with pytest.raises(AllmendeError) as error:
        account_of(load_scheme("verbandsumlage"), read_run(table, "figures.toml"))
    assert error.value.where.startswith("figures.toml, 2027, line levy, ")


def test_the_page_of_the_format_shows_a_scheme_and_figures_that_run():
    page = (Path(__file__).parents[2] / "docs" / "formats" / "scheme.md").read_text(encoding="utf-8")
    written, figures = (tomllib.loads(part.split("```")[0]) for part in page.split("```toml\n")[1:])
    scheme = read_scheme(written, "mine.toml")
    account = account_of(scheme, read_run(figures, "figures.toml"))
    assert account.net["Bedorf"][0] is None
    assert account.settlements[-1].closing == 0
    assert account.exits["Bedorf"].year == 2032


def call(capsys, *arguments):
    with pytest.raises(SystemExit) as done:
        main([*map(str, arguments), "--json"])
    assert done.value.code == 0
    return json.loads(capsys.readouterr().out)


def test_commands_show_and_run(capsys, tmp_path):
    assert set(call(capsys, "scheme", "show")) == set(SCHEMES)
    assert call(capsys, "scheme", "show", "kif")["not_known"]
    (tmp_path / "figures.toml").write_text(
        'years = [2018, 2021]\npartners = ["A", "B"]\nfigures.levy_base = { A = 1000, B = 3000 }\nstays.B.notice = 2018-03-01\n'
    )
    told = call(capsys, "scheme", "run", "rendsburg", tmp_path / "figures.toml")
    assert told["net"] == {"A": ["-10.00"] * 4, "B": ["-30.00", "-30.00", None, None]}
    assert told["not_known"]


@pytest.mark.parametrize(("locale", "day"), [("de_DE.UTF-8", "Frühester Austritt: 31.12.2019"), ("en_GB.UTF-8", "2019-12-31")])
def test_days_are_written_as_their_readers_write_them(locale, day, capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", locale)
    with pytest.raises(SystemExit):
        main(["scheme", "show", "rendsburg"])
    assert day in capsys.readouterr().out


@pytest.mark.parametrize("name", SCHEMES)
def test_every_scheme_is_shown_with_its_sources(name, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["scheme", "show", name])
    out = capsys.readouterr().out
    assert stop.value.code == 0
    assert all(source in out for source in load_scheme(name).sources)
