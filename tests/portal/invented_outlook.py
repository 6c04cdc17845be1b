"""A look ahead for the invented release, small but whole: estimated from nothing, drawn by the real kernel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.areas import Region, load_region
from allmende.outlook.fans import fan_out
from allmende.outlook.folder import COMPONENTS, Held, Outlook, Statement, Track, Trial, Variant, sum_matrix, write_outlook
from allmende.projection.bands import Band
from allmende.projection.draws import draw
from allmende.projection.drivers import drivers
from allmende.projection.levers import read_levers
from allmende.projection.model import Model, still_model
from allmende.projection.moving import apply
from allmende.projection.run import run
from allmende.projection.widths import Widths

BASE, STEPS = 2024, 20
SIZES = {"98001001": 21400, "98001002": 6200, "98001003": 4100, "98001004": 2300, "99002001": 11800, "99002002": 1500}
BANDS = tuple(
    Band(name, low, high)
    for name, low, high in (("all", 0, 100), ("0-2", 0, 2), ("3-5", 3, 5), ("6-9", 6, 9), ("65-79", 65, 79), ("80+", 80, 100))
)
MORE = {"changes": [{"rate": "arrive_country", "factor": 1.3, "first_year": 2025, "full_year": 2029, "units": []}]}
SPREAD = {"nation": {"fertility": 0.03, "leaving": 0.05, "arriving": 0.08}, "unit": {"arriving": 0.1}}
PERSISTENCE = {"nation": {"fertility": 0.9, "leaving": 0.85, "arriving": 0.85}, "unit": {"arriving": 0.85}}


def write_invented_outlook(
    public: Path, *, name: str = "2024-erfunden", audience: str = "public", release: str = ""
) -> Outlook:
    """Write a look ahead from the release in force and put it in force."""
    region = load_region(public / "current" / "region")
    model = _model(region)
    moved: Mapping[str, Any] = {"spread": SPREAD, "persistence": PERSISTENCE}
    towns = tuple(sorted({*model.parents} - {*model.units}))
    areas = (*model.units, *towns, "region")
    variants = (
        Variant("middle", {"de": "Mittlere Variante", "en": "Middle variant"}, {}),
        Variant("more", {"de": "Mehr Zuzug", "en": "More arrivals"}, MORE),
    )
    paths = [run(apply(model, read_levers(variant.levers))) for variant in variants]
    widths = Widths(
        (5000.0, np.inf), (2000.0, 20_000.0), (1, 2), (0.5, 0.8, 0.95), np.full((2, 2, 3), 1.2), np.full((2, 2), 30)
    )
    drawn = draw(model, drivers(**moved), BANDS, draws=32, seed=1)
    past = np.stack([model.start.sum(axis=0) * (0.97 + 0.01 * at) for at in range(4)])
    totals = np.stack([path.population.sum(axis=(1, 3, 4)) for path in paths[:1]])
    outlook = Outlook(
        id=name, release=release or (public / "current").resolve().name, region=region.id, audience=audience,
        units=model.units, parents=model.parents, areas=areas, past_years=tuple(range(BASE - 3, BASE + 1)), years=model.years,
        variants=variants, bands=BANDS, benchmarks=("constant",), too_small=(), threshold=5000.0, draws=32, seed=1,
        statements=(
            Statement("total fertility", "1,4 Kinder je Frau", "1.4 children per woman", "Erfundenes Amt", "2024-01-01"),
            Statement("variant:more", "Mehr Zuzug", "More arrivals", "assumption"),
        ),
        track=_track(), widths=widths, drivers=moved,
        past=past.astype(np.float32),
        population=np.stack([path.population.sum(axis=1) for path in paths]).astype(np.float32),
        components=np.array(
            [[getattr(path, part).sum(axis=(1, 3, 4)) for path in paths] for part in COMPONENTS], dtype=np.float32
        ),
        fan=fan_out(drawn, areas, model.parents, widths).astype(np.float32),
        simple=(totals @ sum_matrix(areas, model.units, model.parents).T).astype(np.float32),
        forecasts=_forecasts(past, sum_matrix(areas, model.units, model.parents)),
    )  # fmt: skip
    write_outlook(outlook, model, (), public)
    return outlook


def _model(region: Region) -> Model:
    """Return a region with births, deaths and moves of plausible size; one district holds a barracks apart."""
    units, parents, sizes = [], [], []
    for town in region.municipalities:
        parts = [district.key for district in region.finest(town.ags)] or [town.ags]
        shares = np.arange(len(parts), 0, -1) / sum(range(len(parts) + 1))
        for key, share in zip(parts, shares, strict=True):
            units.append(key)
            parents.append(town.ags)
            sizes.append(SIZES[town.ags] * share)
    ages = np.arange(101)
    shape = (1 + 0.4 * np.exp(-(((ages - 58) / 12) ** 2))) / (1 + np.exp((ages - 84) / 5))
    start = np.array(sizes)[None, :, None, None] * shape / shape.sum() / 2 * np.ones((1, 1, 2, 1))
    still = still_model(start, units=tuple(units), parents=tuple(parents), base_year=BASE, steps=STEPS)
    death = np.minimum(0.0004 * np.exp(0.085 * np.maximum(ages - 25, 0)), 0.5)
    birth = 0.095 * np.exp(-(((ages - 31) / 6.5) ** 2))
    moving = 0.01 + 0.06 * np.exp(-(((ages - 24) / 7) ** 2))
    special = np.zeros((1, *start.shape))
    special[0, 0, 0, 1, 19:26] = 40
    come = start.sum(axis=1) * moving * 0.55
    return replace(
        still,
        death=np.broadcast_to(death, still.death.shape).copy(),
        birth=np.broadcast_to(birth, still.birth.shape).copy(),
        leave=np.broadcast_to(moving * 0.5, still.leave.shape).copy(),
        arrive=np.broadcast_to(come, still.arrive.shape).copy(),
        share=np.broadcast_to(np.array(sizes) / sum(sizes), still.share.shape).copy(),
        special_kinds=("barracks",),
        special=special,
        special_share=np.ones((STEPS + 1, 1, len(units))),
    )


def _forecasts(past: NDArray[np.float64], sums: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what would have been said in 2021 and 2022: 2 % too many a year, give or take 3 %, so 2 years are out of it."""
    by_age = np.einsum("rm,tmsa->tra", sums, past)
    counted = np.stack([by_age[..., band.low : band.high + 1].sum(axis=-1) for band in BANDS], axis=-1)
    said = np.full((3, 2, *counted.shape), np.nan)
    for origin in range(2):
        for year in range(origin + 1, len(past)):
            for end, part in enumerate((0.97, 1.0, 1.03)):
                said[end, origin, year] = counted[year] * (1 + 0.02 * (year - origin)) * part
    return said.astype(np.float32)


def _track() -> Track:
    trials = [
        Trial(model, geography, horizon, 20, error * horizon, error * 1.2, error * 3, 0.4, 5.0)
        for model, error in (("projection", 1.0), ("constant", 1.4))
        for geography in ("district", "municipality")
        for horizon in (1, 2)
    ]
    held = [
        Held(geography, horizon, level, 20, 71.0 if level == 0.8 else float("nan"), 100 * level + 1)
        for geography in ("district", "municipality")
        for horizon in (1, 2)
        for level in (0.5, 0.8, 0.95)
    ]
    return Track((2021, 2022), tuple(trials), tuple(held), {"projection": 0.7, "constant": 0.3})
