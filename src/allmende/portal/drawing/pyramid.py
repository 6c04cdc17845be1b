"""The population pyramid: age bands from young (below) to old, men left, women right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from allmende.portal.drawing.rows import interval as interval_bar
from allmende.portal.drawing.svg import WIDE, drawing, element, text, ticks

THIN = 8.0
"""Rows that are not higher than this have no space between them."""

Axis = tuple[float, int]
"""Where the bars of a side begin, and which way they grow: −1 or 1."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Values of the two sides per band, youngest first."""

    left: Sequence[float]
    right: Sequence[float]

    def highest(self) -> float:
        """Return the longest bar."""
        return max([*self.left, *self.right], default=0)


def pyramid(
    bands: Sequence[str],
    main: Sides,
    other: Sides | None,
    heads: tuple[str, str],
    label: str,
    write: Callable[[float], str],
    width: int = WIDE,
    *,
    variants: Sequence[Sides] = (),
    interval: tuple[Sides, Sides] | None = None,
) -> str:
    """Draw bars for `main` and, over them, the outline of `other`; `write` formats the numbers of the axis.

    `variants` are further outlines, told apart by their dashes; `interval` is the low and high end of every bar. Single ages
    are drawn as thin bars, with the bands that find room named.
    """
    row, gap, top = _row(len(bands), width), 46, 28
    half = (width - gap) / 2 - 4
    outlines = [(other, "outline")] if other else []
    outlines += [(sides, f"outline v{i}") for i, sides in enumerate(variants)]
    drawn = [main, *(sides for sides, _ in outlines), *(interval or ())]
    marks = ticks(0, max(1, *(sides.highest() for sides in drawn)), 3 if width == WIDE else 2)
    scale = half / marks[-1]
    bottom = top + row * len(bands)
    axes = (width / 2 - gap / 2, -1), (width / 2 + gap / 2, 1)
    parts = [_grid(marks, scale, width / 2, gap, top, bottom, write), *_bars(main, scale, axes, row, bottom)]
    every = _every(len(bands), row)
    places = [(bottom - (i + 0.5) * row + 4, band) for i, band in enumerate(bands) if i % every == 0]
    parts += [text(band, width / 2, y, "middle", "band") for y, band in places]
    parts += [
        _outline(side, scale, *axis, row, bottom, class_) for sides, class_ in outlines for side, axis in _both(sides, axes)
    ]
    if interval:
        for (low, axis), (high, _) in zip(_both(interval[0], axes), _both(interval[1], axes), strict=True):
            parts += _intervals(low, high, scale, *axis, row, bottom)
    parts += [text(heads[0], width / 2 - gap / 2, 14, "end", "head"), text(heads[1], width / 2 + gap / 2, 14, class_="head")]
    return drawing(width, bottom + 24, label, parts)


def _row(count: int, width: int) -> float:
    """Return how high a row is: what words need, less for single ages."""
    high = 17.0 if width == WIDE else 15.0
    return high if count <= 30 else max(high * 22 / count, 3.0)


def _every(count: int, row: float) -> int:
    """Return which bands are named: all, or each second, fifth and so on."""
    return next(step for step in (1, 2, 5, 10, 20, 50, count) if step * row >= 15 or step >= count)


def _both(sides: Sides, axes: tuple[Axis, Axis]) -> list[tuple[Sequence[float], Axis]]:
    return [(sides.left, axes[0]), (sides.right, axes[1])]


def _bars(main: Sides, scale: float, axes: tuple[Axis, Axis], row: float, bottom: float) -> list[str]:
    space, thin = (2.0, "") if row > THIN else (0.0, " thin")
    parts = []
    for (values, (axis, side)), class_ in zip(_both(main, axes), ("left", "right"), strict=True):
        for i, value in enumerate(values):
            long, y = value * scale, bottom - (i + 1) * row + space / 2
            x = axis - long if side < 0 else axis
            parts.append(element("rect", x=x, y=y, width=long, height=row - space, class_=class_ + thin))
    return parts


def _intervals(
    low: Sequence[float], high: Sequence[float], scale: float, axis: float, side: int, row: float, bottom: float
) -> list[str]:
    half = min(row / 4, 3.5)
    middles = [bottom - (i + 0.5) * row for i in range(len(low))]
    ends = [(axis + side * a * scale, axis + side * b * scale) for a, b in zip(low, high, strict=True)]
    return [interval_bar(a, b, y, half) for (a, b), y in zip(ends, middles, strict=True)]


def _grid(
    marks: Sequence[float], scale: float, middle: float, gap: float, top: float, bottom: float, write: Callable[[float], str]
) -> str:
    parts = []
    for mark in marks:
        for side in (-1, 1):
            x = middle + side * (gap / 2 + mark * scale)
            parts.append(element("line", x1=x, x2=x, y1=top, y2=bottom, class_="grid"))
            last = mark == marks[-1]
            anchor = "middle" if not last else "start" if side < 0 else "end"
            if mark or side > 0 or gap > 40:
                parts.append(text(write(mark), x, bottom + 17, anchor, "tick"))
    return "".join(parts)


def _outline(values: Sequence[float], scale: float, axis: float, side: int, row: float, bottom: float, class_: str) -> str:
    """Draw the steps of bars; of single ages a line through their middles, on which dashes stay readable."""
    points = [(axis, bottom)]
    for i, value in enumerate(values):
        x = axis + side * value * scale
        points += [(x, bottom - i * row), (x, bottom - (i + 1) * row)] if row > THIN else [(x, bottom - (i + 0.5) * row)]
    points.append((axis, bottom - len(values) * row))
    return element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points), class_=class_)
