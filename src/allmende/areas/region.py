"""Regions: municipalities, and the districts that each of them defines below itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from allmende.errors import AllmendeError

REGION_FILES = ("region.toml", "districts.csv", "municipalities.geojson", "districts.geojson")
"""The files of a region folder; whatever else lies there is not part of the region."""

UNLOCATED_CODE = "unlocated"
"""Code of the district, `<ags>.unlocated`, of whoever could not be placed."""


@dataclass(frozen=True, slots=True)
class Municipality:
    """A member of a region.

    `kind` is its title (Stadt, Flecken, Gemeinde); `levels` names its own levels from the coarsest to the finest, none to
    three of them, such as ("Stadtteil", "Ortsteil"). District level 1 is `levels[0]`.
    """

    ags: str
    name: str
    land: str
    kind: str
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class District:
    """A part of a municipality: `key` is `<ags>.<code>`, `parent` the key one level up, "" for the municipality."""

    key: str
    code: str
    name: str
    level: int
    parent: str
    ags: str


@dataclass(frozen=True, slots=True)
class Region:
    """Municipalities that work together, with their districts, valid at one date of territory.

    Each municipality is divided completely on each of its levels: a district of level l > 1 has a parent on level l-1, and
    every district above the finest level has parts. `name` has the languages "de" and "en".
    """

    id: str
    name: Mapping[str, str]
    fictional: bool
    territory_date: date
    attribution: str
    municipalities: tuple[Municipality, ...]
    districts: tuple[District, ...]
    _municipality: dict[str, Municipality] = field(init=False, repr=False, compare=False)
    _district: dict[str, District] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_municipality", {m.ags: m for m in self.municipalities})
        object.__setattr__(self, "_district", {d.key: d for d in self.districts})

    def municipality(self, ags: str) -> Municipality:
        """Return a member by its AGS."""
        if ags not in self._municipality:
            raise AllmendeError(
                f"Municipality {ags} does not belong to the region {self.id!r}.",
                expected=f"one of its {len(self.municipalities)} members",
                todo="Correct the AGS, or add the municipality to region.toml.",
            )
        return self._municipality[ags]

    def district(self, key: str) -> District:
        """Return a district by its key."""
        if key not in self._district:
            raise AllmendeError(
                f"There is no district {key!r} in the region {self.id!r}.",
                expected="a key of districts.csv, <ags>.<code>",
                todo="Correct the key, or add the district to districts.csv.",
            )
        return self._district[key]

    def level(self, ags: str, level: int) -> tuple[District, ...]:
        """Return a municipality's districts of one level, in the order of districts.csv."""
        return tuple(d for d in self.districts if d.ags == ags and d.level == level)

    def finest(self, ags: str) -> tuple[District, ...]:
        """Return a municipality's districts of its finest level; none if it defines no levels."""
        return self.level(ags, len(self.municipality(ags).levels))

    def ancestor(self, district_key: str, level: int) -> str:
        """Return the key of the district of `level` around a district; level 0 is the municipality (its AGS).

        The unlocated district of a municipality is its own ancestor on every level but 0.
        """
        ags, _, code = district_key.partition(".")
        if code == UNLOCATED_CODE:
            return self.municipality(ags).ags if level == 0 else district_key
        district = self.district(district_key)
        if not 0 <= level <= district.level:
            raise AllmendeError(
                f"District {district_key!r} is of level {district.level} and has no ancestor of level {level}.",
                expected=f"a level from 0 (the municipality) to {district.level}",
                todo="Ask for a level at or above the district's own.",
            )
        while district.level > max(level, 1):
            district = self.district(district.parent)
        return district.key if level else district.ags
