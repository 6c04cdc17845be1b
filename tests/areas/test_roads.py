"""Edge lists, GeoJSON and OpenStreetMap files as road networks."""

import json

import numpy as np
import pytest

from allmende.areas.edge_list import read_edges
from allmende.areas.roads import main_component, metres_between, read_geojson_roads
from allmende.errors import AllmendeError


def edges(tmp_path, text, **options):
    path = tmp_path / "edges.txt"
    path.write_text(text, encoding="utf-8")
    return read_edges(path, **options)


def listed(roads):
    return {
        (int(roads.ids[a]), int(roads.ids[b])): float(m) for a, b, m in zip(roads.tail, roads.head, roads.minutes, strict=True)
    }


def test_a_plain_list_has_the_nodes_that_occur(tmp_path):
    roads = edges(tmp_path, "# minutes\n10 20 3\n20,40,0.5\n")
    assert roads.ids.tolist() == [10, 20, 40]
    assert roads.header_p is None
    assert listed(roads) == {(10, 20): 3, (20, 10): 3, (20, 40): 0.5, (40, 20): 0.5}


def test_the_layout_of_the_or_library_is_known_by_its_header(tmp_path):
    roads = edges(tmp_path, "4 2 1\n1 2 3\n2 3 5\n")
    assert roads.header_p == 1
    assert roads.ids.tolist() == [1, 2, 3, 4]
    assert "header" in roads.notes[0]
    assert edges(tmp_path, "4 2 1\n1 2 3\n2 3 5\n", layout="plain").ids.tolist() == [1, 2, 3, 4]
    assert edges(tmp_path, "4 2 1\n1 2 3\n2 3 5\n", layout="plain").header_p is None


def test_a_header_that_miscounts_a_little_is_still_one_and_the_note_says_so(tmp_path):
    chain = "".join(f"{k} {k + 1} 2\n" for k in range(1, 200))
    roads = edges(tmp_path, "200 200 5\n" + chain)
    assert (len(roads), roads.header_p) == (200, 5)
    assert any("says 200 edges, 199 are listed" in note for note in roads.notes)
    assert edges(tmp_path, chain).header_p is None


def test_of_an_edge_listed_twice_the_last_cost_counts_in_either_direction(tmp_path):
    roads = edges(tmp_path, "1 2 3\n2 3 1\n2 1 9\n")
    assert listed(roads)[(1, 2)] == listed(roads)[(2, 1)] == 9
    assert any("last cost" in note for note in roads.notes)


def test_a_way_of_no_cost_is_a_way(tmp_path):
    from allmende.needs.reach import nearest_facility

    roads = edges(tmp_path, "1 2 0\n2 3 1\n")
    assert nearest_facility(roads, np.array([0])).minutes.tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("# nothing\n", "empty"),
        ("1 2 3\n2 3 -1\n", "cost -1"),
        ("1 2 nan\n", "cost nan"),
        ("1 2 three\n", "is no edge"),
        ("1 2\n", "is no edge"),
        ("-1 2 3\n", "no nodes"),
        ("1.5 2 3\n", "no nodes"),
        ("1 2 3\n2 x3 1\n3 4 1\n", "or names for all"),
    ],
)
def test_bad_lines_are_named(tmp_path, text, words):
    with pytest.raises(AllmendeError, match=words):
        edges(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "from,to,cost\r\nBad Zwischenahn,Rastede,12.5\r\nRastede,Wiefelstede,7\r\n",
        'von;nach;minuten\n"Bad Zwischenahn";Rastede;12,5\nRastede;Wiefelstede;7\n',
        "Bad Zwischenahn\tRastede\t12.5\nRastede\tWiefelstede\t7 # minutes\n",
    ],
)
def test_nodes_may_have_names(tmp_path, text):
    roads = edges(tmp_path, text)
    assert roads.labels == ["Bad Zwischenahn", "Rastede", "Wiefelstede"]
    assert listed(roads) == {(0, 1): 12.5, (1, 0): 12.5, (1, 2): 7, (2, 1): 7}


def test_nodes_may_be_counted_from_0(tmp_path):
    assert edges(tmp_path, "0 1 3\n1 2 5\n").labels == [0, 1, 2]
    with pytest.raises(AllmendeError, match="from 1"):
        edges(tmp_path, "4 1 1\n0 2 3\n", layout="orlib")
    with pytest.raises(AllmendeError, match="no header"):
        edges(tmp_path, "4 1 1.5\n0 2 3\n", layout="orlib")


def test_a_node_above_the_header_is_named(tmp_path):
    with pytest.raises(AllmendeError, match="Node 9"):
        edges(tmp_path, "4 1 1\n1 9 3\n", layout="orlib")


def test_geojson_roads_join_and_keep_their_direction(tmp_path):
    def road(points, **properties):
        return {"type": "Feature", "properties": properties, "geometry": {"type": "LineString", "coordinates": points}}

    path = tmp_path / "roads.geojson"
    features = [
        road([[8.0, 53.0], [8.01, 53.0]], speed_kmh=60, oneway="yes"),
        road([[8.01, 53.0], [8.02, 53.0]], highway="residential"),
        road([[8.02, 53.0], [8.03, 53.0]], highway="footway"),
        road([[8.02, 53.0], [8.0, 53.0]], speed_kmh=60),
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    roads = read_geojson_roads(path)
    assert len(roads) == 3
    assert len(roads.tail) == 1 + 2 + 2
    metres = metres_between(np.array(8.0), np.array(53.0), np.array(8.01), np.array(53.0))
    assert roads.minutes[0] == pytest.approx(metres / 1000)
    assert "1 lines" in roads.notes[0]


OSM = """<?xml version="1.0"?><osm version="0.6">
<node id="1" lat="53.0" lon="8.0" user="someone" uid="7"/><node id="2" lat="53.0" lon="8.01"/>
<node id="3" lat="53.0" lon="8.02"/>
<node id="4" lat="53.1" lon="8.0"><tag k="amenity" v="fire_station"/><tag k="name" v="FF Dorf"/></node>
<node id="5" lat="53.1" lon="8.01"/>
<way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/><tag k="maxspeed" v="20"/></way>
<way id="11"><nd ref="3"/><nd ref="1"/><tag k="highway" v="primary"/><tag k="oneway" v="yes"/></way>
<way id="12"><nd ref="1"/><nd ref="3"/><tag k="highway" v="primary"/><tag k="access" v="private"/></way>
<way id="13"><nd ref="4"/><nd ref="5"/><tag k="highway" v="residential"/></way>
<way id="14"><nd ref="1"/><nd ref="5"/><tag k="highway" v="footway"/></way></osm>"""


def test_openstreetmap_roads_keep_speed_direction_and_the_main_component(tmp_path):
    pytest.importorskip("osmium")
    from allmende.areas.osm import read_osm_places, read_osm_roads

    path = tmp_path / "small.osm"
    path.write_text(OSM, encoding="utf-8")
    roads = read_osm_roads(path)
    assert roads.ids.tolist() == [1, 2, 3]
    assert len(roads.tail) == 4 + 1
    slow = metres_between(np.array(8.0), np.array(53.0), np.array(8.01), np.array(53.0)) / (20_000 / 60)
    assert roads.minutes[0] == pytest.approx(slow, rel=1e-6)
    assert any("2 of 5 nodes" in note for note in roads.notes)
    assert [(place.id, place.name) for place in read_osm_places(path, "amenity", "fire_station")] == [("n4", "FF Dorf")]
    assert "someone" not in repr(roads)


def test_what_is_no_openstreetmap_file_is_said(tmp_path):
    pytest.importorskip("osmium")
    from allmende.areas.osm import read_osm_roads

    with pytest.raises(AllmendeError, match="not there"):
        read_osm_roads(tmp_path / "none.osm")
    (tmp_path / "bad.osm").write_text("<osm", encoding="utf-8")
    with pytest.raises(AllmendeError):
        read_osm_roads(tmp_path / "bad.osm")


def test_the_main_component_says_what_it_leaves_out(tmp_path):
    roads = main_component(edges(tmp_path, "1 2 1\n2 3 1\n7 8 1\n"))
    assert roads.ids.tolist() == [1, 2, 3]
    assert "2 of 5 nodes" in roads.notes[-1]


def test_an_edge_list_may_begin_with_a_byte_order_mark_and_must_be_text(tmp_path):
    path = tmp_path / "windows.txt"
    path.write_bytes(b"\xef\xbb\xbf1 2 1\r\n2 3 0\r\n")
    assert read_edges(path).ids.tolist() == [1, 2, 3]
    path.write_bytes(b"\xff\xfe1\x00 \x002\x00")
    with pytest.raises(AllmendeError, match="UTF-8"):
        read_edges(path)
