from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allmende.areas.grid import SIZES, UNLOCATED, cell_id, coarsen, corner, pack, parse_cell_id, square
from allmende.areas.projection import to_laea, to_wgs84
from allmende.errors import AllmendeError

metres = st.floats(0, 9_999_999.99, allow_nan=False)
sizes = st.sampled_from(SIZES)


@given(metres, metres)
def test_a_point_lies_in_its_cell(east, north):
    e, n = corner(pack(east, north))
    assert e <= east < e + 100
    assert n <= north < n + 100


@given(metres, metres, sizes)
def test_the_name_of_a_cell_reads_back_as_the_cell(east, north, size):
    cell = int(coarsen(pack(east, north), size))
    assert parse_cell_id(cell_id(cell, size)) == (cell, size)
    assert parse_cell_id("DE_" + cell_id(cell, size)) == (cell, size)


@given(metres, metres)
def test_coarser_cells_hold_finer_ones_and_coarsening_in_steps_changes_nothing(east, north):
    cell = pack(east, north)
    for fine, coarse in pairwise(SIZES):
        assert coarsen(coarsen(cell, fine), coarse) == coarsen(cell, coarse)
        e, n = corner(coarsen(cell, coarse))
        assert e <= east < e + coarse
        assert n <= north < n + coarse
        assert e % coarse == n % coarse == 0


@given(st.lists(st.tuples(metres, metres), max_size=20), sizes)
def test_many_points_at_once_give_what_each_gives_alone(points, size):
    east, north = np.array([p[0] for p in points]), np.array([p[1] for p in points])
    together = coarsen(pack(east, north), size)
    assert together.dtype == np.int64
    assert together.tolist() == [int(coarsen(pack(e, n), size)) for e, n in points]


def test_the_example_of_the_census_grid():
    # a 100 m cell as the German census prints it, and the 1 km cell around it
    cell, size = parse_cell_id("CRS3035RES100mN2689100E4337000")
    assert size == 100
    assert cell_id(cell, 1000) == "CRS3035RES1000mN2689000E4337000"


def test_unlocated_stays_unlocated():
    assert pack([np.nan, 100.0], [100.0, np.nan]).tolist() == [UNLOCATED, UNLOCATED]
    for size in SIZES:
        assert coarsen(UNLOCATED, size) == UNLOCATED
    with pytest.raises(AllmendeError, match="no corner"):
        cell_id(UNLOCATED, 1000)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no INSPIRE cell"),
        ("1kmN2689E4337", "no INSPIRE cell"),
        ("CRS4326RES100mN1E1", "no INSPIRE cell"),
        ("CRS3035RES250mN2689000E4337000", "250 m is not offered"),
        ("CRS3035RES1000mN2689100E4337000", "north 2689000"),
    ],
)
def test_a_wrong_name_is_refused_with_the_reason(text, says):
    with pytest.raises(AllmendeError, match=says):
        parse_cell_id(text)


@pytest.mark.parametrize(("east", "north"), [(-1, 0), (0, -0.01), (10_000_000, 0), (8.8, np.inf)])
def test_points_off_the_grid_are_refused(east, north):
    with pytest.raises(AllmendeError, match="outside the European grid"):
        pack(east, north)


def test_a_square_is_closed_counter_clockwise_and_as_large_as_its_size():
    cell = int(pack(4_241_092, 3_330_376))
    ring = square(cell, 500)
    east, north = to_laea([p[0] for p in ring], [p[1] for p in ring], "EPSG:4326")
    twice_area = (east[:-1] * north[1:] - east[1:] * north[:-1]).sum()
    assert ring[0] == ring[-1]
    assert twice_area / 2 == pytest.approx(500 * 500, rel=1e-6)


def test_the_projection_has_its_origin_where_the_standard_puts_it():
    east, north = to_laea([10.0], [52.0], "EPSG:4326")
    assert (east[0], north[0]) == pytest.approx((4_321_000, 3_210_000), abs=0.01)


def test_utm_and_degrees_meet_in_one_place():
    lon, lat = to_wgs84(*to_laea([487_120.0], [5_881_000.0], "EPSG:25832"))
    again = np.ravel(to_laea(lon, lat, "EPSG:4326"))
    assert again == pytest.approx(np.ravel(to_laea([487_120.0], [5_881_000.0], "EPSG:25832")), abs=0.01)


def test_swapped_axes_and_unknown_systems_are_refused_and_missing_points_stay_missing():
    with pytest.raises(AllmendeError, match="swapped"):
        to_laea([95.0], [950.0], "EPSG:4326")
    with pytest.raises(AllmendeError, match="unknown"):
        to_laea([1.0], [1.0], "EPSG:1")
    east, north = to_laea([np.nan, 10.0], [52.0, 52.0], "EPSG:4326")
    assert np.isnan(east).tolist() == np.isnan(north).tolist() == [True, False]
