"""What a run of a registration office takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from allmende.areas.geometry import Shapes
from allmende.areas.hierarchy import Region
from allmende.cubes import BaseCube
from allmende.register.findings import Finding
from allmende.register.geocoding import Places
from allmende.register.houses import Houses
from allmende.register.identity import Identities
from allmende.register.keydates import KeyDateRule
from allmende.register.people import Events
from allmende.register.profile import Profile
from allmende.register.reading import LIMIT_MB, load_bytes
from allmende.register.stock import Stock
from allmende.register.summary import Summary

YEAR_END = KeyDateRule((12, 31), (12, 31))


@dataclass(frozen=True, slots=True)
class Source:
    """A file's name (for findings) and bytes."""

    name: str
    data: bytes = field(repr=False)

    @classmethod
    def load(cls, path: Path, limit_mb: int = LIMIT_MB) -> Source:
        """Read a file; one above the limit is refused."""
        return cls(path.name, load_bytes(path, limit_mb))


@dataclass(frozen=True, slots=True)
class Run:
    """What an office runs on.

    The `extract` shows the register on `as_of` (default: 31 December of `year`); `events` lie between the key dates and
    that day. `rules` say which key dates of `year` are wanted. `previous` is the extract of 31 December of the
    year before, for the reconciliation. `houses` and `shapes` (polygons of districts) place addresses.
    """

    extract: Source
    profile: Profile
    region: Region
    ags: str
    year: int
    rules: tuple[KeyDateRule, ...] = (YEAR_END,)
    as_of: date | None = None
    events: Source | None = None
    previous: Source | None = None
    houses: Houses | None = field(default=None, repr=False)
    shapes: Shapes | None = field(default=None, repr=False)

    @property
    def day(self) -> date:
        """Return the day whose register the extract shows."""
        return self.as_of or date(self.year, 12, 31)

    @property
    def previous_day(self) -> date:
        """Return the day whose register the previous extract shows."""
        return date(self.year - 1, 12, 31)

    @property
    def until(self) -> date:
        """Return the last day that anything in the files can be about."""
        return max([self.day, *(rule.at(self.year)[0] for rule in self.rules)])


@dataclass(frozen=True, slots=True)
class Examined:
    """What checks made of a run: findings and a summary for people; clean persons and events for aggregation.

    `stock` has entries for everybody in it, in the events and in the previous stock. `quarantine` holds per file name the
    lines that were set aside, as they were; `unplaced` the streets (and counts) that could not be found. Both are personal.
    """

    run: Run
    findings: tuple[Finding, ...]
    summary: Summary
    quarantine: dict[str, bytes] = field(repr=False)
    unplaced: tuple[tuple[str, int], ...] = field(repr=False)
    identities: Identities
    places: Places
    stock: Stock
    events: Events | None

    @property
    def usable(self) -> bool:
        """Return whether every file as a whole can be used."""
        return all(finding.severity != "fatal" for finding in self.findings)

    @property
    def clean(self) -> bool:
        """Return whether there is neither a fatal finding nor an error."""
        return all(finding.severity not in ("fatal", "error") for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Result:
    """Base cubes of a run, what was examined on the way, and the summary with the counts of every key date."""

    cubes: tuple[BaseCube, ...]
    examined: Examined
    summary: Summary
