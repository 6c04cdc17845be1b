"""The gate itself: every attack on every table and pair of tables of a catalogue, each computed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from allmende.privacy.attacks import Limits
from allmende.privacy.protection import Protection
from allmende.release.catalogue import Catalogue, Table
from allmende.release.gate.averages import Averages, Parts, Shape, average, families, find_averages, parts_of, shapes_of
from allmende.release.gate.dates import date_groups, find_dates
from allmende.release.gate.finding import Finding
from allmende.release.gate.overlap import Overlap, assess_overlap, judge_overlaps, overlap_pairs
from allmende.release.gate.sparse import find_sparse
from allmende.release.gate.years import find_years
from allmende.release.geographies import alike
from allmende.release.protect import Protected, protect
from allmende.release.tabulate import Counted, Source, tabulate

Findings = tuple[Finding, ...]

ATTACKS = ("sparsity", "repeated years", "differencing", "least squares")
"""All attacks, by the word that their checks have; in the order in which their findings are told."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Examines catalogues on one region's data; what was tabulated or attacked once is kept, so variants cost little.

    `earlier` are the tables of the region's releases so far: what was published once can be averaged with forever.
    """

    source: Source
    protection: Protection
    limits: Limits
    earlier: tuple[Table, ...] = ()
    _counted: dict[Table, Counted] = field(default_factory=dict)
    _tables: dict[Table, Protected] = field(default_factory=dict)
    _alone: dict[tuple[str, Table], Findings] = field(default_factory=dict)
    _overlaps: dict[tuple[Table, Table], tuple[Overlap, ...]] = field(default_factory=dict)
    _averaged: dict[tuple[tuple[Shape, ...], Parts], Averages] = field(default_factory=dict)

    def protected(self, table: Table) -> Protected:
        """Return a table as it would be published."""
        if table not in self._tables:
            self._tables[table] = protect(self._count(table), self.protection)
        return self._tables[table]

    def examine(self, catalogue: Catalogue, attacks: Sequence[str] = ATTACKS) -> Findings:
        """Run the attacks on all that would be public then: the catalogue's tables with those of earlier releases."""
        run: dict[str, Callable[[Catalogue], Iterable[Finding]]] = {
            "sparsity": self._sparse,
            "repeated years": self._years,
            "differencing": lambda asked: judge_overlaps(self.overlaps(asked), self.protection, self.limits),
            "least squares": self._least_squares,
        }
        return tuple(finding for attack in attacks for finding in run[attack](catalogue))

    def overlaps(self, catalogue: Catalogue) -> tuple[Overlap, ...]:
        """Attack the slivers of every pair of tables of which one is new."""
        new = set(catalogue.tables)
        pairs = [pair for pair in overlap_pairs(self._public(catalogue)) if new & set(pair)]
        return tuple(overlap for outer, inner in pairs for overlap in self._overlap(outer, inner))

    def _public(self, catalogue: Catalogue) -> tuple[Table, ...]:
        return (*catalogue.tables, *(table for table in self.earlier if not _repeats(table, catalogue)))

    def _count(self, table: Table) -> Counted:
        """Count a table, once for all choices of its margins and areas."""
        whole = replace(table, id="", min_parent=0, margins=(), exact_totals=False)
        if whole not in self._counted or not set(table.margins) <= set(self._counted[whole].margins):
            self._counted[whole] = tabulate(self.source, table)
        counted = self._counted[whole]
        return replace(counted, table=table, margins={margin: counted.margins[margin] for margin in table.margins})

    def _sparse(self, catalogue: Catalogue) -> Iterator[Finding]:
        for table in catalogue.tables:
            if ("sparsity", table) not in self._alone:
                self._alone["sparsity", table] = find_sparse(self.protected(table), self.limits)
            yield from self._alone["sparsity", table]

    def _years(self, catalogue: Catalogue) -> Iterator[Finding]:
        for table in catalogue.tables:
            if ("years", table) not in self._alone:
                self._alone["years", table] = find_years(self.protected(table), self.protection, self.limits)
            yield from self._alone["years", table]

    def _least_squares(self, catalogue: Catalogue) -> Iterator[Finding]:
        public = self._public(catalogue)
        for family in families(public):
            if set(catalogue.tables) & set(family):
                yield from find_averages(family, self._average(family), self.limits)
        for group in date_groups(public):
            if set(catalogue.tables) & set(group):
                yield from self._dates(group, public)

    def _overlap(self, outer: Table, inner: Table) -> tuple[Overlap, ...]:
        if (outer, inner) not in self._overlaps:
            tables = self.protected(outer), self.protected(inner)
            self._overlaps[outer, inner] = assess_overlap(self.source, *tables, self.protection)
        return self._overlaps[outer, inner]

    def _average(self, group: tuple[Table, ...]) -> Averages:
        shape = shapes_of(group), parts_of(group, self.source.region)
        if shape not in self._averaged:
            self._averaged[shape] = average(*shape, self.protection)
        return self._averaged[shape]

    def _dates(self, group: tuple[Table, ...], public: tuple[Table, ...]) -> Findings:
        shares = []
        for table in group:
            family = next(family for family in families(public) if table in family)
            shares.append(self._average(family).share_of(family.index(table)))
        tables, counted = [self.protected(table) for table in group], [self._count(table) for table in group]
        return find_dates(tables, counted, shares, self.protection, self.limits, alike(self.source.region))


def _repeats(earlier: Table, catalogue: Catalogue) -> bool:
    """Say whether a table of the catalogue publishes the same figures, under whatever name."""
    return any(replace(earlier, id=t.id, title=t.title, audience=t.audience) == t for t in catalogue.tables)
