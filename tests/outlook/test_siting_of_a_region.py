"""From functions.toml to plans: the plan is the best one by hand, alone means alone, and files give back what was computed."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from still import still_outlook

from allmende.areas.region import Municipality, Region
from allmende.cli import main
from allmende.cli.sharing import group as sharing_group
from allmende.errors import AllmendeError
from allmende.outlook.folder import write_outlook
from allmende.outlook.planning import make_plans
from allmende.outlook.proposals import read_proposals
from allmende.outlook.refusal import NoPlan
from allmende.outlook.settled import Journeys, Settled
from allmende.outlook.siting import Setting, draw_demand, plan_together
from allmende.outlook.siting_file import (
    GAME,
    SITING,
    read_game,
    read_plans,
    read_refusals,
    write_plan,
    write_refusal,
)
from allmende.outlook.unusable import UnusableOutlook, WithdrawnRelease

PEOPLE = {"01": 8000.0, "02": 4000.0, "03": 4000.0}
NAMES = {"01": "Aue", "02": "Bach", "03": "Cappeln"}
REGION = Region(
    "aue", {"de": "Aue", "en": "Aue"}, True, date(2025, 12, 31), "nobody",
    tuple(Municipality(ags, name, "L", "Gemeinde") for ags, name in NAMES.items()), (),
)  # fmt: skip
SETTLED = Settled(
    2025, 1000, tuple(PEOPLE), np.array([8.0, 8.1, 8.2]), np.full(3, 53.0), np.array(list(PEOPLE.values())), np.arange(3)
)
"""Three villages on one parallel, 6.7 km apart."""

FILE = """
[[plan]]
id = "amt"
title = { de = "Amt", en = "Office" }
partners = ["01", "02", "03"]
year = 2028
minute_value = 0.5
minute_source = { de = "Annahme", en = "assumption" }
participation = "demand"

[[plan.function]]
id = "registry"
title = { de = "Standesamt", en = "Registry" }
unit = { de = "Vorgänge", en = "cases" }
quota = [{ ages = [18, 79], by_year = { 2025 = 0.1 }, source = { de = "eigene Zählung", en = "own count" }, spread = 0.2 }]
fixed_cost = 50000
ways = 2
source = { de = "eigene Zählung", en = "own count" }

[[plan.function]]
id = "library"
title = { de = "Bücherei", en = "Library" }
unit = { de = "Besuche", en = "visits" }
quota = [{ ages = [0, 79], by_year = { 2025 = 4 }, source = { de = "eigene Zählung", en = "own count" } }]
fixed_cost = 20000
ways = 2
source = { de = "eigene Zählung", en = "own count" }
"""


@pytest.fixture
def setting():
    outlook, model = still_outlook(PEOPLE, "r", 2025)
    return Setting(outlook, model, SETTLED, Journeys(None), NAMES)


@pytest.fixture
def proposal(tmp_path):
    return proposals(tmp_path, FILE)[0]


def proposals(folder, text):
    (folder / "functions.toml").write_text(text, encoding="utf-8")
    return read_proposals(folder / "functions.toml", REGION)


def test_demand_is_people_of_the_year_times_quota_with_its_level_drawn(proposal, setting) -> None:
    demand = draw_demand(proposal, setting.outlook, setting.model)
    assert demand.shape == (40, 2, 3)
    # three years on in a region where nobody is born: ages 3 to 82, so 77 to 79 of 80 ages are left
    assert demand[:, 1, 0] == pytest.approx(8000 * 77 / 80 * 4, rel=1e-5)
    assert demand[:, 0, 1].mean() == pytest.approx(4000 * 62 / 80 * 0.1, rel=0.1)
    assert demand[:, 0].std(axis=0).min() > 0


def test_a_dear_office_is_shared_and_a_library_that_many_visit_is_not(proposal, setting) -> None:
    plan, _ = plan_together(proposal, setting)
    registry, library = plan.functions
    assert registry.hosts == ("01",)
    assert library.hosts == ("01", "02", "03")
    assert dict(registry.assigned) == {"01": "01", "02": "01", "03": "01"}
    minutes = 0.1 * np.cos(np.radians(53)) * 111.195 * 1.3 / 40 * 60
    assert registry.minutes["02"] == pytest.approx(minutes, rel=1e-3)
    assert plan.gap == 0


def test_what_is_saved_is_what_all_pay_alone_less_the_plan_and_is_what_partners_gain(proposal, setting) -> None:
    plan, _ = plan_together(proposal, setting)
    assert plan.alone == pytest.approx(3 * 70_000)  # everybody lives in the middle: no way to what one has oneself
    assert plan.saved == pytest.approx(plan.alone - plan.cost)
    assert sum(partner.gain for partner in plan.partners) == pytest.approx(plan.saved)
    assert plan.saved_low < plan.saved < plan.saved_high
    assert all(partner.gain > 0 and partner.worse == 0 for partner in plan.partners), "participation holds"
    assert plan.regret >= plan.regret_mean >= 0


def test_files_give_back_the_plan_and_the_sharing_command_solves_its_game(proposal, setting, tmp_path) -> None:
    plan, game = plan_together(proposal, setting)
    write_plan(plan, game, tmp_path)
    assert read_plans(tmp_path) == (plan,)
    first = {path.name: path.read_bytes() for path in (tmp_path / SITING).iterdir()}
    write_plan(*plan_together(proposal, setting), tmp_path)
    assert {path.name: path.read_bytes() for path in (tmp_path / SITING).iterdir()} == first, "same request, same bytes"
    assert json.loads(read_game(tmp_path, "amt"))["players"] == ["Aue", "Bach", "Cappeln"]
    answer = CliRunner().invoke(
        sharing_group, ["solve", str(tmp_path / SITING / f"amt{GAME}"), "--method", "shapley", "--json"]
    )
    assert answer.exit_code == 0, answer.output
    with pytest.raises(AllmendeError, match="no cost game"):
        read_game(tmp_path, "other")
    (tmp_path / SITING / "old.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UnusableOutlook, match=r"damaged.*'format'"):
        read_plans(tmp_path)
    (tmp_path / SITING / "old.json").write_text('{"format": 9}', encoding="utf-8")
    with pytest.raises(UnusableOutlook, match="has format 9") as refused:
        read_plans(tmp_path)
    assert "allmende needs plan" in refused.value.todo


def test_terms_that_no_plan_keeps_are_named_with_the_names_of_places(proposal, setting, tmp_path) -> None:
    first, second = proposal.functions
    strict = replace(proposal, functions=(replace(first, sites=1, reach=5.0), second))
    with pytest.raises(NoPlan) as refused:
        plan_together(strict, setting)
    assert "reach norm of 5 min for registry in Aue, Cappeln: feasible from 13" in refused.value.todo
    told = refused.value.refusal
    by_kind = {each.kind: each for each in told.easings}
    assert by_kind["reach"].places == ("Aue", "Cappeln")
    assert by_kind["reach"].function == {"de": "Standesamt", "en": "Registry"}
    assert by_kind["reach"].asked == 5.0
    assert by_kind["reach"].feasible == pytest.approx(13, abs=1)
    assert not told.together, "it helps alone"
    write_refusal(told, tmp_path)
    assert read_refusals(tmp_path) == (told,)
    assert read_plans(tmp_path) == (), "a refusal is no plan"


def test_plans_on_a_withdrawn_release_are_not_made(tmp_path, capsys) -> None:
    write_outlook(*still_outlook(PEOPLE, "2025-gone", 2025), (), tmp_path)
    with pytest.raises(WithdrawnRelease, match="The release 2025-gone, from which the look ahead 2025-still was made") as gone:
        make_plans(tmp_path)
    assert "allmende project run" in gone.value.todo
    with pytest.raises(SystemExit) as ended:
        main(["needs", "plan", str(tmp_path)])
    assert ended.value.code == 2
    assert "The release 2025-gone" in capsys.readouterr().err


def test_a_year_that_the_outlook_does_not_tell_is_refused(proposal, setting) -> None:
    with pytest.raises(AllmendeError, match="2025") as error:
        plan_together(replace(proposal, year=2025), setting)
    assert "2026 to 2030" in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('"03"]', '"09"]', "09"),
        ('partners = ["01", "02", "03"]', 'partners = ["01"]', "two or more"),
        ("year = 2028", 'year = "soon"', "soon"),
        ('participation = "demand"', 'participation = "luck"', "luck"),
        ("fixed_cost = 50000", "fixed_cost = -1", "fixed_cost"),
        ("fixed_cost = 50000", "fixed_cost = 50000\nprice = 3", "price"),
        ("ages = [18, 79]", "ages = [79, 18]", "ages"),
        ('id = "amt"', 'id = "../amt"', "id"),
        ('id = "library"', 'id = "registry"', "registry, registry"),
        ("[[plan]]", "[[plan", "TOML"),
        ("minute_value = 0.5", "minute_value = inf", "minute_value"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_which_entry(old: str, new: str, named: str, tmp_path: Path) -> None:
    with pytest.raises(AllmendeError) as error:
        proposals(tmp_path, FILE.replace(old, new, 1))
    assert named in str(error.value)


def test_the_middle_of_a_town_is_where_its_people_have_the_shortest_ways() -> None:
    line = np.array([8.0, 8.1, 8.2])
    one = Settled(2025, 1000, ("01",), line, np.full(3, 53.0), np.array([10.0, 10.0, 30.0]), np.zeros(3, np.int64))
    assert one.middle("01") == (8.2, 53.0)
    assert one.means(np.array([[1.0], [2.0], [4.0]])).tolist() == [[3.0]]


@pytest.mark.parametrize("name", ["shared-functions.md", "shared-functions.en.md"])
def test_the_example_of_the_guide_can_be_read(name: str, tmp_path: Path) -> None:
    guide = Path(__file__).parents[2] / "docs" / "guide" / name
    example = guide.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    for at, ags in enumerate(("98051011", "98051012", "98051013"), 1):
        example = example.replace(ags, f"0{at}")
    (proposal,) = proposals(tmp_path, example)
    (function,) = proposal.functions
    assert (proposal.max_functions, function.sites, function.reach, function.capacity) == (2, 1, 30, 4000)
