"""SVG elements as text, and round steps for axes."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from math import ceil, floor, log10

WIDE, NARROW = 720, 360
"""Widths in which every chart is drawn: the page shows the one that fits the screen, so that text keeps its size."""


def element(name: str, content: str = "", **attributes: object) -> str:
    """Return one element; `content` is markup, attributes are escaped; `class_` and `text_anchor` lose their underscores.

    >>> element("rect", x=1.25, class_="a")
    '<rect x="1.2" class="a"/>'
    """
    written = "".join(f' {_name(key)}="{_value(value)}"' for key, value in attributes.items() if value is not None)
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def text(words: str, x: float, y: float, anchor: str = "start", class_: str | None = None) -> str:
    """Return words at a point; `anchor` is start, middle or end."""
    return element("text", escape(words), x=x, y=y, text_anchor=None if anchor == "start" else anchor, class_=class_)


def drawing(width: float, height: float, label: str, parts: Iterable[str], class_: str = "chart", role: str = "img") -> str:
    """Return a whole drawing that a screen reader announces by one label; its figures stand in the table beside it."""
    box = f"0 0 {_value(width)} {_value(height)}"
    return element("svg", "".join(parts), class_=class_, viewBox=box, width=width, height=height, role=role, aria_label=label)


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Return about `count` round values that span low … high.

    >>> ticks(0, 930)
    [0, 250, 500, 750, 1000]
    >>> ticks(41200, 45900, 4)
    [40000, 42000, 44000, 46000]
    """
    span = max(high - low, 1e-9)
    rough = span / max(count, 1)
    magnitude = 10.0 ** floor(log10(rough))
    step = next(nice * magnitude for nice in (1, 2, 2.5, 5, 10) if nice * magnitude >= rough * 0.999)
    values = [step * i for i in range(floor(low / step), ceil(high / step) + 1)]
    return [int(value) if float(value).is_integer() else round(value, 10) for value in values]


def _name(key: str) -> str:
    return key.rstrip("_") if key in ("class_",) else key.replace("_", "-")


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".rstrip("0").rstrip(".")
    return escape(str(value), quote=True)
