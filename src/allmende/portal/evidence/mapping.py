"""What a map shows: a measure for every area of one geography and year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext, gettext_lazy

from allmende.areas.grid import SIZES
from allmende.portal.evidence.reader import Reader, share
from allmende.portal.public import Table

LEVELS = ("municipality", "district", "district_1", "district_2", "district_3", *(f"grid_{size}" for size in reversed(SIZES)))
"""Geographies that can be drawn, the coarsest first."""

MEASURES = {
    "bevoelkerung": gettext_lazy("Einwohnerzahl"),
    "dichte": gettext_lazy("Einwohner je km²"),
    "veraenderung": gettext_lazy("Veränderung in %"),
    "junge": gettext_lazy("Junge Menschen in %"),
    "aeltere": gettext_lazy("Ältere ab 65 in %"),
    "ausland": gettext_lazy("Nur ausländisch in %"),
}
"""Measures by their word in the address."""

GEOGRAPHIES = {
    "region": gettext_lazy("Region"),
    "municipality": gettext_lazy("Gemeinden"),
    "district": gettext_lazy("Ortsteile"),
    "district_1": gettext_lazy("Ortsteile, obere Ebene"),
    "district_2": gettext_lazy("Ortsteile, zweite Ebene"),
    "district_3": gettext_lazy("Ortsteile, dritte Ebene"),
}
"""What the areas with an outline are called."""

REACHES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
"""Where the outer classes of a change may begin, in per cent; the inner ones begin at a fifth of it."""

SHARES = {
    "junge": (("age", "broad", "0-17"), ("age", "three", "0-19")),
    "aeltere": (("age", "broad", "65+"), ("age", "three", "65+")),
    "ausland": (("nationality", "", "other"),),
}
"""Shares by measure: the dimension, its classification and the member; the first that is published answers."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A value per area of one geography and year; an area that is not in `values` is not published."""

    geography: str
    measure: str
    year: int
    values: Mapping[str, float]
    table: Table


def levels(reader: Reader) -> list[str]:
    """Return the geographies that can be drawn for the visitor, each set of areas once."""
    known = reader.geographies()
    single = "district" in known and "district_2" not in known
    return [level for level in LEVELS if level in known and not (single and level == "district_1")]


def measures(reader: Reader, geography: str) -> list[str]:
    """Return the measures that the tables of a geography support."""
    plain = reader.covering("stock", geography, {})
    grid = geography.startswith("grid_")
    found = ["bevoelkerung", *([] if grid else ["dichte"]), "veraenderung"] if plain else []
    return found + [name for name in SHARES if _share_of(reader, geography, name)]


def measure(reader: Reader, geography: str, name: str, year: int, km2: Mapping[str, float]) -> Measured | None:
    """Compute a measure for every published area; `km2` are the areas' sizes. None if no table supports it."""
    shared = _share_of(reader, geography, name)
    table = shared[0] if shared else reader.covering("stock", geography, {})
    if table is None:
        return None
    whole = table.at(year, {})
    if shared:
        part = table.at(year, shared[1])
        values = {area: 100 * share(part.get(area, 0), total) for area, total in whole.items() if total > 0}
    elif name == "veraenderung":
        before = table.at(table.all_years[0], {})
        values = {area: 100 * (total / before[area] - 1) for area, total in whole.items() if before.get(area, 0) > 0}
    elif name == "dichte":
        values = {area: total / km2[area] for area, total in whole.items() if area in km2}
    else:
        values = {area: float(total) for area, total in whole.items()}
    return Measured(geography, name, year, values, table)


def years(reader: Reader, geography: str) -> tuple[int, ...]:
    """Return the years of a geography's plainest table."""
    table = reader.covering("stock", geography, {})
    return table.all_years if table else ()


def classes(values: Mapping[str, float], *, around_zero: bool) -> list[float]:
    """Return the upper limits of all classes but the last: about equal numbers of areas in each, at round values.

    >>> classes({str(i): float(i) for i in range(101)}, around_zero=False)
    [20.0, 40.0, 60.0, 80.0]
    """
    numbers = np.array([value for value in values.values() if np.isfinite(value)])
    if not len(numbers):
        return []
    if around_zero:
        usual = float(np.quantile(np.abs(numbers), 0.75))
        reach = next((step for step in REACHES if step >= usual * 0.6), REACHES[-1])
        return [-reach, -reach / 5, reach / 5, reach]
    limits = [_nice(float(limit)) for limit in np.quantile(numbers, [0.2, 0.4, 0.6, 0.8])]
    return sorted(set(limits))


def classes_of(values: Sequence[float], limits: Sequence[float]) -> list[int]:
    """Return the class of each value, 0 the lowest; a value on a limit belongs to the class above it.

    >>> classes_of([-7.0, 2.0, 5.0], [-5.0, 5.0])
    [0, 1, 2]
    """
    found: list[int] = np.searchsorted(limits, values, side="right").tolist()
    return found


def level_name(geography: str) -> str:
    """Return what the areas of a geography are called."""
    if geography.startswith("grid_"):
        size = int(geography[5:])
        return gettext("Raster %(size)s") % {"size": f"{size} m" if size < 1000 else f"{size // 1000} km"}
    return str(GEOGRAPHIES[geography])


def _share_of(reader: Reader, geography: str, name: str) -> tuple[Table, dict[str, str]] | None:
    for dimension, bands, member in SHARES.get(name, ()):
        table = reader.covering("stock", geography, {dimension: bands})
        if table:
            return table, {dimension: member}
    return None


def _nice(value: float) -> float:
    if value == 0:
        return 0.0
    magnitude = 10.0 ** (np.floor(np.log10(abs(value))) - 1)
    return float(round(value / magnitude) * magnitude)
