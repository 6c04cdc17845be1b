"""Moves across borders inside the region: known to the office that was left and to the office that was moved to.

Both offices key such a move by what both know of it, so equal counts and equal key sums prove (but for one chance in
2³²) that both registers hold the same moves, without anybody looking at one. Exact small counts: for internal use.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from allmende.areas import Region
from allmende.cubes import Cells, Column, fold
from allmende.cubes.base import merge
from allmende.files import write_whole
from allmende.hub.folder import Hub
from allmende.parameters.classifications import classification

KIND, AGES = "external_moves", "five"

Verdict = Literal["same", "other count", "other moves", "one side only"]


@dataclass(frozen=True, slots=True)
class Border:
    """Moves from `origin` to `target` in a year, an age group and a sex, as each of the two offices knows them.

    `left` the count of the origin, `arrived` that of the target (None: that office has not delivered the year as a
    base cube). Verdict "same": counts and key sums agree; "other moves": equal counts of different moves.
    """

    year: int
    origin: str
    target: str
    age: str
    sex: str
    left: int | None
    arrived: int | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Mismatches:
    """All cells of moves across borders, those that agree and those that do not."""

    cells: tuple[Border, ...]

    @property
    def differing(self) -> tuple[Border, ...]:
        """The cells in which the two offices contradict each other."""
        return tuple(cell for cell in self.cells if cell.verdict in ("other count", "other moves"))

    def moves(self, verdict: Verdict) -> int:
        """Return the moves in cells of a verdict, by the larger of the two counts."""
        return sum(max(cell.left or 0, cell.arrived or 0) for cell in self.cells if cell.verdict == verdict)


def find_mismatches(hub: Hub, series: str = "12-31") -> Mismatches:
    """Compare what both sides of each border know of the moves across it; raises AllmendeError if no moves came."""
    cubes = list(hub.store.cubes(KIND, series))
    delivered = {(cube.manifest.ags, cube.manifest.key_date.year) for cube in cubes}
    return compare_borders(merge([cube.cells for cube in cubes]), delivered, hub.region)


def compare_borders(moves: Cells, delivered: Iterable[tuple[str, int]], region: Region) -> Mismatches:
    """Compare outflows with inflows cell by cell; `delivered` names the (AGS, year) whose moves are in `moves`."""
    known = set(delivered)
    groups = classification("age", AGES)
    age = Column("age", groups.code(moves["age"].codes), groups.labels)
    by = ("direction", "ags", "counterpart", "year", "age", "sex")
    folded = fold(moves.replace(age), by)
    sides: dict[tuple[int, str, str, str, str], dict[str, tuple[int, int]]] = {}
    members = {m.ags for m in region.municipalities}
    values = zip(*(folded[name].values() for name in by), folded.n.tolist(), folded.key.tolist(), strict=True)
    for direction, ags, counterpart, year, group, sex, n, key in values:
        if counterpart in members:
            origin, target = (ags, counterpart) if direction == "out" else (counterpart, ags)
            sides.setdefault((year, origin, target, group, sex), {})[direction] = n, key
    return Mismatches(tuple(_border(cell, sides[cell], known) for cell in sorted(sides)))


def write_mismatches(report: Mismatches, hub: Hub) -> Path:
    """Write every cell as CSV (`;`, UTF-8) to the confidential folder and return the path."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    names = [field.name for field in fields(Border)]
    writer.writerow(names)
    writer.writerows([getattr(cell, name) for name in names] for cell in report.cells)
    path = hub.folder / "reports" / "mismatches.csv"
    write_whole(path, text.getvalue().encode())
    return path


def _border(cell: tuple[int, str, str, str, str], sides: dict[str, tuple[int, int]], known: set[tuple[str, int]]) -> Border:
    year, origin, target, age, sex = cell
    out = sides.get("out", (0, 0)) if (origin, year) in known else None
    into = sides.get("in", (0, 0)) if (target, year) in known else None
    return Border(year, origin, target, age, sex, out and out[0], into and into[0], _verdict(out, into))


def _verdict(out: tuple[int, int] | None, into: tuple[int, int] | None) -> Verdict:
    if out is None or into is None:
        return "one side only"
    if out[0] != into[0]:
        return "other count"
    return "same" if out == into else "other moves"
