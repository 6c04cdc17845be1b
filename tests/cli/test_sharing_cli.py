"""`allmende sharing` as from the shell."""

import json
import re
from pathlib import Path

import pytest

from allmende.cli import main

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
TVA = {"N": 163520, "F": 140826, "P": 250096, "NF": 301607, "NP": 378821, "FP": 367370, "NFP": 412584}


def write(path, players, table, kind="cost", **more):
    coalitions = [{"members": list(members), "amount": amount} for members, amount in table.items()]
    path.write_text(json.dumps({"kind": kind, "players": list(players), "coalitions": coalitions, **more}))
    return str(path)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")

    def call(*words):
        monkeypatch.setattr("sys.argv", ["allmende", *words])
        with pytest.raises(SystemExit) as stop:
            main(list(words))
        out, err = capsys.readouterr()
        return stop.value.code, out, err

    return call


def test_solve_and_verify(run, tmp_path):
    game = write(tmp_path / "tva.json", "NFP", TVA)
    code, out, _ = run("sharing", "solve", game, "--method", "shapley", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["allocation"] == pytest.approx({"N": 117829.0, "F": 100756.5, "P": 193998.5})
    assert answer["core"]["member"]
    assert answer["core"]["overcharged"] == []
    (tmp_path / "shapley.json").write_text(out)
    assert run("sharing", "verify", game, "shapley.json", "--nucleolus", "--json")[0] == 1
    assert run("sharing", "verify", game, "shapley.json")[0] == 0
    code, out, _ = run("sharing", "solve", game, "--exact", "--json")
    assert json.loads(out)["exact"] == {"N": "116234", "F": "93540", "P": "202810"}
    (tmp_path / "nucleolus.json").write_text(out)
    code, out, _ = run("sharing", "verify", game, "nucleolus.json", "--nucleolus", "--exact", "--json")
    assert code == 0
    assert json.loads(out)["accepted"]


def test_the_group_that_would_leave_is_named(run, tmp_path):
    game = write(tmp_path / "g.json", "ABC", {"A": 10, "B": 10, "C": 10, "AB": 10, "AC": 18, "BC": 18, "ABC": 20})
    code, out, _ = run("sharing", "solve", game, "--method", "shapley")
    assert code == 0
    assert "A und B wären allein besser dran: sie zahlen zusammen" in out
    (tmp_path / "a.json").write_text(json.dumps({"A": 6, "B": 6, "C": 8}))
    code, out, _ = run("sharing", "verify", game, "a.json", "--json")
    assert code == 1
    core = json.loads(out)["core"]
    assert (core["overcharged"], core["by"]) == (["A", "B"], 2.0)


def test_a_table_that_contradicts_itself_is_warned_of(run, tmp_path):
    game = write(tmp_path / "g.json", "AB", {"A": 3, "B": 4, "AB": 9})
    code, out, _ = run("sharing", "solve", game, "--method", "shapley", "--json")
    assert code == 0
    assert "(A) and (B): together 2.0000 dearer" in json.loads(out)["warnings"][0]["en"]
    assert "Ein Paar von Gruppen wäre getrennt billiger" in json.loads(out)["warnings"][0]["de"]
    code, _, err = run("sharing", "solve", game)
    assert code == 2
    assert "worse than everybody alone" in err


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"A": 3, "AB": 5}, ["missing", "where:    g.json, B"]),
        ({"A": -3, "B": 4, "AB": 5}, ["below nothing", "coalition A"]),
        ({"A": "drei", "B": 4, "AB": 5}, ["not an amount"]),
        ({"A": 1e300, "B": 4, "AB": 5}, ["too large", "coalition A", "to do:"]),
    ],
)
def test_what_cannot_be_used_names_file_and_coalition(run, tmp_path, table, words):
    write(tmp_path / "g.json", "AB", table)
    code, _, err = run("sharing", "solve", "g.json")
    assert code == 2
    assert all(word in err for word in words), err


def test_an_allocation_of_others_is_refused(run, tmp_path):
    game = write(tmp_path / "tva.json", "NFP", TVA)
    (tmp_path / "a.json").write_text('{"N": 1, "F": 2}')
    code, out, _ = run("sharing", "verify", game, "a.json", "--json")
    assert code == 2
    assert "N, F, P" in json.loads(out)["error"]["expected"]
    (tmp_path / "a.json").write_text('{"N": 1, "F": 2, "P": 3}')
    code, out, _ = run("sharing", "verify", game, "a.json", "--nucleolus", "--json")
    assert code == 1
    assert json.loads(out)["reason"]["de"].startswith("Die Anteile ergeben zusammen 6,0000, nicht")


def test_compare_writes_page_and_data(run):
    code, out, _ = run("sharing", "compare", str(EXAMPLES / "kasse-ilveland.toml"), "--html", "kasse.html", "--json")
    answer = json.loads(out)
    assert code == 0
    assert Path("kasse.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    row = answer["rows"][0]
    assert sum(round(float(amount) * 100) for amount in row["allocation"].values()) == round(float(answer["total"]) * 100)
    assert row["verdict"]["de"].startswith("Niemand")
    assert answer["easiest_to_defend"]["id"] == "use"
    gone = answer["if_one_leaves"]
    assert [one["partner"] for one in gone] == answer["partners"]
    assert gone[0] == {"partner": "Wittenlohe", "others_together": None, "allocations": {}}
    code, out, _ = run("sharing", "compare", str(EXAMPLES / "kasse-ilveland.toml"))
    assert code == 0
    assert "Gemeinsame Gemeindekasse" in out
    assert "Am leichtesten zu vertreten: „Buchungen“." in out


def test_compare_prints_all_that_the_page_has(run):
    _, out, _ = run("sharing", "compare", str(EXAMPLES / "kasse-ilveland.toml"))
    blocks = {block.split("\n")[0]: [line.split() for line in block.split("\n")[1:]] for block in out.split("\n\n")}
    assert blocks["Euro im Jahr"][0] == ["Wittenlohe", "Tarmloh", "Lüttensiel", "zusammen"]
    assert blocks["Euro im Jahr"][1][-1] == "709.700,00"
    more = {line[0]: line for line in blocks["Mehr (+) oder weniger (−) als allein, Euro im Jahr"]}
    assert more["Buchungen"][-1].startswith("−")
    heads = {line[0]: line for line in blocks["Euro je Einwohner und Jahr"]}
    assert heads["allein"][1] == "25,44"  # 318,000 of 12,500 people
    assert len(set(heads["Einwohner"][1:])) == 1
    questions = {line[0]: line for line in blocks["Welche Fragen werden Räte stellen?"]}
    assert questions["Einwohner"][1:] == ["ja", "offen", "offen", "ja", "ja"]
    assert any(title.startswith("Spanne der Beträge in Euro") for title in blocks)
    assert "Niemand und keine Gruppe zahlt mehr als ohne die anderen, soweit geprüft (3 von 6 Gruppen)." in out


def test_no_law_is_missed_where_no_key_is_discussed(run, tmp_path):
    text = (EXAMPLES / "kasse-ilveland.toml").read_text(encoding="utf-8")
    (tmp_path / "k.toml").write_text('land = "HE"\n' + text[: text.index("[[key]]")], encoding="utf-8")
    assert "kein Gesetz geprüft" not in run("sharing", "compare", "k.toml")[1]
    (tmp_path / "k.toml").write_text('land = "SH"\n' + text, encoding="utf-8")
    assert "Für das Land SH ist kein Gesetz geprüft" in run("sharing", "compare", "k.toml")[1]


def test_what_is_kept_after_taxes_is_labelled_and_says_what_is_assumed(run):
    case = str(EXAMPLES / "gewerbepark-ilveland.toml")
    _, out, _ = run("sharing", "compare", case, "--json")
    answer = json.loads(out)
    assert answer["after_taxes"]["label"] == {"de": "einfaches Modell", "en": "simple model"}
    assert answer["after_taxes"]["kept_part"]["Averloh"] == pytest.approx(345 / 380 * 0.216)
    assert any("lag of mostly two years" in sentence for sentence in answer["after_taxes"]["assumed"]["en"])
    row = answer["rows"][0]
    averloh = float(row["allocation"]["Averloh"]) * 345 / 380 * 0.216
    assert float(row["kept_after_taxes"]["Averloh"]) == pytest.approx(averloh, abs=0.01)
    _, out, _ = run("sharing", "compare", case)
    assert "Was bleibt uns davon nach Umlage und Finanzausgleich? [einfaches Modell]" in out
    _, out, _ = run("sharing", "compare", str(EXAMPLES / "kasse-ilveland.toml"), "--json")
    assert json.loads(out)["after_taxes"] is None


def test_a_case_without_a_partners_figures_names_file_partner_and_remedy(run, tmp_path):
    text = (EXAMPLES / "kasse-ilveland.toml").read_text(encoding="utf-8").replace("bookings = 22500", "")
    (tmp_path / "k.toml").write_text(text, encoding="utf-8")
    code, _, err = run("sharing", "compare", "k.toml")
    assert code == 2
    assert "where:    k.toml, key use, Tarmloh" in err
    assert "to do:" in err


def test_proof_of_savings(run, tmp_path):
    case = EXAMPLES / "kasse-ilveland.toml"
    code, out, _ = run("sharing", "proof", str(case), "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["saving"] == pytest.approx(1 - 569300 / 709700)
    assert answer["items"]["material"] == {"before": "148500.00", "after": "122000.00"}
    assert run("sharing", "proof", str(case), "--html", "nachweis.html")[0] == 0
    assert "Nachweis der Ersparnis" in Path("nachweis.html").read_text(encoding="utf-8")
    assert answer["saving_with_one_off"] == pytest.approx(1 - (569300 + 11200) / 709700)
    (tmp_path / "k.toml").write_text(case.read_text(encoding="utf-8").replace("years = 5", "years = 3"), encoding="utf-8")
    code, out, _ = run("sharing", "proof", "k.toml")
    assert code == 1
    assert "NICHT erfüllt: Jahre der Zusammenarbeit: 3 (verlangt: 5)" in out
    code, out, _ = run("sharing", "proof", "k.toml", "--language", "en")
    assert "FAILS: years of cooperation: 3 (asked: 5)" in out


def test_from_a_siting_plan_to_shares(run, tmp_path):
    """The answer of `needs share --game --json` is a game, and a case may refer to it."""
    plan = {
        "services": ["school"],
        "partners": ["A", "B", "C"],
        "p": [1],
        "T_minutes": [[0, 10, 20], [10, 0, 10], [20, 10, 0]],
        "demand": [[5, 5, 5]],
        "fixed_cost": [[100, 100, 100]],
        "travel_cost_factor": [1],
    }
    (tmp_path / "neighbours.json").write_text(json.dumps(plan))
    code, out, _ = run("needs", "share", "neighbours.json", "--game", "--json")
    assert code == 0
    (tmp_path / "plan.json").write_text(out)
    code, out, _ = run("sharing", "solve", "plan.json", "--json")
    assert code == 0
    assert sum(json.loads(out)["allocation"].values()) == pytest.approx(200)
    partners = "".join(f'[[partner]]\nname = "{name}"\n' for name in "ABC")
    (tmp_path / "case.toml").write_text(f'year = 2027\nsiting = "plan.json"\n{partners}')
    code, out, _ = run("sharing", "compare", "case.toml", "--json")
    assert code == 0
    assert json.loads(out)["alone"] == {"A": "100.00", "B": "100.00", "C": "100.00"}


STRUCTURED = [
    (
        {"kind": "airport", "classes": [{"name": "small", "users": 2, "cost": 10}, {"name": "large", "users": 1, "cost": 16}]},
        "nucleolus",
        {"small": "20/3", "large": "28/3"},
    ),
    (
        {"kind": "tree", "edges": [{"player": "A", "towards": "", "cost": 6}, {"player": "B", "towards": "A", "cost": 2}]},
        "shapley",
        {"A": "3", "B": "5"},
    ),
    (
        {
            "kind": "blocks",
            "players": ["A", "B"],
            "blocks": [{"players": ["A", "B"], "cost": 10}, {"players": ["B"], "cost": 4}],
        },
        "shapley",
        {"A": "5", "B": "9"},
    ),
]


@pytest.mark.parametrize(("game", "method", "shares"), STRUCTURED, ids=[game["kind"] for game, *_ in STRUCTURED])
def test_structured_games_are_solved_from_a_file(run, tmp_path, game, method, shares):
    (tmp_path / "g.json").write_text(json.dumps(game))
    code, out, _ = run("sharing", "solve", "g.json", "--method", method, "--json")
    assert code == 0
    assert json.loads(out)["exact"] == shares
    (tmp_path / "a.json").write_text(out)
    assert run("sharing", "solve", "g.json", "--method", "tau")[0] == (2 if game["kind"] == "airport" else 0)
    assert run("sharing", "verify", "g.json", "a.json", "--exact")[0] == (2 if game["kind"] == "airport" else 0)


def test_a_small_tree_takes_every_method_and_a_large_one_the_shapley_value(run, tmp_path):
    edges = [{"player": f"P{i}", "towards": f"P{(i - 1) // 2}" if i else "", "cost": 3 + i} for i in range(26)]
    (tmp_path / "g.json").write_text(json.dumps({"kind": "tree", "edges": edges[:6]}))
    code, out, _ = run("sharing", "solve", "g.json", "--exact", "--json")
    assert code == 0
    assert json.loads(out)["core"]["member"]
    (tmp_path / "a.json").write_text(out)
    assert run("sharing", "verify", "g.json", "a.json", "--nucleolus", "--exact")[0] == 0
    (tmp_path / "g.json").write_text(json.dumps({"kind": "tree", "edges": edges}))
    code, _, err = run("sharing", "solve", "g.json", "--method", "nucleolus")
    assert code == 2
    assert "26 players" in err
    assert run("sharing", "solve", "g.json", "--method", "shapley")[0] == 0


def function(n, **more):
    players = [f"P{i}" for i in range(n)]
    parts = [
        {"kind": "fixed", "amount": 168000},
        {"kind": "per-step", "measure": "km", "step": 90, "amount": 96000},
        {"kind": "joint", "amount": 1500},
    ]
    volumes = {"km": {name: 10 + 7 * i % 60 for i, name in enumerate(players)}}
    return {"kind": "cost-function", "players": players, "volumes": volumes, "parts": parts} | more


def test_a_cost_function_of_many_players_is_sampled_with_standard_errors(run, tmp_path):
    (tmp_path / "g.json").write_text(json.dumps(function(30)))
    _, out, _ = run("sharing", "solve", "g.json", "--method", "shapley", "--orders", "400", "--seed", "3", "--json")
    answer = json.loads(out)
    assert answer["sampled"] == {"orders": 400, "seed": 3}
    assert set(answer["standard_errors"]) == set(answer["allocation"])
    assert sum(answer["allocation"].values()) == pytest.approx(answer["total"])
    assert answer["core"]["proven"]
    assert answer["core"]["by"] == pytest.approx(answer["core"]["at_most"], abs=0.02)
    again = run("sharing", "solve", "g.json", "--method", "shapley", "--orders", "400", "--seed", "3", "--json")[1]
    assert json.loads(again)["allocation"] == answer["allocation"]
    _, out, _ = run("sharing", "solve", "g.json", "--method", "shapley", "--orders", "400")
    assert "± ist ein Standardfehler" in out
    assert "allein besser dran" in out
    code, _, err = run("sharing", "solve", "g.json", "--method", "nucleolus")
    assert code == 2
    assert "at most 25 players" in err


def test_a_cost_function_of_few_players_takes_every_method_and_verifies(run, tmp_path):
    (tmp_path / "g.json").write_text(json.dumps(function(6)))
    code, out, _ = run("sharing", "solve", "g.json", "--method", "nucleolus", "--exact", "--json")
    assert code == 0
    (tmp_path / "a.json").write_text(out)
    assert run("sharing", "verify", "g.json", "a.json", "--nucleolus", "--exact")[0] == 0
    (tmp_path / "g.json").write_text(json.dumps(function(26)))
    code, _, err = run("sharing", "verify", "g.json", "a.json")
    assert code == 2
    assert "26 players" in err


@pytest.mark.parametrize(
    ("game", "words"),
    [
        (function(2, volumes={}), "volumes.km, P0"),
        (function(30, parts=[{"kind": "fixed"}]), "parts, 1"),
        (function(30, parts=[{"kind": "luck", "amount": 3}]), "fixed, per-unit"),
        ({"kind": "cost-function", "players": ["A"]}, "parts"),
        ({"kind": "airport"}, "cheapest first"),
        ({"kind": "airport", "classes": [{"name": "a", "users": 1, "cost": 1e300}]}, "too large"),
        ({"kind": "tree", "edges": [{"player": "A", "towards": "", "cost": 1e300}]}, "too large"),
        ({"kind": "blocks", "players": ["A"], "blocks": [{"players": ["A"], "cost": 1e300}]}, "too large"),
        ({"kind": "airport", "classes": [{"name": "a", "users": 1.5, "cost": 2}]}, "class a"),
        ({"kind": "tree", "edges": [{"player": "A", "towards": "", "cost": 1}] * 2}, "named twice"),
        ({"kind": "blocks", "players": ["A"], "blocks": [{"players": ["Z"], "cost": 1}]}, "Z"),
    ],
)
def test_structured_games_that_cannot_be_used_are_refused(run, tmp_path, game, words):
    (tmp_path / "g.json").write_text(json.dumps(game))
    code, _, err = run("sharing", "solve", "g.json", "--method", "shapley")
    assert code == 2
    assert "g.json" in err
    assert words in err
    assert "to do:" in err


def test_scrb_follows_stated_benefits_and_aca_does_not(run, tmp_path):
    table = {"A": 60, "B": 50, "AB": 80}  # separable 30 and 20, joint 30; remaining min(40, 60) - 30 and min(50, 50) - 20
    game = write(tmp_path / "g.json", "AB", table, benefits={"A": 40, "B": 50})
    _, out, _ = run("sharing", "solve", game, "--method", "scrb", "--json")
    assert json.loads(out)["allocation"] == pytest.approx({"A": 37.5, "B": 42.5})
    _, out, _ = run("sharing", "solve", game, "--method", "aca", "--json")
    assert json.loads(out)["allocation"] == pytest.approx({"A": 45, "B": 35})
    code, _, err = run("sharing", "solve", write(tmp_path / "h.json", "AB", table, benefits={"A": 40}), "--method", "scrb")
    assert code == 2
    assert "benefits" in err


@pytest.mark.parametrize(
    ("players", "members", "amount", "words"),
    [
        (5, ["A"], 1, "5 are no players"),
        ([1.5], [1.5], 1, "are no players"),
        (["A"], None, 1, "None are no members"),
        (["A"], [["A"]], 1, "are no members"),
        (["A"], ["A"], True, "True is not an amount"),
    ],
)
def test_a_table_of_wrong_types_is_told_so(run, tmp_path, players, members, amount, words):
    table = {"kind": "cost", "players": players, "coalitions": [{"members": members, "amount": amount}]}
    (tmp_path / "g.json").write_text(json.dumps(table))
    code, _, err = run("sharing", "solve", "g.json")
    assert code == 2
    assert "g.json" in err
    assert words in err


def test_an_exact_answer_is_verified_as_its_fractions_say(run, tmp_path):
    game = write(tmp_path / "g.json", "ABC", dict.fromkeys(("A", "B", "C", "AB", "AC", "BC", "ABC"), 7))  # 7/3 is no float
    _, out, _ = run("sharing", "solve", game, "--exact", "--json")
    (tmp_path / "a.json").write_text(out)
    assert run("sharing", "verify", game, "a.json", "--nucleolus", "--exact")[0] == 0


def test_zero_is_printed_without_a_sign(run, tmp_path):
    assert "-0" not in run("sharing", "solve", write(tmp_path / "g.json", "AB", {"A": 0, "B": 0, "AB": 0}))[1]


def test_names_are_names_whatever_machine_wrote_them(run, tmp_path):
    """Numbers, an umlaut in two spellings, a byte order mark, a player called allocation, members in any order."""
    game = {"kind": "cost", "players": [1, "M\u00fcnster", "allocation"], "coalitions": [{"members": [], "amount": 0}]}
    for members, amount in (
        (["Mu\u0308nster"], 5),
        ([1], 6),
        (["allocation"], 4),
        (["M\u00fcnster", 1], 8),
        (["allocation", 1], 9),
    ):
        game["coalitions"].append({"members": members, "amount": amount})
    game["coalitions"] += [{"members": ["allocation", "M\u00fcnster"], "amount": "9"}]
    game["coalitions"] += [{"members": ["allocation", "Mu\u0308nster", 1], "amount": 12}]
    (tmp_path / "g.json").write_text(json.dumps(game, ensure_ascii=False), encoding="utf-8-sig")
    code, out, _ = run("sharing", "solve", "g.json", "--json")
    assert code == 0
    shares = json.loads(out)["allocation"]
    assert shares == {"1": 4.0, "M\u00fcnster": 4.0, "allocation": 4.0}
    (tmp_path / "a.json").write_text(json.dumps(shares))
    assert run("sharing", "verify", "g.json", "a.json", "--nucleolus", "--json")[0] == 0


def test_thirds_are_thirds(run, tmp_path):
    game = write(
        tmp_path / "g.json", "ABC", {"A": 0, "B": 0, "C": 0, "AB": "1/3", "AC": "1/3", "BC": "1/3", "ABC": "1/3"}, kind="value"
    )
    code, out, _ = run("sharing", "solve", game, "--exact", "--json")
    answer = json.loads(out)
    assert (code, answer["exact"]) == (0, {"A": "1/9", "B": "1/9", "C": "1/9"})
    assert [entry["weight"] for entry in answer["core"]["proof"]] == ["1/2"] * 3
    (tmp_path / "a.json").write_text(out)
    assert run("sharing", "verify", game, "a.json", "--nucleolus", "--exact", "--json")[0] == 0


def test_printed_shares_need_the_tolerance_they_were_rounded_to(run, tmp_path):
    game = write(tmp_path / "g.json", "ABC", {"A": 10, "B": 10, "C": 10, "AB": 15, "AC": 15, "BC": 15, "ABC": 20})
    (tmp_path / "a.json").write_text(json.dumps({"A": 6.67, "B": 6.67, "C": 6.66}))
    assert run("sharing", "verify", game, "a.json", "--nucleolus")[0] == 1
    assert run("sharing", "verify", game, "a.json", "--nucleolus", "--tolerance", "0.03")[0] == 0
    assert run("sharing", "verify", game, "a.json", "--tolerance", "0.03")[0] == 0


ENGLISH = ("alone", "too much", "Together", "one-off", "holds", "Warning", "Yes", "No:", "Page", "sum to", "Saving")


def test_what_is_said_to_germans_is_german(run, tmp_path):
    """No English word and no English number, whatever is asked; English readers get English."""
    game = write(tmp_path / "g.json", "ABC", {"A": 100, "B": 100, "C": 100, "AB": 150.5, "AC": 250, "BC": 180, "ABC": 277.5})
    (tmp_path / "a.json").write_text(json.dumps({"A": 92.5, "B": 92.5, "C": 92.5}))
    kasse = (EXAMPLES / "kasse-ilveland.toml").read_text(encoding="utf-8")
    (tmp_path / "k.toml").write_text(kasse, encoding="utf-8")
    partners = "".join(f'[[partner]]\nname = "{name}"\n' for name in "AB")
    amounts = [("A", 5), ("B", 5), ('A", "B', 11)]
    table = "".join(f'[[coalition]]\nmembers = ["{who}"]\namount = {amount}\n' for who, amount in amounts)
    (tmp_path / "dear.toml").write_text(f"year = 2027\n{partners}{table}", encoding="utf-8")
    asked = (
        ("solve", game, "--method", "proportional"),
        ("verify", game, "a.json"),
        ("verify", game, "a.json", "--nucleolus"),
        ("proof", "k.toml", "--html", "k.html"),
        ("compare", "dear.toml"),
    )
    for words in asked:
        out = run("sharing", *words)[1]
        assert out
        assert not any(word in out for word in ENGLISH), out
        assert "92.5" not in out
        assert not re.search(r"\d\.\d\d\b(?!\d)", out), out
    assert "Ein Paar von Gruppen wäre getrennt billiger" in run("sharing", "compare", "dear.toml")[1]


@pytest.mark.parametrize(("text", "said"), [("kein", "no JSON"), ("{}", "holds no game"), ("[1]", "holds no game")])
def test_files_that_are_none_are_told_what_to_do(run, tmp_path, text, said):
    (tmp_path / "g.json").write_text(text)
    code, _, err = run("sharing", "solve", "g.json")
    assert code == 2
    assert said in err
    assert err.count("g.json") == 1
    assert "to do:" in err
    game = write(tmp_path / "t.json", "NFP", TVA)
    code, _, err = run("sharing", "verify", game, "g.json")
    assert code == 2
    assert "to do:" in err


def test_proofs_that_cannot_be_made_say_what_to_do(run):
    for words in (("kasse-ilveland.toml", "--land", "NW"), ("bauhof-ilveland.toml",)):
        code, _, err = run("sharing", "proof", str(EXAMPLES / words[0]), *words[1:])
        assert code == 2
        assert "to do:" in err
