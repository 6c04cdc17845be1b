import builtins
import gzip

import pytest
import shapely

from allmende.areas.geo_files import read_areas
from allmende.errors import AllmendeError

geopandas = pytest.importorskip("geopandas")


@pytest.fixture
def frame():
    boxes = [shapely.box(8.0, 53.0, 8.1, 53.1), shapely.box(8.1, 53.0, 8.2, 53.1), shapely.box(8.3, 53.0, 8.4, 53.1)]
    return geopandas.GeoDataFrame({"AGS": ["03000002", "03000002", "03000001"]}, geometry=boxes, crs="EPSG:4326")


@pytest.mark.parametrize("name", ["a.gpkg", "a.parquet", "a.shp"])
def test_files_in_utm_come_as_degrees_with_one_area_a_key(frame, tmp_path, name):
    projected = frame.to_crs("EPSG:25832")
    path = tmp_path / name
    projected.to_parquet(path) if name.endswith("parquet") else projected.to_file(path)
    shapes = read_areas(path, "AGS")
    assert shapes.keys == ("03000001", "03000002")
    assert shapes.locate([8.05, 8.15, 8.35], [53.05, 53.05, 53.05]).tolist() == [1, 1, 0]


def test_topojson_without_a_reference_system_takes_the_one_that_is_said(tmp_path):
    arcs = "[[[8.0,53.0],[8.1,53.0],[8.1,53.1],[8.0,53.1],[8.0,53.0]]]"
    geometry = '{"type":"Polygon","properties":{"AGS":"03000001"},"arcs":[[0]]}'
    text = f'{{"type":"Topology","objects":{{"g":{{"type":"GeometryCollection","geometries":[{geometry}]}}}},"arcs":{arcs}}}'
    path = tmp_path / "a.topojson.gz"
    path.write_bytes(gzip.compress(text.encode()))
    assert read_areas(path, "AGS", crs="EPSG:4326").locate([8.05], [53.05]).tolist() == [0]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.topojson.gz"]


def test_a_missing_field_key_or_reference_system_is_told(frame, tmp_path):
    frame.to_file(tmp_path / "a.gpkg")
    with pytest.raises(AllmendeError, match=r"no field 'RS'.*\n.*\n.*AGS"):
        read_areas(tmp_path / "a.gpkg", "RS")
    frame.loc[0, "AGS"] = None
    frame.to_parquet(tmp_path / "b.parquet")
    with pytest.raises(AllmendeError, match="A record has no 'AGS'"):
        read_areas(tmp_path / "b.parquet", "AGS")
    frame.set_crs(None, allow_override=True).to_parquet(tmp_path / "c.parquet")
    with pytest.raises(AllmendeError, match="states no reference system"):
        read_areas(tmp_path / "c.parquet", "AGS")


def test_without_geopandas_the_error_names_the_extra(monkeypatch, tmp_path):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "geopandas":
            raise ModuleNotFoundError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(AllmendeError, match=r"allmende\[geo\]"):
        read_areas(tmp_path / "a.gpkg", "AGS")
