"""The population pyramid: age bands from young (below) to old, men left, women right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from allmende.portal.drawing.svg import WIDE, drawing, element, text, ticks


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
) -> str:
    """Draw bars for `main` and, over them, the outline of `other`; `write` formats the numbers of the axis."""
    row, gap, top = (17 if width == WIDE else 15), 46, 28
    half = (width - gap) / 2 - 4
    marks = ticks(0, max(main.highest(), other.highest() if other else 0, 1), 3 if width == WIDE else 2)
    scale = half / marks[-1]
    bottom = top + row * len(bands)
    middle = width / 2
    parts = [_grid(marks, scale, middle, gap, top, bottom, write)]
    for i, band in enumerate(bands):
        y = bottom - (i + 1) * row
        long_left, long_right = main.left[i] * scale, main.right[i] * scale
        parts += [
            element("rect", x=middle - gap / 2 - long_left, y=y + 1, width=long_left, height=row - 2, class_="left"),
            element("rect", x=middle + gap / 2, y=y + 1, width=long_right, height=row - 2, class_="right"),
            text(band, middle, y + row / 2 + 4, "middle", "band"),
        ]
    if other:
        parts += [_outline(other.left, scale, middle - gap / 2, -1, row, bottom)]
        parts += [_outline(other.right, scale, middle + gap / 2, 1, row, bottom)]
    parts += [text(heads[0], middle - gap / 2, 14, "end", "head"), text(heads[1], middle + gap / 2, 14, class_="head")]
    return drawing(width, bottom + 24, label, parts)


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


def _outline(values: Sequence[float], scale: float, axis: float, side: int, row: float, bottom: float) -> str:
    points = [(axis, bottom)]
    for i, value in enumerate(values):
        x = axis + side * value * scale
        points += [(x, bottom - i * row), (x, bottom - (i + 1) * row)]
    points.append((axis, bottom - len(values) * row))
    return element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points), class_="outline")
