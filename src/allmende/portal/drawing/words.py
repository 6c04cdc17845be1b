"""How wide words are, how they break, and where on a drawing they find room: text never covers text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import cos, pi, sin

from allmende.portal.drawing.svg import text

TEXT, SMALL = 14.0, 13.0
"""The sizes of text in charts (portal.css): ordinary and bold words; ticks and bands."""

_WIDTHS = {
    ".14": "\u202f",
    ".25": " \u00a0.,:;·|'",
    ".3": "ijlIJ",
    ".34": "()/f",
    ".41": "rt-",
    ".7": "DGHNOQUÖÜ",
    ".86": "mwMW%&…",
}
_WIDTH = {letter: float(wide) for wide, letters in _WIDTHS.items() for letter in letters}
_ORDINARY = 0.6
"""Advance widths of Fira Sans SemiBold, rounded up, as shares of the size; bold, so that they also hold for regular."""

Box = tuple[float, float, float, float]
Spot = tuple[float, float, str]
"""Where words may stand: x, the line they stand on, and their anchor (start, middle, end)."""


def measure(words: str, size: float = TEXT) -> float:
    """Return how wide words are at most, in units of the drawing.

    >>> round(measure("Kita"), 1), round(measure("2031", 13), 1)
    (26.7, 31.2)
    """
    return size * sum(_WIDTH.get(letter, _ORDINARY) for letter in words)


def fitted(words: str, room: float, size: float = TEXT) -> str:
    """Return words that fit into the room: whole, or cut with an ellipsis.

    >>> fitted("Musterhausen an der Wupper", 120)
    'Musterhausen…'
    """
    if measure(words, size) <= room:
        return words
    while words and measure(words + "…", size) > room:
        words = words[:-1]
    return words.rstrip(" -–,") + "…"


def wrapped(words: str, room: float, size: float = TEXT, most: int = 2) -> list[str]:
    """Break words at spaces into at most `most` lines that fit; what does not fit the last line is cut with an ellipsis.

    >>> wrapped("Zuzüge aus dem übrigen Land", 110)
    ['Zuzüge aus', 'dem übrigen L…']
    """
    lines: list[str] = []
    rest = words.split(" ")
    while rest and len(lines) < most - 1:
        count = 1
        while count < len(rest) and measure(" ".join(rest[: count + 1]), size) <= room:
            count += 1
        lines.append(" ".join(rest[:count]))
        rest = rest[count:]
    return [fitted(line, room, size) for line in [*lines, " ".join(rest)] if line]


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move positions apart to keep a gap between neighbours, as little as the bounds allow, in the order given.

    >>> spread([10, 12, 40], 15, 0, 100)
    [10, 25, 40]
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    found = list(wanted)
    floor = low
    for i in order:
        found[i] = max(wanted[i], floor)
        floor = found[i] + gap
    ceiling = high
    for i in reversed(order):
        found[i] = min(found[i], ceiling)
        ceiling = found[i] - gap
    return found


def box_of(words: str, spot: Spot, size: float = TEXT) -> Box:
    """Return what words at a spot cover: left, top, right, bottom."""
    x, y, anchor = spot
    wide = measure(words, size)
    left = x - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
    return left, y - 0.8 * size, left + wide, y + 0.25 * size


def boxes(points: Iterable[tuple[float, float]], around: float) -> list[Box]:
    """Return a small box around each point."""
    return [(x - around, y - around, x + around, y + around) for x, y in points]


@dataclass(slots=True)
class Labels:
    """Words on one drawing: each takes the first free spot inside the frame, and keeps it from those that come later."""

    frame: Box
    taken: list[Box] = field(default_factory=list)

    def block(self, points: Iterable[tuple[float, float]], around: float = 3.0) -> None:
        """Keep words off points, such as those of a line."""
        self.taken += boxes(points, around)

    def place(
        self,
        words: str,
        spots: Sequence[Spot],
        class_: str | None = None,
        size: float = TEXT,
        *,
        far: float = 0,
        shun: Sequence[Box] = (),
    ) -> str:
        """Return words at the first free spot, else at the free spot nearest the first within `far`, else nothing.

        A spot that is free of `shun` too, lines that words had better not cover, comes before one that is not.
        """
        inside = [self._inside(words, spot, size) for spot in [*spots, *_rings(spots[0], far)]]
        free = [spot for spot in inside if not _covers(box_of(words, spot, size), self.taken)]
        if not free:
            return ""
        spot = next((spot for spot in free[: len(spots)] if not _covers(box_of(words, spot, size), shun)), free[0])
        self.taken.append(box_of(words, spot, size))
        return text(words, *spot, class_)

    def _inside(self, words: str, spot: Spot, size: float) -> Spot:
        left, top, right, bottom = box_of(words, spot, size)
        x = spot[0] + max(self.frame[0] - left, 0) - max(right - self.frame[2], 0)
        y = spot[1] + max(self.frame[1] - top, 0) - max(bottom - self.frame[3], 0)
        return x, y, spot[2]


def _rings(spot: Spot, far: float) -> list[Spot]:
    x, y, _ = spot
    radii = range(8, int(far) + 1, 8)
    return [(x + r * cos(i * pi / 8), y + r * sin(i * pi / 8), "middle") for r in radii for i in range(16)]


def _covers(box: Box, others: Iterable[Box]) -> bool:
    return any(_meet(box, other) for other in others)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
