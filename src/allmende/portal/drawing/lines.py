"""Lines over years, each named at its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from allmende.portal.drawing.svg import WIDE, drawing, element, text, ticks


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a name, and (year, value) in the order of years; `class_` chooses colour and dash."""

    name: str
    points: Sequence[tuple[int, float]]
    class_: str = "first"


def lines(series: Sequence[Line], label: str, write: Callable[[float], str], width: int = WIDE, *, zero: bool = False) -> str:
    """Draw lines; the value axis starts at 0 if `zero`, else near the smallest value (its ticks say so)."""
    height, left, right, top, bottom = (300 if width == WIDE else 240), 62, 18, 22, 30
    years = sorted({year for line in series for year, _ in line.points})
    values = [value for line in series for _, value in line.points]
    marks = _marks(min(values), max(values), zero)
    across = (width - left - right) / max(years[-1] - years[0], 1)
    down = (height - top - bottom) / (marks[-1] - marks[0])

    def place(year: int, value: float) -> tuple[float, float]:
        return left + (year - years[0]) * across, height - bottom - (value - marks[0]) * down

    parts = []
    for mark in marks:
        y = place(years[0], mark)[1]
        parts += [element("line", x1=left, x2=width - right, y1=y, y2=y, class_="grid")]
        parts += [text(write(mark), left - 8, y + 4, "end", "tick")]
    every = 1 if width == WIDE else max(1, -(-len(years) // 5))
    shown = [year for i, year in enumerate(reversed(years)) if i % every == 0]
    parts += [text(str(year), place(year, 0)[0], height - 8, "middle", "tick") for year in shown]
    for line in series:
        where = [place(year, value) for year, value in line.points]
        parts.append(element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in where), class_=f"line {line.class_}"))
        parts += [element("circle", cx=x, cy=y, r=3.5, class_=f"dot {line.class_}") for x, y in where]
        parts += [_end(line, where[-1], width, write)]
    return drawing(width, height, label, parts)


def _marks(low: float, high: float, zero: bool) -> list[float]:
    if zero:
        return ticks(min(low, 0), max(high, 0, 1))
    room = max((high - low) * 0.15, abs(high) * 0.01, 1)
    return ticks(max(low - room, 0) if low >= 0 else low - room, high + room)


def _end(line: Line, where: tuple[float, float], width: int, write: Callable[[float], str]) -> str:
    words = f"{line.name} {write(line.points[-1][1])}".strip()
    falls = len(line.points) > 1 and line.points[-2][1] > line.points[-1][1]
    return text(words, min(where[0] + 4, width - 2), where[1] + (20 if falls else -10), "end", f"value {line.class_}")
