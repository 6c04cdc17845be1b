"""How well Bremen's Ortsteile of 2020 could have been forecast in 2010: our ensemble beside the models it has to beat.

    python benchmarks/backtest.py [FOLDER OF SHARED DATA]

Weights are fitted on the two origins before (1990 for 2000, 2000 for 2010) and tried on the third, which they have not seen.
Data: Statistisches Landesamt Bremen, 12411-03-03.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from allmende.projection.accuracy import Accuracy, measure_ages
from allmende.projection.simple.ensemble import average, fit_weights
from allmende.projection.simple.hamilton_perry import AgeGrid, hamilton_perry, hold_to
from allmende.projection.simple.totals import constant, constant_share, linear

Floats = NDArray[np.float64]

FILE = Path("population") / "bremen_ortsteile_alter_1980_2023.parquet"
DATES = ("1980-12-31", "1990-12-31", "2000-12-31", "2010-12-31", "2020-12-31")
FIVE_YEAR_GROUPS = AgeGrid(shift=2, mothers=(3, 9))
OURS = "ensemble on ages, held to the ensemble on totals"


@dataclass(frozen=True)
class Past:
    """People `[Y, M, 2, K]` in five-year groups (the last 90+) by Ortsteil at `DATES`."""

    keys: tuple[str, ...]
    people: Floats


def read(folder: Path) -> Past:
    """Read the Ortsteile that the file has at all dates, in five-year groups; 3-5 years are split evenly by year."""
    table = pq.read_table(folder / FILE)
    table = table.filter(pc.and_(pc.equal(table["ebene"], "Ortsteil"), pc.is_valid(table["alter_von"])))
    rows = table.to_pylist()
    marked = {row["schluessel"] for row in rows if row["stichtag"] in DATES and (row["insg"] is None or row["x_in_quelle"])}
    keys = tuple(sorted({row["schluessel"] for row in rows} - marked))
    ages = sorted({row["alter_von"] for row in rows})
    read_in = np.full((len(DATES), len(keys), 2, len(ages)), np.nan)
    for row in rows:
        if row["stichtag"] in DATES and row["schluessel"] in keys:
            place = DATES.index(row["stichtag"]), keys.index(row["schluessel"]), slice(None), ages.index(row["alter_von"])
            read_in[place] = row["w"], row["m"]
    whole = ~np.isnan(read_in).any(axis=(0, 2, 3))
    found = read_in[:, whole]
    five = np.concatenate(
        [
            found[..., :1] + found[..., 1:2] * 2 / 3,
            found[..., 1:2] / 3 + found[..., 2:3],
            found[..., 3:4],
            found[..., 4:5] + found[..., 5:6],
            found[..., 6:],
        ],
        axis=-1,
    )
    return Past(tuple(key for key, kept in zip(keys, whole, strict=True) if kept), five)


def forecasts(people: Floats) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return totals `[M]` and people by age `[M, 2, K]` ten years on, each by model, from two dates `[2, M, 2, K]`."""
    totals = people.sum(axis=(2, 3))
    raw = hamilton_perry(people, FIVE_YEAR_GROUPS, 1)
    drawn = hamilton_perry(people, FIVE_YEAR_GROUPS, 1, shrink=True)
    region = float(linear(totals.sum(axis=1, keepdims=True), 1)[0])
    by_total = {
        "no change": constant(totals, 1),
        "linear": linear(totals, 1),
        "constant share": constant_share(totals, 1, region),
        "Hamilton-Perry, ratios drawn to the city's": drawn.sum(axis=(1, 2)),
    }
    return by_total, {"no change": people[-1], "Hamilton-Perry": raw, "Hamilton-Perry, ratios drawn to the city's": drawn}


def run(past: Past) -> dict[str, Accuracy]:
    """Forecast 2020 from 2000 and 2010 by every model; the ensemble's weights know nothing later than 2010."""
    train = [forecasts(past.people[origin - 1 : origin + 1])[0] for origin in (1, 2)]
    weights = fit_weights(train, [past.people[origin + 1].sum(axis=(1, 2)) for origin in (1, 2)])
    totals, ages = forecasts(past.people[2:4])
    actual = past.people[4]
    together = average(totals, weights)
    ours = hold_to((ages["Hamilton-Perry"] + ages["Hamilton-Perry, ratios drawn to the city's"]) / 2, together)
    models = {
        "no change": ages["no change"],
        "linear total, ages as in 2010": hold_to(ages["no change"], totals["linear"]),
        "Hamilton-Perry": ages["Hamilton-Perry"],
        "Hamilton-Perry held to no change": hold_to(ages["Hamilton-Perry"], totals["no change"]),
        "Hamilton-Perry held to linear": hold_to(ages["Hamilton-Perry"], totals["linear"]),
        "ratios drawn to the city's": ages["Hamilton-Perry, ratios drawn to the city's"],
        OURS: ours,
    }
    return {name: measure_ages(people.sum(axis=1), actual.sum(axis=1)) for name, people in models.items()}


def main() -> None:
    """Print the table."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("..") / "shared" / "data"
    if not (folder / FILE).is_file():
        print(f"No {FILE} in {folder}; the back-test on real figures is left out.")
        return
    past = read(folder)
    print(f"{len(past.keys)} Ortsteile, 2000 and 2010 -> 2020, errors in per cent")
    print(f"{'model':50} {'MedAPE':>7} {'MAPE':>7} {'90th':>7} {'bias':>7} {'ages':>7} {'median':>7}")
    for name, found in run(past).items():
        figures = (found.median, found.mean, found.ninetieth, found.bias, found.ages, found.ages_median)
        print(f"{name:50} " + " ".join(f"{figure:7.2f}" for figure in figures))


if __name__ == "__main__":
    main()
