"""Areas from files that only GDAL reads: shapefile and GeoPackage (VG250), TopoJSON. Needs the extra `geo`."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

from allmende.areas.geometry import Shapes
from allmende.areas.projection import WGS84
from allmende.errors import AllmendeError


def read_areas(path: Path, key_field: str, *, crs: str | None = None, layer: str | None = None) -> Shapes:
    """Read polygons keyed by a field (VG250: AGS, ARS or RS) and bring them to EPSG:4326.

    Reads what GDAL reads, GeoParquet, and gzipped single files. `crs` says the reference system where the file does not
    (TopoJSON never does). Several records of one key, as VG250 has them for water and land, become one area. Raises
    AllmendeError when geopandas is missing, the field or the reference system unknown, or a record has no key.
    """
    try:
        import geopandas
    except ModuleNotFoundError as error:
        raise AllmendeError(
            "This format needs geopandas, which is not installed.",
            where=str(path),
            expected="the extra `geo`; GeoJSON in EPSG:4326 is read without it",
            todo="Install it: pip install 'allmende[geo]'; or convert the file to GeoJSON.",
        ) from error
    if path.suffix in (".parquet", ".geoparquet"):
        frame = geopandas.read_parquet(path)
    else:
        # GDAL's own /vsigzip/ leaves side files next to the data
        source = io.BytesIO(gzip.decompress(path.read_bytes())) if path.suffix == ".gz" else path
        frame = geopandas.read_file(source, layer=layer)
    if crs is not None:
        frame = frame.set_crs(crs, allow_override=True)
    if frame.crs is None:
        raise _unusable(path, "The file states no reference system.", "crs, such as EPSG:25832", "Say it by `crs`.")
    if key_field not in frame.columns:
        fields = [name for name in frame.columns if name != frame.geometry.name]
        raise _unusable(path, f"There is no field {key_field!r}.", f"one of {fields}", "Name the field of the key.")
    if frame[key_field].isna().any():
        raise _unusable(path, f"A record has no {key_field!r}.", "a key in every record", "Correct or remove the record.")
    merged = frame.to_crs(WGS84).dissolve(by=key_field)
    return Shapes(tuple(str(key) for key in merged.index), tuple(merged.geometry))


def _unusable(path: Path, what: str, expected: str, todo: str) -> AllmendeError:
    return AllmendeError(what, where=str(path), expected=expected, todo=todo)
