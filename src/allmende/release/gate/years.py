"""Averaging over years: a figure whose people change while its count stays draws fresh noise each time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allmende.cubes.columns import Ints
from allmende.privacy.attacks import Check, Limits, exact_by_averaging
from allmende.privacy.protection import Protection
from allmende.release.gate.finding import Finding
from allmende.release.protect import Part, Protected


@dataclass(frozen=True, slots=True)
class Quiet:
    """The figure of one margin that its years tell most surely: its first cell, how many draws they made, the chance."""

    part: Part
    cell: int
    draws: int
    chance: float

    def words(self) -> str:
        """Name the area, the group of people and the number of years that count."""
        cells = self.part.cells
        group = [str(cells[name].values()[self.cell]) for name in self.part.margin]
        return (
            f"{', '.join([str(cells['area'].values()[self.cell]), *group])}: the same count {self.draws} times of other people"
        )


def find_years(protected: Protected, protection: Protection, limits: Limits) -> tuple[Finding, ...]:
    """Hold what averaging all years of a table gains, for the figure that fares worst, against the limit of least squares.

    The attacker is told in which years a figure had the same count: an upper bound, for he sees values only. The same people
    have the same value, which he counts once. Without two draws of one count there is no attack, and no finding.
    """
    found = [quiet for part in protected.parts if (quiet := _quietest(part, protection)) and not _is_exact(part, protected)]
    if not found:
        return ()
    worst = max(found, key=lambda quiet: quiet.chance)
    single = float(np.mean([row.stay() for row in protection.table.tail()]))
    check = Check(
        "repeated years", "gain by averaging years of one count", max(worst.chance - single, 0.0), limits.exact_uplift
    )
    return (Finding((protected.table.id,), check, worst.words()),)


def _is_exact(part: Part, protected: Protected) -> bool:
    return protected.table.exact_totals and part.margin == ()


def _quietest(part: Part, protection: Protection) -> Quiet | None:
    """Return the figure that the mean of its draws at one count hits most surely, if any has two draws."""
    if not len(part):  # offices at the source alone: they attacked their own cells
        return None
    first, draws = _draws(part)
    several = draws > 1
    if not several.any():
        return None
    kinds, kind = np.unique(
        np.stack([protection.table.row_index(part.cells.n[first[several]]), draws[several]]), axis=1, return_inverse=True
    )
    chances = np.array([exact_by_averaging(protection.table.rows[row], times) for row, times in kinds.T.tolist()])
    place = int(chances[kind.ravel()].argmax())
    return Quiet(part, int(first[several][place]), int(draws[several][place]), float(chances[kind.ravel()][place]))


def _draws(part: Part) -> tuple[Ints, Ints]:
    """Return for each figure (area, group and count) a cell of it, and how many sets of people had that count."""
    cells = part.cells
    sorted_by: list[Ints] = [
        cells.key.astype(np.int64),
        cells.n,
        *(cells[name].codes for name in (*reversed(part.margin), "area")),
    ]
    order = np.lexsort(sorted_by)
    changed = [np.diff(values[order]) != 0 for values in sorted_by]
    figure = np.cumsum(np.append(0, np.any(changed[1:], axis=0)))
    fresh = np.append(1, np.any(changed, axis=0))
    starts = np.flatnonzero(np.append(1, np.diff(figure)))
    return order[starts], np.bincount(figure, weights=fresh).astype(np.int64)
