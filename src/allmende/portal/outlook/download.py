"""Tables of a place as CSV: all bands and years with their quantiles, and people by age."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from allmende.outlook.folder import LEVELS
from allmende.portal.outlook.sight import Sight
from allmende.portal.outlook.stories.ages import group_names

Write = Callable[[Sight], Iterator[str]]
SEXES = ("w", "m")


def population_lines(sight: Sight) -> Iterator[str]:
    """Yield one line per band and year: counted people, or the median and the ends of the intervals."""
    yield "\ufeffoutlook;release;area;band;year;counted;" + ";".join(f"q{1000 * level:g}" for level in LEVELS) + "\r\n"
    outlook, key = sight.ahead.outlook, sight.ahead.key(sight.place)
    start = f"{outlook.id};{outlook.release};{key}"
    for band in outlook.bands:
        fan = sight.ahead.fan(sight.place, band.name)
        for year, value in fan.past:
            yield f"{start};{band.name};{year};{value:.0f}{';' * len(LEVELS)}\r\n"
        for at, year in enumerate(fan.years[1:], start=1):
            numbers = ";".join(f"{fan.quantiles[level][at]:.1f}" for level in LEVELS)
            yield f"{start};{band.name};{year};;{numbers}\r\n"


def age_lines(sight: Sight) -> Iterator[str]:
    """Yield one line per variant, year, sex and age (or group of five ages)."""
    yield "\ufeffoutlook;release;area;variant;year;sex;age;people\r\n"
    outlook, key = sight.ahead.outlook, sight.ahead.key(sight.place)
    step = 5 if sight.ahead.too_small(sight.place) else 1
    names, lows = group_names(step), np.arange(0, 101, step)
    row = sight.ahead.sums[sight.ahead.row(sight.place)]
    for variant, people in zip(outlook.variants, outlook.population, strict=True):
        grouped = np.add.reduceat(np.einsum("m,tmsa->tsa", row, people), lows, axis=-1)
        for year, sexes in zip(outlook.years, grouped, strict=True):
            for sex, ages in zip(SEXES, sexes, strict=True):
                for name, value in zip(names, ages, strict=True):
                    yield f"{outlook.id};{outlook.release};{key};{variant.id};{year};{sex};{name};{value:.1f}\r\n"
