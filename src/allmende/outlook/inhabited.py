"""Where people will live: released places, each with as many people as its Ortsteil is going to have of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from allmende.areas.geometry import Shapes
from allmende.outlook.folder import Outlook
from allmende.outlook.settled import Floats, Ints, Settled


@dataclass(frozen=True, slots=True, eq=False)
class Inhabited:
    """Places with their unit `[places]` (position among `units`), and what the middle variant says of units `[T + 1, M]`."""

    settled: Settled
    units: tuple[str, ...]
    unit: Ints
    years: tuple[int, ...]
    projected: Floats

    def people(self, year: int) -> Floats:
        """Return people `[places]` at 31.12. of a year; the first and the last year of the outlook hold beyond them.

        A place grows as its unit does, and all places of a municipality together as the municipality: an estate in an Ortsteil
        where no cell was released moves into the others. In the released year people are those that were released.
        """
        settled = self.settled
        at = self.years.index(min(max(year, self.years[0]), self.years[-1]))
        before, after = self.projected[0], self.projected[at]
        grown = settled.people * np.divide(after, before, out=np.ones_like(after), where=before > 0)[self.unit]
        then, now = (np.bincount(self._home(), values, len(settled.towns)) for values in (after, before))
        lived, live = (np.bincount(settled.town, values, len(settled.towns)) for values in (settled.people, grown))
        wanted = lived * np.divide(then, now, out=np.ones_like(then), where=now > 0)
        adjusted: Floats = grown * np.divide(wanted, live, out=np.ones_like(live), where=live > 0)[settled.town]
        return adjusted

    def uncounted(self, year: int) -> Floats:
        """Return the people `[towns]` of a year in places that were not released: what a municipality has beyond its places.

        Nobody knows where they live, so nobody knows what they reach. They become more or fewer as their municipality does.
        """
        settled = self.settled
        at = self.years.index(min(max(year, self.years[0]), self.years[-1]))
        before, after = (np.bincount(self._home(), self.projected[when], len(settled.towns)) for when in (0, at))
        lived = np.bincount(settled.town, settled.people, len(settled.towns))
        # counts are protected one by one, so places may hold a few people more than their municipality: then nobody is missing
        missing: Floats = np.maximum(before - lived, 0.0) * np.divide(after, before, out=np.ones_like(before), where=before > 0)
        return missing

    def _home(self) -> Ints:
        return np.array([self.settled.towns.index(key.partition(".")[0]) for key in self.units])


def inhabit(settled: Settled, outlook: Outlook, shapes: Shapes) -> Inhabited:
    """Put every place into the nearest unit of its municipality; `shapes` outlines the outlook's units."""
    unit = np.zeros(len(settled.people), dtype=np.int64)
    for ags in settled.towns:
        at = settled.of(ags)
        own = np.array([position for position, parent in enumerate(outlook.parents) if parent == ags])
        tree = shapely.STRtree([shapes[outlook.units[position]] for position in own.tolist()])
        unit[at] = own[np.asarray(tree.nearest(shapely.points(settled.lon[at], settled.lat[at])), dtype=np.int64)]
    projected = outlook.population[0].sum(axis=(2, 3)).astype(np.float64)
    return Inhabited(settled, outlook.units, unit, outlook.years, projected)


def share_bounds(part: float, counted: float, uncounted: float) -> tuple[float, float]:
    """Return the share of all people that a part of those counted is, if none and if all of the uncounted belong to it.

    >>> share_bounds(340, 375, 44)
    (0.81..., 0.91...)
    """
    whole = counted + uncounted
    return (part / whole, (part + uncounted) / whole) if whole else (float("nan"), float("nan"))


def judge(bounds: tuple[float, float], target: float) -> bool | None:
    """Say whether a share meets its target: None where that hangs on people who are not counted.

    >>> judge((0.91, 0.99), 0.9), judge((0.8, 0.88), 0.9), judge((0.815, 0.92), 0.9)
    (True, False, None)
    """
    return None if bounds[0] < target <= bounds[1] else bounds[0] >= target
