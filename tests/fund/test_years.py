"""Calls in a row: money goes on from one to the next, flows back, and is conserved; a plan that cannot be followed is named."""

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allmende.cli import main
from allmende.errors import AllmendeError
from allmende.fund.years import decide_in_turn, outstanding, read_plan
from allmende.fund.years_story import years_story

PAGE = Path(__file__).parents[2] / "docs" / "formats" / "call.md"


def blocks():
    return [tomllib.loads(part.split("```")[0]) for part in PAGE.read_text(encoding="utf-8").split("```toml\n")[1:]]


def plan(count, **fund):
    document = {"fund": {"name": "row", **fund}, "call": [{"file": f"{k}.toml"} for k in range(count)]}
    return read_plan(document, "plan.toml")


def made(costs, contribution=100, **head):
    """One rater, one criterion, members a and b who pay the same; a applies for every cost, the first one best."""
    return {
        "call": {"name": "x", "rule": "ranking", "overflow": "skip", "ties": "first-id", "aggregation": "mean", **head},
        "member": [{"id": each, "name": each, "contribution": contribution} for each in "ab"],
        "rater": [{"id": "r"}],
        "criterion": [{"id": "c", "name": "c", "weight": 1, "low": 0, "high": 100}],
        "application": [
            {"id": f"p{k}", "name": "p", "member": "a", "cost": cost, "ratings": {"r": {"c": 99 - k}}}
            for k, cost in enumerate(costs)
        ],
    }


def test_what_is_left_and_what_flows_back_is_there_for_the_next_call():
    turns = decide_in_turn(plan(3, returns=0.5, returns_after=1), [made([150]), made([230, 90], returned=5), made([500])])
    assert [turn.call.sources["carried_over"] for turn in turns] == [0, 50_00, 10_00]
    # 75 of the 150 come back beside the stated 5, so that 330 pay for both; then half of these 320
    assert [turn.call.sources["returned"] for turn in turns] == [0, 80_00, 160_00]
    assert [turn.granted["a"] for turn in turns] == [150_00, 320_00, 0]
    assert turns[2].carried == 10_00 + 200_00 + 160_00
    assert outstanding(plan(3, returns=0.5, returns_after=1), turns) == 0
    assert outstanding(plan(3, returns=0.5, returns_after=2), turns) == 160_00
    net = years_story(plan(3, returns=0.5, returns_after=1), turns)["net"]
    assert net == {"a": ["50.00", "145.00", "-260.00"], "b": ["-100.00", "-100.00", "-100.00"]}


def test_what_a_budget_leaves_out_is_carried_on():
    turns = decide_in_turn(plan(2), [made([10], budget=50), made([10])])
    assert turns[1].call.sources["carried_over"] == 190_00
    assert turns[1].carried == 190_00 + 200_00 - 10_00


@given(
    st.lists(st.lists(st.integers(1, 400), min_size=1, max_size=4), min_size=1, max_size=5),
    st.sampled_from([0, "1/3", 0.25, 1]),
    st.integers(1, 3),
)
@settings(max_examples=60, deadline=None)
def test_money_is_conserved_over_the_row(costs, returns, after):
    this = plan(len(costs), returns=returns, returns_after=after)
    turns = decide_in_turn(this, [made(each) for each in costs])
    paid = sum(turn.call.sources["contributions"] for turn in turns)
    back = sum(sum(turn.returned.values()) for turn in turns)
    granted = sum(sum(turn.granted.values()) for turn in turns)
    assert turns[-1].carried == paid + back - granted >= 0
    owed = sum(int(turn.granted["a"] * this.returns) for turn in turns)
    assert back + outstanding(this, turns) == owed
    told = years_story(this, turns)
    assert sum(float(amount) for amount in told["cumulated"].values()) == pytest.approx((granted - paid - back) / 100)


def test_a_member_that_left_still_gives_back():
    gone = made([50])
    gone["member"][0]["id"] = gone["application"][0]["member"] = "c"
    told = years_story(this := plan(2, returns=1, returns_after=1), decide_in_turn(this, [made([150]), gone]))
    assert told["net"] == {"a": ["50.00", "-150.00"], "b": ["-100.00", "-100.00"], "c": [None, "-50.00"]}


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"fund": {"name": "x"}}, "There is no [[call]]."),
        ({"call": [{"file": "a"}]}, "The table [fund] is missing."),
        ({"fund": {"name": "x", "returns": 2}, "call": [{"file": "a"}]}, "returns is 2."),
        ({"fund": {"name": "x", "returns": 0.5, "returns_after": 0}, "call": [{"file": "a"}]}, "returns_after is 0"),
        ({"fund": {"name": "x", "returns": 0.5}, "call": [{"file": "a"}]}, "returns_after is missing."),
        ({"fund": {"name": "x"}, "call": [{"path": "a"}]}, "path is not known here."),
    ],
)
def test_a_plan_that_cannot_be_read_is_named(document, says):
    with pytest.raises(AllmendeError) as error:
        read_plan(document, "plan.toml")
    assert says in error.value.what
    assert "plan.toml" in error.value.where


def test_a_later_call_may_not_count_money_twice():
    with pytest.raises(AllmendeError, match="carried_over is 7, but it is what the call before leaves") as error:
        decide_in_turn(plan(2), [made([10], carried_over=7), made([10], carried_over=7)])
    assert error.value.where == "1.toml, [call]"


def test_the_command_runs_the_plan_of_the_page(tmp_path, capsys, monkeypatch):
    call, row = blocks()
    for k, each in enumerate(row["call"]):
        text = PAGE.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
        kept = [line for line in text.splitlines() if not (k and line.startswith("carried_over"))]
        (tmp_path / each["file"]).write_text("\n".join(kept), encoding="utf-8")
    (tmp_path / "plan.toml").write_text(
        PAGE.read_text(encoding="utf-8").split("```toml\n")[2].split("```")[0], encoding="utf-8"
    )

    def run(*options):
        with pytest.raises(SystemExit) as done:
            main(["fund", "years", str(tmp_path / "plan.toml"), *options])
        assert done.value.code == 0
        return capsys.readouterr().out

    told = json.loads(run("--json"))
    first, second = (each["account"] for each in told["calls"])
    assert second["carried_over"] == first["carried_to_next_call"] == "19000.00"
    assert float(second["returned"]) == call["call"]["returned"] + 0.25 * float(first["granted"])
    assert told["outstanding"] == f"{0.25 * float(second['granted']):.2f}"
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert "in den nächsten Aufruf 19.000,00 €" in run()
