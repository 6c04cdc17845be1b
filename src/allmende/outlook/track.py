"""The track record: what the same model would have said in earlier years, beside simple ones, and how often it was right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.outlook.doubts import doubtful
from allmende.outlook.folder import Held, Track, Trial, sum_matrix
from allmende.outlook.making import chosen_bands, knowing_until, make_model
from allmende.projection.accuracy import coverage, measure_ages
from allmende.projection.counts import Counts
from allmende.projection.draws import draw, quantiles, run_compiled
from allmende.projection.model import Model
from allmende.projection.rates.stocks import everybody
from allmende.projection.simple.ensemble import average, fit_weights
from allmende.projection.simple.hamilton_perry import AgeGrid, hamilton_perry
from allmende.projection.simple.totals import constant, constant_share, linear, share_of_growth
from allmende.projection.widths import REFERENCE, Widths, calibrate, score

Floats = NDArray[np.float64]

SINGLE_AGES = AgeGrid(shift=1, mothers=(20, 45))
OURS = "projection"
ENSEMBLE = "ensemble"
SIMPLE = ("constant", "linear", "constant_share", "share_of_growth", "hamilton_perry")


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """What would have been said in one year of each year after: totals `[H, M]` and ages `[H, M, 2, A]` by model.

    `low`, `middle`, `high` are median and ends of the 80 % interval as drawn `[H, R, K]`, by area and band, everybody first;
    `now [R]` the people in the year of the forecast, as known then.
    """

    origin: int
    model: Model
    totals: Mapping[str, Floats]
    ages: Mapping[str, Floats]
    low: Floats
    middle: Floats
    high: Floats
    now: Floats


@dataclass(frozen=True, slots=True, eq=False)
class BackTest:
    """Forecasts of all origins beside what came `[Y, M, 2, A]` in `years`."""

    years: tuple[int, ...]
    actual: Floats
    areas: tuple[str, ...]
    sums: Floats  # [R, M]
    forecasts: tuple[Forecast, ...]


def back_test(counts: Callable[[int | None], Counts], years: Sequence[int], settings: Mapping[str, Any]) -> BackTest:
    """Repeat the projection from every year that has at least three years before it and one after it.

    `counts(until)` gives what was published up to a year: nothing later reaches a forecast. What came is the stock as published
    later, districts reconciled with their municipalities. `settings` as in `parameters/outlook.toml`.
    """
    last = counts(years[-1])
    actual = everybody(last).sum(axis=1)
    areas = (*last.units, *last.municipalities, "region")
    sums, bands = sum_matrix(areas, last.units, last.parents).astype(np.float64), chosen_bands(settings)
    forecasts = []
    for origin in years[3:-1]:
        ahead = years[-1] - origin
        made = make_model(counts(origin), knowing_until(settings, origin), ahead)
        central = run_compiled(made.model)[1:].sum(axis=1)
        unsure = doubtful(settings["drivers"], made.estimate)
        drawn = draw(made.model, unsure, bands, draws=settings["back_test_draws"], seed=settings["seed"])
        drawn_ends = quantiles(drawn, [(1 - REFERENCE) / 2, 0.5, (1 + REFERENCE) / 2], totals=sums)
        low, middle, high = drawn_ends[:, 1:]
        simple, cohorts = look_simply(made.past, ahead)
        forecasts.append(
            Forecast(
                origin,
                made.model,
                {OURS: central.sum(axis=(2, 3))} | simple,
                {OURS: central} | cohorts,
                low,
                middle,
                high,
                now=drawn_ends[1, 0, :, 0],
            )
        )
    return BackTest(tuple(years), actual, areas, sums, tuple(forecasts))


def look_simply(past: Floats, ahead: int) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Carry `past [Y, M, 2, A]` forward by simple models: totals `[H, M]` of each, and ages where the model has any."""
    totals = past.sum(axis=(2, 3))
    region = [float(linear(totals.sum(axis=1, keepdims=True), step)[0]) for step in range(1, ahead + 1)]
    cohorts = np.stack([hamilton_perry(past, SINGLE_AGES, step, shrink=True) for step in range(1, ahead + 1)])
    steps = range(1, ahead + 1)
    return {
        "constant": np.stack([constant(totals, step) for step in steps]),
        "linear": np.stack([linear(totals, step) for step in steps]),
        "constant_share": np.stack([constant_share(totals, step, region[step - 1]) for step in steps]),
        "share_of_growth": np.stack([share_of_growth(totals, step, region[step - 1]) for step in steps]),
        "hamilton_perry": cohorts.sum(axis=(2, 3)),
    }, {"constant": np.stack([past[-1]] * ahead), "hamilton_perry": cohorts}


def learn_widths(test: BackTest, sizes: Sequence[float], leave_out: int | None = None) -> Widths:
    """Fit the widths of intervals on all origins but one: `leave_out`.

    A region that has no areas of a size class learns that class together with the next.
    """
    scores, people, horizons = [], [], []
    for forecast in test.forecasts:
        if forecast.origin == leave_out:
            continue
        for step in range(len(forecast.middle)):
            came = test.sums @ test.actual[test.years.index(forecast.origin + step + 1)].sum(axis=(1, 2))
            scores.append(score(forecast.middle[step, :, 0], _half(forecast, step), came))
            people.append(forecast.now)
            horizons.append(step + 1)
    return calibrate(scores, people, horizons, known_sizes(people, horizons, sizes))


def known_sizes(people: Sequence[Floats], horizons: Sequence[int], sizes: Sequence[float]) -> list[float]:
    """Return the bounds of size classes that the region has areas of at every horizon; a class without any joins the next."""
    at_horizon = [np.concatenate([p for p, h in zip(people, horizons, strict=True) if h == step]) for step in set(horizons)]
    kept: list[float] = []
    for bound in sizes:
        last = kept[-1] if kept else -1.0
        if all(((areas > last) & (areas <= bound)).any() and (areas > bound).any() for areas in at_horizon):
            kept.append(bound)
    return kept


def keep_track(test: BackTest, sizes: Sequence[float]) -> Track:
    """Sum a back-test up: errors of every model by horizon and level, coverage of intervals, weights of the ensemble.

    The ensemble is tried with weights that were fitted without the origin it is tried on.
    """
    unseen = {forecast.origin: _weights(test, forecast.origin) for forecast in test.forecasts}
    trials = [trial for forecast_set in _by_horizon(test) for trial in _trials(test, forecast_set, unseen)]
    held = [each for step in range(_furthest(test)) for each in _coverage(test, step, sizes)]
    return Track(tuple(f.origin for f in test.forecasts), tuple(trials), tuple(held), _weights(test))


def keep_forecasts(test: BackTest, sizes: Sequence[float]) -> Floats:
    """Return what would have been said of each past year `[3, O, Y, R, K]`: low end, median and high end of the 80 % interval.

    NaN up to the year of an origin. Intervals are as wide as the other origins taught: what came is not known to them.
    """
    shape = test.forecasts[0].middle.shape[1:]
    said = np.full((3, len(test.forecasts), len(test.years), *shape), np.nan)
    for at, forecast in enumerate(test.forecasts):
        first = test.years.index(forecast.origin) + 1
        for step, (low, middle, high) in enumerate(zip(forecast.low, forecast.middle, forecast.high, strict=True)):
            widths = _learnt(test, sizes, forecast.origin, step)
            factor = widths.at(forecast.now, step + 1)[:, widths.levels.index(REFERENCE)]
            half = factor[:, None] * (high - low) / 2
            said[:, at, first + step] = np.maximum(middle - half, 0), middle, middle + half
    return said


def _half(forecast: Forecast, step: int) -> Floats:
    half: Floats = np.maximum((forecast.high[step, :, 0] - forecast.low[step, :, 0]) / 2, 0.5)
    return half


def _furthest(test: BackTest) -> int:
    return max(len(forecast.middle) for forecast in test.forecasts)


def _by_horizon(test: BackTest) -> list[tuple[int, list[Forecast]]]:
    return [(step, [f for f in test.forecasts if len(f.middle) > step]) for step in range(_furthest(test))]


def _came(test: BackTest, forecast: Forecast, step: int) -> Floats:
    came: Floats = test.actual[test.years.index(forecast.origin + step + 1)]
    return came


def _weights(test: BackTest, leave_out: int | None = None) -> dict[str, float]:
    """Fit one set of weights on all origins but one, and all their horizons, by unit."""
    forecasts, actual = [], []
    for forecast in test.forecasts:
        if forecast.origin == leave_out and len(test.forecasts) > 1:
            continue
        for step in range(len(forecast.middle)):
            forecasts.append({name: values[step] for name, values in forecast.totals.items()})
            actual.append(_came(test, forecast, step).sum(axis=(1, 2)))
    return fit_weights(forecasts, actual, floor=100)


def _trials(test: BackTest, horizon: tuple[int, list[Forecast]], unseen: Mapping[int, Mapping[str, float]]) -> list[Trial]:
    step, forecasts = horizon
    found = []
    units = len(test.actual[0])
    for geography, rows in (("district", slice(0, units)), ("municipality", slice(units, len(test.areas) - 1))):
        sums = test.sums[rows]
        for name in (OURS, *SIMPLE, ENSEMBLE):
            said, came = [], []
            for forecast in forecasts:
                truth = np.einsum("rm,msa->rsa", sums, _came(test, forecast, step))
                if name in forecast.ages:
                    said.append(np.einsum("rm,msa->rsa", sums, forecast.ages[name][step]))
                else:
                    each = {model: values[step] for model, values in forecast.totals.items()}
                    total = average(each, unseen[forecast.origin]) if name == ENSEMBLE else each[name]
                    ages = np.einsum("rm,msa->rsa", sums, forecast.ages[OURS][step])
                    said.append(ages * ((sums @ total) / ages.sum(axis=(1, 2)))[:, None, None])
                came.append(truth)
            measured = measure_ages(_five_years(np.concatenate(said)), _five_years(np.concatenate(came)))
            found.append(
                Trial(
                    name,
                    geography,
                    step + 1,
                    measured.areas,
                    measured.median,
                    measured.mean,
                    measured.ninetieth,
                    measured.bias,
                    measured.ages,
                )
            )
    return found


def _five_years(people: Floats) -> Floats:
    """Sum sexes, and single ages to five-year groups: what small areas support."""
    return np.add.reduceat(people.sum(axis=1), np.arange(0, people.shape[-1], 5), axis=-1)


def _coverage(test: BackTest, step: int, sizes: Sequence[float]) -> list[Held]:
    """Count how often intervals held what came: as drawn (80 %), and with widths learnt from the other origins."""
    found = []
    units = len(test.actual[0])
    forecasts = [f for f in test.forecasts if len(f.middle) > step]
    for geography, rows in (("district", slice(0, units)), ("municipality", slice(units, len(test.areas) - 1))):
        for at, level in enumerate(learn_widths(test, sizes).levels):
            drawn, stretched = [], []
            for forecast in forecasts:
                came = (test.sums @ _came(test, forecast, step).sum(axis=(1, 2)))[rows]
                middle, half = forecast.middle[step, rows, 0], _half(forecast, step)[rows]
                factor = _learnt(test, sizes, forecast.origin, step).at(forecast.now[rows], step + 1)[:, at]
                if level == REFERENCE:
                    drawn.append(coverage(middle - half, middle + half, came))
                stretched.append(coverage(middle - factor * half, middle + factor * half, came))
            found.append(
                Held(
                    geography,
                    step + 1,
                    level,
                    (rows.stop - rows.start) * len(forecasts),
                    float(np.mean(drawn)) if drawn else float("nan"),
                    float(np.mean(stretched)),
                )
            )
    return found


def _learnt(test: BackTest, sizes: Sequence[float], origin: int, step: int) -> Widths:
    """Return widths that do not know this origin, where another one reaches as far; else those of all."""
    others = [f for f in test.forecasts if f.origin != origin and len(f.middle) > step]
    return learn_widths(test, sizes, origin if others else None)
