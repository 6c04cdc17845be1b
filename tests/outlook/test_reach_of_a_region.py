"""Who is reached in time: by hand on a line of villages, with stations that open and close."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from allmende.errors import AllmendeError
from allmende.needs.capacity import Facility
from allmende.needs.services import ASSUMPTION, Norm, Service
from allmende.outlook.inhabited import Inhabited, judge
from allmende.outlook.reach import REACH, _measure, read_reach, write_reach
from allmende.outlook.settled import Journeys, Settled, read_journeys

WORDS = {"de": "Feuerwehr", "en": "Fire cover"}
FIRE = Service("fire", "reach", WORDS, WORDS, (12, 31), (), Norm(10, ASSUMPTION, "report", 4, 0.9))
SETTLED = Settled(
    2025, 500, ("01", "02"), np.array([8.0, 8.02, 8.3, 8.5]), np.full(4, 53.0), np.array([500.0, 100.0, 300.0, 100.0]),
    np.array([0, 0, 1, 1]),
)  # fmt: skip
STATIONS = (
    Facility("a", "fire", "", "Feuerwehr A", "01", 1.0, 8.0, 53.0),
    Facility("b", "fire", "", "Feuerwehr B", "02", 1.0, 8.3, 53.0, opens=date(2028, 6, 1)),
    Facility("c", "fire", "", "Feuerwehr C", "02", 1.0, 8.5, 53.0, closes=date(2026, 12, 31)),
)


YEARS = tuple(range(2025, 2041))
STILL = np.tile([600.0, 400.0], (len(YEARS), 1))


def inhabited(projected=STILL):
    """Two municipalities of one unit each; people as projected."""
    return Inhabited(SETTLED, ("01", "02"), SETTLED.town, YEARS, projected)


def measured(stations=STATIONS, projected=STILL):
    return _measure(FIRE, stations, inhabited(projected), Journeys(None))


def test_people_are_reached_within_what_the_norm_leaves_for_the_drive() -> None:
    now = measured().now
    # 8.02° is 1.3 km and 2.6 minutes away, 8.3° is 20 km; station C serves 8.5°
    assert [(each.area, each.people, each.reached) for each in now.areas] == [
        ("region", 1000, 700), ("01", 600, 600), ("02", 400, 100),
    ]  # fmt: skip
    assert [place[:3] for place in now.late] == [(8.3, 53.0, 300)]
    assert now.of("02").share == 0.25


def test_people_in_cells_that_were_not_released_are_told_and_leave_the_verdict_open() -> None:
    more = STILL + np.array(
        [50.0, 0.0]
    )  # 01 has 650 people, 600 of them in released cells; places of 02 hold all of its people
    more[YEARS.index(2035) :] *= 2
    found = measured(projected=more)
    assert [(each.area, each.people, each.uncounted) for each in found.now.areas] == [
        ("region", 1000, 50), ("01", 600, 50), ("02", 400, 0),
    ]  # fmt: skip
    assert found.planned.of("01").uncounted == 100, "they become more as their municipality does"
    assert found.now.of("01").share == 1
    assert found.now.of("01").bounds == pytest.approx((600 / 650, 1))
    assert [judge(found.now.of("01").bounds, target) for target in (0.9, 0.95, 1.1)] == [True, None, False]


def test_there_is_a_stage_for_every_day_on_which_stations_change() -> None:
    stages = measured().stages
    assert [(stage.day, stage.year, stage.stations, stage.of("region").share) for stage in stages] == [
        ("2025-12-31", 2025, 2, 0.7), ("2027-01-01", 2026, 1, 0.6), ("2028-06-01", 2027, 2, 0.9), ("2035-12-31", 2035, 2, 0.9),
    ]  # fmt: skip


def test_every_stage_counts_the_people_of_its_own_year() -> None:
    growing = STILL.copy()
    growing[YEARS.index(2035) :] = [300.0, 800.0]  # half as many in one municipality, twice as many in the other
    stages = measured(projected=growing).stages
    assert [stage.of("region").people for stage in stages] == [1000, 1000, 1000, 1100]
    assert stages[-1].of("02").reached == 600, "three quarters of 02 live near station B"
    assert sum(place[2] for place in stages[-1].late) == stages[-1].of("region").people - stages[-1].of("region").reached


def test_a_day_without_any_station_reaches_nobody() -> None:
    stage = measured(STATIONS[1:2]).now
    assert stage.of("region").reached == 0
    assert {place[3] for place in stage.late} == {-1.0}


def test_engines_follow_one_way_streets_outwards(tmp_path: Path) -> None:
    (tmp_path / "facilities").mkdir()
    ring = [[8.0, 53.0], [8.02, 53.0], [8.02, 53.02], [8.0, 53.02], [8.0, 53.0]]
    road = {"type": "Feature", "properties": {"speed_kmh": 30, "oneway": "yes"},
            "geometry": {"type": "LineString", "coordinates": ring}}  # fmt: skip
    (tmp_path / "facilities" / "roads.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [road]}))
    journeys = read_journeys(tmp_path)
    home = Settled(2025, 500, ("01",), np.array([8.0]), np.array([53.02]), np.ones(1), np.zeros(1, np.int64))
    there = journeys.minutes_to(home, [(8.0, 53.0)])[0, 0]
    out = journeys.minutes_from_nearest(home, [(8.0, 53.0)])[0]
    assert there == pytest.approx(2.224 / 30 * 60, rel=1e-3), "people go on to the station straight"
    assert out == pytest.approx((2.224 + 2 * 1.338) / 30 * 60, rel=1e-2), "an engine has to go all the way round"
    assert journeys.by_road
    assert journeys.far(home) == 0


def test_files_give_back_what_was_measured(tmp_path: Path) -> None:
    assert read_reach(tmp_path) == ()
    found = (measured(),)
    write_reach(found, tmp_path / REACH)
    assert read_reach(tmp_path) == found
    (tmp_path / REACH).write_text('{"format": 9}', encoding="utf-8")
    with pytest.raises(AllmendeError, match="has format 9"):
        read_reach(tmp_path)
