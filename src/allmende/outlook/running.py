"""Look ahead from a release: estimate, try on the past, run the variants, draw, and widen intervals to what was earned."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import allmende
from allmende.areas.hierarchy import load_region
from allmende.cubes.publication import current, read_publication
from allmende.outlook.folder import COMPONENTS, LEVELS, Outlook, Statement, Variant, name_outlook, sum_matrix
from allmende.outlook.past import read_counts
from allmende.outlook.track import ENSEMBLE, OURS, SIMPLE, back_test, keep_track, learn_widths, look_simply
from allmende.parameters import load
from allmende.projection.bands import Band
from allmende.projection.counts import Counts
from allmende.projection.draws import Draws, draw, quantiles
from allmende.projection.drivers import Drivers, drivers
from allmende.projection.estimation import Estimate, Settings, estimate
from allmende.projection.levers import read_levers, write_levers
from allmende.projection.model import Model
from allmende.projection.moving import apply
from allmende.projection.rates.schedules import national
from allmende.projection.rates.stocks import reckon_stock
from allmende.projection.run import run
from allmende.projection.simple.ensemble import average
from allmende.projection.widths import Widths

Floats = NDArray[np.float64]

PUBLIC = "public"
OF_GROUPS = ("German children of foreign mothers", "naturalisation")
"""Assumptions that only a projection by nationality rests on."""
REGION = "region"
WIDE = 0.8
"""Draws are stretched by the factor of the 80 % interval; printed intervals by the factor of their own level."""


def look_ahead(
    public: Path, settings: Mapping[str, Any] | None = None, tell: Callable[[int, int], None] = lambda done, total: None
) -> tuple[Outlook, Model]:
    """Look ahead from the release in force in a public folder, with the tables that everybody may read.

    `settings` has the layout of `parameters/outlook.toml` and takes its place; besides, `estimate` in it may hold fields of
    `allmende.projection.estimation.Settings` (years left out, window). The same release and settings give the same outlook.
    Raises `AllmendeError` where the release cannot carry a projection.
    """
    settings = dict(settings or load("outlook"))
    folder = current(public)
    publication, region = read_publication(folder), load_region(folder / "region")

    @cache
    def counts(until: int) -> Counts:
        return read_counts(publication, region, (PUBLIC,), until)

    whole = read_counts(publication, region, (PUBLIC,))
    chosen = dict(settings.get("estimate", {}))
    made = estimate(whole, Settings(**(chosen | {"steps": settings["horizon"]})))
    model = made.model
    tell(1, 5)
    moved = drivers(**settings["drivers"])
    test = back_test(counts, whole.years, moved, settings=chosen, draws=settings["back_test_draws"], seed=settings["seed"])
    widths, track = learn_widths(test, settings["sizes"]), keep_track(test, settings["sizes"])
    tell(2, 5)
    variants = tuple(_variant(entry, model.base_year) for entry in settings["variant"])
    paths = [run(apply(model, read_levers(variant.levers))) for variant in variants]
    tell(3, 5)
    areas = (*whole.units, *whole.municipalities, REGION)
    bands = tuple(Band(entry["id"], *entry["ages"]) for entry in settings["band"])
    fan = fan_out(draw(model, moved, bands, draws=settings["draws"], seed=settings["seed"]), areas, whole.parents, widths)
    tell(4, 5)
    past = reckon_stock(whole).people.sum(axis=1)
    components = [[getattr(path, name).sum(axis=(1, 3, 4)) for path in paths] for name in COMPONENTS]
    population = np.stack([path.population.sum(axis=1) for path in paths])
    benchmarks, simple = _simple(past, paths[0].population.sum(axis=(1, 3, 4)), track.weights, areas, whole)
    outlook = Outlook(
        id="",
        release=publication.id,
        region=region.id,
        audience=PUBLIC,
        units=whole.units,
        parents=whole.parents,
        areas=areas,
        past_years=whole.years,
        years=model.years,
        variants=variants,
        bands=bands,
        benchmarks=benchmarks,
        too_small=made.explanation.too_small,
        threshold=float(national(chosen.get("own", {})).threshold),
        draws=settings["draws"],
        seed=settings["seed"],
        statements=_statements(made, settings),
        track=track,
        widths=widths,
        drivers=settings["drivers"],
        past=past.astype(np.float32),
        population=population.astype(np.float32),
        components=np.array(components, dtype=np.float32),
        fan=fan.astype(np.float32),
        simple=simple.astype(np.float32),
    )
    made_of = (publication.id, json.dumps(settings, sort_keys=True, default=str), allmende.__version__)
    named = replace(outlook, id=name_outlook(model.base_year, [part.encode() for part in made_of]))
    tell(5, 5)
    return named, model


def outlook_drivers(outlook: Outlook) -> Drivers:
    """Return the drivers that an outlook's draws were made with."""
    return drivers(**outlook.drivers)


def fan_out(drawn: Draws, areas: Sequence[str], parents: Sequence[str], widths: Widths) -> Floats:
    """Return quantiles `LEVELS` of draws for areas `[Q, Y, R, K]`: the median as drawn, intervals as wide as the past taught.

    An interval of level L is the median ± factor(L, size of the area, horizon) × half of the 80 % interval as drawn; nothing
    falls below 0. The base year is as sure as its figures: its intervals stay as drawn.
    """
    sums = sum_matrix(areas, drawn.units, parents).astype(np.float64)
    low, middle, high = quantiles(drawn, [0.1, 0.5, 0.9], totals=sums)
    half = (high - low) / 2
    people = _totals_of(drawn, middle)
    fan = np.empty((len(LEVELS), *middle.shape))
    fan[LEVELS.index(0.5)] = middle
    for at, level in enumerate(widths.levels):
        below, above = LEVELS.index(round((1 - level) / 2, 3)), LEVELS.index(round((1 + level) / 2, 3))
        for row, year in enumerate(drawn.years):
            factor = widths.at(people[row], year - drawn.years[0])[:, at, None] if row else np.full((len(areas), 1), 1.0)
            fan[below, row] = np.maximum(middle[row] - factor * half[row], 0)
            fan[above, row] = middle[row] + factor * half[row]
    return fan


def stretch(drawn: Draws, widths: Widths) -> Floats:
    """Return draws `[S, Y, M, K]` drawn out around their median so that their 80 % interval is as wide as the past taught."""
    middle = np.median(drawn.value, axis=0).astype(np.float64)
    people = _totals_of(drawn, middle)
    at = widths.levels.index(WIDE)
    factor = np.stack([widths.at(people[row], year - drawn.years[0])[:, at] for row, year in enumerate(drawn.years)])
    factor[0] = 1.0
    stretched: Floats = np.maximum(middle + factor[None, :, :, None] * (drawn.value - middle), 0.0)
    return stretched


def _totals_of(drawn: Draws, middle: Floats) -> Floats:
    """Return the size of each area, by the band of everybody or else by the largest band drawn."""
    whole = [at for at, band in enumerate(drawn.bands) if (band.low, band.high, band.sex) == (0, 100, None)]
    return np.asarray(middle[..., whole[0]] if whole else middle.max(axis=-1), dtype=np.float64)


def _variant(entry: Mapping[str, Any], base_year: int) -> Variant:
    changes = [
        {
            "rate": change["rate"],
            "factor": change["factor"],
            "first_year": base_year + 1,
            "full_year": base_year + change["years"],
        }
        for change in entry.get("changes", [])
    ]
    return Variant(entry["id"], entry["title"], write_levers(read_levers({"changes": changes} if changes else {})))


def _simple(
    past: Floats, ours: Floats, weights: Mapping[str, float], areas: Sequence[str], counts: Counts
) -> tuple[tuple[str, ...], Floats]:
    """Return totals of the simple models and of the ensemble `[B, T + 1, R]`, the base year first."""
    steps = len(ours) - 1
    totals, _ = look_simply(past, steps)
    launch = past[-1].sum(axis=(1, 2))
    by_model = {name: np.concatenate([launch[None], totals[name]]) for name in SIMPLE} | {OURS: ours}
    by_model[ENSEMBLE] = average(by_model, weights)
    names = (*SIMPLE, ENSEMBLE)
    sums = sum_matrix(areas, counts.units, counts.parents)
    return names, np.stack([by_model[name] @ sums.T for name in names])


def _statements(made: Estimate, settings: Mapping[str, Any]) -> tuple[Statement, ...]:
    words = load("outlook")["words"]
    assumed = [
        Statement(
            each.name,
            words[each.name]["de"].format(value=each.value),
            words[each.name]["en"].format(value=each.value),
            each.source,
            each.valid_from,
        )
        for each in made.explanation.assumptions
        if len(made.model.groups) > 1 or each.name not in OF_GROUPS
    ]
    done = [Statement(note.topic, note.de, note.en, "") for note in made.explanation.notes]
    named = [
        Statement(f"variant:{entry['id']}", entry["title"]["de"], entry["title"]["en"], entry["source"])
        for entry in settings["variant"]
    ]
    return tuple(done + named + assumed)
