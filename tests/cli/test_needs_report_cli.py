"""`allmende needs report`: needs from plain files, in words and as JSON, and its exit codes."""

import json
import shutil
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from shapely.geometry import box, mapping
from still import still_outlook

from allmende.areas.hierarchy import write_region
from allmende.areas.region import District, Municipality, Region
from allmende.cli.needs import group
from allmende.errors import AllmendeError, Refused
from allmende.outlook.facilities import COLUMNS
from allmende.outlook.folder import write_outlook
from allmende.outlook.needs_file import as_document, read_needs
from allmende.outlook.private import CONFIDENTIAL, claim_private
from allmende.outlook.unusable import WithdrawnRelease

SCHOOL = """
id = "school"
kind = "classes"
title = { de = "Schule", en = "School" }
unit = { de = "Kinder", en = "pupils" }
key_date = "12-31"
[[part]]
id = "1"
title = { de = "Klasse 1", en = "Grade 1" }
step = 25
step_source = { de = "eigene Regel", en = "own rule" }
quota = [{ ages = [6, 6], by_year = { 2025 = 1.0 }, source = { de = "eigene Zählung", en = "own count" } }]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "school.toml").write_text(SCHOOL, encoding="utf-8")
    rows = [f"{y};{area};{age};{n}" for (area, n), y, age in product([("a", 30), ("b", 60)], range(2025, 2029), range(8))]
    (tmp_path / "people.csv").write_text("\n".join(["year;area;age;population", *rows]), encoding="utf-8")
    table = [";".join(COLUMNS), "s1;school;1;Schule A;a;;;50;;", "s2;school;1;Schule B;b;;;50;;2027-07-31"]
    (tmp_path / "facilities.csv").write_text("\n".join(table), encoding="utf-8")
    return tmp_path


def run(folder: Path, *more: str) -> Result:
    files = ["--people", folder / "people.csv", "--facilities", folder / "facilities.csv", "--services", folder / "own"]
    return CliRunner().invoke(group, ["report", *map(str, files), *more])


def test_a_committee_reads_what_is_missing(folder: Path) -> None:
    result = run(folder)
    assert result.exit_code == 0, result.output
    assert "area b, Grade 1: 2027 short of about 60, probability above 95%; likely short from 2026 to 2028" in result.output
    assert "area a, Grade 1: enough to 2028" in result.output


def test_json_has_the_figures_of_every_area_and_the_whole(folder: Path) -> None:
    document = json.loads(run(folder, "--json").output)
    school = document["services"][0]
    assert school["areas"]["area"]["catchments"] == ["a", "b"]
    assert school["areas"]["area"]["capacity"] == [[[50], [50]], [[50], [0]], [[50], [0]]]
    assert school["areas"]["area"]["steps"][3] == [[[2], [3]]] * 3
    assert school["areas"]["region"]["first_year"] == [[2027]]
    assert school["areas"]["area"]["findings"][1][0]["kind"] == "short"


def test_a_region_adds_districts_up(folder: Path) -> None:
    words = {"de": "Aue", "en": "Aue"}
    towns = (Municipality("98001001", "Aue", "L", "Stadt", ("Ortsteil",)),)
    districts = tuple(District(f"98001001.{code}", code, code, 1, "", "98001001") for code in ("a", "b"))
    write_region(Region("aue", words, True, date(2025, 1, 1), "x", towns, districts), folder / "region")
    box = {"type": "Polygon", "coordinates": [[[8, 53], [9, 53], [9, 54], [8, 54], [8, 53]]]}
    for name, key, keys in (("municipalities", "ags", ["98001001"]), ("districts", "key", ["98001001.a", "98001001.b"])):
        features = [{"type": "Feature", "properties": {key: each}, "geometry": box} for each in keys]
        (folder / "region" / f"{name}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    for name in ("people.csv", "facilities.csv"):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace(";a;", ";98001001.a;").replace(";b;", ";98001001.b;"), encoding="utf-8")
    result = run(folder, "--region", str(folder / "region"), "--json")
    assert result.exit_code == 0, result.exception
    areas = json.loads(result.output)["services"][0]["areas"]
    assert {name: each["catchments"] for name, each in areas.items()} == {
        "region": ["region"], "municipality": ["98001001"], "district": ["98001001.a", "98001001.b"],
    }  # fmt: skip
    text = (folder / "people.csv").read_text(encoding="utf-8")
    whole = "\n".join(row.replace("98001001.a", "98001001") for row in text.splitlines() if "98001001.a" in row)
    (folder / "people.csv").write_text(f"{text}\n{whole}", encoding="utf-8")
    result = run(folder, "--region", str(folder / "region"))
    assert isinstance(result.exception, AllmendeError)
    assert "count twice" in result.exception.what


def test_a_service_without_quotas_is_asked_for_and_ends_with_1(folder: Path) -> None:
    result = run(folder, "--service", "kita")
    assert result.exit_code == 1
    assert "missing: 3-6, ages 3-5" in result.output


@pytest.mark.parametrize(
    ("name", "old", "new", "what"),
    [
        ("people.csv", ";7;", ";7;-", "The people cannot be used"),
        ("facilities.csv", ";50;", ";x;", "The facilities cannot be used: 2 defects"),
        ("facilities.csv", "A;a;", "A;c;", "The facilities cannot be used"),
        ("own/school.toml", "[6, 6]", "[6, 9]", "for school: ages are missing"),
    ],
)
def test_what_cannot_be_used_is_named(folder: Path, name: str, old: str, new: str, what: str) -> None:
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    result = run(folder)
    assert isinstance(result.exception, AllmendeError)
    assert what in result.exception.what


def test_missing_ages_are_named_with_the_file_and_what_to_do(folder: Path) -> None:
    school = folder / "own" / "school.toml"
    school.write_text(school.read_text(encoding="utf-8").replace("[6, 6]", "[6, 9]"), encoding="utf-8")
    error = run(folder).exception
    assert isinstance(error, AllmendeError)
    assert error.where == f"{folder / 'people.csv'}: ages 6-9"
    assert "Add these rows" in error.todo


TOWNS = tuple(Municipality(ags, name, "L", "Stadt") for ags, name in (("98001001", "Aue"), ("98001002", "Bach")))


@pytest.fixture
def private(folder: Path) -> Path:
    """A confidential look ahead that tells of one of a region's two municipalities, in a folder of its own."""
    outlook, model = still_outlook({"98001001": 8000.0}, "confidential-x", 2025)
    root = claim_private(folder / "private")
    write_outlook(replace(outlook, audience=CONFIDENTIAL), model, (), root)
    words = {"de": "Aue", "en": "Aue"}
    write_region(Region("still", words, True, date(2025, 1, 1), "x", TOWNS, ()), folder / "region")
    features = [
        {"type": "Feature", "properties": {"ags": town.ags}, "geometry": mapping(box(8 + at, 53, 9 + at, 54))}
        for at, town in enumerate(TOWNS)
    ]
    (folder / "region" / "municipalities.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    table = [";".join(COLUMNS), "s1;school;1;Schule A;98001001;;;50;;", "s2;school;1;Schule B;98001002;;;50;;"]
    (folder / "facilities.csv").write_text("\n".join(table), encoding="utf-8")
    return root


def weigh_outlook(folder: Path, *more: str) -> Result:
    files = ["--outlook", folder / "private", "--region", folder / "region", "--facilities", folder / "facilities.csv"]
    return CliRunner().invoke(group, ["report", *map(str, files), "--services", str(folder / "own"), *more])


def test_a_private_look_ahead_is_weighed_and_its_needs_are_kept_for_its_owner_alone(folder: Path, private: Path) -> None:
    said = weigh_outlook(folder, "--json")
    assert said.exit_code == 0, said.output
    assert "Schule B" in said.stderr
    school = json.loads(said.stdout)["services"][0]
    assert school["areas"]["municipality"]["catchments"] == ["98001001"]
    # 8,000 people evenly over 80 years of age: 100 are six, in every draw, and 50 seats are 50 short
    assert school["areas"]["municipality"]["need"][3][0] == [[100.0]]
    assert school["areas"]["municipality"]["missing"][0] == [[50.0]]
    assert not (private / "outlook" / "needs.json").exists()
    assert weigh_outlook(folder, "--keep").exit_code == 0
    kept = private / "outlook" / "needs.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert as_document(read_needs(kept))["services"] == json.loads(said.stdout)["services"]


def test_the_folder_of_the_look_ahead_itself_will_do(folder: Path, private: Path) -> None:
    files = ["--outlook", private / "outlook", "--region", folder / "region", "--facilities", folder / "facilities.csv"]
    result = CliRunner().invoke(group, ["report", *map(str, files), "--services", str(folder / "own")])
    assert result.output == weigh_outlook(folder).output != ""


def test_nothing_is_computed_on_a_release_that_was_withdrawn(folder: Path, private: Path) -> None:
    shutil.rmtree(private)
    outlook, model = still_outlook({"98001001": 8000.0}, "2025-x", 2025)
    write_outlook(replace(outlook, release="2025-12"), model, (), private)
    (private / "releases" / "2025-12").mkdir(parents=True)
    release = private / "releases" / "2025-12" / "release.json"
    release.write_text("{}")
    assert weigh_outlook(folder).exit_code == 0
    release.unlink()
    for path in (private, private / "outlook"):
        refused = weigh_outlook(folder, "--outlook", str(path)).exception
        assert isinstance(refused, WithdrawnRelease)
        assert "was withdrawn" in refused.what


def test_needs_are_not_kept_where_others_may_read_them(folder: Path, private: Path) -> None:
    private.chmod(0o755)
    assert isinstance(weigh_outlook(folder, "--keep").exception, Refused)
    private.chmod(0o700)
    (private / "releases").mkdir()
    refused = weigh_outlook(folder, "--keep")
    assert isinstance(refused.exception, Refused)
    assert "public folder" in refused.exception.what
    assert not (private / "outlook" / "needs.json").exists()


def test_a_look_ahead_of_another_region_is_refused(folder: Path, private: Path) -> None:
    write_region(Region("still", {"de": "x", "en": "x"}, True, date(2025, 1, 1), "x", TOWNS[1:], ()), folder / "region")
    (folder / "facilities.csv").write_text(";".join(COLUMNS), encoding="utf-8")
    assert "another region" in str(weigh_outlook(folder).exception)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--people", "p"], "either --people or --outlook"),
        (["--seed", "2"], "--seed belongs to --people"),
    ],
)
def test_options_of_plain_people_do_not_go_with_a_look_ahead(
    folder: Path, private: Path, options: list[str], words: str
) -> None:
    result = weigh_outlook(folder, *options)
    assert (result.exit_code, words in result.output) == (2, True)


def test_a_look_ahead_needs_its_region_and_plain_people_keep_nothing(folder: Path, private: Path) -> None:
    files = ["--outlook", str(private), "--facilities", str(folder / "facilities.csv")]
    assert "--region" in CliRunner().invoke(group, ["report", *files]).output
    assert "--keep belongs to --outlook" in run(folder, "--keep").output


def test_an_unknown_service_is_named(folder: Path) -> None:
    result = run(folder, "--service", "opera")
    assert "There is no service 'opera'" in str(result.exception)
