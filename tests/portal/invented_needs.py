"""Needs beside the invented look ahead: the demo's services and care without quotas, weighed against invented facilities."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

from allmende.areas import load_region
from allmende.needs.capacity import Facility
from allmende.needs.services import ASSUMPTION, Service
from allmende.outlook.access import ACCESS, Served, ServiceAccess, Year, write_access
from allmende.outlook.folder import read_model, read_outlook
from allmende.outlook.needs_file import NEEDS, write_needs
from allmende.outlook.reach import Reached, ServiceReach, Stage, write_reach
from allmende.outlook.services import load_services
from allmende.outlook.weighing import Offer, weigh_offer
from allmende.projection.drivers import drivers

A, B, C, D, E, F = "98001001", "98001002", "98001003", "98001004", "99002001", "99002002"
FACILITIES = (
    # too little from the start, and less once a house closes
    Facility("k1", "kita", "u3", "Kita Kranich", f"{A}.01", 60.0, closes=date(2030, 7, 31)),
    Facility("k2", "kita", "u3", "Kita Möwe", f"{A}.02", 45.0),
    Facility("k3", "kita", "u3", "Kita der Stadt", A, 15.0),
    Facility("k4", "kita", "u3", "Kita am Deich", f"{A}.01", 30.0, opens=date(2028, 8, 1)),
    # plenty next door, nothing in Dornfelde, hardly enough in Möwensiel
    Facility("k5", "kita", "u3", "Kita Buche", f"{B}.01", 150.0),
    Facility("k6", "kita", "u3", "Kita Hafen", f"{E}.01", 145.0),
    Facility("k7", "kita", "3-6", "Kita Hafen", f"{E}.01", 450.0),
    Facility("k8", "kita", "3-6", "Kita Möwe", f"{A}.02", 700.0),
    *(Facility("s", "primary_school", grade, "Grundschule am Markt", f"{A}.01", 200.0) for grade in "1234"),
    Facility("p1", "doctors", "gp", "Praxis am Wall", f"{A}.01", 8.5),
    Facility("p2", "doctors", "gp", "Praxis Nord", f"{B}.02", 6.0),
    Facility("f1", "fire", "", "Feuerwehr Ahrenstadt", f"{A}.01", 1.0, opens=date(2031, 1, 1)),
)


def write_invented_needs(public: Path, *, reach: bool = False) -> None:
    """Write the needs of the outlook in force, and with `reach` who is reached in time."""
    folder = (public / "outlook").resolve()
    outlook, region = read_outlook(folder), load_region(public / "current" / "region")
    offer = Offer(_services(), FACILITIES)
    moved = drivers(**outlook.drivers)
    needs = weigh_offer(offer, read_model(folder), moved, outlook.widths, region, draws=64, seed=1)
    write_needs(needs, folder / NEEDS)
    if reach:
        write_reach([_reach(outlook.parents)], folder / "reach.json")
        write_access([_access(outlook.units, outlook.parents)], folder / ACCESS)


def _services() -> tuple[Service, ...]:
    with as_file(files("allmende.parameters") / "demo_services") as folder:
        demo = load_services(folder)
    return (*(one for one in demo if one.id != "care"), *(one for one in load_services() if one.id == "care"))


def _reach(parents: Sequence[str]) -> ServiceReach:
    towns = tuple(dict.fromkeys(parents))
    areas = (
        Reached("region", 6000.0, 5400.0, 150.0),
        *(Reached(town, 1000.0, 999.0 - 200 * at, 150.0 * (at == 0)) for at, town in enumerate(towns)),
    )
    stage = Stage("2024-12-31", 2024, 1, areas, ())
    title = {"de": "Feuerwehr", "en": "Fire cover"}
    return ServiceReach("fire", title, 10, 4, 0.9, ASSUMPTION, True, 500, 2024, 0.0, (stage,))


def _access(units: Sequence[str], parents: Sequence[str]) -> ServiceAccess:
    """Every area has less than the one before it, and a year later a little less again."""
    keys = ("region", *dict.fromkeys([*parents, *units]))
    years = tuple(
        Year(
            year,
            2,
            14.5,
            tuple(
                Served(key, 1000.0, 1000.0 - 40 * at, 0.6, 1.3 - 0.05 * (at + late), 800.0 if key == "region" else None)
                for at, key in enumerate(keys)
            ),
        )
        for late, year in enumerate((2025, 2026))
    )
    title, unit = {"de": "Hausärzte", "en": "General practitioners"}, {"de": "Versorgungsaufträge", "en": "full-time practices"}
    return ServiceAccess(
        "doctors",
        title,
        unit,
        15,
        0.9,
        ASSUMPTION,
        ((10.0, 1.0), (20.0, 0.68)),
        True,
        500,
        2024,
        0.0,
        ("Praxis am Wall",),
        years,
    )
