"""Look ahead: estimate, try on the past, run the variants, draw, widen intervals to what was earned, and weigh needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.outlook.cells.ahead import cell_statements, look_at_cells
from allmende.outlook.cells.file import CellsAhead
from allmende.outlook.doubts import doubts
from allmende.outlook.fans import fan_out
from allmende.outlook.folder import COMPONENTS, Outlook, Statement, Variant, name_outlook, sum_matrix
from allmende.outlook.making import chosen_bands, make_model
from allmende.outlook.needs import REGION, ServiceNeeds
from allmende.outlook.sources import Source
from allmende.outlook.totals import hold_to_totals
from allmende.outlook.track import ENSEMBLE, OURS, SIMPLE, back_test, keep_forecasts, keep_track, learn_widths, look_simply
from allmende.outlook.weighing import weigh_offer
from allmende.outlook.zeros import of_zeros
from allmende.parameters import load
from allmende.projection.counts import Counts
from allmende.projection.draws import draw
from allmende.projection.drivers import Drivers, drivers
from allmende.projection.estimation import Estimate
from allmende.projection.levers import read_levers, write_levers
from allmende.projection.model import Model
from allmende.projection.moving import apply
from allmende.projection.rates.schedules import national
from allmende.projection.run import run
from allmende.projection.simple.ensemble import average

Floats = NDArray[np.float64]

LEAN = "tried on the region's own past (track record); averages of models win on record: Wilson 2017"
OF_GROUPS = ("German children of foreign mothers", "naturalisation")
"""Assumptions that only a projection by nationality rests on."""


@dataclass(frozen=True, slots=True, eq=False)
class LookAhead:
    """What a look ahead found: the outlook, the model that levers act on, needs (none without facilities), cells."""

    outlook: Outlook
    model: Model
    needs: tuple[ServiceNeeds, ...]
    cells: tuple[CellsAhead, ...]


def look_ahead(
    source: Source, settings: Mapping[str, Any] | None = None, tell: Callable[[int, int], None] = lambda done, total: None
) -> LookAhead:
    """Look ahead from what is known of a region (`allmende.outlook.sources`).

    `settings` has the layout of `parameters/outlook.toml` and takes its place; besides, `estimate` in it may hold fields of
    `allmende.projection.estimation.Settings` (years left out, window). The same source and settings give the same outlook.
    Raises `AllmendeError` where the source cannot carry a projection.
    """
    settings = dict(settings or load("outlook"))
    counts = cache(source.counts)
    whole = counts(None)
    made = make_model(whole, settings, settings["horizon"])
    held, past = hold_to_totals(made.model, source.totals), made.past
    model = held.model
    tell(1, 6)
    unsure = doubts(settings["drivers"], made.estimate)
    moved = drivers(**unsure)
    test = back_test(counts, whole.years, settings)
    widths, track = learn_widths(test, settings["sizes"]), keep_track(test, settings["sizes"])
    tell(2, 6)
    variants = tuple(_variant(entry, model.base_year) for entry in settings["variant"])
    paths = [run(apply(model, read_levers(variant.levers))) for variant in variants]
    tell(3, 6)
    areas = (*whole.units, *whole.municipalities, REGION)
    bands = chosen_bands(settings)
    drawn = draw(model, moved, bands, draws=settings["draws"], seed=settings["seed"])
    fan = fan_out(drawn, areas, whole.parents, widths)
    cells = look_at_cells(source.grids, paths[0], drawn, test)
    tell(4, 6)
    components = [[getattr(path, name).sum(axis=(1, 3, 4)) for path in paths] for name in COMPONENTS]
    population = np.stack([path.population.sum(axis=1) for path in paths])
    benchmarks, simple = _simple(past, paths[0].population.sum(axis=(1, 3, 4)), track.weights, areas, whole)
    needs: tuple[ServiceNeeds, ...] = ()
    if source.offer:
        needs = weigh_offer(source.offer, model, moved, widths, source.region, draws=settings["draws"], seed=settings["seed"])
    tell(5, 6)
    outlook = Outlook(
        id="",
        release=source.release,
        region=source.region.id,
        audience=source.audience,
        units=whole.units,
        parents=whole.parents,
        areas=areas,
        past_years=whole.years,
        years=model.years,
        variants=variants,
        bands=bands,
        benchmarks=benchmarks,
        too_small=made.estimate.explanation.too_small,
        threshold=float(national(settings.get("estimate", {}).get("own", {})).threshold),
        draws=settings["draws"],
        seed=settings["seed"],
        statements=(
            *_statements(made.estimate, settings, source),
            *held.notes,
            *of_zeros(load("outlook")["words"], drawn, fan, simple),
            *cell_statements(cells),
        ),
        track=track,
        widths=widths,
        drivers=unsure,
        past=past.astype(np.float32),
        population=population.astype(np.float32),
        components=np.array(components, dtype=np.float32),
        fan=fan.astype(np.float32),
        simple=simple.astype(np.float32),
        forecasts=keep_forecasts(test, settings["sizes"]).astype(np.float32),
    )
    named = replace(outlook, id=name_outlook(outlook, model, needs, cells))
    tell(6, 6)
    return LookAhead(named, model, needs, cells)


def outlook_drivers(outlook: Outlook) -> Drivers:
    """Return the drivers that an outlook's draws were made with."""
    return drivers(**outlook.drivers)


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
    levers = write_levers(read_levers({"changes": changes} if changes else {}))
    return Variant(entry["id"], entry["title"], json.loads(json.dumps(levers)))  # plain, as it will be read again


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


def _statements(made: Estimate, settings: Mapping[str, Any], source: Source) -> tuple[Statement, ...]:
    words = load("outlook")["words"]
    leaning = {language: text.format(**settings["lean"]) for language, text in words["lean"].items()}
    said = [*source.notes, Statement("lean", leaning["de"], leaning["en"], LEAN)]
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
    return tuple(done + said + named + assumed)
