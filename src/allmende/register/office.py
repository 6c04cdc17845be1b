"""An office's own files: named on the command line, else in its profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from allmende.areas.geometry import read_geojson
from allmende.areas.hierarchy import Municipality, Region, load_region
from allmende.errors import AllmendeError
from allmende.register.houses import read_houses
from allmende.register.keydates import KeyDateRule
from allmende.register.profile import Profile, load_profile
from allmende.register.reading import LIMIT_MB
from allmende.register.run import Run, Source

HOUSES_CRS = "EPSG:25832"


@dataclass(frozen=True, slots=True)
class Office:
    """A profile and where it lies: files that its section [office] names are relative to it."""

    path: Path
    profile: Profile

    @classmethod
    def load(cls, path: Path) -> Office:
        """Read the profile of an office."""
        return cls(path, load_profile(path))

    def optional(self, name: str, given: Path | None) -> Path | None:
        """Return the file given, else the one that [office] names, else None."""
        named = self.profile.office.get(name)
        return given or (self.path.parent / named if named else None)

    def file(self, name: str, given: Path | None) -> Path:
        """Return the file given, else the one that [office] names; raises AllmendeError if there is neither."""
        found = self.optional(name, given)
        if found is None:
            raise AllmendeError(
                f"Nothing says which file is the {name.replace('_', ' ')}.",
                where=str(self.path),
                expected=f'--{name.replace("_", "-")} FILE, or a line {name} = "…" in the profile\'s section [office]',
                todo="Give one of them.",
            )
        return found


def load_run(
    office: Office,
    extract: Path,
    *,
    year: int,
    rules: Sequence[str] = ("12-31",),
    as_of: date | None = None,
    events: Path | None = None,
    previous: Path | None = None,
    ags: str = "",
    region: Path | None = None,
    houses: Path | None = None,
    houses_crs: str = "",
    max_size_mb: int = LIMIT_MB,
    anywhere: bool = False,
) -> Run:
    """Read all files of a run.

    `anywhere` allows to leave out which municipality of which region this is: `region.id` is "" then, and nothing that
    needs them is checked. Polygons of districts are taken from the region folder's districts.geojson, if it is there.
    """
    profile, place, own, folder = _place(office, ags, region, anywhere)
    if events and not profile.events:
        raise AllmendeError(
            "The profile does not say how to read events.",
            where=str(office.path),
            expected="a section [events]",
            todo="Add it (docs/formats/register-import.md has whole examples), or leave --events out.",
        )

    def load(path: Path) -> Source:
        return Source.load(path, max_size_mb)

    house_file = office.optional("houses", houses)
    crs = houses_crs or office.profile.office.get("houses_crs", HOUSES_CRS)
    districts = folder / "districts.geojson" if folder else None
    return Run(
        extract=load(extract),
        profile=profile,
        region=place,
        ags=own,
        year=year,
        rules=tuple(KeyDateRule.parse(rule) for rule in rules),
        as_of=as_of,
        events=load(events) if events else None,
        previous=load(previous) if previous else None,
        houses=read_houses(load(house_file).data, house_file.name, own, crs) if house_file else None,
        shapes=read_geojson(districts, "key") if districts and districts.exists() else None,
    )


def _place(office: Office, ags: str, region: Path | None, anywhere: bool) -> tuple[Profile, Region, str, Path | None]:
    """Return the profile, the region, the municipality and the region's folder; stand-ins where nothing says them."""
    own = ags or office.profile.office.get("ags", "")
    folder = office.optional("region", region)
    if own and folder:
        place = load_region(folder)
        return office.profile, place, place.municipality(own).ags, folder
    if not anywhere:
        raise AllmendeError(
            "Nothing says which municipality of which region this is.",
            where=str(office.path),
            expected="--ags AGS and --region FOLDER, or the lines ags and region in the profile's section [office]",
            todo="Give both.",
        )
    profile, place = _anywhere(office.profile, own)
    return profile, place, place.municipalities[0].ags, None


def _anywhere(profile: Profile, ags: str) -> tuple[Profile, Region]:
    """Return the profile without the fields that only a region gives a meaning, and a stand-in for the region."""
    stand_in = Municipality(ags or "00000000", "", "", "")
    blind = replace(
        profile,
        stock={name: place for name, place in profile.stock.items() if name != "ags"},
        events={name: place for name, place in profile.events.items() if name != "ags"},
        crs="",
    )
    return blind, Region("", {"de": "", "en": ""}, False, date(1970, 1, 1), "", (stand_in,), ())
