"""`allmende needs` as people and programs call it."""

import json
import subprocess
import sys

import pytest

from allmende.cli import main

LINE = "1 2 1\n2 3 1\n3 4 1\n4 5 1\n5 6 1\n"


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["needs", *map(str, arguments)])
    return ended.value.code, capsys.readouterr()


@pytest.fixture
def line(tmp_path):
    path = tmp_path / "line.txt"
    path.write_text(LINE, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("objective", "options", "value"),
    [
        ("median", ["--p", 2], 4),
        ("center", ["--p", 2], 1),
        ("cover", ["--p", 2, "--within", 1], 6),
        ("set-cover", ["--within", 1], 2),
    ],
)
def test_site_answers_with_hosts_objective_and_gap(capsys, line, objective, options, value):
    code, out = run(capsys, "site", "--edges", line, "--objective", objective, *options, "--json")
    answer = json.loads(out.out)
    assert code == 0
    assert answer["objective"] == answer["bound"] == value
    assert answer["gap"] == 0
    assert answer["hosts"] == [2, 5]
    assert [one["host"] for one in answer["assignment"]] == [2, 2, 2, 5, 5, 5]


def test_site_takes_p_from_the_header_weights_and_candidates(capsys, tmp_path):
    (tmp_path / "pmed").write_text("6 5 1\n" + LINE, encoding="utf-8")
    (tmp_path / "weights").write_text("6 100\n", encoding="utf-8")
    code, out = run(
        capsys, "site", "--edges", tmp_path / "pmed", "--weights", tmp_path / "weights", "--candidates", "1,5", "--json"
    )
    assert code == 0
    assert json.loads(out.out)["hosts"] == [5]
    assert json.loads(out.out)["objective"] == 4 + 3 + 2 + 1 + 0 + 100


def test_a_centre_counts_a_way_times_its_weight(capsys, line, tmp_path):
    (tmp_path / "weights").write_text("1 9\n", encoding="utf-8")
    code, out = run(
        capsys, "site", "--edges", line, "--p", 1, "--objective", "center", "--weights", tmp_path / "weights", "--json"
    )
    assert code == 0
    assert json.loads(out.out)["hosts"] == [1]
    assert json.loads(out.out)["objective"] == 5


@pytest.mark.parametrize(
    ("objective", "options", "words"),
    [
        ("median", ["--p", 2, "--within", 3], "--within with --objective cover or set-cover"),
        ("center", ["--p", 2, "--within", 3], "--within changes nothing with --objective center"),
        ("center", ["--p", 2, "--seed", 3], "--seed with --objective median"),
        ("cover", ["--p", 2, "--within", 1, "--seed", 3], "--seed changes nothing"),
        ("set-cover", ["--p", 2, "--within", 1], "--p with --objective median or center or cover"),
        ("set-cover", ["--weights", "w", "--within", 1], "--weights changes nothing with --objective set-cover"),
    ],
)
def test_an_option_that_would_change_nothing_is_refused(capsys, line, objective, options, words):
    code, out = run(capsys, "site", "--edges", line, "--objective", objective, *options)
    assert (code, words in out.err) == (2, True), out.err


@pytest.mark.parametrize(
    "options",
    [
        ["--objective", "cover", "--within", "nan"],
        ["--objective", "cover", "--within", "-1"],
        ["--objective", "cover", "--within", "inf"],
        ["--time-limit", "-1"],
        ["--time-limit", "nan"],
    ],
)
def test_a_measure_is_a_finite_number_from_nought_on(capsys, line, options):
    code, out = run(capsys, "site", "--edges", line, "--p", 1, *options)
    assert (code, options[-2] in out.err) == (2, True), out.err


def test_who_is_out_of_reach_of_every_candidate_is_named_as_in_the_file(capsys, tmp_path):
    (tmp_path / "edges").write_text("101 102 1\n102 103 9\n", encoding="utf-8")
    options = ["--edges", tmp_path / "edges", "--objective", "set-cover", "--candidates", "101", "--within", 2]
    code, out = run(capsys, "site", *options)
    assert code == 1
    assert "103 (nearest 10)" in out.err


@pytest.mark.parametrize("objective", ["median", "center"])
def test_parts_without_a_way_between_them_are_named_and_counted(capsys, tmp_path, objective):
    (tmp_path / "edges").write_text("101 102 1\n102 103 1\n201 202 1\n301 302 2\n", encoding="utf-8")
    code, out = run(capsys, "site", "--edges", tmp_path / "edges", "--objective", objective, "--p", 1)
    assert code == 1
    assert "1 host cannot reach everybody: there are 3 parts without a way between them." in out.err
    assert "101, 201, 301: one of each part" in out.err
    assert "Allow 3 hosts or more" in out.err


@pytest.mark.parametrize("option", ["--candidates", "--weights"])
def test_a_file_that_is_no_text_is_named(capsys, line, tmp_path, option):
    (tmp_path / "nodes").write_bytes(b"\xff\xfe1\x00")
    code, out = run(capsys, "site", "--edges", line, "--p", 1, option, tmp_path / "nodes")
    assert (code, "UTF-8" in out.err and "nodes" in out.err) == (2, True), out.err


@pytest.mark.parametrize(
    ("text", "options", "code", "words"),
    [
        (LINE, ["--p", 1, "--candidates", "1,x"], 2, "where:    x"),
        (LINE, ["--p", 1, "--candidates", "nodes.txt"], 2, "path of a file"),
        (LINE, [], 2, "--p"),
        (LINE, ["--p", 0], 2, "0 hosts"),
        (LINE, ["--p", 7], 2, "7 hosts"),
        ("1 2 1\n3 4 1\n", ["--p", 1], 1, "1 host cannot reach everybody"),
        ("1 2 1\n3 4 1\n", ["--p", 1, "--candidates", "1"], 2, "nodes 3, 4"),
        (LINE, ["--p", 1, "--candidates", "1,1"], 2, "named twice"),
        (LINE, ["--p", 1, "--candidates", "9"], 2, "not in the network"),
        (LINE, ["--p", 1, "--objective", "cover"], 2, "--within"),
        ("1 2 x\n", ["--p", 1], 2, "no edge"),
        ("", ["--p", 1], 2, "empty"),
    ],
)
def test_site_says_what_is_wrong(capsys, tmp_path, text, options, code, words):
    (tmp_path / "edges").write_text(text, encoding="utf-8")
    found, out = run(capsys, "site", "--edges", tmp_path / "edges", *options)
    assert found == code
    assert words in out.err


def neighbours(**changes):
    return {
        "services": ["school"],
        "partners": ["A", "B", "C"],
        "p": [1],
        "T_minutes": [[0, 10, 20], [10, 0, 10], [20, 10, 0]],
        "demand": [[5, 5, 5]],
        "fixed_cost": [[100, 100, 100]],
        "travel_cost_factor": [1],
        **changes,
    }


def test_share_answers_with_hosts_shares_worth_and_game(capsys, tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(neighbours(colour="red")), encoding="utf-8")
    code, out = run(capsys, "share", path, "--game", "--regret", 1, "--json")
    answer = json.loads(out.out)
    assert code == 0
    assert answer["services"][0]["hosts"] == ["B"]
    assert answer["objective"] == 200
    assert answer["worth"]["mean"] == 100
    assert sum(partner["pays"] for partner in answer["partners"]) == pytest.approx(200)
    assert answer["regret"] == [0]
    assert len(answer["game"]["coalitions"]) == 7
    assert any("colour" in note for note in answer["notes"])


def test_share_says_what_regret_there_is_and_why_there_is_no_more(capsys, tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(neighbours()), encoding="utf-8")
    _code, out = run(capsys, "share", path, "--regret", 50)
    assert "Regret: 0.00 at most, 0.00 in the mean of 1 draws." in out.out
    assert "the file has one demand and no draws" in out.out


def test_share_reads_toml(capsys, tmp_path):
    path = tmp_path / "plan.toml"
    lines = [f"{key} = {json.dumps(value)}" for key, value in neighbours(reach_minutes=[12]).items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    code, out = run(capsys, "share", path)
    assert code == 0
    assert "school: B" in out.out


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"reach_minutes": [5]}, 1, "reach norm of 5 min for school in A, C: feasible from 10 min"),
        ({"p": [1, 2]}, 2, "one a service"),
        ({"demand": [["five", 5, 5]]}, 2, "numbers"),
        ({"demand": [[5, 5]]}, 2, "shape"),
        ({"participation": "fair"}, 2, "no rule"),
        ({"within": ["gym"]}, 2, "no service"),
    ],
)
def test_share_says_what_is_wrong(capsys, tmp_path, changes, code, words):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(neighbours(**changes)), encoding="utf-8")
    found, out = run(capsys, "share", path)
    assert (found, words in out.err) == (code, True), out.err


def test_reach_counts_people_and_lists_who_is_late_or_cut_off(capsys, tmp_path):
    (tmp_path / "edges").write_text(LINE + "8 9 1\n", encoding="utf-8")
    code, out = run(capsys, "reach", "--edges", tmp_path / "edges", "--facilities", "2", "--within", 2, "--json")
    answer = json.loads(out.out)
    assert code == 0
    assert answer["people"] == 4
    assert answer["late"] == [5, 6, 8, 9]
    assert answer["unreachable"] == [8, 9]


VILLAGES = "id;lon;lat;people\nAue;8.0;53.0;100\nBorn;8.02;53.0;50\nFern;8.3;53.0;50\n"
STATIONS = "id;lon;lat\nWache;8.0;53.0\n"


def straight(capsys, tmp_path, *options, villages=VILLAGES, stations=STATIONS):
    (tmp_path / "villages.csv").write_text(villages, encoding="utf-8")
    (tmp_path / "stations.csv").write_text(stations, encoding="utf-8")
    files = ["--places", tmp_path / "villages.csv", "--facilities", tmp_path / "stations.csv"]
    return run(capsys, "reach", *files, "--within", 3, *options)


def test_without_roads_the_straight_line_times_a_detour_is_labelled_so(capsys, tmp_path):
    code, out = straight(capsys, tmp_path, "--json")
    answer = json.loads(out.out)
    assert code == 0
    assert answer["basis"] == "straight line × 1.3 at 40 km/h (no roads)"
    assert (answer["people"], answer["late"]) == (150, ["Fern"])
    # 0.02° at 53° north are 1.338 km
    assert answer["nearest"][1]["minutes"] == pytest.approx(1.338 * 1.3 / 40 * 60, rel=1e-3)
    assert "straight line × 1.3 at 40 km/h (no roads)" in straight(capsys, tmp_path)[1].out
    slower = json.loads(straight(capsys, tmp_path, "--detour", 2, "--speed", 30, "--json")[1].out)
    assert (slower["basis"], slower["people"]) == ("straight line × 2 at 30 km/h (no roads)", 100)


def test_reach_by_road_names_its_basis_too(capsys, line):
    _, out = run(capsys, "reach", "--edges", line, "--facilities", "2", "--within", 2, "--json")
    assert json.loads(out.out)["basis"] == "shortest way over the edges"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--edges", "roads"], "either --edges"),
        (["--weights", "w"], "belong to --edges"),
        (["--outward"], "belong to --edges"),
        (["--detour", "nan"], "--detour"),
        (["--detour", "0.9"], "--detour"),
        (["--speed", "0"], "--speed"),
    ],
)
def test_options_of_roads_do_not_go_with_the_straight_line(capsys, tmp_path, options, words):
    code, out = straight(capsys, tmp_path, *options)
    assert (code, words in out.err) == (2, True), out.err


@pytest.mark.parametrize(
    ("villages", "words"),
    [
        (VILLAGES + "Aue;8;53;1\n", "id"),
        (VILLAGES + "Nord;8;x;1\n", "degrees from -90 to 90"),
        (VILLAGES + "Nord;8;53;-1\n", "a number of 0 or more"),
        ("id;lon;lat\n", "at least one place"),
        ("id;x;y\n", "id;lon;lat"),
    ],
)
def test_places_that_cannot_be_used_are_named(capsys, tmp_path, villages, words):
    code, out = straight(capsys, tmp_path, villages=villages)
    assert (code, words in out.err) == (2, True), out.err


def test_json_errors_are_json(tmp_path):
    (tmp_path / "edges").write_text("", encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "allmende", "needs", "site", "--edges", tmp_path / "edges", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "empty" in json.loads(ended.stdout)["error"]["what"]


OSM = """<?xml version="1.0"?><osm version="0.6">
<node id="1" lat="53.0" lon="8.0"><tag k="amenity" v="fire_station"/></node><node id="2" lat="53.0" lon="8.01"/>
<node id="3" lat="53.0" lon="8.02"/>
<node id="4" lat="53.5" lon="8.0"><tag k="amenity" v="fire_station"/><tag k="name" v="FF Fern"/></node>
<way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>
<way id="11"><nd ref="3"/><nd ref="1"/><tag k="highway" v="primary"/><tag k="oneway" v="yes"/></way></osm>"""


def test_reach_reads_openstreetmap_and_its_stations(capsys, tmp_path):
    pytest.importorskip("osmium")
    (tmp_path / "county.osm").write_text(OSM, encoding="utf-8")
    options = ["--edges", tmp_path / "county.osm", "--facilities", "amenity=fire_station", "--within", 2, "--json"]
    (inward, outward) = (run(capsys, "reach", *options, *more) for more in ([], ["--outward"]))
    to, away = json.loads(inward[1].out), json.loads(outward[1].out)
    assert [one["facility"] for one in to["nearest"]] == [1, 1, 1]
    assert to["nearest"][2]["minutes"] < away["nearest"][2]["minutes"]
    assert any("FF Fern" in note for note in to["notes"])
    assert any("OpenStreetMap" in note for note in to["notes"])


def test_reach_says_when_nothing_carries_the_tag(capsys, tmp_path):
    pytest.importorskip("osmium")
    (tmp_path / "county.osm").write_text(OSM, encoding="utf-8")
    code, out = run(capsys, "reach", "--edges", tmp_path / "county.osm", "--facilities", "amenity=zoo", "--within", 2)
    assert code == 2
    assert "amenity=zoo" in out.err


def test_reach_reads_geojson(capsys, tmp_path):
    line = {"type": "LineString", "coordinates": [[8.0, 53.0], [8.01, 53.0]]}
    road = {"type": "Feature", "properties": {"speed_kmh": 60}, "geometry": line}
    path = tmp_path / "roads.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [road]}), encoding="utf-8")
    code, out = run(capsys, "reach", "--edges", path, "--facilities", "0", "--within", 5, "--json")
    assert code == 0
    assert json.loads(out.out)["people"] == 2


def test_a_seed_below_zero_is_a_usage_error(capsys, line):
    code, out = run(capsys, "site", "--edges", line, "--p", 1, "--seed", -1)
    assert code == 2
    assert "--seed" in out.err
