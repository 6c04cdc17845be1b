"""Differencing between two planned tables of different geographies, in every year and group that both publish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from allmende import parameters
from allmende.cubes import Cells
from allmende.cubes.columns import Ints
from allmende.cubes.folding import Keys
from allmende.cubes.released import EVERYWHERE
from allmende.privacy.attacks import OUTSIDE, Check, DifferencingRisk, Limits, Slivers, assess_slivers, find_slivers
from allmende.privacy.protection import Protection
from allmende.release.catalogue import EACH, Margin, Table
from allmende.release.gate.finding import Finding
from allmende.release.geographies import ADMINISTRATIVE, GRIDS, area_column, base_column
from allmende.release.protect import Protected
from allmende.release.tabulate import Source, tabulate_by

UNITED = {False: 2, True: 1}
"""Outer areas that an attacker joins: two districts; but single grid cells, of which thousands touch one district."""

YEARS_APART = 10_000
"""An area's label to the attack is its number times this plus the year: areas of different years never mix."""


def overlap_pairs(tables: tuple[Table, ...]) -> list[tuple[Table, Table]]:
    """List the ordered pairs (outer, inner) of tables of one universe whose geographies cut across one another.

    Districts nest in municipalities and cells in cells, so only districts against cells can leave slivers: districts minus
    cells, and cells of 5 km and more minus districts (smaller ones hold no whole district).
    """
    pairs = []
    for outer in tables:
        for inner in tables:
            crossing = (outer.geography in ADMINISTRATIVE) != (inner.geography in ADMINISTRATIVE)
            large = outer.geography in ADMINISTRATIVE or GRIDS[outer.geography] >= 5000
            if crossing and large and outer.universe == inner.universe:
                pairs.append((outer, inner))
    return pairs


def shared(outer: Table, inner: Table) -> Table:
    """Return the outer table with the dimensions and margins only that the inner one publishes in the same members.

    Where one shows each member and the other a choice, the chosen members are what both show.
    """
    other = dict(inner.dimensions)
    dimensions = []
    for name, classes in outer.dimensions:
        found = {classes, other.get(name, "")}
        if len(found) == 1:
            dimensions.append((name, classes))
        elif name != "age" and EACH in found and name in other:
            dimensions.append((name, (found - {EACH}).pop()))
    names = {name for name, _ in dimensions}
    margins = tuple(margin for margin in outer.margins if set(margin) <= names and _holds(inner, margin))
    return replace(outer, dimensions=tuple(dimensions), margins=margins)


@dataclass(frozen=True, slots=True)
class Overlap:
    """The attack on all slivers between two tables; `exact` if the outer one's totals are not perturbed."""

    outer: Table
    inner: Table
    exact: bool
    risk: DifferencingRisk

    @property
    def claims(self) -> float:
        """The expected number of differences of 1 or 2, from which an attacker would claim a sliver."""
        return self.risk.recovery * self.risk.small / self.risk.precision if self.risk.precision else 0.0


def assess_overlap(source: Source, outer: Protected, inner: Protected, protection: Protection) -> tuple[Overlap, ...]:
    """Attack every sliver between two tables, in all groups and years that both publish."""
    if not (outer.years and inner.years):  # offices at the source alone: they attacked their own cells
        return ()
    atoms = _atoms(source, shared(outer.table, inner.table))
    unions = UNITED[outer.table.geography in GRIDS]
    slivers = find_slivers(_labels(source, outer, atoms), _labels(source, inner, atoms), unions=unions)
    place = _place_numbers(slivers)
    found = []
    totals = int(outer.table.exact_totals)
    for exact, groups in ((True, slice(0, totals)), (False, slice(totals, None))):
        n, key = atoms.n[:, groups], atoms.key[:, groups]
        if len(slivers) and n.shape[1]:
            risk = assess_slivers(slivers, n, key, protection, exact_outer=exact, place=place)
            found.append(Overlap(outer.table, inner.table, exact, risk))
    return tuple(found)


def judge_overlaps(overlaps: Sequence[Overlap], protection: Protection, limits: Limits) -> tuple[Finding, ...]:
    """Hold the success of differencing against the limits, for each pair of tables that has slivers enough for a rate.

    Enough are so many places: nine years of one farm are one case, not nine.
    The other pairs of a universe are judged together. However few slivers there are, none may be hit more surely than any
    published value, all its years averaged: that is what everybody accepts who publishes values.
    """
    fewest = parameters.load("gate")["fewest_slivers"]["value"]
    found: list[Finding] = []
    for universe in dict.fromkeys(overlap.outer.universe for overlap in overlaps):
        own = [overlap for overlap in overlaps if overlap.outer.universe == universe]
        few = [overlap for overlap in own if overlap.risk.places < fewest]
        for group in (*([overlap] for overlap in own if overlap not in few), few):
            places = sum(overlap.risk.places for overlap in group)
            if places:
                found.append(_lasting(group, protection))
            if places >= fewest:
                found += [Finding(_names(group), check, _words(group)) for check in pool(group).checks(limits)]
    return tuple(found)


def _lasting(group: Sequence[Overlap], protection: Protection) -> Finding:
    """Hold the surest sliver, all its years averaged, against what everybody knows who reads one published value."""
    single = float(np.mean([row.stay() for row in protection.table.tail()]))
    surest = max(overlap.risk.lasting for overlap in group)
    check = Check("differencing", "chance of a lasting sliver of 1-2 to be exact", surest, round(single, 6))
    return Finding(_names(group), check, _words(group))


def pool(group: Sequence[Overlap]) -> DifferencingRisk:
    """Return the rates of several pairs as of one: shares weigh by slivers, precision by claims."""
    small = [overlap.risk.small for overlap in group]
    claims = [overlap.claims for overlap in group]

    def mean(name: str, weights: Sequence[float]) -> float:
        values = [getattr(overlap.risk, name) for overlap in group]
        return float(np.dot(values, weights) / sum(weights)) if sum(weights) else 0.0

    return DifferencingRisk(
        slivers=sum(overlap.risk.slivers for overlap in group),
        small=sum(small),
        places=sum(overlap.risk.places for overlap in group),
        recovery=mean("recovery", small),
        precision=mean("precision", claims),
        best_guess=mean("best_guess", small),
        blind_guess=mean("blind_guess", small),
        worst=max(overlap.risk.worst for overlap in group),
        lasting=max(overlap.risk.lasting for overlap in group),
        realised_recovery=mean("realised_recovery", small),
        realised_precision=mean("realised_precision", claims),
    )


def _names(group: Sequence[Overlap]) -> tuple[str, ...]:
    """Name the tables, the inner one of the pair with most small slivers first: the finer table is missed by fewer."""
    ranked = sorted(group, key=lambda overlap: -overlap.risk.small)
    return tuple(dict.fromkeys(name for overlap in ranked for name in (overlap.inner.id, overlap.outer.id)))


def _words(group: Sequence[Overlap]) -> str:
    risk = pool(group)
    return f"{risk.small} slivers of 1-2 in {risk.places} places among {risk.slivers}, {len(group)} pairs of tables"


@dataclass(frozen=True, slots=True)
class _Atoms:
    """The smallest pieces (district × 100 m cell × year): their columns, and counts and keys by group (atoms × groups)."""

    columns: Cells
    n: Ints
    key: Keys


def _atoms(source: Source, table: Table) -> _Atoms:
    pieces = ("ags", "district", "cell")
    folded = {margin: tabulate_by(source, table, pieces, margin) for margin in table.margins}
    base = folded[()]
    place = _places(base)
    order = np.argsort(place)
    columns: list[tuple[Ints, Keys]] = []
    for cells in folded.values():
        rows = order[np.searchsorted(place, _places(cells), sorter=order)]
        groups, group = np.unique(_groups(cells), return_inverse=True)
        n = np.zeros((len(base), len(groups)), dtype=np.int64)
        key = np.zeros((len(base), len(groups)), dtype=np.uint32)
        n[rows, group], key[rows, group] = cells.n, cells.key
        columns.append((n, key))
    return _Atoms(base, np.hstack([n for n, _ in columns]), np.hstack([key for _, key in columns]))


def _places(cells: Cells) -> Ints:
    district, cell, year = (cells[name].codes for name in ("district", "cell", "year"))
    first, span = int(year.min()), int(year.max() - year.min()) + 1
    return ((cell + 1) * (len(cells["district"].labels or ()) + 1) + district) * span + year - first


def _groups(cells: Cells) -> Ints:
    code = np.zeros(len(cells), dtype=np.int64)
    for column in cells.columns[4:]:
        code = code * (len(column.labels or ()) + 1) + column.codes
    return code


def _place_numbers(slivers: Slivers) -> Ints:
    """Return a number for each sliver's place: the same areas added and taken away, in whatever year."""
    terms = slivers.terms.tocoo()
    area = slivers.labels // YEARS_APART + 1
    area[: slivers.outer] *= -1
    term = area[terms.col] * 2 + (terms.data > 0)
    order = np.lexsort((term, terms.row))
    rank = np.arange(len(order)) - np.repeat(slivers.terms.indptr[:-1], np.diff(slivers.terms.indptr))
    written = np.zeros((len(slivers), int(np.diff(slivers.terms.indptr).max(initial=0))), dtype=np.int64)
    written[terms.row[order], rank] = term[order]
    return np.unique(written, axis=0, return_inverse=True)[1].ravel().astype(np.int64)


def _labels(source: Source, protected: Protected, atoms: _Atoms) -> Ints:
    geography = protected.table.geography
    area = area_column(atoms.columns[base_column(geography)], geography, source.region)
    year = atoms.columns["year"].codes
    label = area.codes * YEARS_APART + year
    if EVERYWHERE in protected.areas:
        return label
    names = area.labels or ()
    shown = [code * YEARS_APART + each for code, name in enumerate(names) for each in protected.areas.get(name, ())]
    return np.where(np.isin(label, shown), label, OUTSIDE)


def _holds(table: Table, margin: Margin) -> bool:
    return tuple(name for name in table.names if name in margin) in table.margins
