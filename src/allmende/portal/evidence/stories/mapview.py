"""What a map shows of a place, and the words of its areas and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

import numpy as np
from django.http import QueryDict
from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.evidence import mapping, outlines
from allmende.portal.evidence.page import address
from allmende.portal.evidence.reader import Reader
from allmende.portal.page import Choice, pick, years_choice
from allmende.portal.places import Place

CHANGE = "veraenderung"


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A measure inside a place: the areas, the limits of its classes, the class of each area ("c0" … "d4", "none").

    A release never changes, so equal choices give the very same view, and what is made of it may be kept.
    """

    place: Place
    found: mapping.Measured
    keys: tuple[str, ...]
    limits: tuple[float, ...]
    classes: Mapping[str, str]

    def query(self) -> str:
        """Return the choices as they stand in the address."""
        return urlencode({"ebene": self.found.geography, "mass": self.found.measure, "jahr": self.found.year})

    @property
    def grid(self) -> bool:
        """Whether the areas are grid cells."""
        return self.found.geography.startswith("grid_")

    @property
    def incomplete(self) -> bool:
        """Whether an area is not published."""
        return "none" in self.classes.values()


def choose(reader: Reader, place: Place, query: QueryDict) -> View | None:
    """Read the choices of the address; None if nothing can be drawn for this place."""
    levels = _levels(reader, place)
    if not levels:
        return None
    level = pick(query, "ebene", levels, levels[0])
    offered = mapping.measures(reader, level)
    name = pick(query, "mass", offered, offered[0])
    years = mapping.years(reader, level)
    return _look(reader, place, level, name, int(pick(query, "jahr", [str(y) for y in years], str(years[-1]))))


def choices(reader: Reader, view: View) -> tuple[Choice, ...]:
    """Return what else may be chosen."""
    level, found = view.found.geography, view.found
    words = [(value, str(mapping.MEASURES[value])) for value in mapping.measures(reader, level)]
    return (
        Choice("ebene", _("Gebiete"), [(value, mapping.level_name(value)) for value in _levels(reader, view.place)], level),
        Choice("mass", _("Was wird gezeigt?"), words, found.measure),
        years_choice("jahr", _("Jahr"), mapping.years(reader, level), found.year),
    )


def area_name(reader: Reader, key: str) -> str:
    """Return the name of an area; a grid cell's is its INSPIRE name."""
    return key if key.startswith("CRS") else reader.shelf.atlas.place(key, wording.language()).name


def area_address(reader: Reader, key: str) -> str:
    """Return the address of an area's page."""
    return address("gebiet", reader.shelf.atlas.place(key, wording.language()))


def written(view: View, key: str, *, unit: bool = False) -> str:
    """Write the value of an area, with the per cent sign if `unit` and the measure has one."""
    value = view.found.values.get(key)
    if value is None or not np.isfinite(value):
        return _("nicht veröffentlicht")
    whole = view.found.measure in ("bevoelkerung", "dichte")
    words = wording.signed(value, 1) if view.found.measure == CHANGE else wording.number(value, 0 if whole else 1)
    return wording.per_cent(words) if unit and not whole else words


def _levels(reader: Reader, place: Place) -> list[str]:
    return [level for level in mapping.levels(reader) if _fits(level, place, reader)]


def _fits(level: str, place: Place, reader: Reader) -> bool:
    return place.kind == "region" if level == "municipality" else bool(outlines.inside(reader, level, place))


@lru_cache(maxsize=256)
def _look(reader: Reader, place: Place, level: str, name: str, year: int) -> View | None:
    found = mapping.measure(reader, level, name, year, outlines.km2(reader))
    if found is None:
        return None
    keys = outlines.inside(reader, level, place)
    shown = {key: found.values[key] for key in keys if key in found.values and np.isfinite(found.values[key])}
    limits = mapping.classes(shown, around_zero=name == CHANGE)
    letter = "d" if name == CHANGE else "c"
    numbers = mapping.classes_of(list(shown.values()), limits)
    classes = dict.fromkeys(keys, "none") | {key: f"{letter}{number}" for key, number in zip(shown, numbers, strict=True)}
    return View(place, found, keys, tuple(limits), classes)
