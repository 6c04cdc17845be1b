"""The smallest change to a catalogue that an attack would not get through: tried on the gate, not guessed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from allmende import parameters
from allmende.release.catalogue import Catalogue, Table
from allmende.release.gate import Finding, Gate
from allmende.release.geographies import GRIDS

AGES = ("single", "five", "ten", "broad", "three")
"""Classifications of age from the finest to the coarsest, as a change may go."""

LEVELS = ("district", "district_2", "district_1", "municipality", "region")


@dataclass(frozen=True, slots=True)
class Change:
    """One change to one table, in words, and the catalogue that has it; `kept` published cells remain of `before`."""

    table: str
    words: str
    catalogue: Catalogue
    kept: int
    before: int


def suggest(gate: Gate, catalogue: Catalogue, finding: Finding) -> Change:
    """Return, of all single changes to the table in question that pass, the one that keeps the most published cells.

    A change passes if this finding passes or vanishes and nothing fails that did not fail before. To drop the table is one
    of them, so there always is an answer.
    """
    ids = [each.id for each in catalogue.tables]
    table = catalogue[next(name for name in finding.tables if name in ids)]
    before = published_cells(gate, catalogue)
    failing = {_subject(each) for each in gate.examine(catalogue) if not each.passed} - {_subject(finding)}
    passing = []
    for proposals, every in ((_fewer_margins, True), (_coarser_ages, False), (_coarser_areas, False), (_larger_areas, False)):
        for words, changed in proposals(table):
            candidate = catalogue.with_table(changed)
            if {_subject(each) for each in gate.examine(candidate) if not each.passed} <= failing:
                passing.append(Change(table.id, words, candidate, published_cells(gate, candidate), before))
                if not every:  # these go from fine to coarse: what comes later keeps less
                    break
    dropped = catalogue.without(table.id)
    passing.append(Change(table.id, "leave the table out", dropped, published_cells(gate, dropped), before))
    return max(passing, key=lambda change: change.kept)


def published_cells(gate: Gate, catalogue: Catalogue) -> int:
    """Return how many values other than 0 a catalogue would publish."""
    return sum(int((value != 0).sum()) for table in catalogue.tables for _, value in gate.protected(table).values())


def _fewer_margins(table: Table) -> Iterator[tuple[str, Table]]:
    """Propose to leave out one margin, or all above a number of dimensions."""
    for margin in reversed(table.margins):
        if margin:
            rest = tuple(each for each in table.margins if each != margin)
            yield f"leave out the margin {' × '.join(margin)}", replace(table, margins=rest)
    for most in range(max(map(len, table.margins)) - 1, 0, -1):
        rest = tuple(margin for margin in table.margins if len(margin) <= most)
        yield f"leave out every margin of more than {most} dimensions", replace(table, margins=rest)


def _coarser_ages(table: Table) -> Iterator[tuple[str, Table]]:
    classes = dict(table.dimensions).get("age", "")
    for coarser in AGES[AGES.index(classes) + 1 :] if classes in AGES else ():
        dimensions = tuple((name, coarser if name == "age" else each) for name, each in table.dimensions)
        yield f"publish age as {coarser!r} instead of {classes!r}", replace(table, dimensions=dimensions)


def _coarser_areas(table: Table) -> Iterator[tuple[str, Table]]:
    family = LEVELS if table.geography not in GRIDS else tuple(GRIDS)
    for coarser in family[family.index(table.geography) + 1 :] if table.geography in family else ():
        yield f"publish by {coarser} instead of {table.geography}", replace(table, geography=coarser, exact_totals=False)


def _larger_areas(table: Table) -> Iterator[tuple[str, Table]]:
    for least in parameters.load("gate")["least_counts"]["values"]:
        if least > table.min_parent:
            yield f"raise min_parent from {table.min_parent} to {least}", replace(table, min_parent=least)


def _subject(finding: Finding) -> tuple[str, str, frozenset[str]]:
    return finding.check.attack, finding.check.figure, frozenset(finding.tables)
