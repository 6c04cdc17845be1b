"""Rows with a name at the left and a number at the right, and between them bars around a running total or around zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from allmende.errors import AllmendeError
from allmende.portal.drawing.svg import WIDE, drawing, element, text, ticks
from allmende.portal.drawing.words import SMALL, TEXT, measure, wrapped

Step = tuple[str, float]
"""A name and a value."""

Write = Callable[[float], str]
LINE = 17


@dataclass(frozen=True, slots=True)
class Share:
    """What one partner gains (or loses, below 0), and how sure that is: the ends of an interval."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None

    def ends(self) -> tuple[float, float]:
        """Return the smallest and the largest value that is drawn."""
        found = [value for value in (self.value, self.low, self.high) if value is not None]
        return min(found), max(found)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Where names, bars and numbers stand: a column of names, a field from `left` to `right`, a column of numbers."""

    width: int
    left: float
    right: float
    names: Sequence[Sequence[str]]
    low: float
    high: float
    tall: float
    top: float = 6

    def x(self, value: float) -> float:
        return self.left + (value - self.low) * (self.right - self.left) / (self.high - self.low)

    def y(self, row: int) -> float:
        """Return the middle of a row."""
        return self.top + (row + 0.5) * self.tall

    def bottom(self) -> float:
        return self.top + len(self.names) * self.tall

    def words(self, row: int, number: str, class_: str) -> list[str]:
        """Write the name and the number of a row."""
        lines = self.names[row]
        first = self.y(row) + 5 - (len(lines) - 1) * LINE / 2
        parts = [text(line, 0, first + i * LINE, "start", class_) for i, line in enumerate(lines)]
        return [*parts, text(number, self.width, self.y(row) + 5, "end", "value")]

    def bar(self, row: int, start: float, end: float, class_: str) -> str:
        """Draw a bar between two values; a hair where they are equal."""
        x, wide = self.x(min(start, end)), abs(self.x(end) - self.x(start))
        return element("rect", x=x, y=self.y(row) - 10, width=max(wide, 1.0), height=20, class_=class_)

    def axis(self, marks: Sequence[float], write: Write) -> list[str]:
        """Draw the grid with as many of its numbers as stand apart."""
        wide = max(measure(write(mark), SMALL) for mark in marks) + 10
        every = max(-(-len(marks) * wide // (self.right - self.left + wide)), 1)
        kept = {mark for i, mark in enumerate(marks) if i % every == (marks.index(0) if 0 in marks else 0) % every}
        parts = []
        for mark in marks:
            x, class_ = self.x(mark), "axis" if mark == 0 else "grid"
            parts.append(element("line", x1=x, x2=x, y1=self.top, y2=self.bottom(), class_=class_))
            if mark in kept:
                parts.append(text(write(mark), x, self.bottom() + 18, "middle", "tick"))
        return parts


def waterfall(
    steps: Sequence[Step], start: Step, end: Step, label: str, write: Write, width: int = WIDE, *, signed: Write | None = None
) -> str:
    """Draw what leads from one total to another: a floating bar per component, begun where the one above ends.

    `signed` writes the components, by default `write` with a plus before what is above 0. The axis need not hold 0, so the
    totals are marks and not bars. Raises AllmendeError if the steps do not lead from start to end.
    """
    reached = start[1] + sum(value for _, value in steps)
    if abs(reached - end[1]) > 1e-6 * max(abs(start[1]), abs(end[1]), 1):
        raise AllmendeError(
            "The components of change do not lead from the first total to the last.",
            where=f"{start[0]} {start[1]:g}, {end[0]} {end[1]:g}",
            expected=f"components that sum to {end[1] - start[1]:g}, not {reached - start[1]:g}",
            todo="Add what is missing as a component with a name, such as rounding.",
        )
    sign = signed or (lambda value: f"+{write(value)}" if value > 0 else write(value))
    totals = [start[1]]
    for _, value in steps:
        totals.append(totals[-1] + value)
    numbers = [write(start[1]), *(sign(value) for _, value in steps), write(end[1])]
    pad = max(max(totals) - min(totals), 1e-6) * 0.03
    marks = ticks(min(totals) - pad, max(totals) + pad, 4)
    rows = _laid_out([start[0], *(name for name, _ in steps), end[0]], numbers, marks, write, width)
    parts = rows.axis(marks, write)
    for i in range(len(totals)):
        x = rows.x(totals[i])
        parts.append(element("line", x1=x, x2=x, y1=rows.y(i) + 10, y2=rows.y(i + 1) - 10, class_="link"))
    for i, (_, value) in enumerate(steps):
        parts += [
            rows.bar(i + 1, totals[i], totals[i + 1], "up" if value >= 0 else "down"),
            *rows.words(i + 1, numbers[i + 1], "step"),
        ]
    for i, total in ((0, totals[0]), (len(steps) + 1, totals[-1])):
        parts += [element("circle", cx=rows.x(total), cy=rows.y(i), r=6, class_="total"), *rows.words(i, numbers[i], "head")]
    return drawing(width, rows.bottom() + 26, label, parts)


def share_bars(rows: Sequence[Share], label: str, write: Write, width: int = WIDE) -> str:
    """Draw what each partner gains (right of zero) or loses (left), an interval as a thin line; `write` shows the sign."""
    ends = [end for row in rows for end in row.ends()]
    marks = ticks(min(0, *ends), max(0, *ends) or 1, 4)
    laid = _laid_out([row.name for row in rows], [write(row.value) for row in rows], marks, write, width)
    parts = laid.axis(marks, write)
    for i, row in enumerate(rows):
        parts.append(laid.bar(i, 0, row.value, "gain" if row.value >= 0 else "loss"))
        if row.low is not None and row.high is not None:
            parts.append(interval(laid.x(row.low), laid.x(row.high), laid.y(i), 4))
        parts += laid.words(i, write(row.value), "step")
    return drawing(width, laid.bottom() + 26, label, parts)


def interval(x0: float, x1: float, y: float, half: float) -> str:
    """Draw a horizontal interval with caps of `half` up and down, on a light casing that keeps it apart from a dark bar."""
    path = f"M{x0:.1f},{y - half:.1f}v{2 * half:.1f}m0,-{half:.1f}H{x1:.1f}m0,-{half:.1f}v{2 * half:.1f}"
    return element("path", d=path, class_="casing") + element("path", d=path, class_="interval")


def _laid_out(names: Sequence[str], numbers: Sequence[str], marks: Sequence[float], write: Write, width: int) -> _Rows:
    half = max(measure(write(mark), SMALL) for mark in (marks[0], marks[-1])) / 2
    longest = max(measure(name, TEXT) for name in names)
    room = min(longest, width * (0.38 if width == WIDE else 0.32)) + 1
    broken = [wrapped(name, room) for name in names]
    tall = 32 if all(len(lines) == 1 for lines in broken) else 44
    right = width - max(max(measure(number) for number in numbers) + 12, half)
    return _Rows(width, room + max(10, half), right, broken, marks[0], marks[-1], tall)
