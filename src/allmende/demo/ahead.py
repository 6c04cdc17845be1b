"""The demo's look ahead: what a region's planners would say beforehand, and make of its release."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np

from allmende.areas.hierarchy import load_region
from allmende.cubes.publication import current, read_publication
from allmende.demo.facilities import read_units
from allmende.demo.facilities_plan import TODAY
from allmende.demo.steps import Advance
from allmende.files import write_whole
from allmende.needs.services import Span
from allmende.outlook.apart import COLUMNS, SPECIAL, hold_apart, read_span
from allmende.outlook.folder import LEVELS, write_outlook
from allmende.outlook.past import TooCoarse, find_places
from allmende.outlook.running import LookAhead, look_ahead
from allmende.outlook.settings import keep_settings, settings_of
from allmende.outlook.sources import released
from allmende.outlook.totals import with_totals
from allmende.parameters import load


def choose(public: Path) -> None:
    """Let the public folder keep the demo's own settings."""
    keep_settings(files("allmende.parameters").joinpath("demo_outlook.toml").read_bytes(), public)


def tell_apart(region_folder: Path, public: Path) -> None:
    """Write into the public folder who lives in barracks and homes: as many as there are, never more than the release has."""
    region, told = load_region(region_folder), load("demo_special")
    units = read_units(read_publication(current(public)), region, find_places(region).units)
    lines = [";".join(COLUMNS)]
    for each in told["special"]:
        span = Span(*read_span(each["age"]), each["sex"] or "all")
        unit = max((unit for unit in units if unit.ags == each["ags"]), key=lambda unit: unit.people(span))
        persons = min(each["persons"], int(told["share"] * unit.people(span)))
        fields = (each["kind"], unit.key, each["sex"], each["age"], persons, each["source"], f"{TODAY}-12-31")
        lines += [";".join(map(str, fields))] if persons else []
    write_whole(public / SPECIAL, ("\n".join(lines) + "\n").encode())


def foresee(public: Path, advance: Advance) -> tuple[str, str]:
    """Look ahead from the release in force and put the outlook in force; say in words if the release is too coarse for it."""
    try:
        found = look_ahead(with_totals(hold_apart(released(public), public), public), settings_of(public), advance)
    except TooCoarse as lacking:
        return f"Übersprungen, die Ausgabe ist zu grob: {lacking.de}", f"Skipped, the release is too coarse: {lacking.en}"
    write_outlook(found.outlook, found.model, found.needs, public, found.cells)
    return _words(found)


def _words(found: LookAhead) -> tuple[str, str]:
    outlook = found.outlook
    region, year = len(outlook.areas) - 1, outlook.years[-1]
    low, middle, high = (f"{np.round(outlook.fan[LEVELS.index(level), -1, region, 0], -2):,.0f}" for level in (0.1, 0.5, 0.9))
    weighed = [needs.areas["region"].balance for needs in found.needs if needs.areas]
    short = sum(bool(balance.first_year(0.5).any()) for balance in weighed)
    cells = sum(len(grid.cells) for grid in found.cells)
    people_de = f"{middle} Menschen (80 %: {low} bis {high})".replace(",", ".")
    de = f"{short} von {len(weighed)} Leistungen werden in der Region knapp; {cells} Rasterzellen eingeordnet"
    en = f"{short} of {len(weighed)} services will be short in the region; {cells} grid cells classified"
    return f"{year}: {people_de}; {de}", f"{year}: {middle} people (80 %: {low} to {high}); {en}"
