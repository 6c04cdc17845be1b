"""What goes wrong in a case: the error names the file, who or what, the value, and the remedy."""

import copy
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from allmende.cli import main
from allmende.errors import AllmendeError
from allmende.sharing.case import case_from

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
NAMES = ("bauhof", "kasse", "gewerbepark")
TWO = """
year = 2027
[[partner]]
name = "Ahausen"
inhabitants = 300
cases = 0
[[partner]]
name = "Bedorf"
inhabitants = 100
cases = 0
[figures.use.2025]
Ahausen = 4
"""
COSTS = """
[[coalition]]
members = ["Ahausen"]
amount = 60
[[coalition]]
members = ["Bedorf"]
amount = 50
[[coalition]]
members = ["Ahausen", "Bedorf"]
amount = 80
"""


@pytest.fixture
def compared(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def call(text):
        (tmp_path / "hof.toml").write_text(text, encoding="utf-8")
        with pytest.raises(SystemExit) as stop:
            main(["sharing", "compare", "hof.toml", "--html", "hof.html"])
        out, err = capsys.readouterr()
        return stop.value.code, out, err

    return call


def key(terms):
    return f"{TWO}{COSTS}[[key]]\nid = 'drafted'\n{terms}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TWO + COSTS.replace('members = ["Bedorf"]', 'members = ["Ahausen", "Bedorf"]', 1), ["coalition", "Ahausen + Bedorf"]),
        (TWO + COSTS.partition('[[coalition]]\nmembers = ["Bedorf"]')[0], ["missing", "Bedorf"]),
        (TWO + COSTS.replace("50", "-50"), ["-50", "coalition Bedorf"]),
        (TWO + COSTS.replace("50", "'viel'"), ["'viel'", "coalition Bedorf"]),
        (key("weights = { cases = 1 }"), ["cases sum to nothing", "key drafted", "Ahausen, Bedorf"]),
        (key("weights = { use = 1 }"), ["no figures of use for 2027", "key drafted", "Ahausen, Bedorf", "known: 2025"]),
        (key("weights = { use = 1 }\nbase_year = 2025"), ["no figures of use for 2025", "key drafted", "Bedorf"]),
        (key("weights = { inhabitants = 0.5, equal = 0.4 }"), ["sum to 0.9", "key drafted", "inhabitants 0.5, equal 0.4"]),
        (key("weights = { equal = 1 }\ncap = { Ahausen = 10 }\nfloor = { Ahausen = 20 }"), ["20.00", "10.00", "Ahausen"]),
        (key("weights = { equal = 1 }\ncap = '40 %'"), ["nobody bears", "key drafted", "80.00"]),
        (key("weights = { equal = 1 }\nminimum_share = '60 %'"), ["floors together", "key drafted", "80.00"]),
        (key("weights = { equal = 1 }\nrounding = 'up'"), ["'up'", "key drafted", "largest-remainder"]),
        (key("weights = { equal = 1 }\npre_share = { Cedorf = '5 %' }"), ["'Cedorf'", "key drafted", "Ahausen, Bedorf"]),
        (key("weights = { equal = 1 }\npre_share = { Ahausen = '105 %' }"), ["more than the whole", "key drafted"]),
        (key("weights = { equal = 1 }\nexempt = 'Bedorf'"), ["'Bedorf' is no list", "key drafted.exempt"]),
        (TWO + "[cost_function]\n[[cost_function.part]]\nkind = 'fixed'\namount = -3", ["-3", "cost_function.part 1"]),
        (TWO + "[cost_function]\n[[cost_function.part]]\nkind = 'fixed'\namonut = 3", ["'amonut'", "cost_function.part 1"]),
        (TWO + "[cost_function]", ["no parts"]),
        (f"kind = 'kosten'\n{TWO}[cost_function]\n[[cost_function.part]]\nkind = 'fixed'\namount = 3", ["'kosten'", '"cost"']),
        (f"land = 'Bayern'\n{TWO}{COSTS}", ["'Bayern' is no Land", "BW, BY"]),
        (TWO + COSTS.replace("50", "275000.015"), ["275000.015 is not an amount", "coalition Bedorf"]),
        (TWO + COSTS.replace('["Bedorf"]', "[]", 1).replace("50", "-5"), ["coalition without members"]),
        (
            key("weights = { use = 1 }").replace("[figures.use.2025]\nAhausen = 4", ""),
            ["no figures of use", "to do:    Add them."],
        ),
        (TWO + COSTS + "kein toml", ["no TOML", "docs/formats/sharing-case.md"]),
        (
            TWO + "[savings]\nyears = 5\n[[savings.partner]]\nname = 'Ahausen'\nbefore = 5\nafter = 3",
            ["no costs before and after", "savings.partner, Bedorf"],
        ),
        (
            TWO + "[savings]\nyears = 5\n[[savings.partner]]\nname = 'Ahausn'\nbefore = 5\nafter = 3",
            ["'Ahausn'", "savings.partner", "Ahausen, Bedorf"],
        ),
    ],
)
def test_the_error_names_file_partner_value_and_remedy(compared, text, said):
    code, _, err = compared(text)
    assert code == 2
    assert "hof.toml" in err
    assert "to do:" in err
    assert err.count("hof.toml") == 1
    assert "Decimal" not in err
    assert all(word in err for word in said), err
    assert not Path("hof.html").exists()


def test_costs_that_contradict_themselves_are_warned_of_and_shown(compared):
    code, out, _ = compared(TWO + COSTS.replace("80", "120") + "[[key]]\nweights = { equal = 1 }")
    assert code == 0
    assert "(Ahausen) und (Bedorf)" in out
    page = Path("hof.html").read_text(encoding="utf-8")
    assert "(Ahausen) und (Bedorf)" in page
    assert "Die Zusammenarbeit spart nichts." in page


def test_a_land_whose_laws_are_not_examined_is_said_so(compared):
    _, out, _ = compared(f"land = 'BW'\n{TWO}{COSTS}[[key]]\nweights = {{ inhabitants = 1 }}")
    assert "Für das Land BW ist kein Gesetz geprüft." in out


def leaves(tree, path=()):
    """Yield the path of everything in a document."""
    if path:
        yield path
    for at, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield from leaves(value, (*path, at))


def lacking(table):
    """Return which parts the error lacks with which a case is refused; none if it is read."""
    try:
        case_from(table)
    except AllmendeError as refused:
        return [part for part, text in refused.parts().items() if not text]
    return []


@pytest.mark.parametrize("wrong", [-1, "x", [], {}, True, float("nan"), Decimal("1e400"), [1], {"a": 1}], ids=repr)
@pytest.mark.parametrize("name", NAMES)
def test_whatever_stands_in_a_case_it_is_read_or_refused_in_words(name, wrong):
    whole = tomllib.loads((EXAMPLES / f"{name}-ilveland.toml").read_text(encoding="utf-8"), parse_float=Decimal)
    for path in leaves(whole):
        table = copy.deepcopy(whole)
        at = table
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = wrong
        assert not lacking(table), path
