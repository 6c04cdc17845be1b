"""Borders of Germany, and the census cells that lie in them."""

from pathlib import Path

import numpy as np
import pytest

from allmende.areas.geo_files import read_areas
from allmende.areas.projection import to_wgs84

DATA = Path(__file__).parents[2] / "../shared/data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="shared data absent")
pd = pytest.importorskip("pandas")
pytest.importorskip("geopandas")


@pytest.fixture(scope="module")
def germany():
    return read_areas(DATA / "boundaries/vg250_2016_gemeinden_60m.topojson.gz", "AGS", crs="EPSG:4326")


def test_vg250_is_read_from_topojson_with_every_unit_and_the_area_of_germany(germany):
    assert len(germany) == 11_299
    assert germany.square_metres().sum() / 1e6 == pytest.approx(357_400, rel=0.005)


def test_census_cells_lie_in_the_municipalities_that_were_derived_for_them(germany):
    cells = pd.read_parquet(DATA / "grid/zensus2011_1km.parquet", columns=["x", "y", "ags_2016"])
    found = germany.locate(*to_wgs84(cells.x.to_numpy(), cells.y.to_numpy()))
    located = np.array([*germany.keys, "outside"])[found]
    # the borders here are simplified to 60 m, those behind ags_2016 were not; 991 cells got the nearest municipality
    assert (found < 0).sum() == pytest.approx(991, abs=150)
    assert (located == cells.ags_2016).mean() > 0.985
