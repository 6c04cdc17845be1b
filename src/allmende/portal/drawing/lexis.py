"""The Lexis surface: a value for every year and age, and the ways of cohorts through it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from allmende.portal.drawing.plot import Plot
from allmende.portal.drawing.svg import WIDE, drawing, element, text, ticks
from allmende.portal.drawing.words import SMALL, Labels, measure

SHADES = 9
MIDDLE = SHADES // 2
KEY = 52
"""Height of the colour key below the surface."""


def lexis(
    years: Sequence[int],
    ages: Sequence[int],
    values: NDArray[np.float64],
    label: str,
    write: Callable[[float], str],
    width: int = WIDE,
    *,
    around: float | None = None,
    cohorts: Sequence[int] = (),
    named: Callable[[int], str] = str,
    now: int | None = None,
) -> str:
    """Draw values (ages, years) as colours, with a key; not a number is left white.

    `around` is the meaningful middle of a diverging scale. `cohorts` are years of birth, drawn as diagonals with the words of
    `named`; `now` is the first projected year. Years and ages are consecutive.
    """
    limits, shades = scale_of(values, around)
    height = 440 if width == WIDE else 360
    plot = Plot(36, 10, width - 18, height - 24, years[0], years[-1] + 1, ages[0], ages[-1] + 1)
    below = f"minus-{crc32(f'{label} {width}'.encode()):08x}"
    parts = [_lines(below), *_surface(plot, years, ages, values, limits, shades, below)]
    parts += [text(str(age), 28, plot.y(age) + 4, "end", "tick") for age in ages if age % (10 if width == WIDE else 20) == 0]
    parts += [text(str(year), plot.x(year), height - 4, "middle", "tick") for year in plot.years()]
    if now is not None:
        parts.append(element("line", x1=plot.x(now), x2=plot.x(now), y1=plot.top, y2=plot.bottom, class_="now"))
    labels = Labels((plot.left + 4, plot.top + 4, plot.right - 4, plot.bottom - 4))
    parts += [part for born in cohorts for part in _cohort(plot, born, named(born), labels)]
    return drawing(width, height + KEY, label, parts + _key(plot, height, limits, shades, write, below))


def _lines(name: str) -> str:
    """Define the lines that mark what is below the middle on paper, where colours may be grey."""
    line = element("line", x1=0, x2=4, y1=2, y2=2, class_="lining")
    return element("defs", element("pattern", line, id=name, width=4, height=4, patternUnits="userSpaceOnUse"))


def _field(path: str, shade: str, below: str) -> str:
    """Draw a field in its colour, lined on paper if the colour is below the middle; `below` names the lines."""
    field = element("path", d=path, class_=f"cell {shade}")
    is_below = shade.startswith("x") and int(shade[1:]) < MIDDLE
    return field + (element("path", d=path, class_="minus", fill=f"url(#{below})") if is_below else "")


def scale_of(values: NDArray[np.float64], around: float | None) -> tuple[list[float], list[str]]:
    """Return round limits between classes and the class of each step: s0 … s8, or x0 … x8 without x4 around a middle.

    >>> scale_of(np.array([[0.0, 93.0]]), None)
    ([20, 40, 60, 80], ['s0', 's2', 's4', 's6', 's8'])
    >>> scale_of(np.array([[-9.0, 3.0]]), 0)
    ([-7.5, -5, -2.5, 0, 2.5, 5, 7.5], ['x0', 'x1', 'x2', 'x3', 'x5', 'x6', 'x7', 'x8'])
    """
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    if around is None:
        marks = next(
            marks
            for marks in (ticks(low, max(high, low + 1e-6), count) for count in range(SHADES - 1, 1, -1))
            if len(marks) <= SHADES + 1
        )
        count = len(marks) - 1
        return marks[1:-1], [f"s{round(i * (SHADES - 1) / max(count - 1, 1))}" for i in range(count)]
    far = max(high - around, around - low, 1e-6)
    steps = next(steps for steps in (ticks(0, far, count)[1:] for count in (4, 3, 2, 1)) if len(steps) <= MIDDLE)
    limits = [around + step for step in (*(-step for step in reversed(steps[:-1])), 0, *steps[:-1])]
    ranks = range(1, len(steps) + 1)
    return limits, [f"x{MIDDLE - rank}" for rank in reversed(ranks)] + [f"x{MIDDLE + rank}" for rank in ranks]


def _surface(
    plot: Plot,
    years: Sequence[int],
    ages: Sequence[int],
    values: NDArray[np.float64],
    limits: Sequence[float],
    shades: Sequence[str],
    below: str,
) -> list[str]:
    """Draw one path per class, of runs of equal class along the years."""
    codes = np.where(np.isfinite(values), np.searchsorted(limits, values, side="right"), -1)
    paths: dict[int, list[str]] = {}
    for age, row in zip(ages, codes.tolist(), strict=True):
        top, bottom = round(plot.y(age + 1), 1), round(plot.y(age), 1)
        for code, run in groupby(zip(years, row, strict=True), key=lambda cell: cell[1]):
            cells = [year for year, _ in run]
            left, right = round(plot.x(cells[0]), 1), round(plot.x(cells[-1] + 1), 1)
            paths.setdefault(code, []).append(f"M{left:g},{top:g}H{right:g}V{bottom:g}H{left:g}z")
    return [_field("".join(path), shades[code], below) for code, path in sorted(paths.items()) if code >= 0]


def _cohort(plot: Plot, born: int, words: str, labels: Labels) -> list[str]:
    """Draw the way of those born in a year: they are in their first year of age that year, and a year older every year."""
    start, end = max(plot.first, born + plot.low), min(plot.last, born + plot.high)
    if start >= end:
        return []
    ways = [(plot.x(year), plot.y(year - born)) for year in (start, end)]
    (x0, y0), (x1, y1) = ways
    lines = [element("line", x1=x0, y1=y0, x2=x1, y2=y1, class_=class_) for class_ in ("casing", "cohort")]
    spots = [(x0 + (x1 - x0) * t - 6, y0 + (y1 - y0) * t - 4, "end") for t in (0.75, 0.6, 0.85, 0.45, 0.3, 0.95)]
    return [*lines, labels.place(words, spots, "value", far=60)]


def _key(
    plot: Plot, top: float, limits: Sequence[float], shades: Sequence[str], write: Callable[[float], str], below: str
) -> list[str]:
    """Draw the colours in order with the limits between them."""
    written = [write(limit) for limit in limits]
    wide = min(max((measure(words, SMALL) for words in written), default=30) + 12, (plot.right - plot.left) / len(shades))
    wide = max(wide, min(44.0, (plot.right - plot.left) / len(shades)))
    starts = [plot.left + i * wide for i in range(len(shades))]
    parts = [_field(f"M{x:.1f},{top + 14:g}h{wide:.1f}v12h-{wide:.1f}z", s, below) for x, s in zip(starts, shades, strict=True)]
    room = Labels((0, top, plot.right + 16, top + KEY))
    for i, words in enumerate(written):
        x = plot.left + (i + 1) * wide
        parts += [element("line", x1=x, x2=x, y1=top + 14, y2=top + 30, class_="axis")]
        parts += [room.place(words, [(x, top + 44, "middle")], "tick", SMALL)]
    return parts
