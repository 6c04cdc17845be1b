"""Places that figures are about: region, municipality, district, grid cell; each found by the key in its address."""

from __future__ import annotations

from dataclasses import dataclass

from allmende.areas import UNLOCATED_CODE, District, Region
from allmende.areas.grid import parse_cell_id
from allmende.errors import AllmendeError


@dataclass(frozen=True, slots=True)
class Place:
    """One area: its key as tables write it, its name, what it is called, and the geographies its tables may have.

    `kind` is region, municipality, district, unlocated or grid; `title` the municipality's own word for it (Stadt,
    Ortsteil); `within` the key of the next larger place, "" for the region.
    """

    key: str
    name: str
    kind: str
    title: str
    geographies: tuple[str, ...]
    within: str = ""


class Atlas:
    """All places of a region, in the order in which people look for them."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.municipalities = [
            Place(m.ags, m.name, "municipality", m.kind, ("municipality",), region.id)
            for m in sorted(region.municipalities, key=lambda m: m.name)
        ]
        self.districts = [_district(region, d) for d in sorted(region.districts, key=lambda d: (d.ags, d.level, d.name))]
        self.unlocated = [
            Place(f"{m.ags}.{UNLOCATED_CODE}", m.name, "unlocated", "", ("district", "district_1"), m.ags)
            for m in region.municipalities
            if m.levels
        ]
        self._known = {place.key: place for place in [*self.municipalities, *self.districts, *self.unlocated]}

    def place(self, key: str, language: str) -> Place:
        """Return a place by its key; the region's name comes in the language asked for.

        Raises AllmendeError if nothing has this key.
        """
        if key in (self.region.id, "region"):
            return Place(self.region.id, self.region.name[language], "region", "", ("region",))
        if key in self._known:
            return self._known[key]
        _, size = parse_cell_id(key)
        return Place(key, key, "grid", "", (f"grid_{size}",), self.region.id)

    def find(self, key: str, language: str) -> Place | None:
        """Return a place by its key, None if nothing has it."""
        try:
            return self.place(key, language)
        except AllmendeError:
            return None

    def parts(self, place: Place) -> list[Place]:
        """Return the places directly inside a place: members of the region, districts of a municipality or a district."""
        if place.kind == "region":
            return self.municipalities
        return [district for district in self.districts if district.within == place.key]

    def whole(self, place: Place) -> tuple[str, tuple[str, ...]]:
        """Return a geography and its areas that together make a place up; no areas if it is a smallest one."""
        if place.kind == "region":
            return "municipality", tuple(m.ags for m in self.region.municipalities)
        if place.kind != "district" or "district" in place.geographies:
            return "", ()
        level = self.region.district(place.key).level
        finest = self.region.finest(place.key.partition(".")[0])
        return "district", tuple(d.key for d in finest if self.region.ancestor(d.key, level) == place.key)

    def way(self, place: Place, language: str) -> list[Place]:
        """Return the larger places around a place, the region first."""
        found: list[Place] = []
        while place.within:
            place = self.place(place.within, language)
            found.insert(0, place)
        return found


def _district(region: Region, district: District) -> Place:
    municipality = region.municipality(district.ags)
    own = (f"district_{district.level}",)
    finest = district.level == len(municipality.levels)
    title = municipality.levels[district.level - 1]
    geographies = (*own, "district") if finest else own
    return Place(district.key, district.name, "district", title, geographies, district.parent or district.ags)
