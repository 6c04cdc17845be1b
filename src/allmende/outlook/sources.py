"""Where a look ahead gets its past from, and who may see what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from allmende.areas.hierarchy import load_region
from allmende.areas.region import Region
from allmende.cubes.publication import current, read_publication
from allmende.outlook.cells.grids import Grid, released_grids
from allmende.outlook.cells.rule import the_rule
from allmende.outlook.folder import Statement
from allmende.outlook.past import read_counts
from allmende.outlook.weighing import Offer, read_offer
from allmende.projection.counts import Counts

PUBLIC = "public"
WITHOUT_NEEDS = Statement(
    "facilities", "Ohne Bedarf: Es sind keine Einrichtungen hinterlegt", "Without needs: there are no facilities", ""
)


@dataclass(frozen=True, slots=True)
class Source:
    """A region's past as an audience may know it.

    `counts(until)` gives what was known up to a year (None: all of it); `offer` is None where needs are not weighed; cells of
    `grids` are followed with their areas; `totals` are what others have projected and the model is held to; `notes` are said
    beside what the estimate says of itself.
    """

    release: str
    audience: str
    region: Region
    counts: Callable[[int | None], Counts]
    offer: Offer | None
    grids: tuple[Grid, ...] = ()
    notes: tuple[Statement, ...] = ()
    totals: tuple[Total, ...] = ()


@dataclass(frozen=True, slots=True)
class Total:
    """Births, deaths, arrivals or departures (`component`) of one year in an area that somebody else has projected.

    `area` is a municipality, the beginning of its AGS (a Kreis), or the region; `damping` 1 reaches the total, 0 ignores it.
    """

    line: int
    year: int
    component: str
    area: str
    persons: float
    source: str
    date: str
    damping: float = 1.0


def released(public: Path) -> Source:
    """Return what everybody may know: the tables of the release in force, services and facilities of the public folder."""
    folder = current(public)
    publication, region = read_publication(folder), load_region(folder / "region")

    def counts(until: int | None) -> Counts:
        return read_counts(publication, region, (PUBLIC,), until)

    offer = read_offer(public, region, folder / "region")
    grids = released_grids(publication, region, folder / "region", the_rule().sizes)
    return Source(publication.id, PUBLIC, region, counts, offer, grids, () if offer else (WITHOUT_NEEDS,))
