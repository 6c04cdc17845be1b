r"""Least squares over everything that is published of the same people: how much noise averaging takes away.

An attacker who solves all published margins of an area, of its parts and of what it is part of, for the counts behind
them is left with Var_eff = V a (A'A)⁺ a' for a target a, A the 0/1 matrix published cells × base cells. For a whole family of
geographies A has millions of entries; but it is built of products, so (A'A)⁺ splits exactly: a dimension that is shown
in full or not at all splits into mean and contrasts, a tree of areas into levels of contrast, and for each combination a
matrix of the age bands remains. `privacy.attacks.assess_margins` computes the same from an explicit A (a test compares them).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import prod

import numpy as np

from allmende.areas.hierarchy import UNLOCATED_CODE, Region
from allmende.parameters.classifications import classification
from allmende.privacy.attacks import Limits, MarginRisk
from allmende.privacy.attacks.noise import exact_by_rounding, spread
from allmende.privacy.protection import Protection
from allmende.privacy.ptable import Floats
from allmende.release.catalogue import Margin, Table
from allmende.release.gate.finding import Finding
from allmende.release.geographies import ADMINISTRATIVE, GRIDS, area_of

EXACT_WEIGHT = 1e6
"""An exact total is an equation of (nearly) no error: it weighs as much as so many perturbed ones."""

FEWEST_CELLS = 2
"""Cells in the next coarser cell: two, since there are such and more parts tell less of one another."""

SIZES = {"sex": 2, "nationality": 2, "residence": 2, "direction": 2, "counterpart": 12, "origin": 12}
"""Members reckoned with per dimension: the fewest that occur, as few leave less noise (sexes d and x: mostly 0)."""

TINY = 1e-9

Parts = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """All that the attack needs of a table: its level in the tree of areas (0 the coarsest), and what it publishes."""

    level: int
    dimensions: tuple[tuple[str, str], ...]
    margins: tuple[Margin, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class Averages:
    """What least squares makes of a family of tables, and for each published figure the place of its table."""

    risk: MarginRisk
    owner: tuple[int, ...]

    def share_of(self, place: int) -> float:
        """Return the least variance share of the figures of the table at a place; 1 if all its figures stand in others."""
        return float(self.risk.variance_share[np.array(self.owner) == place].min(initial=1.0))


def families(tables: Sequence[Table]) -> list[tuple[Table, ...]]:
    """Group tables that can be averaged together: one universe, geographies that nest; the coarsest geography first."""
    groups: list[tuple[Table, ...]] = []
    for universe in dict.fromkeys(table.universe for table in tables):
        own = [table for table in tables if table.universe == universe]
        groups += [
            tuple(table for geography in geographies for table in own if table.geography == geography)
            for geographies in (ADMINISTRATIVE, tuple(reversed(GRIDS)))
        ]
    return [group for group in groups if group]


def shapes_of(family: tuple[Table, ...]) -> tuple[Shape, ...]:
    """Return what the attack needs of a family's tables: families of equal shapes need one computation."""
    levels = list(dict.fromkeys(table.geography for table in family))
    return tuple(Shape(levels.index(t.geography), t.dimensions, t.margins, t.exact_totals) for t in family)


def parts_of(family: tuple[Table, ...], region: Region) -> Parts:
    """Return of how few areas (two at least) of the next geography an area of each geography of a family is made.

    An area that is its only part is counted out: it has the same people, hence the same values, and tells nothing new.
    """
    levels = list(dict.fromkeys(table.geography for table in family))
    if levels[0] in GRIDS:
        return (FEWEST_CELLS,) * (len(levels) - 1)
    return tuple(_fewest_parts(coarse, fine, region) for coarse, fine in pairwise(levels))


def _fewest_parts(coarse: str, fine: str, region: Region) -> int:
    parts: dict[str, set[str]] = {}
    for m in region.municipalities:
        keys = [district.key for district in region.finest(m.ags)] or [f"{m.ags}.{UNLOCATED_CODE}"]
        for key in keys:
            parts.setdefault(area_of(key, coarse, region), set()).add(area_of(key, fine, region))
    return min((len(own) for own in parts.values() if len(own) > 1), default=1)


def find_averages(family: tuple[Table, ...], averages: Averages, limits: Limits) -> tuple[Finding, ...]:
    """Hold the variance left and the gain in exactness, of whatever figure of the family fares worst, against the limits."""
    risk = averages.risk
    found = []
    for check, place in zip(risk.checks(limits), (risk.variance_share.argmin(), risk.exact.argmax()), strict=True):
        worst = family[averages.owner[int(place)]].id
        names = (worst, *(table.id for table in family if table.id != worst))
        found.append(Finding(names, check, f"{risk.equations} different figures about the same people"))
    return tuple(found)


def average(shapes: tuple[Shape, ...], parts: Parts, protection: Protection) -> Averages:
    """Attack one area of the coarsest geography and all its parts; it matters what is published, not whom it counts.

    `parts` holds for each level but the last the number of areas of the next level in one of its own.
    """
    equations = _equations(shapes)
    plain = sorted({name for shape in shapes for name, _ in shape.dimensions} - {"age"})
    left = [np.zeros(len(equation.rows)) for equation in equations]
    for contrast in _subsets(plain):
        for level in range(len(parts) + 1):
            seen = [e for e in equations if e.level >= level and set(contrast) <= set(e.plain)]
            inverse = _inverse(seen, plain, parts)
            for place, e in enumerate(equations):
                if e.level >= level and set(contrast) <= set(e.plain):
                    scale = _weight_of_contrast(e, contrast, plain) * _weight_of_level(e.level, level, parts)
                    left[place] += scale * np.einsum("ij,jk,ik->i", e.rows, inverse, e.rows)
    share = np.concatenate([np.ones(len(e.rows)) if e.exact else part for e, part in zip(equations, left, strict=True)])
    single = spread(protection.table.rows[-1]).at(0)
    variance = protection.table.variance()
    exact = np.maximum([exact_by_rounding(value * variance) for value in share], single)
    owner = tuple(e.owner for e in equations for _ in e.rows)
    return Averages(MarginRisk(share, exact, single, len(share), len(share)), owner)


@dataclass(frozen=True, slots=True)
class _Equations:
    """Figures of one margin at one level: `plain` its dimensions but age, `rows` its age bands over base ages (0/1)."""

    owner: int
    level: int
    plain: Margin
    rows: Floats
    exact: bool


def _equations(shapes: tuple[Shape, ...]) -> list[_Equations]:
    """List what is published, each figure once: equal people have equal keys, and a repeated value says nothing new."""
    ages = _base_ages(shapes)
    known: set[tuple[int, Margin, bytes]] = set()
    found = []
    for owner, shape in sorted(enumerate(shapes), key=lambda pair: not pair[1].exact):
        for margin in shape.margins:
            plain = tuple(sorted(set(margin) - {"age"}))
            rows = _age_rows(ages, dict(shape.dimensions)["age"] if "age" in margin else "")
            new = [row for row in rows if (shape.level, plain, row.tobytes()) not in known]
            known |= {(shape.level, plain, row.tobytes()) for row in new}
            if new:
                found.append(_Equations(owner, shape.level, plain, np.array(new), shape.exact and not margin))
    return found


def _inverse(seen: list[_Equations], plain: list[str], parts: Parts) -> Floats:
    """Return the pseudo-inverse of A'A within one combination of contrasts, over the base ages."""
    gram = np.zeros((seen[0].rows.shape[1],) * 2) if seen else np.zeros((1, 1))
    for e in seen:
        summed = prod(SIZES[name] for name in plain if name not in e.plain) * prod(parts[e.level :])
        gram += (EXACT_WEIGHT if e.exact else 1.0) * summed * (e.rows.T @ e.rows)
    return np.asarray(np.linalg.pinv(gram, rcond=TINY / EXACT_WEIGHT, hermitian=True), dtype=np.float64)


def _weight_of_contrast(e: _Equations, contrast: Margin, plain: list[str]) -> float:
    """Return how much of a figure lies in the contrasts of these dimensions: |P a|², multiplied over the dimensions."""
    share = 1.0
    for name in plain:
        size = SIZES[name]
        if name not in e.plain:
            share *= size
        else:
            share *= 1 - 1 / size if name in contrast else 1 / size
    return share


def _weight_of_level(own: int, level: int, parts: Parts) -> float:
    """Return how much of an area of level `own` lies in the contrasts between the areas of `level` (0: the mean)."""
    size, around = prod(parts[own:]), prod(parts[level:])
    return size**2 / around - (size**2 / prod(parts[level - 1 :]) if level else 0.0)


def _subsets(names: list[str]) -> Iterator[Margin]:
    for size in range(len(names) + 1):
        yield from combinations(names, size)


def _base_ages(shapes: tuple[Shape, ...]) -> Floats:
    """Return the first ages of the finest bands that all classifications together make; one band if there are none."""
    named = {classes for shape in shapes for name, classes in shape.dimensions if name == "age"}
    lows = [classification("age", classes).lows for classes in named]
    return np.unique(np.concatenate(lows)).astype(np.float64) if lows else np.zeros(1)


def _age_rows(ages: Floats, classes: str) -> Floats:
    if not classes:
        return np.ones((1, len(ages)))
    bands = classification("age", classes)
    codes = bands.code(np.maximum(ages.astype(np.int64), bands.lows[0]))
    return np.asarray(codes[None, :] == np.arange(len(bands.labels))[:, None], dtype=np.float64)
