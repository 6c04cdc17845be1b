"""Bars: groups beside one another, and columns that rise and fall around zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from allmende.portal.drawing.svg import WIDE, drawing, element, text, ticks

Write = Callable[[float], str]


def grouped_bars(
    rows: Sequence[tuple[str, float]], other: Sequence[float] | None, label: str, write: Write, width: int = WIDE
) -> str:
    """Draw one horizontal bar a row with its value at the end; `other` (a comparison) as a thin bar below it."""
    row = 40 if other else 30
    left = 20 + min(max((len(name) for name, _ in rows), default=0) * 8, width // 3 if width == WIDE else width * 9 // 20)
    room = width - left - 76
    scale = room / max([value for _, value in rows] + list(other or []) + [1e-9])
    parts = []
    for i, (name, value) in enumerate(rows):
        y = 6 + i * row
        parts += [
            text(name, left - 10, y + 16, "end", "band"),
            element("rect", x=left, y=y, width=max(value * scale, 0.5), height=22, class_="first"),
            text(write(value), left + value * scale + 8, y + 16, class_="value"),
        ]
        if other:
            parts.append(element("rect", x=left, y=y + 24, width=max(other[i] * scale, 0.5), height=7, class_="second"))
    return drawing(width, 12 + row * len(rows), label, parts)


def columns(
    years: Sequence[int], up: Sequence[float], down: Sequence[float], label: str, write: Write, width: int = WIDE
) -> str:
    """Draw what comes (up) and what goes (down) per year, and the balance as a mark with its value."""
    height, left, right, top, bottom = (300 if width == WIDE else 260), 62, 10, 16, 30
    marks = ticks(-max(down, default=0), max(up, default=1), 5)
    per = (width - left - right) / len(years)
    scale = (height - top - bottom) / (marks[-1] - marks[0])

    def at(value: float) -> float:
        return height - bottom - (value - marks[0]) * scale

    parts = []
    for mark in marks:
        class_ = "axis" if mark == 0 else "grid"
        parts += [element("line", x1=left, x2=width - right, y1=at(mark), y2=at(mark), class_=class_)]
        parts += [text(write(abs(mark)), left - 8, at(mark) + 4, "end", "tick")]
    wide = per * 0.56
    for i, year in enumerate(years):
        x = left + i * per + (per - wide) / 2
        balance = up[i] - down[i]
        parts += [
            element("rect", x=x, y=at(up[i]), width=wide, height=max(at(0) - at(up[i]), 0), class_="up"),
            element("rect", x=x, y=at(0), width=wide, height=max(at(-down[i]) - at(0), 0), class_="down"),
            element("line", x1=x - 4, x2=x + wide + 4, y1=at(balance), y2=at(balance), class_="balance"),
        ]
        if width == WIDE or i % 2 == (len(years) - 1) % 2:
            parts.append(text(str(year), x + wide / 2, height - 8, "middle", "tick"))
    return drawing(width, height, label, parts)
