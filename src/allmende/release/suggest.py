"""The smallest change to a catalogue that an attack would not get through: tried on the gate, not guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from allmende import parameters
from allmende.release.catalogue import Catalogue, Table
from allmende.release.gate import Finding, Gate
from allmende.release.geographies import GRIDS

AGES = ("single", "five", "ten", "broad", "three")
"""Classifications of age from the finest to the coarsest, as a change may go."""

FIRST = 2
"""Tables of a finding that are changed: the one that fares worst, and the one it is attacked with."""

Subject = tuple[str, str, frozenset[str]]
"""What a finding is about: attack, figure, tables."""

LEVELS = ("district", "district_2", "district_1", "municipality", "region")


@dataclass(frozen=True, slots=True)
class Change:
    """A change in words, the table it is made to, and the catalogue that has it; `kept` published cells remain of `before`."""

    table: str
    words: str
    catalogue: Catalogue
    kept: int
    before: int


def suggest(gate: Gate, catalogue: Catalogue, finding: Finding) -> Change:
    """Return, of the changes that a user would try and that pass, the one that keeps the most published cells.

    Tried are, for each of the first two tables in question: a margin less, coarser ages, coarser areas, larger areas, ages and
    areas together, the table left out; then perturbed totals, fewer margins in all tables in question, and a whole geography
    left out. A change passes if this finding passes or vanishes and nothing fails that did not fail before. To leave out all
    tables in question ends any attack, so there always is an answer.
    """
    before = published_cells(gate, catalogue)
    failing = _failing(gate.examine(catalogue)) - {_subject(finding)}
    tables = [catalogue[name] for name in finding.tables if name in {each.id for each in catalogue.tables}]
    tried = [
        Change(table.id, words, candidate, published_cells(gate, candidate), before)
        for table, words, candidate in _changes(catalogue, tables)
    ]
    for change in sorted(tried, key=lambda change: -change.kept):
        if _withstands(gate, change.catalogue, finding) and _failing(gate.examine(change.catalogue)) <= failing:
            return change
    rest = _without(catalogue, tables)
    words = f"leave out {', '.join(table.id for table in tables)}"
    return Change(tables[0].id, words, rest, published_cells(gate, rest), before)


def _withstands(gate: Gate, catalogue: Catalogue, finding: Finding) -> bool:
    """Say whether the tables in question, by themselves, withstand the attack in question: most changes end here, soon."""
    own = tuple(table for table in catalogue.tables if table.id in finding.tables)
    again = gate.examine(Catalogue(catalogue.title, own), (finding.check.attack,))
    return _subject(finding) not in _failing(again)


def _failing(findings: Sequence[Finding]) -> set[Subject]:
    return {_subject(each) for each in findings if not each.passed}


def _changes(catalogue: Catalogue, tables: Sequence[Table]) -> Iterator[tuple[Table, str, Catalogue]]:
    for table in tables[:FIRST]:
        for propose in (_fewer_margins, _coarser_ages, _coarser_areas, _larger_areas, _coarser_tiers):
            for words, changed in propose(table):
                yield table, words, catalogue.with_table(changed)
        yield table, "leave the table out", catalogue.without(table.id)
    for table in tables:
        if table.exact_totals:
            yield table, "perturb the totals as well", catalogue.with_table(replace(table, exact_totals=False))
    for most in range(max(len(margin) for table in tables for margin in table.margins) - 1, 0, -1):
        thinned = catalogue
        for table in tables:
            thinned = thinned.with_table(_up_to(most, table))
        yield tables[0], f"leave out every margin of more than {most} dimensions, in all tables in question", thinned
    for geography in dict.fromkeys(table.geography for table in tables):
        of_it = [table for table in tables if table.geography == geography]
        if len(of_it) > 1:
            yield of_it[0], f"leave out every table by {geography}", _without(catalogue, of_it)


def _without(catalogue: Catalogue, tables: Sequence[Table]) -> Catalogue:
    gone = {table.id for table in tables}
    return Catalogue(catalogue.title, tuple(table for table in catalogue.tables if table.id not in gone))


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
        yield f"leave out every margin of more than {most} dimensions", _up_to(most, table)


def _up_to(most: int, table: Table) -> Table:
    return replace(table, margins=tuple(margin for margin in table.margins if len(margin) <= most))


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


def _coarser_tiers(table: Table) -> Iterator[tuple[str, Table]]:
    """Propose coarser ages for larger areas."""
    for ages, coarser in _coarser_ages(table):
        for areas, both in _larger_areas(coarser):
            yield f"{ages} and {areas}", both


def _subject(finding: Finding) -> Subject:
    return finding.check.attack, finding.check.figure, frozenset(finding.tables)
