"""The look ahead as pages read it: the outlook in force or an earlier one, its figures and model kept in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.needs.services import KINDS
from allmende.outlook.cells.file import CELLS, CellsAhead, read_cells
from allmende.outlook.fans import fan_out
from allmende.outlook.folder import CURRENT, DESCRIPTION, LEVELS, OUTLOOKS, Outlook, read_model, read_outlook
from allmende.outlook.needs import REGION, ServiceNeeds
from allmende.outlook.needs_file import NEEDS, read_needs
from allmende.outlook.running import outlook_drivers
from allmende.outlook.services import needed_bands
from allmende.outlook.unusable import UnusableOutlook, WithdrawnRelease, released_under
from allmende.outlook.weighing import band_of
from allmende.portal.places import Place
from allmende.projection.bands import Band
from allmende.projection.draws import Draws, draw
from allmende.projection.model import Model

Floats = NDArray[np.float64]

DRAWS = 64
"""Futures that a page draws by itself: four blocks of the kernel, within the time of a page."""
EVERYBODY = Band("all", 0, 100)


@dataclass(frozen=True, slots=True)
class Fan:
    """One band of one place: what was counted, and the quantiles of what may come, by probability."""

    past: tuple[tuple[int, float], ...]
    years: tuple[int, ...]
    quantiles: dict[float, list[float]]

    def at(self, year: int) -> dict[float, float]:
        """Return the quantiles of one year."""
        row = self.years.index(year)
        return {level: values[row] for level, values in self.quantiles.items()}

    @property
    def base(self) -> float:
        """The last figure that was counted."""
        return self.past[-1][1]


class Ahead:
    """One outlook, opened. Places are named by their keys; the region may be named by its id."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.outlook: Outlook = read_outlook(folder)
        self._positions = {key: at for at, key in enumerate(self.outlook.areas)}

    @cached_property
    def model(self) -> Model:
        """The model that levers act on."""
        return read_model(self.folder)

    @cached_property
    def needs(self) -> tuple[ServiceNeeds, ...]:
        """The needs that were weighed, services in the order of their kinds; none where no facilities were known."""
        if not (self.folder / NEEDS).is_file():
            return ()
        return tuple(sorted(read_needs(self.folder / NEEDS), key=lambda one: (KINDS.index(one.service.kind), one.service.id)))

    @cached_property
    def cells(self) -> tuple[CellsAhead, ...]:
        """What is told of grid cells, by size; nothing where the release has none."""
        return read_cells(self.folder / CELLS)

    @cached_property
    def middle(self) -> Draws:
        """The futures of the middle variant that scenarios are compared with, draw by draw."""
        return self.draw(self.model)

    def draw(self, model: Model) -> Draws:
        """Draw futures of a model, its bands and the ages of services: the same innovations for every model of this outlook."""
        outlook, weighed = self.outlook, [each.service for each in self.needs if each.areas]
        bands = (*outlook.bands, *map(band_of, needed_bands(weighed)))
        return draw(model, outlook_drivers(outlook), bands, draws=DRAWS, seed=outlook.seed)

    def knows(self, place: Place) -> bool:
        """Return whether the outlook says something about a place."""
        return self.key(place) in self._positions

    def key(self, place: Place) -> str:
        """Return a place as the outlook names it."""
        return REGION if place.kind == "region" else place.key

    def row(self, place: Place) -> int:
        """Return the position of a place in `outlook.areas`."""
        return self._positions[self.key(place)]

    @cached_property
    def sums(self) -> Floats:
        """The matrix that sums units to areas [R, M]."""
        return self.outlook.totals().astype(np.float64)

    def band(self, name: str) -> Band:
        """Return a band by its name."""
        return next(band for band in self.outlook.bands if band.name == name)

    def fan(self, place: Place, name: str) -> Fan:
        """Return what was and what may come of a band in a place."""
        outlook, row = self.outlook, self.row(place)
        at = [band.name for band in outlook.bands].index(name)
        counted = _in_band(outlook.past, self.band(name)) @ self.sums[row]
        past = tuple(zip(outlook.past_years, counted.tolist(), strict=True))
        quantiles = {
            level: outlook.fan[q, :, row, at].astype(np.float64).tolist() for q, level in enumerate(LEVELS)
        }  # fmt: skip
        return Fan(past, outlook.years, quantiles)

    def path(self, place: Place, variant: str, band: Band = EVERYBODY) -> Floats:
        """Return the central path of a variant [T + 1]."""
        found: Floats = self.paths(variant, band) @ self.sums[self.row(place)]
        return found

    def paths(self, variant: str, band: Band = EVERYBODY) -> Floats:
        """Return the central path of a variant for all units [T + 1, M]."""
        return _in_band(self.outlook.population[self.variant(variant)], band)

    def counted(self, band: Band) -> Floats:
        """Return the last figures that were counted, by area [R]."""
        last: Floats = self.sums @ _in_band(self.outlook.past[-1:], band)[0]
        return last

    def variant(self, name: str) -> int:
        """Return the position of a variant."""
        return [variant.id for variant in self.outlook.variants].index(name)

    def people(self, place: Place, year: int, variant: str) -> Floats:
        """Return people by sex (female, male) and single age [2, A], counted up to the base year, projected after it."""
        outlook = self.outlook
        if year in outlook.past_years:
            source = outlook.past[outlook.past_years.index(year)]
        else:
            source = outlook.population[self.variant(variant), outlook.years.index(year)]
        found: Floats = np.einsum("m,msa->sa", self.sums[self.row(place)], source)
        return found

    def ages_between(self, place: Place, year: int, step: int) -> tuple[Floats, Floats]:
        """Return the ends of the 80 % interval by sex and group of `step` ages [2, groups], widened as the past taught."""
        low, high = _ends_by_age(self, year, step)[:, self.row(place)]
        return low.reshape(2, -1), high.reshape(2, -1)

    def too_small(self, place: Place) -> bool:
        """Return whether statements by single ages carry no weight here."""
        outlook = self.outlook
        return place.key in outlook.too_small or bool(self.counted(EVERYBODY)[self.row(place)] < outlook.threshold)


def ahead(audiences: Collection[str], outlook: str = "") -> Ahead | None:
    """Return the outlook in force, or another one by its id; None if there is none, or none that these audiences may read.

    Raises `UnusableOutlook` if its files cannot be read, `WithdrawnRelease` if the release that it was made from is gone.
    """
    public: Path = settings.ALLMENDE_PUBLIC
    if outlook and outlook not in outlooks():
        return None
    folder = public / OUTLOOKS / outlook if outlook else public / CURRENT
    description = folder / DESCRIPTION
    if not description.is_file():
        return None
    found = _open(folder.resolve(), description.stat().st_mtime_ns)
    if found.outlook.audience not in audiences:
        return None
    released_under(public, found.outlook.release, found.outlook.id)
    return found


def readable(audiences: Collection[str], outlook: str = "") -> Ahead | None:
    """Return an outlook as `ahead` does, None also if it cannot be read any more or its release was withdrawn."""
    try:
        return ahead(audiences, outlook)
    except (UnusableOutlook, WithdrawnRelease):
        return None


def outlooks() -> list[str]:
    """Return the ids of all outlooks in the public folder."""
    folder: Path = settings.ALLMENDE_PUBLIC / OUTLOOKS
    return sorted(path.name for path in folder.iterdir() if (path / DESCRIPTION).is_file()) if folder.is_dir() else []


def warm_up() -> None:
    """Compile the kernel and draw once, so that the first planner need not wait; without an outlook do nothing."""
    try:
        found = ahead(("public", "member"))
    except AllmendeError:
        return
    if found is not None:
        _ = found.middle


@lru_cache(maxsize=3)
def _open(folder: Path, changed: int) -> Ahead:
    return Ahead(folder)


@lru_cache(maxsize=16)
def _ends_by_age(found: Ahead, year: int, step: int) -> Floats:
    """Return both ends of the 80 % interval of all areas by sex and group of ages [2 ends, R, 2 sexes × groups]."""
    outlook = found.outlook
    bands = [Band(f"{sex} {low}", low, min(low + step - 1, 100), sex) for sex in (0, 1) for low in range(0, 101, step)]
    moved, years = outlook_drivers(outlook), (outlook.years[0], year)
    drawn = draw(found.model, moved, [EVERYBODY, *bands], years=years, draws=DRAWS, seed=outlook.seed)
    fan = fan_out(drawn, outlook.areas, outlook.parents, outlook.widths)[:, 1, :, 1:]
    return np.stack([fan[LEVELS.index(0.1)], fan[LEVELS.index(0.9)]])


def _in_band(people: NDArray[np.float32], band: Band) -> Floats:
    """Sum [T, M, 2, A] over the ages and sexes of a band [T, M]."""
    sexes: Sequence[int] | slice = slice(None) if band.sex is None else slice(band.sex, band.sex + 1)
    found: Floats = people[:, :, sexes, band.low : band.high + 1].sum(axis=(2, 3), dtype=np.float64)
    return found
