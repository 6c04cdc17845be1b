"""Facilities of the fictional region: planned from its own release, as its municipalities would, and open to everybody."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree

import numpy as np

from allmende.areas.hierarchy import load_region
from allmende.areas.region import Region
from allmende.cubes.publication import Publication, current, read_publication
from allmende.demo.facilities_plan import Planner, Unit
from allmende.demo.facilities_sites import read_streets, write_roads
from allmende.needs.capacity import Facility
from allmende.outlook.facilities import FACILITIES, unit_shapes, write_facilities
from allmende.outlook.services import SERVICES, load_services
from allmende.outlook.tables import dense
from allmende.parameters import load
from allmende.parameters.classifications import classification

ROADS = "facilities/roads.geojson"
YEAR_END = "12-31"


def equip(region_folder: Path, public: Path, seed: int) -> tuple[Facility, ...]:
    """Write facilities, roads and the region's own services into the public folder; return the facilities.

    What is offered today follows from the figures of the release and from parameters/demo_facilities.toml.
    """
    region = load_region(region_folder)
    with as_file(files("allmende.parameters") / "demo_services") as folder:
        copytree(folder, public / SERVICES)
    services = load_services(public / SERVICES)
    shapes = unit_shapes(region_folder, region)
    streets = read_streets(region_folder / "roads.geojson", shapes)
    units = read_units(read_publication(current(public)), region, shapes.keys)
    flavours = {town["ags"]: town["flavour"] for town in load("demo_places")["municipality"]}
    wishes, rng = load("demo_facilities"), np.random.default_rng([seed, len(units)])
    facilities: list[Facility] = []
    for town in region.municipalities:
        own = {at: unit for at, unit in enumerate(units) if unit.ags == town.ags}
        planner = Planner(own, flavours[town.ags], streets, wishes, rng)
        facilities += [facility for service in services for facility in planner.plan(service)]
    write_facilities(facilities, public / FACILITIES)
    write_roads(region_folder / "roads.geojson", public / ROADS)
    return tuple(facilities)


def read_units(publication: Publication, region: Region, keys: Sequence[str]) -> tuple[Unit, ...]:
    """Read how many people of which age live in each unit, in the order of `keys`; nobody where the release does not say."""
    found: dict[str, Unit] = {}
    districts = [key for key in keys if "." in key]
    towns = [key for key in keys if "." not in key]
    for geography, own in (("district", districts), ("municipality", towns)):
        entry = publication.find(cube="stock", geography=geography, dimensions=("age",), key_date=YEAR_END)[0]
        bands = classification("age", entry.note.classification("age"))
        figures = dense(publication.open(entry), {"area": own, "year": entry.years[-1:], "age": bands.labels})[:, 0]
        for key, persons in zip(own, np.nan_to_num(figures), strict=True):
            place = region.district(key) if geography == "district" else region.municipality(key)
            found[key] = Unit(key, place.name, place.ags, bands.lows, persons)
    return tuple(found[key] for key in keys)
