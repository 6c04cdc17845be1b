"""Many small fans side by side: capacity and need per service, each with its verdict in a word."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from allmende.portal.drawing.fan import outlook
from allmende.portal.drawing.plot import Plot, Point
from allmende.portal.drawing.svg import WIDE, drawing, element, text
from allmende.portal.drawing.words import SMALL, fitted, measure, wrapped

GAP = 28
LINE = 17


@dataclass(frozen=True, slots=True)
class Panel:
    """One small fan: quantiles by probability, one value a year; a verdict in a word or two, marked if it needs attention."""

    title: str
    years: Sequence[int]
    quantiles: Mapping[float, Sequence[float]]
    verdict: str
    attention: bool = False
    past: Sequence[Point] = ()
    capacity: Sequence[Point] = ()


def small_multiples(panels: Sequence[Panel], label: str, write: Callable[[float], str], width: int = WIDE) -> str:
    """Draw panels, each on its own scale from 0: need as a fan, capacity as a step line, the last need in figures."""
    across = 3 if width == WIDE else 2
    wide = (width - GAP * (across - 1)) / across
    titles = [wrapped(panel.title, wide) for panel in panels]
    head = 8 + LINE * max((len(title) for title in titles), default=1)
    tall = head + 26 + (112 if width == WIDE else 92) + 26
    parts = []
    for i, (panel, title) in enumerate(zip(panels, titles, strict=True)):
        column, row = i % across, i // across
        parts += _panel(panel, title, column * (wide + GAP), row * (tall + 22), wide, head, tall, write)
    rows = -(-len(panels) // across)
    return drawing(width, max(rows * (tall + 22) - 14, 1), label, parts)


def _panel(
    panel: Panel,
    title: Sequence[str],
    left: float,
    top: float,
    wide: float,
    head: float,
    tall: float,
    write: Callable[[float], str],
) -> list[str]:
    shown = outlook(panel.years, panel.past, panel.quantiles, panel.capacity)
    end = write(shown.median[-1][1])
    years = [year for year, _ in shown.points()]
    high = max(value for _, value in shown.points())
    plot = Plot(
        left + 1,
        top + head + 26,
        left + wide - measure(end) - 8,
        top + tall - 24,
        min(years),
        max(years),
        min(0, *(value for _, value in shown.points())),
        high * 1.04 or 1,
    )
    parts = [text(line, left, top + 13 + i * LINE, "start", "head") for i, line in enumerate(title)]
    parts += _verdict(panel, left, top + head + 10, wide)
    parts.append(element("line", x1=plot.left, x2=plot.right, y1=plot.y(0), y2=plot.y(0), class_="axis"))
    parts += shown.drawn(plot)
    parts += [text(end, plot.right + 6, min(plot.y(shown.median[-1][1]) + 5, plot.bottom), "start", "value")]
    parts += _years(plot)
    return parts


def _verdict(panel: Panel, left: float, y: float, wide: float) -> list[str]:
    mark = element("circle", cx=left + 5, cy=y - 5, r=5, class_="attention" if panel.attention else "fine")
    return [mark, text(fitted(panel.verdict, wide - 16, SMALL), left + 16, y, "start", "verdict")]


def _years(plot: Plot) -> list[str]:
    y = plot.bottom + 18
    parts = [text(str(plot.first), plot.left, y, "start", "tick")]
    if plot.right - plot.left > 2 * measure("2000", SMALL) + 8:
        parts.append(text(str(plot.last), plot.right, y, "end", "tick"))
    return parts
