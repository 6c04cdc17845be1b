"""What one visitor may read: finds the table that answers a question about a place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from allmende.cubes import ReleasedCube
from allmende.cubes.publication import TableEntry
from allmende.portal.places import Place
from allmende.portal.public import Shelf, Table, margin_of

YEAR_END = "12-31"


@dataclass(frozen=True, slots=True)
class Reader:
    """A release and the audiences whose tables are open to the visitor."""

    shelf: Shelf
    audiences: frozenset[str]

    def entries(self) -> list[TableEntry]:
        """Return every table that the visitor may read, in the order of the release."""
        return [entry for entry in self.shelf.publication.tables if entry.note.audience in self.audiences]

    def table(
        self, cube: str, place: Place, classes: Mapping[str, str] | None = None, *, key_date: str = YEAR_END
    ) -> Table | None:
        """Return the smallest table that counts `cube` for a place with these dimensions; None if none is published.

        `classes` maps a dimension to its classification, "" for any; ages may come from finer bands. A place without figures
        of its own is added up from its parts if all of them are published. A stock of another key date answers only if
        there is none of the one asked for.
        """
        wanted = dict(classes or {})
        for geography in place.geographies:
            for table in self.tables(cube, geography, wanted, key_date):
                if table.publishes(place.key):
                    return table
        geography, members = self.shelf.atlas.whole(place)
        for table in self.tables(cube, geography, wanted, key_date) if members else ():
            if all(table.publishes(member) for member in members):
                return self.shelf.summed(table, place, members)
        return None

    def pooled(self, cube: str, place: Place, dimension: str) -> Table | None:
        """Return the table that counts `cube` for a place by `dimension` over several years together; None without one."""
        for geography in place.geographies:
            for entry in self.shelf.publication.find(cube=cube, geography=geography, dimensions=(dimension,)):
                table = self.shelf.table(entry) if entry.note.audience in self.audiences and entry.note.pooled > 1 else None
                if table is not None and table.publishes(place.key):
                    return table
        return None

    def tables(self, cube: str, geography: str, classes: Mapping[str, str], key_date: str = YEAR_END) -> Iterator[Table]:
        """Yield the tables of a geography that publish these dimensions, the fittest first; not those of pooled years."""
        found = [
            entry
            for entry in self.shelf.publication.find(cube=cube, geography=geography, dimensions=tuple(classes))
            if entry.note.audience in self.audiences and entry.note.pooled == 1
        ]
        ages = classes.get("age", "")
        found.sort(
            key=lambda entry: (
                entry.note.key_date != key_date,
                bool(ages) and entry.note.classification("age") != ages,
                not entry.note.exact,
                len(entry.note.dimensions),
            )
        )
        for entry in found:
            table = self.shelf.table(entry, ages)
            if table is not None and table.answers(classes):
                yield table

    def geographies(self, cube: str = "stock") -> list[str]:
        """Return the geographies for which `cube` is published to the visitor."""
        return sorted({entry.note.geography for entry in self.entries() if entry.note.cube == cube})

    def covering(self, cube: str, geography: str, classes: Mapping[str, str]) -> Table | None:
        """Return the fittest table of a geography with these dimensions, whatever areas it publishes."""
        return next(self.tables(cube, geography, classes), None)


def counts(cube: ReleasedCube, by: str, members: Mapping[str, str] | None = None) -> dict[str | int, int]:
    """Return values by member of one dimension (or "year"): `members` where named, margins in all others.

    >>> from allmende.cubes import numbers, texts
    >>> from allmende.cubes.released import TableNote
    >>> note = TableNote("t", "stock", "municipality", (("sex", "all"),), "12-31", "12-31", "2024-12-31", "public", "")
    >>> columns = (texts("area", "aa"), numbers("year", [2024, 2024]), texts("sex", "mw"))
    >>> counts(ReleasedCube(columns, np.array([5, 7]), note, {"a": (2024,)}), "sex")
    {'m': 5, 'w': 7}
    """
    chosen: dict[str, str] = {name: member for name, member in margin_of(cube).items() if name != by} | dict(members or {})
    cells = cube.select(**{name: member for name, member in chosen.items() if name != by})
    column = cells[by]
    kept = column.codes >= 0
    keys = [column.labels[code] for code in column.codes[kept]] if column.labels is not None else column.codes[kept].tolist()
    return dict(zip(keys, cells.value[kept].tolist(), strict=True))


def share(part: int, whole: int) -> float:
    """Return part of whole, within 0 … 1 although both are protected by themselves; NaN without a whole."""
    return float(np.clip(part / whole, 0, 1)) if whole > 0 else float("nan")
