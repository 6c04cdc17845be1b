import json

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from allmende.areas.geometry import OUTSIDE, Shapes, read_geojson, simplify, write_geojson
from allmende.errors import AllmendeError

WEST, EAST = shapely.box(8.0, 53.0, 8.1, 53.1), shapely.box(8.1, 53.0, 8.2, 53.1)
PAIR = Shapes(("b", "a"), (WEST, EAST))


def test_points_are_located_and_the_rest_is_outside():
    lon, lat = [8.05, 8.15, 8.3, np.nan, 8.05], [53.05, 53.05, 53.05, 53.05, np.inf]
    assert PAIR.locate(lon, lat).tolist() == [0, 1, OUTSIDE, OUTSIDE, OUTSIDE]
    assert PAIR.locate([], []).tolist() == []


def test_a_point_on_a_border_belongs_to_the_smaller_key_in_any_order():
    turned = Shapes(PAIR.keys[::-1], PAIR.polygons[::-1])
    for shapes in (PAIR, turned):
        assert [shapes.keys[i] for i in shapes.locate([8.1, 8.1, 8.1], [53.0, 53.05, 53.1])] == ["a", "a", "a"]


@given(st.integers(0, 2**32))
def test_locating_many_points_agrees_with_asking_each_polygon(seed):
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, 10, (8, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(centres), extend_to=shapely.box(0, 0, 10, 10)))
    shapes = Shapes(tuple("hgfedcba"), tuple(cells))
    lon, lat = rng.uniform(0, 10, (2, 50))
    nearest = np.argmin((centres[:, 0] - lon[:, None]) ** 2 + (centres[:, 1] - lat[:, None]) ** 2, axis=1)
    found = shapes.locate(lon, lat)
    own = [int(np.flatnonzero(shapely.intersects_xy(cells, *centre))[0]) for centre in centres]
    assert found.tolist() == [own[i] for i in nearest]


def test_areas_are_true_in_square_metres():
    # lengths of a degree at 53.05° on the ellipsoid GRS80: meridian 111,288 m, parallel 67,058 m
    expected = 0.1 * 111_288 * 0.1 * 67_058
    assert PAIR.square_metres() == pytest.approx([expected, expected], rel=2e-4)


def test_geojson_reads_back_and_is_the_same_bytes_in_any_order(tmp_path):
    write_geojson(PAIR, tmp_path / "1.json", "key", {"a": {"name": "Süd"}})
    write_geojson(Shapes(PAIR.keys[::-1], PAIR.polygons[::-1]), tmp_path / "2.json", "key", {"a": {"name": "Süd"}})
    assert (tmp_path / "1.json").read_bytes() == (tmp_path / "2.json").read_bytes()
    again = read_geojson(tmp_path / "1.json", "key")
    assert again.keys == ("a", "b")
    assert shapely.equals(again["b"], WEST)
    assert json.loads((tmp_path / "1.json").read_text())["features"][0]["properties"] == {"key": "a", "name": "Süd"}


def test_geojson_has_the_decimals_asked_for_and_rings_as_the_standard_turns_them(tmp_path):
    circle = shapely.Point(8.123456789, 53.123456789).buffer(0.1)
    write_geojson(Shapes(("k",), (circle,)), tmp_path / "c.json", "key", digits=4)
    ring = json.loads((tmp_path / "c.json").read_text())["features"][0]["geometry"]["coordinates"][0]
    assert all(len(str(value).partition(".")[2]) <= 4 for point in ring for value in point)
    assert shapely.LinearRing(ring).is_ccw


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no GeoJSON"),
        ("[]", "no GeoJSON"),
        ('{"type": "FeatureCollection"}', "no GeoJSON"),
        ('{"features": null}', "no GeoJSON"),
        ('{"features": ["north"]}', "no GeoJSON"),
        ('{"features": [{"properties": {}, "geometry": null}]}', "no property 'key'"),
        ('{"features": [{"properties": {"key": "a"}, "geometry": null}]}', "a has no polygon"),
        ('{"features": [{"properties": {"key": "a"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}]}', "feature 1"),
    ],
)
def test_what_is_no_collection_of_polygons_is_refused(tmp_path, text, says):
    path = tmp_path / "x.geojson"
    path.write_text(text)
    with pytest.raises(AllmendeError, match=says):
        read_geojson(path, "key")


def test_a_key_that_occurs_twice_is_refused(tmp_path):
    path = tmp_path / "x.geojson"
    write_geojson(PAIR, path, "key")
    path.write_text(path.read_text().replace('"key":"b"', '"key":"a"'))
    with pytest.raises(AllmendeError, match="a occurs twice"):
        read_geojson(path, "key")


def test_simplified_neighbours_still_share_their_border_and_lose_little_area():
    border = [(8.1 + 0.0004 * (i % 2), 53.0 + i / 1000) for i in range(101)]
    west = shapely.Polygon([(8.0, 53.0), *border, (8.0, 53.1)])
    east = shapely.Polygon([(8.2, 53.0), *border, (8.2, 53.1)])
    slim = simplify(Shapes(("w", "e"), (west, east)), 100.0)
    assert shapely.get_num_coordinates(slim["w"]) < 10 < shapely.get_num_coordinates(west)
    assert shapely.coverage_is_valid(np.array(slim.polygons))
    assert slim.square_metres().sum() == pytest.approx(Shapes(("w", "e"), (west, east)).square_metres().sum(), rel=1e-3)


@pytest.mark.parametrize("coordinates", [3, [[[1, 2], [3, 4]]], [[["a", 2], [3, 4], [1, 1], ["a", 2]]]])
def test_a_broken_ring_is_named_by_its_feature(tmp_path, coordinates):
    feature = {"properties": {"key": "a"}, "geometry": {"type": "Polygon", "coordinates": coordinates}}
    (tmp_path / "odd.geojson").write_text(json.dumps({"features": [feature]}))
    with pytest.raises(AllmendeError, match="has no polygon") as error:
        read_geojson(tmp_path / "odd.geojson", "key")
    assert "feature 1" in error.value.where
