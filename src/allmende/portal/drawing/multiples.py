"""Many small fans side by side: capacity and need per service, each with its verdict in a word."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from allmende.portal.drawing.fan import outlook
from allmende.portal.drawing.plot import Plot, Point
from allmende.portal.drawing.svg import WIDE, drawing, element, text
from allmende.portal.drawing.words import SMALL, fitted, measure, spread, wrapped

GAP = 28
LINE = 17


@dataclass(frozen=True, slots=True)
class Panel:
    """One small fan: quantiles by probability, one value a year; a verdict in a word or two, marked if it needs attention.

    `middle` is the last median as it is to be written, where it bears fewer digits than others.
    """

    title: str
    years: Sequence[int]
    quantiles: Mapping[float, Sequence[float]]
    verdict: str
    attention: bool = False
    past: Sequence[Point] = ()
    capacity: Sequence[Point] = ()
    middle: str = ""


def small_multiples(panels: Sequence[Panel], label: str, write: Callable[[float], str], width: int = WIDE) -> str:
    """Draw panels, each on its own scale from 0: need as a fan, capacity as a step line, both in figures at the end."""
    across = 3 if width == WIDE else 2
    wide = (width - GAP * (across - 1)) / across
    field = 124.0 if width == WIDE else 96.0
    parts: list[str] = []
    top = 0.0
    for first in range(0, len(panels), across):
        row = panels[first : first + across]
        titles = [wrapped(panel.title, wide) for panel in row]
        head = top + LINE * (max(len(title) for title in titles) + 1) + 4
        for i, (panel, title) in enumerate(zip(row, titles, strict=True)):
            parts += _panel(panel, title, (i * (wide + GAP), top), (head + 12, head + 12 + field), wide, write)
        top = head + field + 12 + 44
    return drawing(width, max(top - 18, 1), label, parts)


def _panel(
    panel: Panel,
    title: Sequence[str],
    corner: tuple[float, float],
    field: tuple[float, float],
    wide: float,
    write: Callable[[float], str],
) -> list[str]:
    """Draw one panel: its corner, and the top and bottom of the field of the fan."""
    left, top = corner
    shown = outlook(panel.years, panel.past, panel.quantiles, panel.capacity)
    ends = [shown.median[-1][1], *(value for _, value in panel.capacity[-1:])]
    written = [panel.middle or write(ends[0]), *map(write, ends[1:])]
    years = [year for year, _ in shown.points()]
    values = [value for _, value in shown.points()]
    sides = left + 1, field[0], left + wide - max(map(measure, written)) - 8, field[1]
    plot = Plot(*sides, min(years), max(years), min(0, *values), max(values) * 1.04 or 1)
    parts = [text(line, left, top + 13 + i * LINE, "start", "head") for i, line in enumerate(title)]
    parts += _verdict(panel, left, top + 15 + len(title) * LINE, wide)
    parts.append(element("line", x1=plot.left, x2=plot.right, y1=plot.y(0), y2=plot.y(0), class_="axis"))
    parts += shown.drawn(plot)
    places = spread([plot.y(end) + 5 for end in ends], LINE, plot.top, plot.bottom)
    for words, y, class_ in zip(written, places, ("value", "tick"), strict=False):
        parts.append(text(words, plot.right + 6, y, "start", class_))
    return parts + _years(plot)


def _verdict(panel: Panel, left: float, y: float, wide: float) -> list[str]:
    mark = element("circle", cx=left + 6, cy=y - 4.5, r=4.5, class_="attention" if panel.attention else "fine")
    return [mark, text(fitted(panel.verdict, wide - 16, SMALL), left + 16, y, "start", "verdict")]


def _years(plot: Plot) -> list[str]:
    y = plot.bottom + 18
    parts = [text(str(plot.first), plot.left, y, "start", "tick")]
    if plot.right - plot.left > 2 * measure("2000", SMALL) + 8:
        parts.append(text(str(plot.last), plot.right, y, "end", "tick"))
    return parts
