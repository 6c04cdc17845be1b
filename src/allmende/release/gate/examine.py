"""The gate itself: every attack on every table and pair of tables of a catalogue, each computed once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from allmende.privacy.attacks import Limits
from allmende.privacy.protection import Protection
from allmende.release.catalogue import Catalogue, Table
from allmende.release.gate.averages import Averages, Parts, Shape, average, families, find_averages, parts_of, shapes_of
from allmende.release.gate.dates import date_groups, find_dates
from allmende.release.gate.finding import Finding
from allmende.release.gate.overlap import Overlap, assess_overlap, judge_overlaps, overlap_pairs
from allmende.release.gate.sparse import find_sparse
from allmende.release.protect import Protected, protect
from allmende.release.tabulate import Source, tabulate

Findings = tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """Examines catalogues on one region's data; what was tabulated or attacked once is kept, so variants cost little.

    `earlier` are the tables of the region's releases so far: what was published once can be averaged with forever.
    """

    source: Source
    protection: Protection
    limits: Limits
    earlier: tuple[Table, ...] = ()
    _tables: dict[Table, Protected] = field(default_factory=dict)
    _sparsities: dict[Table, Findings] = field(default_factory=dict)
    _overlaps: dict[tuple[Table, Table], tuple[Overlap, ...]] = field(default_factory=dict)
    _averaged: dict[tuple[tuple[Shape, ...], Parts], Averages] = field(default_factory=dict)

    def protected(self, table: Table) -> Protected:
        """Return a table as it would be published."""
        if table not in self._tables:
            self._tables[table] = protect(tabulate(self.source, table), self.protection)
        return self._tables[table]

    def examine(self, catalogue: Catalogue) -> Findings:
        """Run the attacks on all that would be public then: the catalogue's tables with those of earlier releases."""
        found: list[Finding] = []
        for table in catalogue.tables:
            found += self._sparse(table)
        found += judge_overlaps(self.overlaps(catalogue), self.protection, self.limits)
        for family in families(self._public(catalogue)):
            if set(catalogue.tables) & set(family):
                found += self._averages(family)
        for group in date_groups(self._public(catalogue)):
            if set(catalogue.tables) & set(group):
                found += self._dates(group, catalogue)
        return tuple(found)

    def overlaps(self, catalogue: Catalogue) -> tuple[Overlap, ...]:
        """Attack the slivers of every pair of tables of which one is new."""
        new = set(catalogue.tables)
        pairs = [pair for pair in overlap_pairs(self._public(catalogue)) if new & set(pair)]
        return tuple(overlap for outer, inner in pairs for overlap in self._overlap(outer, inner))

    def _public(self, catalogue: Catalogue) -> tuple[Table, ...]:
        return (*catalogue.tables, *(table for table in self.earlier if not _repeats(table, catalogue)))

    def _sparse(self, table: Table) -> Findings:
        if table not in self._sparsities:
            self._sparsities[table] = find_sparse(self.protected(table), self.limits)
        return self._sparsities[table]

    def _overlap(self, outer: Table, inner: Table) -> tuple[Overlap, ...]:
        if (outer, inner) not in self._overlaps:
            tables = self.protected(outer), self.protected(inner)
            self._overlaps[outer, inner] = assess_overlap(self.source, *tables, self.protection)
        return self._overlaps[outer, inner]

    def _averages(self, group: tuple[Table, ...]) -> Findings:
        return find_averages(group, self._average(group), self.limits)

    def _average(self, group: tuple[Table, ...]) -> Averages:
        shape = shapes_of(group), parts_of(group, self.source.region)
        if shape not in self._averaged:
            self._averaged[shape] = average(*shape, self.protection)
        return self._averaged[shape]

    def _dates(self, group: tuple[Table, ...], catalogue: Catalogue) -> Findings:
        shares = [self._average(family).share_of(family.index(table)) for table, family in self._families(group, catalogue)]
        return find_dates([self.protected(table) for table in group], shares, self.protection, self.limits)

    def _families(self, group: tuple[Table, ...], catalogue: Catalogue) -> list[tuple[Table, tuple[Table, ...]]]:
        """Return with each table the family that it can be averaged with."""
        every = families(self._public(catalogue))
        return [(table, next(family for family in every if table in family)) for table in group]


def _repeats(earlier: Table, catalogue: Catalogue) -> bool:
    """Say whether a table of the catalogue publishes the same figures, under whatever name."""
    return any(replace(earlier, id=t.id, title=t.title, audience=t.audience) == t for t in catalogue.tables)
