"""The fan: what was, the median of what may come, and bands that hold it with 50, 80 and 95 per cent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from allmende.errors import AllmendeError
from allmende.portal.drawing.plot import Plot, Point, grid, polygon, polyline, stairs
from allmende.portal.drawing.svg import WIDE, drawing, element, text, ticks
from allmende.portal.drawing.words import SMALL, Labels, box_of, fitted, measure, spread

LINE = 17
"""Distance between lines of words."""


@dataclass(frozen=True, slots=True)
class FanWords:
    """What is written into a fan: at the capacity line, at the first year of a shortfall, at the border of past and future."""

    capacity: str = ""
    short: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a fan shows; the bands and the median begin where the past ends. Bands run from the widest to the narrowest."""

    past: Sequence[Point]
    median: Sequence[Point]
    bands: Sequence[tuple[str, Sequence[Point], Sequence[Point]]]
    capacity: Sequence[Point] = ()
    forecasts: Sequence[Sequence[Point]] = ()
    variants: Sequence[Sequence[Point]] = ()

    def points(self) -> list[Point]:
        """Return every point that must be inside the chart."""
        edges = [point for _, low, high in self.bands for point in (*low, *high)]
        lines = [point for line in (*self.forecasts, *self.variants) for point in line]
        return [*self.past, *self.median, *edges, *self.capacity, *lines]

    def edges(self) -> tuple[float, float]:
        """Return the ends of the widest band, or the median twice."""
        low, high = (self.bands[0][1], self.bands[0][2]) if self.bands else (self.median, self.median)
        return low[-1][1], high[-1][1]

    def drawn(self, plot: Plot) -> list[str]:
        """Draw bands, earlier forecasts, past, median, other variants and capacity, in this order."""
        parts = [polygon(plot.path([*low, *reversed(high)]), class_) for class_, low, high in self.bands]
        parts += [polyline(plot.path(line), "forecast") for line in self.forecasts]
        if self.past:
            parts.append(polyline(plot.path(self.past), "past"))
        parts.append(polyline(plot.path(self.median), "median"))
        parts += [polyline(plot.path(line), "outline v1") for line in self.variants]
        if self.capacity:
            parts.append(polyline(plot.path(stairs(self.capacity, plot.last)), "capacity"))
        return parts


def outlook(
    years: Sequence[int],
    past: Sequence[Point],
    quantiles: Mapping[float, Sequence[float]],
    capacity: Sequence[Point] = (),
    forecasts: Sequence[Sequence[Point]] = (),
    variants: Sequence[Sequence[Point]] = (),
) -> Outlook:
    """Arrange quantiles (by probability, one value a year) as bands around the median.

    Raises AllmendeError without a median, or where a quantile has not one value a year.
    """
    if 0.5 not in quantiles or any(len(values) != len(years) for values in quantiles.values()):
        lengths = {probability: len(values) for probability, values in quantiles.items()}
        raise AllmendeError(
            "A fan needs a median and one value a year for every quantile.",
            where=f"quantiles with {lengths} values for {len(years)} years",
            expected="probabilities such as 0.025, 0.5, 0.975",
            todo="Give the quantile 0.5, and values for all years.",
        )
    start = [past[-1]] if past and past[-1][0] < years[0] else []
    curves = {round(p, 6): [*start, *zip(years, values, strict=True)] for p, values in quantiles.items()}
    pairs = [(p, round(1 - p, 6)) for p in sorted(curves) if p < 0.5 and round(1 - p, 6) in curves]
    bands = [(_band(high - low), curves[low], curves[high]) for low, high in pairs]
    return Outlook(past, curves[0.5], bands, capacity, forecasts, variants)


def fan(
    years: Sequence[int],
    past: Sequence[Point],
    quantiles: Mapping[float, Sequence[float]],
    label: str,
    write: Callable[[float], str],
    width: int = WIDE,
    *,
    forecasts: Sequence[Sequence[Point]] = (),
    variants: Sequence[Sequence[Point]] = (),
    capacity: Sequence[Point] = (),
    named: FanWords = FanWords(),
    short_from: int | None = None,
    zero: bool = False,
    write_ends: Callable[[float], str] | None = None,
) -> str:
    """Draw a projection: past, median and bands, earlier forecasts behind, variants before them, capacity, first shortage.

    `capacity` is a step line: each value holds until the next. The value axis starts at 0 if `zero`, else near the smallest.
    `write_ends` writes the figures at the last year, which bear fewer digits than the axis.
    """
    shown = outlook(years, past, quantiles, capacity, forecasts, variants)
    values = [value for _, value in shown.points()]
    marks = _marks(min(values), max(values), zero)
    at_end = write_ends or write
    written = [write(mark) for mark in marks]
    ends = [shown.edges()[1], shown.median[-1][1], shown.edges()[0]]
    heads = [(words, year) for words, year in ((named.now, past[-1][0] if past else None), (named.short, short_from)) if year]
    seen = [year for year, _ in shown.points()]
    height = (330 if width == WIDE else 270) + LINE * len(heads)
    plot = Plot(
        max(measure(words, SMALL) for words in written) + 10,
        12 + LINE * len(heads),
        width - max(max(measure(at_end(end)) for end in ends) + 10, 20),
        height - 30,
        min(seen),
        max(seen),
        marks[0],
        marks[-1],
    )
    parts = grid(plot, marks, written) + shown.drawn(plot)
    parts += [
        part for row, (words, year) in enumerate(heads) for part in _head(words, year, row, plot, width, year == short_from)
    ]
    if short_from is not None and short_from in years:
        parts.append(element("circle", cx=plot.x(short_from), cy=plot.y(dict(shown.median)[short_from]), r=4.5, class_="short"))
    parts += [_capacity_words(named.capacity, shown, plot), *_ends(ends, plot, at_end)]
    return drawing(width, height, label, parts)


def _band(mass: float) -> str:
    return "band95" if mass > 0.89 else "band80" if mass > 0.65 else "band50"


def _marks(low: float, high: float, zero: bool) -> list[float]:
    if zero:
        return ticks(min(low, 0), max(high, 0, 1))
    room = max((high - low) * 0.06, abs(high) * 0.005, 1e-6)
    return ticks(max(low - room, 0) if low >= 0 else low - room, high + room)


def _head(words: str, year: int, row: int, plot: Plot, width: float, short: bool) -> list[str]:
    y, x = 13 + row * LINE, plot.x(year)
    words = fitted(words, width - 4)
    left = box_of(words, (x, y, "middle"))[0]
    x_words = x - min(left - 2, 0) - max(left + measure(words) - width + 2, 0)
    line = element("line", x1=x, x2=x, y1=y + 5, y2=plot.bottom, class_="short" if short else "now")
    return [line, text(words, x_words, y, "middle", "value" if short else "tick")] if words else [line]


def _capacity_words(words: str, shown: Outlook, plot: Plot) -> str:
    if not words or not shown.capacity:
        return ""
    corners = plot.path(stairs(shown.capacity, plot.last))
    labels = Labels((plot.left + 2, plot.top, plot.right, plot.bottom))
    labels.block(_along(plot.path(shown.past)) + _along(plot.path(shown.median)))
    labels.block(_along(corners), 1.5)
    words = fitted(words, plot.right - plot.left - 4)
    spots = [
        (x, y, anchor) for x, line, anchor in (corners[0] + ("start",), corners[-1] + ("end",)) for y in (line - 8, line + 18)
    ]
    return labels.place(words, spots, "value", far=plot.right) or text(words, plot.left + 4, spots[0][1], "start", "value")


def _along(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return points every few units along a line."""
    found = []
    for (x0, y0), (x1, y1) in pairwise(points):
        count = max(int(max(abs(x1 - x0), abs(y1 - y0)) / 5), 1)
        found += [(x0 + (x1 - x0) * i / count, y0 + (y1 - y0) * i / count) for i in range(count + 1)]
    return found


def _ends(ends: Sequence[float], plot: Plot, write: Callable[[float], str]) -> list[str]:
    """Write the last values right of the chart: the median, and the ends of the widest band."""
    places = spread([plot.y(end) + 4 for end in ends], LINE - 1, plot.top + 4, plot.bottom)
    kinds = ("tick", "value", "tick")
    shown = zip(ends, places, kinds, strict=True) if ends[0] > ends[2] else [(ends[1], plot.y(ends[1]) + 4, "value")]
    return [text(write(end), plot.right + 6, y, "start", class_) for end, y, class_ in shown]
