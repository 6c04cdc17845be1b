"""The demo's look ahead: what a region's planners would make of its release."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from allmende.demo.steps import Advance
from allmende.outlook.folder import LEVELS, write_outlook
from allmende.outlook.past import TooCoarse
from allmende.outlook.running import LookAhead, look_ahead
from allmende.outlook.sources import released
from allmende.parameters import load


def foresee(public: Path, advance: Advance) -> tuple[str, str]:
    """Look ahead from the release in force and put the outlook in force; say in words if the release is too coarse for it."""
    try:
        found = look_ahead(released(public), load("outlook") | load("demo_outlook"), advance)
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
