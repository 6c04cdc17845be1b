"""Differencing between two planned tables of different geographies, in every year and group that both publish."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allmende.cubes import Cells
from allmende.cubes.columns import Ints
from allmende.cubes.folding import Keys
from allmende.cubes.released import EVERYWHERE
from allmende.privacy.attacks import OUTSIDE, Limits, assess_slivers, find_slivers
from allmende.privacy.protection import Protection
from allmende.release.catalogue import Margin, Table
from allmende.release.gate.finding import Finding
from allmende.release.geographies import ADMINISTRATIVE, GRIDS, area_column, base_column
from allmende.release.protect import Protected
from allmende.release.tabulate import Source, tabulate_by

UNITED = {False: 2, True: 1}
"""Outer areas that an attacker joins: two districts; but single grid cells, of which thousands touch one district."""


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


def shared_margins(outer: Table, inner: Table) -> tuple[Margin, ...]:
    """Return the margins that both tables publish in the same classification."""
    same = set(outer.dimensions) & set(inner.dimensions)
    names = {name for name, _ in same}
    return tuple(margin for margin in outer.margins if set(margin) <= names and _holds(inner, margin))


def find_overlap(
    source: Source, outer: Protected, inner: Protected, protection: Protection, limits: Limits
) -> tuple[Finding, ...]:
    """Attack every sliver between two tables and hold the three success rates against their limits."""
    margins = shared_margins(outer.table, inner.table)
    atoms = _atoms(source, outer.table, inner.table, margins)
    slivers = find_slivers(
        _labels(source, outer, atoms), _labels(source, inner, atoms), unions=UNITED[outer.table.geography in GRIDS]
    )
    if not len(slivers):
        return ()
    # what gives way first is the finer table: fewer people miss it
    names = (inner.table.id, outer.table.id)
    found = []
    totals = outer.table.exact_totals
    for exact, groups in ((True, slice(0, int(totals))), (False, slice(int(totals), None))):
        n, key = atoms.n[:, groups], atoms.key[:, groups]
        if not n.shape[1]:
            continue
        risk = assess_slivers(slivers, n, key, protection, exact_outer=exact)
        detail = f"{risk.small} slivers of 1-2 among {risk.slivers}{', exact totals' if exact else ''}"
        found += [Finding(names, check, detail) for check in risk.checks(limits)]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Atoms:
    """The smallest pieces (district × 100 m cell × year): their columns, and counts and keys by group (atoms × groups)."""

    columns: Cells
    n: Ints
    key: Keys


def _atoms(source: Source, outer: Table, inner: Table, margins: tuple[Margin, ...]) -> _Atoms:
    pieces = ("ags", "district", "cell")
    folded = {margin: tabulate_by(source, outer, pieces, margin) for margin in margins}
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


def _labels(source: Source, protected: Protected, atoms: _Atoms) -> Ints:
    geography = protected.table.geography
    area = area_column(atoms.columns[base_column(geography)], geography, source.region)
    year = atoms.columns["year"].codes
    label = area.codes * 10_000 + year
    if EVERYWHERE in protected.areas:
        return label
    names = area.labels or ()
    shown = [code * 10_000 + each for code, name in enumerate(names) for each in protected.areas.get(name, ())]
    return np.where(np.isin(label, shown), label, OUTSIDE)


def _holds(table: Table, margin: Margin) -> bool:
    return tuple(name for name in table.names if name in margin) in table.margins
