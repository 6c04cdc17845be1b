"""The model of a look ahead: estimated from what is known, its districts leaning on their trend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.projection.bands import Band
from allmende.projection.counts import Counts
from allmende.projection.estimation import Estimate, Settings, estimate
from allmende.projection.leaning import lean
from allmende.projection.model import Model
from allmende.projection.rates.stocks import everybody

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A model, the estimate it came from, and the past `[Y, M, 2, A]` of all groups together, those held apart included."""

    estimate: Estimate
    model: Model
    past: Floats


def make_model(counts: Counts, settings: Mapping[str, Any], steps: int) -> Made:
    """Make the model of a look ahead; `settings` as in `parameters/outlook.toml`."""
    found = estimate(counts, Settings(**(dict(settings.get("estimate", {})) | {"steps": steps})))
    past = everybody(counts).sum(axis=1)
    return Made(found, lean(found.model, past.sum(axis=(2, 3)), **settings["lean"]), past)


def chosen_bands(settings: Mapping[str, Any]) -> tuple[Band, ...]:
    """Return the bands whose intervals are kept, everybody first."""
    return tuple(Band(entry["id"], *entry["ages"]) for entry in settings["band"])


def knowing_until(settings: Mapping[str, Any], year: int) -> dict[str, Any]:
    """Return settings as they could have been written at the end of a year: without later years to leave out."""
    chosen = dict(settings.get("estimate", {}))
    left_out = [each for each in chosen.get("left_out", ()) if each <= year]
    return dict(settings) | {"estimate": chosen | {"left_out": left_out}}
