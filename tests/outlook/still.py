"""A look ahead in which nothing changes but what chance does to few people: for tests of what stands on an outlook."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from allmende.outlook.folder import COMPONENTS, LEVELS, Outlook, Track, Variant
from allmende.projection.bands import Band
from allmende.projection.model import Model, still_model
from allmende.projection.widths import LEVELS as WIDTH_LEVELS
from allmende.projection.widths import Widths

STEPS = 5


def still_outlook(people: Mapping[str, float], release: str, base_year: int) -> tuple[Outlook, Model]:
    """Return an outlook and its model for municipalities of so many people, evenly over 0 to 79 years and both sexes.

    Demand still differs from draw to draw: mortality and arrivals are none, but quotas have levels.
    """
    towns = tuple(people)
    start = np.zeros((1, len(towns), 2, 101))
    start[:, :, :, :80] = np.array(list(people.values()))[None, :, None, None] / 160
    model = still_model(start, units=towns, parents=towns, base_year=base_year, steps=STEPS)
    areas, bands = (*towns, "region"), (Band("all", 0, 100),)
    totals = np.append(list(people.values()), sum(people.values()))
    fan = np.tile(totals[None, None, :, None], (len(LEVELS), STEPS + 1, 1, 1)).astype(np.float32)
    population = np.tile(start[0], (1, STEPS + 1, 1, 1, 1)).astype(np.float32)
    outlook = Outlook(
        id=f"{base_year}-still", release=release, region="still", audience="public", units=towns, parents=towns, areas=areas,
        past_years=(base_year,), years=model.years, variants=(Variant("middle", {"de": "Mitte", "en": "Middle"}, {}),),
        bands=bands, benchmarks=(), too_small=(), threshold=0.0, draws=40, seed=1, statements=(),
        track=Track((), (), (), {}), widths=_widths(), drivers={"spread": {}, "persistence": {}, "noise": False},
        past=start.astype(np.float32), population=population,
        components=np.zeros((len(COMPONENTS), 1, STEPS, len(towns)), np.float32), fan=fan,
        simple=np.zeros((0, STEPS + 1, len(areas)), np.float32), forecasts=np.zeros((3, 0, 1, len(areas), 1), np.float32),
    )  # fmt: skip
    return outlook, model


def _widths() -> Widths:
    levels = tuple(WIDTH_LEVELS)
    return Widths((float("inf"),), (1000.0,), (1,), levels, np.ones((1, 1, len(levels))), np.ones((1, 1), np.int64))
