"""How many people are within minutes: of a facility, or of an engine after a fire brigade's norm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from allmende.errors import AllmendeError
from allmende.needs.reach.ways import Floats, Ints
from allmende.parameters import load


@dataclass(frozen=True, slots=True)
class Cover:
    """`people` reached within `minutes` and their `share`, per draw if people were; the places that are not reached in time."""

    minutes: float
    people: Floats
    share: Floats
    late: Ints


def within_minutes(minutes: ArrayLike, people: ArrayLike, limit: float) -> Cover:
    """Count the people whose nearest facility is at most `limit` minutes away.

    `minutes [places]` to the nearest (infinity: none), `people [places]` or `[places, draws]`. With nobody at all the share is
    nan.

    >>> within_minutes([3.0, 9.0, np.inf], [100.0, 50.0, 50.0], 7.0).share.item()
    0.5
    """
    ways, crowd = np.asarray(minutes, dtype=np.float64), np.asarray(people, dtype=np.float64)
    if ways.ndim != 1 or crowd.shape[:1] != ways.shape or np.isnan(ways).any() or not (crowd >= 0).all():
        raise AllmendeError(
            "Minutes and people do not fit.", expected="one number of minutes a place, and people of at least 0 for each"
        )
    inside = ways <= limit
    reached = crowd[inside].sum(axis=0)
    total = crowd.sum(axis=0)
    share = np.divide(reached, total, out=np.full_like(np.asarray(total), np.nan), where=np.asarray(total) > 0)
    return Cover(limit, np.asarray(reached), np.asarray(share), np.flatnonzero(~inside))


@dataclass(frozen=True, slots=True)
class FireNorm:
    """A norm in minutes and what of it passes before an engine moves: taking the call and alarm, turnout."""

    norm: float
    dispatch: float
    turnout: float

    @property
    def drive(self) -> float:
        """Minutes that are left for the drive: norm - dispatch - turnout."""
        return self.norm - self.dispatch - self.turnout


def default_fire_norm() -> FireNorm:
    """Return the norm of `parameters/reach.toml`: an assumption, to be replaced by the Land's or the Bedarfsplan's."""
    values = load("reach")["fire"]
    return FireNorm(values["norm"], values["dispatch"], values["turnout"])


def fire_cover(minutes: ArrayLike, people: ArrayLike, norm: FireNorm) -> Cover:
    """Count the people whom an engine reaches within the norm; `minutes [places]` is the drive from the nearest station.

    Raises `AllmendeError` if nothing is left for the drive.

    >>> fire_cover([6.0, 8.0], [30.0, 10.0], FireNorm(10.0, 0.0, 3.0)).share.item()
    0.75
    """
    if not norm.drive > 0:
        raise AllmendeError(
            f"{norm.norm:g} min less {norm.dispatch:g} min of alarm and {norm.turnout:g} min of turnout leave no drive.",
            expected="a drive above 0 min",
        )
    return within_minutes(minutes, people, norm.drive)
