"""The frame of a chart over years: where a year and a value lie, the grid behind them, the words of the axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from allmende.portal.drawing.svg import element, text
from allmende.portal.drawing.words import SMALL, measure

Point = tuple[int, float]
"""A year and a value."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A rectangle of the drawing (left, top, right, bottom), and the years and values at its sides."""

    left: float
    top: float
    right: float
    bottom: float
    first: int
    last: int
    low: float
    high: float

    def x(self, year: float) -> float:
        """Return where a year lies."""
        return self.left + (year - self.first) * (self.right - self.left) / max(self.last - self.first, 1)

    def y(self, value: float) -> float:
        """Return where a value lies."""
        return self.bottom - (value - self.low) * (self.bottom - self.top) / (self.high - self.low)

    def path(self, points: Iterable[Point]) -> list[tuple[float, float]]:
        """Return where points lie."""
        return [(self.x(year), self.y(value)) for year, value in points]

    def years(self, size: float = SMALL) -> list[int]:
        """Return round years whose words stand apart under the axis."""
        most = max((self.right - self.left) / (measure("2000", size) + 18), 1)
        span = max(self.last - self.first, 1)
        step = next((step for step in (1, 2, 5, 10, 20, 25, 50, 100) if span / step <= most), span)
        return [year for year in range(self.first, self.last + 1) if year % step == 0]


def grid(plot: Plot, marks: Sequence[float], written: Sequence[str]) -> list[str]:
    """Draw a line at each mark of the value axis with its number left of it, and years below."""
    parts = []
    for mark, words in zip(marks, written, strict=True):
        y = plot.y(mark)
        parts.append(element("line", x1=plot.left, x2=plot.right, y1=y, y2=y, class_="axis" if mark == 0 else "grid"))
        parts.append(text(words, plot.left - 8, y + 4, "end", "tick"))
    return parts + [text(str(year), plot.x(year), plot.bottom + 20, "middle", "tick") for year in plot.years()]


def polyline(points: Sequence[tuple[float, float]], class_: str) -> str:
    """Draw an open line through points of the drawing."""
    return element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points), class_=class_)


def polygon(points: Sequence[tuple[float, float]], class_: str, content: str = "") -> str:
    """Draw a closed area; `content` may hold its title."""
    return element("polygon", content, points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points), class_=class_)


def stairs(points: Sequence[Point], last: int) -> list[Point]:
    """Return the corners of a step line: each value holds until the year of the next point, the last until `last`.

    >>> stairs([(2024, 100), (2028, 120)], 2030)
    [(2024, 100), (2028, 100), (2028, 120), (2030, 120)]
    """
    corners: list[Point] = []
    for year, value in points:
        if corners:
            corners.append((year, corners[-1][1]))
        corners.append((year, value))
    return [*corners, (last, corners[-1][1])] if corners and corners[-1][0] < last else corners
