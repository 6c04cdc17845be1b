"""How fast futures are drawn, and that cost grows in step with the work.

`python benchmarks/projection.py [--short]`. Rates are invented; arrays have the sizes of the real thing. CPU seconds stand
beside wall seconds, since a machine that does other work shows the first and not the second.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from allmende.projection.bands import Band, sum_bands
from allmende.projection.draws import draw, draw_quantiles, quantiles, run_compiled
from allmende.projection.drivers import drivers, still_drivers
from allmende.projection.levers import Change, Estate, Levers
from allmende.projection.model import Flows, Model, still_model
from allmende.projection.moving import apply
from allmende.projection.run import run

LOWS = (0, 1, 3, 6, 10, 16, 19, 25, 65, 80)
BANDS = tuple(Band(str(low), low, high - 1) for low, high in zip(LOWS, (*LOWS[1:], 101), strict=True))
LEVELS = [0.025, 0.1, 0.5, 0.9, 0.975]
SPREAD = {"fertility": 0.03, "mortality": 0.02, "leaving": 0.04, "arriving": 0.05}
DRIVERS = drivers(
    dict.fromkeys(("nation", "district", "municipality"), SPREAD), {level: {"fertility": 0.9} for level in ("nation",)}
)


def region(
    municipalities: int, parts: int = 1, *, steps: int = 30, classes: int = 6, groups: int = 1, flows: bool = False
) -> Model:
    rng = np.random.default_rng(1)
    count = municipalities * parts
    parents = tuple(f"{1000 + at // 28:05d}{at:06d}"[:11] for at in range(municipalities) for _ in range(parts))
    model = still_model(
        rng.gamma(2, 20, (groups, count, 2, 101)),
        units=tuple(f"{ags}.{at}" for at, ags in enumerate(parents)),
        parents=parents,
        groups=tuple(f"g{g}" for g in range(groups)),
        base_year=2024,
        steps=steps,
    )
    ages = np.arange(101)
    share = rng.gamma(5, 1, (1, 3, classes, count)) * np.ones((steps, 1, 1, 1))
    pairs = np.array([(i, j) for i in range(municipalities) for j in range(municipalities)]) if flows else np.zeros((0, 2), int)
    return replace(
        model,
        death=np.minimum(1e-5 * np.exp(0.105 * ages), 0.5) * np.ones((steps, groups, 2, 1)),
        birth=np.where((ages > 15) & (ages < 50), 0.04, 0) * np.ones((steps, groups, 1)),
        leave=np.full((steps, 3, groups, 2, 101), 0.02),
        arrive=np.full((steps, 2, groups, 2, 101), count * 0.4),
        age_class=ages * classes // 101,
        leave_factor=np.ones((steps, 3, classes, count)),
        share=share / share.sum(axis=-1, keepdims=True),
        flows=Flows(pairs[:, 0], pairs[:, 1], np.full((classes, len(pairs)), 0.7 / municipalities)),
    )


def timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def peak() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e6


def whole_country(draws: int, municipalities: int) -> None:
    model = region(municipalities)
    years = [2029, 2034, 2039, 2044, 2049, 2054]
    wall, cpu = timed(lambda: draw_quantiles(model, DRIVERS, BANDS, LEVELS, years=years, draws=draws, seed=1))
    per = cpu / (draws * municipalities * 30) * 1e6
    print(f"{draws:,} draws × {municipalities:,} municipalities × 202 cells × 30 years, drivers, noise, 10 bands in 6 years")
    print(f"  {wall:.1f} s wall, {cpu:.1f} s CPU, {per:.2f} µs CPU per unit and year, peak {peak():.1f} GB")
    full = 1000 * 11000 / (draws * municipalities)
    print(f"  at 1,000 × 11,000: ratio to 60 s on two free cores {cpu * full / 2 / 60:.2f} (claim: at most 1)")


def straight_line(short: bool) -> None:
    """Show the CPU time per unit, year and draw while one factor doubles; a straight line keeps it the same."""
    base = {"draws": 32, "units": 500, "years": 10}
    print("cost when one factor doubles twice (CPU, ratio to the first; 1, 2 and 4 are a straight line)")
    for name in base:
        cost = []
        for factor in (1, 2) if short else (1, 2, 4):
            size = base | {name: base[name] * factor}
            model = region(size["units"], steps=size["years"])
            quiet = replace(DRIVERS, noise=False)
            work = lambda model=model, size=size, quiet=quiet: draw(model, quiet, BANDS, draws=size["draws"], seed=1)  # noqa: E731
            cost.append(min(timed(work)[1] for _ in range(3)))
        print(f"  {name}: " + ", ".join(f"{each / cost[0]:.2f}" for each in cost))


def one_district(draws: int) -> None:
    model = region(40, 20, flows=True)
    years = list(range(2025, 2055))
    wall, cpu = timed(lambda: quantiles(draw(model, DRIVERS, BANDS, years=years, draws=draws, seed=1), LEVELS))
    print(f"district: 40 municipalities × 20 Ortsteile × {draws:,} draws, flows between all pairs, quantiles of all 30 years")
    print(f"  {wall:.1f} s wall, {cpu:.1f} s CPU; at 1,000 draws ratio to 10 s on two cores {cpu * 1000 / draws / 2 / 10:.2f}")


def one_lever() -> None:
    model = region(21, 3, flows=True)
    estate = Estate(model.units[5], 2026, 2030, 30, 2.5, 0.5)
    levers = Levers(changes=(Change("fertility", 1.1, 2025, 2030),), estates=(estate,))

    def move() -> None:
        moved = apply(model, levers)
        sum_bands(run_compiled(moved), BANDS)
        drawn = draw(moved, DRIVERS, BANDS[:4], draws=200, seed=1)
        quantiles(drawn, LEVELS, totals=np.ones((1, 63)))
        quantiles(drawn, LEVELS)

    move()
    walls, cpus = zip(*(timed(move) for _ in range(5)), strict=True)
    print("lever: 63 units × 30 years, estate and fertility, central path, 200 draws, quantiles of 4 bands")
    print(
        f"  {min(walls) * 1000:.0f} ms wall (best of 5), {min(cpus) * 1000:.0f} ms CPU; ratio to 300 ms {min(walls) / 0.3:.2f}"
    )


def twin_beside_kernel() -> None:
    model = region(500)
    draw(model, still_drivers(), BANDS, draws=1, seed=1)
    twin, kernel = timed(lambda: run(model)), timed(lambda: draw(model, still_drivers(), BANDS, draws=64, seed=1, threads=1))
    print(f"NumPy twin {twin[1]:.2f} s CPU a scenario, kernel {kernel[1] / 64:.4f} s: {twin[1] / (kernel[1] / 64):.0f} times")
    print("  (the twin keeps all components, the kernel the sums of bands)")


def main(short: bool) -> None:
    draw(region(2), DRIVERS, BANDS, draws=2, seed=1)  # compile
    twin_beside_kernel()
    one_lever()
    one_district(100 if short else 1000)
    straight_line(short)
    whole_country(*((64, 2000) if short else (1000, 11000)))


if __name__ == "__main__":
    main("--short" in sys.argv)
