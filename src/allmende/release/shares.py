"""What offices protected at the source, as far as it is what the catalogue names: their shares of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from allmende.areas.hierarchy import Region
from allmende.cubes import Column, ReleasedCube
from allmende.cubes.columns import TOTAL, Ints
from allmende.cubes.publication import Words
from allmende.cubes.released import TableNote
from allmende.hub import Hub
from allmende.release.catalogue import Table
from allmende.release.note import note_of
from allmende.release.tabulate import ends_window, members

YEARS_APART = 10_000
"""A pair of area and year is one number: the area's code times this plus the year."""

SAME = ("cube", "geography", "dimensions", "key_date", "age_date", "territory_date", "exact", "pooled", "residence")
"""Fields of a note that decide what a table counts; the others are words."""


NEVER = Words("schützt selbst und hat sie nicht geliefert", "protects at the source and did not deliver it")
NOT_THEN = Words(
    "schützt selbst; für diese Jahre ist nichts da: nicht geliefert oder zu klein",
    "protects at the source; nothing of these years: not delivered, or too small",
)


@dataclass(frozen=True, slots=True)
class Missing:
    """Municipalities (AGS) that a release lacks, wholly or in part, in a table and in years (none: in all), and why."""

    table: str
    areas: tuple[str, ...]
    years: tuple[int, ...]
    why: Words

    def sentence(self, language: str, names: Mapping[str, str]) -> str:
        """Return one line for people; `names` are those of the municipalities."""
        first, last = (self.years[0], self.years[-1]) if self.years else (0, 0)
        whole = len(self.years) > 1 and last - first == len(self.years) - 1
        years = f" {first}–{last}" if whole else "".join(f" {year}" for year in self.years)
        return f"{self.table}{years}, {', '.join(names.get(ags, ags) for ags in self.areas)}: {self.why[language]}"


@dataclass(frozen=True, slots=True)
class Share:
    """One office's protected part of a table, in the catalogue's margins and labels."""

    ags: str
    cube: ReleasedCube

    @property
    def years(self) -> frozenset[int]:
        """The years that it speaks of."""
        return frozenset(year for years in self.cube.areas.values() for year in years)


@dataclass(frozen=True, slots=True)
class Shares:
    """A table's shares; `offices` are all municipalities (AGS) whose office protects at the source."""

    table: Table
    offices: tuple[str, ...]
    parts: tuple[Share, ...]
    missing: tuple[Missing, ...]


def gather_shares(hub: Hub, table: Table) -> Shares:
    """Collect what offices delivered of a table at the source, and say in words what they did not, or not so."""
    offices = tuple(office.ags for office in hub.settings.offices if office.mode == "at-source")
    came = tuple(hub.store.tables(table.id))
    parts, missing = [], []
    for ags, cube in came:
        note = note_of(table, hub.region, hub.store.manifests(), [first for _, first in came])
        why = _misfit(cube, table, note, hub.region)
        if why:
            missing.append(Missing(table.id, (ags,), tuple(sorted(Share(ags, cube).years)), why))
        else:
            parts.append(Share(ags, _fitted(cube, table, hub.region)))
    never = tuple(ags for ags in offices if ags not in {ags for ags, _ in came})
    if never:
        missing.append(Missing(table.id, never, (), NEVER))
    return Shares(table, offices, tuple(parts), tuple(missing))


def _misfit(cube: ReleasedCube, table: Table, note: TableNote, region: Region) -> Words | None:
    """Say why a delivered table is not the one that the catalogue names, if so."""
    other = [field for field in SAME if getattr(cube.note, field) != getattr(note, field)]
    if other:
        listed = ", ".join(f"{field} {getattr(cube.note, field)!r}" for field in other)
        return Words(f"in anderer Gliederung geschützt ({listed})", f"protected in another detail ({listed})")
    strangers = [name for name in table.names if set(cube[name].labels or ()) - set(members(name, table, region))]
    if strangers:
        listed = ", ".join(strangers)
        return Words(f"mit anderen Ausprägungen geschützt ({listed})", f"protected with other members ({listed})")
    lacking = [margin for margin in table.margins if margin not in cube.margins()]
    if lacking and len(cube):
        # a margin that is not there is unknown, not 0
        listed = ", ".join(" × ".join(margin) or "total" for margin in lacking)
        return Words(f"ohne diese Randsummen geschützt ({listed})", f"protected without these margins ({listed})")
    return None


def _fitted(cube: ReleasedCube, table: Table, region: Region) -> ReleasedCube:
    """Keep what the catalogue publishes: its margins, complete windows, areas that reach its least count."""
    area, year = cube["area"], cube["year"]
    dimensions = [cube[name].relabel(members(name, table, region)) for name in table.names]
    margin = sum(((column.codes != TOTAL).astype(np.int64) << place for place, column in enumerate(dimensions)), np.int64(0))
    published = [sum(1 << table.names.index(name) for name in names) for names in table.margins]
    kept = np.isin(margin, published) & ends_window(year.codes, table.pooled)
    years = {label: tuple(y for y in own if ends_window(y, table.pooled)) for label, own in cube.areas.items()}
    if table.min_parent and not table.exact_totals:
        pairs = area.codes * YEARS_APART + year.codes
        reached = np.unique(pairs[kept & (margin == 0) & (cube.value >= table.min_parent)])
        kept &= np.isin(pairs, reached)
        years = by_area(area, reached)
    columns = (area, year, *dimensions)
    areas = {label: own for label, own in years.items() if own}
    return ReleasedCube(tuple(column.take(kept) for column in columns), cube.value[kept], cube.note, areas)


def by_area(area: Column, pairs: Ints) -> dict[str, tuple[int, ...]]:
    """Return the years of each area, of pairs coded as area times `YEARS_APART` plus year."""
    years: dict[str, list[int]] = {}
    for code, year in zip(*(each.tolist() for each in np.divmod(pairs, YEARS_APART)), strict=True):
        years.setdefault((area.labels or ())[code], []).append(year)
    return {label: tuple(sorted(years[label])) for label in sorted(years)}
