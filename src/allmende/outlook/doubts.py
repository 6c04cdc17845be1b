"""What nobody knows, as data: how rates will wander, and how far the levels may be off that they start from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from allmende.projection.drivers import Drivers, drivers
from allmende.projection.estimation import Estimate

DIGITS = 4


def doubts(settings: Mapping[str, Any], made: Estimate) -> dict[str, Any]:
    """Return drivers as plain data: those of the settings, and the uncertainty of every level that was estimated.

    A relative variance v of a level is a standard deviation √ln(1 + v) of its logarithm. All of it is that of the
    municipality, shared by its units, but for how attractive a unit is within its municipality.
    """
    spread = made.spread
    of_town = np.stack([spread.birth, spread.death, spread.leave, np.maximum(spread.arrive - spread.settle, 0)], axis=1)
    first = [made.model.parents.index(ags) for ags in made.model.municipalities]
    nothing = np.zeros_like(spread.settle)
    of_unit = np.stack([nothing, nothing, nothing, spread.settle], axis=1)
    levels = {"municipality": of_town[first], "unit": of_unit}
    return dict(settings) | {
        "levels": {name: np.round(np.sqrt(np.log1p(values)), DIGITS).tolist() for name, values in levels.items()}
    }


def doubtful(settings: Mapping[str, Any], made: Estimate) -> Drivers:
    """Return the drivers of an estimate."""
    return drivers(**doubts(settings, made))
