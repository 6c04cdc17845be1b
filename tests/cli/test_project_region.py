"""`allmende project run` on a public folder: what the folder says of its look ahead is used, kept and told."""

import json

import pytest

from allmende.cli import main
from allmende.outlook.apart import SPECIAL
from allmende.outlook.folder import read_model
from allmende.outlook.settings import SETTINGS

from ..outlook.conftest import shelve
from ..projection.rates.conftest import draw_region

SIZES, UNITS = (2500, 6000, 15000, 30000), (1, 3, 5, 6)
OWN = "horizon = 6\ndraws = 20\nback_test_draws = 20\nestimate = { left_out = [2022] }\n"


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    folder = tmp_path_factory.mktemp("region") / "public"
    return shelve(draw_region(SIZES, UNITS, years=tuple(range(2019, 2026))), folder).publish()


@pytest.fixture
def run(capfd, public):
    def call(*arguments):
        with pytest.raises(SystemExit) as exit_:
            main(["project", "run", str(public), *map(str, arguments), "--json"])
        out, err = capfd.readouterr()
        assert exit_.value.code == 0, err
        return json.loads(out)

    return call


def test_what_the_folder_keeps_is_used_and_plans_to_make_anew_are_named(run, public, tmp_path):
    (tmp_path / "own.toml").write_text(OWN)
    first = run("--settings", tmp_path / "own.toml")
    assert (public / SETTINGS).read_text() == OWN
    assert first["to_plan_anew"] == []
    (public / "outlook" / "reach.json").write_text("{}")
    (public / SPECIAL).write_text("kind;area;sex;age;persons;source;date\nbarracks;99001003.2;m;18-27;40;garrison;2025-12-31\n")
    held = run()  # without a word about settings
    assert held["settings"] == str(public / SETTINGS)
    assert held["to_plan_anew"] == ["reach.json"]
    model = read_model(public / "outlook")
    assert model.years[-1] == 2031
    assert model.special_kinds == ("barracks",)
    assert model.special.sum() == pytest.approx(40)
    said = {each["topic"]: each for each in json.loads((public / "outlook" / "outlook.json").read_text())["statements"]}
    assert "2022" in said["left_out"]["en"]
    assert said["special:barracks:99001003.2"]["source"] == "garrison"
