"""The ground of the fictional region: a valid map, nested areas, one road network, houses where they belong."""

import filecmp

import numpy as np
import pytest
import shapely

from allmende.areas import load_region
from allmende.demo.pipeline import small_places
from allmende.demo.places import degrees_of, make_places, write_places
from allmende.demo.territory import make_ground
from allmende.parameters import load

SEED = 7
"""The seed of the fixture `small`."""


def test_municipalities_cover_the_region_without_gap_or_overlap(small):
    polygons = small.places.municipalities.polygons
    assert shapely.coverage_is_valid(list(polygons))
    assert {polygon.geom_type for polygon in polygons} == {"Polygon"}
    assert shapely.union_all(polygons).area == pytest.approx(sum(p.area for p in polygons), rel=1e-12)


def test_two_laender_share_the_river_as_their_border(small):
    region, shapes = small.places.region, small.places.municipalities
    by_land = {land: shapely.union_all([shapes[m.ags] for m in region.municipalities if m.land == land])
               for land in ("Geestmark", "Marschenland")}  # fmt: skip
    border = shapely.shared_paths(by_land["Geestmark"].boundary, by_land["Marschenland"].boundary)
    river = shapely.LineString(degrees_of(small.places.river))
    assert border.length > 0.2  # degrees: more than 20 km
    assert border.hausdorff_distance(border.intersection(river.buffer(0.004))) < 0.004


def test_districts_of_each_level_tile_their_municipality(small):
    region, shapes = small.places.region, small.places.districts
    for m in region.municipalities:
        for level in range(1, len(m.levels) + 1):
            parts = [shapes[d.key] for d in region.level(m.ags, level)]
            assert shapely.coverage_is_valid(parts)
            assert shapely.union_all(parts).symmetric_difference(small.places.municipalities[m.ags]).area < 1e-12
    for district in region.districts:
        if district.parent:
            assert shapes[district.key].difference(shapes[district.parent]).area < 1e-12


def test_hierarchies_differ_and_hold_sixty_ortsteile(small):
    levels = {m.ags: len(m.levels) for m in small.places.region.municipalities}
    assert set(levels.values()) == {0, 1, 2, 3}
    ortsteile = [d for d in small.places.region.districts if d.level == min(2, levels[d.ags])]
    assert len(ortsteile) == 60


def test_described_people_are_170_000_in_twelve_municipalities_of_two_laender():
    members = load("demo_places")["municipality"]
    assert sum(m["population"] for m in members) == 170_000
    assert len(members) == 12
    assert {m["ags"][:2] for m in members} == {"98", "99"}


def test_roads_form_one_network(small):
    parent = list(range(len(small.places.network.points)))

    def root(v):
        while parent[v] != v:
            parent[v] = parent[parent[v]]
            v = parent[v]
        return v

    for line in small.places.network.lines:
        for a, b in zip(line.vertices, line.vertices[1:], strict=False):
            parent[root(a)] = root(b)
    used = {v for line in small.places.network.lines for v in line.vertices}
    assert len({root(v) for v in used}) == 1


def test_every_house_stands_in_its_municipality_and_district_and_has_an_address_of_its_own(small):
    a = small.places.addresses
    at = degrees_of(np.column_stack([a.east, a.north]))
    assert (small.places.municipalities.locate(*at.T) == a.municipality).all()
    divided = np.array([bool(m.levels) for m in small.places.region.municipalities])[a.municipality]
    assert ((small.places.district >= 0) == divided).all()
    assert len(set(zip(a.street.tolist(), a.number.tolist(), a.suffix.tolist(), strict=True))) == len(a)


def test_street_names_and_keys_are_unique_in_a_municipality(small):
    s = small.places.streets
    for column in (s.name, s.key):
        assert len(set(zip(s.municipality.tolist(), column, strict=True))) == len(column)


def test_the_same_seed_gives_the_same_files(small, tmp_path):
    again = make_places(small_places(load("demo_places")), load("demo_streets"), np.random.default_rng(SEED))
    write_places(small.places, tmp_path / "a")
    write_places(again, tmp_path / "b")
    names = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert filecmp.cmpfiles(tmp_path / "a", tmp_path / "b", names, shallow=False) == (names, [], [])
    assert load_region(tmp_path / "a").fictional


def test_another_seed_gives_another_land():
    place = load("demo_places")
    one, other = (make_ground(place, np.random.default_rng(seed)) for seed in (1, 2))
    assert not np.array_equal(one.river, other.river)
